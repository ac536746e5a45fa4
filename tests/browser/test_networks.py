"""A network's page shows the signals a reader ticks, and its neurons' pages form one chain."""

import posixpath
import re

import pytest

from lstmgallery.network import Network
from lstmgallery.press.addresses import network_path, neuron_path
from tests.browser.conftest import NARROW, NETWORK_PAGES, NETWORKS, Visitor, follow
from tests.conftest import Gallery


@pytest.mark.parametrize("path", NETWORK_PAGES)
def test_cell_and_hidden_state_stand_side_by_side_at_first(visit: Visitor, path: str) -> None:
    page = visit(path)
    for figure in page.locator(".overview").all():
        panels = figure.locator(".panel:visible")
        assert [" ".join(name.split()[:2]) for name in panels.locator("h3").all_text_contents()] == [
            "c Cell",
            "h Hidden",
        ]
        cell, hidden = panels.nth(0).bounding_box(), panels.nth(1).bounding_box()
        assert cell is not None
        assert hidden is not None
        assert cell["y"] == hidden["y"]
        assert cell["x"] + cell["width"] <= hidden["x"]


def test_panels_stand_below_each_other_on_a_phone(visit: Visitor) -> None:
    page = visit(NETWORK_PAGES[0], width=NARROW)
    cell, hidden = (panel.bounding_box() for panel in page.locator(".panel:visible").all())
    assert cell is not None
    assert hidden is not None
    assert cell["x"] == hidden["x"]
    assert cell["y"] + cell["height"] <= hidden["y"]


@pytest.mark.parametrize("has_script", [True, False])
def test_ticking_a_signal_shows_its_panel(visit: Visitor, has_script: bool) -> None:
    network = max(NETWORKS, key=lambda network: network.layers)
    page = visit(network_path(network.name), java_script_enabled=has_script)
    first, *others = page.locator(".overview").all()
    for signal in network.kind.signals:
        box, panel = first.get_by_role("checkbox", name=signal.name), first.locator(f".panel-{signal.key}")
        was_shown = signal.key in ("cell", "hidden")
        assert panel.is_visible() == box.is_checked() == was_shown
        box.set_checked(not was_shown)
        assert panel.is_visible() != was_shown
    for other in others:
        assert other.locator(".panel:visible").count() == 2


def test_a_panel_has_a_row_for_every_neuron_that_leads_to_it(visit: Visitor) -> None:
    network = NETWORKS[0]
    page = visit(network_path(network.name))
    rows = page.locator(".panel-cell .heat a")
    assert rows.count() == network.units
    assert rows.first.locator("i").count() == len(network.longest_shown) + 1
    follow(rows.last)
    assert page.locator("h1").inner_text() == f"Neuron {network.units}"


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_next_visits_every_neuron_once_and_previous_leads_back(gallery: Gallery, network: Network) -> None:
    expected = [
        neuron_path(network.name, layer, neuron)
        for layer in range(1, network.layers + 1)
        for neuron in range(1, network.units + 1)
    ]
    visited = [expected[0]]
    before = None
    while True:
        here = visited[-1]
        html = (gallery.project.site / here).read_text(encoding="utf-8")
        links = {
            rel: posixpath.normpath(posixpath.join(posixpath.dirname(here), link))
            for rel, link in re.findall(r'<a rel="(prev|next)" href="([^"]+)"', html)
        }
        assert links.get("prev") == before
        if "next" not in links or len(visited) > len(expected):
            break
        before = here
        visited.append(links["next"])
    assert visited == expected


def test_neurons_of_a_large_network_are_found_in_their_table(visit: Visitor) -> None:
    page = visit(network_path("tweets"))
    rows, field = page.locator("#ranking tbody tr"), page.locator("#find-neurons input")
    cells = "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent).join(' ').toLowerCase())"
    everything = rows.evaluate_all(cells)
    for typed in ("HASHTAG", "no role link", "zzz"):
        field.fill(typed)
        expected = [text for text in everything if all(word in text for word in typed.lower().split())]
        shown = [row.inner_text().split()[0] for row in page.locator("#ranking tbody tr:visible").all()]
        assert shown == [text.split()[0] for text in expected]
        assert page.locator("#find-neurons output").inner_text() == f"{len(expected)} of 256 neurons"
    assert everything
    assert shown == []
    field.fill("")
    assert page.locator("#ranking tbody tr:visible").count() == 256


def test_the_table_of_a_small_network_or_without_a_script_has_no_field(visit: Visitor) -> None:
    assert visit(NETWORK_PAGES[0]).locator("#find-neurons").count() == 0
    assert not visit(network_path("tweets"), java_script_enabled=False).locator("#find-neurons").is_visible()
