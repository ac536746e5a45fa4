"""What every source of text offers: documents, cleaned and cut, one by one."""

import abc
import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import urlsplit, urlunsplit

import pydantic

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.tasks.texts.cleaning import Cleaning, clean
from lstmgallery.tasks.texts.documents import cut
from lstmgallery.tasks.texts.download import Report, download, require_checksum

_WILD = "*?["


@dataclass(frozen=True)
class Places:
    """Where sources look for files: relative paths begin in `root`; `downloads` keeps what is downloaded.

    `report` is told the progress of a download.
    """

    root: Path
    downloads: Path | None = None
    report: Report | None = None


class Source(pydantic.BaseModel, abc.ABC):
    """A source of text.

    `longest`: longer documents are cut into pieces. `most_characters`: of a larger corpus, a sample of whole documents
    is read. `most_letters`, `rare`: the vocabulary has the most frequent characters, at most so many of them, each seen
    at least `rare` times in training; all others are read as the unknown token.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    clean: Cleaning = Cleaning()
    longest: int = pydantic.Field(10_000, ge=100, le=1_000_000)
    most_characters: int = pydantic.Field(10_000_000, ge=1_000, le=1_000_000_000)
    most_letters: int = pydantic.Field(120, ge=2, le=5_000)
    rare: int = pydantic.Field(3, ge=1, le=1_000_000)

    @property
    @abc.abstractmethod
    def place(self) -> str:
        """The source's name in errors."""

    @property
    def name(self) -> str:
        """The source's name on pages and in pins, which says nothing of where somebody keeps files."""
        return self.place

    @property
    @abc.abstractmethod
    def unit(self) -> str:
        """The document's kind in words, in the singular: `row`."""

    @property
    @abc.abstractmethod
    def smaller(self) -> str:
        """A way to get more documents out of the same text, in words."""

    def files(self, places: Places) -> list[Path]:  # noqa: ARG002
        """Return the files to read, sorted; none if the text comes from elsewhere."""
        return []

    @abc.abstractmethod
    def texts(self, places: Places) -> Iterator[Iterator[str]]:
        """Yield each document as it is in the source, in blocks."""

    def documents(self, places: Places) -> Iterator[str]:
        """Yield the clean documents, in the order of the source."""
        for blocks in self.texts(places):
            # White space goes first, so twice as much raw text as fits is read at once.
            for piece in cut(blocks, 2 * self.longest):
                for document in cut([clean(piece, self.clean)], self.longest):
                    if kept := document.rstrip():
                        yield kept


class Stored(Source):
    """A source that is a file, or several.

    `path` comes first: a file, relative to the folder that contains `content/`. Where it is missing, `url` is
    downloaded. `sha256` is the checksum of the file, wherever it is read from.
    """

    path: str | None = pydantic.Field(None, min_length=1, max_length=1_000)
    url: str | None = pydantic.Field(None, pattern=r"^https?://\S+$")
    sha256: str | None = pydantic.Field(None, pattern=r"^[0-9a-f]{64}$")
    encoding: str | None = None

    @pydantic.field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str | None) -> str | None:
        try:
            "a".encode(encoding or "utf-8")  # unlike `codecs.lookup`, this refuses codecs of bytes
        except (LookupError, ValueError):
            message = f"expected the name of an encoding, such as utf-8 or cp1252, found {encoding!r}"
            raise ValueError(message) from None
        return encoding

    @pydantic.model_validator(mode="after")
    def _is_somewhere(self) -> "Stored":
        if self.path is None and self.url is None:
            raise ValueError("expected a path or a url, found neither")
        if self.url is not None and self.sha256 is None:
            raise ValueError("expected the key 'sha256' beside url, found none")
        return self

    @property
    def place(self) -> str:
        return self.path or self.url or ""

    @property
    def name(self) -> str:
        """The path if it is one within the gallery, else its last part; an address without passwords and queries."""
        if self.path is None:
            parts = urlsplit(self.place)
            return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
        path = PurePath(self.path)
        is_within = not path.is_absolute() and ".." not in path.parts and not self.path.startswith("~")
        return self.path if is_within else path.name

    def files(self, places: Places) -> list[Path]:
        """Return the files to read, sorted: the path's, or the download. Raises `GalleryError` if there are none."""
        if self.path is not None:
            found = _matching(self.path, places.root)
            if found:
                if self.sha256 is not None:
                    for file in found:
                        require_checksum(file, self.sha256)
                return found
        if self.url is not None:
            assert self.sha256 is not None
            return [download(self.url, sha256=self.sha256, folder=places.downloads, report=places.report)]
        expected = "files of this pattern" if is_pattern(self.place) else "a file or a folder with files"
        hint = f"relative paths begin in {places.root.resolve()}"
        raise GalleryError(Problem(self.place, f"expected {expected}, found none", hint=hint))


def is_pattern(path: str) -> bool:
    """Return whether a path is a pattern for the names of files, such as `texts/*.txt`."""
    return any(mark in path for mark in _WILD)


def _matching(path: str, root: Path) -> list[Path]:
    """Return the files of a path: one, those of a pattern, or all in a folder but hidden ones and links out of it."""
    whole = root / Path(path).expanduser()
    if whole.is_dir():
        inside = whole.resolve()
        found = (
            file
            for file in whole.rglob("*")
            if not any(part.startswith(".") for part in file.relative_to(whole).parts)
            and file.resolve().is_relative_to(inside)
        )
    elif whole.exists():
        return [whole]
    else:
        found = (root / name for name in glob.glob(str(Path(path).expanduser()), root_dir=root, recursive=True))
    return sorted(file for file in found if file.is_file())
