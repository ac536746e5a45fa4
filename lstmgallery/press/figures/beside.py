"""A neuron's score beside the values it has to beat: drawn on its page only, so it has no block."""

import math
from collections.abc import Sequence
from dataclasses import replace

from lstmgallery.desk.baselines import BASELINES
from lstmgallery.desk.rows import RoleRow
from lstmgallery.desk.targets import AUC
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table, aside
from lstmgallery.press.marks.text import number


def plot_beside(row: RoleRow, untrained: Sequence[float], *, name: str, words: str) -> Plot:
    """Plot a neuron's score beside the values it has to beat: untrained networks, chance, and the baselines.

    `row` is a row of the table of roles, `untrained` the best score of each untrained network.
    """
    low = 0.5 if row.measure == AUC else 0.0
    sure = (row.low, row.high) if row.low == row.low else (row.score, row.score)
    scores = {words: float(getattr(row, key)) for key, words in BASELINES.items()}
    baselines = {words: max(score, low) for words, score in scores.items() if not math.isnan(score)}
    names = [name, "untrained networks", "chance", *baselines]
    frame = Frame((low, 1.0), (len(names) - 0.5, -0.5), width=620, height=58 + 25 * len(names), left=176)
    to_beat = min(1.0, max(row.null_p99, row.untrained_p95, *baselines.values()))
    spread = aside(len(untrained), lanes=7, pitch=0.08)
    dots = [
        frame.point(max(score, low), 1 + across, f"untrained network {at}: {number(score)}")
        for at, (score, across) in enumerate(zip(untrained, spread, strict=True), start=1)
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
