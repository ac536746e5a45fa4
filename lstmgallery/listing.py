"""List a folder of content: the files that a build reads, and those that only look like content.

Every list of content comes from here. A folder that is not there holds nothing; one that is there and cannot be listed
is an error, never an empty list. Names that begin with a dot, and editors' backups, are nobody's content.
"""

import difflib
import os
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lstmgallery.errors import GalleryError, Problem

MARKDOWN = ".md"
WRITEUPS, COMPARISONS = "writeups", "comparisons"
READ = {  # the suffixes read in each folder
    "networks": (MARKDOWN, ".npz", ".search.json", ".copies.json"),
    WRITEUPS: (MARKDOWN,),
    COMPARISONS: (MARKDOWN,),
}
SETTINGS = "site.yaml"
_ALIKE = (".md", ".markdown", ".mdown", ".mkdn", ".mkd", ".mdwn", ".mdtxt", ".mdx", ".qmd", ".rmd", ".md.txt")
ASTRAY = "move it to networks/, writeups/ or comparisons/"
_FOLDERS = "folders in here are not read"

Record = TypeVar("Record")


@dataclass(frozen=True)
class Unread:
    """A file that looks like content and is not read, and why."""

    file: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


def list_files(folder: Path, suffix: str = MARKDOWN) -> tuple[Path, ...]:
    """Return the files in `folder` that are read by their `suffix`, sorted by name; none if there is no folder.

    Links that lead nowhere are among them: who reads them reports them. Raises `GalleryError` if the folder cannot be
    listed, or for links out of the content folder, which holds `folder`.
    """
    check_within(folder, folder.parent)
    files = (folder / name for name in _names(folder) if name.endswith(suffix) and not _is_documentation(name))
    found = tuple(file for file in files if _is_readable(file))
    if problems := [problem for file in found if (problem := _leads_out(file, folder.parent)) is not None]:
        raise GalleryError(problems)
    return found


def check_within(path: Path, content: Path) -> None:
    """Raise `GalleryError` if a file or folder of the content leads out of it.

    Whoever sends in content may not publish other files of the machine that builds it.
    """
    if (problem := _leads_out(path, content)) is not None:
        raise GalleryError(problem)


def _leads_out(path: Path, content: Path) -> Problem | None:
    """Return the problem of a path that is, or is within, a link out of the content folder; None for other paths."""
    if not path.exists():
        return None
    inside = path.parent.resolve() / path.name  # a link within a linked folder is reported once, for the folder
    if not inside.is_symlink() or path.resolve().is_relative_to(content.resolve()):
        return None
    message = f"expected a file or folder of the content, found a link out of it ({os.readlink(path)})"
    return Problem(str(path), message, hint="copy it here, or build from the folder it leads to: --content")


def read_beside(
    folder: Path, suffix: str, networks: Collection[str], kind: str, read: Callable[[Path], Record]
) -> tuple[dict[str, Record], list[Problem]]:
    """Return the records of a `suffix` in the folder of networks, by network, and the problems found in them.

    `kind`: what such a record is called; `read` raises `GalleryError` for a file that is not one.
    """
    found: dict[str, Record] = {}
    problems: list[Problem] = []
    for file in list_files(folder, suffix):
        name = file.name.removesuffix(suffix)
        if name not in networks:
            message = f"expected the network of this {kind}, {name}.md, found none"
            problems.append(Problem(str(file), message, hint="rename one to match the other, or remove the record"))
            continue
        try:
            found[name] = read(file)
        except GalleryError as error:
            problems += error.problems
    return found, problems


def list_unread(content: Path) -> tuple[Unread, ...]:
    """Return everything in a content folder that looks like content and is not read.

    What cannot be listed is left to `list_files`, except in folders where nothing is read.
    """
    found = [*_astray(content)]
    for name, suffixes in READ.items():
        found += _unread(content / name, suffixes)
    return tuple(found)


def check_folder(folder: Path) -> None:
    """Raise `GalleryError` unless the content folder is there and can be listed."""
    try:
        os.listdir(folder)
    except FileNotFoundError as error:
        if folder.is_symlink():
            raise GalleryError(_cannot_list(folder, error)) from None
        hint = "run this in the folder that contains content/, pass --content, or begin a gallery: lstmgallery init"
        raise GalleryError(Problem(str(folder), "expected the content folder, found none", hint=hint)) from None
    except OSError as error:
        raise GalleryError(_cannot_list(folder, error)) from None


