"""Locks on folders: one process at a time, and which process holds one.

A lock is on the folder itself, by `flock`, so nothing is left over: the system frees it when its process ends, however
that happens. Windows has no such locks; there a file beside the folder is locked.
"""

import errno
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import filelock

LOOK_SECONDS = 0.05  # between two looks whether a folder is free
_CANNOT = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EACCES, errno.EBADF}  # of file systems


class HeldError(Exception):
    """Another process holds the lock."""


@contextmanager
def folder_locked(folder: Path, *, patience: float) -> Iterator[None]:
    """Lock a folder that exists, waiting at most `patience` seconds; raises `HeldError`.

    Where the file system has no locks, nothing is locked.
    """
    if os.name != "posix":
        try:
            with filelock.FileLock(folder.parent / f".{folder.name}.lock", timeout=patience):
                yield
        except filelock.Timeout:
            raise HeldError from None
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise HeldError from None
                time.sleep(LOOK_SECONDS)
            except OSError as error:
                if error.errno not in _CANNOT:
                    raise
                break
        yield
    finally:
        os.close(descriptor)


def holder() -> str:
    """Return a line that names this process, and since when it works, for others that wait for it."""
    return f"process {os.getpid()} on {socket.gethostname()}, since {datetime.now():%Y-%m-%d %H:%M:%S}"


def read_holder(file: Path) -> str:
    """Return the line that a process left in a file; nothing if there is none."""
    try:
        return file.read_text(encoding="utf-8").strip()[:200]
    except (OSError, UnicodeDecodeError):
        return ""
