"""The equations of a cell."""

from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.cells.table import CellKind
from lstmgallery.press.marks.mark import Grid, Mark


@dataclass(frozen=True)
class Equations(Mark):
    """The equations of a cell, a line for each of its signals."""

    kind: CellKind

    name: ClassVar = "equations"
    grid: ClassVar = Grid(left=0, top=0, across=7.4, down=22)

    @property
    def size(self) -> tuple[float, float]:
        return self.grid.x(max(map(len, self.lines))), self.grid.y(len(self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(f"{signal.symbol} = {self.kind.formula(signal.key)}" for signal in self.kind.signals)

    @property
    def frame_height(self) -> int:
        return 320
