"""The measures of a task's own experiments: of one neuron, or of a network `with 3 neurons`."""

from dataclasses import dataclass
from typing import ClassVar, Self

from lstmgallery.desk.experiments.experiment import Experiment
from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement, ValueKind
from lstmgallery.desk.measures.requirements import require
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place


@dataclass(frozen=True)
class Changed(Measure):
    """The result of an experiment on one neuron, or on several at once."""

    has_control: ClassVar[bool] = False
    phrase: ClassVar[str]
    experiment: ClassVar[type[Experiment]]
    unit: ClassVar[ValueKind]

    neurons: int | None  # number of the best changed at once; None for the subject's own neuron

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        network, at = subject.network, words.at
        for word in cls.phrase.split():
            words.expect(word)
        require(cls.experiment.of(network.task), network, cls.experiment.needed, at=at)
        neurons = None
        if words.takes("with"):
            neurons = words.whole("a number of neurons", 1, network.layers * network.units)
            words.choose("neurons", ("neurons", "neuron"))
        if (neurons is None) != subject.is_neuron:
            hint = (
                "for a network, add: with 3 neurons" if neurons is None else f"name the network alone: {network.name}"
            )
            message = "expected one neuron, or a network with a number of neurons"
            raise GrammarError(message, at=at, hint=hint)
        return cls(neurons)

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:
        chosen = places if self.neurons is None else tuple(trained.best_for_task()[: self.neurons])
        table = trained.changed(chosen)
        row = table[table["measure"] == self.experiment.result].iloc[0]
        return Measurement(float(row["value"]), int(row["sequences"]), "sequence", self.unit, data=table)
