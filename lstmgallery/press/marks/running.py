"""Running text in which every character has the shade of a neuron's value after reading it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lstmgallery.cells.table import Palette
from lstmgallery.press.marks.palette import shades
from lstmgallery.press.marks.tokens import glyph


class Run(NamedTuple):
    """Characters of one shade."""

    shade: str
    text: str


@dataclass(frozen=True)
class RunningText:
    """A passage, or a part of one: `begins` and `ends` say whether it is cut off there."""

    runs: tuple[Run, ...]
    begins: bool
    ends: bool


def draw_running(
    text: str,
    values: Sequence[float],
    *,
    low: float,
    high: float,
    begins: bool,
    ends: bool,
    palette: Palette = "memory",
) -> RunningText:
    """Draw a text with a value for each character, on a scale from `low` to `high`. Its line breaks break lines."""
    names = shades(palette, np.asarray(values), low=low, high=high)
    grouped = itertools.groupby(zip(names, map(show, text), strict=True), key=lambda each: each[0])
    runs = tuple(Run(name, "".join(character for _, character in part)) for name, part in grouped)
    return RunningText(runs, begins, ends)


def show(character: str) -> str:
    """Return a character as running text shows it: blanks as they are, a line break after its sign."""
    if character == " ":
        return character
    return f"{glyph(character)}\n" if character == "\n" else glyph(character)
