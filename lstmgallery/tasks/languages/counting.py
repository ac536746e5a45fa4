"""Counting: as many b's as there were a's, plainly or with X's to ignore."""

import itertools
import math
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic

from lstmgallery.tasks.facets import Dose, Rule, Sizes
from lstmgallery.tasks.languages.language import FAILURE, PHASE, Language, running_count
from lstmgallery.tasks.task import Feature, Finding, Starter, Stretched

_ARRANGEMENTS = 3  # random placements of the X's tried for each number of a's and X's
_A_COUNT = Feature("a_count", "count", "The a's read so far.", "the a’s read")
_REMAINING = Feature(
    "remaining", "count", "The b's still owed: the a's read so far minus the b's read so far.", "the b’s still owed"
)

_COUNTER = "best(remaining of {memory})"
_COUNTS = Finding(
    "counter_r2",
    "R² of the best counting cell with the b’s still owed",
    "r2 of {memory} with remaining",
    of=_COUNTER,
    expect="at least 0.95",
)


def _remaining(sequence: str) -> list[int]:
    return [a - b for a, b in zip(running_count(sequence, "a"), running_count(sequence, "b"), strict=True)]


def _sprinkle(random: np.random.Generator, n: int, k: int) -> str:
    places = set(random.choice(n + k, size=k, replace=False).tolist())
    return "".join("X" if at in places else "a" for at in range(n + k))


class Counting(Language):
    """n times a, then X, then n times b, with 1 <= n <= `longest`."""

    kind: Literal["counting"]
    longest: int = pydantic.Field(10, ge=3, le=100)

    letters: ClassVar = ("a", "b", "X")
    rule: ClassVar = Rule("a+", "X", {"a": "b"})
    features: ClassVar = (PHASE, _A_COUNT, _REMAINING)
    headline: ClassVar = "remaining"
    findings: ClassVar = (_COUNTS, FAILURE)
    starter: ClassVar = Starter(
        "Reads a row of a’s and a delimiter, then writes exactly as many b’s.",
        """\
task:
  kind: counting
  longest: 10           # trained on 1 to this many a's
units: 10               # neurons in each layer
training:
  steps: 3000
figures: [aaaXbbb, aaaaaaXbbbbbb]""",
    )

    @property
    def form(self) -> str:
        return f"aⁿ X bⁿ, 1 ≤ n ≤ {self.longest}"

    @property
    def size(self) -> int:
        return self.longest

    @property
    def sizes(self) -> Sizes:
        return Sizes("a’s", self.longest)

    @property
    def dose(self) -> Dose:
        return Dose("a", "b", self.rule.delimiter, self.longest)

    def sequences(self) -> Iterator[str]:
        for n in range(1, self.longest + 1):
            yield "a" * n + "X" + "b" * n

    def sample(self, random: np.random.Generator) -> str:
        n = int(random.integers(1, self.longest + 1))
        return "a" * n + "X" + "b" * n

    def stretched(self, size: int) -> Iterator[Stretched]:
        yield Stretched(size, "", True, "a" * size + "X", "b" * size)

    def feature_values(self, sequence: str) -> dict[str, list[Any]]:
        return {"a_count": running_count(sequence, "a"), "remaining": _remaining(sequence)}


class SelectiveCounting(Language):
    """n times a with 0 to `most_ignored` X's anywhere among and around them, then Y, then n times b."""

    kind: Literal["selective-counting"]
    longest: int = pydantic.Field(10, ge=3, le=100)
    most_ignored: int = pydantic.Field(5, ge=0, le=100)

    letters: ClassVar = ("a", "b", "X", "Y")
    rule: ClassVar = Rule("X*a[aX]*", "Y", {"a": "b"})
    features: ClassVar = (
        PHASE,
        _A_COUNT,
        _REMAINING,
        Feature("x_count", "count", "The X's read so far.", "the X’s read"),
    )
    headline: ClassVar = "remaining"
    findings: ClassVar = (
        _COUNTS,
        Finding(
            "input_gate_on_x",
            "mean input gate of that neuron where it reads X",
            "mean of input_gate where token == X",
            of=_COUNTER,
            expect="at most 0.1",
            gate="input_gate",
        ),
        Finding(
            "input_gate_on_a",
            "mean input gate of that neuron where it reads a",
            "mean of input_gate where token == a",
            of=_COUNTER,
            gate="input_gate",
        ),
        FAILURE,
    )
    strata_names: ClassVar = ("a’s", "X’s")
    starter: ClassVar = Starter(
        "Counts the a’s but not the X’s sprinkled among them.",
        """\
task:
  kind: selective-counting
  longest: 10           # trained on 1 to this many a's
  most_ignored: 5       # with 0 to this many X's among them
units: 20               # neurons in each layer
training:
  batch: 32
figures: [aaXaXaaYbbbbb, XaaaaYbbbb]""",
    )

    @property
    def form(self) -> str:
        return f"n a's with 0 to {self.most_ignored} X's sprinkled in, then Y bⁿ, 1 ≤ n ≤ {self.longest}"

    @property
    def size(self) -> int:
        return sum(self.strata().values())

    @property
    def sizes(self) -> Sizes:
        return Sizes("a’s", self.longest, "number of X’s", plain="0", plain_words="Sequences without X’s.")

    @property
    def dose(self) -> Dose:
        return Dose("a", "b", self.rule.delimiter, self.longest)

    def strata(self) -> dict[tuple[int, ...], int]:
        return {(n, k): math.comb(n + k, k) for n in range(1, self.longest + 1) for k in range(self.most_ignored + 1)}

    def stratum(self, sequence: str) -> tuple[int, ...]:
        return sequence.count("a"), sequence.count("X")

    def sequences(self) -> Iterator[str]:
        for n in range(1, self.longest + 1):
            for k in range(self.most_ignored + 1):
                for places in itertools.combinations(range(n + k), k):
                    yield "".join("X" if at in places else "a" for at in range(n + k)) + "Y" + "b" * n

    def sample(self, random: np.random.Generator) -> str:
        n = int(random.integers(1, self.longest + 1))
        k = int(random.integers(0, self.most_ignored + 1))
        return _sprinkle(random, n, k) + "Y" + "b" * n

    def stretched(self, size: int) -> Iterator[Stretched]:
        """Yield sequences with up to twice as many X's as in training, each number in a few random arrangements."""
        random = np.random.default_rng([size, 3])
        for k in range(2 * self.most_ignored + 1):
            for _ in range(_ARRANGEMENTS if k else 1):
                yield Stretched(size, str(k), k <= self.most_ignored, _sprinkle(random, size, k) + "Y", "b" * size)

    def feature_values(self, sequence: str) -> dict[str, list[Any]]:
        return {
            "a_count": running_count(sequence, "a"),
            "remaining": _remaining(sequence),
            "x_count": running_count(sequence, "X"),
        }
