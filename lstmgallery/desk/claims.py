"""Claims: a write-up's statements about a network, measured, with a verdict.

A claim names a subject, a measure and an expected value. It is measured on held-out sequences in the gallery's own
network, in untrained networks as a control, and under every seed of the sweep. A neuron named by its function is chosen
on one half of the sequences and measured on the other. For general statements, a measure may be taken over all seeds:

    share of seeds where first failure >= 12      of all seeds; a seed where nothing could be measured does not pass
    median over seeds of first failure            also mean, min, max and quantile 0.9 over seeds of ...

A claim holds, fails, or could not be measured. A claim that untrained networks meet too shows nothing about training,
and its verdict says so. No code in a claim is evaluated, only the grammar of subjects, measures and expectations.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd
from threadpoolctl import threadpool_limits

from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.measures import take_measure
from lstmgallery.desk.measures.condition import OPERATORS
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.measures.statistic import STATISTICS, take_level
from lstmgallery.desk.subjects import Subject, example_of
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Network
from lstmgallery.tasks.truths import step_truths

Verdict = Literal["holds", "fails", "unmeasured"]
EQUAL = 1e-9  # numbers closer than this are equal
UNSWEPT = "expected a network that builds train under other seeds, found {}"
BY_LUCK = 0.05  # the share of untrained networks that may meet a claim about training

# The words an expectation may begin with; comparison signs also work, but YAML requires quotation marks around them.
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
    """Bounds on a value, each (sign, bound); all must be met."""

    bounds: tuple[tuple[str, float], ...]

    def is_met(self, value: float) -> bool:
        """Return whether a value meets all bounds."""
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
    """A summary of a measure's values under many seeds: a statistic, or the share that meets a bound.

    `text` is the text of the measure, without the summary.
    """

    text: str
    statistic: str = ""
    level: float = 0.5
    operator: str = ""
    bound: float = 0.0

    def summarise(self, by_seed: Mapping[int, float | None], like: Measurement) -> Measurement:
        """Return the value over seeds. `like`, the measurement of one network, supplies the kind and unit."""
        data = pd.DataFrame({"seed": list(by_seed), "value": pd.Series(list(by_seed.values()), dtype=float)})
        values = data["value"].dropna()
        if self.operator:
            passing = int(OPERATORS[self.operator](values, self.bound).sum())
            return Measurement(passing / len(data), len(data), "seed", "share", data=data)
        if values.empty:
            return Measurement(None, len(data), "seed", reason="not measurable in any seed", data=data)
        value = values.quantile(self.level) if self.statistic == "quantile" else getattr(values, self.statistic)()
        return Measurement(float(value), len(values), "seed", like.kind, data=data)


LEFT_OUT = Measurement(None, unit="seed", reason="this build skipped the other seeds")


@dataclass(frozen=True)
class Question:
    """A question about a network, or about its seeds: a subject and a measure.

    The texts are the author's own.
    """

    subject: Subject
    measure: Measure
    text: str
    over: OverSeeds | None = None

    @property
    def key(self) -> str:
        """The question in one line, the same wherever it is repeated."""
        return f"{self.subject.text}: {self.text}"

    @property
    def of_one(self) -> "Question":
        """The question to ask each network; the question itself, if it is about one network."""
        return self if self.over is None else Question(self.subject, self.measure, self.over.text)

    def answer(self, trained: MeasuredNetwork) -> Measurement:
        """Return the measurement in one trained network, measuring it only once."""
        if self.key not in trained.answers:
            trained.answers[self.key] = self.take(trained)
        found: Measurement = trained.answers[self.key]
        return found

    def summarise(self, by_seed: Mapping[int, float | None] | None, own: Measurement) -> Measurement:
        """Return the measurement that answers it, given that of the gallery's own network and the values by seed."""
        if self.over is None:
            return own
        return LEFT_OUT if by_seed is None else self.over.summarise(by_seed, own)

    def take(self, trained: MeasuredNetwork) -> Measurement:
        """Measure it in one trained network without caching: the data of many networks would fill the memory."""
        places = self.subject.places(trained)
        if not places:
            return Measurement(None, reason="no neuron matches the subject")
        is_chosen = self.subject.selector is not None
        return self.measure.take(trained.second_half if is_chosen else trained, places)


@dataclass(frozen=True)
class Claim:
    """A parsed claim block: its place, its sentence, its question, the expected answer.

    `needs_training`: whether it would be a fault of the claim if untrained networks met it too.
    """

    place: str
    line: int
    id: str
    says: str
    question: Question
    expectation: Expectation
    needs_training: bool = True


