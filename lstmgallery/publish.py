"""Replace the old site with a rendered one, completely or not at all.

Takes `{path: bytes}`. Every link and fragment is checked first. Then the new tree is staged beside the old one, with
unchanged files linked rather than written, and the two are exchanged in one step. Where the system cannot do that (a
mount point, a folder whose parent is another user's) the new tree is staged inside the site and takes its place file by
file. Other people's files are not touched: the folder must carry this tool's marker, and top-level names that begin
with a dot stay with their owner.
"""

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lstmgallery.errors import GalleryError, Problem, naming
from lstmgallery.exchange import (
    MANIFEST,
    MARKER,
    NEW,
    REFUSED,
    CannotExchangeError,
    clear_old,
    exchange_folders,
    flush,
    free_name,
    is_ours,
    is_owners,
    link_file,
    names_beside,
    remove_tree,
    replace_files,
    set_modes,
    stage_owners,
)
from lstmgallery.interrupts import interrupts_held
from lstmgallery.kept import Keep, make_anew
from lstmgallery.links import check_links
from lstmgallery.locks import HeldError, folder_locked, holder, read_holder

MARKER_TEXT = (
    b"This folder is written by lstmgallery. Every build replaces all of it but names that begin with a dot.\n"
)
INSIDE = f"{MARKER}.staging"  # the staged tree, where it cannot stand beside the site
PATIENCE_SECONDS = 60.0  # for another build that publishes into the same folder
NOTHING, PARTLY, DONE = (
    "nothing was published",
    "the new site was published in part; build again to complete it",
    "the new site is published",
)


@dataclass(frozen=True)
class Published:
    """Counts of files written (new or changed) and left alone, and the size of the site in bytes.

    `gone`: the files of the old site that were removed. `by_file`: why files were replaced one by one, empty if the
    whole site was exchanged. `left`: the old folders that could not be removed.
    """

    written: int
    unchanged: int
    gone: tuple[str, ...]
    size: int
    by_file: str = ""
    left: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Change:
    """A site as it is to be: its files, those it holds already, and those it loses."""

    files: Mapping[str, bytes]
    same: set[str]
    gone: set[str]
    mode: int | None  # of the site's folder, which all its files follow; None for a new site


def publish(
    files: Mapping[str, bytes],
    site: Path,
    tell: Callable[[str], None] = lambda outcome: None,  # noqa: ARG005
    keep: Keep = make_anew,
) -> Published:
    """Make `site` hold exactly `files`. Raises `GalleryError`, before anything is touched, for dead links or a
    folder without this tool's marker.

    `tell` is told the outcome as soon as it is another: an error or Ctrl-C may follow. `keep` keeps the links of pages.
    A symbolic link stays, and the folder that it leads to is replaced.
    """
    check_site(site)
    check_links(files, keep)
    site = Path(os.path.realpath(site))  # "." and "..": the staging folder goes beside the site, never inside it
    with naming(site.parent):
        site.parent.mkdir(parents=True, exist_ok=True)
    with _alone(site):
        check_site(site)  # another build may have made it
        return _publish(files, site, tell)


def recover(site: Path) -> None:
    """Bring back the old site if a publication was killed between the two steps of an exchange.

    Every build begins with this, so that a mistake in the content does not keep the site from coming back.
    """
    site = Path(os.path.realpath(site))
    with suppress(FileNotFoundError):
        os.lstat(site)  # a name that the system refuses is named as it was given
    if not os.path.lexists(site) and any(is_ours(each) for each in names_beside(site, "previous")):
        with _alone(site):
            _recover(site)


@contextmanager
def _alone(site: Path) -> Iterator[None]:
    """Keep other builds from publishing into the same folder meanwhile; wait for one that does."""
    try:
        with ExitStack() as locks:
            locks.enter_context(folder_locked(site.parent, patience=PATIENCE_SECONDS))
            if os.path.ismount(site):  # others may see it in another folder
                locks.enter_context(folder_locked(site, patience=PATIENCE_SECONDS))
            yield
    except HeldError:
        staged = [folder / NEW for folder in (*names_beside(site, "staging"), site / INSIDE)]
        by = next(filter(None, map(read_holder, staged)), "an unknown process")
        message = f"another build has been publishing into this folder for {PATIENCE_SECONDS:.0f} s"
        raise GalleryError(Problem(str(site), message, hint=f"wait for it: {by}")) from None


def _publish(files: Mapping[str, bytes], site: Path, tell: Callable[[str], None]) -> Published:
    left = _recover(site)
    files = {**files, MARKER: MARKER_TEXT}
    files[MANIFEST] = write_manifest(files)
    old = files_in(site)
    same = {path for path, content in files.items() if _is_same(path, content, site, old)}
    gone = {path for path in old if path not in files and not is_owners(Path(path))}
    mode = stat.S_IMODE(site.stat().st_mode) if site.exists() else None
    counted = files.keys() - {MANIFEST}  # which changes with any other
    result = Published(
        written=len(counted - same),
        unchanged=len(counted & same),
        gone=tuple(sorted(gone)),
        size=sum(map(len, files.values())),
    )
    change = _Change(files, same, gone, None if mode is None else mode | stat.S_IRWXU)
    if len(same) < len(files) or gone:
        by_file, more = _replace(change, site, tell)
        result, left = replace(result, by_file=by_file), left + more
    elif mode is not None:
        set_modes(site, mode, files)
    tell(DONE)
    return replace(result, left=tuple(left))


