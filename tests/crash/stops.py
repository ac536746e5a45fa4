"""Stop this process, or refuse it, at one of the file-system calls that Python makes in a folder."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHANGING = ("os.link", "os.mkdir", "os.rename", "os.symlink", "os.truncate")  # what a full disk refuses, beside writing
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
WAYS = ("SIGKILL", "SIGTERM", "SIGINT", "ENOSPC", "EIO")


class Stop:
    """Counts calls; at call `at` of them the process is stopped in this way. A full disk stays full."""

    def __init__(self, folder: Path, way: str, at: int):
        self.folder = os.fspath(folder)
        self.way = way
        self.at = at
        self.calls = 0
        self.is_off = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.is_off or not self._is_ours(event, arguments):
            return
        self.calls += 1
        if self.way == "ENOSPC":
            if self.calls >= self.at and _writes(event, arguments):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), os.fspath(arguments[0]))
        elif self.calls == self.at:
            if self.way == "EIO":
                name = arguments[0] if isinstance(arguments[0], (str, bytes, os.PathLike)) else self.folder
                raise OSError(errno.EIO, os.strerror(errno.EIO), os.fspath(name))
            os.kill(os.getpid(), getattr(signal, self.way))

    def _is_ours(self, event: str, arguments: tuple[Any, ...]) -> bool:
        if event.startswith("ctypes."):
            return event == "ctypes.dlsym"  # before the exchange, and before the disk is written to
        if not event.startswith(("open", "os.", "shutil.")):
            return False
        paths = [os.fspath(each) for each in arguments if isinstance(each, (str, os.PathLike))]
        return any(path.startswith(self.folder) for path in paths)


def _writes(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        return bool(arguments[2] & WRITING)
    return event in CHANGING


def run_stopped(run: Callable[[], None], stop: Stop, output: Path) -> tuple[int, int]:
    """Run a function in a child process that is stopped; return its status, as a shell tells it, and its calls."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 0
        try:
            with output.open("wb") as stream:
                os.dup2(stream.fileno(), 1)
                os.dup2(stream.fileno(), 2)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            sys.addaudithook(stop)
            run()
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 1
        except BaseException:
            import traceback

            stop.is_off = True
            traceback.print_exc()
            status = 99
        finally:
            stop.is_off = True
            sys.stdout.flush()
            sys.stderr.flush()
            os.write(writing, str(stop.calls).encode())
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as stream:
        calls = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(calls or 0)
