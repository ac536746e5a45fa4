"""`slope of dose-response` and `turned by exchange`; of a network: with 3 neurons.

The slope is in b's per count added; turned is the share of sequences turned to the other letter.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.interventions import Place
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.measures.requirements import require_facet
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import Trained


@dataclass(frozen=True)
class Dose:
    """The slope of b's written over counts added at the delimiter, or the share turned by an exchange of memories."""

    begins: ClassVar[tuple[str, ...]] = ("slope", "turned")
    has_control: ClassVar[bool] = False

    result: str
    neurons: int | None  # number of the best changed at once; None for the subject's own neuron

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        network, at = subject.network, words.at
        result = words.take().text
        if result == "slope":
            words.expect("of")
            words.expect("dose-response")
            require_facet(network, network.task.dose, at=at)
        else:
            words.expect("by")
            words.expect("exchange")
            require_facet(network, network.task.twins, at=at)
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
        return cls(result, neurons)

    def take(self, trained: Trained, places: tuple[Place, ...]) -> Measurement:
        chosen = places if self.neurons is None else tuple(trained.best_for_task()[: self.neurons])
        table = trained.changed(chosen)
        row = table[table["measure"] == self.result].iloc[0]
        kind = "number" if self.result == "slope" else "share"
        return Measurement(float(row["value"]), int(row["sequences"]), "sequence", kind, data=table)
