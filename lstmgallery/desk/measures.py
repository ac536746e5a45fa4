"""What can be measured of a subject, written in a small closed language:

    mean of input_gate where token == X            also median, min, max, and quantile 0.9 of ...
    share of forget_gate > 0.9 where phase == before
    difference of input_gate where token == a versus token == X   of the means; also ratio of ...
    r2 of cell with remaining                      score of the role scan; also where phase == after
    auc of hidden with next_letter=b
    correlation of cell with hidden
    spread of cell by a_count where token == Y     among equal a_count, as a share of the range over all
    gap of cell where token == X                   between the two nearest values, as a share of the whole range
    right where size <= 10                         share of sequences written right, by size
    first failure, last success                    the smallest size written wrong; the largest before it
    right with cell at zero                        or at mean, with a gate shut or open; also loss, right_1 to right_3
    slope of dose-response                         b's for each count added; of a network: with 3 neurons
    turned by exchange                             share turned to the other letter; of a network: with 3 neurons
    neurons needed                                 how many of the best have to be changed at once

A signal may stand as `abs(cell)` or `change(cell)`, its difference from the step before. Conditions compare token,
next_token, step or a feature with a value, joined by `and`. Everything is measured on held-out sequences; of a
neuron that was chosen by what it does, on the half of them on which it was not chosen. Of several neurons a statistic
takes all values together. Takes a `Trained` and the places of a subject, gives a `Measurement`.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from lstmgallery.desk.frontier import FURTHEST, first_failure
from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.interventions import Place
from lstmgallery.desk.subjects import Subject, take_feature, values_of
from lstmgallery.desk.targets import NEXT_TOKEN, POOLED
from lstmgallery.desk.trained import Trained
from lstmgallery.network import Network

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
STATISTICS = ("mean", "median", "min", "max", "quantile")
ENOUGH = 0.95  # a slope or a share that counts as whole, for `neurons needed`


@dataclass(frozen=True)
class Measurement:
    """What was found: `value` is None where nothing could be measured, and `reason` says why.

    `n` counts what it was measured on, in `unit`s. `data` holds exactly those values, a row each. `kind` says how the
    value is to be read: a plain number, a share of 1, a whole count, or a size that was tried (one beyond `FURTHEST`
    stands for any larger one).
    """

    value: float | None
    n: int = 0
    unit: str = "step"
    kind: str = "number"
    reason: str = ""
    data: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False)


class Measure(Protocol):
    """One thing that can be measured."""

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        """Measure it of the neurons at `places` of a trained network."""
        ...


@dataclass(frozen=True)
class Test:
    """One comparison of a column of the steps, or of the frontier, with a value."""

    column: str
    operator: str
    value: str | float

    def of(self, table: pd.DataFrame) -> np.ndarray:
        """Return for each row whether it passes; a missing value does not."""
        column = table[self.column]
        passes: np.ndarray = (OPERATORS[self.operator](column, self.value) & column.notna()).to_numpy(bool)
        return passes


@dataclass(frozen=True)
class Condition:
    """Tests that must all pass. `text` is how the author wrote them."""

    tests: tuple[Test, ...] = ()
    text: str = ""

    def of(self, table: pd.DataFrame) -> np.ndarray:
        """Return for each row whether it passes all tests."""
        passes = np.ones(len(table), bool)
        for test in self.tests:
            passes &= test.of(table)
        return passes


@dataclass(frozen=True)
class Quantity:
    """A signal, or the size (`abs`) or the change from the step before (`change`) of one."""

    signal: str
    wrappers: tuple[str, ...] = ()  # from the inside out

    @property
    def text(self) -> str:
        text = self.signal
        for wrapper in self.wrappers:
            text = f"{wrapper}({text})"
        return text

    def of(self, trained: Trained, place: Place) -> np.ndarray:
        """Return one neuron's values at every held-out step."""
        layer, neuron = place
        values = trained.layers[layer - 1][self.signal][:, neuron - 1].astype(np.float64)
        for wrapper in self.wrappers:
            if wrapper == "abs":
                values = np.abs(values)
            else:
                before = np.where(trained.steps["step"].to_numpy() == 0, 0.0, np.roll(values, 1))
                values = values - before
        return values


