"""Hashes of folders with all that is in them, and of plain values."""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def digest(value: Any) -> str:
    """Return the SHA-256 of a value that is JSON, in hexadecimal."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def tree_hash(folder: Path, is_related: Callable[[str], bool] = lambda path: True) -> str:  # noqa: ARG005
    """Return a hash of all files in a folder, with their paths, kinds and permissions; links are followed.

    `is_related` is asked of each path, relative and with slashes; what is in a folder that is not, is not.
    """
    return digest(list(_entries(str(folder), "", frozenset(), is_related)))


def _entries(
    folder: str, inside: str, above: frozenset[str], is_related: Callable[[str], bool]
) -> Iterator[tuple[str, int, str]]:
    """Yield (path, mode, content) of everything in a folder; folders that contain themselves only once."""
    here = os.path.realpath(folder)
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        yield inside, 0, f"cannot be listed: {error.errno}"
        return
    yield inside, os.stat(folder).st_mode, ""
    for name in names:
        file, path = os.path.join(folder, name), f"{inside}{name}"
        if not is_related(path):
            continue
        try:
            found = os.lstat(file)
            link = os.readlink(file) if stat.S_ISLNK(found.st_mode) else ""
            mode = os.stat(file).st_mode
            if stat.S_ISDIR(mode):
                if here not in above:
                    yield from _entries(file, f"{path}/", above | {here}, is_related)
                content = link
            elif stat.S_ISREG(mode):
                with open(file, "rb") as stream:
                    content = link + hashlib.file_digest(stream, "sha256").hexdigest()
            else:
                content = "neither a file nor a folder"
            yield path, found.st_mode, content
        except OSError as error:
            yield path, 0, f"cannot be read: {error.errno}"
