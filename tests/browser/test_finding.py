"""Finding one's way: the search, opened from every page, and the filter of the page of all neurons."""

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from lstmgallery.press.pages.lookup import LIBRARY, Found, index_of, terms, weigh
from tests.browser.conftest import (
    ALL_NETWORKS,
    EXPLORERS,
    FIRST_NEURONS,
    NARROW,
    NETWORKS,
    PAGES,
    PLACES,
    Place,
    Visitor,
    follow,
)
from tests.browser.test_accessibility import violations
from tests.conftest import ROOT, Gallery

SCRIPT = (ROOT / "lstmgallery/press/theme/static/finder.js").read_text(encoding="utf-8")
ON_DEMAND = ("finder.js", "minisearch.js", "search-index.js", "search.css")
TEXTS = [
    "The b’s still owed: a_count, R² of 0.98",
    "C++ and c = f·c′ + i·g, naïve Ärger ΟΔΟΣ İstanbul",
    "神经元 neuron ประสาท ニューロン",
    "copy-machine 2.7 — “quoted” … <b>&amp;</b> ⊳aaaXbbb⊲ 😀",
]


def open_search(page: Page, query: str = "") -> Locator:
    """Open the search with its link, type, and return the dialog once it has answered."""
    page.get_by_role("banner").get_by_text("Search", exact=True).click()
    dialog = page.get_by_role("dialog", name="Search")
    expect(dialog).to_be_visible()
    if query:
        dialog.get_by_role("searchbox").fill(query)
        expect(dialog.get_by_role("status")).not_to_be_empty()
    return dialog


def titles(dialog: Locator) -> list[str]:
    return dialog.locator("li b").all_inner_texts()


def rows(page: Page) -> list[str]:
    """Return the names of the neurons that the page shows, in their order."""
    return page.locator(".by-role tbody tr:visible a").all_text_contents()


def chooser(page: Page, name: str) -> Locator:
    """Return a control of the filter; it has to have a label of its own."""
    control = page.locator(f"#filter [name={name}]")
    assert control.evaluate("control => control.labels[0].firstChild.textContent.trim().toLowerCase()") == name
    return control


@pytest.fixture
def neurons(visit: Visitor) -> Page:
    return visit("neurons.html")


def test_words_of_texts_are_split_in_the_browser_as_in_the_index(visit: Visitor) -> None:
    page = visit("index.html")
    alone = re.search(r"const ALONE = [^\n]+;", SCRIPT)
    function = re.search(r"function terms\(text\) \{.*?\n  \}", SCRIPT, flags=re.DOTALL)
    assert alone is not None
    assert function is not None
    split = page.evaluate(f"(texts) => {{ {alone[0]} {function[0]} return texts.map(terms); }}", TEXTS)
    assert split == [terms(text) for text in TEXTS]


def test_the_index_is_the_one_that_the_library_would_make(visit: Visitor) -> None:
    documents = [
        Found("Counter 5", "Neuron", "a.html", "Its cell state counts the b’s still owed.", "neuron"),
        Found("Counting: a gate", "Write-up", "b.html", "", "The gate, the cell; the gate."),
    ]
    page = visit("index.html")
    page.evaluate((LIBRARY / "minisearch.js").read_text(encoding="utf-8"))
    made: dict[str, Any] = page.evaluate(
        """(documents) => {
            const search = new MiniSearch({
                fields: ["title", "text"], storeFields: ["title", "kind", "path", "about"],
                tokenize: (text) => text.split(" "),
            });
            search.addAll(documents);
            return JSON.parse(JSON.stringify(search));
        }""",
        [
            {
                "id": number,
                "title": " ".join(terms(each.title)),
                "text": " ".join(terms(f"{each.about} {each.text}")),
                "kind": each.kind,
                "path": each.path,
                "about": each.about,
            }
            for number, each in enumerate(documents)
        ],
    )
    ours = json.loads(json.dumps(index_of(weigh(documents))))
    for number, each in enumerate(documents):  # a result shows a title as it is written
        made["storedFields"][str(number)]["title"] = each.title
    assert sorted(made.pop("index")) == ours.pop("index")
    assert made == ours


@pytest.mark.parametrize("place", PLACES)
def test_the_search_works_wherever_the_site_stands(visit: Visitor, place: Place) -> None:
    page = visit(FIRST_NEURONS[0], place=place)
    dialog = open_search(page, "how roles are found")
    follow(dialog.get_by_role("link").first)
    expect(page).to_have_url(visit.places[place] + "how-to-read.html#roles")


