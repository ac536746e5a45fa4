"""Running text as a figure: shaded on pages as on those of neurons, and broken into lines in downloads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from lstmgallery.cells.table import Palette
from lstmgallery.press.marks.mark import Grid, Mark
from lstmgallery.press.marks.running import Run, RunningText

LINE = 84  # characters of a line in a download


@dataclass(frozen=True)
class Piece:
    """Characters of one shade in a line, and the column where they begin; `shade` is empty without one."""

    column: int
    text: str
    shade: str


@dataclass(frozen=True)
class Passage(Mark):
    """A text whose characters are shaded by the values of a neuron; `bounds` is the range of the shades."""

    text: RunningText
    palette: Palette
    bounds: str

    name: ClassVar = "passage"
    grid: ClassVar = Grid(left=0, top=4, across=7.3, down=23)

    @cached_property
    def lines(self) -> tuple[tuple[Piece, ...], ...]:
        """Its lines in a download."""
        dots = [Run("", "…")]
        runs = [*(dots if self.text.begins else []), *self.text.runs, *(dots if self.text.ends else [])]
        return tuple(map(tuple, break_lines(runs)))

    @property
    def size(self) -> tuple[float, float]:
        widest = max(line[-1].column + len(line[-1].text) for line in self.lines)
        return self.grid.x(widest), self.grid.y(len(self.lines))

    @property
    def range(self) -> str:
        return self.bounds

    @property
    def frame_height(self) -> int:
        return 30 + 30 * len(self.lines)

    @property
    def palettes(self) -> frozenset[Palette]:
        return frozenset({self.palette})


def break_lines(runs: Sequence[Run], *, width: int = LINE) -> Iterator[list[Piece]]:
    """Yield the lines of a text: broken at its line breaks, after blanks, and wherever there is no blank in a line."""
    characters = [(character, run.shade) for run in runs for character in run.text]
    start = 0
    while start < len(characters) or not start:
        part = characters[start : start + width]
        texts = "".join(character for character, _ in part)
        if "\n" in texts:
            length, skipped = texts.index("\n"), 1
        elif start + width < len(characters) and " " in texts[1:]:
            length, skipped = texts.rindex(" ") + 1, 0
        else:
            length, skipped = len(part), 0
        yield list(_pieces(part[:length])) or [Piece(0, " ", "")]
        start += max(length + skipped, 1)


def _pieces(characters: Sequence[tuple[str, str]]) -> Iterator[Piece]:
    at = 0
    while at < len(characters):
        shade, end = characters[at][1], at
        while end < len(characters) and characters[end][1] == shade:
            end += 1
        yield Piece(at, "".join(character for character, _ in characters[at:end]), shade)
        at = end
