"""Plots: points and lines over two axes, computed down to pixels, each with the table of its numbers.

Each kind of plot is built by its figure's module; `Frame` turns values into pixels.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from lstmgallery.press.marks.mark import Mark
from lstmgallery.press.marks.strips import Point, brief_tick, ticks_between


@dataclass(frozen=True)
class Table:
    """The numbers of a figure, as text: column heads, and rows whose first cell heads the row."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Series:
    """Points in pixels, drawn as a line or as dots in a `style` of the stylesheet; `language` is the labels'."""

    kind: Literal["line", "dots"]
    style: str
    points: tuple[Point, ...]
    radius: float = 3.5
    language: str = ""

    @property
    def path(self) -> str:
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)


@dataclass(frozen=True)
class Band:
    """A shaded part of the plane, in pixels: the training range."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Plot(Mark):
    """A drawing with two axes. `summary` states the finding in words; `table` holds the numbers."""

    width: int
    height: int
    left: float
    right: float
    bottom: float
    x_ticks: tuple[Point, ...]
    y_ticks: tuple[Point, ...]
    x_name: str
    series: tuple[Series, ...]
    bands: tuple[Band, ...]
    summary: str
    table: Table
    labels: tuple[Point, ...] = ()  # names beside lines

    name: ClassVar = "plot"

    @property
    def size(self) -> tuple[float, float]:
        return self.width, self.height


@dataclass(frozen=True)
class Frame:
    """The plane of a plot: the ends of both axes, in values, and the drawing around them, in pixels."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: int = 440
    height: int = 220
    is_log: bool = False  # of the horizontal axis
    room: int = 0  # px at the right, for the names of lines
    left: int = 46

    top = 12

    @property
    def right(self) -> int:
        return self.width - 18 - self.room

    @property
    def bottom(self) -> int:
        return self.height - 38

    def point(self, x: float, y: float, label: str = "") -> Point:
        low, high = self.x
        if self.is_log:
            x, low, high = math.log10(x), math.log10(low), math.log10(high)
        across = (x - low) / ((high - low) or 1)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        return Point(
            round(self.left + across * (self.right - self.left), 1),
            round(self.bottom - up * (self.bottom - self.top), 1),
            label,
        )

    def points(self, xs: Iterable[float], ys: Iterable[float]) -> tuple[Point, ...]:
        return tuple(self.point(x, y) for x, y in zip(xs, ys, strict=True))

    def band(self, start: float, stop: float) -> Band:
        left = self.point(max(start, self.x[0]), 0).x
        return Band(left, self.top, round(self.point(stop, 0).x - left, 1), self.bottom - self.top)

    def plot(
        self,
        *series: Series,
        x_name: str,
        summary: str,
        table: Table,
        bands: tuple[Band, ...] = (),
    ) -> Plot:
        if self.is_log:
            first, last = (math.log10(end) for end in self.x)
            x_values = [10.0**power for power in range(math.ceil(first), math.floor(last) + 1)]
        else:
            x_values = ticks_between(*self.x, at_most=7)
        return Plot(
            width=self.width,
            height=self.height,
            left=self.left,
            right=self.right,
            bottom=self.bottom,
            x_ticks=tuple(self.point(value, self.y[0], f"{value:,g}".replace("-", "−")) for value in x_values),
            y_ticks=tuple(
                self.point(self.x[0], value, brief_tick(value)) for value in ticks_between(*sorted(self.y), at_most=6)
            ),
            x_name=x_name,
            series=series,
            bands=bands,
            summary=summary,
            table=table,
        )


def around(values: Iterable[float], *, include: float | None = None, margin: float = 0.06) -> tuple[float, float]:
    """Return the ends of an axis that contains all `values` (and `include`) with some margin."""
    found = [*values, *([] if include is None else [include])]
    low, high = min(found), max(found)
    spare = margin * ((high - low) or 1)
    return low - spare, high + spare


def aside(count: int, *, lanes: int, pitch: float) -> list[float]:
    """Return for each of `count` dots its distance from their line, in a fixed pattern: equal values do not overlap."""
    return [((at * 5) % lanes - lanes // 2) * pitch for at in range(count)]


def plot_nothing(why: str) -> Plot:
    """Return an empty plot that says why it is empty."""
    frame = Frame((0.0, 1.0), (0.0, 1.0), width=440, height=60)
    plot = frame.plot(x_name=why, summary=why, table=Table((), ()))
    return replace(plot, y_ticks=(), x_ticks=())
