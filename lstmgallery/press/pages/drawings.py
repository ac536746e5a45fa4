"""A figure as one standalone SVG file for papers and slides: parts one below the other, on white.

Takes an illustration, gives the bytes of the file. The macros and the styles are those of the pages, in the light.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lstmgallery.press.figures.drawing import Part
from lstmgallery.press.figures.illustration import Illustration
from lstmgallery.press.pages.rendering import environment
from lstmgallery.press.pages.styles import drawing_style

_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MARGIN = 16
TITLE_PX = 26
NARROWEST = 320


@dataclass(frozen=True)
class Placed:
    """A part of a figure, with the heights at which it and its title stand, in pixels."""

    part: Part
    title_y: float
    y: float


@dataclass(frozen=True)
class Sheet:
    """What a figure takes in its file, in pixels: its parts, its source below them, and a margin around."""

    placed: tuple[Placed, ...]
    source_y: float
    width: float
    height: float

    margin = MARGIN


def draw_svg(illustration: Illustration, *, title: str, description: str, source: str) -> bytes:
    """Return a figure as an SVG document; `source` says below it where it comes from."""
    values = {"title": title, "description": description, "source": source, "style": drawing_style()}
    text = environment().get_template("drawing.svg").render(sheet=lay_out(illustration.parts), **values)
    return _NOT_XML.sub("\ufffd", text).encode()


def lay_out(parts: Iterable[Part]) -> Sheet:
    """Place parts one below the other."""
    placed = []
    y: float = MARGIN
    widest: float = NARROWEST
    for part in parts:
        top = y
        y += TITLE_PX if part.title else 0
        placed.append(Placed(part, top + 14, y))
        width, height = part.drawn.size
        y += height + MARGIN
        widest = max(widest, width)
    return Sheet(tuple(placed), y + 8, widest + 2 * MARGIN, y + 22)
