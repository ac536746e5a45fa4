"""Formal languages: sequences with a delimiter, after which a rule determines every token."""

import abc
import collections
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from lstmgallery.tasks.facets import Rule
from lstmgallery.tasks.task import Feature, Finding, Goal, Split, SplitShare, Task

PHASES = {"before": "before the delimiter", "delimiter": "at the delimiter", "after": "after the delimiter"}
ENUMERABLE = 20_000  # a language with more sequences than this is sampled, never listed
SPLIT_SEED = (1, 1)
SPARED = 2  # of this many sequences of one stratum, at most one is held out


PHASE = Feature(
    "phase",
    "category",
    "Before the delimiter, at it, or after it.",
    "the step is in the phase “{}”",
    tuple(PHASES),
    {
        "before": "the delimiter is yet to come",
        "delimiter": "the delimiter is read",
        "after": "the delimiter has already been read",
    },
)

FAILURE = Finding("first_failure", "smallest size with an error ({beyond}: none up to {furthest})", "first failure")


class Language(Task):
    """A task whose sequences have a delimiter, after which a rule determines every token."""

    rule: ClassVar[Rule]
    phases: ClassVar = PHASES

    @property
    @abc.abstractmethod
    def size(self) -> int:
        """The number of different sequences within the ranges of this instance."""

    @abc.abstractmethod
    def sequences(self) -> Iterator[str]:
        """Yield every sequence once, in a fixed order."""

    @abc.abstractmethod
    def sample(self, random: np.random.Generator) -> str:
        """Draw one sequence."""

    @abc.abstractmethod
    def feature_values(self, sequence: str) -> dict[str, list[Any]]:
        """Return each feature except the phase as one value per step: len(sequence) + 1 of them, None where unknown."""

    def strata(self) -> Mapping[tuple[int, ...], int]:
        """Return the kinds of sequences needed in training, each with its number of sequences.

        Empty, as here, for a language too small to hold out anything.
        """
        return {}

    def stratum(self, sequence: str) -> tuple[int, ...]:  # noqa: ARG002
        """Return the kind of a sequence of this language, a number for each of `strata_names`."""
        return ()

    def ground_truth(self, sequence: str) -> dict[str, list[Any]]:
        """Return every feature, the phase included, as one value per step."""
        at = sequence.index(self.rule.delimiter) + 1
        phase = ["before"] * at + ["delimiter"] + ["after"] * (len(sequence) - at)
        return {"phase": phase, **self.feature_values(sequence)}

    def split(self, *, held_out: int, draws: int = ENUMERABLE) -> Split:
        """Divide the language into training sequences and `held_out` distinct held-out ones.

        Held-out sequences are drawn as the task draws, but at most one of `SPARED` sequences of each stratum: no kind
        of sequence is held out completely, so the smallest kinds are missing. A language that cannot spare twice as
        many is used whole on both sides. The split does not depend on a network's seed, so seeds are compared on equal
        sequences.
        """
        room = {stratum: size // SPARED for stratum, size in self.strata().items()}
        if sum(room.values()) < 2 * held_out:
            whole = tuple(self.sequences())
            return Split(whole, whole, Goal(whole, is_sampled=False), is_whole=True)
        random = np.random.default_rng(SPLIT_SEED)
        drawn = [self.sample(random) for _ in range(draws)]
        kept: dict[str, None] = {}  # a set that remembers its order
        while len(kept) < held_out:
            sequence = self.sample(random)
            stratum = self.stratum(sequence)
            if sequence not in kept and room[stratum]:
                kept[sequence] = None
                room[stratum] -= 1
        training = tuple(sequence for sequence in drawn if sequence not in kept)
        is_sampled = self.size > ENUMERABLE
        candidates = training[:2_000] if is_sampled else self.sequences()
        checked = tuple(sequence for sequence in candidates if sequence not in kept)
        shares = tuple(self._shares(drawn, list(kept)))
        return Split(training, tuple(kept), Goal(checked, is_sampled), is_whole=False, shares=shares)

    def _shares(self, drawn: list[str], kept: list[str]) -> Iterator[SplitShare]:
        """Yield the frequency of each value of each number of a stratum, drawn and held out."""
        for at, name in enumerate(self.strata_names):
            of_drawn, of_kept = (collections.Counter(self.stratum(each)[at] for each in part) for part in (drawn, kept))
            for value in sorted(of_drawn):
                yield SplitShare(name, value, of_drawn[value] / len(drawn), of_kept[value] / len(kept))


def running_count(sequence: str, letter: str) -> list[int]:
    """Return the number of times `letter` has been read at each step, the start token's step first."""
    counts = [0]
    for character in sequence:
        counts.append(counts[-1] + (character == letter))
    return counts
