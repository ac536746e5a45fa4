"""The standard library of the running Python, as text."""

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pydantic

from lstmgallery.tasks.texts.documents import split_definitions
from lstmgallery.tasks.texts.sources.source import Places, Source

# Tests, other people's packages, and tables of data in the form of code.
_LEFT_OUT = {
    "__phello__",
    "encodings",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "site-packages",
    "dist-packages",
    "test",
    "tests",
}
_MOST = 4_000_000


class StandardLibrary(Source):
    """The modules of Python's standard library; a document is a top-level definition, or a file."""

    kind: Literal["python-stdlib"]
    document: Literal["definition", "file"] = "definition"
    most_characters: int = pydantic.Field(_MOST, ge=1_000, le=1_000_000_000)

    @property
    def place(self) -> str:
        return f"the standard library of Python {sys.version.partition(' ')[0]}"

    @property
    def unit(self) -> str:
        return self.document

    @property
    def smaller(self) -> str:
        return "document: definition"

    def texts(self, places: Places) -> Iterator[Iterator[str]]:  # noqa: ARG002
        for file in modules():
            try:
                source = file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # one of the few modules in another encoding
            parts = [source] if self.document == "file" else split_definitions(source)
            yield from (iter([part]) for part in parts)


def modules() -> list[Path]:
    """Return the files of the standard library's modules, sorted."""
    found = []
    for folder, folders, files in os.walk(sysconfig.get_path("stdlib")):
        folders[:] = [name for name in folders if name not in _LEFT_OUT and not name.startswith("config-")]
        found += [Path(folder, name) for name in files if name.endswith(".py") and not name.startswith("_sysconfig")]
    return sorted(found)
