"""Plots: points and lines over two axes, computed down to pixels, each with the table of its numbers.

What is drawn is decided by the functions at the end, one for each kind of plot; `Frame` turns values into pixels.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from lstmgallery.desk.baselines import BASELINES
from lstmgallery.desk.targets import AUC
from lstmgallery.press.figures import Point, brief_tick, ticks_between
from lstmgallery.press.palette import shade
from lstmgallery.press.text import brief, number, percent, plain
from lstmgallery.tasks.facets import Dose

LINE_STYLES = ("main", "second", "third", "fourth")  # of the stylesheet, for lines that share a plot


@dataclass(frozen=True)
class Table:
    """The numbers of a figure, as text: column heads, and rows whose first cell heads the row."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Series:
    """Points in pixels, drawn as a line or as dots of a `style` of the stylesheet; `language` is that of the labels."""

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
    """A shaded part of the plane, in pixels: the range that was trained on."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Plot:
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
    labels: tuple[Point, ...] = ()  # names that stand beside lines


@dataclass(frozen=True)
class Frame:
    """The plane of a plot: the ends of both axes, in values, and the drawing around them, in pixels."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: int = 440
    height: int = 220
    is_log: bool = False  # of the horizontal axis
    room: int = 0  # at the right, for the names of lines
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
    """Return the ends of an axis that holds all `values` (and `include`) with some margin."""
    found = [*values, *([] if include is None else [include])]
    low, high = min(found), max(found)
    spare = margin * ((high - low) or 1)
    return low - spare, high + spare


def plot_curve(curve: pd.DataFrame, column: str, *, high: float, summary: str) -> Plot:
    """Plot a column of the training curve over training steps, on a logarithmic axis."""
    steps, values = curve["step"].tolist(), curve[column].tolist()
    frame = Frame((steps[0], steps[-1]), (0.0, high), is_log=True)
    table = Table(("step", column), tuple((f"{s:,}", number(v)) for s, v in zip(steps, values, strict=True)))
    line = Series("line", "main", frame.points(steps, values))
    return frame.plot(line, x_name="training steps", summary=summary, table=table)


def plot_saturation(gate: str, shut: Sequence[float], open_: Sequence[float]) -> Plot:
    """Plot one gate of all neurons: how often it is nearly shut against how often it is wide open."""
    frame = Frame((0.0, 1.0), (0.0, 1.0), width=330, height=300)
    pairs = list(zip(shut, open_, strict=True))
    points = tuple(
        frame.point(x, y, f"neuron {at}: shut {percent(x)}, open {percent(y)}")
        for at, (x, y) in enumerate(pairs, start=1)
    )
    edge = Series("line", "faint", frame.points((0, 1), (1, 0)))
    wide, tight = sum(y > 0.9 for y in open_), sum(x > 0.9 for x in shut)
    summary = f"{gate}: open at more than nine steps in ten in {wide} of {len(pairs)} neurons, shut so in {tight}."
    table = Table(
        ("neuron", "shut", "open"),
        tuple((str(at), percent(x), percent(y)) for at, (x, y) in enumerate(pairs, start=1)),
    )
    dots = Series("dots", "main", points)
    return frame.plot(edge, dots, x_name="share of steps below 0.1", summary=summary, table=table)


def plot_doses(rows: Sequence[Any], dose: Dose, *, slope: float, name: str) -> Plot:
    """Plot how many more tokens come out against what was added to a cell, in counts."""
    read_name, written_name = f"{dose.counted}’s", f"{dose.written}’s"
    amounts, more = [row.amount for row in rows], [row.value - row.baseline for row in rows]
    ends = around([*amounts, *more, -3.0, 3.0])
    frame = Frame((min(amounts) - 0.4, max(amounts) + 0.4), ends)
    ideal = Series("line", "faint", frame.points((-3, 3), (-3, 3)))
    counts = Counter(zip(amounts, more, strict=True))
    dots = tuple(
        frame.point(x, y, f"{brief_tick(x)} added, {brief_tick(y)} more {written_name}, {n} times")
        for (x, y), n in sorted(counts.items())
    )
    fit = Series("line", "main", frame.points((-3, 3), (-3 * slope, 3 * slope)))
    summary = f"For each count added to {name}, {number(slope, 2)} more {written_name} come out."
    cells = tuple(
        (row.condition, brief_tick(row.amount), brief_tick(row.baseline), brief_tick(row.value)) for row in rows
    )
    return frame.plot(
        ideal,
        fit,
        Series("dots", "main", dots, radius=4.5),
        x_name="counts added at the delimiter",
        summary=summary,
        table=Table((read_name, "added", f"{written_name} without", f"{written_name} with"), cells),
    )


