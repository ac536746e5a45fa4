"""The front page: which neuron it shows, its still strips, what it says of it, and where it leads."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstmgallery.cells.reference import sigmoid
from lstmgallery.desk.results import Results, read_results
from lstmgallery.errors import GalleryError
from lstmgallery.press.manuscript.content import Content, read_content
from lstmgallery.press.pages.front import choose_exhibit, written_words
from lstmgallery.press.pages.plan import plan_site
from lstmgallery.press.pages.views import NetworkView, view_network
from tests.conftest import Gallery, write_small_content
from tests.press.conftest import Element, Press, Typeset, parse_html, writeup

SITE = "title: Small gallery\ntagline: What is in it?\ndescription: A gallery that a test builds.\n"


@pytest.fixture(scope="module")
def index(press: Press) -> Element:
    return press.page("index.html")


@pytest.fixture(scope="module")
def named(typeset: Typeset) -> Press:
    """A front page on the best neuron, which gets counts since the site names it."""
    return typeset("front: small best(remaining)\n")


def content_of(folder: Path, settings: str = "") -> Content:
    """Return a content folder with the small network and these settings added to the site's."""
    write_small_content(folder, "small")
    (folder / "site.yaml").write_text(SITE + settings, encoding="utf-8")
    return read_content(folder)


def results_of(content: Content, gallery: Gallery) -> list[Results]:
    return [
        read_results(entry.network, gallery.project.build / "small", with_seeds=False) for entry in content.networks
    ]


def view_of(content: Content, results: Results, **changes: Any) -> NetworkView:
    return view_network(content.networks[0], content.address_of, replace(results, **changes), {})


def memory_of(weights: dict[str, np.ndarray], tokens: list[int], neuron: int, *, add: tuple[int, float]) -> list[float]:
    """Return a neuron's cell state at every token, with `add` (step, amount) added to it: ten lines of their own."""
    units = weights["layer_1/recurrent_kernel"].shape[0]
    h, c, seen = np.zeros(units), np.zeros(units), []
    for step, token in enumerate(tokens):
        z = weights["layer_1/kernel"][token] + h @ weights["layer_1/recurrent_kernel"] + weights["layer_1/bias"]
        i, f, g, o = (z[at * units : (at + 1) * units] for at in range(4))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        c[neuron - 1] += add[1] if step == add[0] else 0.0
        h = sigmoid(o) * np.tanh(c)
        seen.append(float(c[neuron - 1]))
    return seen


def test_the_heading_is_the_tagline_and_the_sentence_below_it_the_description(index: Element) -> None:
    assert index.one("h1").text == "For a test."
    assert index.one("p", class_="lede").text == "A gallery that a test builds."
    assert index.one("title").text == "Small gallery"


def test_the_still_strips_hold_the_memory_of_the_neuron_with_and_without_the_counts(named: Press) -> None:
    index = named.page("index.html")
    results = named.results[0]
    _, neuron = results.best
    data = json.loads(named.text("assets/exhibit.js").removeprefix("window.lstmgallery = ").rstrip(";\n"))
    amount = 3 * data["data"]["counts"][0][neuron - 1]
    vocabulary = results.network.task.vocabulary
    for row, add in (("run-usual", (0, 0.0)), ("run-changed", (4, amount))):
        cells = index.one("div", class_=row).one("span", class_="cells").all("i")
        signs = [cell.text for cell in cells if "ended" not in cell["class"]]
        assert signs[:5] == ["⊳", "a", "a", "a", "X"]
        tokens = [0, *(vocabulary.index(sign) for sign in signs[1:])]
        expected = memory_of(results.weights, tokens, neuron, add=add)
        printed = [float(cell["title"].replace("−", "-")) for cell in cells[: len(tokens)]]
        assert np.abs(np.array(printed) - expected).max() <= 5.1e-4
        changed = [at for at, cell in enumerate(cells) if "is-changed" in cell["class"]]
        assert changed == ([4] if amount in add else [])


def test_the_answers_are_what_the_strips_write(index: Element) -> None:
    for row in ("run-usual", "run-changed"):
        run = index.one("div", class_=row)
        signs = [cell.text for cell in run.one("span", class_="cells").all("i")]
        written = "".join(signs[5:]).removesuffix("⊲")
        assert run.one("output").text.startswith(f"{len(written)} b’s" if len(written) > 1 else written or "nothing")


def test_the_page_names_the_neuron_its_role_and_what_is_lost_without_it(press: Press, index: Element) -> None:
    layer, neuron = press.results[0].best
    heading = index.one("h2", id="at-work")
    assert heading.one("a")["href"] == f"networks/small/layer-{layer}/neuron-{neuron}.html"
    assert heading.text.startswith(f"Neuron {neuron} of the small. ")
    table = press.results[0].interventions.query(
        f"neuron == {neuron} and intervention == 'zero' and measure == 'right'"
    )
    held = f"{round(100 * table['value'].item(), 1):g}\xa0%"
    assert f"With neuron {neuron} held at zero, {held} of the sequences come out right" in " ".join(
        child if isinstance(child, str) else "" for child in index.one("p", class_="why").children
    ).replace("\n", " ")


def test_the_doors_lead_to_the_write_ups_the_networks_and_the_explorer(index: Element) -> None:
    doors = index.one("nav", class_="doors")
    assert [link["href"] for link in doors.all("a")] == [
        *("#writeups", "writeups/first.html"),
        *("neurons.html", "explorer/small.html"),
    ]
    assert "3 write-ups with 3 claims" in doors.text


def test_a_gallery_without_write_ups_has_no_door_to_them(typeset: Typeset) -> None:
    doors = typeset().page("index.html").one("nav", class_="doors")
    assert [link["href"] for link in doors.all("a")] == ["neurons.html", "explorer/small.html"]


