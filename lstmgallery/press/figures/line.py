"""Signals of neurons as lines over the steps of one sequence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
import pydantic

from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import explorer_url, neuron_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio, name_of, step_table
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table, around, name_lines, room_for
from lstmgallery.press.marks.strips import Point, show_tokens
from lstmgallery.press.marks.text import brief, number
from lstmgallery.tasks.vocabulary import with_start

LINE_STYLES = ("main", "second", "third", "fourth")  # classes in the stylesheet, for lines in one plot


class LineBlock(Block):
    """Signals of neurons as lines over the steps of one sequence."""

    kind: Literal["line"]
    neurons: tuple[str, ...] = pydantic.Field(min_length=1, max_length=4)
    signals: tuple[str, ...] = pydantic.Field(min_length=1, max_length=4)
    sequence: str

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        neurons: dict[KeyPath, str] = {("neurons", at): text for at, text in enumerate(self.neurons)}
        sequences: dict[KeyPath, str] = {("sequence",): self.sequence}
        checker.signals_read(document, path, neurons, signals=self.signals, sequences=sequences)

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        lines: dict[str, np.ndarray] = {}
        tables = []
        for text in self.neurons:
            network = subjects[text].network
            layer, neuron = studio.place_of(subjects[text])
            signals = studio.signals(network, self.sequence)[layer - 1]
            for key in self.signals:
                name = network.kind[key].symbol if len(self.signals) > 1 else ""
                who = name_of(network, layer, neuron).lower() if len(self.neurons) > 1 else ""
                lines[" ".join(filter(None, (name, who))) or network.kind[key].symbol] = signals[key][:, neuron - 1]
            values = {key: signals[key][:, neuron - 1] for key in self.signals}
            tables.append(step_table(network, self.sequence, values, layer, neuron))
        tokens = show_tokens(with_start(self.sequence))
        names = " and ".join(network.kind[key].name.lower() for key in self.signals)
        plot = plot_steps(lines, [token.glyph for token in tokens], name=names)
        title = name_of(network, layer, neuron) if len(self.neurons) == 1 else ""
        path = neuron_path(network.name, layer, neuron) if title else None
        live = explorer_url(network.name, text=self.sequence, layer=layer, neuron=neuron)
        part = Part(title, path, plot, plot.summary, plot.table, live)
        return Drawing.of(part, data=pd.concat(tables, ignore_index=True))


def plot_steps(lines: Mapping[str, np.ndarray], tokens: Sequence[str], *, name: str) -> Plot:
    """Plot signals over the steps of one sequence, with each line's name at its end."""
    everything = np.concatenate(list(lines.values())).tolist()
    named = len(lines) > 1
    room = room_for(lines) if named else 0
    frame = Frame((0, len(tokens) - 1), around(everything, has_zero=True), width=720, height=230, room=room)
    series: list[Series] = []
    ends: list[Point] = []
    for (label, values), style in zip(lines.items(), LINE_STYLES, strict=False):
        points = tuple(
            frame.point(step, value, f"step {step}, {token}: {label} = {number(value)}")
            for step, (token, value) in enumerate(zip(tokens, values.tolist(), strict=True))
        )
        series += [Series("line", style, points), Series("dots", style, points, radius=2.8)]
        ends.append(points[-1]._replace(label=label))
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
    names, leads = name_lines(ends, frame) if named else ((), ())
    plot = frame.plot(*series, *leads, x_name="", summary=f"{name}: {summary}.", table=Table(("step", *lines), rows))
    return replace(plot, x_ticks=ticks, labels=names)