@dataclass(frozen=True)
class Statistic:
    """A statistic of a quantity over the steps of a condition."""

    name: str
    quantity: Quantity
    condition: Condition
    level: float = 0.5

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        data = _values(trained, places, self.quantity, self.condition)
        if data.empty:
            return _nothing(self.condition)
        values = data[self.quantity.text]
        value = values.quantile(self.level) if self.name == "quantile" else getattr(values, self.name)()
        return Measurement(float(value), len(data), data=data)


@dataclass(frozen=True)
class Share:
    """The share of steps at which a quantity passes a bound."""

    quantity: Quantity
    operator: str
    bound: float
    condition: Condition

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        data = _values(trained, places, self.quantity, self.condition)
        if data.empty:
            return _nothing(self.condition)
        passes = OPERATORS[self.operator](data[self.quantity.text], self.bound)
        return Measurement(float(passes.mean()), len(data), kind="share", data=data)


@dataclass(frozen=True)
class Difference:
    """The mean of a quantity under one condition less its mean under another, or divided by it."""

    quantity: Quantity
    condition: Condition
    other: Condition
    is_ratio: bool = False

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        means, parts = [], []
        for condition in (self.condition, self.other):
            data = _values(trained, places, self.quantity, condition)
            if data.empty:
                return _nothing(condition)
            means.append(float(data[self.quantity.text].mean()))
            parts.append(data.assign(condition=condition.text))
        data = pd.concat(parts, ignore_index=True)
        if self.is_ratio and means[1] == 0:
            return Measurement(None, len(data), reason=f"the mean is zero where {self.other.text}", data=data)
        value = means[0] / means[1] if self.is_ratio else means[0] - means[1]
        return Measurement(value, len(data), data=data)


@dataclass(frozen=True)
class Score:
    """The role scan's score of a signal for a feature: fitted on one half of the sequences, scored on the other."""

    name: str
    signal: str
    feature: str
    phase: str

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        value = trained.score(places[0], self.signal, self.feature, self.phase)
        condition = Condition() if self.phase == POOLED else Condition((Test("phase", "==", self.phase),))
        key = self.feature.partition("=")[0]
        data = _values(trained, places, Quantity(self.signal), condition, key)
        data = data[data[key].notna()]
        if value is None or data.empty:
            return Measurement(None, reason=f"too few held-out steps tell {self.feature}")
        return Measurement(value, len(data), data=data)


@dataclass(frozen=True)
class Correlation:
    """Pearson's correlation of two quantities over the steps of a condition."""

    quantity: Quantity
    other: Quantity
    condition: Condition

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        data = _values(trained, places, self.quantity, self.condition)
        if data.empty:
            return _nothing(self.condition)
        data[self.other.text] = _values(trained, places, self.other, self.condition)[self.other.text]
        one, other = data[self.quantity.text], data[self.other.text]
        if one.nunique() == 1 or other.nunique() == 1:  # rounding leaves equal values a spread of their own
            return Measurement(None, len(data), reason="one of the two never changes", data=data)
        return Measurement(float(one.corr(other)), len(data), data=data)


@dataclass(frozen=True)
class Spread:
    """How far values differ where a feature is equal: the largest range of a group, as a share of the whole range."""

    quantity: Quantity
    feature: str
    condition: Condition

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        data = _values(trained, places, self.quantity, self.condition, self.feature)
        data = data[data[self.feature].notna()]
        if data.empty:
            return _nothing(self.condition)
        values = data[self.quantity.text]
        whole = float(values.max() - values.min())
        if whole == 0:
            return Measurement(None, len(data), reason="the values do not differ at all", data=data)
        groups = values.groupby(data[self.feature].to_numpy())
        return Measurement(float((groups.max() - groups.min()).max()) / whole, len(data), kind="share", data=data)


