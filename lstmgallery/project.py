"""The folders of a gallery, and the lock that keeps two builds out of the same results."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import filelock

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.locks import holder, read_holder

HOLDER = ".holder"  # names the process that uses a results folder


@dataclass(frozen=True)
class Project:
    """The folders of a gallery: the authors' content, the results kept between builds, the published site."""

    content: Path = Path("content")
    build: Path = Path("build")
    site: Path = Path("site")


class InUseError(GalleryError):
    """Another build is running in the same folder; retry once it has finished."""


@contextmanager
def in_use(build: Path) -> Iterator[None]:
    """Lock a results folder against other builds, creating it if it is missing."""
    try:
        build.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot create a folder for results ({error.strerror})"
        raise GalleryError(Problem(str(build), message, hint="choose another --cache")) from None
    lock = filelock.FileLock(build / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        message = "another build is using this folder"
        by = read_holder(build / HOLDER)
        hint = f"wait for it{by and f' ({by})'}, or choose another --cache"
        raise InUseError(Problem(str(build), message, hint=hint)) from None
    try:
        with suppress(OSError):  # a full disk is reported where results are written
            (build / HOLDER).write_text(holder(), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            (build / HOLDER).unlink()
        lock.release()
