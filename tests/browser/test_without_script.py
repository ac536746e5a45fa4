"""Without JavaScript a page says everything it says with it, but for the arithmetic on hover."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import EXPLORERS, LAST_NEURONS, NETWORKS, PAGES, Visitor


@pytest.mark.parametrize("at", range(len(NETWORKS)))
def test_a_neuron_s_strips_are_whole(visit: Visitor, at: int) -> None:
    network = NETWORKS[at]
    page = visit(LAST_NEURONS[at], java_script_enabled=False)
    assert page.locator("[data-strip]").count() == len(network.figures)
    for number, sequence in enumerate(network.figures):
        strip = page.locator("[data-strip]").nth(number)
        assert "".join(strip.locator("th[scope=col] [aria-hidden]").all_text_contents()) == "⊳" + sequence
        for signal in network.kind.signals:
            row = strip.locator(f"tr[data-signal={signal.key}]")
            shown = row.locator("td").evaluate_all("cells => cells.map((cell) => cell.firstChild.textContent)")
            assert "".join(shown) == "⊳" + sequence
            assert row.locator("td b").count() == len(sequence) + 1
            assert signal.name in row.locator("th").inner_text()


def test_equations_stand_in_general_form_and_nothing_promises_a_hover(visit: Visitor) -> None:
    page = visit(LAST_NEURONS[0], java_script_enabled=False)
    assert page.locator("[data-equation]").all_inner_texts() == ["c = f·c′ + i·g", "h = o·tanh(c)"]
    assert page.locator(".arithmetic").is_visible()
    assert page.locator(".arithmetic").evaluate("panel => getComputedStyle(panel).position") == "static"
    assert not page.locator(".hint").is_visible()


def test_the_checkboxes_work(visit: Visitor) -> None:
    page = visit(LAST_NEURONS[0], java_script_enabled=False)
    value, first = page.locator("td b").first, page.locator("tr[data-signal=cell]").first
    page.get_by_label("show numbers").check()
    assert value.evaluate("value => getComputedStyle(value).opacity") == "1"
    assert [first.locator(f".range.{which}-only").is_visible() for which in ("narrow", "wide")] == [True, False]
    page.get_by_label("range of the whole layer").check()
    assert [first.locator(f".range.{which}-only").is_visible() for which in ("narrow", "wide")] == [False, True]


def test_the_links_work(visit: Visitor) -> None:
    page = visit("index.html", java_script_enabled=False)
    page.locator(".entry h3 a").first.click()
    page.locator(".heat a").first.click()
    page.get_by_role("link", name="Next").click()
    page.locator(".cards a").last.click()
    expect(page.locator("h1")).to_have_text(f"Neuron {NETWORKS[0].units}")


@pytest.mark.parametrize("path", [path for path in PAGES if path not in EXPLORERS])
def test_a_page_has_the_same_text_with_and_without_its_script(visit: Visitor, path: str) -> None:
    text = "document.body.innerText"
    with_script, without = visit(path), visit(path, java_script_enabled=False)
    hints = with_script.locator(".hint").all_inner_texts()
    lines = [line for line in str(with_script.evaluate(text)).splitlines() if line not in hints]
    assert [*filter(None, lines)] == [*filter(None, str(without.evaluate(text)).splitlines())]


@pytest.mark.parametrize("at", range(len(NETWORKS)))
def test_an_explorer_says_what_it_would_do_and_shows_its_first_view(visit: Visitor, at: int) -> None:
    network = NETWORKS[at]
    page = visit(EXPLORERS[at], java_script_enabled=False)
    assert "That needs JavaScript" in page.locator("main").inner_text()
    assert not page.locator("#explorer").is_visible()
    assert page.locator("[data-strip]").count() == 1
    assert page.locator(".heat a:visible").count() == network.layers * network.units
