"""Replace the old site with a rendered one, completely or not at all.

Takes `{path: bytes}`. Every link and fragment is checked first. Then the new tree is staged beside the old one, with
unchanged files linked rather than written, and the two are exchanged in one step. Where the system cannot do that (a
mount point, a folder whose parent is another user's) the new tree is staged inside the site and takes its place file by
file. Other people's files are not touched: the folder must carry this tool's marker, and top-level names that begin
with a dot stay with their owner.
"""

import os
import shutil
import stat
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from lstmgallery.errors import GalleryError, Problem, naming, nearest
from lstmgallery.exchange import (
    REFUSED,
    CannotExchangeError,
    clear_old,
    exchange_folders,
    is_owners,
    remove_tree,
    replace_files,
    set_modes,
)
from lstmgallery.interrupts import interrupts_held

MARKER = ".lstmgallery"
MARKER_TEXT = (
    b"This folder is written by lstmgallery. Every build replaces all of it but names that begin with a dot.\n"
)
INSIDE = f"{MARKER}.staging"  # the staged tree, where it cannot stand beside the site
MOST_LEFT_OVER = 9  # folders of earlier builds that nobody could remove
NOTHING, PARTLY, DONE = (
    "nothing was published",
    "the new site was published in part; build again to complete it",
    "the new site is published",
)


@dataclass(frozen=True)
class Published:
    """Counts of files written (new or changed), left alone and removed, and the size of the site in bytes.

    `by_file`: why files were replaced one by one, empty if the whole site was exchanged. `left`: the old folders that
    could not be removed.
    """

    written: int
    unchanged: int
    removed: int
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
) -> Published:
    """Make `site` hold exactly `files`. Raises `GalleryError`, before anything is touched, for dead links or a
    folder without this tool's marker.

    `tell` is told the outcome as soon as it is another: an error or Ctrl-C may follow. A symbolic link stays, and the
    folder that it leads to is replaced.
    """
    check_site(site)
    check_links(files)
    site = Path(os.path.realpath(site))  # "." and "..": the staging folder goes beside the site, never inside it
    left = _recover(site)
    files = {**files, MARKER: MARKER_TEXT}
    old = files_in(site)
    same = {path for path, content in files.items() if _is_same(path, content, site, old)}
    gone = {path for path in old if path not in files and not is_owners(Path(path))}
    mode = stat.S_IMODE(site.stat().st_mode) if site.exists() else None
    result = Published(
        written=len(files) - len(same),
        unchanged=len(same),
        removed=len(gone),
        size=sum(map(len, files.values())),
    )
    change = _Change(files, same, gone, None if mode is None else mode | stat.S_IRWXU)
    if result.written or gone:
        by_file, more = _replace(change, site, tell)
        result, left = replace(result, by_file=by_file), left + more
    elif mode is not None:
        set_modes(site, mode, files)
    tell(DONE)
    return replace(result, left=tuple(left))


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


def check_links(files: Mapping[str, bytes]) -> None:
    """Raise `GalleryError` with every link in `files` to a missing file, to a missing fragment or out of the site."""
    pages = {path: _Links(content) for path, content in files.items() if path.endswith(".html")}
    problems = []
    for path, page in pages.items():
        for (line, column), link in page.links:
            if fault := _fault(path, link, files, pages):
                message, hint = fault
                problems.append(Problem(path, f"the link {link!r} {message}", line, column + 1, hint=hint))
    if problems:
        raise GalleryError(problems)


class _Links(HTMLParser):
    """The links and ids of one page."""

    def __init__(self, content: bytes):
        super().__init__()
        self.links: list[tuple[tuple[int, int], str]] = []
        self.ids: set[str] = set()
        self.reads_state = False  # whether the page's script reads fragments such as #text=aXb&neuron=3
        self.feed(content.decode())

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.links.append((self.getpos(), value))
            elif name == "id" and value:
                self.ids.add(value)
            elif name == "data-reads-fragment":
                self.reads_state = True


