"""The interface of all tasks for training, tracing and measuring.

A sequence is a plain string, one character a token. The network reads the start token and then the characters; at
each step it predicts the next one, at the last step the end token. So a sequence of k characters has k + 1 steps, and
step 0 reads the start token.
"""

import abc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import pydantic

from lstmgallery.tasks.facets import Dose, RealText, Rule, Sizes, Twins
from lstmgallery.tasks.vocabulary import END, START, Vocabulary

FeatureKind = Literal["count", "category"]
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Feature:
    """A ground truth of every step: a column of `steps.parquet`. Missing where the step cannot know it yet.

    `words` name it in running text: for a count, the things counted; for a category, a clause with a place for its
    value. `values` are all possible values of a category; `clauses` replace `words` for some of them.
    """

    key: str
    kind: FeatureKind
    sentence: str
    words: str
    values: tuple[str, ...] = ()
    clauses: Mapping[str, str] = field(default_factory=dict)
    is_scanned: bool = True  # whether neurons are scored against it: no use, if the token read determines it

    @property
    def is_flag(self) -> bool:
        """Whether it is a yes/no feature."""
        return self.values == (YES, NO)

    def clause(self, value: str) -> str:
        """Return in words that a category has a value."""
        return self.clauses.get(value) or self.words.format(value)


@dataclass(frozen=True)
class Finding:
    """A question about every seed of a network, in the grammar of claims.

    `of` names the neuron, `measure` the measure, `expect` the condition for a yes, if it is a yes/no question. They may
    contain `{memory}` for the cell's memory, `{last}` for the last layer, `{furthest}` for the largest size tried, and
    `{beyond}` for the one after it. Networks whose cells lack `gate` are skipped.
    """

    key: str
    words: str
    measure: str
    of: str = ""
    expect: str = ""
    gate: str = ""


@dataclass(frozen=True)
class SplitShare:
    """The share of a split's sequences with one `value` of a property, `name`: shares of 1.

    `drawn`: among the task's draws. `held_out`: among the held-out sequences.
    """

    name: str
    value: int
    drawn: float
    held_out: float


@dataclass(frozen=True)
class Goal:
    """When a network is trained: it predicts every token that the rule determines, of these of the training range.

    `is_sampled`: whether they are only a sample of the range.
    """

    sequences: tuple[str, ...]
    is_sampled: bool


@dataclass(frozen=True)
class Split:
    """The training sequences and held-out sequences of a network.

    `training` may repeat sequences: it is drawn as the task draws. `goal`: when a network is trained; None: after a
    number of steps. `is_whole`: whether the language was too small to hold out anything, so `held_out` is the whole
    language. `shares` compare `held_out` with the task's draws; there are none if the language is used whole.
    """

    training: tuple[str, ...]
    held_out: tuple[str, ...]
    goal: Goal | None
    is_whole: bool
    shares: tuple[SplitShare, ...] = ()


@dataclass(frozen=True)
class Stretched:
    """A prompt of some size with its right answer; `is_trained`: whether training had its variant (not its size)."""

    size: int
    variant: str
    is_trained: bool
    prompt: str
    answer: str


@dataclass(frozen=True)
class Starter:
    """The front matter of a first network of a task: its summary, and its other keys in YAML."""

    summary: str
    keys: str


class Task(pydantic.BaseModel, abc.ABC):
    """A task for networks to learn. Its facets, None if it lacks them, enable further experiments and figures."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: str
    letters: ClassVar[tuple[str, ...]]
    phases: ClassVar[Mapping[str, str]] = {}  # in words, by value of the feature `phase`; each is scanned for roles too
    features: ClassVar[tuple[Feature, ...]]
    headline: ClassVar[str | None] = None  # the feature that the task's central neuron has to carry, if one has to
    findings: ClassVar[tuple[Finding, ...]] = ()
    starter: ClassVar[Starter]
    strata_names: ClassVar[tuple[str, ...]] = ()  # the names of the numbers in a stratum

    @property
    def vocabulary(self) -> Vocabulary:
        """All tokens in the order of the network's inputs and outputs."""
        return Vocabulary((START, END, *self.letters))

    @property
    def rule(self) -> Rule | None:
        """The rule that determines the tokens after a delimiter."""
        return None

    @property
    def sizes(self) -> Sizes | None:
        """The sizes of sequences beyond training."""
        return None

    @property
    def dose(self) -> Dose | None:
        """The token counted, and the token written as often."""
        return None

    @property
    def twins(self) -> Twins | None:
        """Sequences that differ in one fact to remember."""
        return None

    @property
    def text(self) -> RealText | None:
        """Real text, how it is trained on and how much of it is measured."""
        return None

    def stretched(self, size: int) -> Iterator[Stretched]:  # noqa: ARG002
        """Yield sequences of `size`, beyond the training range too; nothing if the task has a single size."""
        yield from ()

    def with_files(self, content: Path, vocabulary: Vocabulary | None) -> Self:  # noqa: ARG002
        """Return the task with what it needs of the files in and beside the folder `content`; itself, if it needs none.

        Raises `GalleryError` with their mistakes. With a `vocabulary`, that of pinned weights, nothing is read for it.
        """
        return self

    def faults(self) -> Iterable[tuple[tuple[str | int, ...], str, str | None]]:
        """Yield what only its files show to be wrong: the place in its front matter, a message, a hint."""
        return ()

    @property
    def fingerprint(self) -> str | None:
        """A hash of everything that is measured and comes from files."""
        return None

    @property
    def learned(self) -> dict[str, Any]:
        """The part of its front matter that the weights depend on, as plain JSON values."""
        return self.model_dump(mode="json")

    @property
    @abc.abstractmethod
    def form(self) -> str:
        """The form of the sequences, in one line, with the ranges of this instance."""

    @abc.abstractmethod
    def split(self, *, held_out: int) -> Split:
        """Divide the sequences into training sequences and `held_out` held-out ones."""

    @abc.abstractmethod
    def ground_truth(self, sequence: str) -> dict[str, list[Any]]:
        """Return every feature as one value per step: len(sequence) + 1 of them, None where unknown."""

    def determined(self, sequence: str) -> list[bool]:
        """Return for each step whether the tokens read so far determine the next one; never, without a rule."""
        return self.rule.determined(sequence) if self.rule else [False] * (len(sequence) + 1)

    def unknown(self, sequence: str) -> list[str]:
        """Return the characters of a sequence that the network cannot read."""
        return [token for token in sequence if token not in self.letters]

    def feature(self, key: str) -> Feature:
        """Return a feature by its key."""
        return next(each for each in self.features if each.key == key)

    @property
    def example(self) -> Feature:
        """A feature to use in examples: the headline, or the first."""
        return self.feature(self.headline) if self.headline else self.features[0]
