"""Download a file once: checked by SHA-256, then kept.

Takes an address and a checksum, gives the path of the local copy. Reports the bytes received.
"""

import hashlib
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from lstmgallery.errors import GalleryError, Problem

Report = Callable[[int, int], None]  # of the bytes received so far, and the bytes expected: 0 if unknown


class _Bar:
    """The progress bar that pooch expects."""

    def __init__(self, report: Report):
        self.total = 0
        self._report, self._received = report, 0

    def update(self, size: int) -> None:
        self._received += size
        total = int(self.total)
        self._report(min(self._received, total) if total else self._received, total)  # pooch counts whole blocks

    def reset(self) -> None:
        self._received = 0

    def close(self) -> None:
        pass


def download(url: str, *, sha256: str, folder: Path | None = None, report: Report | None = None) -> Path:
    """Return the local copy of a file, downloaded if it is missing or damaged.

    `folder` keeps the copies: by default the user's cache folder. Raises `GalleryError` if the file cannot be had, or
    is not the one with this checksum.
    """
    import pooch  # needed for downloads only

    pooch.get_logger().setLevel("WARNING")
    name = f"{sha256[:16]}-{Path(urllib.parse.urlsplit(url).path).name or 'file'}"
    bar = _Bar(report or (lambda *_: None))
    try:
        copy = pooch.retrieve(
            url,
            known_hash=f"sha256:{sha256}",
            fname=name,
            path=folder or pooch.os_cache("lstmgallery"),
            downloader=pooch.HTTPDownloader(progressbar=bar, timeout=60),
        )
    except ValueError as error:
        if "hash" not in str(error):
            raise GalleryError(Problem(url, f"cannot be downloaded: {error}")) from None
        hint = "the file has changed since the checksum was written down; look at it before you change the checksum"
        raise GalleryError(
            Problem(url, f"expected a file with the SHA-256 {sha256}, found another", hint=hint)
        ) from None
    except OSError as error:  # requests' errors are among them
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise GalleryError(Problem(url, f"cannot be downloaded: {reason}")) from None
    return Path(copy)


def require_checksum(path: Path, sha256: str) -> None:
    """Raise `GalleryError` unless a file has this checksum."""
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        hint = "use the file that the network names, or change its sha256"
        raise GalleryError(Problem(str(path), f"expected a file with the SHA-256 {sha256}, found {found}", hint=hint))
