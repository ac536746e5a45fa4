"""What every task offers to training, tracing and measuring, whatever its kind.

A sequence is a plain string, one character a token. The network reads the start token and then the characters; at
each step it predicts the next one, at the last step the end token. So a sequence of k characters has k + 1 steps,
step 0 reading the start token.
"""

import abc
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pydantic

from lstmgallery.tasks.facets import Dose, Rule, Sizes, Twins
from lstmgallery.tasks.vocabulary import END, START

FeatureKind = Literal["count", "category"]


@dataclass(frozen=True)
class Feature:
    """A ground truth of every step: a column of `steps.parquet`. Missing where the step cannot know it yet.

    `words` name it in running text: a count as what is counted, a category as a clause with a place for its value.
    `values` are all that a category can have.
    """

    key: str
    kind: FeatureKind
    sentence: str
    words: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A question that is asked of every seed of a network, in the grammar of claims.

    `of` names the neuron, `measure` what is measured of it, `expect` what counts as yes where it is yes or no. They may
    say `{memory}` for the cell's memory, `{last}` for the last layer, `{furthest}` for the largest size tried,
    and `{beyond}` for the one after it. Cells without `gate` are not asked.
    """

    key: str
    words: str
    measure: str
    of: str = ""
    expect: str = ""
    gate: str = ""


@dataclass(frozen=True)
class Share:
    """How often the sequences of a split have one `value` of what they differ in, `name`: shares of 1.

    `drawn`: of what the task draws. `held_out`: of what was held out.
    """

    name: str
    value: int
    drawn: float
    held_out: float


@dataclass(frozen=True)
class Split:
    """What a network is trained on and what is kept from it.

    `training` may repeat sequences: it is drawn as the task draws them. `range` holds what the criterion is checked
    on. `is_whole` says that the language was too small to keep anything back, so `held_out` is the language itself.
    `shares` say how much `held_out` is like what the task draws; there are none where the language is used whole.
    """

    training: tuple[str, ...]
    range: tuple[str, ...]
    held_out: tuple[str, ...]
    is_whole: bool
    is_range_sampled: bool
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Stretched:
    """A sequence of some size; `is_trained` says whether training had its variant (not its size)."""

    size: int
    variant: str
    is_trained: bool
    sequence: str


class Task(pydantic.BaseModel, abc.ABC):
    """What a network learns. Its facets, None where it lacks them, decide what else is measured and shown."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    letters: ClassVar[tuple[str, ...]]
    phases: ClassVar[tuple[str, ...]] = ()  # values of the feature `phase`, within which roles are looked for too
    features: ClassVar[tuple[Feature, ...]]
    main_feature: ClassVar[str]  # what the task comes down to: the feature that its central neuron has to carry
    findings: ClassVar[tuple[Finding, ...]] = ()
    strata_names: ClassVar[tuple[str, ...]] = ()  # what the numbers of a stratum count

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """All tokens in the order of the network's inputs and outputs."""
        return (START, END, *self.letters)

    @property
    def rule(self) -> Rule | None:
        """What settles the tokens after a delimiter."""
        return None

    @property
    def sizes(self) -> Sizes | None:
        """How sequences are made longer than in training."""
        return None

    @property
    def dose(self) -> Dose | None:
        """What is counted, and written as often."""
        return None

    @property
    def twins(self) -> Twins | None:
        """Sequences that differ in one thing to be held."""
        return None

    def stretched(self, size: int) -> Iterator[Stretched]:  # noqa: ARG002
        """Yield sequences of `size`, beyond the training range too; nothing where a task has one size."""
        yield from ()

    @property
    @abc.abstractmethod
    def form(self) -> str:
        """What the sequences look like, in one line, with the ranges of this instance."""

    @abc.abstractmethod
    def split(self, *, held_out: int) -> Split:
        """Divide the sequences into what is trained on and `held_out` that never are."""

    @abc.abstractmethod
    def ground_truth(self, sequence: str) -> dict[str, list[Any]]:
        """Return every feature as one value per step: len(sequence) + 1 of them, None where unknown."""

    @abc.abstractmethod
    def determined(self, sequence: str) -> list[bool]:
        """Say for each step whether what was read settles the token after it."""

    def feature(self, key: str) -> Feature:
        """Return a feature by its key."""
        return next(each for each in self.features if each.key == key)
