"""Remembering a state: A or B first, then a wait, then the same letter in lowercase."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic

from lstmgallery.tasks.facets import Rule, Sizes, Twins
from lstmgallery.tasks.languages.language import FAILURE, PHASE, Language, running_count
from lstmgallery.tasks.task import Feature, Finding, Starter, Stretched


class StateMemory(Language):
    """A or B, then 1 to `longest_wait` x's, then Y, then the first letter in lowercase."""

    kind: Literal["state-memory"]
    longest_wait: int = pydantic.Field(10, ge=3, le=100)

    letters: ClassVar = ("A", "B", "x", "Y", "a", "b")
    rule: ClassVar = Rule("[AB]x+", "Y", {"A": "a", "B": "b"})
    features: ClassVar = (
        PHASE,
        Feature(
            "letter",
            "category",
            "The letter the sequence began with, once it has been read.",
            "it began with {}",
            values=("A", "B"),
        ),
        Feature("x_count", "count", "The x's read so far.", "the x’s read"),
    )

    headline: ClassVar = "letter"
    findings: ClassVar = (
        Finding(
            "latch_auc",
            "AUC of the best cell with the first letter",
            "auc of {memory} with letter=A",
            of="best(letter of {memory})",
            expect="at least 0.99",
        ),
        FAILURE,
    )
    starter: ClassVar = Starter(
        "Sees A or B once, waits through a row of x’s, and still remembers which it was.",
        """\
task:
  kind: state-memory
  longest_wait: 10      # trained on 1 to this many x's
units: 20               # neurons in each layer
figures: [AxxxxxxYa, BxxxxxxYb]""",
    )

    @property
    def form(self) -> str:
        return f"A xᵏ Y a or B xᵏ Y b, 1 ≤ k ≤ {self.longest_wait}"

    @property
    def size(self) -> int:
        return 2 * self.longest_wait

    @property
    def sizes(self) -> Sizes:
        return Sizes("x’s", self.longest_wait, "first letter")

    @property
    def twins(self) -> Twins:
        waits = ["x" * wait + self.rule.delimiter for wait in range(1, self.longest_wait + 1)]
        return Twins("letter", tuple((("A" + wait, "a"), ("B" + wait, "b")) for wait in waits))

    def sequences(self) -> Iterator[str]:
        for letter in "AB":
            for wait in range(1, self.longest_wait + 1):
                yield letter + "x" * wait + "Y" + letter.lower()

    def sample(self, random: np.random.Generator) -> str:
        letter = "AB"[int(random.integers(2))]
        return letter + "x" * int(random.integers(1, self.longest_wait + 1)) + "Y" + letter.lower()

    def stretched(self, size: int) -> Iterator[Stretched]:
        for letter in "AB":
            yield Stretched(size, letter, True, letter + "x" * size + "Y", letter.lower())

    def feature_values(self, sequence: str) -> dict[str, list[Any]]:
        return {"letter": [None] + [sequence[0]] * len(sequence), "x_count": running_count(sequence, "x")}
