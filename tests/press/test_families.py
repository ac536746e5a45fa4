"""Variants of networks, and the pages that compare them."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lstmgallery.desk.findings import findings_of
from lstmgallery.desk.results import Results, read_results
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.network import Network
from lstmgallery.press.figures.drawing import Studio
from lstmgallery.press.figures.frontiers import plot_frontiers
from lstmgallery.press.figures.table import tabulate_trained
from lstmgallery.press.figures.trained import Trained, read_trained
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.searches import Trial, read_search, write_search
from tests.conftest import Gallery, search_record, write_small_content
from tests.press.conftest import BASE_URL, Press, figure, writeup

COMPARISON = figure("far", "kind: frontiers\nnetworks: [small, other]") + figure(
    "both", "neurons: [small 1, other 2]\nkind: strip\nsignals: [memory]\nsequences: [aXb]"
)


def write_variant(folder: Path, *, of: str = "small", longest: int = 3) -> Path:
    """Write content with the small network and a variant of it, `other`; return the variant's file."""
    write_small_content(folder, "small", "other")
    file = folder / "networks" / "other.md"
    text = file.read_text(encoding="utf-8").replace("title: Small\n", f"title: GRU of ours\nvariant_of: {of}\n")
    file.write_text(text.replace("longest: 3", f"longest: {longest}"), encoding="utf-8")
    return file


def problem_of(content: Path) -> Problem:
    """Return the only mistake in a content folder."""
    with pytest.raises(GalleryError) as raised:
        read_content(content)
    (problem,) = raised.value.problems
    return problem


