"""Replace the old site with a rendered one, completely or not at all.

Takes `{path: bytes}`. Every link and fragment is checked first. Then the new tree is staged beside the old one, with
unchanged files linked rather than written, and the two are exchanged in one step. Other people's files are not
touched: the folder must carry this tool's marker, and top-level names that begin with a dot stay with their owner.
"""

import ctypes
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from lstmgallery.errors import GalleryError, Problem, naming, nearest

MARKER = ".lstmgallery"
MARKER_TEXT = (
    b"This folder is written by lstmgallery. Every build replaces all of it but names that begin with a dot.\n"
)


@dataclass(frozen=True)
class Published:
    """Counts of files written (new or changed), left alone and removed, and the size of the site in bytes."""

    written: int
    unchanged: int
    removed: int
    size: int


def publish(files: Mapping[str, bytes], site: Path) -> Published:
    """Make `site` hold exactly `files`. Raises `GalleryError`, before anything is touched, for dead links or a
    folder without this tool's marker."""
    check_site(site)
    check_links(files)
    site = Path(os.path.abspath(site))  # "." and "..": the staging folder goes beside the site, never inside it
    _recover(site)
    files = {**files, MARKER: MARKER_TEXT}
    old = _files_in(site)
    same = {path for path, content in files.items() if path in old and _holds(site / path, content)}
    gone = {path for path in old if path not in files and not path.startswith(".")}
    result = Published(
        written=len(files) - len(same),
        unchanged=len(same),
        removed=len(gone),
        size=sum(map(len, files.values())),
    )
    if result.written or gone:
        _swap(_stage(files, same, site), site)
    return result


def check_site(site: Path) -> None:
    """Raise `GalleryError` unless `site` is missing, empty or carries the marker."""
    if file := next((parent for parent in site.parents if parent.is_file()), None):
        raise GalleryError(Problem(str(site), f"expected a folder for the site, but {file} is a file"))
    if not site.exists() and not site.is_symlink():
        return
    if not site.is_dir():
        raise GalleryError(Problem(str(site), "expected a folder for the site, found a file"))
    if site.is_symlink() or os.path.ismount(site):
        kind = "a symbolic link" if site.is_symlink() else "a mount point"
        message = f"expected a plain folder, which can be replaced in one step, found {kind}"
        raise GalleryError(Problem(str(site), message, hint="build into a folder inside it"))
    if any(site.iterdir()) and not (site / MARKER).is_file():
        message = f"expected a folder created by this tool, found other files and no {MARKER}"
        raise GalleryError(Problem(str(site), message, hint="choose an empty or new folder with --output"))


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
        return None if parts.scheme in ("http", "https", "mailto") else (f"has the scheme {parts.scheme!r}", None)
    target = normpath(join(dirname(page), unquote(parts.path))) if parts.path else page
    if parts.path.startswith("/") or target.startswith(".."):
        return "points outside the site", "link to a file of the site by a path relative to this page"
    if target not in files:
        return "points to a missing file", nearest(target, files)
    is_state = "=" in parts.fragment and target in pages and pages[target].reads_state
    if parts.fragment and target in pages and not is_state and parts.fragment not in pages[target].ids:
        return f"points to a missing fragment of {target}", nearest(parts.fragment, pages[target].ids)
    return None


def _files_in(site: Path) -> set[str]:
    if not site.exists():
        return set()
    return {file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file() or file.is_symlink()}


def _holds(file: Path, content: bytes) -> bool:
    return not file.is_symlink() and file.stat().st_size == len(content) and file.read_bytes() == content


def _staging(site: Path) -> Path:
    return site.parent / f".{site.name}.staging"


def _stage(files: Mapping[str, bytes], same: set[str], site: Path) -> Path:
    staging = _staging(site)
    try:
        for path, content in files.items():
            file = staging / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if path in same:
                _link(site / path, file)
                continue
            with naming(file):
                file.write_bytes(content)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)  # frees space on a full disk
        raise
    return staging


def _link(old: Path, new: Path) -> None:
    """Make `new` the same file as `old`, modification time included, by a hard link if the file system allows it."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)


def _swap(staging: Path, site: Path) -> None:
    site.parent.mkdir(parents=True, exist_ok=True)
    if not site.exists():
        os.rename(staging, site)
        return
    if not _exchange(staging, site):  # the system has no such call: two steps, which `_recover` can finish
        previous = site.parent / f".{site.name}.previous"
        os.rename(site, previous)
        os.rename(staging, site)
        os.rename(previous, staging)
    _clear(staging, site)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, with Linux's renameat2 or macOS's renamex_np; return whether that worked."""
    if os.name != "posix":
        return False
    libc = ctypes.CDLL(None)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        at_working_folder, exchange = -100, 2
        return bool(libc.renameat2(at_working_folder, first, at_working_folder, second, exchange) == 0)
    if sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        swap = 2
        return bool(libc.renamex_np(first, second, swap) == 0)
    return False


def _clear(old: Path, site: Path) -> None:
    """Move the owner's files at the top of the old tree to the new one; remove the rest."""
    for entry in old.glob(".*"):
        if not (site / entry.name).exists():
            os.rename(entry, site / entry.name)
    shutil.rmtree(old)


def _recover(site: Path) -> None:
    """Finish or undo a killed publication."""
    previous, staging = site.parent / f".{site.name}.previous", _staging(site)
    if previous.exists() and not site.exists():
        os.rename(previous, site)
    for left in (previous, staging):
        if left.exists():
            _clear(left, site) if site.exists() else shutil.rmtree(left)