@dataclass(frozen=True)
class Gap:
    """How near values come to each other: the smallest distance of any two, as a share of their range."""

    quantity: Quantity
    condition: Condition

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        data = _values(trained, places, self.quantity, self.condition)
        if data.empty:
            return _nothing(self.condition)
        if len(data) == 1:
            return Measurement(None, 1, reason="one value alone has no gap", data=data)
        values = np.sort(data[self.quantity.text].to_numpy())
        whole = float(values[-1] - values[0])
        if whole == 0:
            return Measurement(None, len(data), reason="the values do not differ at all", data=data)
        return Measurement(float(np.diff(values).min()) / whole, len(data), kind="share", data=data)


@dataclass(frozen=True)
class Right:
    """The share of sequences written right, over sizes of a condition, every size tried."""

    condition: Condition

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:  # noqa: ARG002
        table = trained.frontier
        data = table[self.condition.of(table)][["size", "variant", "prompt", "expected", "written", "right"]]
        if data.empty:
            return _nothing(self.condition)
        return Measurement(float(data["right"].mean()), len(data), "sequence", "share", data=data)


@dataclass(frozen=True)
class Failure:
    """The smallest size written wrong, or the largest before it; one size beyond all that were tried if none is."""

    is_last_success: bool

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:  # noqa: ARG002
        table = trained.frontier
        data = table[["size", "variant", "prompt", "expected", "written", "right"]]
        failure = first_failure(table)
        value = float((FURTHEST + 1 if failure is None else failure) - self.is_last_success)
        return Measurement(value, len(data), "sequence", "size", data=data)


@dataclass(frozen=True)
class Held:
    """What is left while a signal of one neuron is held: the share right, or the loss in nats a token."""

    result: str
    signal: str
    how: str

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        table = trained.held(places[0], self.signal, self.how)
        row = table[table["measure"] == self.result].iloc[0]
        kind = "number" if self.result == "loss" else "share"
        return Measurement(float(row["value"]), int(row["sequences"]), "sequence", kind, data=table)


@dataclass(frozen=True)
class Dose:
    """The slope of b's written over counts added at the delimiter, or the share turned by an exchange of memories."""

    result: str
    neurons: int | None  # how many of the best at once; None for the subject's own neuron

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        chosen = places if self.neurons is None else tuple(trained.best_for_task()[: self.neurons])
        table = trained.changed(chosen)
        row = table[table["measure"] == self.result].iloc[0]
        kind = "number" if self.result == "slope" else "share"
        return Measurement(float(row["value"]), int(row["sequences"]), "sequence", kind, data=table)


@dataclass(frozen=True)
class Needed:
    """How many of the best neurons have to be changed at once for the change to come through whole."""

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:  # noqa: ARG002
        ranked = trained.best_for_task()
        rows: list[dict[str, Any]] = []
        for size in range(1, len(ranked) + 1):
            table = trained.changed(tuple(ranked[:size]))
            row = table[table["measure"].isin(["slope", "turned"])].iloc[0]
            rows.append({"neurons": size, str(row["measure"]): float(row["value"]), "sequences": int(row["sequences"])})
            if row["value"] >= ENOUGH:
                data = pd.DataFrame(rows)
                return Measurement(float(size), rows[0]["sequences"], "sequence", "count", data=data)
        data = pd.DataFrame(rows)
        reason = "even all neurons at once do not bring it about"
        return Measurement(None, rows[0]["sequences"], "sequence", reason=reason, data=data)


WITH_CONTROL = (
    Statistic,
    Share,
    Difference,
    Score,
    Correlation,
    Spread,
    Gap,
)  # of untrained networks too


