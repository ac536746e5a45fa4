"""`turned by exchange`; of a network: `with 3 neurons`. The share of sequences that switch to the twin's answer."""

from typing import ClassVar, Self

from lstmgallery.desk.experiments.exchanges import Exchanges
from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.changed import Changed
from lstmgallery.desk.measures.measurement import ValueKind
from lstmgallery.desk.measures.requirements import require
from lstmgallery.desk.subjects import Subject
from lstmgallery.tasks.facets import Twins


class Turned(Changed):
    """The share of sequences for which the network writes the twin's answer after an exchange of memories."""

    begins: ClassVar[tuple[str, ...]] = ("turned",)
    result: ClassVar[str] = Exchanges.result
    unit: ClassVar[ValueKind] = "share"

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        at = words.at
        for word in ("turned", "by", "exchange"):
            words.expect(word)
        require(subject.network.task.twins, subject.network, Twins.needed, at=at)
        return cls.take_neurons(words, subject, at=at)
