"""Text files: one, a folder of them, or those of a pattern."""

from collections.abc import Iterator
from typing import Literal

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.tasks.texts.decoding import open_text
from lstmgallery.tasks.texts.documents import read_blocks, read_lines, split_definitions, split_paragraphs
from lstmgallery.tasks.texts.sources.source import Places, Stored

_LARGEST_MODULE = 4_000_000  # parsing takes some hundred bytes for each character

Document = Literal["line", "paragraph", "file", "definition"]


class Files(Stored):
    """A text file, a folder, or a pattern such as `texts/*.txt`; a document is a `line` or one of the others."""

    kind: Literal["files"]
    document: Document = "line"

    @property
    def unit(self) -> str:
        return self.document

    @property
    def smaller(self) -> str:
        return "document: line" if self.document != "line" else "longest: 100"

    def texts(self, places: Places) -> Iterator[Iterator[str]]:
        for file in self.files(places):
            with open_text(file, encoding=self.encoding) as stream:
                if self.document == "file":
                    yield read_blocks(stream)
                elif self.document == "definition":
                    source = stream.read(_LARGEST_MODULE + 1)
                    if len(source) > _LARGEST_MODULE:
                        message = f"expected Python of at most {_LARGEST_MODULE:,} characters, found more"
                        raise GalleryError(Problem(str(file), message, hint="document: file reads code of any size"))
                    yield from (iter([part]) for part in split_definitions(source))
                else:
                    lines = read_lines(stream)
                    parts = split_paragraphs(lines) if self.document == "paragraph" else lines
                    yield from (iter([part]) for part in parts)
