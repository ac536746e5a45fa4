"""Copying: letters, a delimiter, and the same letters again."""

import itertools
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np

from lstmgallery.tasks.facets import Rule
from lstmgallery.tasks.languages.language import PHASE, Language
from lstmgallery.tasks.task import Feature, Finding, Starter

_LENGTH = 3
_LETTERS = ("a", "b", "c")
_PLACES = ("first", "second", "third")


def _letter_at(place: str) -> Feature:
    sentence = f"The {place} letter, once it has been read."
    return Feature(place, "category", sentence, f"the {place} letter was {{}}", _LETTERS)


class Copying(Language):
    """Three letters of a, b, c, then X, then the same three letters."""

    kind: Literal["copying"]

    letters: ClassVar = (*_LETTERS, "X")
    rule: ClassVar = Rule("[abc]{3}", "X", {letter: letter for letter in _LETTERS}, answer_length=_LENGTH)
    features: ClassVar = (
        PHASE,
        Feature("position", "count", "The characters read so far.", "the characters read"),
        *map(_letter_at, _PLACES),
        Feature(
            "next_letter",
            "category",
            "The letter to write next, from the delimiter on.",
            "the letter to write next is {}",
            _LETTERS,
        ),
    )
    headline: ClassVar = "next_letter"
    findings: ClassVar = tuple(
        Finding(
            f"reader_auc_{letter}",
            f"AUC of the best “next letter is {letter}” neuron of the last layer",
            f"auc of hidden with next_letter={letter}",
            of=f"layer {{last}} best(next_letter={letter} of hidden)",
            expect="at least 0.95",
        )
        for letter in _LETTERS
    )
    starter: ClassVar = Starter(
        "Reads three letters and repeats them in order.",
        """\
task:
  kind: copying
layers: 2
units: 20               # neurons in each layer
training:
  steps: 3000
figures: [baaXbaa, abcXabc]""",
    )

    @property
    def form(self) -> str:
        return "uvw X uvw, each of u, v, w one of a, b, c"

    @property
    def size(self) -> int:
        return int(len(_LETTERS) ** _LENGTH)

    def sequences(self) -> Iterator[str]:
        for letters in itertools.product(_LETTERS, repeat=_LENGTH):
            yield "".join(letters) + "X" + "".join(letters)

    def sample(self, random: np.random.Generator) -> str:
        letters = "".join(_LETTERS[int(at)] for at in random.integers(len(_LETTERS), size=_LENGTH))
        return letters + "X" + letters

    def feature_values(self, sequence: str) -> dict[str, list[Any]]:
        steps = range(len(sequence) + 1)
        values: dict[str, list[Any]] = {"position": list(steps)}
        for at, key in enumerate(_PLACES):
            values[key] = [sequence[at] if step > at else None for step in steps]
        values["next_letter"] = [sequence[step] if step > _LENGTH and step < len(sequence) else None for step in steps]
        return values
