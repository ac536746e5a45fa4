"""`mean of input_gate where token == X`; also median, min, max, and quantile 0.9 of ..."""

from dataclasses import dataclass
from typing import ClassVar, Self

from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.measures.condition import Condition, take_where
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement, nothing_passes
from lstmgallery.desk.measures.quantity import Quantity, read_values, take_quantity
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place

STATISTICS = ("mean", "median", "min", "max", "quantile")


@dataclass(frozen=True)
class Statistic(Measure):
    """A statistic of a quantity over the steps of a condition."""

    begins: ClassVar[tuple[str, ...]] = STATISTICS
    has_control: ClassVar[bool] = True

    name: str
    quantity: Quantity
    condition: Condition
    level: float = 0.5

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        name = words.take().text
        level = take_level(words) if name == "quantile" else 0.5
        words.expect("of")
        return cls(name, take_quantity(words, subject.network), take_where(words, subject.network), level)

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:
        data = read_values(trained, places, self.quantity, self.condition)
        if data.empty:
            return nothing_passes(self.condition)
        values = data[self.quantity.text]
        value = values.quantile(self.level) if self.name == "quantile" else getattr(values, self.name)()
        return Measurement(float(value), len(data), data=data)


def take_level(words: Words) -> float:
    """Take the level of a quantile, from 0 to 1."""
    at = words.at
    level = words.number("a level")
    if not 0 <= level <= 1:
        raise GrammarError(f"expected a level from 0 to 1, found {level:g}", at=at)
    return level