@pytest.mark.parametrize(
    ("named", "neuron"),
    [("small 3", 3), ("small", None), ("small best(remaining)", None)],
    ids=["number", "all", "best"],
)
def test_the_site_can_name_the_neuron(typeset: Typeset, named: str, neuron: int | None) -> None:
    press = typeset(f"front: {named}\n")
    shown = neuron or press.results[0].best[1]
    assert press.page("index.html").one("h2", id="at-work").one("a").text == f"Neuron {shown}"


@pytest.mark.parametrize(
    ("front", "message", "hint"),
    [
        ("smal", "expected the name of a network, found 'smal'", "did you mean 'small'?"),
        ("small 7", "neuron 7 does not exist: small has 6 units (1-6)", None),
        ("small layer 1", "front: expected a network or a neuron, found the layer 'small layer 1'", "use 'small'"),
        ("[1]", "front: expected text", None),
    ],
)
def test_a_front_that_names_nothing_is_refused_at_its_line(
    tmp_path: Path, front: str, message: str, hint: str | None
) -> None:
    with pytest.raises(GalleryError) as raised:
        content_of(tmp_path, f"front: {front}\n")
    (problem,) = raised.value.problems
    assert message in problem.message
    assert (Path(problem.place).name, problem.line) == ("site.yaml", 4)
    assert hint is None or problem.hint == hint


def test_a_front_of_a_network_with_mistakes_of_its_own_is_not_reported_again(tmp_path: Path) -> None:
    write_small_content(tmp_path, "small", "other")
    (tmp_path / "networks" / "small.md").write_text("---\ntitle: x\n---\n", encoding="utf-8")
    (tmp_path / "site.yaml").write_text(f"{SITE}front: small\n", encoding="utf-8")
    with pytest.raises(GalleryError) as raised:
        read_content(tmp_path)
    assert {Path(problem.place).name for problem in raised.value.problems} == {"small.md"}


def test_a_build_without_the_named_network_chooses_another(tmp_path: Path) -> None:
    write_small_content(tmp_path, "small", "other")
    (tmp_path / "site.yaml").write_text(f"{SITE}front: other\n", encoding="utf-8")
    assert read_content(tmp_path).only(["small"]).front is None
    assert read_content(tmp_path).only(["other"]).front is not None


def test_without_a_name_the_first_network_that_one_neuron_lets_count_is_shown(
    tmp_path: Path, small_gallery: Gallery
) -> None:
    content = content_of(tmp_path)
    (results,) = results_of(content, small_gallery)
    rows = results.interventions.copy()
    is_slope = (rows["measure"] == "slope") & (rows["layer"] == 0)
    one_is_enough = view_of(content, results, interventions=rows.assign(value=rows["value"].mask(is_slope, 1.0)))
    enough = rows["value"].mask(is_slope, 1.0).mask(is_slope & (rows["condition"] == "k=1"), 0.1)
    two_are_needed = view_of(content, results, interventions=rows.assign(value=enough))
    assert choose_exhibit([two_are_needed, one_is_enough], None).view is one_is_enough
    alone = choose_exhibit([two_are_needed], None)
    assert alone.view is two_are_needed
    assert len(alone.places) == 2
    assert alone.change == "Add 3 counts to each of 2 neurons"
    none_are_enough = view_of(content, results, interventions=rows.assign(value=rows["value"].mask(is_slope, 0.1)))
    at_last = choose_exhibit([none_are_enough], None)
    assert (at_last.change, at_last.counted) == ("Hold it at zero", "a")
    assert at_last.places == (results.best,)


def test_a_network_that_does_not_count_is_shown_with_its_memory_held_at_zero(gallery: Gallery) -> None:
    content = read_content(gallery.project.content).only(["state-memorizer", "copy-machine"])
    by_name = {
        entry.network.name: read_results(entry.network, gallery.project.build / entry.network.name, with_seeds=False)
        for entry in content.networks
    }
    page = parse_html(plan_site(replace(content, writeups=()), by_name, {})["index.html"]().decode())
    assert page.one("button", class_="change").text == "Hold it at zero"
    assert page.all("button", class_="more") == []
    usual, changed = (page.one("div", class_=row).one("span", class_="cells").all("i") for row in RUNS)
    assert {cell["title"] for cell in changed[1:] if "ended" not in cell["class"]} == {"0.000"}
    assert {cell["title"] for cell in usual[1:] if "ended" not in cell["class"]} != {"0.000"}


RUNS = ("run-usual", "run-changed")


@pytest.mark.parametrize(
    ("written", "words"),
    [("", "nothing"), ("b", "b"), ("bbbb", "4 b’s"), ("ab", "ab"), ("ab" * 30, "ab" * 20 + "…")],
)
def test_what_is_written_is_said_in_words(written: str, words: str) -> None:
    assert written_words(written) == words


def test_the_network_of_the_front_page_comes_without_what_only_the_explorer_needs(press: Press) -> None:
    data = json.loads(press.text("assets/exhibit.js").removeprefix("window.lstmgallery = ").rstrip(";\n"))
    assert data["data"]["neurons"] == data["data"]["held_out"] == []
    full = json.loads(press.text("explorer/small.js").removeprefix("window.lstmgallery = ").rstrip(";\n"))
    assert data["data"]["weights"] == full["data"]["weights"]
    assert data["data"]["counts"] == full["data"]["counts"]


def test_write_ups_of_one_gallery_are_listed_below_the_first_screen(typeset: Typeset) -> None:
    page = typeset(some=writeup("x\n", title="Some")).page("index.html")
    assert [each.one("b").text for each in page.one("ol", class_="reading").all("li")] == ["Some"]
