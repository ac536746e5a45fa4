"""`share of forget_gate > 0.9 where phase == before`."""

from dataclasses import dataclass
from typing import ClassVar, Self

from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.condition import OPERATORS, Condition, take_where
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement, nothing_passes
from lstmgallery.desk.measures.quantity import Quantity, read_values, take_quantity
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place


@dataclass(frozen=True)
class Share(Measure):
    """The share of steps at which a quantity passes a bound."""

    begins: ClassVar[tuple[str, ...]] = ("share",)
    has_control: ClassVar[bool] = True

    quantity: Quantity
    operator: str
    bound: float
    condition: Condition

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        words.take()
        words.expect("of")
        quantity = take_quantity(words, subject.network)
        operator, bound = words.choose("a comparison", OPERATORS), words.number("a bound")
        return cls(quantity, operator, bound, take_where(words, subject.network))

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:
        data = read_values(trained, places, self.quantity, self.condition)
        if data.empty:
            return nothing_passes(self.condition)
        passes = OPERATORS[self.operator](data[self.quantity.text], self.bound)
        return Measurement(float(passes.mean()), len(data), kind="share", data=data)
