"""Exchange a published folder for a staged one: in one step where the system can, file by file where it cannot.

Before the exchange an error leaves the old site. After it nothing here raises: what cannot be cleared away is returned
as a problem, because the new site is in place. Names at the top that begin with a dot are the owner's and stay.
"""

import contextlib
import ctypes
import errno
import os
import shutil
import stat
import sys
from collections.abc import Collection, Iterable
from pathlib import Path

from lstmgallery.errors import GalleryError, Problem

# A mount point, a folder around it of another user. On Windows the same numbers tell of files that are open.
REFUSED = (errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS) if os.name == "posix" else ()
MARKER = ".lstmgallery"  # the file of a site that says that it is ours
MANIFEST = f"{MARKER}.sha256"  # the file of a site that lists all others with their hashes
NEW = f"{MARKER}.new"  # the file of a staged tree that has not been published yet; it names the process that stages it
MOST_LEFT_OVER = 9  # folders of earlier builds that nobody could remove
LEFT_OVER = "remove it by hand; the site is complete without it"


class CannotExchangeError(Exception):
    """The folder cannot be exchanged as a whole; nothing has changed. Its text says why."""


def exchange_folders(staging: Path, site: Path) -> None:
    """Put `staging` in the place of `site`, and the old site, if there was one, in that of `staging`."""
    if not site.exists():
        os.rename(staging, site)
        return
    if _exchange(staging, site):
        return
    previous = free_name(site, "previous")  # the system has no such call: two steps
    try:
        os.rename(site, previous)
    except OSError as error:
        if error.errno in REFUSED:
            raise CannotExchangeError(f"the system refuses to move the folder: {error.strerror}") from None
        raise
    try:
        os.rename(staging, site)
    except BaseException:
        try:
            os.rename(previous, site)
        except OSError as error:
            message = f"the old site could not be put back: {_said(error)}; it is whole in {previous}"
            raise GalleryError(Problem(str(site), message, hint="build again, or rename it by hand")) from None
        raise
    os.rename(previous, staging)


def flush(folder: Path) -> None:
    """Have the system write to the disk what it still holds of the folder's file system.

    After it, a power failure that keeps an exchange keeps the files of the new folder too.
    """
    if os.name != "posix":
        return
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "syncfs"):
        os.sync()
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        libc.syncfs(opened)
    finally:
        os.close(opened)


def names_beside(site: Path, kind: str) -> list[Path]:
    """Return the names of staged or previous trees: further ones are taken where an older one is in the way."""
    numbers = ("", *(f"-{number}" for number in range(2, MOST_LEFT_OVER + 1)))
    return [site.parent / f".{site.name}.{kind}{number}" for number in numbers]


def free_name(site: Path, kind: str) -> Path:
    """Return the first free name for a `staging` or `previous` tree beside the site."""
    for name in names_beside(site, kind):
        if not os.path.lexists(name):
            return name
    message = f"expected at most {MOST_LEFT_OVER - 1} old folders beside the site, found {name.name} and all before it"
    raise GalleryError(Problem(str(site.parent), message, hint="remove them by hand"))


