"""A figure as one standalone SVG file for papers and slides: parts one below the other, on white.

Takes an illustration and returns the bytes of the file. Macros and styles are those of the pages, in light colours.
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
class PlacedPart:
    """A part of a figure, with the vertical positions of the part and of its title, in pixels."""

    part: Part
    title_y: float
    y: float


@dataclass(frozen=True)
class Sheet:
    """The layout of a file, in pixels: the parts, the source line below them, and a margin."""

    placed: tuple[PlacedPart, ...]
    source_y: float
    width: float
    height: float

    margin = MARGIN


def draw_svg(illustration: Illustration, *, title: str, description: str, source: str) -> bytes:
    """Return a figure as an SVG document; the line below it names its `source`."""
    values = {"title": title, "description": description, "source": source, "style": drawing_style()}
    text = environment().get_template("drawing.svg").render(sheet=lay_out(illustration.parts), **values)
    return without_refused(text).encode()


def without_refused(text: str) -> str:
    """Return a document without the characters that XML refuses."""
    return _NOT_XML.sub("\ufffd", text)


def lay_out(parts: Iterable[Part]) -> Sheet:
    """Place parts one below the other, with room for the source line."""
    placed, y, widest = place_parts(parts, top=MARGIN, gap=MARGIN)
    return Sheet(placed, y + 8, max(widest, NARROWEST) + 2 * MARGIN, y + 22)


def place_parts(parts: Iterable[Part], *, top: float, gap: float) -> tuple[tuple[PlacedPart, ...], float, float]:
    """Return parts placed one below the other, the position below the last gap, and the largest width, in pixels."""
    placed = []
    y = top
    widest = 0.0
    for part in parts:
        title_y = y + 14
        y += TITLE_PX if part.title else 0
        placed.append(PlacedPart(part, title_y, y))
        width, height = part.drawn.size
        y += height + gap
        widest = max(widest, width)
    return tuple(placed), y, widest
