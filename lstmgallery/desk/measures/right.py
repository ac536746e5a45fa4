"""`right where size <= 10`: the share of sequences written right, by size."""

from dataclasses import dataclass
from typing import ClassVar, Self

from lstmgallery.desk.experiments.frontier import ATTEMPT
from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.condition import Condition, take_condition
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement, nothing_passes
from lstmgallery.desk.measures.requirements import require
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place
from lstmgallery.tasks.facets import Sizes


@dataclass(frozen=True)
class Right(Measure):
    """The share of sequences written right, over the tried sizes that pass a condition."""

    begins: ClassVar[tuple[str, ...]] = ("right",)
    has_control: ClassVar[bool] = False

    condition: Condition

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        require(subject.network.task.sizes, subject.network, Sizes.needed, at=words.at)
        words.take()
        words.expect("where")
        return cls(take_condition(words, subject.network, of_sizes=True))

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:  # noqa: ARG002
        table = trained.frontier
        data = table[self.condition.of(table)][ATTEMPT]
        if data.empty:
            return nothing_passes(self.condition, "size")
        return Measurement(float(data["right"].mean()), len(data), "sequence", "share", data=data)
