"""The strips, computed down to classes, labels and coordinates for the templates.

The strip is the signature figure: one column per step, one row per signal, the token printed in every shaded cell.
The rest of this module is smaller strips and the line over a strip.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from lstmgallery.cells.table import CellKind, Palette, Signal
from lstmgallery.press.marks.mark import Grid, Mark
from lstmgallery.press.marks.palette import shades
from lstmgallery.press.marks.running import show
from lstmgallery.press.marks.text import brief, number
from lstmgallery.press.marks.tokens import glyph, token_name

PITCH_PX = 35  # from one column of a strip to the next; the stylesheet has the same width
LINE_HEIGHT_PX = 96
MARGIN_PX = 12
LABEL_PX = 34  # beside a strip's line, for the labels of its ticks
LEVEL = 0.05  # share of their size that values have to range over to get an axis without zero


@dataclass(frozen=True)
class Token:
    """A token as shown in a figure and as spoken by a screen reader."""

    glyph: str
    name: str


class StripCell(NamedTuple):
    """One shaded cell: its class or classes, and its printed value."""

    shade: str
    value: str


@dataclass(frozen=True)
class Row:
    """One signal along a sequence, with the range of its colours."""

    signal: Signal
    range: str
    wide_range: str | None  # set if the colours can be switched to the range of the whole layer
    cells: tuple[StripCell, ...]


class Point(NamedTuple):
    """A point in a drawing, in pixels; `label` is its text."""

    x: float
    y: float
    label: str = ""


@dataclass(frozen=True)
class StepLine:
    """A line over the columns of a strip, with ticks, in a drawing of `width` by `height` pixels."""

    width: int
    height: int
    points: tuple[Point, ...]
    ticks: tuple[Point, ...]
    right: float
    summary: str

    @property
    def path(self) -> str:
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)


@dataclass(frozen=True)
class Strip(Mark):
    """All signals of one neuron along one sequence, and its memory as a line over the same columns."""

    sequence: str
    tokens: tuple[Token, ...]
    rows: tuple[Row, ...]
    line: StepLine

    name: ClassVar = "strip"
    grid: ClassVar = Grid(left=150, top=24, across=PITCH_PX, down=36)

    @property
    def size(self) -> tuple[float, float]:
        return self.grid.x(len(self.tokens)), self.grid.y(len(self.rows))

    @property
    def frame_height(self) -> int:
        return 40 * (2 + len(self.rows))

    @property
    def has_steps(self) -> bool:
        return True

    @property
    def palettes(self) -> frozenset[Palette]:
        return frozenset(row.signal.palette for row in self.rows)


@dataclass(frozen=True)
class MiniStrip:
    """One signal of one neuron without tokens: a row of shades, and its range in words."""

    shades: tuple[str, ...]
    summary: str


def show_tokens(tokens: Sequence[str]) -> tuple[Token, ...]:
    """Return tokens as shown in a figure."""
    return tuple(Token(glyph(token), token_name(token)) for token in tokens)


def largest_size(values: np.ndarray) -> float:
    """Return the largest absolute value, never zero."""
    return float(np.abs(values).max()) or 1.0


def scale_of(signal: Signal, largest: float) -> tuple[float, float]:
    """Return the ends of a signal's colour scale; an unbounded signal takes ± its largest absolute value."""
    if signal.low is not None and signal.high is not None:
        return signal.low, signal.high
    return -largest, largest


