"""`r2 of cell with remaining` and `auc of hidden with next_letter=b`; also where phase == after."""

from dataclasses import dataclass
from typing import ClassVar, Self

from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.measures.condition import Comparison, Condition
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.measures.quantity import Quantity, read_values
from lstmgallery.desk.measures.requirements import require_neuron
from lstmgallery.desk.results import Results
from lstmgallery.desk.subjects import Subject, take_feature
from lstmgallery.desk.targets import POOLED
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place


@dataclass(frozen=True)
class Score(Measure):
    """The role scan's score of a signal for a feature: fitted on one half of the sequences, scored on the other."""

    begins: ClassVar[tuple[str, ...]] = ("r2", "auc")
    has_control: ClassVar[bool] = True

    name: str
    signal: str
    feature: str
    phase: str

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        network = subject.network
        require_neuron(subject, at=words.at)
        name = words.take().text
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
        return cls(name, signal, feature, phase)

    def null(self, results: Results) -> float | None:
        return results.nulls.get((self.feature, self.phase))

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:
        value = trained.score(places[0], self.signal, self.feature, self.phase)
        condition = Condition() if self.phase == POOLED else Condition((Comparison("phase", "==", self.phase),))
        key = self.feature.partition("=")[0]
        data = read_values(trained, places, Quantity(self.signal), condition, key)
        data = data[data[key].notna()]
        if value is None or data.empty:
            return Measurement(None, reason=f"too few held-out steps determine {self.feature}")
        return Measurement(value, len(data), data=data)
