"""`gap of cell where token == X`: the distance of the two nearest values, as a share of the whole range."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.condition import Condition, take_where
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement, nothing_passes
from lstmgallery.desk.measures.quantity import Quantity, read_values, take_quantity
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place


@dataclass(frozen=True)
class Gap(Measure):
    """The smallest distance of any two values, as a share of their range."""

    begins: ClassVar[tuple[str, ...]] = ("gap",)
    has_control: ClassVar[bool] = True

    quantity: Quantity
    condition: Condition

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        words.take()
        words.expect("of")
        return cls(take_quantity(words, subject.network), take_where(words, subject.network))

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:
        data = read_values(trained, places, self.quantity, self.condition)
        if data.empty:
            return nothing_passes(self.condition)
        if len(data) == 1:
            return Measurement(None, 1, reason="a single value has no gap", data=data)
        values = np.sort(data[self.quantity.text].to_numpy())
        whole = float(values[-1] - values[0])
        if whole == 0:
            return Measurement(None, len(data), reason="all values are equal", data=data)
        return Measurement(float(np.diff(values).min()) / whole, len(data), kind="share", data=data)