def is_backup(name: str) -> bool:
    """Return whether a name is that of a hidden file, or of one that an editor leaves beside another."""
    return name.startswith((".", "~$")) or name.endswith("~") or (name.startswith("#") and name.endswith("#"))


def _cannot_list(folder: Path, error: OSError) -> Problem:
    if folder.is_symlink() and isinstance(error, FileNotFoundError):
        message = f"expected a folder, found a link that leads nowhere ({os.readlink(folder)})"
        return Problem(str(folder), message, hint="mount or restore its target, or remove the link")
    if isinstance(error, NotADirectoryError):
        return Problem(str(folder), "expected a folder, found a file", hint="rename or remove the file")
    message = f"expected a folder that can be listed, found one that cannot: {error.strerror or error}"
    hint = "give this user the right to read it" if isinstance(error, PermissionError) else None
    return Problem(str(folder), message, hint=hint)


def _names(folder: Path) -> list[str]:
    """Return the names in a folder that can be content, sorted; none if there is no such folder."""
    try:
        return sorted(name for name in os.listdir(folder) if not is_backup(name))
    except FileNotFoundError as error:
        if not folder.is_symlink():
            return []
        raise GalleryError(_cannot_list(folder, error)) from None
    except OSError as error:
        raise GalleryError(_cannot_list(folder, error)) from None


def _is_readable(file: Path) -> bool:
    """Return whether a file can be opened without waiting for another program, as a pipe's reader does."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return True  # reading it fails, and says why


def _unread(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Unread]:
    """Yield the entries of a folder that look like content but lack its `suffixes`."""
    try:
        names = _names(folder)
    except GalleryError:
        return
    for name in names:
        file, is_alike = folder / name, name.lower().endswith((*suffixes, *_ALIKE))
        if file.is_dir():
            if is_alike:
                yield Unread(file, "expected a file, found a folder")
            yield from _below(file, folder.name)
        elif not is_alike:
            continue
        elif not _is_readable(file):
            yield Unread(file, "expected a file, found a pipe, a socket or a device")
        elif _is_documentation(name):
            yield Unread(file, "a README is not content")
        elif not name.endswith(suffixes):
            yield Unread(file, f"rename it to {_renamed(name, suffixes)}")


def _below(folder: Path, home: str) -> Iterator[Unread]:
    """Yield the entries that look like content in a folder that is not read."""
    try:
        names = _names(folder)
    except GalleryError:
        yield Unread(folder, f"{_FOLDERS}, and this one cannot be listed")
        return
    for name in names:
        file = folder / name
        if file.is_dir():
            if not file.is_symlink():  # links could lead in circles
                yield from _below(file, home)
        elif name.lower().endswith(_ALIKE) and not _is_documentation(name):
            yield Unread(file, f"{_FOLDERS}: move it to {home}/")


def _astray(content: Path) -> Iterator[Unread]:
    """Yield what looks like content beside the folders of networks and write-ups."""
    try:
        names = _names(content)
    except GalleryError:
        return
    for name in names:
        file = content / name
        if name in READ or name == SETTINGS or _is_documentation(name):
            continue
        if file.is_dir():
            if near := difflib.get_close_matches(name.lower(), READ, n=1, cutoff=0.8):
                for each in _below(file, near[0]):
                    yield Unread(each.file, f"{near[0]}/ is read, {name}/ is not")
            elif not file.is_symlink():
                for each in _below(file, name):
                    if _is_readable(each.file) and _has_front_matter(each.file):
                        yield Unread(each.file, ASTRAY)
        elif name.lower() in (SETTINGS, "site.yml", f"{SETTINGS}.txt"):
            yield Unread(file, f"rename it to {SETTINGS}")
        elif name.lower().endswith(_ALIKE) and _is_readable(file) and _has_front_matter(file):
            yield Unread(file, ASTRAY)


def _is_documentation(name: str) -> bool:
    """Return whether a file tells people about its folder, in any spelling: README.md, readme.markdown."""
    return any(name.lower() == f"readme{suffix}" for suffix in _ALIKE)


def _has_front_matter(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return stream.read(6).removeprefix(b"\xef\xbb\xbf").startswith(b"---")
    except OSError:
        return False


def _renamed(name: str, suffixes: tuple[str, ...]) -> str:
    suffix = max((each for each in (*suffixes, *_ALIKE) if name.lower().endswith(each)), key=len)
    return name[: -len(suffix)] + (suffix if suffix in suffixes else MARKDOWN)
