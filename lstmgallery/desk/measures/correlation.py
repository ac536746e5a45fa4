"""`correlation of cell with hidden`; also where token == X."""

from dataclasses import dataclass
from typing import ClassVar, Self

from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.condition import Condition, take_where
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement, nothing_passes
from lstmgallery.desk.measures.quantity import Quantity, read_values, take_quantity
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place


@dataclass(frozen=True)
class Correlation(Measure):
    """Pearson's correlation of two quantities over the steps of a condition."""

    begins: ClassVar[tuple[str, ...]] = ("correlation",)
    has_control: ClassVar[bool] = True

    quantity: Quantity
    other: Quantity
    condition: Condition

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        words.take()
        words.expect("of")
        quantity = take_quantity(words, subject.network)
        words.expect("with")
        return cls(quantity, take_quantity(words, subject.network), take_where(words, subject.network))

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:
        data = read_values(trained, places, self.quantity, self.condition)
        if data.empty:
            return nothing_passes(self.condition)
        data[self.other.text] = read_values(trained, places, self.other, self.condition)[self.other.text]
        one, other = data[self.quantity.text], data[self.other.text]
        if one.nunique() == 1 or other.nunique() == 1:  # rounding can leave equal values a tiny spread
            return Measurement(None, len(data), reason="one of the two is constant", data=data)
        return Measurement(float(one.corr(other)), len(data), data=data)
