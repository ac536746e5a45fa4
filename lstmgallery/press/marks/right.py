"""Where a network is right: a row for each variant, a shade for each size."""

from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.press.marks.mark import Mark


@dataclass(frozen=True)
class RightRow:
    """One variant of a frontier: for each size a shade by the share of sequences right, and which sizes are right."""

    variant: str
    shades: tuple[str, ...]
    summary: str
    sizes_right: str


@dataclass(frozen=True)
class RightBySize(Mark):
    """The rows of a frontier, and what they show in a sentence."""

    rows: tuple[RightRow, ...]
    sentence: str

    name: ClassVar = "right"

    @property
    def frame_height(self) -> int:
        return 20 * (3 + len(self.rows))
