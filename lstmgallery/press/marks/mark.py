"""What every mark offers to the page that shows it, and to the SVG download."""

import abc
from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.cells.table import Palette


@dataclass(frozen=True)
class Grid:
    """Columns and rows of a drawing, in pixels: where the first begin, and how far it is to the next."""

    left: float
    top: float
    across: float
    down: float

    def x(self, column: int) -> float:
        return self.left + self.across * column

    def y(self, row: int) -> float:
        return self.top + self.down * row


class Mark(abc.ABC):
    """Something drawn. `name` is its class in the stylesheet.

    On a page its template is `marks/<name>.html`; in an SVG download it is drawn by the macro `<name>` of `svg.html`.
    """

    name: ClassVar[str]

    @property
    @abc.abstractmethod
    def size(self) -> tuple[float, float]:
        """The width and height that it takes in an SVG download, in pixels."""

    @property
    def range(self) -> str:
        """The range of its values, if its title gives it."""
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
