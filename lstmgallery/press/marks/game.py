"""A game: pairs of texts, one of each written by a network; which one?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.press.marks.mark import Grid, Mark
from lstmgallery.press.marks.passage import Piece, break_lines
from lstmgallery.press.marks.running import Run, show

SIDES = ("A", "B")


@dataclass(frozen=True)
class Pair:
    """Two texts in the order shown; `written` is the index of the one by the network, `by` says by whom each is."""

    texts: tuple[str, str]
    written: int
    by: tuple[str, str]

    @property
    def shown(self) -> tuple[str, str]:
        first, second = ("".join(map(show, text)) for text in self.texts)
        return first, second

    @property
    def answer(self) -> str:
        """The letter of the text by the network."""
        return SIDES[self.written]


@dataclass(frozen=True)
class GameLine:
    """A line of the game in a download: its words, or the pieces of a text, and its height."""

    y: float
    words: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Game(Mark):
    """The pairs, and what readers are asked."""

    pairs: tuple[Pair, ...]
    question: str

    name: ClassVar = "game"
    grid: ClassVar = Grid(left=14, top=4, across=7.3, down=20)

    @property
    def answers(self) -> str:
        """The answers in one line."""
        found = ", ".join(f"{number} {pair.answer}" for number, pair in enumerate(self.pairs, start=1))
        return f"Written by the network: {found}."

    @property
    def lines(self) -> tuple[GameLine, ...]:
        """Its lines in a download: every text below its letter, the answers last."""
        return tuple(GameLine(self.grid.y(at), *line) for at, line in enumerate(self._lines()))

    def _lines(self) -> Iterator[tuple[str, tuple[Piece, ...]]]:
        for number, pair in enumerate(self.pairs, start=1):
            for side, text in zip(SIDES, pair.shown, strict=True):
                yield f"{number} {side}", ()
                yield from (("", tuple(line)) for line in break_lines([Run("", text)]))
        yield self.answers, ()

    @property
    def size(self) -> tuple[float, float]:
        ends = [line.pieces[-1].column + len(line.pieces[-1].text) for line in self.lines if line.pieces]
        return max(self.grid.x(max(ends)), 6.2 * len(self.answers)), self.grid.y(len(self.lines))

    @property
    def frame_height(self) -> int:
        return 160 + 34 * len(self.lines)
