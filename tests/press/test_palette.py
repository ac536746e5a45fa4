"""Every shade has a legible ink, and every shade used by a page is in the stylesheet."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.table import Palette
from lstmgallery.press.marks.palette import SHADES, Theme, colours, contrast, ink_on, shade, stylesheet
from tests.conftest import Gallery

PALETTES: tuple[Palette, ...] = ("memory", "gate")
THEMES: tuple[Theme, ...] = ("light", "dark")
each_scale = pytest.mark.parametrize(
    ("palette", "theme"), [(palette, theme) for palette in PALETTES for theme in THEMES]
)


def relative_luminance(colour: tuple[int, ...]) -> float:
    """Return the relative luminance of WCAG 2.2, written again."""
    linear = [(s / 255) / 12.92 if s / 255 <= 0.04045 else ((s / 255 + 0.055) / 1.055) ** 2.4 for s in colour]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


def rules_of(css: str) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return (background, ink) of every class of a stylesheet with both."""
    pattern = r"\.([mg]\d+)[^{]*\{ background: #(\w{6}); color: #(\w{6}) \}"
    return {
        name: (tuple(bytes.fromhex(background)), tuple(bytes.fromhex(ink)))
        for name, background, ink in re.findall(pattern, css)
    }


def sheets() -> dict[Theme, str]:
    light, dark = stylesheet().decode().split("@media screen and (prefers-color-scheme: dark)")
    return {"light": light, "dark": dark}


@each_scale
def test_the_ink_on_every_shade_can_be_read(palette: Palette, theme: Theme) -> None:
    rules = rules_of(sheets()[theme])
    for level, colour in enumerate(colours(palette, theme)):
        background, ink = rules[f"{palette[0]}{level}"]
        assert background == colour
        assert ink == ink_on(colour)
        lighter, darker = sorted((relative_luminance(ink), relative_luminance(background)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_the_stylesheet_has_every_shade_light_and_dark() -> None:
    expected = {f"{palette[0]}{level}" for palette in PALETTES for level in range(SHADES[palette])}
    for theme in THEMES:
        assert set(rules_of(sheets()[theme])) == expected


def test_black_on_white_has_the_largest_contrast() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((255, 255, 255), (0, 0, 0)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)


@each_scale
def test_neighbouring_shades_differ(palette: Palette, theme: Theme) -> None:
    shades = colours(palette, theme)
    assert len(shades) == SHADES[palette]
    assert all(one != other for one, other in pairwise(shades))


@pytest.mark.parametrize("theme", THEMES)
def test_memories_are_red_below_zero_and_blue_above(theme: Theme) -> None:
    shades = colours("memory", theme)
    for red, _, blue in shades[:15]:
        assert red > blue
    for red, _, blue in shades[26:]:
        assert blue > red
    assert max(shades[20]) - min(shades[20]) < 10  # paper


@pytest.mark.parametrize(
    ("palette", "value", "name"),
    [
        ("memory", -1.0, "m0"),
        ("memory", 0.0, "m20"),
        ("memory", 1.0, "m40"),
        ("memory", 7.0, "m40"),
        ("memory", -7.0, "m0"),
        ("gate", -1.0, "g0"),
        ("gate", 0.0, "g10"),
        ("gate", 1.0, "g20"),
    ],
)
def test_a_value_takes_the_shade_of_its_place_on_the_scale(palette: Palette, value: float, name: str) -> None:
    assert shade(palette, value, low=-1, high=1) == name


@given(
    st.sampled_from(PALETTES), st.floats(allow_nan=False, allow_infinity=False), st.floats(-10, 10), st.floats(0, 10)
)
def test_every_value_has_a_shade(palette: Palette, value: float, low: float, width: float) -> None:
    name = shade(palette, value, low=low, high=low + width)
    assert name[0] == palette[0]
    assert 0 <= int(name[1:]) < SHADES[palette]


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_larger_value_has_no_lower_shade(one: float, other: float) -> None:
    lower, higher = (int(shade("memory", value, low=-1, high=1)[1:]) for value in sorted((one, other)))
    assert lower <= higher


def test_every_class_that_a_page_uses_has_a_rule(gallery: Gallery) -> None:
    site = gallery.project.site
    css, script = (
        "".join(file.read_text(encoding="utf-8") for file in sorted((site / "assets").glob(pattern)))
        for pattern in ("*.css", "*.js")
    )
    known = set(re.findall(r"\.([a-z][\w-]*)", css)) | set(re.findall(r'"[a-z]*\.([a-z][\w-]*)"', script))
    used = set()
    for page in site.rglob("*.html"):
        for names in re.findall(r'class="([^"]*)"', page.read_text(encoding="utf-8")):
            used |= set(names.split())
    assert {"m20", "m20w", "g0", "strip", "cards"} <= used
    plain = {
        "article",
        "axis",
        "end",
        "minis",
        "panel-shown",
        "parts",
        "related",
        "says",
        "variants",
    }  # of these nothing is styled
    plain |= {
        "part-cell",
        "part-equations",
        "part-game",
        "part-listing",
        "part-numbers",
        "part-passage",
        "part-strip",
        "part-written",
        "circle",
        "gate",
        "pill",
    }  # kinds of which some are styled
    assert used - known == plain


def test_every_signal_can_be_switched_on() -> None:
    css = stylesheet().decode()
    for kind in CELL_KINDS.values():
        for key in kind.keys:
            assert f".overview:has(.show-{key}:checked) .panel-{key} {{ display: block }}" in css