def is_ours(folder: Path) -> bool:
    """Return whether a folder was written by this tool: it carries a marker, or is empty. A link is never ours."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    try:
        names = set(os.listdir(folder))
    except OSError:
        return False
    return not names or MARKER in names or NEW in names


def stage_owners(site: Path, staging: Path) -> None:
    """Link or copy the owner's files at the top of the site into a staged tree, which is then whole when published.

    What cannot be read stays in the old site and is moved when it is cleared away. What is published is left alone.
    """
    if not site.is_dir():
        return
    for entry in sorted(site.glob(".*")):
        if not entry.name.startswith(MARKER):
            new = staging / entry.name
            is_new = not os.path.lexists(new)
            try:
                _link_tree(entry, new)
            except OSError:
                if is_new:
                    with contextlib.suppress(OSError):
                        shutil.rmtree(new) if new.is_dir() and not new.is_symlink() else new.unlink()


def _link_tree(old: Path, new: Path) -> None:
    if old.is_symlink():
        if not os.path.lexists(new):
            os.symlink(os.readlink(old), new)
    elif old.is_dir():
        is_new = not new.exists()
        new.mkdir(exist_ok=True)
        for entry in sorted(old.iterdir()):
            _link_tree(entry, new / entry.name)
        if is_new:
            shutil.copystat(old, new)
    elif not os.path.lexists(new):
        link_file(old, new)


def link_file(old: str | Path, new: str | Path) -> None:
    """Make `new` the same file as `old`, modification time included, by a hard link if the file system allows it."""
    try:
        os.link(old, new)
    except OSError:
        if not stat.S_ISREG(os.stat(old).st_mode):  # reading a pipe would wait
            raise
        shutil.copy2(old, new)


def replace_files(staging: Path, site: Path, changed: Iterable[str], gone: Iterable[str]) -> None:
    """Move changed files from `staging` into `site` and remove those that are gone, one after the other.

    Every file is the old or the new one at any time, but for a moment the site is part old, part new: pages come after
    what they show, the front page last, and old files go at the end. The folder's marker, a hidden file, comes first.
    """
    for path in sorted(changed, key=_turn):
        file = site / path
        for folder in [*file.relative_to(site).parents][-2::-1]:
            if not (site / folder).is_dir() or (site / folder).is_symlink():
                (site / folder).unlink(missing_ok=True)
                (site / folder).mkdir()
        if file.is_dir() and not file.is_symlink():
            make_writable(file)
            shutil.rmtree(file)
        os.replace(staging / path, file)
    for path in sorted(gone):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):  # removed with a folder, or replaced by one
            if (site / path).is_symlink() or not (site / path).is_dir():
                (site / path).unlink()
    for name, _, _ in os.walk(site, topdown=False):
        inner = Path(name).relative_to(site)
        if inner != Path() and not is_owners(inner):
            with contextlib.suppress(OSError):  # it is not empty
                os.rmdir(name)


def _turn(path: str) -> tuple[bool, bool, bool, str]:
    return not path.startswith("."), path.endswith(".html"), path == "index.html", path


def clear_old(old: Path, site: Path) -> list[Problem]:
    """Move what is the owner's at the top of an old tree to the new one and remove the rest; return what is left over.

    The owner's files are in the new tree already; what is moved are those that could not be staged, or that changed
    since. A tree that was never published has nothing of its owner's but links and copies.
    """
    if (old / NEW).exists():
        return remove_tree(old)
    make_writable(old)
    kept: list[tuple[Path, OSError]] = []
    try:
        entries = sorted(old.glob(".*"))
    except OSError as error:
        entries, kept = [], [(old, error)]
    for entry in entries:
        if not entry.name.startswith(MARKER):
            try:
                _bring(entry, site / entry.name)
            except OSError as error:
                kept.append((entry, error))
    if kept:
        hint = f"move it to {site} by hand"
        return [
            Problem(
                str(entry), f"is yours and stays here, as it cannot be moved to the new site: {_said(error)}", hint=hint
            )
            for entry, error in kept
        ]
    return remove_tree(old)


def _bring(old: Path, new: Path) -> None:
    """Move a file or a folder of the owner to the new site unless it is there already, or there is a newer one."""
    if not os.path.lexists(new):
        os.rename(old, new)
    elif old.is_dir() and not old.is_symlink() and new.is_dir() and not new.is_symlink():
        for entry in sorted(old.iterdir()):
            _bring(entry, new / entry.name)
    elif not old.is_dir() and not new.is_dir() and old.lstat().st_mtime_ns > new.lstat().st_mtime_ns:
        os.replace(old, new)


def remove_tree(folder: Path) -> list[Problem]:
    """Remove a folder, read-only or not; return a problem if something of it is left over."""
    make_writable(folder)
    try:
        shutil.rmtree(folder)
    except OSError as error:
        return [
            Problem(
                str(folder),
                f"expected to remove this old folder, found that the system refuses: {_said(error)}",
                hint=LEFT_OVER,
            )
        ]
    return []


def make_writable(folder: Path) -> None:
    """Let the owner of a folder and of all folders in it change them, where the system allows that."""
    with contextlib.suppress(OSError):
        if (mode := stat.S_IMODE(folder.lstat().st_mode)) & stat.S_IRWXU != stat.S_IRWXU:
            folder.chmod(mode | stat.S_IRWXU)
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                make_writable(Path(entry.path))


def set_modes(folder: Path, mode: int, files: Collection[str]) -> None:
    """Give `folder`, the folders of `files` in it, and `files` the mode of one folder: files without its x bits.

    So a site stays readable to whom it was, whatever the umask of a later build. Other systems have no such modes.
    """
    if os.name != "posix":
        return
    innermost = map(Path, {os.path.dirname(path) for path in files})
    folders = {str(each) for inner in innermost for each in (inner, *inner.parents)}
    for path, wanted in [*((path, mode) for path in folders), *((path, mode & 0o666) for path in files)]:
        entry = os.path.join(folder, path)
        with contextlib.suppress(OSError):  # the file is another user's, or the file system has no modes
            if stat.S_IMODE(os.stat(entry).st_mode) != wanted:
                os.chmod(entry, wanted)


def is_owners(path: Path) -> bool:
    """Return whether a path in the site belongs to its owner, or to the file system that is mounted there."""
    return path.parts[0].startswith(".") or path.parts[0] == "lost+found"


def _said(error: OSError) -> str:
    return error.strerror or str(error)


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