def take_measure(words: Words, subject: Subject) -> Measure:
    """Take a measure from a line. Raises `GrammarError` where it names none, or none of this subject."""
    network, at = subject.network, words.at
    first = words.choose(
        "a measure",
        (
            *(*STATISTICS, "share", "difference", "ratio", "r2", "auc", "correlation"),
            *("spread", "gap", "first", "last"),
            *("right", "loss", "right_1", "right_2", "right_3", "slope", "turned", "neurons"),
        ),
    )
    if first in STATISTICS:
        level = take_level(words) if first == "quantile" else 0.5
        words.expect("of")
        return Statistic(first, _take_quantity(words, network), _take_where(words, network), level)
    if first == "share":
        words.expect("of")
        quantity = _take_quantity(words, network)
        comparison, bound = words.choose("a comparison", OPERATORS), words.number("a bound")
        return Share(quantity, comparison, bound, _take_where(words, network))
    if first in ("difference", "ratio"):
        words.expect("of")
        quantity = _take_quantity(words, network)
        words.expect("where")
        condition = _take_condition(words, network)
        words.expect("versus")
        return Difference(quantity, condition, _take_condition(words, network), first == "ratio")
    if first == "correlation":
        words.expect("of")
        quantity = _take_quantity(words, network)
        words.expect("with")
        return Correlation(quantity, _take_quantity(words, network), _take_where(words, network))
    if first == "spread":
        words.expect("of")
        quantity = _take_quantity(words, network)
        words.expect("by")
        feature = words.choose("a feature of the task", [each.key for each in network.task.features])
        return Spread(quantity, feature, _take_where(words, network))
    if first == "gap":
        words.expect("of")
        return Gap(_take_quantity(words, network), _take_where(words, network))
    if first in ("first", "last"):
        words.expect("failure" if first == "first" else "success")
        _require_sizes(network, at)
        return Failure(first == "last")
    if first == "right" and words.peek() != "with":
        _require_sizes(network, at)
        words.expect("where")
        return Right(_take_condition(words, network, of_sizes=True))
    if first == "neurons":
        words.expect("needed")
        _require(network, at, network.task.dose or network.task.twins)
        return Needed()
    if first in ("slope", "turned"):
        return _take_dose(words, subject, first, at)
    _require_neuron(subject, at)
    if first in ("r2", "auc"):
        return _take_score(words, network, first)
    return _take_held(words, network, first, at)


def take_level(words: Words) -> float:
    """Take the level of a quantile, from 0 to 1."""
    at = words.at
    level = words.number("a level")
    if not 0 <= level <= 1:
        raise GrammarError(f"expected a level from 0 to 1, found {level:g}", at=at)
    return level


def _take_quantity(words: Words, network: Network) -> Quantity:
    wrappers: list[str] = []
    while words.peek() in ("abs", "change"):
        wrappers.append(words.take().text)
        words.expect("(")
    signal = words.choose("a signal", network.kind.keys)
    for _ in wrappers:
        words.expect(")")
    return Quantity(signal, tuple(reversed(wrappers)))


def _take_where(words: Words, network: Network) -> Condition:
    return _take_condition(words, network) if words.takes("where") else Condition()


def _take_condition(words: Words, network: Network, *, of_sizes: bool = False) -> Condition:
    start = words.at
    tests = [_take_test(words, network, of_sizes=of_sizes)]
    while words.takes("and"):
        tests.append(_take_test(words, network, of_sizes=of_sizes))
    return Condition(tuple(tests), words.line[start : words.at].strip())


def _take_test(words: Words, network: Network, *, of_sizes: bool) -> Test:
    kinds = {"size": "count"}
    if not of_sizes:
        kinds = {feature.key: feature.kind for feature in network.task.features}
        kinds |= {"step": "count", "token": "category", NEXT_TOKEN: "category"}
    column = words.choose("what to compare", kinds)
    if kinds[column] == "count":
        return Test(column, words.choose("a comparison", OPERATORS), words.number("a value"))
    comparison = words.choose("a comparison of equality", ("==", "!="))
    valid = values_of(network, column)
    if words.peek() in valid:
        return Test(column, comparison, words.take().text)
    what = "the token" if column in ("token", NEXT_TOKEN) else f"the value of {column}"
    raise GrammarError(
        f"{what} {words.peek()!r} is not one of {network.name}", at=words.at, hint=f"valid here: {' '.join(valid)}"
    )