def draw_strip(
    kind: CellKind,
    tokens: Sequence[str],
    signals: Mapping[str, np.ndarray],
    *,
    largest: float,
    largest_of_layer: float,
    extent: tuple[float, float],
    shown: Collection[str] | None = None,
) -> Strip:
    """Draw one neuron along one sequence.

    `signals`: for each signal its value at every step; `shown`: those with a row of their own, all if None. An
    unbounded signal is shaded by ± `largest` or, if the reader chooses, by ± `largest_of_layer`. The line spans
    `extent`, the same for all sequences of the figure.
    """
    rows = []
    for signal in (each for each in kind.signals if shown is None or each.key in shown):
        low, high = scale_of(signal, largest)
        wide_low, wide_high = scale_of(signal, largest_of_layer)
        is_bounded = signal.low is not None
        values = signals[signal.key]
        names = shades(signal.palette, values, low=low, high=high)
        if not is_bounded:
            wide_names = shades(signal.palette, values, low=wide_low, high=wide_high)
            names = [f"{name} {wide}w" for name, wide in zip(names, wide_names, strict=True)]
        cells = tuple(map(StripCell, names, map(number, values.tolist())))
        wide = None if is_bounded else range_words(wide_low, wide_high)
        rows.append(Row(signal, range_words(low, high), wide, cells))
    memory = kind[kind.memory]
    line = draw_step_line(signals[memory.key], extent=extent, name=memory.name)
    return Strip("".join(map(show, tokens[1:])), show_tokens(tokens), tuple(rows), line)


def draw_mini_strip(signal: Signal, values: np.ndarray, *, largest: float) -> MiniStrip:
    """Draw one signal of one neuron as a small strip; an unbounded signal is shaded by ± `largest`."""
    low, high = scale_of(signal, largest)
    names = tuple(shades(signal.palette, values, low=low, high=high))
    summary = f"{signal.name.lower()} from {brief(values.min())} to {brief(values.max())}"
    return MiniStrip(names, summary)


def draw_step_line(values: np.ndarray, *, extent: tuple[float, float], name: str) -> StepLine:
    """Draw a signal over the columns of a strip: point k is in the middle of column k."""
    low, high = extent
    if (zero := zero_in_reach(extent)) is not None:
        low, high = min(low, zero), max(high, zero)
    high = high if high > low else low + 1.0
    scale = (LINE_HEIGHT_PX - 2 * MARGIN_PX) / (high - low)

    def y_of(value: float) -> float:
        return round(LINE_HEIGHT_PX - MARGIN_PX - (value - low) * scale, 1)

    points = tuple(
        Point(PITCH_PX * (step + 0.5), y_of(value), number(value)) for step, value in enumerate(values.tolist())
    )
    width = PITCH_PX * len(points)
    summary = f"{name} from {brief(values[0])} at the first step to {brief(values[-1])} at the last, "
    summary += f"lowest {brief(values.min())}, highest {brief(values.max())}"
    ticks = tuple(Point(0, y_of(tick), brief_tick(tick)) for tick in ticks_between(low, high, at_most=4))
    return StepLine(width + LABEL_PX, LINE_HEIGHT_PX, points, ticks, width, summary)


def zero_in_reach(values: Iterable[float]) -> float | None:
    """Return 0 if an axis of `values` should include it, else None.

    Zero is included unless it would take more than half of the axis; it is also where values are too level (their range
    less than `LEVEL` of their size) for their differences to be worth a whole axis.
    """
    found = list(values)
    low, high = min(found), max(found)
    size, span = max(abs(low), abs(high)), high - low
    return None if span > LEVEL * size and min(abs(low), abs(high)) > span and low * high > 0 else 0.0


def ticks_between(low: float, high: float, *, at_most: int) -> list[float]:
    """Return at most `at_most` round numbers from `low` to `high`, spaced by 1, 2 or 5 times a power of ten."""
    exponent = math.floor(math.log10((high - low) / at_most))
    for magnitude in (exponent, exponent + 1):
        for factor in (1, 2, 5):
            step = factor * 10.0**magnitude
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if last - first < at_most:
                return [round(tick * step, 10) for tick in range(first, last + 1)]
    return [low, high]


def brief_tick(value: float) -> str:
    """Return the label of a tick with as few digits as possible."""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def range_words(low: float, high: float) -> str:
    """Return the ends of a colour scale as text: ±6.23, or −1 … 1."""
    return f"±{brief(high)}" if low == -high and high != 1 else f"{brief_tick(low)} … {brief_tick(high)}"