@pytest.mark.parametrize("path", [path for path in PAGES if path != PAGES[-1]])  # the last is a figure alone
def test_every_page_has_the_search_and_loads_it_only_when_it_is_opened(visit: Visitor, path: str) -> None:
    page = visit(path)
    loaded = "names => performance.getEntriesByType('resource').map((each) => each.name.split('/').pop())"
    assert set(ON_DEMAND).isdisjoint(page.evaluate(loaded))
    assert titles(open_search(page, NETWORKS[0].title))[0] == NETWORKS[0].title
    assert set(ON_DEMAND) <= set(page.evaluate(loaded))


def test_write_ups_networks_neurons_and_explorers_are_found(visit: Visitor) -> None:
    page = visit("index.html")
    dialog = open_search(page)
    for query, kind, title in (
        ("counting", "Write-up", "Counting"),
        ("copy machine", "Network", "Copy machine"),
        ("copy machine 2.1", "Neuron", "Copy machine 2.1"),
        ("counter 5", "Neuron", "Counter 5"),
        ("counter explorer", "Explorer", "Counter: explorer"),
        ("how to read", "Page", "How to read"),
    ):
        dialog.get_by_role("searchbox").fill(query)
        first = dialog.get_by_role("listitem").first
        expect(first.locator("b")).to_have_text(title)
        expect(first.locator("small")).to_have_text(kind)


def test_a_slip_of_the_pen_is_forgiven_and_some_words_are_better_than_none(visit: Visitor) -> None:
    page = visit("index.html")
    dialog = open_search(page, "remembring")
    assert "Remembering state" in " ".join(titles(dialog))
    dialog.get_by_role("searchbox").fill("latch zzzzzz")
    expect(dialog.get_by_role("status")).to_contain_text("Nothing has all these words")
    dialog.get_by_role("searchbox").fill("zzzzzz")
    expect(dialog.get_by_role("status")).to_have_text("Nothing found")
    assert titles(dialog) == []


def test_the_keyboard_is_enough(visit: Visitor) -> None:
    page = visit(FIRST_NEURONS[0])
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Search")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("gate")
    expect(dialog.get_by_role("status")).to_contain_text("result")
    links = dialog.get_by_role("link")
    page.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    link = page.get_by_role("banner").get_by_text("Search", exact=True)
    link.focus()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    page.keyboard.press("Control+k")
    target = links.first.get_attribute("href")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == target


def test_the_key_of_the_search_does_not_disturb_the_explorer(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    before = page.locator("#text").input_value()
    page.locator("#text").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("g")  # perhaps before the dialog is there: it is lost, not read
    expect(page.get_by_role("dialog", name="Search").get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("gate")
    expect(page.get_by_role("dialog", name="Search").get_by_role("status")).to_contain_text("result")
    assert page.locator("#text").input_value() == before


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (NARROW, "dark"), (320, "light")])
def test_the_search_is_accessible_and_fits(visit: Visitor, width: int, scheme: Any) -> None:
    page = visit("index.html", width=width, color_scheme=scheme)
    dialog = open_search(page, "gate")
    expect(dialog.get_by_role("listitem").first).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_what_cannot_be_loaded_is_said_and_tried_again(visit: Visitor) -> None:
    page = visit("index.html")
    page.route("**/search-index.js", lambda route: route.abort())
    dialog = open_search(page, "gate")
    expect(dialog.get_by_role("status")).to_have_text("The search could not be loaded.")
    page.unroute("**/search-index.js")
    dialog.get_by_role("searchbox").fill("gates")
    expect(dialog.get_by_role("status")).to_contain_text("result")
    assert visit.complaints
    visit.complaints.clear()


def test_without_a_script_the_link_leads_to_what_there_is(visit: Visitor) -> None:
    page = visit(FIRST_NEURONS[0], java_script_enabled=False)
    follow(page.get_by_role("link", name="Search"))
    for network in NETWORKS:
        assert page.get_by_role("main").get_by_role("link", name=network.title, exact=True).count() == 1
    follow(page.get_by_role("main").get_by_role("link", name="No role found"))
    assert unquote(page.url).endswith("neurons.html#role-no-role-found")


def test_without_a_script_all_neurons_stand_by_role(visit: Visitor) -> None:
    page = visit("neurons.html", java_script_enabled=False)
    assert not page.locator("#filter").is_visible()
    assert page.locator(".by-role tbody tr").count() == sum(each.units * each.layers for each in ALL_NETWORKS)
    assert page.locator(".roles a").count() == page.locator(".by-role table").count()