@dataclass(frozen=True)
class Answer:
    """The answer to a question in the gallery's network, with values for comparison.

    `untrained`: the values in untrained networks, each measured on its best-fitting neuron, None if nothing could be
    measured; for a question over seeds, the single value over all of them; None as a whole if they are not asked.
    `null_p99`: for a score, the role scan's result by chance. `standing`: for a neuron chosen by a feature, its
    standing in the table of roles (`roles`), None for any other. `by_seed`: the value under each seed of the sweep,
    None if nothing could be measured; None as a whole if there is no sweep, or the question names a neuron by number.
    `own`: for a question over seeds, the value in the gallery's own network.
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
    def without_data(self) -> "Answer":
        """The answer without the values that were measured, one for each step or seed: they can fill the memory."""
        return replace(self, measurement=replace(self.measurement, data=pd.DataFrame()))

    def with_data(self, question: "Question", trained: MeasuredNetwork) -> "Answer":
        """Return the answer with the values that were measured, taken again in the gallery's own network."""
        return replace(self, measurement=question.summarise(self.by_seed, question.of_one.answer(trained)))

    @property
    def is_left_out(self) -> bool:
        """Whether it is a question over seeds, and no seed was trained."""
        return self.is_over_seeds and self.by_seed is None


Answers = Mapping[str, Answer]  # by the key of the question


@dataclass(frozen=True)
class Tally:
    """The number of networks in which a claim holds, and the total."""

    holding: int
    total: int

    @property
    def is_minority(self) -> bool:
        """Whether the claim fails in most networks."""
        return 2 * self.holding < self.total

    @property
    def exceeds_chance(self) -> bool:
        """Whether it holds in more untrained networks than is allowed of a claim about training."""
        return self.holding > BY_LUCK * self.total


def count_seeds(answer: Answer, expectation: Expectation) -> Tally | None:
    """Return the number of seeds in which an answer is as expected; None if it was not measured in each seed."""
    if answer.by_seed is None or answer.is_over_seeds:
        return None
    return _tally(answer.by_seed.values(), expectation)


def count_untrained(answer: Answer, expectation: Expectation) -> Tally | None:
    """Return the number of untrained networks in which an answer is as expected; None if they were not measured."""
    return None if answer.untrained is None else _tally(answer.untrained, expectation)


def _tally(values: Collection[float | None], expectation: Expectation) -> Tally:
    return Tally(sum(verdict(value, expectation) == "holds" for value in values), len(values))


def parse_question(text: str, subject: Subject) -> Question:
    """Return the question for a measure. Raises `GrammarError` if `text` names no measure of this subject."""
    words = Words(text)
    question = take_question(words, subject)
    words.end()
    return question


def take_question(words: Words, subject: Subject) -> Question:
    """Take a measure from a line, of one network or over seeds, and return its question."""
    start = words.at
    over = _take_over(words)
    if over is not None and not subject.is_comparable:
        message = f"{subject.text} is named by its number, which differs between seeds"
        hint = f"such as {example_of(subject.network)}"
        raise GrammarError(message, at=start, hint=hint)
    if over is not None and not subject.network.is_swept:
        raise GrammarError(UNSWEPT.format(subject.network.name), at=start, hint="measure it on this network alone")
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
    """Take a summary over seeds, if one comes next."""
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
    """Return an expectation: `below 0.1`, `at least 0.95`, `between 0.9 and 1.1`, `exactly 1`, or with a sign."""
    words = Words(text)
    expectation = take_expectation(words)
    words.end()
    return expectation


def take_expectation(words: Words) -> Expectation:
    """Take an expectation from a line."""
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
            hint = "write below, at most, above, at least or exactly and a number, or between ... and ..."
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
@threadpool_limits.wrap(limits=1, user_api="blas")
def answer_with_weights(
    network: Network, many: Iterable[Arrays], sequences: Sequence[str], questions: Sequence[Question]
) -> list[dict[str, float | None]]:
    """Return `network`'s answers with each of `many` weights by the keys of the questions, None if there is no value.

    Facts about the sequences are found once for all.
    """
    found, like = [], None
    wanted: dict[str, set[str]] = {}  # by phase: features that neurons are chosen by
    for question in questions:
        chosen = question.subject.selector
        if chosen is not None and chosen.signals == network.kind.memories:
            wanted.setdefault(chosen.phase, set()).add(chosen.feature)
    for weights in many:
        trained = MeasuredNetwork(network, weights, step_truths(network.task, sequences), like=like)
        for phase, features in wanted.items():
            trained.score_together(sorted(features), phase)
        found.append({question.key: question.take(trained).value for question in questions})
        like = like or trained
    return found
