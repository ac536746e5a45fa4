"""The two colour scales, quantised into classes and written once as a stylesheet.

Memories run from red through paper to blue, gates from paper through green to blue; in the dark theme the paper end is
dark. Each shade has an ink that is readable on it. Pages name shades by class, so they need no inline style: `m20` is a
memory at zero, `m0` and `m40` its ends; `g0` is a shut gate, `g20` an open one.
"""

import functools
from collections.abc import Sequence
from typing import Literal

import numpy as np

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.table import Palette

Colour = tuple[int, int, int]
Theme = Literal["light", "dark"]

SHADES: dict[Palette, int] = {"memory": 41, "gate": 21}
LETTER: dict[Palette, str] = {"memory": "m", "gate": "g"}
READABLE = 4.5  # WCAG 2.2 AA, contrast of text

STOPS: dict[tuple[Palette, Theme], tuple[Colour, ...]] = {
    ("memory", "light"): (
        (103, 0, 31),
        (178, 24, 43),
        (244, 165, 130),
        (247, 246, 242),
        (146, 197, 222),
        (33, 102, 172),
        (5, 48, 97),
    ),
    ("memory", "dark"): (
        (255, 160, 140),
        (222, 80, 72),
        (120, 42, 44),
        (42, 42, 39),
        (36, 70, 110),
        (62, 130, 206),
        (150, 205, 255),
    ),
    ("gate", "light"): ((247, 246, 242), (168, 221, 181), (43, 140, 190), (8, 64, 129)),
    ("gate", "dark"): ((42, 42, 39), (38, 96, 72), (46, 146, 170), (150, 222, 245)),
}
INKS: tuple[Colour, ...] = ((31, 32, 29), (244, 243, 238), (0, 0, 0), (255, 255, 255))


def shade(palette: Palette, value: float, *, low: float, high: float) -> str:
    """Return the class of the shade of one value, as `shades` does of many."""
    return shades(palette, np.array([value]), low=low, high=high)[0]


def shades(palette: Palette, values: np.ndarray, *, low: float, high: float) -> list[str]:
    """Return the classes of the shades of `values` on a scale from `low` to `high`, clamping values outside it."""
    last = SHADES[palette] - 1
    if high > low:
        positions = (np.clip(values.astype(np.float64), low, high) - low) / (high - low)
    else:
        positions = np.full(values.shape, 0.5)
    names = [f"{LETTER[palette]}{level}" for level in range(last + 1)]
    return [names[level] for level in np.rint(positions * last).astype(int).tolist()]


def shade_colours(shade: str) -> tuple[str, str]:
    """Return the paper and the ink of a shade's class in the light theme, as hexadecimal colours."""
    palette = next(palette for palette, letter in LETTER.items() if letter == shade[0])
    paper = colours(palette, "light")[int(shade[1:])]
    return _hex(paper), _hex(ink_on(paper))


@functools.cache
def colours(palette: Palette, theme: Theme) -> list[Colour]:
    """Return the shades of a palette from low to high, interpolated between the stops in sRGB."""
    stops, last = STOPS[palette, theme], SHADES[palette] - 1
    mixed = []
    for level in range(last + 1):
        position = level / last * (len(stops) - 1)
        at = min(int(position), len(stops) - 2)
        part = position - at
        pairs = zip(stops[at], stops[at + 1], strict=True)
        red, green, blue = (round(a + part * (b - a)) for a, b in pairs)
        mixed.append((red, green, blue))
    return mixed


def ink_on(paper: Colour) -> Colour:
    """Return the first of `INKS` that is readable on `paper`."""
    return next(ink for ink in INKS if contrast(ink, paper) >= READABLE)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    shares = [part / 255 for part in colour]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def stylesheet() -> bytes:
    """Return the CSS that follows from the table of signals: shades, light and dark, legend bars, panel switches."""
    dark = "\n".join(_rules("dark"))
    sheets = [*_rules("light"), f"@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"]
    signals = sorted({key for kind in CELL_KINDS.values() for key in kind.keys})
    sheets += [f".overview:has(.show-{key}:checked) .panel-{key} {{ display: block }}" for key in signals]
    sheets.append("@supports not selector(:has(*)) { .overview .panel { display: block } }")
    return ("\n".join(sheets) + "\n").encode()


def _rules(theme: Theme) -> list[str]:
    rules = []
    for palette, letter in LETTER.items():
        shades = colours(palette, theme)
        for level, colour in enumerate(shades):
            selector = f".{letter}{level}"
            if palette == "memory":  # repeated for cells shaded by the range of the whole layer
                selector += f", .strips:has(.show-wide:checked) .{letter}{level}w"
            rules.append(f"{selector} {{ background: {_hex(colour)}; color: {_hex(ink_on(colour))} }}")
        stops = ", ".join(map(_hex, shades[:: max(1, len(shades) // 10)]))
        rules.append(f".scale-{palette} {{ background: linear-gradient(90deg, {stops}) }}")
    return rules


def _hex(colour: Sequence[int]) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
