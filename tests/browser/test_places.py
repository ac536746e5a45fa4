"""The same tree works at the root of a server, under any path, and opened from disk."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import FIRST_NEURONS, PAGES, PLACES, Place, Visitor, follow

PAPER = "rgb(251, 250, 246)"


def paper_of(page: Page) -> str:
    """Return the computed background of the page."""
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


@pytest.mark.parametrize("place", PLACES[1:])  # at the first all other tests open their pages
@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_without_complaint_in_its_clothes(visit: Visitor, path: str, place: Place) -> None:
    page = visit(path, place=place)

    assert visit.complaints == []
    assert page.title()
    assert paper_of(page) == PAPER
    shaded = page.locator(".m0, .m40, .g0, .g20").first
    if shaded.count():
        assert shaded.evaluate("cell => getComputedStyle(cell).backgroundColor") != "rgba(0, 0, 0, 0)"
    has_script = page.locator('script:not([src$="assets/search.js"], [src$="assets/ranking.js"])').count() > 0
    assert page.evaluate("document.documentElement.classList.contains('has-script')") == has_script
    is_alive = path.startswith(("explorer/", "writeups/", "comparisons/")) or "/neuron-" in path
    assert has_script == (is_alive or path in ("index.html", "how-to-read.html", "neurons.html"))


@pytest.mark.parametrize("place", ["/", "disk"])
def test_the_policy_lets_the_site_s_own_files_in_and_nothing_written_into_a_page(visit: Visitor, place: Place) -> None:
    """For a page from disk, Chromium's 'self' means files from disk."""
    page = visit(FIRST_NEURONS[0], place=place)
    page.evaluate(
        """() => {
            const style = document.createElement("style");
            style.textContent = "body { background: red }";
            const script = document.createElement("script");
            script.textContent = "window.wasRun = true";
            document.head.append(style, script);
            document.body.setAttribute("style", "background: red");
        }"""
    )

    assert paper_of(page) == PAPER
    assert page.evaluate("window.wasRun") is None
    refused = [complaint for complaint in visit.complaints if "Content Security Policy" in complaint]
    assert len(refused) == len(visit.complaints) == 3
    visit.complaints.clear()


@pytest.mark.parametrize("place", PLACES)
def test_links_lead_on_wherever_the_site_stands(visit: Visitor, place: Place) -> None:
    page = visit("index.html", place=place)
    follow(page.locator(".entry h3 a").first)
    follow(page.locator(".heat a").first)
    follow(page.get_by_role("link", name="Next"))
    expect(page.locator("h1")).to_have_text("Neuron 2")
    follow(page.get_by_role("link", name="How to read"))
    expect(page.locator("h1")).to_have_text("How to read")
    follow(page.get_by_role("link", name="Networks"))
    expect(page).to_have_url(visit.places[place] + "index.html#networks")
