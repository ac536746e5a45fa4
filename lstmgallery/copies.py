"""The record of how much of what a network of text writes is copied from its training texts.

Figures show texts that a network wrote, from a seed. Whether they are copies can be checked only where the corpus is,
which a build does not need. So `lstmgallery copies` writes every such text, compares it with the training texts, and
keeps the result beside the network's file: `content/networks/tweets.copies.json`. It holds hashes and lengths, and
nothing of the corpus. It is bound to the weights: those of another training have written other texts.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pydantic

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.listing import read_beside
from lstmgallery.whole import write_whole

SUFFIX = ".copies.json"
SMALLEST_MARGIN = 2e-6  # of a text: below it the explorer may write another one
Hash = pydantic.Field(pattern="^[0-9a-f]{64}$")


class Writing(pydantic.BaseModel):
    """A text that a network is asked to write: what it begins with, the temperature and the seed."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    start: str = pydantic.Field("", max_length=1_000)
    temperature: float = pydantic.Field(1.0, ge=0, le=5)
    seed: int = pydantic.Field(ge=0, le=2**32 - 1)


class Compared(Writing):
    """A text of so many `characters` after its start, and the longest run of them found in any training text.

    `margin`: how near any choice of a token was to another one; see `desk.reading.Document`.
    """

    sha256: str = Hash
    characters: int = pydantic.Field(ge=0)
    longest: int = pydantic.Field(ge=0)
    margin: float = pydantic.Field(ge=0)

    @property
    def is_copy(self) -> bool:
        """Whether more than half of the text is one run of a training text."""
        return 2 * self.longest > self.characters

    @property
    def writing(self) -> Writing:
        return Writing(start=self.start, temperature=self.temperature, seed=self.seed)


class Usual(pydantic.BaseModel):
    """The longest runs, median and largest, of as many texts written and of documents that were held out."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    texts: int = pydantic.Field(ge=1)  # at most so many documents: there may be fewer
    written: tuple[int, int]
    held_out: tuple[int, int]
    copies: int = pydantic.Field(ge=0)  # of the texts written
    held_out_copies: int = pydantic.Field(ge=0)


class Copies(pydantic.BaseModel):
    """The record of one network: hashes of its weights and of its corpus, and the texts compared."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    weights: str = Hash
    corpus: str = Hash
    usual: Usual
    texts: tuple[Compared, ...]

    def find(self, writing: Writing) -> Compared | None:
        """Return the record of a text, None if it was not compared."""
        return next((each for each in self.texts if each.writing == writing), None)


@dataclass(frozen=True)
class Comparison:
    """Training texts, to find runs of other texts in."""

    training: tuple[str, ...]
    _joined: dict[str, str] = field(default_factory=dict)  # by what is between the texts

    def longest_run(self, text: str) -> int:
        """Return the number of characters of the longest run of `text` that is in one of the training texts.

        Every step either lengthens the run or moves its start, so there are at most twice as many searches as
        characters.
        """
        between = next(sign for sign in map(chr, range(0xE000, 0xF8FF)) if sign not in text)
        if between not in self._joined:
            self._joined[between] = between.join(self.training)
        everything = self._joined[between]
        longest = 0
        for start in range(len(text)):
            while start + longest < len(text) and text[start : start + longest + 1] in everything:
                longest += 1
        return longest


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hash_of(weights: Mapping[str, np.ndarray]) -> str:
    """Return the SHA-256 of weights: the name, shape and float32 values of each, sorted by name."""
    found = hashlib.sha256()
    for name in sorted(weights):
        values = np.ascontiguousarray(weights[name], np.float32)
        found.update(f"{name} {values.shape}\n".encode() + values.tobytes())
    return found.hexdigest()


def copies_path(content: Path, network: str) -> Path:
    """Return the path of a network's record in the content folder."""
    return content / "networks" / f"{network}{SUFFIX}"


def write_copies(file: Path, copies: Copies) -> None:
    """Write a record as JSON, one text per line."""
    described = copies.model_dump(mode="json")
    texts = described.pop("texts")
    head = json.dumps(described, ensure_ascii=False, indent=1)
    lines = ",\n  ".join(json.dumps(each, ensure_ascii=False) for each in texts)
    write_whole(file, f'{head[:-2]},\n "texts": [\n  {lines}\n ]\n}}\n'.encode())


def read_copies(file: Path) -> Copies:
    """Read a record. Raises `GalleryError` if the file is not one."""
    hint = f"write it again: lstmgallery copies {file.name.removesuffix(SUFFIX)}, or remove the file"
    try:
        return Copies.model_validate_json(file.read_bytes())
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        message = f"expected a record written by lstmgallery copies; {where + ': ' if where else ''}{first['msg']}"
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
    raise GalleryError(Problem(str(file), message, hint=hint))


def read_all_copies(folder: Path, networks: Collection[str]) -> tuple[dict[str, Copies], list[Problem]]:
    """Return the records in the folder of networks by network, and the problems found in them."""
    return read_beside(folder, SUFFIX, networks, "record", read_copies)


def summarise(runs: Iterable[int]) -> tuple[int, int]:
    """Return the median, the lower one of two, and the largest of some lengths."""
    found = sorted(runs)
    return found[(len(found) - 1) // 2], found[-1]
