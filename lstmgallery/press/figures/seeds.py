"""A claim's value under every seed of the sweep."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import network_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table, around, plot_nothing
from lstmgallery.press.marks.text import plain


class SeedsBlock(Block):
    """A claim's value under every seed of the sweep."""

    kind: Literal["seeds"]
    claim: str

    @property
    def claims(self) -> tuple[str, ...]:
        return (self.claim,)

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        """Leave it to the write-up to check that the claim exists: it may come later in the file."""

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:  # noqa: ARG002
        claim = studio.claims[self.claim]
        answer = studio.answers[claim.question.key]
        values = {} if answer.by_seed is None else {s: v for s, v in answer.by_seed.items() if v is not None}
        data = pd.DataFrame({"seed": list(values), "value": list(values.values())})
        over = claim.question.over
        passed = claim.expectation.bounds if over is None else ((over.operator, over.bound),) if over.operator else ()
        bounds = [bound for _, bound in passed]
        words = f"{claim.question.of_one.text} in {len(values)} seeds"
        network = claim.question.subject.network
        title = f"{network.title}, {len(values)} seeds"
        if data.empty:
            left_out = "This build skipped the other seeds."
            plot = plot_nothing(left_out if answer.by_seed is None else "Not measurable in any seed.")
            return Drawing.of(Part(network.title, network_path(network.name), plot, plot.summary), data=data)
        shown = answer.own if answer.is_over_seeds else answer.value
        own = None if shown is None or not math.isfinite(shown) else shown
        plot = plot_seeds(data["value"], words=words, bounds=bounds, own=own)
        return Drawing.of(Part(title, f"{network_path(network.name)}#seeds", plot, plot.summary), data=data)


def plot_seeds(values: pd.Series, *, words: str, bounds: Sequence[float], own: float | None) -> Plot:
    """Plot a measure over seeds as a strip of dots, a line at each bound; the shown network's value is marked."""
    shown = [] if own is None else [own]
    frame = Frame(around([*values, *bounds, *shown], margin=0.12), (0.0, 1.0), width=440, height=92)
    lines = [Series("line", "faint", frame.points((bound, bound), (0.0, 1.0))) for bound in bounds]
    height = 0.25 + 0.5 * (np.argsort(np.argsort(values.to_numpy())) % 3) / 2
    dots = frame.points(values, height)
    marks = [Series("dots", "main", dots, radius=4)]
    if own is not None:
        # A pinned network is not always among those trained here: it then gets a dot of its own.
        equal = np.flatnonzero(np.isclose(values.to_numpy(), own, rtol=0, atol=1e-9))
        at = dots[int(equal[0])] if len(equal) else frame.point(own, 0.5)
        marks.append(Series("dots", "own", (at,), radius=6))
    summary = f"{words}: lowest {plain(values.min())}, median {plain(values.median())}, highest {plain(values.max())}"
    plot = frame.plot(*lines, *marks, x_name="", summary=summary + ".", table=Table((), ()))
    return replace(plot, y_ticks=())
