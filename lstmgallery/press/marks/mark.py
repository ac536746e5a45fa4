"""The interface of marks, on pages and in SVG downloads."""

import abc
from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.cells.table import Palette


@dataclass(frozen=True)
class Grid:
    """Columns and rows of a drawing, in pixels: the start of the first, and the pitch."""

    left: float
    top: float
    across: float
    down: float

    def x(self, column: int) -> float:
        return self.left + self.across * column

    def y(self, row: int) -> float:
        return self.top + self.down * row


class Mark(abc.ABC):
    """A visual form of values. `name` is its class in the stylesheet.

    Its HTML is the template `marks/<name>.html`; its SVG is the macro `<name>` of `svg.html`.
    """

    name: ClassVar[str]

    @property
    @abc.abstractmethod
    def size(self) -> tuple[float, float]:
        """Its width and height in an SVG download, in pixels."""

    @property
    def range(self) -> str:
        """The range of its values, if its title states it."""
        return ""

    @property
    def frame_height(self) -> int:
        """Its approximate height in pixels, for frames in other pages."""
        return 330

    @property
    def has_steps(self) -> bool:
        """Whether a reader can point at its steps, for the page to spell them out."""
        return False

    @property
    def palettes(self) -> frozenset[Palette]:
        """The colour scales for a legend to explain."""
        return frozenset()
