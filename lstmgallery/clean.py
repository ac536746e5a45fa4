"""Find what builds have left in the folder of results and beside the site, and remove it: only what is known as ours.

Results that a network of the content has are kept unless all are asked for. A file that no part of this tool writes is
left where it is, and so is the folder that holds it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lstmgallery import store
from lstmgallery.exchange import NEW, is_ours, names_beside
from lstmgallery.kept import FILE
from lstmgallery.listing import MARKDOWN, check_folder, list_files
from lstmgallery.network import slug_fault
from lstmgallery.pins import SUFFIX
from lstmgallery.project import Project
from lstmgallery.search import SEARCHED
from lstmgallery.stages import CHECKPOINT
from lstmgallery.unchanged import STAMP
from lstmgallery.verify import CLAIMS, KEPT
from lstmgallery.whole import partial_name

STAGES = ("train", "trace", "measure", "sweep", "compare")
STAMPS = {f".{stage}.json" for stage in STAGES}
PARTIAL = re.compile(rf"\.({'|'.join(STAGES)})\.partial")  # of a stage that was killed
OF_NETWORK = {*store.FILES, *STAMPS, KEPT, CHECKPOINT, *map(partial_name, (KEPT, CHECKPOINT))}
OF_SEARCH = re.compile(r"[0-9a-f]{16}-\d+\.npz")
SHARED = {FILE, f"{FILE}-journal", CLAIMS, STAMP, *map(partial_name, (CLAIMS, STAMP))}


@dataclass
class Waste:
    """One thing to remove: a file, or a folder with the files of ours in it. `why`: what it is."""

    path: Path
    why: str
    files: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)  # files in it that are not ours, and stay

    @property
    def size(self) -> int:
        return sum(file.lstat().st_size for file in self.files)


def find_waste(project: Project, *, everything: bool) -> list[Waste]:
    """Return what can be removed: what no build needs again, or `everything` that builds have kept.

    Raises `GalleryError` if the content's networks cannot be listed.
    """
    found = [Waste(each, "a build that was killed", [*_files(each)]) for each in _staged(project.site)]
    if not project.build.is_dir():
        return found
    check_folder(project.content)  # without it, every network would be one that has gone
    networks = project.content / "networks"
    names, pinned = ({file.stem for file in list_files(networks, suffix)} for suffix in (MARKDOWN, SUFFIX))
    for entry in sorted(project.build.iterdir()):
        if entry.is_symlink():
            continue
        if entry.is_dir() and slug_fault(entry.name) is None:
            waste = _of_network(
                entry, is_gone=entry.name not in names, is_pinned=entry.name in pinned, everything=everything
            )
            found += [waste] if waste.files else []
        elif everything and entry.is_file() and entry.name in SHARED:
            found.append(Waste(entry, "kept for the next build", [entry]))
    return found


def remove(waste: Iterable[Waste]) -> None:
    """Remove files, and the folders that are empty then."""
    for each in waste:
        for file in each.files:
            file.unlink(missing_ok=True)
        if each.path.is_dir():
            folders = sorted((path for path in each.path.rglob("*") if path.is_dir()), reverse=True)
            for folder in (*folders, each.path):
                if not any(folder.iterdir()):
                    folder.rmdir()


def _staged(site: Path) -> list[Path]:
    """Return the trees beside the site that were never published: an old site may hold its owner's files."""
    return [each for each in names_beside(site.resolve(), "staging") if is_ours(each) and (each / NEW).exists()]


def _of_network(folder: Path, *, is_gone: bool, is_pinned: bool, everything: bool) -> Waste:
    if not (is_gone or everything):
        waste = Waste(folder, "stages that were killed")
    else:
        waste = Waste(folder, "results of a network that has gone" if is_gone else "results")
        if (folder / store.WEIGHTS).exists() and not is_pinned:
            waste.why += ", with weights that are pinned nowhere"
    for file in _files(folder):
        inner = file.relative_to(folder)
        is_partial = len(inner.parts) == 2 and PARTIAL.fullmatch(inner.parts[0]) and inner.name in OF_NETWORK
        is_searched = len(inner.parts) == 2 and inner.parts[0] == SEARCHED and OF_SEARCH.fullmatch(inner.name)
        is_result = len(inner.parts) == 1 and inner.name in OF_NETWORK
        if is_partial or ((is_gone or everything) and (is_result or is_searched)):
            waste.files.append(file)
        elif not (is_result or is_searched):
            waste.left.append(file)
    return waste


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir())
