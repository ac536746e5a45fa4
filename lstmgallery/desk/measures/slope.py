"""`slope of dose-response`; of a network: `with 3 neurons`. In tokens written for each count added."""

from typing import ClassVar, Self

from lstmgallery.desk.experiments.doses import Doses
from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.changed import Changed
from lstmgallery.desk.measures.measurement import ValueKind
from lstmgallery.desk.measures.requirements import require
from lstmgallery.desk.subjects import Subject
from lstmgallery.tasks.facets import Dose


class Slope(Changed):
    """The slope of the tokens written over the counts added at the delimiter."""

    begins: ClassVar[tuple[str, ...]] = ("slope",)
    result: ClassVar[str] = Doses.result
    unit: ClassVar[ValueKind] = "number"

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        at = words.at
        for word in ("slope", "of", "dose-response"):
            words.expect(word)
        require(subject.network.task.dose, subject.network, Dose.needed, at=at)
        return cls.take_neurons(words, subject, at=at)
