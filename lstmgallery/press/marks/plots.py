"""Plots: points and lines over two axes, computed down to pixels, each with the table of its numbers.

Each kind of plot is built by its figure's module; `Frame` turns values into pixels.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from lstmgallery.press.marks.mark import Mark
from lstmgallery.press.marks.strips import Point, brief_tick, ticks_between, zero_in_reach

NAME_PX, LEAD_PX, LETTER_PX = 16, 18, 7.2  # the line height of names beside lines, the way to them, a letter's width


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


def around(values: Iterable[float], *, has_zero: bool = False, margin: float = 0.06) -> tuple[float, float]:
    """Return the ends of an axis that contains all `values` with some margin.

    With `has_zero` zero counts: the axis includes it, unless it would take more than half of the axis.
    """
    found = [*values]
    if has_zero and (zero := zero_in_reach(found)) is not None:
        found.append(zero)
    low, high = min(found), max(found)
    spare = margin * ((high - low) or 1)
    return low - spare, high + spare


def aside(count: int, *, lanes: int, pitch: float) -> list[float]:
    """Return for each of `count` dots its distance from their line, in a fixed pattern: equal values do not overlap."""
    return [((at * 5) % lanes - lanes // 2) * pitch for at in range(count)]


def name_lines(ends: Sequence[Point], frame: Frame) -> tuple[tuple[Point, ...], tuple[Series, ...]]:
    """Return the names at the ends of lines, moved apart so that none overlap, and a thin line from each end to it.

    Names stay as near to their ends as they can, in the order of the ends, and within the height of the plot.
    """
    order = sorted(range(len(ends)), key=lambda at: (ends[at].y, ends[at].label))
    heights = spread([ends[at].y for at in order], apart=NAME_PX, low=frame.top, high=frame.bottom)
    names, leads = [], []
    for at, y in zip(order, heights, strict=True):
        end = ends[at]
        names.append(Point(round(end.x + LEAD_PX + 4, 1), y, end.label))
        leads.append(Series("line", "lead", (Point(end.x + 4, end.y), Point(round(end.x + LEAD_PX, 1), y))))
    return tuple(names), tuple(leads)


def room_for(names: Iterable[str]) -> int:
    """Return the width in pixels that the names of lines take at the right of a plot."""
    return LEAD_PX + round(LETTER_PX * max(map(len, names), default=0))


def spread(heights: Sequence[float], *, apart: float, low: float, high: float) -> list[float]:
    """Return ascending heights moved as little as possible, so that they are `apart`, between `low` and `high`.

    Heights too close form a group around their mean; groups that meet are merged. If there is no room for all, they are
    spaced evenly.
    """
    apart = min(apart, (high - low) / max(1, len(heights) - 1))
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _first(groups[-2], apart, low, high) + apart * len(groups[-2]) > _first(
            groups[-1], apart, low, high
        ):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [round(_first(group, apart, low, high) + apart * at, 1) for group in groups for at, _ in enumerate(group)]


def _first(group: Sequence[float], apart: float, low: float, high: float) -> float:
    """Return the height of the first of a group, laid out around its mean and between `low` and `high`."""
    half = apart * (len(group) - 1) / 2
    return min(max(sum(group) / len(group), low + half), high - half) - half


def plot_nothing(why: str) -> Plot:
    """Return an empty plot that says why it is empty."""
    frame = Frame((0.0, 1.0), (0.0, 1.0), width=440, height=60)
    plot = frame.plot(x_name=why, summary=why, table=Table((), ()))
    return replace(plot, y_ticks=(), x_ticks=())
