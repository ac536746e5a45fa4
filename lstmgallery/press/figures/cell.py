"""The data flow of one step of a cell."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import pandas as pd

from lstmgallery.cells import CELL_KINDS
from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.marks.diagrams import DIAGRAMS, draw_cell
from lstmgallery.press.marks.equations import Equations

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

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        checker.among(document, (*path, "highlight"), self.highlight, DIAGRAMS[self.cell].kind.keys, "a signal")
        if self.equations and self.cell not in CELL_KINDS:
            message = f"equations: expected a cell of {', '.join(CELL_KINDS)}, found {self.cell!r}"
            checker.problems.append(document.problem((*path, "cell"), message, hint="remove the key equations"))

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:  # noqa: ARG002
        assert not subjects
        diagram = draw_cell(self.cell, highlight=self.highlight)
        data = pd.DataFrame([(edge.source, edge.target) for edge in diagram.edges])
        data.columns = pd.Index(["from", "to"])
        parts = [Part(diagram.title, None, diagram, diagram.summary)]
        if self.equations:
            equations = Equations(CELL_KINDS[self.cell])
            named = zip(equations.kind.signals, equations.lines, strict=True)
            summary = "; ".join(f"{signal.name}: {line}" for signal, line in named)
            parts.append(Part("Its equations", None, equations, summary))
        return Drawing.of(*parts, data=data)
