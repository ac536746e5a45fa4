"""A network's continuations, prompt by prompt."""

from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.press.marks.mark import Grid, Mark


@dataclass(frozen=True)
class Written:
    """One line of a list: a prompt, its continuation, and whether that is right, if the language determines it."""

    prompt: str
    written: str
    is_right: bool | None
    changed: str | None  # the continuation by the changed network


@dataclass(frozen=True)
class Line:
    """A line of text in a drawing, and its class in the stylesheet."""

    text: str
    style: str


@dataclass(frozen=True)
class Listing(Mark):
    """A network's continuations of prompts; `change` describes the change in words."""

    rows: tuple[Written, ...]
    change: str

    name: ClassVar = "listing"
    grid: ClassVar = Grid(left=0, top=4, across=7.4, down=18)

    @property
    def size(self) -> tuple[float, float]:
        return self.grid.x(max(len(line.text) for line in self.lines)), self.grid.y(len(self.lines))

    @property
    def lines(self) -> tuple[Line, ...]:
        """All that is written, with what was written when the network was changed below each line."""
        lines = []
        for row in self.rows:
            mark = {True: "✓", False: "✗", None: ""}[row.is_right]
            style = "is-wrong" if row.is_right is False else ""
            lines.append(Line(f"{row.prompt} → {row.written} {mark}", style))
            if row.changed is not None:
                lines.append(Line(f"{' ' * len(row.prompt)} → {row.changed}   {self.change}", "is-changed"))
        return tuple(lines)

    @property
    def frame_height(self) -> int:
        return 34 * (1 + len(self.rows))
