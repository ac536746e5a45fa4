"""Where a network is right: a row for each variant, a shade for each size."""

from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.press.marks.mark import Grid, Mark


@dataclass(frozen=True)
class RightRow:
    """One variant of a frontier: for each size a shade by the share of sequences right, and the right sizes."""

    variant: str
    shades: tuple[str, ...]
    summary: str
    sizes_right: str


@dataclass(frozen=True)
class RightBySize(Mark):
    """The rows of a frontier, and a sentence that summarises them."""

    rows: tuple[RightRow, ...]
    sentence: str

    name: ClassVar = "right"
    grid: ClassVar = Grid(left=30, top=0, across=7, down=17)

    @property
    def size(self) -> tuple[float, float]:
        return self.grid.x(len(self.rows[0].shades)), self.grid.y(len(self.rows))

    @property
    def frame_height(self) -> int:
        return 20 * (3 + len(self.rows))
