"""A neuron's value at one token, sequence by sequence, grouped by a feature."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import pandas as pd

from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import neuron_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio, name_of
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table, around, aside
from lstmgallery.press.marks.text import brief, number


class ValuesBlock(Block):
    """A neuron's value at one token, sequence by sequence, grouped by a feature."""

    kind: Literal["values"]
    neuron: str
    signal: str
    token: str | None = None  # the delimiter by default
    by: str

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        subject = checker.subject(document, (*path, "neuron"), self.neuron, is_neuron=True)
        if subject is None:
            return
        network = subject.network
        checker.signals(document, (*path, "signal"), network, (self.signal,))
        checker.among(document, (*path, "by"), (self.by,), [each.key for each in network.task.features], "a feature")
        if self.token is None and network.task.rule is None:
            message = f"expected the key 'token', found none: the task of {network.name} has no delimiter"
            checker.problems.append(document.problem(path, message, hint="add: token: ..."))
        elif self.token is not None and self.token not in network.task.vocabulary:
            checker.sequence(document, (*path, "token"), network, self.token)

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        subject = subjects[self.neuron]
        network = subject.network
        layer, neuron = studio.place_of(subject)
        trained = studio.results_of(subject).trained
        token = self.token or (network.task.rule.delimiter if network.task.rule else "")
        at = (trained.steps["token"] == token) & trained.steps[self.by].notna()
        data = trained.steps.loc[at, ["sequence", "step", "token", self.by]].reset_index(drop=True)
        data[self.signal] = trained.layers[layer - 1][self.signal][at.to_numpy(), neuron - 1]
        data.insert(1, "text", [trained.sequences[number] for number in _numbers(trained, data["sequence"])])
        feature = next(each for each in network.task.features if each.key == self.by)
        name = network.kind[self.signal].name.lower()
        plot = plot_values(data, self.signal, self.by, name=f"{name} at {token}", words=feature.words)
        part = Part(
            name_of(network, layer, neuron),
            neuron_path(network.name, layer, neuron),
            plot,
            plot.summary,
            plot.table,
        )
        return Drawing.of(part, data=data.assign(network=network.name, layer=layer, neuron=neuron))


def _numbers(trained: MeasuredNetwork, sequences: pd.Series) -> list[int]:
    order = {number: at for at, number in enumerate(sorted(trained.steps["sequence"].unique().tolist()))}
    return [order[number] for number in sequences.tolist()]


def plot_values(data: pd.DataFrame, signal: str, by: str, *, name: str, words: str) -> Plot:
    """Plot the value of each sequence at one token, in columns by a feature, in the order of the feature's values."""
    groups = dict(iter(data.groupby(by, sort=True)))
    frame = Frame((-0.5, len(groups) - 0.5), around(data[signal], has_zero=True), width=560, height=260)
    dots = []
    for at, part in enumerate(groups.values()):
        ordered = part.sort_values([signal, "text"])
        spread = aside(len(ordered), lanes=9, pitch=0.06) if len(ordered) > 1 else [0.0]
        for across, (text, value) in zip(spread, ordered[["text", signal]].itertuples(index=False), strict=True):
            dots.append(frame.point(at + across, value, f"{text}: {number(value)}"))
    # The labels are sequences, not words of a language: zxx.
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