def plot_groups(values: Sequence[float], *, summary: str, measure: str) -> Plot:
    """Plot what happens when the best 1, 2, 3, ... neurons are changed at once."""
    sizes = list(range(1, len(values) + 1))
    frame = Frame((1, max(len(values), 2)), around([*values, 0.0, 1.0]))
    full = Series("line", "faint", frame.points((1, len(values)), (1, 1)))
    line = Series("line", "main", frame.points(sizes, values))
    dots = Series("dots", "main", frame.points(sizes, values))
    table = Table(
        ("neurons changed", measure), tuple((str(k), number(v, 2)) for k, v in zip(sizes, values, strict=True))
    )
    return frame.plot(full, line, dots, x_name="neurons changed at once", summary=summary, table=table)


def plot_memory(frontier: pd.DataFrame, *, trained: int, name: str, size_name: str, variant_name: str) -> Plot:
    """Plot one neuron's memory at the delimiter over the sizes tried, a line for each variant; wrong ones stand out."""
    frame = Frame((1, int(frontier["size"].max())), around(frontier["memory"], include=0.0), width=900, height=240)
    series = []
    for _, part in frontier.groupby("variant", sort=True):
        series.append(Series("line", "faint", frame.points(part["size"], part["memory"])))
        for is_right, style in ((True, "main"), (False, "wrong")):
            chosen = part[part["right"] == is_right]
            points = tuple(
                frame.point(row.size, row.memory, f"{row.size} {size_name}: {number(row.memory, 2)}")
                for row in chosen.itertuples()
            )
            series.append(Series("dots", style, points, radius=2.6))
    ends = frontier.sort_values("size").groupby("variant")["memory"]
    summary = "; ".join(
        f"{name} at the delimiter{f' ({variant_name}: {variant})' if variant else ''} goes "
        f"from {brief(values.iloc[0])} to {brief(values.iloc[-1])}"
        for variant, values in ends
    )
    rows = tuple(
        (str(size), variant or "–", number(memory, 2), "yes" if right else "no")
        for size, variant, memory, right in frontier[["size", "variant", "memory", "right"]].to_numpy()
    )
    return frame.plot(
        *series,
        x_name=f"{size_name} read",
        summary=summary + ".",
        table=Table((size_name, variant_name or "variant", name, "right"), rows),
        bands=(frame.band(1, trained),),
    )


def plot_written(frontier: pd.DataFrame, dose: Dose) -> Plot:
    """Plot how many tokens were written over how many were read and counted."""
    read_name, written_name = f"{dose.counted}’s", f"{dose.written}’s"
    sizes = frontier["size"].tolist()
    written = [len(text) - len(text.lstrip(dose.written)) for text in frontier["written"]]
    frame = Frame((1, max(sizes)), around([*written, *sizes]), width=440, height=240)
    ideal = Series("line", "faint", frame.points((1, max(sizes)), (1, max(sizes))))
    right = frontier["right"].tolist()
    groups = {
        style: tuple(
            frame.point(n, m, f"{n} {read_name}, {m} {written_name}")
            for n, m, is_right in zip(sizes, written, right, strict=True)
            if is_right == wanted
        )
        for style, wanted in (("main", True), ("wrong", False))
    }
    wrong = [(n, m) for n, m, is_right in zip(sizes, written, right, strict=True) if not is_right]
    summary = f"Every count up to {max(sizes)} is right."
    if wrong:
        summary = (
            f"The first failure: {wrong[0][0]} {read_name}, {wrong[0][1]} {written_name}. "
            f"At {wrong[-1][0]} {read_name} it writes {wrong[-1][1]}."
        )
    rows = tuple((str(n), str(m), "yes" if r else "no") for n, m, r in zip(sizes, written, right, strict=True))
    return frame.plot(
        ideal,
        *(Series("dots", style, points, radius=2.6) for style, points in groups.items()),
        x_name=f"{read_name} read",
        summary=summary,
        table=Table((f"{read_name} read", f"{written_name} written", "right"), rows),
        bands=(frame.band(1, dose.longest),),
    )


