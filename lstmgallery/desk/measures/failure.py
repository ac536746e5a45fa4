"""`first failure` and `last success`: the smallest size written wrong, and the largest before it."""

from dataclasses import dataclass
from typing import ClassVar, Self

from lstmgallery.desk.experiments.frontier import ATTEMPT, FURTHEST, first_failure
from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.measures.requirements import require
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place
from lstmgallery.tasks.facets import Sizes


@dataclass(frozen=True)
class Failure(Measure):
    """The smallest size written wrong, or the largest before it; one beyond all sizes tried if none is wrong."""

    begins: ClassVar[tuple[str, ...]] = ("first", "last")
    has_control: ClassVar[bool] = False

    is_last_success: bool

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        at = words.at
        is_last_success = words.take().text == "last"
        words.expect("success" if is_last_success else "failure")
        require(subject.network.task.sizes, subject.network, Sizes.needed, at=at)
        return cls(is_last_success)

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:  # noqa: ARG002
        table = trained.frontier
        failure = first_failure(table)
        value = float((FURTHEST + 1 if failure is None else failure) - self.is_last_success)
        return Measurement(value, len(table), "sequence", "size", data=table[ATTEMPT])
