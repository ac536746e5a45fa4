"""Open text files: encodings, and errors that name the byte which cannot be read.

Takes a path, gives a stream of text. Files are never read whole.
"""

import codecs
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn, TextIO

from lstmgallery.errors import GalleryError, Problem

UTF8 = "utf-8"
BLOCK = 1 << 16  # bytes or characters read at once
# UTF-32's mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@contextlib.contextmanager
def open_text(path: Path, *, encoding: str | None = None, newline: str | None = None) -> Iterator[TextIO]:
    """Open a text file in `encoding`: by default the one of its byte order mark, or UTF-8.

    Raises `GalleryError` if the file is missing, binary, or not in that encoding, now or while it is read.
    """
    require_file(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(BLOCK)
        known = encoding or next((name for mark, name in _MARKS if head.startswith(mark)), None)
        if known is None and b"\0" in head:
            message = f"expected text, found a binary file: a zero byte at offset {head.index(0)}"
            hint = "if it is text, name its encoding, such as encoding: utf-16; else leave it out: texts/*.txt"
            raise GalleryError(Problem(str(path), message, hint=hint))
        with path.open(encoding=known or UTF8, newline=newline) as text:
            try:
                yield text
            except UnicodeError:
                _raise_undecodable(path, known or UTF8)
    except OSError as error:
        raise GalleryError(Problem(str(path), f"cannot be read: {error.strerror}")) from None


def require_file(path: Path) -> None:
    """Raise `GalleryError` unless a path is a file: not a folder, nor a pipe, whose text never ends."""
    if not path.is_file():
        found = "a folder" if path.is_dir() else "a device or a pipe" if path.exists() else "none"
        raise GalleryError(Problem(str(path), f"expected a file, found {found}"))


def _raise_undecodable(path: Path, encoding: str) -> NoReturn:
    with path.open("rb") as stream:
        offset, line, byte = find_undecodable(stream, encoding)
    message = f"expected text in {encoding}, found the byte 0x{byte:02x} at offset {offset}"
    hint = "name the file's encoding, such as encoding: cp1252, or save the file as UTF-8"
    raise GalleryError(Problem(str(path), message, line=line, hint=hint)) from None


def find_undecodable(stream: BinaryIO, encoding: str) -> tuple[int, int, int]:
    """Return (offset, line, value) of the first byte that is not text in `encoding`; lines count from 1."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read, line = 0, 1  # bytes before the block, and the line where it begins
    while True:
        block = stream.read(BLOCK)
        waiting = decoder.getstate()[0]
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding, errors="ignore")
            return read - len(waiting) + error.start, line + before.count("\n"), error.object[error.start]
        except UnicodeError:  # such as a missing byte order mark, without a place
            return read, line, block[0] if block else 0
        if not block:
            raise ValueError(f"every byte is text in {encoding}")
        read += len(block)
        line += text.count("\n")
