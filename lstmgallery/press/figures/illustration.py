"""A parsed figure, and its drawing."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lstmgallery.desk.subjects import Subject
from lstmgallery.press.figures.block import Block
from lstmgallery.press.figures.drawing import Drawing, Part, Studio


@dataclass(frozen=True)
class Figure:
    """A parsed figure block: its model, and the subjects it names by the author's spelling."""

    id: str
    caption: str
    alt: str
    block: Block
    subjects: Mapping[str, Subject]


@dataclass(frozen=True)
class Illustration:
    """A drawn figure."""

    figure: Figure
    drawing: Drawing

    @property
    def columns(self) -> tuple[tuple[Part, ...], ...]:
        return self.drawing.columns

    @property
    def data(self) -> pd.DataFrame:
        return self.drawing.data

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for column in self.columns for part in column)

    @property
    def is_wide(self) -> bool:
        """Whether there is more than one column."""
        return len(self.columns) > 1

    @property
    def frame_height(self) -> int:
        """The approximate height in pixels of a frame that shows the whole figure in another page."""
        each = [part.drawn.frame_height + 30 for part in self.parts]
        return 170 + (max(each) * max(map(len, self.columns)) if self.is_wide else sum(each))

    @property
    def palettes(self) -> set[str]:
        """The colour scales for a legend to explain."""
        return {palette for part in self.parts for palette in part.drawn.palettes}


def illustrate(figure: Figure, studio: Studio) -> Illustration:
    """Draw a figure."""
    return Illustration(figure, figure.block.draw(studio, figure.subjects))
