"""What every mark offers to the page that shows it."""

import abc
from typing import ClassVar

from lstmgallery.cells.table import Palette


class Mark(abc.ABC):
    """Something drawn. Its template is `marks/<name>.html`; `name` is its class in the stylesheet too."""

    name: ClassVar[str]

    @property
    def range(self) -> str:
        """The range of its values, where its title tells it."""
        return ""

    @property
    def frame_height(self) -> int:
        """About how high it is, in pixels, where another page has to make room for it."""
        return 330

    @property
    def palettes(self) -> frozenset[Palette]:
        """The colour scales that a legend has to explain."""
        return frozenset()
