"""The data flow of one step of a cell."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.figures.strip import StripBlock
from lstmgallery.press.marks.diagrams import DIAGRAMS, draw_cell
from lstmgallery.press.marks.equations import Equations
from lstmgallery.press.marks.text import within_sentence

if TYPE_CHECKING:
    DiagramKey = str
else:
    DiagramKey = Literal[*DIAGRAMS]


class CellBlock(Block):
    """The data flow of one step of a cell."""

    kind: Literal["cell"]
    cell: DiagramKey
    highlight: tuple[str, ...] = ()
    equations: bool = False  # shown beside it
    neuron: str | None = None  # shown at work, in a strip below it; then readers light up what belongs together
    sequence: str | None = None

    @property
    def script(self) -> str:
        return "linked.js" if self.neuron is not None else ""

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        kind = DIAGRAMS[self.cell].kind
        checker.among(document, (*path, "highlight"), self.highlight, kind.keys, "a signal")
        if (self.neuron is None) != (self.sequence is None):
            given, missing = ("neuron", "sequence") if self.sequence is None else ("sequence", "neuron")
            message = f"expected the key {missing!r} beside {given!r}, found none"
            checker.problems.append(document.problem((*path, given), message, hint=f"add: {missing}: ..."))
        elif self.neuron is not None and self.sequence is not None:
            subject = checker.subject(document, (*path, "neuron"), self.neuron, is_neuron=True)
            if subject is not None and subject.network.cell != kind.key:
                message = f"expected a neuron of a network with the cell {kind.key}, found {self.neuron!r}"
                checker.problems.append(document.problem((*path, "neuron"), message))
            elif subject is not None:
                checker.sequence(document, (*path, "sequence"), subject.network, self.sequence)

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        diagram = draw_cell(self.cell, highlight=self.highlight, is_linked=self.neuron is not None)
        data = pd.DataFrame([(edge.source, edge.target) for edge in diagram.edges])
        data.columns = pd.Index(["from", "to"])
        parts = [Part(diagram.title, None, diagram, diagram.summary)]
        if self.equations:
            equations = Equations(DIAGRAMS[self.cell].kind)
            named = zip(equations.kind.signals, equations.lines, strict=True)
            summary = "; ".join(f"{signal.name}: {line}" for signal, line in named)
            parts.append(Part("Its equations", None, equations, summary))
        if self.neuron is not None and self.sequence is not None:
            strips = StripBlock(kind="strip", neuron=self.neuron, sequences=(self.sequence,)).draw(studio, subjects)
            (strip,) = strips.columns[0]
            network = subjects[self.neuron].network
            strip = replace(strip, title=f"{strip.title} of the {within_sentence(network.title)}")
            return Drawing(((parts[0], strip), *((part,) for part in parts[1:])), data=strips.data)
        return Drawing.of(*parts, data=data)
