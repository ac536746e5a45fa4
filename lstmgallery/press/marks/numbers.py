"""A table of numbers as a figure of its own, in rows and columns of text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.press.marks.mark import Mark
from lstmgallery.press.marks.plots import Table

LETTER_PX, GAP_PX, LINE_PX = 6.4, 18, 22


@dataclass(frozen=True)
class PlacedText:
    """A text in a drawing, at its left edge or, if it is a number, at its right edge."""

    text: str
    x: float
    y: float
    is_number: bool


@dataclass(frozen=True)
class Numbers(Mark):
    """A table; `about` says in words what it shows."""

    table: Table
    about: str

    name: ClassVar = "numbers"

    @property
    def _lines(self) -> tuple[tuple[str, ...], ...]:
        return (self.table.heads, *self.table.rows)

    @property
    def _rights(self) -> tuple[float, ...]:
        """The right edge of each column."""
        widths = [LETTER_PX * max(len(line[at]) for line in self._lines) for at in range(len(self.table.heads))]
        return tuple(sum(widths[: at + 1]) + GAP_PX * at for at in range(len(widths)))

    @property
    def placed(self) -> Iterator[PlacedText]:
        """Every text in its place in a drawing."""
        for row, line in enumerate(self._lines):
            for column, (text, right) in enumerate(zip(line, self._rights, strict=True)):
                yield PlacedText(text, round(right, 1) if column else 0, LINE_PX * row + 14, column > 0)

    @property
    def size(self) -> tuple[float, float]:
        return self._rights[-1], LINE_PX * len(self._lines)

    @property
    def frame_height(self) -> int:
        return 60 + 32 * len(self._lines)