def plot_seeds(values: pd.Series, *, words: str, bounds: Sequence[float], own: float | None) -> Plot:
    """Plot a measure over seeds as a strip of dots, a line at each bound; the shown network's own value is marked."""
    shown = [] if own is None else [own]
    frame = Frame(around([*values, *bounds, *shown], margin=0.12), (0.0, 1.0), width=440, height=92)
    lines = [Series("line", "faint", frame.points((bound, bound), (0.0, 1.0))) for bound in bounds]
    height = 0.25 + 0.5 * (np.argsort(np.argsort(values.to_numpy())) % 3) / 2
    dots = frame.points(values, height)
    marks = [Series("dots", "main", dots, radius=4)]
    if own is not None:
        # A pinned network need not be one of those trained here: it then has a place of its own.
        equal = np.flatnonzero(np.isclose(values.to_numpy(), own, rtol=0, atol=1e-9))
        at = dots[int(equal[0])] if len(equal) else frame.point(own, 0.5)
        marks.append(Series("dots", "own", (at,), radius=6))
    summary = f"{words}: lowest {plain(values.min())}, median {plain(values.median())}, highest {plain(values.max())}"
    plot = frame.plot(*lines, *marks, x_name="", summary=summary + ".", table=Table((), ()))
    return replace(plot, y_ticks=())


def plot_beside(row: Any, untrained: Sequence[float], *, name: str, words: str) -> Plot:
    """Plot a neuron's score beside what it has to beat: untrained networks, chance, and what needs no neuron.

    `row` is one of the table of roles, `untrained` the best score of each untrained network.
    """
    low = 0.5 if row.measure == AUC else 0.0
    sure = (row.low, row.high) if row.low == row.low else (row.score, row.score)
    baselines = {words: max(float(getattr(row, key)), low) for key, words in BASELINES.items()}
    names = [name, "untrained networks", "chance", *baselines]
    frame = Frame((low, 1.0), (len(names) - 0.5, -0.5), width=620, height=58 + 25 * len(names), left=176)
    to_beat = min(1.0, max(row.null_p99, row.untrained_p95, *baselines.values()))
    spread = [((at * 5) % 7 - 3) * 0.08 for at in range(len(untrained))]
    dots = [
        frame.point(max(score, low), 1 + aside, f"untrained network {at}: {number(score)}")
        for at, (score, aside) in enumerate(zip(untrained, spread, strict=True), start=1)
    ]
    series = [
        Series("line", "faint", frame.points((to_beat, to_beat), frame.y)),
        Series("dots", "main", tuple(dots), radius=3),
        Series("line", "bar", frame.points((max(row.null_mean, low), max(row.null_p99, low)), (2, 2))),
        Series("dots", "plain", tuple(frame.point(value, 3 + at) for at, value in enumerate(baselines.values())), 4),
        Series("line", "own-line", frame.points((max(sure[0], low), max(sure[1], low)), (0, 0))),
        Series("dots", "own-dot", (frame.point(max(row.score, low), 0, f"{name}: {number(row.score)}"),), radius=5),
    ]
    measure = "AUC" if row.measure == AUC else "R²"
    spread_words = f"{number(min(untrained), 2)} to {number(max(untrained), 2)}"
    summary = (
        f"{measure} of {words}: {name} {number(row.score, 2)}; {len(untrained)} untrained networks {spread_words}; "
        f"chance below {number(row.null_p99, 2)} in 99 of 100 shuffles; "
        + "; ".join(f"{key} {number(value, 2)}" for key, value in baselines.items())
        + "."
    )
    rows = (
        (name, number(row.score), " to ".join(map(number, sure)) if row.low == row.low else "–"),
        ("untrained networks, median", number(row.untrained_median, 2), spread_words),
        ("chance, mean", number(row.null_mean, 2), f"99th percentile {number(row.null_p99, 2)}"),
        *((key, number(value, 2), "–") for key, value in baselines.items()),
    )
    table = Table(("", measure, "range"), rows)
    plot = frame.plot(*series, x_name=measure, summary=summary, table=table)
    return replace(plot, y_ticks=tuple(frame.point(low, at, each) for at, each in enumerate(names)))


