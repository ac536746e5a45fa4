"""WCAG 2.2 AA on every kind of page: axe-core, reflow on a phone, sizes of touch targets."""

import re
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lstmgallery.press.addresses import explorer_path, network_path, neuron_path
from tests.browser.conftest import FIRST_NEURONS, FRAME, KINDS, LANGUAGES, LAST_NEURONS, NARROW, PAGES, SIGHTS, Visitor

AXE: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},  # WCAG 2.2, off unless asked for
    "preload": False,  # it would fetch the stylesheets again, which the policy forbids
}
FURTHEST = max(LANGUAGES, key=lambda network: len(network.longest_shown)).name  # shown along the longest row
OF_LONG_ROWS = [network_path(FURTHEST), neuron_path(FURTHEST, 1, 1), explorer_path(FURTHEST)]
TARGET_PX = 24  # WCAG 2.2, 2.5.8
TARGETS = "nav a, .brand, .crumb a, .controls label, .chooser label, .cards a, .heat a, .entry h3 a, .dials button"


def violations(page: Page) -> list[str]:
    """Return the violations that axe-core finds on a page: the rule, the element, the problem."""
    return [
        f"{violation['id']}: {node['html']}: {node['failureSummary']}"
        for violation in Axe().run(page, options=AXE).response["violations"]
        for node in violation["nodes"]
    ]


def switch_all(page: Page) -> int:
    """Switch every checkbox of the page; return how many there are."""
    boxes = page.get_by_role("checkbox").all()
    for box in boxes:
        box.set_checked(not box.is_checked())
    return len(boxes)


@pytest.mark.parametrize(("kind", "width", "scheme"), SIGHTS)
def test_axe_finds_no_violation(visit: Visitor, kind: str, width: int, scheme: Literal["light", "dark"]) -> None:
    """Light, as the page opens; dark, with every control switched."""
    page = visit(KINDS[kind], width=width, color_scheme=scheme)
    if scheme == "dark":
        switch_all(page)
    assert violations(page) == []


def test_axe_finds_no_violation_while_a_step_is_spelled_out(visit: Visitor) -> None:
    page = visit(FIRST_NEURONS[0])
    page.locator("[data-strip] td").nth(3).hover()
    assert page.locator(".is-step").count() > 0
    assert violations(page) == []


@pytest.mark.parametrize("width", [320])  # WCAG 1.4.10
@pytest.mark.parametrize("path", [*PAGES, *OF_LONG_ROWS])
def test_a_page_never_scrolls_sideways_on_a_phone(visit: Visitor, path: str, width: int) -> None:
    page = visit(path, width=width)
    too_wide = "document.scrollingElement.scrollWidth - innerWidth"
    assert page.evaluate(too_wide) <= 0
    if switch_all(page):
        assert page.evaluate(too_wide) <= 0


@pytest.mark.parametrize("path", [FRAME, LAST_NEURONS[0]])
def test_a_figure_wider_than_a_phone_scrolls_by_itself(visit: Visitor, path: str) -> None:
    page = visit(path, width=NARROW)
    regions = page.locator(".scroll:has(.strip)")
    widest = max(regions.all(), key=lambda region: int(region.evaluate("region => region.scrollWidth")))
    assert widest.evaluate("region => region.scrollWidth > region.clientWidth")
    name = widest.locator("th[scope=row]").nth(1)
    before = name.bounding_box()
    widest.evaluate("region => { region.scrollLeft = 1000 }")
    assert widest.evaluate("region => region.scrollLeft") > 0
    assert name.bounding_box() == before  # the names of the rows stay in sight


@pytest.mark.parametrize(("kind", "width", "scheme"), SIGHTS)
def test_links_and_controls_are_large_enough_to_hit(
    visit: Visitor, kind: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = visit(KINDS[kind], width=width, color_scheme=scheme)
    small = page.locator(TARGETS).evaluate_all(
        """(targets, size) => targets.map((target) => [target, target.getBoundingClientRect()])
            .filter(([target, box]) => box.width && (box.width < size || box.height < size))
            .map(([target, box]) => `${target.textContent.trim()}: ${box.width} x ${box.height}`)""",
        TARGET_PX,
    )
    assert small == []


def test_a_keyboard_reaches_the_content_first(visit: Visitor) -> None:
    page = visit(FIRST_NEURONS[0])
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    assert skip.evaluate("link => link === document.activeElement && link.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_focus_can_be_seen(visit: Visitor) -> None:
    page = visit(FIRST_NEURONS[0])
    seen: list[tuple[str, str, str]] = []
    while len(seen) < 100:
        page.keyboard.press("Tab")
        look = page.evaluate(
            """() => {
                const style = getComputedStyle(document.activeElement);
                return [document.activeElement.tagName, style.outlineStyle, style.outlineWidth];
            }"""
        )
        if look[0] == "BODY":
            break
        seen.append(look)
    assert len(seen) > 15
    assert [look for look in seen if look[1] != "solid" or look[2] != "2px"] == []
