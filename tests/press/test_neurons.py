"""The page of all neurons: every neuron once, under its role, with the numbers of its own page."""

import re

import pytest

from lstmgallery.press.addresses import neuron_path
from lstmgallery.press.pages import neurons
from lstmgallery.press.pages.neurons import NeuronLine, group_by_role
from tests.press.conftest import Element, Press

PATH = "neurons.html"


def line(name: str, role: str, score: float) -> NeuronLine:
    return NeuronLine("net", name, f"{name}.html", "Its cell.", role, score, "AUC", 0.0, ("1", "0"), None)


@pytest.fixture(scope="module")
def page(press: Press) -> Element:
    return press.page(PATH)


def test_every_neuron_stands_on_it_once_with_a_link_to_its_page(press: Press, page: Element) -> None:
    (results,) = press.results
    expected = {neuron_path("small", 1, neuron) for neuron in results.network.neuron_numbers}
    links = [row.one("a")["href"] for table in page.all("table") for row in table.one("tbody").all("tr")]
    assert sorted(links) == sorted(expected)


def test_a_line_has_the_score_and_the_effect_of_the_neuron_s_own_page(press: Press, page: Element) -> None:
    for table in page.all("table"):
        for row in table.one("tbody").all("tr"):
            own = press.page(row.one("a")["href"])
            assert own.all("p", class_="lede")[0].text == row.one("small").text
            score, effect = (cell.text for cell in row.all("td")[-2:])
            first, _, third, _ = own.one("dl", class_="facts").all("dt")
            assert score in (first.text, own.one("dl", class_="facts").all("dd")[0].text.partition(":")[0][11:])
            assert effect == third.text


def test_a_line_carries_what_the_filter_compares(press: Press, page: Element) -> None:
    (results,) = press.results
    for row in [row for table in page.all("table") for row in table.one("tbody").all("tr")]:
        neuron = int(re.findall(r"\d+", row.one("a").text)[-1])
        table = results.interventions
        at_zero = table[
            (table["neuron"] == neuron) & (table["intervention"] == "zero") & (table["measure"] == "right")
        ].iloc[0]
        assert row["data-n"] == "small"
        assert float(row["data-e"]) == pytest.approx(at_zero["baseline"] - at_zero["value"], abs=6e-4)
        best = results.best_rows[results.best_rows["neuron"] == neuron].iloc[0]
        assert float(row["data-s"]) == pytest.approx(best["score"], abs=6e-4)


def test_the_best_come_first_and_those_without_a_role_last() -> None:
    lines = [line("a", "", 0.9), line("b", "one", 0.8), line("c", "two", 0.7), line("d", "two", 0.95)]
    groups = group_by_role(lines)
    assert [(group.id, [each.name for each in group.lines]) for group in groups] == [
        ("role-two", ["d", "c"]),
        ("role-one", ["b"]),
        ("role-no-role-found", ["a"]),
    ]


def test_roles_whose_words_differ_in_signs_alone_have_ids_of_their_own() -> None:
    groups = group_by_role([line("a", "the letter: x", 1), line("b", "the letter x", 1), line("c", "；", 1)])
    assert {group.id for group in groups} == {"role-the-letter-x", "role-the-letter-x-2", "role-；"}


def test_a_role_can_be_linked_to_and_is_a_choice_of_the_filter(page: Element) -> None:
    groups = [heading["id"] for heading in page.all("h2")]
    assert groups
    assert [link["href"] for link in page.one("nav", class_="roles").all("a")] == [f"#{each}" for each in groups]
    choices = page.one("select", name="role").all("option")
    assert [choice["value"] for choice in choices] == ["", *groups]


def test_a_gallery_of_very_many_neurons_has_no_small_strips(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    assert press.page(PATH).all("span", class_="mini")
    monkeypatch.setattr(neurons, "MOST_STRIPS", 5)
    assert not press.page(PATH).all("span", class_="mini")


def test_the_explorers_have_a_page_that_every_page_links_to(press: Press) -> None:
    page = press.page("explorers.html")
    links = [link["href"] for link in page.one("main").all("a")]
    assert links[:3] == [
        "explorer/small.html",
        "explorer/small.html#text=aXb",
        "explorer/small.html#text=aaaXbbb",
    ]
    assert any("do=" in link for link in links)
    for path in ("index.html", "neurons.html", "networks/small/layer-1/neuron-1.html", "writeups/everything.html"):
        names = [link.text for link in press.page(path).one("header").all("a")]
        assert names[-6:] == ["Write-ups", "Networks", "Neurons", "Explorers", "How to read", "Search"]
