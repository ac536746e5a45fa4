"""`difference of input_gate where token == a versus token == X`, of the means; also ratio."""

from dataclasses import dataclass
from typing import ClassVar, Self

import pandas as pd

from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.condition import Condition, take_condition
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement, nothing_passes
from lstmgallery.desk.measures.quantity import Quantity, read_values, take_quantity
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place


@dataclass(frozen=True)
class Difference(Measure):
    """The mean of a quantity under one condition, minus or divided by its mean under another."""

    begins: ClassVar[tuple[str, ...]] = ("difference", "ratio")
    has_control: ClassVar[bool] = True

    quantity: Quantity
    condition: Condition
    other: Condition
    is_ratio: bool = False

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        name = words.take().text
        words.expect("of")
        quantity = take_quantity(words, subject.network)
        words.expect("where")
        condition = take_condition(words, subject.network)
        words.expect("versus")
        return cls(quantity, condition, take_condition(words, subject.network), name == "ratio")

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:
        means, parts = [], []
        for condition in (self.condition, self.other):
            data = read_values(trained, places, self.quantity, condition)
            if data.empty:
                return nothing_passes(condition)
            means.append(float(data[self.quantity.text].mean()))
            parts.append(data.assign(condition=condition.text))
        data = pd.concat(parts, ignore_index=True)
        if self.is_ratio and means[1] == 0:
            return Measurement(None, len(data), reason=f"the mean is zero where {self.other.text}", data=data)
        value = means[0] / means[1] if self.is_ratio else means[0] - means[1]
        return Measurement(value, len(data), data=data)
