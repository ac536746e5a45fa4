"""The first screen: all of it in sight, a neuron that answers to the reader, exact as the explorer, and light."""

import gzip
import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ALL_NETWORKS, EXPLORERS, PLACES, Place, Visitor, parts_script
from tests.browser.test_accessibility import violations
from tests.conftest import Gallery

MOST_BYTES = 30_000  # of the front page with all its assets, compressed
SCREENS = [(1280, 800), (390, 844)]


def answer(page: Page, run: str = "usual") -> str:
    return page.locator(f".run-{run} output").inner_text()


def cells(page: Page, run: str) -> list[tuple[str, str]]:
    """Return the signs and the values of a strip."""
    found = page.locator(f".run-{run} .cells i:not(.ended)").evaluate_all(
        "all => all.map((i) => [i.textContent, i.title])"
    )
    return [(sign, value) for sign, value in found]


@pytest.mark.parametrize("has_script", [True, False])
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_sentence_neuron_and_ways_on_are_in_one_screen(
    visit: Visitor, width: int, height: int, has_script: bool
) -> None:
    page = visit("index.html", width=width, height=height, java_script_enabled=has_script)
    for part in ("h1", ".lede", ".run-usual", ".run-changed", ".doors", ".doors div:last-child a"):
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height, part
    assert page.locator(".dials").is_visible() == has_script
    assert page.locator(".run-usual .cells i").count() > 8


@pytest.mark.parametrize("place", PLACES)
def test_a_reader_gives_it_more_and_adds_counts(visit: Visitor, place: Place) -> None:
    page = visit("index.html", place=place)
    assert (answer(page), answer(page, "changed")) == ("4 b’s", "7 b’s")
    page.get_by_role("button", name="One a more").click()
    assert (answer(page), answer(page, "changed")) == ("5 b’s", "8 b’s")
    assert "".join(sign for sign, _ in cells(page, "usual")) == "⊳aaaaaXbbbbb"
    page.get_by_role("button", name="One a fewer").click(click_count=3)
    assert answer(page) == "2 b’s"
    page.get_by_label("reads").fill("aaaaaa")
    assert (answer(page), answer(page, "changed")) == ("6 b’s", "9 b’s")
    page.get_by_role("button", name="Add 3 counts").click()
    assert not page.locator(".run-changed").is_visible()
    expect(page.get_by_role("button", name="Add 3 counts")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Add 3 counts").click()
    assert answer(page, "changed") == "9 b’s"


def test_what_is_beyond_the_network_is_called_wrong_and_what_it_cannot_read_is_passed_over(visit: Visitor) -> None:
    page = visit("index.html")
    page.get_by_label("reads").fill("a" * 60)
    assert answer(page).endswith(": wrong")
    page.get_by_label("reads").fill("aqa")
    assert answer(page) == "2 b’s"
    assert page.locator(".run-usual .unread").inner_text() == "q"
    page.get_by_label("reads").fill("")
    assert page.locator(".run-usual .cells i").count() >= 2


def test_the_strips_are_those_of_the_explorer(visit: Visitor) -> None:
    page = visit("index.html")
    page.get_by_label("reads").fill("aaaaaaa")
    link = page.get_by_role("link", name="Open in the explorer").get_attribute("href") or ""
    explorer = visit(EXPLORERS[0])
    explorer.evaluate(parts_script())
    layer, neuron = (int(re.search(rf"{key}=(\d+)", link)[1]) for key in ("layer", "neuron"))  # type: ignore[index]
    change = f"{layer}.{neuron}.cell+3counts@8"
    for run, changes in (("usual", []), ("changed", [change])):
        shown = cells(page, run)
        text = "".join(sign for sign, _ in shown[1:])
        read: dict[str, Any] = explorer.evaluate(
            "([text, changes]) => lstmgallery.read(text, changes)", [text, changes]
        )
        values = [row[neuron - 1] for row in read["signals"]["cell"][layer - 1]]
        printed = explorer.evaluate("values => values.map((value) => lstmgallery.print.number(value))", values)
        assert [value for _, value in shown] == printed


def test_the_explorer_opens_on_what_the_reader_made(visit: Visitor) -> None:
    page = visit("index.html")
    page.get_by_label("reads").fill("aaaaa")
    page.get_by_role("link", name="Open in the explorer").click()
    expect(page).to_have_url(re.compile(r"explorer/counter\.html#text=aaaaaX&"))
    assert page.locator(".outcome").inner_text().count("\tb") == 5 + 8


def test_still_and_live_strips_are_the_same(visit: Visitor) -> None:
    live, still = visit("index.html"), visit("index.html", java_script_enabled=False)
    for run in ("usual", "changed"):
        assert cells(live, run) == cells(still, run)
        assert answer(live, run) == answer(still, run)
        labels = [page.locator(f".run-{run} .cells").get_attribute("aria-label") for page in (live, still)]
        assert labels[0] == labels[1]


def test_all_of_it_can_be_done_with_the_keyboard(visit: Visitor) -> None:
    page = visit("index.html")
    page.get_by_label("reads").focus()
    page.keyboard.press("End")
    page.keyboard.type("a")
    assert answer(page) == "5 b’s"
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert not page.locator(".run-changed").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_axe_finds_no_violation_while_it_is_played_with(
    visit: Visitor, width: int, height: int, scheme: Literal["light", "dark"]
) -> None:
    page = visit("index.html", width=width, height=height, color_scheme=scheme)
    page.get_by_label("reads").fill("aaaaaaaaaaaaaaaaaaaaq")
    assert violations(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0


def test_the_front_page_weighs_less_than_30_kilobytes_with_all_its_assets(gallery: Gallery) -> None:
    site = gallery.project.site
    page = site / "index.html"
    linked = re.findall(r'(?:href|src)="([^"]+\.(?:css|js|svg))"', page.read_text(encoding="utf-8"))
    assert len(linked) == len(set(linked)) == 7  # three stylesheets, three scripts, an icon
    files = [page, *(site / link for link in linked)]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < MOST_BYTES


def test_every_network_has_a_strip_below_the_first_screen(visit: Visitor) -> None:
    page = visit("index.html")
    assert page.locator(".entry .cells").count() == sum(network.variant_of is None for network in ALL_NETWORKS)