def _fault(
    page: str, link: str, files: Mapping[str, bytes], pages: Mapping[str, _Links]
) -> tuple[str, str | None] | None:
    try:
        parts = urlsplit(link)
    except ValueError:
        return "is not a valid address", None
    if parts.scheme or parts.netloc:
        return (
            None if parts.scheme in ("http", "https", "mailto", "tel") else (f"has the scheme {parts.scheme!r}", None)
        )
    target = normpath(join(dirname(page), unquote(parts.path))) if parts.path else page
    if parts.path.startswith("/") or target.startswith(".."):
        return "points outside the site", "link to a file of the site by a path relative to this page"
    if target not in files:
        return "points to a missing file", nearest(target, files)
    fragment = unquote(parts.fragment)
    is_state = "=" in parts.fragment and target in pages and pages[target].reads_state
    if fragment and target in pages and not is_state and fragment not in pages[target].ids:
        return f"points to a missing fragment of {target}", nearest(fragment, pages[target].ids)
    return None


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
            with interrupts_held():  # an exchange, once begun, is completed and told
                exchange_folders(staging, site)
                tell(DONE)
                return "", clear_old(staging, site) if staging.exists() else []
        except CannotExchangeError:
            remove_tree(staging)
            raise
    except CannotExchangeError as reason:
        staging = site / INSIDE
        _stage(change, change.files.keys() - change.same, site, staging)
        with interrupts_held():
            tell(PARTLY)
            replace_files(staging, site, change.files.keys() - change.same, change.gone)
            set_modes(site, change.mode or 0, change.files)
            tell(DONE)
            return str(reason), remove_tree(staging)


def _stage_beside(change: _Change, site: Path) -> Path:
    staging = _free_staging(site)
    try:
        staging.mkdir(parents=True)
    except OSError as error:
        if error.errno in REFUSED and site.exists():
            raise CannotExchangeError(f"the folder around it cannot be changed: {error.strerror}") from None
        raise
    _stage(change, change.files, site, staging)
    return staging


def _stagings(site: Path) -> list[Path]:
    """Return the names of a staged tree: further ones are taken where an older one cannot be removed."""
    numbers = ("", *(f"-{number}" for number in range(2, MOST_LEFT_OVER + 1)))
    return [site.parent / f".{site.name}.staging{number}" for number in numbers]


def _free_staging(site: Path) -> Path:
    for staging in _stagings(site):
        if not os.path.lexists(staging):
            return staging
    message = (
        f"expected at most {MOST_LEFT_OVER - 1} old folders beside the site, found {staging.name} and all before it"
    )
    raise GalleryError(Problem(str(site.parent), message, hint="remove them by hand"))


def _stage(change: _Change, paths: Collection[str], site: Path, staging: Path) -> None:
    """Write the files at `paths` into `staging`, with the modes of the site."""
    try:
        staging.mkdir(exist_ok=True)
        for path in paths:
            file = staging / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if path in change.same:
                _link(site / path, file)
                continue
            with naming(file):
                file.write_bytes(change.files[path])
        set_modes(staging, stat.S_IMODE(staging.stat().st_mode) if change.mode is None else change.mode, paths)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)  # frees space on a full disk
        raise


def _link(old: Path, new: Path) -> None:
    """Make `new` the same file as `old`, modification time included, by a hard link if the file system allows it."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)


def _recover(site: Path) -> list[Problem]:
    """Finish or undo a killed publication; return what cannot be cleared away."""
    previous = site.parent / f".{site.name}.previous"
    if previous.exists() and not site.exists():
        os.rename(previous, site)
    elif previous.exists():
        os.rename(previous, _free_staging(site))  # its name is free again, even if it cannot be cleared away
    problems = []
    for left in _stagings(site):
        if left.exists():
            problems += clear_old(left, site) if site.exists() else remove_tree(left)
    if (site / INSIDE).exists():
        problems += remove_tree(site / INSIDE)
    return problems
