"""How a neuron’s values separate the steps with a feature from all others: two histograms, back to back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
import pydantic

from lstmgallery.desk.grammar import Words
from lstmgallery.desk.subjects import Subject, take_feature
from lstmgallery.desk.targets import POOLED
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.network import Network
from lstmgallery.press.addresses import neuron_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio, name_of
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table
from lstmgallery.press.marks.strips import Point
from lstmgallery.press.marks.text import brief, number, percent
from lstmgallery.tasks.task import YES

BINS = 40
OUTSIDE = 0.002  # share of the values of either kind, at either end, that the outermost bins take in


class HistogramBlock(Block):
    """The values of a neuron where a feature holds, and everywhere else."""

    kind: Literal["histogram"]
    neuron: str
    feature: str  # a yes/no feature, or one value of a category
    signal: str | None = None  # the memory by default
    inside: str | None = pydantic.Field(None, min_length=1, max_length=40)  # the name of the steps with the feature

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        subject = checker.subject(document, (*path, "neuron"), self.neuron, is_neuron=True)
        if subject is None:
            return
        network = subject.network
        checker.signals(document, (*path, "signal"), network, () if self.signal is None else (self.signal,))
        checker.parsed(document, (*path, "feature"), lambda: parse_feature(self.feature, network))

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        subject = subjects[self.neuron]
        network, results = subject.network, studio.results_of(subject)
        layer, neuron = studio.place_of(subject)
        trained = results.trained.second_half if subject.selector else results.trained
        key = self.signal or network.kind.memory
        feature = parse_feature(self.feature, network)
        column, _, value = feature.partition("=")
        known = trained.steps[column].notna().to_numpy()
        values = trained.layers[layer - 1][key][known, neuron - 1].astype(np.float64)
        holds = (trained.steps[column][known] == value).to_numpy()
        score = trained.score((layer, neuron), key, feature, POOLED)
        name = self.inside or (column if value == YES else f"{column} {value}").replace("_", " ")
        signal = network.kind[key].name.lower()
        plot, data = plot_histogram(values, holds, name=name, signal=signal, score=score)
        part = Part(
            f"{name_of(network, layer, neuron)}, {signal}",
            neuron_path(network.name, layer, neuron),
            plot,
            plot.summary,
            plot.table,
        )
        about = {"network": network.name, "layer": layer, "neuron": neuron, "signal": key, "feature": feature}
        return Drawing.of(part, data=data.assign(**about))


def parse_feature(text: str, network: Network) -> str:
    """Return a yes/no feature or a value of a category: `in_link=yes`, also written `in_link`."""
    flags = {feature.key for feature in network.task.features if feature.is_flag}
    words = Words(f"{text}={YES}" if text.strip() in flags else text)
    feature = take_feature(words, network, needs_value=True)
    words.end()
    if "=" not in feature:
        raise Words(text).error("expected a feature that holds or not, found a count")
    return feature


def plot_histogram(
    values: np.ndarray, holds: np.ndarray, *, name: str, signal: str, score: float | None
) -> tuple[Plot, pd.DataFrame]:
    """Plot the shares of steps by value: where the feature holds above the axis, all others below it."""
    ends = [np.quantile(values[each], (OUTSIDE, 1 - OUTSIDE)) for each in (holds, ~holds) if each.any()]
    low, high = float(min(first for first, _ in ends)), float(max(last for _, last in ends))
    high = high if high > low else low + 1.0
    edges = np.linspace(low, high, BINS + 1)
    counts = [np.histogram(np.clip(values[each], low, high), edges)[0] for each in (holds, ~holds)]
    shares = [count / max(1, count.sum()) for count in counts]
    top = max(float(share.max()) for share in shares) * 1.08
    frame = Frame((low, high), (-top, top), width=480, height=230)
    bars = [
        Series("line", style, _outline(frame, edges, sign * share))
        for style, sign, share in (("inside", 1, shares[0]), ("outside", -1, shares[1]))
    ]
    zero = Series("line", "lead", frame.points((low, high), (0, 0)))
    middles = [float(np.median(values[each])) if each.any() else float("nan") for each in (holds, ~holds)]
    steps = [f"{int(count.sum()):,}" for count in counts]
    summary = (
        f"{signal}: median {brief(middles[0])} at {steps[0]} steps with {name}, "
        f"{brief(middles[1])} at {steps[1]} others"
    )
    summary += "." if score is None else f"; AUC {number(score)}."
    rows = tuple(
        (f"{brief(edges[at])} to {brief(edges[at + 1])}", f"{one:,}", f"{other:,}")
        for at, (one, other) in enumerate(zip(*(count.tolist() for count in counts), strict=True))
    )
    plot = frame.plot(
        *bars,
        zero,
        x_name=signal if score is None else f"{signal}; AUC {number(score)}",
        summary=summary[:1].upper() + summary[1:],
        table=Table((signal, name, "others"), rows),
    )
    names = (
        frame.point(low, top * 0.9, f"{name} ({steps[0]} steps)"),
        frame.point(low, -top * 0.9, f"all others ({steps[1]})"),
    )
    levels = [step for step in (0.05, 0.1, 0.2, 0.5) if step < top][-1:] or [round(top / 2, 4)]
    ticks = tuple(frame.point(low, sign * each, percent(each)) for each in levels for sign in (1, -1))
    data = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "inside": counts[0], "outside": counts[1]})
    return replace(plot, y_ticks=ticks, labels=names), data


def _outline(frame: Frame, edges: np.ndarray, heights: np.ndarray) -> tuple[Point, ...]:
    """Return the outline of bars that stand on zero, as one closed line."""
    xs: list[float] = [float(edges[0])]
    ys: list[float] = [0.0]
    for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
        xs += [float(left), float(right)]
        ys += [float(height)] * 2
    return frame.points([*xs, float(edges[-1])], [*ys, 0.0])
