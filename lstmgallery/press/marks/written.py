"""A text that a network of real text wrote, marked as such wherever it is shown."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from lstmgallery.press.marks.mark import Grid, Mark
from lstmgallery.press.marks.passage import Piece, break_lines
from lstmgallery.press.marks.running import Run, show


@dataclass(frozen=True)
class WrittenOn(Mark):
    """What a network wrote after `start`, which a person wrote; whether it ended by itself; and whether it copied."""

    start: str
    text: str
    has_ended: bool
    label: str  # by whom it was written
    note: str  # how much of it is copied

    name: ClassVar = "written"
    grid: ClassVar = Grid(left=14, top=22, across=7.3, down=20)

    @property
    def shown_start(self) -> str:
        return "".join(map(show, self.start))

    @property
    def shown(self) -> str:
        return "".join(map(show, self.text)) + ("" if self.has_ended else "…")

    @cached_property
    def lines(self) -> tuple[tuple[Piece, ...], ...]:
        """Its lines in a download."""
        return tuple(map(tuple, break_lines([Run("", self.shown_start + self.shown)])))

    @property
    def size(self) -> tuple[float, float]:
        widest = max(line[-1].column + len(line[-1].text) for line in self.lines)
        return max(self.grid.x(widest), 6.2 * len(self.label), 6.2 * len(self.note)), self.note_y + 8

    @property
    def note_y(self) -> float:
        """The position of the note in a download."""
        return self.grid.y(len(self.lines)) + 12

    @property
    def frame_height(self) -> int:
        return 90 + 30 * len(self.lines)
