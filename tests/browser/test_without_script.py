"""Without JavaScript a page shows everything except the arithmetic on hover."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import EXPLORERS, KINDS, LAST_NEURONS, NETWORKS, Visitor, follow


@pytest.mark.parametrize("at", range(len(NETWORKS)))
def test_a_neuron_s_strips_are_whole(visit: Visitor, at: int) -> None:
    network = NETWORKS[at]
    page = visit(LAST_NEURONS[at], java_script_enabled=False)
    strips = page.locator("[data-strip]").evaluate_all(
        """(strips) => strips.map((strip) => ({
            heads: [...strip.querySelectorAll("th[scope=col] [aria-hidden]")].map((head) => head.textContent).join(""),
            rows: [...strip.querySelectorAll("tr[data-signal]")].map((row) => ({
                name: row.querySelector("th").innerText,
                letters: [...row.querySelectorAll("td")].map((cell) => cell.firstChild.textContent).join(""),
                values: row.querySelectorAll("td b").length,
            })),
        }))"""
    )
    for sequence, strip in zip(network.shown, strips, strict=True):
        assert strip["heads"] == "⊳" + sequence
        for signal, row in zip(network.kind.signals, strip["rows"], strict=True):
            assert signal.name in row["name"]
            assert row["letters"] == "⊳" + sequence
            assert row["values"] == len(sequence) + 1


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
    follow(page.locator(".entry h3 a").first)
    follow(page.locator(".heat a").first)
    follow(page.get_by_role("link", name="Next"))
    follow(page.locator(".cards a").last)
    expect(page.locator("h1")).to_have_text(f"Neuron {NETWORKS[0].units}")


CHANGED = {"neurons", "explorer", "explorer-with-layers", "network-of-text", "explorer-of-text", "game"}  # by scripts


@pytest.mark.parametrize("path", [path for kind, path in KINDS.items() if kind not in CHANGED])
def test_a_page_has_the_same_text_with_and_without_its_script(visit: Visitor, path: str) -> None:
    text = "document.body.innerText"
    with_script, without = visit(path), visit(path, java_script_enabled=False)
    with_script.locator(".dials").evaluate_all("all => all.forEach((one) => one.remove())")  # these need the script
    hints = with_script.locator(".hint").all_inner_texts()
    lines = [line for line in str(with_script.evaluate(text)).splitlines() if line not in hints]
    assert [*filter(None, lines)] == [*filter(None, str(without.evaluate(text)).splitlines())]


@pytest.mark.parametrize("at", range(len(NETWORKS)))
def test_an_explorer_says_what_it_would_do_and_shows_its_first_view(visit: Visitor, at: int) -> None:
    network = NETWORKS[at]
    page = visit(EXPLORERS[at], java_script_enabled=False)
    assert "This needs JavaScript" in page.locator("main").inner_text()
    assert not page.locator("#explorer").is_visible()
    assert page.locator("[data-strip]").count() == 1
    assert page.locator(".heat a:visible").count() == network.layers * network.units
