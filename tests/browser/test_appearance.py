"""Light, dark, forced colours and print; the size of a page; and a screenshot of every kind of page."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from lstmgallery.press.marks.palette import contrast
from tests.browser.conftest import KINDS, LAST_NEURONS, NETWORK_PAGES, SIGHTS, Visitor
from tests.conftest import ROOT

SCREENSHOTS = ROOT / "tests" / "screenshots"
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
PAPER_PX = 718  # of A4, between margins of a centimetre
MOST_PX = 16_000  # of a picture's height; the bound is Chromium's own


def colour(page: Page, selector: str, what: str) -> tuple[int, int, int]:
    """Return a computed colour of the first element that `selector` finds."""
    text = page.locator(selector).first.evaluate(f"one => getComputedStyle(one).{what}")
    red, green, blue = map(int, re.findall(r"\d+", text)[:3])
    return red, green, blue


def shades(page: Page) -> list[str]:
    """Return the computed background of every cell of the first strip."""
    cells = page.locator("[data-strip]").first.locator("td:not([colspan])")
    found: list[str] = cells.evaluate_all("cells => cells.map((cell) => getComputedStyle(cell).backgroundColor)")
    return found


def test_dark_is_dark_and_has_a_palette_of_its_own(visit: Visitor) -> None:
    light, dark = (visit(LAST_NEURONS[0], color_scheme=scheme) for scheme in ("light", "dark"))
    assert contrast(colour(light, "body", "backgroundColor"), WHITE) < 1.2
    assert contrast(colour(dark, "body", "backgroundColor"), BLACK) < 1.3
    assert all(one != other for one, other in zip(shades(light), shades(dark), strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_on_every_shade_can_be_read(visit: Visitor, scheme: Literal["light", "dark"]) -> None:
    page = visit(LAST_NEURONS[0], color_scheme=scheme)
    for cell in page.locator("[data-strip]").first.locator("td:not([colspan])").all():
        paper, ink = cell.evaluate(
            """cell => [getComputedStyle(cell).backgroundColor, getComputedStyle(cell).color]
                .map((colour) => colour.match(/\\d+/g).map(Number))"""
        )
        assert contrast(tuple(paper), tuple(ink)) >= 4.5


def test_forced_colours_leave_the_shades_alone(visit: Visitor) -> None:
    plain, forced = visit(LAST_NEURONS[0]), visit(LAST_NEURONS[0], forced_colors="active")
    assert forced.evaluate("matchMedia('(forced-colors: active)').matches")
    assert shades(forced) == shades(plain)


def test_a_marked_step_can_be_seen_in_forced_colours(visit: Visitor) -> None:
    page = visit(LAST_NEURONS[0], forced_colors="active")
    page.locator("[data-strip] td").first.hover()
    cell = page.locator("td.is-step").first
    shadow, outline = cell.evaluate("cell => [getComputedStyle(cell).boxShadow, getComputedStyle(cell).outlineStyle]")
    assert shadow != "none" or outline != "none"


def test_print_keeps_the_figure_and_its_colours_and_drops_the_controls(visit: Visitor) -> None:
    page = visit(LAST_NEURONS[0], color_scheme="dark")
    dark = shades(page)
    page.emulate_media(media="print")
    assert page.locator("[data-strip]").first.is_visible()
    assert page.locator(".arithmetic").is_visible()
    for controls in (".top nav", ".crumbs nav", ".controls label", ".hint"):
        assert page.locator(controls).count() > 0
        assert not page.locator(controls).first.is_visible()
    assert contrast(colour(page, "body", "backgroundColor"), WHITE) < 1.2  # paper, whatever the screen
    assert shades(page) != dark
    adjust = "cells => cells.map((cell) => getComputedStyle(cell).printColorAdjust)"
    assert set(page.locator(".strip td[class], .mini i, .scale").evaluate_all(adjust)) == {"exact"}


def test_a_printed_figure_may_be_broken_between_its_strips_but_not_inside_one(visit: Visitor) -> None:
    page = visit(LAST_NEURONS[0])
    page.emulate_media(media="print")
    breaks = "one => getComputedStyle(one).breakInside"
    assert page.locator("figure.strips").evaluate(breaks) == "auto"
    assert page.locator(".scroll").first.evaluate(breaks) == "avoid"


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_no_wider_than_paper(visit: Visitor, kind: str) -> None:
    page = visit(KINDS[kind], width=PAPER_PX)
    page.emulate_media(media="print")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PAPER_PX


def test_print_drops_the_chooser_of_a_network_s_page(visit: Visitor) -> None:
    page = visit(NETWORK_PAGES[0])
    page.emulate_media(media="print")
    assert not page.locator(".chooser").first.is_visible()
    assert page.locator(".panel:visible").count() == 2


@pytest.mark.parametrize(("kind", "width", "scheme"), SIGHTS)
def test_a_picture_of_every_kind_of_page_is_taken(
    visit: Visitor, kind: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = visit(KINDS[kind], width=width, color_scheme=scheme)
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height > 300
    height = min(height, MOST_PX)
    page.set_viewport_size({"width": width, "height": height})  # so that what sticks to the screen finds its place
    file: Path = SCREENSHOTS / f"{kind}-{width}-{scheme}.png"
    page.screenshot(path=file)
    assert file.stat().st_size > 5_000
