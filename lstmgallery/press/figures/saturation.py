"""How often the gates of a layer are nearly shut and wide open, neuron by neuron."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
import pydantic

from lstmgallery.desk.results import Results
from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import network_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio, in_layer
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table
from lstmgallery.press.marks.text import percent


class SaturationBlock(Block):
    """How often the gates of a layer are nearly shut and wide open, neuron by neuron."""

    kind: Literal["saturation"]
    of: str
    gates: tuple[str, ...] | None = pydantic.Field(None, min_length=1)

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        if subject := checker.subject(document, (*path, "of"), self.of, is_neuron=False):
            gates = [gate.key for gate in subject.network.kind.gates]
            if not gates:
                message = f"expected a network whose cells have gates, found {subject.network.name}"
                checker.problems.append(document.problem((*path, "of"), message))
                return
            checker.among(document, (*path, "gates"), self.gates or (), gates, "a gate")

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        subject = subjects[self.of]
        network, results = subject.network, studio.results_of(subject)
        parts, rows = [], []
        for layer in [subject.layer] if subject.layer else network.layer_numbers:
            for gate, plot in saturation_plots(results, layer):
                key = next(signal.key for signal in network.kind.signals if signal.name == gate)
                if self.gates is not None and key not in self.gates:
                    continue
                title = gate + in_layer(network, layer)
                parts.append(Part(title, network_path(network.name), plot, plot.summary, plot.table))
                for neuron in network.neuron_numbers:
                    moment = results.moments[layer, neuron, key]
                    rows.append((network.name, layer, neuron, key, moment.shut, moment.open, moment.steps))
        columns = ["network", "layer", "neuron", "gate", "shut", "open", "steps"]
        return Drawing.of(*parts, data=pd.DataFrame(rows, columns=columns))


def saturation_plots(results: Results, layer: int) -> tuple[tuple[str, Plot], ...]:
    """Return a plot for each gate of a layer: how often it is shut and open, neuron by neuron."""
    found = []
    for gate in results.network.kind.gates:
        moments = [results.moments[layer, unit, gate.key] for unit in results.network.neuron_numbers]
        plot = plot_saturation(gate.name, [m.shut for m in moments], [m.open for m in moments])
        found.append((gate.name, plot))
    return tuple(found)


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
    summary = f"{gate}: in {wide} of {len(pairs)} neurons open at more than nine steps in ten, in {tight} shut."
    table = Table(
        ("neuron", "shut", "open"),
        tuple((str(at), percent(x), percent(y)) for at, (x, y) in enumerate(pairs, start=1)),
    )
    dots = Series("dots", "main", points)
    return frame.plot(edge, dots, x_name="share of steps below 0.1", summary=summary, table=table)
