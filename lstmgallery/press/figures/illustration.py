"""A parsed figure, and its drawing."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lstmgallery.desk.subjects import Subject
from lstmgallery.press.figures.block import Block
from lstmgallery.press.figures.drawing import Drawing, Part, Studio

COLUMN_PX = 560  # the width of the text is 672; the names of a strip's rows take more on a page than in its file


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
    def height(self) -> float:
        """The height of its parts below each other in pixels, without titles and caption."""
        return sum(part.drawn.size[1] for part in self.parts)

    @property
    def fits_column(self) -> bool:
        """Whether it is no wider than the text of a write-up, so that claims may stand beside it."""
        return not self.is_wide and all(part.drawn.size[0] <= COLUMN_PX for part in self.parts)

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
