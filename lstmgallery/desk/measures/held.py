"""`right with cell at zero`, or at mean, or with a gate shut or open; also loss, and right_1 to right_3 of a copy."""

from dataclasses import dataclass
from typing import ClassVar, Self

from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.loss import loss_unit
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.measures.requirements import require, require_neuron
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place
from lstmgallery.tasks.facets import Rule


@dataclass(frozen=True)
class Held(Measure):
    """Performance while a signal of one neuron is held: the share right, or the loss (see `desk/loss.py`)."""

    begins: ClassVar[tuple[str, ...]] = ("right with", "loss", "right_1", "right_2", "right_3")
    has_control: ClassVar[bool] = False

    result: str
    signal: str
    how: str

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        network, at = subject.network, words.at
        require_neuron(subject, at=at)
        result = words.take().text
        if result != "loss":
            rule = network.task.rule
            require(rule, network, Rule.needed, at=at)
            if result != "right" and not (rule and rule.answer_length):
                message = f"{result} needs answers of equal length, which {network.name} does not write"
                raise GrammarError(message, at=at, hint="did you mean 'right'?")
        words.expect("with")
        at_signal = words.at
        signal = words.choose("a signal", network.kind.keys)
        if network.kind[signal].palette == "gate":
            return cls(result, signal, words.choose("the value to hold the gate at", ("shut", "open")))
        if signal != network.kind.memory:
            memory = network.kind.memory
            raise GrammarError(f"expected {memory!r} or a gate to hold, found {signal!r}", at=at_signal)
        words.expect("at")
        return cls(result, signal, words.choose("the value to hold it at", ("zero", "mean")))

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:
        table = trained.held(places[0], self.signal, self.how)
        row = table[table["measure"] == self.result].iloc[0]
        value, sequences = float(row["value"]), int(row["sequences"])
        if self.result == "loss":
            return Measurement(loss_unit(trained.network).of(value), sequences, "sequence", "number", data=table)
        return Measurement(value, sequences, "sequence", "share", data=table)
