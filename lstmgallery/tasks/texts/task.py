"""The task of a network that reads real text: predict the next character. It has features, and no rule."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pydantic

from lstmgallery.errors import GalleryError
from lstmgallery.tasks.facets import RealText
from lstmgallery.tasks.task import Feature, Split, Task
from lstmgallery.tasks.texts.corpus import Corpus, recall_corpus
from lstmgallery.tasks.texts.passages import PREFIX, read_passages
from lstmgallery.tasks.texts.sources import AnySource
from lstmgallery.tasks.texts.sources.source import Places
from lstmgallery.tasks.texts.truths import FEATURE_SETS, SetKey
from lstmgallery.tasks.texts.truths.feature_set import Marks, flag, flag_values
from lstmgallery.tasks.texts.truths.patterns import SLOW, find_matches, pattern_fault
from lstmgallery.tasks.vocabulary import END, START, UNKNOWN, Vocabulary

MEASURED_STEPS = 30_000  # of passages: enough for features that are rare, few enough for 256 neurons
LONGEST_MEASURED = 400  # characters of a passage: the null exchanges whole passages, so it needs many of them
STORED_SEQUENCES = 12
SECONDS_IN_ALL = 10.0  # for one pattern on all that is measured
INPUT_SCALE = 8.0  # a one-hot input has a single 1, and Glorot's initial values are for many
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
    """What a network was trained on and reads.

    `passages`: what it is measured on, with the marks that somebody made in them; `marked`: the features that these
    marks decide. `corpus`: what it is trained on; None for pinned weights that read a text of ours.
    """

    vocabulary: Vocabulary
    passages: tuple[str, ...]
    corpus: Corpus | None = None
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

    _reading: Reading | None = pydantic.PrivateAttr(None)

    @pydantic.model_validator(mode="after")
    def _has_each_feature_once(self) -> "Text":
        seen = set(_TAKEN)
        for key in (feature.key for feature in self.features):
            if key in seen:
                raise ValueError(f"expected features with different names, found {key!r} twice or in every text")
            seen.add(key)
        return self

    def with_files(self, content: Path, vocabulary: Vocabulary | None) -> "Text":
        return open_task(self, content=content, places=Places(content.parent), vocabulary=vocabulary)

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str, str | None]]:
        """Yield the patterns that take too long on what is measured: before anything is trained for that."""
        passages = self.measured(len(self.reading.passages))
        for at, pattern in enumerate(self.patterns):
            left = SECONDS_IN_ALL
            for passage in passages:
                began = time.monotonic()
                try:
                    find_matches(pattern.pattern, passage, key=pattern.key)
                except GalleryError as error:
                    yield ("features", at, "pattern"), error.problems[0].message, error.problems[0].hint
                    break
                left -= time.monotonic() - began
                if left < 0:
                    limit = f"more than {SECONDS_IN_ALL:.0f} s on all texts that are measured"
                    message = f"the pattern {pattern.pattern!r} takes {limit}"
                    yield ("features", at, "pattern"), message, SLOW
                    break

    def reading_of(self, reading: Reading) -> "Text":
        """Return the task with what its files hold."""
        task = self.model_copy()
        task._reading = reading
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
        return f"text: {self.corpus.name}, {self.corpus.unit} by {self.corpus.unit}"

    @property
    def text(self) -> RealText:
        corpus = None if self._reading is None else self._reading.corpus
        return RealText(corpus, MEASURED_STEPS, STORED_SEQUENCES, INPUT_SCALE)

    def split(self, *, held_out: int) -> Split:
        """Return all training documents, and at most `held_out` passages to measure; there is no goal to reach."""
        corpus = self.text.corpus
        return Split(corpus.training if corpus else (), self.measured(held_out), goal=None, is_whole=False)

    def measured(self, most: int) -> tuple[str, ...]:
        """Return the beginnings of at most `most` passages, as far as they are measured."""
        passages, steps = [], 0
        for passage in self.reading.passages[:most]:
            passages.append(passage[:LONGEST_MEASURED])
            steps += len(passages[-1]) + 1
            if steps > MEASURED_STEPS and len(passages) > 1:
                return tuple(passages[:-1])
        return tuple(passages)

    @property
    def fingerprint(self) -> str | None:
        if (reading := self._reading) is None:
            return None
        read = [reading.vocabulary, reading.passages, sorted(reading.marked), [*reading.marks.items()]]
        return hashlib.sha256(json.dumps(read).encode()).hexdigest()

    @property
    def learned(self) -> dict[str, Any]:
        """The corpus, wherever its file lies: its text is what counts."""
        spec = self.model_dump(mode="json", exclude={"sets", "patterns", "reads"})
        where = ("path", "url")
        return {**spec, "corpus": {key: value for key, value in spec["corpus"].items() if key not in where}}

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
    corpus = recall_corpus(task.corpus, places) if vocabulary is None or passages is None else None
    if passages is not None:
        known = corpus.vocabulary if corpus is not None else vocabulary
        assert known is not None
        return task.reading_of(Reading(known, passages.texts, corpus, passages.marks, passages.marked))
    assert corpus is not None
    known = corpus.vocabulary if vocabulary is None else vocabulary
    return task.reading_of(Reading(known, corpus.held_out, corpus))