def _take_score(words: Words, network: Network, name: str) -> Score:
    words.expect("of")
    signal = words.choose("a signal", network.kind.keys)
    words.expect("with")
    at = words.at
    feature = take_feature(words, network, needs_value=name == "auc")
    is_count = any(each.key == feature and each.kind == "count" for each in network.task.features)
    if is_count != (name == "r2"):
        other = "auc scores yes/no features, such as letter=A" if name == "auc" else "r2 scores counts; use auc"
        raise GrammarError(f"{name} does not score {feature}", at=at, hint=other)
    phase = POOLED
    if words.takes("where"):
        words.expect("phase")
        words.expect("==")
        phase = words.choose("a phase", network.task.phases)
    return Score(name, signal, feature, phase)


def _take_held(words: Words, network: Network, result: str, at: int) -> Held:
    if result.startswith("right_") and not network.task.rule.answer_length:
        raise GrammarError(f"{result} is measured of copying networks only", at=at, hint="did you mean 'right'?")
    words.expect("with")
    at_signal = words.at
    signal = words.choose("a signal", network.kind.keys)
    if network.kind[signal].palette == "gate":
        return Held(result, signal, words.choose("what the gate is held at", ("shut", "open")))
    if signal != network.kind.memory:
        memory = network.kind.memory
        raise GrammarError(f"expected {memory!r} or a gate to be held, found {signal!r}", at=at_signal)
    words.expect("at")
    return Held(result, signal, words.choose("what it is held at", ("zero", "mean")))


def _take_dose(words: Words, subject: Subject, first: str, at: int) -> Dose:
    if first == "slope":
        words.expect("of")
        words.expect("dose-response")
        _require(subject.network, at, subject.network.task.dose)
    else:
        words.expect("by")
        words.expect("exchange")
        _require(subject.network, at, subject.network.task.twins)
    neurons = None
    if words.takes("with"):
        size = subject.network.layers * subject.network.units
        neurons = words.whole("how many of the best neurons", 1, size)
        words.choose("neurons", ("neurons", "neuron"))
    if (neurons is None) != subject.is_neuron:
        hint = (
            "of a network, add: with 3 neurons"
            if neurons is None
            else f"name the network alone: {subject.network.name}"
        )
        raise GrammarError("this is measured of one neuron, or of a network with a number of neurons", at=at, hint=hint)
    return Dose(first, neurons)


def _require_neuron(subject: Subject, at: int) -> None:
    if not subject.is_neuron:
        hint = f"such as {subject.network.name} best({subject.network.task.main_feature})"
        raise GrammarError("this is measured of one neuron, found several", at=at, hint=hint)


def _require_sizes(network: Network, at: int) -> None:
    if network.task.sizes is None:
        raise GrammarError(f"the task of {network.name} has one size only", at=at)


def _require(network: Network, at: int, facet: object) -> None:
    if facet is None:
        raise GrammarError(f"this is not measured of a {network.task.kind} task", at=at)


def _values(
    trained: Trained, places: tuple[Place, ...], quantity: Quantity, condition: Condition, *columns: str
) -> pd.DataFrame:
    """Return one row for each neuron and step of a condition: where, what was read, the value, and more `columns`."""
    chosen = condition.of(trained.steps)
    steps = trained.steps.loc[chosen, list(dict.fromkeys(["sequence", "step", "token", *columns]))]
    parts = []
    for layer, neuron in places:
        values = {quantity.text: quantity.of(trained, (layer, neuron))[chosen]}
        parts.append(steps.assign(layer=layer, neuron=neuron, **values))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _nothing(condition: Condition) -> Measurement:
    return Measurement(None, reason=f"nothing that was measured has {condition.text}" if condition.text else "no steps")