def test_the_filter_shows_what_fits_and_counts_it(neurons: Page) -> None:
    lines = neurons.locator(".by-role tbody tr").evaluate_all(
        "rows => rows.map((row) => ({...row.dataset, name: row.querySelector('a').textContent}))"
    )
    total = len(lines)
    shown = neurons.locator("#shown")
    expect(shown).to_have_text(f"All {total} neurons")
    chooser(neurons, "network").select_option("Counter")
    assert sorted(rows(neurons)) == sorted(each["name"] for each in lines if each["n"] == "counter")
    chooser(neurons, "score").select_option("0.95")
    chooser(neurons, "effect").select_option("0.5")
    expected = [
        each["name"]
        for each in lines
        if each["n"] == "counter" and float(each["s"]) >= 0.95 and float(each["e"]) >= 0.5
    ]
    assert expected
    assert sorted(rows(neurons)) == sorted(expected)
    expect(shown).to_have_text(f"{len(expected)} of {total} neurons")
    headings = neurons.locator(".by-role h2:visible span").all_text_contents()
    assert sum(map(int, headings)) == len(expected)
    neurons.get_by_role("button", name="Show all").click()
    expect(shown).to_have_text(f"All {total} neurons")


def test_the_filter_chooses_roles_and_words(neurons: Page) -> None:
    role = chooser(neurons, "role").locator("option").nth(1)
    chooser(neurons, "role").select_option(role.get_attribute("value"))
    assert neurons.locator(".by-role section:visible").count() == 1
    assert neurons.locator(".roles li:visible").count() == 1
    neurons.get_by_role("button", name="Show all").click()
    chooser(neurons, "words").fill("COPY 2.1")
    assert rows(neurons)
    assert all("Copy machine 2.1" in name for name in rows(neurons))


def test_the_order_can_be_chosen(neurons: Page) -> None:
    effects = ".by-role section:first-child tbody tr"
    read = "rows => rows.map((row) => Number(row.dataset.e))"
    chooser(neurons, "order").select_option("effect")
    found = neurons.locator(effects).evaluate_all(read)
    assert found == sorted(found, reverse=True)
    chooser(neurons, "order").select_option("score")
    scores = neurons.locator(effects).evaluate_all("rows => rows.map((row) => Number(row.dataset.s))")
    assert scores == sorted(scores, reverse=True)


def test_what_is_chosen_is_in_the_address_and_comes_back(visit: Visitor, neurons: Page) -> None:
    chooser(neurons, "network").select_option("State memorizer")
    chooser(neurons, "words").fill("began")
    expect(neurons).to_have_url(re.compile("#network=state-memorizer&words=began$"))
    again = visit("neurons.html#network=state-memorizer&words=began&role=nothing-like-it&other=1")
    assert rows(again) == rows(neurons)
    assert chooser(again, "role").input_value() == ""
    neurons.get_by_role("button", name="Show all").click()
    expect(neurons).to_have_url(re.compile(r"neurons\.html$"))


def test_thousands_of_neurons_can_be_filtered_without_a_pause(visit: Visitor) -> None:
    page = visit("index.html")
    html = """<form id="filter" hidden>%s<p><output id="shown"></output></p></form><div class="roles"><ul>
        <li><a href="#role-x"><span></span></a></li></ul></div><div class="by-role"><section aria-labelledby="role-x">
        <h2 id="role-x"><span></span></h2><table><tbody>%s</tbody></table></section></div>"""
    names = ("role", "network", "score", "effect", "words", "order")
    controls = "".join(f'<select name="{name}"><option value=""><option value="0.5"></select>' for name in names)
    line = '<tr data-n="net" data-s="{}" data-e="0"><th><a href="#">N {}</a> <small>Its cell.</small></th></tr>'
    lines = "".join(line.format(round(at / 2000, 3), at) for at in range(2000))
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", html % (controls, lines))
    page.evaluate((ROOT / "lstmgallery/press/theme/static/neurons.js").read_text(encoding="utf-8"))
    milliseconds = page.evaluate(
        """() => {
            const control = document.forms.filter.elements.namedItem("score");
            control.value = "0.5";
            const began = performance.now();
            control.dispatchEvent(new Event("input", {bubbles: true}));
            return performance.now() - began;
        }"""
    )
    expect(page.locator("#shown")).to_have_text("1,000 of 2,000 neurons")
    assert milliseconds < 500


def test_the_index_and_its_library_stay_small(gallery: Gallery) -> None:
    assets = gallery.project.site / "assets"
    assert (assets / "minisearch.js").stat().st_size < 35_000
    assert (assets / "search-index.js").stat().st_size < 600_000
