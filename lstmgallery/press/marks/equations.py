"""The equations of a cell."""

from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.cells.table import Signal
from lstmgallery.press.marks.mark import Mark


@dataclass(frozen=True)
class Equations(Mark):
    """The equations of a cell, a line for each of its signals."""

    signals: tuple[Signal, ...]

    name: ClassVar = "equations"

    @property
    def frame_height(self) -> int:
        return 320