@dataclass(frozen=True)
class Tried:
    """One recipe of a search: what it is, what was measured in the networks that learned the task, how many did not."""

    name: str
    values: tuple[float, ...]
    trained: int
    passing: int | None  # how many pass the bound, where there is one


def plot_search(rows: Sequence[Tried], *, words: str, bound: float | None, expected: str) -> Plot:
    """Plot a measure under each recipe of a search: a row for each, a dot for each network, a line at the median."""
    everything = [value for row in rows for value in row.values]
    if not everything:
        return plot_nothing("No network of this search learned the task.")
    ends = around([*everything, *([] if bound is None else [bound])], margin=0.04)
    label = max(len(row.name) for row in rows)
    left = min(300, 20 + round(6.3 * label))
    frame = Frame(ends, (len(rows) - 0.5, -0.5), width=760, height=58 + 30 * len(rows), left=left)
    series: list[Series] = []
    if bound is not None:
        series.append(Series("line", "faint", frame.points((bound, bound), frame.y)))
    for at, row in enumerate(rows):
        spread = ((number_in_row * 5) % 7 - 3 for number_in_row in range(len(row.values)))
        dots = tuple(
            frame.point(value, at + aside * 0.07, f"{row.name}: {number(value)}")
            for value, aside in zip(sorted(row.values), spread, strict=True)
        )
        series.append(Series("dots", "main", dots, radius=3.6))
        if row.values:
            middle = float(np.median(row.values))
            series.append(Series("line", "own-line", frame.points((middle, middle), (at - 0.36, at + 0.36))))
    summary = "; ".join(
        f"{row.name}: " + (f"median {brief(float(np.median(row.values)))}" if row.values else "none learned the task")
        for row in rows
    )
    heads = ("recipe", "trained", "learned the task", "lowest", "median", "highest", expected)
    table_rows = []
    for row in rows:
        values = np.array(row.values, float)
        found = (values.min(), float(np.median(values)), values.max()) if len(values) else ()
        numbers = tuple(map(number, found)) or ("–",) * 3
        passing = () if row.passing is None else (f"{row.passing} of {row.trained}",)
        table_rows.append((row.name, str(row.trained), str(len(values)), *numbers, *passing))
    table = Table(heads if expected else heads[:-1], tuple(table_rows))
    plot = frame.plot(*series, x_name=words, summary=f"{words}, {summary}.", table=table)
    return replace(plot, y_ticks=tuple(frame.point(frame.x[0], at, row.name) for at, row in enumerate(rows)))


def plot_steps(lines: Mapping[str, np.ndarray], tokens: Sequence[str], *, name: str) -> Plot:
    """Plot signals over the steps of one sequence, each line named at its end."""
    everything = np.concatenate(list(lines.values())).tolist()
    named = len(lines) > 1
    frame = Frame((0, len(tokens) - 1), around(everything, include=0.0), width=720, height=230, room=64 if named else 0)
    series: list[Series] = []
    ends: list[Point] = []
    for (label, values), style in zip(lines.items(), LINE_STYLES, strict=False):
        points = tuple(
            frame.point(step, value, f"step {step}, {token}: {label} = {number(value)}")
            for step, (token, value) in enumerate(zip(tokens, values.tolist(), strict=True))
        )
        series += [Series("line", style, points), Series("dots", style, points, radius=2.8)]
        ends.append(replace(points[-1], x=points[-1].x + 8, label=label))
    stride = math.ceil(len(tokens) / 40)
    ticks = tuple(frame.point(step, frame.y[0], tokens[step]) for step in range(0, len(tokens), stride))
    summary = "; ".join(
        f"{label} from {brief(values[0])} to {brief(values[-1])}, lowest {brief(values.min())}, "
        f"highest {brief(values.max())}"
        for label, values in lines.items()
    )
    rows = tuple(
        (f"{step} {token}", *(number(values[step]) for values in lines.values())) for step, token in enumerate(tokens)
    )
    plot = frame.plot(*series, x_name="", summary=f"{name}: {summary}.", table=Table(("step", *lines), rows))
    return replace(plot, x_ticks=ticks, labels=_apart(ends) if named else ())