def write_manifest(files: Mapping[str, bytes]) -> bytes:
    """Return the list of a site's files with their SHA-256, as `sha256sum --check` reads it."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()))
    return "".join(lines).encode()


def read_manifest(content: bytes) -> dict[str, str]:
    """Return the SHA-256 of each file by its path. Raises `ValueError` for any other content."""
    listed = [line.split("  ", 1) for line in content.decode().splitlines()]
    if not listed or not all(len(line) == 2 and re.fullmatch("[0-9a-f]{64}", line[0]) for line in listed):
        raise ValueError("not a list of hashes")
    return {path: sha256 for sha256, path in listed}


def check_site(site: Path) -> None:
    """Raise `GalleryError` unless `site` is missing, empty or carries the marker."""
    if file := next((parent for parent in site.parents if parent.is_file()), None):
        raise GalleryError(Problem(str(site), f"expected a folder for the site, but {file} is a file"))
    if not site.exists():
        if site.is_symlink():
            message = f"expected a folder for the site, found a link that leads nowhere ({os.readlink(site)})"
            raise GalleryError(Problem(str(site), message, hint="mount or create its target, or remove the link"))
        return
    if not site.is_dir():
        raise GalleryError(Problem(str(site), "expected a folder for the site, found a file"))
    names = {entry.name for entry in site.iterdir()} - {INSIDE, "lost+found"}  # a volume that was never published to
    if names and MARKER not in names:
        message = f"expected a folder created by this tool, found other files and no {MARKER}"
        raise GalleryError(Problem(str(site), message, hint="choose an empty or new folder with --output"))


def files_in(site: Path) -> set[str]:
    """Return the path of everything in a site but folders, and what is in its owner's.

    Raises `OSError` if a folder cannot be listed.
    """
    if not site.exists():
        return set()

    def refuse(error: OSError) -> None:
        raise error

    found = set()
    for folder, folders, names in os.walk(site, onerror=refuse):
        inner = Path(folder).relative_to(site)
        if inner == Path():
            folders[:] = [name for name in folders if not is_owners(Path(name))]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        found |= {(inner / name).as_posix() for name in (*names, *links)}
    return found


def _is_same(path: str, content: bytes, site: Path, old: set[str]) -> bool:
    """Return whether the site has this file. Files behind a link to a folder are not the site's, and not in `old`."""
    return (path in old or is_owners(Path(path))) and _holds(site / path, content)


def _holds(file: Path, content: bytes) -> bool:
    """Return whether a file has this content; one that cannot be read is written again."""
    try:
        found = file.lstat()
        return stat.S_ISREG(found.st_mode) and found.st_size == len(content) and file.read_bytes() == content
    except OSError:
        return False


def _replace(change: _Change, site: Path, tell: Callable[[str], None]) -> tuple[str, list[Problem]]:
    """Replace the site, as a whole if possible; return why it had to be file by file, and what is left over."""
    try:
        if os.path.ismount(site):
            raise CannotExchangeError("the folder is a mount point")
        staging = _stage_beside(change, site)
        try:
            flush(staging)
            with interrupts_held():  # an exchange, once begun, is completed and told
                exchange_folders(staging, site)
                tell(DONE)
                (site / NEW).unlink(missing_ok=True)
                return "", clear_old(staging, site) if staging.exists() else []
        except CannotExchangeError:
            remove_tree(staging)
            raise
    except CannotExchangeError as reason:
        staging = site / INSIDE
        _stage(change, change.files.keys() - change.same, site, staging)
        flush(staging)
        with interrupts_held():
            tell(PARTLY)
            replace_files(staging, site, change.files.keys() - change.same, change.gone)
            set_modes(site, change.mode or 0, change.files)
            tell(DONE)
            return str(reason), remove_tree(staging)


def _stage_beside(change: _Change, site: Path) -> Path:
    staging = free_name(site, "staging")
    try:
        staging.mkdir(parents=True)
    except OSError as error:
        if error.errno in REFUSED and site.exists():
            raise CannotExchangeError(f"the folder around it cannot be changed: {error.strerror}") from None
        raise
    _stage(change, change.files, site, staging)
    try:
        stage_owners(site, staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return staging


def _stage(change: _Change, paths: Collection[str], site: Path, staging: Path) -> None:
    """Write the files at `paths` into `staging`, with the modes of the site."""
    try:
        staging.mkdir(exist_ok=True)
        with naming(staging / NEW):
            (staging / NEW).write_text(holder(), encoding="utf-8")
        for folder in {os.path.dirname(path) for path in paths}:
            (staging / folder).mkdir(parents=True, exist_ok=True)
        for path in paths:
            file = os.path.join(staging, path)
            if path in change.same:
                link_file(os.path.join(site, path), file)
                continue
            with naming(Path(file)):
                Path(file).write_bytes(change.files[path])
        set_modes(staging, stat.S_IMODE(staging.stat().st_mode) if change.mode is None else change.mode, paths)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)  # frees space on a full disk
        raise


def _recover(site: Path) -> list[Problem]:
    """Finish or undo a killed publication; return what cannot be cleared away. Folders of others are left alone."""
    previous = [folder for folder in names_beside(site, "previous") if is_ours(folder)]
    if previous and not os.path.lexists(site):
        os.rename(previous.pop(0), site)
    (site / NEW).unlink(missing_ok=True)
    problems = []
    for left in (*previous, *filter(is_ours, names_beside(site, "staging"))):
        problems += clear_old(left, site) if site.exists() else remove_tree(left)
    if (site / INSIDE).is_dir() and not (site / INSIDE).is_symlink():
        problems += remove_tree(site / INSIDE)
    return problems
