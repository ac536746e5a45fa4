"""All neurons of a layer or a network along one sequence."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
import pydantic

from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import explorer_url, network_path, neuron_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio, in_layer, step_table
from lstmgallery.press.marks.heat import Heat, HeatRow
from lstmgallery.press.marks.strips import draw_mini_strip, largest_size, range_words, scale_of, show_tokens
from lstmgallery.press.marks.text import count
from lstmgallery.tasks.vocabulary import with_start


class OverviewBlock(Block):
    """All neurons of a network or a layer along one sequence, for some signals."""

    kind: Literal["overview"]
    of: str
    signals: tuple[str, ...] = pydantic.Field(min_length=1)
    sequence: str

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        if subject := checker.subject(document, (*path, "of"), self.of, is_neuron=False):
            checker.signals(document, (*path, "signals"), subject.network, self.signals)
            checker.sequence(document, (*path, "sequence"), subject.network, self.sequence)

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        subject = subjects[self.of]
        network = subject.network
        layers = studio.signals(network, self.sequence)
        parts, tables = [], []
        for layer in [subject.layer] if subject.layer else network.layer_numbers:
            signals = layers[layer - 1]
            largest = largest_size(signals[network.kind.memory])
            for key in self.signals:
                signal = network.kind[key]
                rows = tuple(
                    HeatRow(
                        neuron,
                        neuron_path(network.name, layer, neuron),
                        draw_mini_strip(signal, signals[key][:, neuron - 1], largest=largest),
                    )
                    for neuron in network.neuron_numbers
                )
                heat = Heat(
                    signal.symbol,
                    range_words(*scale_of(signal, largest)),
                    show_tokens(with_start(self.sequence)),
                    rows,
                    signal.palette,
                )
                title = f"{signal.name} of {count(network.units, 'neuron')}{in_layer(network, layer)}"
                near = float((np.abs(signals[key]) < 0.1).mean())
                summary = f"{title}, reading {self.sequence}: {100 * near:.0f} % of the values are within 0.1 of zero"
                live = explorer_url(network.name, text=self.sequence, layer=layer, signal=key)
                parts.append(Part(title, network_path(network.name), heat, summary, explorer=live))
            for neuron in network.neuron_numbers:
                values = {key: signals[key][:, neuron - 1] for key in self.signals}
                tables.append(step_table(network, self.sequence, values, layer, neuron))
        return Drawing.of(*parts, data=pd.concat(tables, ignore_index=True))
