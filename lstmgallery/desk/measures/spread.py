"""`spread of cell by a_count where token == Y`: among equal a_count, as a share of the range over all."""

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
class Spread(Measure):
    """The spread of values with equal feature: the largest range within a group, as a share of the whole range."""

    begins: ClassVar[tuple[str, ...]] = ("spread",)
    has_control: ClassVar[bool] = True

    quantity: Quantity
    feature: str
    condition: Condition

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        words.take()
        words.expect("of")
        quantity = take_quantity(words, subject.network)
        words.expect("by")
        feature = words.choose("a feature of the task", [each.key for each in subject.network.task.features])
        return cls(quantity, feature, take_where(words, subject.network))

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:
        data = read_values(trained, places, self.quantity, self.condition, self.feature)
        data = data[data[self.feature].notna()]
        if data.empty:
            return nothing_passes(self.condition)
        values = data[self.quantity.text]
        whole = float(values.max() - values.min())
        if whole == 0:
            return Measurement(None, len(data), reason="all values are equal", data=data)
        groups = values.groupby(data[self.feature].to_numpy())
        return Measurement(float((groups.max() - groups.min()).max()) / whole, len(data), kind="share", data=data)
