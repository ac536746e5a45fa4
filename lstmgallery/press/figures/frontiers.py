"""The frontiers of several networks of one task in one plot, a dot for each seed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import pandas as pd

from lstmgallery.desk.experiments.frontier import FURTHEST
from lstmgallery.desk.subjects import Subject
from lstmgallery.press.addresses import network_path
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.figures.trained import FAILURE, Trained, TrainedBlock, read_trained
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table, aside
from lstmgallery.press.marks.text import count, plain


class FrontiersBlock(TrainedBlock):
    """Where networks of one task first fail, a row for each network."""

    kind: Literal["frontiers"]

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        rows = read_trained(studio, [subjects[text].network for text in self.networks])
        plot = plot_frontiers(rows)
        tables = [
            pd.DataFrame({"network": each.network.name, "seed": each.seeds["seed"], FAILURE: each.seeds[FAILURE]})
            for each in rows
        ]
        shown = pd.DataFrame({"network": [r.network.name for r in rows], FAILURE: [r.own[FAILURE] for r in rows]})
        data = pd.concat([shown.assign(seed=pd.NA, is_shown=True), *(t.assign(is_shown=False) for t in tables)])
        path = network_path(rows[0].network.name)
        part = Part(rows[0].network.task.form, path, plot, plot.summary, plot.table)
        return Drawing.of(part, data=data[["network", "seed", "is_shown", FAILURE]].reset_index(drop=True))


def plot_frontiers(rows: Sequence[Trained]) -> Plot:
    """Plot the first size that each network gets wrong: the shown network as a ring, other seeds as dots."""
    sizes = rows[0].network.task.sizes
    assert sizes is not None
    names = [row.name if len(row.seeds) else f"{row.name} (no seeds)" for row in rows]
    every = [value for row in rows for value in [*row.values(FAILURE), row.own[FAILURE]] if value is not None]
    left = min(260, 20 + round(6.6 * max(map(len, names))))
    right = max(*every, sizes.longest + 1) + 1
    frame = Frame((0.0, right), (len(rows) - 0.5, -0.5), width=760, height=58 + 34 * len(rows), left=left)
    series: list[Series] = []
    for at, (row, name) in enumerate(zip(rows, names, strict=True)):
        values = sorted(row.values(FAILURE)) if len(row.seeds) else []
        dots = tuple(
            frame.point(value, at + across, f"{name}: {size_words(value)}")
            for value, across in zip(values, aside(len(values), lanes=7, pitch=0.09), strict=True)
        )
        series.append(Series("dots", "main", dots, radius=3.4))
        if len(values):
            middle = float(pd.Series(values).median())
            series.append(Series("line", "own-line", frame.points((middle, middle), (at - 0.4, at + 0.4))))
        if (own := row.own[FAILURE]) is not None:
            words = f"{name}, the network shown: {size_words(own)}"
            series.append(Series("dots", "own", (frame.point(own, at, words),), radius=6))
    heads = (f"first failure, in {sizes.name}", "the network shown", "seeds", "lowest", "median", "highest")
    table = Table(heads, tuple((row.name, *_numbers(row)) for row in rows))
    summary = "; ".join(_summary(row) for row in rows)
    plot = frame.plot(
        *series,
        x_name=f"first wrong, in {sizes.name}",
        summary=f"First failure, trained up to {sizes.longest}. {summary}.",
        table=table,
        bands=(frame.band(0, sizes.longest),),
    )
    return replace(plot, y_ticks=tuple(frame.point(frame.x[0], at, name) for at, name in enumerate(names)))


def size_words(value: float | None) -> str:
    """Return a first failure in words; what is never wrong, as far as it was tried, is beyond the last size."""
    if value is None:
        return "–"
    return f"none up to {FURTHEST}" if value > FURTHEST else plain(value)


def spread_words(values: pd.Series) -> tuple[str, str, str]:
    """Return the lowest, median and highest first failure in words."""
    return size_words(values.min()), size_words(float(values.median())), size_words(values.max())


def _numbers(row: Trained) -> tuple[str, ...]:
    spread = spread_words(row.values(FAILURE)) if len(row.seeds) else ("–",) * 3
    return size_words(row.own[FAILURE]), str(len(row.seeds)), *spread


def _summary(row: Trained) -> str:
    own = f"{row.name}: the network shown {size_words(row.own[FAILURE])}"
    if not len(row.seeds):
        return own
    low, middle, high = spread_words(row.values(FAILURE))
    return f"{own}, {count(len(row.seeds), 'seed')} from {low} to {high}, median {middle}"
