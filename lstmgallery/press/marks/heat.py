"""One signal of all neurons of a layer, with a row of shades per neuron."""

from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.cells.table import Palette
from lstmgallery.press.marks.mark import Grid, Mark
from lstmgallery.press.marks.strips import MiniStrip, Token


@dataclass(frozen=True)
class HeatRow:
    """One neuron's row of shades in a panel."""

    neuron: int
    path: str
    strip: MiniStrip


@dataclass(frozen=True)
class Heat(Mark):
    """One signal of all neurons of a layer along one sequence."""

    symbol: str
    bounds: str
    tokens: tuple[Token, ...]
    rows: tuple[HeatRow, ...]
    palette: Palette

    name: ClassVar = "heat"
    grid: ClassVar = Grid(left=90, top=20, across=19, down=17)

    @property
    def size(self) -> tuple[float, float]:
        return self.grid.x(len(self.tokens)), self.grid.y(len(self.rows))

    @property
    def range(self) -> str:
        return self.bounds

    @property
    def frame_height(self) -> int:
        return 24 * (2 + len(self.rows))

    @property
    def palettes(self) -> frozenset[Palette]:
        return frozenset({self.palette})
