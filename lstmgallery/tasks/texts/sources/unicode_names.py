"""The names of characters, as every Python knows them."""

import sys
import unicodedata
from collections.abc import Iterator
from typing import Literal

from lstmgallery.tasks.texts.sources.source import Places, Source

VERSION = unicodedata.ucd_3_2_0  # the same in every Python
# Names that are only a number, or a spelling.
_BY_RULE = ("CJK UNIFIED IDEOGRAPH-", "CJK COMPATIBILITY IDEOGRAPH-", "HANGUL SYLLABLE ")


class UnicodeNames(Source):
    """The names of the characters of Unicode 3.2; a document is a name."""

    kind: Literal["unicode-names"]
    document: Literal["name"] = "name"

    @property
    def place(self) -> str:
        return f"the names of Unicode {VERSION.unidata_version}"

    @property
    def unit(self) -> str:
        return self.document

    @property
    def smaller(self) -> str:
        return "none: a name is a document"

    def texts(self, places: Places) -> Iterator[Iterator[str]]:  # noqa: ARG002
        for code in range(sys.maxunicode + 1):
            name = VERSION.name(chr(code), "")
            if name and not name.startswith(_BY_RULE):
                yield iter([name])
