"""Claims: what a write-up says of a network, measured, with a verdict.

A claim names a subject, a measure and what is expected of its value. It is measured on held-out sequences of the
gallery's own network, of untrained networks as a control, and under every seed of the sweep. A neuron that is named by
what it does is chosen on one half of the sequences and measured on the other. What is said in general is measured in
general: a measure may be taken over all seeds instead.

    share of seeds where first failure >= 12      of all seeds; one in which nothing could be measured does not pass
    median over seeds of first failure            also mean, min, max and quantile 0.9 over seeds of ...

A claim holds, fails, or could not be measured. One that holds, but is met by untrained networks as well, says nothing
about training, and says so. Nothing of a claim is evaluated but the grammar of subjects, measures and expectations.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd
from threadpoolctl import threadpool_limits

from lstmgallery import store
from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.measures import Measure, take_measure
from lstmgallery.desk.measures.condition import OPERATORS
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.measures.statistic import STATISTICS, take_level
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import Trained
from lstmgallery.network import Network

Verdict = Literal["holds", "fails", "unmeasured"]
EQUAL = 1e-9  # two numbers nearer than this are equal
BY_LUCK = 0.05  # the share of untrained networks that may meet a claim that is about training

# How an expectation may begin, besides the signs of comparison, which YAML wants in quotation marks.
PHRASES = {
    ("below",): "<",
    ("at", "most"): "<=",
    ("above",): ">",
    ("at", "least"): ">=",
    ("exactly",): "==",
}
SIGNS = ("<", "<=", ">", ">=", "==")
_IN_WORDS = {sign: " ".join(phrase) for phrase, sign in PHRASES.items()}


@dataclass(frozen=True)
class Expectation:
    """What a value has to pass: every (sign, bound)."""

    bounds: tuple[tuple[str, float], ...]

    def is_met(self, value: float) -> bool:
        """Say whether a value passes all bounds."""
        return all(
            abs(value - bound) < EQUAL if sign == "==" else bool(OPERATORS[sign](value, bound))
            for sign, bound in self.bounds
        )

    def __str__(self) -> str:
        if len(self.bounds) == 2:
            return f"between {self.bounds[0][1]:.12g} and {self.bounds[1][1]:.12g}"
        sign, bound = self.bounds[0]
        return f"{_IN_WORDS[sign]} {bound:.12g}"


@dataclass(frozen=True)
class OverSeeds:
    """What is made of a measure's values under many seeds: a statistic, or the share that passes a bound.

    `text` is the measure's own, without what is made of it.
    """

    text: str
    statistic: str = ""
    level: float = 0.5
    operator: str = ""
    bound: float = 0.0

    def summarise(self, by_seed: Mapping[int, float | None], like: Measurement) -> Measurement:
        """Return the value over seeds. `like` is the measurement of one network: it says how its values are read."""
        data = pd.DataFrame({"seed": list(by_seed), "value": pd.Series(list(by_seed.values()), dtype=float)})
        values = data["value"].dropna()
        if self.operator:
            passing = int(OPERATORS[self.operator](values, self.bound).sum())
            return Measurement(passing / len(data), len(data), "seed", "share", data=data)
        if values.empty:
            return Measurement(None, len(data), "seed", reason="it could be measured under no seed", data=data)
        value = values.quantile(self.level) if self.statistic == "quantile" else getattr(values, self.statistic)()
        return Measurement(float(value), len(values), "seed", like.kind, data=data)


LEFT_OUT = Measurement(None, unit="seed", reason="this build left the other seeds out")


@dataclass(frozen=True)
class Question:
    """Something that is asked of a network, or of it under many seeds: who, and what is measured.

    The texts are the author's own.
    """

    subject: Subject
    measure: Measure
    text: str
    over: OverSeeds | None = None

    @property
    def key(self) -> str:
        """The question in one line, the same wherever it is asked again."""
        return f"{self.subject.text}: {self.text}"

    @property
    def of_one(self) -> "Question":
        """What is asked of each network; the question itself, where it is about one."""
        return self if self.over is None else Question(self.subject, self.measure, self.over.text)

    def answer(self, trained: Trained) -> Measurement:
        """Return what is measured in one trained network, which is asked only once."""
        if self.key not in trained.answers:
            trained.answers[self.key] = self.take(trained)
        found: Measurement = trained.answers[self.key]
        return found

    def take(self, trained: Trained) -> Measurement:
        """Measure it in one trained network, keeping nothing: the data of many networks would fill the memory."""
        places = self.subject.places(trained)
        if not places:
            return Measurement(None, reason="no neuron can be told by what is asked for")
        is_chosen = self.subject.selector is not None
        return self.measure.take(trained.second_half if is_chosen else trained, places)


@dataclass(frozen=True)
class Claim:
    """A claim block, read: where it stands, the sentence, the question, and what its answer has to pass."""

    place: str
    line: int
    id: str
    says: str
    question: Question
    expectation: Expectation


@dataclass(frozen=True)
class Answer:
    """What a question came to: in the gallery's network, and beside it for comparison.

    `untrained`: the values in untrained networks, asked of whoever fits best in each, None where nothing could be
    measured; of a question over seeds, the one value over all of them; None as a whole where they are not asked.
    `null_p99`: what the role scan finds by chance, for a score. `standing`: what the table of roles says of a neuron
    that was chosen by what it tells (`roles`), None for any other. `by_seed`: the value under each seed of the sweep,
    None where nothing could be measured; None as a whole where there is no sweep, or the question is about one neuron's
    number. `own`: where the question is asked over seeds, what the gallery's own network gives.
    """

    measurement: Measurement
    untrained: tuple[float | None, ...] | None = None
    null_p99: float | None = None
    standing: str | None = None
    by_seed: Mapping[int, float | None] | None = None
    own: float | None = None
    is_over_seeds: bool = False

    @property
    def value(self) -> float | None:
        return self.measurement.value

    @property
    def is_left_out(self) -> bool:
        """Whether it was asked over seeds, and none was trained."""
        return self.is_over_seeds and self.by_seed is None


Answers = Mapping[str, Answer]  # by the key of the question


@dataclass(frozen=True)
class Tally:
    """In how many networks a claim holds, of how many."""

    holding: int
    total: int

    @property
    def is_minority(self) -> bool:
        """Whether the claim fails in most of them."""
        return 2 * self.holding < self.total

    @property
    def is_more_than_luck(self) -> bool:
        """Whether it holds in more untrained networks than a claim about training may."""
        return self.holding > BY_LUCK * self.total


def count_seeds(answer: Answer, expectation: Expectation) -> Tally | None:
    """Return in how many seeds an answer is as expected; None where it was not asked of each seed."""
    if answer.by_seed is None or answer.is_over_seeds:
        return None
    return _tally(answer.by_seed.values(), expectation)


def count_untrained(answer: Answer, expectation: Expectation) -> Tally | None:
    """Return in how many untrained networks an answer is as expected; None where they were not asked."""
    return None if answer.untrained is None else _tally(answer.untrained, expectation)


def _tally(values: Collection[float | None], expectation: Expectation) -> Tally:
    return Tally(sum(verdict(value, expectation) == "holds" for value in values), len(values))


def parse_question(text: str, subject: Subject) -> Question:
    """Return the question that asks for a measure. Raises `GrammarError` where `text` names none of this subject."""
    words = Words(text)
    question = take_question(words, subject)
    words.end()
    return question


def take_question(words: Words, subject: Subject) -> Question:
    """Take a measure from a line, of one network or over seeds, and return the question that asks for it."""
    start = words.at
    over = _take_over(words)
    if over is not None and not subject.is_comparable:
        message = f"{subject.text} is known by its number alone, and cannot be found in other seeds"
        hint = f"such as {subject.network.name} best({subject.network.task.main_feature})"
        raise GrammarError(message, at=start, hint=hint)
    inner = words.at
    measure = take_measure(words, subject)
    text = words.line[inner : words.at].strip()
    if over is not None:
        over = replace(over, text=text)
        if over.operator:
            sign = words.choose("a comparison", OPERATORS)
            over = replace(over, operator=sign, bound=words.number("a bound"))
    return Question(subject, measure, words.line[start : words.at].strip(), over)


def _take_over(words: Words) -> OverSeeds | None:
    """Take what is made of a measure over seeds, if that is what stands there."""
    if words.takes("share", "of", "seeds"):
        words.expect("where")
        return OverSeeds("", operator="?")
    for statistic in STATISTICS:
        if words.takes(statistic, "over", "seeds"):
            words.expect("of")
            return OverSeeds("", statistic)
    if words.peek() == "quantile" and words.peek(2) == "over":
        words.take()
        level = take_level(words)
        words.expect("over")
        words.expect("seeds")
        words.expect("of")
        return OverSeeds("", "quantile", level)
    return None


def parse_expectation(text: str) -> Expectation:
    """Return what is expected: `below 0.1`, `at least 0.95`, `between 0.9 and 1.1`, `exactly 1`, or with a sign."""
    words = Words(text)
    expectation = take_expectation(words)
    words.end()
    return expectation


def take_expectation(words: Words) -> Expectation:
    """Take what is expected from a line."""
    if words.takes("between"):
        low = words.number("the lower bound")
        words.expect("and")
        at = words.at
        high = words.number("the upper bound")
        if high < low:
            raise GrammarError(f"expected an upper bound of at least {low:g}, found {high:g}", at=at)
        bounds: tuple[tuple[str, float], ...] = ((">=", low), ("<=", high))
    else:
        sign = next((sign for phrase, sign in PHRASES.items() if words.takes(*phrase)), None)
        if sign is None:
            hint = "write below, at most, above, at least, exactly or between ... and ..., and a number"
            if words.peek() not in SIGNS:
                raise words.error("expected a comparison", hint=hint)
            sign = words.take().text
        bounds = ((sign, words.number("a bound")),)
    return Expectation(bounds)


def verdict(value: float | None, expectation: Expectation) -> Verdict:
    """Return whether a claim holds, fails, or could not be measured."""
    if value is None:
        return "unmeasured"
    return "holds" if expectation.is_met(value) else "fails"


@threadpool_limits.wrap(limits=1, user_api="blas")
def answer_elsewhere(
    network: Network, weights: Arrays, sequences: Sequence[str], questions: Iterable[Question]
) -> dict[str, float | None]:
    """Ask questions of `network` with other weights: the value by each question's key, None where there is none."""
    trained = Trained(network, weights, store.step_truths(network, sequences))
    return {question.key: question.take(trained).value for question in questions}
