"""What a network writes, prompt by prompt."""

from dataclasses import dataclass
from typing import ClassVar

from lstmgallery.press.marks.mark import Mark


@dataclass(frozen=True)
class Written:
    """One line of a list: a prompt, what was written behind it, and whether that is right, where the language says."""

    prompt: str
    written: str
    is_right: bool | None
    changed: str | None  # what was written when the network was changed


@dataclass(frozen=True)
class Listing(Mark):
    """What a network writes behind prompts; `change` says in words what was changed."""

    rows: tuple[Written, ...]
    change: str

    name: ClassVar = "listing"

    @property
    def frame_height(self) -> int:
        return 34 * (1 + len(self.rows))
