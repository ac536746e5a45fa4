"""Signals of neurons along sequences, with the token in every cell."""

from collections.abc import Mapping
from typing import Literal

import pandas as pd
import pydantic

from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import explorer_url, neuron_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio, name_of, step_table
from lstmgallery.press.marks.strips import draw_strip, largest_size
from lstmgallery.press.marks.text import within_sentence
from lstmgallery.tasks.vocabulary import with_start

MEMORY = ("memory",)  # as signals: the one that carries a neuron's memory, whatever its cell calls it


class StripBlock(Block):
    """Signals of one or several neurons along sequences, with the token in every cell."""

    kind: Literal["strip"]
    neuron: str | None = None
    neurons: tuple[str, ...] = pydantic.Field((), max_length=6)
    signals: tuple[str, ...] | None = pydantic.Field(None, min_length=1)
    sequences: tuple[str, ...] = pydantic.Field(min_length=1, max_length=6)

    @property
    def named(self) -> dict[KeyPath, str]:
        """The neurons by the place of their names."""
        return {("neurons", at): text for at, text in enumerate(self.neurons)} | (
            {} if self.neuron is None else {("neuron",): self.neuron}
        )

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        if not self.named:
            checker.expect_neurons(document, path)
        sequences: dict[KeyPath, str] = {("sequences", at): sequence for at, sequence in enumerate(self.sequences)}
        signals = () if self.signals == MEMORY else self.signals or ()
        checker.signals_read(document, path, self.named, signals=signals, sequences=sequences)

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        parts, tables = [], []
        has_several = len({subjects[text].network.name for text in self.named.values()}) > 1
        for text in self.named.values():
            subject = subjects[text]
            network = subject.network
            layer, neuron = studio.place_of(subject)
            of_layer = [studio.signals(network, sequence)[layer - 1] for sequence in self.sequences]
            memory = network.kind.memory
            values = [{key: each[:, neuron - 1] for key, each in signals.items()} for signals in of_layer]
            largest = max(largest_size(each[memory]) for each in values)
            of_all = max(largest_size(signals[memory]) for signals in of_layer)
            extent = (min(float(v[memory].min()) for v in values), max(float(v[memory].max()) for v in values))
            shown = (memory,) if self.signals == MEMORY else self.signals or network.kind.keys
            name = name_of(network, layer, neuron)
            name = f"{network.title}, {within_sentence(name)}" if has_several else name
            for sequence, signals in zip(self.sequences, values, strict=True):
                strip = draw_strip(
                    network.kind,
                    with_start(sequence),
                    signals,
                    largest=largest,
                    largest_of_layer=of_all,
                    extent=extent,
                    shown=shown,
                )
                summary = f"{name}: {strip.line.summary}"
                path = neuron_path(network.name, layer, neuron)
                title = name if sequence == self.sequences[0] else ""
                live = explorer_url(network.name, text=sequence, layer=layer, neuron=neuron)
                parts.append(Part(title, path, strip, summary, explorer=live))
                tables.append(step_table(network, sequence, {key: signals[key] for key in shown}, layer, neuron))
        return Drawing((tuple(parts),), pd.concat(tables, ignore_index=True))