@pytest.fixture(scope="module")
def family(small_gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Press:
    """The small network, a variant of it with the same results, and a page that compares the two."""
    folder = tmp_path_factory.mktemp("family")
    write_variant(folder)
    with (folder / "site.yaml").open("a", encoding="utf-8") as site:
        site.write(f"base_url: {BASE_URL}\n")
    for path, body in (("comparisons/one.md", COMPARISON), ("writeups/one.md", "[Here](../comparisons/one.md#far).\n")):
        (folder / path).parent.mkdir()
        (folder / path).write_text(writeup(body, title=path.partition("/")[0].capitalize()), encoding="utf-8")
    content = read_content(folder)
    build = tmp_path_factory.mktemp("results") / "build"
    shutil.copytree(small_gallery.project.build, build)
    (entry,) = (each for each in content.networks if each.network.name == "small")
    results = read_results(entry.network, build / "small", with_seeds=False)
    every = [replace(results, network=each.network) for each in content.networks]
    return Press(content, every, {})


def test_a_variant_is_listed_with_the_network_that_it_varies(family: Press) -> None:
    index = family.page("index.html")
    (entry,) = index.all("article", class_="entry")
    assert entry.one("h3").text == "Small"
    links = {link["href"]: link.text for link in entry.one("p", class_="variants").all("a")}
    assert links == {"networks/other/index.html": "GRU of ours", "comparisons/one.html": "Comparisons"}
    explorers = family.page("explorers.html")
    assert [heading.text for heading in explorers.all("h2")] == ["Small"]
    assert [a.text for a in explorers.all("a", href="explorer/other.html")] == ["GRU of ours"]


def test_a_variant_has_all_pages_of_its_own(family: Press) -> None:
    page = family.page("networks/other/index.html")
    said = page.one("p", class_="related").text
    assert said == "A variant of the small. Compared in Comparisons."
    assert "Builds do not train variants under other seeds." in page.text
    assert "except the other seeds" not in page.text
    assert {f"networks/other/layer-1/neuron-{neuron}.html" for neuron in range(1, 7)} <= set(family.plan)
    assert "Variants: GRU of ours." in family.page("networks/small/index.html").one("p", class_="related").text


def test_a_comparison_stands_beside_the_write_ups(family: Press) -> None:
    page = family.page("comparisons/one.html")
    assert page.one("h1").text == "Comparisons"
    assert page.one("p", class_="crumb").one("a")["href"] == "../index.html#networks"
    assert {"comparisons/one/far.csv", "comparisons/one/far.html", "comparisons/one/far.svg"} <= set(family.plan)
    assert "../comparisons/one.html#far" in family.text("writeups/one.html")
    listed = family.page("index.html").one("ol", class_="reading").text
    assert "Writeups" in listed
    assert "Comparisons" not in listed
    assert "comparisons/" not in family.text("feed.xml")
    assert f"{BASE_URL}comparisons/one.html" in family.text("sitemap.xml")
    assert family.page("search.html").one("h2", id="comparisons")
    assert '"kind":"Comparison"' in family.text("assets/search-index.js")


def test_a_strip_of_several_networks_names_them(family: Press) -> None:
    titles = [each.text for each in family.page("comparisons/one.html").all("p", class_="part-title")]
    assert [title for title in titles if "neuron" in title] == ["Small, neuron 1", "GRU of ours, neuron 2"]


@pytest.mark.parametrize(
    ("of", "longest", "message", "hint"),
    [
        ("smal", 3, "variant_of: expected the name of another network, found 'smal'", "did you mean 'small'?"),
        ("other", 3, "variant_of: expected the name of another network, found 'other'", "valid here: small"),
        (
            "small",
            4,
            "variant_of: expected a network of the same task, found 'small'",
            "give both the same task, with the same parameters",
        ),
    ],
)
def test_a_variant_of_no_such_network_is_a_mistake(
    tmp_path: Path, of: str, longest: int, message: str, hint: str
) -> None:
    write_variant(tmp_path, of=of, longest=longest)
    problem = problem_of(tmp_path)
    assert (problem.message, problem.hint, problem.line, problem.column) == (message, hint, 3, 13)


def test_seeds_of_a_variant_cannot_be_asked_for(tmp_path: Path) -> None:
    write_variant(tmp_path)
    (tmp_path / "writeups").mkdir()
    text = "It is {other | median over seeds of first failure}.\n"
    (tmp_path / "writeups" / "one.md").write_text(writeup(text), encoding="utf-8")
    problem = problem_of(tmp_path)
    assert problem.message == "expected a network that builds train under other seeds, found other"


def seeds_of(failures: list[float], *, learned: int) -> pd.DataFrame:
    """Return invented seeds: their first failures, the first `learned` of them trained, and scores from 0.9 on."""
    numbers = range(len(failures))
    rows = [(at + 1, at < learned, 100.0 * (at + 1), 0.9 + at / 20, failures[at]) for at in numbers]
    return pd.DataFrame(rows, columns=["seed", "learned", "steps", "counter_r2", "first_failure"])


def invented(network: Network, seeds: pd.DataFrame, own: float) -> Trained:
    return Trained(network, "LSTM", True, 50.0, {"first_failure": own, "counter_r2": 0.99}, seeds, "")


def test_the_table_has_what_the_seeds_have(family: Press) -> None:
    network = family.results[0].network
    findings = [each for each in findings_of(network) if each.key == "counter_r2"]
    rows = [invented(network, seeds_of([12, 7, 30], learned=2), 11), invented(network, seeds_of([], learned=0), 101)]
    table = tabulate_trained(rows, findings)
    assert table.rows[0] == ("LSTM", "3", "2 of 3", "200", "7", "12", "30", "2 of 3", "0.950")
    assert table.rows[1] == ("LSTM", "1", "1 of 1", "50", *("none up to 100",) * 3, "1 of 1", "0.990")
    assert len(table.heads) == 9


def test_frontiers_have_a_dot_for_each_seed_and_a_ring_for_the_network(family: Press) -> None:
    network = family.results[0].network
    rows = [invented(network, seeds_of([12, 7, 30], learned=2), 11), invented(network, seeds_of([], learned=0), 20)]
    plot = plot_frontiers(rows)
    dots, bar, ring, none, alone = plot.series
    scale = (ring.points[0].x - plot.left) / 11
    assert [round((point.x - plot.left) / scale) for point in dots.points] == [7, 12, 30]
    assert {round((point.x - plot.left) / scale) for point in bar.points} == {12}
    assert none.points == ()
    assert round((alone.points[0].x - plot.left) / scale) == 20
    assert [tick.label for tick in plot.y_ticks] == ["LSTM", "LSTM (no seeds)"]
    assert plot.bands[0].x + plot.bands[0].width == pytest.approx(plot.left + 3 * scale, abs=1)


def recorded(results: Results, measures: tuple[str, ...], **changes: object) -> list[Trained]:
    """Return the network of some results beside no other, with a record of these measures."""
    network = results.network
    values = tuple(0.5 + at for at in range(len(measures)))
    trials = [Trial(recipe=1, seed=at, steps=300, is_met=at > 1, values=values, first_right=80) for at in (1, 2)]
    given = {"recipes": ({"units": 9}, {"units": network.units}), "best": measures[0], "conditions": ()}
    search = search_record(network, measures=measures, trials=tuple(trials), **{**given, **changes})
    return read_trained(Studio({network.name: results}, {}, {}, {network.name: search}), [network])


def test_seeds_come_from_the_record_of_the_network_s_own_recipe(family: Press) -> None:
    (found,) = recorded(
        family.by_name["small"], ("x best(remaining of cell): r2 of cell with remaining", "x: first failure")
    )
    assert found.source == "recorded on 2026-01-02"
    assert found.seeds.to_dict("list") == {
        "seed": [1, 2],
        "learned": [False, True],
        "steps": [80, 80],
        "counter_r2": [0.5, 0.5],
        "first_failure": [1.5, 1.5],
    }


@pytest.mark.parametrize(
    ("measures", "recipes"),
    [
        (("x: first failure",), ({"units": 9}, {"units": 6})),
        (("x best(remaining of cell): r2 of cell with remaining", "x: first failure"), ({"units": 9}, {"units": 5})),
    ],
)
def test_another_record_is_none_of_its_seeds(
    family: Press, measures: tuple[str, ...], recipes: tuple[dict[str, int], ...]
) -> None:
    (found,) = recorded(family.by_name["small"], measures, recipes=recipes)
    assert found.source == ""
    assert found.seeds.empty
    assert np.isfinite(float(found.own["counter_r2"] or np.nan))


def test_a_record_keeps_when_everything_was_first_right(family: Press, tmp_path: Path) -> None:
    network = family.results[0].network
    known, unknown = (
        Trial(recipe=0, seed=seed, steps=200, is_met=True, values=(1.0, 2.0), first_right=first)
        for seed, first in ((1, 60), (2, None))
    )
    search = search_record(network, trials=(known, unknown))
    write_search(tmp_path / "one.search.json", search)
    assert read_search(tmp_path / "one.search.json") == search
    assert (tmp_path / "one.search.json").read_text(encoding="utf-8").count("first_right") == 1
