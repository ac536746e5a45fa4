"""The task of a network that reads real text: predict the next character. It has features, and no rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pydantic

from lstmgallery.tasks.task import Feature, Split, Task
from lstmgallery.tasks.texts.corpus import Corpus, read_corpus
from lstmgallery.tasks.texts.passages import PREFIX, Passages, read_passages
from lstmgallery.tasks.texts.sources import AnySource
from lstmgallery.tasks.texts.sources.source import Places
from lstmgallery.tasks.texts.truths import FEATURE_SETS, SetKey
from lstmgallery.tasks.texts.truths.feature_set import Marks, flag, flag_values
from lstmgallery.tasks.texts.truths.patterns import find_matches, pattern_fault
from lstmgallery.tasks.vocabulary import END, START, UNKNOWN, Vocabulary

# Columns that every table of steps has.
_TAKEN = frozenset(
    ("sequence", "step", "token", "next_token", "predicted_token", "probability", "loss", "split", "phase")
)


class Pattern(pydantic.BaseModel):
    """A feature of an author's own: yes where the regular expression matches. `words` complete “it is ...”."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    key: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    pattern: str = pydantic.Field(min_length=1, max_length=2_000)
    words: str | None = pydantic.Field(None, min_length=1, max_length=100)

    @pydantic.field_validator("pattern")
    @classmethod
    def _is_regular(cls, pattern: str) -> str:
        if fault := pattern_fault(pattern):
            raise ValueError(fault)
        return pattern

    @property
    def feature(self) -> Feature:
        sentence = f"Whether the character belongs to a match of {self.pattern}."
        return flag(self.key, sentence, self.words or f"in {self.key}")


@dataclass(frozen=True)
class Reading:
    """What a network was trained on and reads: vocabulary, documents, and the marks of those held out."""

    vocabulary: Vocabulary
    held_out: tuple[str, ...]
    training: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()
    marks: Mapping[str, Marks] = field(default_factory=dict)
    marked: frozenset[str] = frozenset()


class Text(Task):
    """Predict the next character of real text.

    `corpus`: where the text comes from. `sets`: the sets of features it has; `features`: further ones, by pattern.
    `reads`: the text in `content/texts/` that the network is measured on, by default the held-out part of its corpus.

    What the files hold is not part of the front matter, so a task is opened before it is used: see `open_task`.
    """

    model_config = pydantic.ConfigDict(serialize_by_alias=True)

    kind: Literal["text"]
    corpus: AnySource
    sets: tuple[SetKey, ...] = ("characters",)
    patterns: tuple[Pattern, ...] = pydantic.Field((), alias="features", max_length=50)
    reads: str | None = pydantic.Field(None, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")

    needs_files: ClassVar = True
    measuring: ClassVar = frozenset(("sets", "features", "reads"))

    _reading: Reading | None = pydantic.PrivateAttr(None)

    @pydantic.model_validator(mode="after")
    def _has_each_feature_once(self) -> "Text":
        seen = set(_TAKEN)
        for key in (feature.key for feature in self.features):
            if key in seen:
                raise ValueError(f"expected features with different names, found {key!r} twice or in every text")
            seen.add(key)
        return self

    def opened(
        self, *, corpus: Corpus | None = None, passages: Passages | None = None, vocabulary: Vocabulary | None = None
    ) -> "Text":
        """Return the task with what its files hold: a vocabulary, documents, marks.

        `corpus` gives all of them. `passages` are what a task with `reads` is measured on. With a `vocabulary`, such as
        the one of pinned weights, a task with passages needs no corpus.
        """
        known = corpus.vocabulary if vocabulary is None and corpus is not None else vocabulary
        held_out = passages.texts if passages is not None else corpus.held_out if corpus is not None else None
        if known is None or held_out is None:
            raise ValueError("a text task needs a vocabulary and passages: open it with a corpus, or with both")
        task = self.model_copy()
        task._reading = Reading(
            known,
            held_out,
            corpus.training if corpus is not None else (),
            corpus.validation if corpus is not None else (),
            passages.marks if passages is not None else {},
            passages.marked if passages is not None else frozenset(),
        )
        return task

    @property
    def reading(self) -> Reading:
        """What the files hold, once the task has been opened."""
        if self._reading is None:
            raise ValueError("this text task has not been opened")
        return self._reading

    @property
    def vocabulary(self) -> Vocabulary:
        return self.reading.vocabulary

    def unknown(self, sequence: str) -> list[str]:  # noqa: ARG002
        return []  # they are read as the unknown token

    @property
    def letters(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(token for token in self.vocabulary if token not in (START, END, UNKNOWN))

    @property
    def features(self) -> tuple[Feature, ...]:  # type: ignore[override]
        of_sets = (feature for key in self.sets for feature in FEATURE_SETS[key].features)
        return (*of_sets, *(pattern.feature for pattern in self.patterns))

    @property
    def form(self) -> str:
        return f"text: {self.corpus.place}, {self.corpus.unit} by {self.corpus.unit}"

    def split(self, *, held_out: int) -> Split:
        """Return all training documents, and at most `held_out` passages to measure; there is no goal to reach."""
        reading = self.reading
        return Split(reading.training, reading.held_out[:held_out], goal=None, is_whole=False)

    def ground_truth(self, sequence: str) -> dict[str, list[Any]]:
        """Return every feature as one value per step: by the marks of a passage where it has some, else by its rule."""
        values: dict[str, list[Any]] = {}
        for key in self.sets:
            values |= FEATURE_SETS[key].truth(sequence)
        if self._reading is not None and (marks := self._reading.marks.get(sequence)) is not None:
            for key in self._reading.marked & values.keys():
                values[key] = flag_values(len(sequence), marks.get(key.removeprefix(PREFIX), ()))
        for pattern in self.patterns:
            spans = find_matches(pattern.pattern, sequence, key=pattern.key)
            values[pattern.key] = flag_values(len(sequence), spans)
        return values


def open_task(task: Text, *, content: Path, places: Places, vocabulary: Vocabulary | None = None) -> Text:
    """Read the files a task needs, and return it opened. Raises `GalleryError` with their mistakes.

    With a `vocabulary`, the corpus is left alone unless the network is measured on it.
    """
    passages = read_passages(content / "texts", task.reads) if task.reads is not None else None
    corpus = read_corpus(task.corpus, places) if vocabulary is None or passages is None else None
    return task.opened(corpus=corpus, passages=passages, vocabulary=vocabulary)