def plot_values(data: pd.DataFrame, signal: str, by: str, *, name: str, words: str) -> Plot:
    """Plot the value of each sequence at one token, in columns by a feature, in the order of the feature's values."""
    groups = dict(iter(data.groupby(by, sort=True)))
    frame = Frame((-0.5, len(groups) - 0.5), around(data[signal], include=0.0), width=560, height=260)
    dots = []
    for at, part in enumerate(groups.values()):
        ordered = part.sort_values([signal, "text"])
        # Spread sideways in a fixed pattern, so that equal values can be told apart.
        for number_in_group, row in enumerate(ordered[["text", signal]].itertuples(index=False)):
            aside = ((number_in_group * 5) % 9 - 4) * 0.06 if len(ordered) > 1 else 0.0
            dots.append(frame.point(at + aside, row[1], f"{row[0]}: {number(row[1])}"))
    # Labelled by sequences, which are words of no language: zxx.
    marks = Series("dots", "main", tuple(dots), radius=3 if len(data) < 100 else 2.2, language="zxx")
    means = [
        Series("line", "own-line", frame.points((at - 0.32, at + 0.32), (part[signal].mean(),) * 2))
        for at, part in enumerate(groups.values())
    ]
    names = [f"{value:g}" if isinstance(value, int | float) else str(value) for value in groups]
    ranges = [(part[signal].min(), part[signal].mean(), part[signal].max()) for part in groups.values()]
    ends = "; ".join(f"{at}: {brief(low)} to {brief(high)}" for at, (low, _, high) in zip(names, ranges, strict=True))
    rows = tuple(
        (at, str(len(part)), *map(number, found))
        for at, part, found in zip(names, groups.values(), ranges, strict=True)
    )
    table = Table((by, "sequences", "lowest", "mean", "highest"), rows)
    caption = words.format("…") if "{}" in words else words
    plot = frame.plot(marks, *means, x_name=caption, summary=f"{name} by “{caption}”, {ends}.", table=table)
    ticks = tuple(frame.point(at, frame.y[0], label) for at, label in enumerate(names))
    return replace(plot, x_ticks=ticks)


def plot_nothing(why: str) -> Plot:
    """Return an empty plot that says why it is empty."""
    frame = Frame((0.0, 1.0), (0.0, 1.0), width=440, height=60)
    plot = frame.plot(x_name=why, summary=why, table=Table((), ()))
    return replace(plot, y_ticks=(), x_ticks=())


def _apart(points: Sequence[Point], least: float = 13) -> tuple[Point, ...]:
    """Move labels apart vertically, from the top down, where they would overlap."""
    placed: list[Point] = []
    for point in sorted(points, key=lambda point: (point.y, point.label)):
        floor = placed[-1].y + least if placed else point.y
        placed.append(replace(point, y=max(point.y, floor)))
    return tuple(placed)


@dataclass(frozen=True)
class RightRow:
    """One variant of a frontier: for each size a shade by the share of sequences right, and which sizes are right."""

    variant: str
    shades: tuple[str, ...]
    summary: str
    sizes_right: str


def draw_right(frontier: pd.DataFrame) -> tuple[RightRow, ...]:
    """Draw where a network is right: a row for each variant, a column for each size."""
    shares = frontier.astype({"right": float}).pivot_table(index="variant", columns="size", values="right")
    order = sorted(shares.index, key=lambda variant: (len(variant), variant))
    rows = []
    for variant in order:
        values = shares.loc[variant]
        wrong = values[values < 1]
        summary = "right at every size" if wrong.empty else f"first wrong at {wrong.index[0]}"
        shades = tuple(shade("gate", value, low=0.0, high=1.0) for value in values)
        rows.append(RightRow(variant, shades, summary, _runs(values.index[values == 1].tolist())))
    return tuple(rows)


def _runs(sizes: Sequence[int]) -> str:
    """Return whole numbers as their runs: 1 to 13, 15, 17 to 19."""
    runs: list[list[int]] = []
    for size in sizes:
        if runs and size == runs[-1][-1] + 1:
            runs[-1].append(size)
        else:
            runs.append([size])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs) or "none"
