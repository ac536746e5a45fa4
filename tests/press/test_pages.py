"""The pages of the built gallery: small, self-contained, without scripts or styles inside, and true to the files."""

import functools
import gzip
import posixpath
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from selectolax.lexbor import LexborHTMLParser

from lstmgallery.build import load
from lstmgallery.checking import check_tree
from lstmgallery.desk.results import read_results
from lstmgallery.exchange import MANIFEST, MARKER
from lstmgallery.kept import FILE, Kept, Under
from lstmgallery.ondemand import OnDemand
from lstmgallery.press.addresses import neuron_path
from lstmgallery.press.manuscript.content import Content, read_content
from lstmgallery.press.marks.text import number, percent, scientific, thousands
from lstmgallery.press.pages.plan import plan_site
from lstmgallery.unchanged import program_hash
from tests.conftest import Gallery, files_of, is_sampled, record
from tests.strips import read_strips

LARGEST_BYTES = 50_000  # of a neuron page with all its assets, compressed


class Page(HTMLParser):
    """The tags of one page in order, its visible text and the text of each kind of tag."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag][-1] += data

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts["html"]).split())


@pytest.fixture(scope="module")
def pages(gallery: Gallery) -> dict[str, Page]:
    """Every page of the gallery by its path, but of many neurons only some."""
    site = gallery.project.site
    paths = [path for path in page_paths(site) if is_sampled(path)]
    return {path: Page((site / path).read_text(encoding="utf-8")) for path in paths}


def page_paths(site: Path) -> list[str]:
    return [file.relative_to(site).as_posix() for file in sorted(site.rglob("*.html"))]


@pytest.fixture(scope="module")
def content(gallery: Gallery) -> Content:
    return read_content(gallery.project.content)


def neuron_pages(pages: dict[str, Page]) -> dict[tuple[str, int, int], tuple[str, Page]]:
    found = {}
    for path, page in pages.items():
        if match := re.fullmatch(r"networks/([a-z-]+)/layer-(\d+)/neuron-(\d+)\.html", path):
            found[match[1], int(match[2]), int(match[3])] = path, page
    return found


def links_of(page: Page) -> Iterator[tuple[str, str]]:
    for tag, attributes in page.tags:
        for name in ("href", "src"):
            if (value := attributes.get(name)) is not None:
                yield tag, value


def test_a_neuron_page_with_all_its_assets_is_small(gallery: Gallery, pages: dict[str, Page]) -> None:
    site = gallery.project.site
    packed = functools.cache(lambda path: len(gzip.compress((site / path).read_bytes(), 6)))
    for path, page in (entry for entry in neuron_pages(pages).values()):
        assets = {
            posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
            for tag, link in links_of(page)
            if tag != "a"
        }
        assert {"assets/style.css", "assets/palette.css", "assets/strip.js"} <= assets
        assert packed(path) + sum(map(packed, assets)) < LARGEST_BYTES, path


def test_no_page_has_a_script_or_a_style_inside(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert "style" not in page.texts, path
        assert "".join(page.texts.get("script", [])).strip() == "", path
        for _, attributes in page.tags:
            assert "style" not in attributes, path
            assert [name for name in attributes if name.startswith("on")] == [], path


def test_every_page_forbids_what_is_not_its_own(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        (policy,) = [dict(a)["content"] for tag, a in page.tags if tag == "meta" and "http-equiv" in a]
        assert policy is not None
        assert policy.startswith("default-src 'none'; "), path
        assert "unsafe" not in policy


def test_every_link_is_relative_and_to_a_file(gallery: Gallery, pages: dict[str, Page]) -> None:
    site = gallery.project.site
    for path, page in pages.items():
        for tag, link in links_of(page):
            if tag == "a" and path.startswith(("writeups/", "networks/")) and link.startswith("https://"):
                continue  # an author's, to another site
            file, _, fragment = link.partition("#")
            assert not re.match(r"[a-z]+:|/", link), (path, link)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
            assert (site / target).is_file(), (path, link)
            if "=" in fragment:  # the state of an explorer, which its script reads
                assert target.startswith("explorer/"), (path, link)
            elif fragment and target in pages:
                assert fragment in [attributes.get("id") for _, attributes in pages[target].tags], (path, link)


def test_the_whole_site_is_found_sound(gallery: Gallery) -> None:
    assert check_tree(gallery.project.site).pages == gallery.summary.pages


def test_every_page_can_be_reached_from_the_index(gallery: Gallery) -> None:
    site = gallery.project.site
    pages = page_paths(site)
    seen, waiting = set(), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.endswith(".html"):
            continue
        seen.add(path)
        for node in LexborHTMLParser((site / path).read_bytes()).css("a[href]"):
            if file := (node.attributes["href"] or "").partition("#")[0]:
                waiting.append(posixpath.normpath(posixpath.join(posixpath.dirname(path), file)))
        waiting = [each for each in waiting if not re.match("[a-z]+:", each)]
    for_other_pages = {path for path in pages if re.fullmatch(r"(?:writeups|comparisons)/[a-z-]+/[a-z-]+\.html", path)}
    assert set(pages) - seen == {"404.html", *for_other_pages}


def test_every_page_has_a_title_of_its_own_one_heading_and_a_language(pages: dict[str, Page]) -> None:
    titles = [page.texts["title"][0] for page in pages.values()]
    assert all(titles)
    networks = {path: page.texts["title"][0] for path, page in pages.items() if path.endswith("index.html")}
    assert len(set(networks.values())) == len(networks)
    for path, page in pages.items():
        assert len(page.texts["h1"]) == 1, path
        assert page.tags[0] == ("html", {"lang": "en"}), path


def test_the_residual_stands_on_every_neuron_page(gallery: Gallery, pages: dict[str, Page]) -> None:
    for (name, layer, neuron), (path, page) in neuron_pages(pages).items():
        table = pd.read_parquet(gallery.project.build / name / "equations.parquet")
        own = table[(table["layer"] == layer) & (table["neuron"] == neuron)]
        worst = own.loc[(own["residual"] / own["tolerance"]).idxmax()]
        assert 0 < worst["residual"] < worst["tolerance"]
        assert scientific(worst["residual"]) in page.texts["dt"], path
        places = {
            f"sequence {row.sequence}, step {row.step}"
            for row in own[own["residual"] == worst["residual"]].itertuples()
        }
        (sentence,) = [text for text in page.texts["dd"] if text.startswith("largest error of any of its signals")]
        said, _, _ = sentence.partition("; up to")  # what is allowed for large values
        assert any(said.endswith(place) for place in places), path


def test_the_residual_stands_on_every_network_page_and_among_the_checks(
    gallery: Gallery, pages: dict[str, Page]
) -> None:
    checks = pages["how-to-read.html"].texts["td"]
    for name in ("counter", "selective-counter", "state-memorizer", "copy-machine"):
        folder = gallery.project.build / name
        largest = scientific(pd.read_parquet(folder / "equations.parquet")["residual"].max())
        assert largest in pages[f"networks/{name}/index.html"].texts["dt"]
        assert largest in checks
        rows = len(pd.read_parquet(folder / "activations.parquet", columns=["layer"]))
        assert thousands(rows * (6 + 2)) in checks  # six signals from the weights, two from their neighbours


def test_the_facts_of_a_neuron_are_those_of_its_held_out_steps(gallery: Gallery, pages: dict[str, Page]) -> None:
    for name, layer, neuron in (("counter", 1, 4), ("copy-machine", 2, 17), ("selective-counter", 1, 8)):
        folder = gallery.project.build / name
        own = pd.read_parquet(
            folder / "activations.parquet", filters=[("layer", "==", layer), ("neuron", "==", neuron)]
        )
        steps = pd.read_parquet(folder / "steps.parquet")
        held = own[steps["split"].to_numpy() == "held_out"].astype({"cell": float, "input_gate": float})
        _, page = neuron_pages(pages)[name, layer, neuron]
        cells = page.texts["td"]
        for value in (held["cell"].min(), held["cell"].mean(), held["cell"].max(), held["input_gate"].mean()):
            assert number(value) in cells
        gate = held["input_gate"]
        assert percent((gate > 0.9).mean()) in cells
        assert percent((gate < 0.1).mean()) in cells
        done = pd.read_parquet(folder / "interventions.parquet")
        own_done = done[(done["layer"] == layer) & (done["neuron"] == neuron)]
        zero = own_done[(own_done["intervention"] == "zero") & (own_done["measure"] == "right")].iloc[0]
        assert f"{percent(zero['baseline'])} → {percent(zero['value'])}" in page.texts["dt"]


def test_the_shades_of_a_strip_are_those_of_its_values(gallery: Gallery) -> None:
    page = gallery.project.site / "networks/counter/layer-1/neuron-3.html"
    strips = read_strips(page.read_text(encoding="utf-8"))
    assert len(strips) >= 3
    for strip in strips:
        for signal, values in strip.values.items():
            numbers = np.array([float(value.replace("\N{MINUS SIGN}", "-")) for value in values])
            levels = np.array([int(shade.split()[0][1:]) for shade in strip.shades[signal]])
            if signal == "cell":
                order = np.argsort(numbers, kind="stable")
                assert (np.diff(levels[order]) >= 0).all()
                continue
            exact = numbers * 20 if signal.endswith("gate") else (numbers + 1) * 20
            assert np.abs(levels - exact).max() <= 0.52


def test_a_network_page_says_what_was_trained(gallery: Gallery, pages: dict[str, Page]) -> None:
    for name in ("counter", "selective-counter", "state-memorizer", "copy-machine"):
        folder = gallery.project.build / name
        curve = pd.read_parquet(folder / "training.parquet")
        steps = pd.read_parquet(folder / "steps.parquet").query("split == 'held_out'")
        page = pages[f"networks/{name}/index.html"]
        assert f"Result after {thousands(int(curve['step'].iloc[-1]))} steps" in page.text
        assert number(steps["loss"].mean()) in page.texts["dt"]
        assert f"{thousands(steps['sequence'].nunique())} sequences" in page.text
        assert percent(1.0) in page.texts["dt"]


def test_the_neurons_of_a_network_form_one_path(pages: dict[str, Page], content: Content) -> None:
    paths = {
        network.name: [neuron_path(network.name, *place) for place in network.places]
        for network in (entry.network for entry in content.networks)
    }
    for (name, _, _), (path, page) in neuron_pages(pages).items():
        following = [a["href"] for tag, a in page.tags if tag == "a" and a.get("rel") == "next"]
        at = paths[name].index(path)
        expected = paths[name][at + 1 : at + 2]
        assert [
            posixpath.normpath(posixpath.join(posixpath.dirname(path), str(link))) for link in following
        ] == expected


def test_a_page_is_as_large_in_a_small_site_as_in_a_large_one(gallery: Gallery, content: Content) -> None:
    entries = {entry.network.name: entry.network for entry in content.networks}
    by_name = OnDemand(
        entries, lambda name: read_results(entries[name], gallery.project.build / name, with_seeds=False)
    )
    whole = plan_site(Content(content.site, content.networks), by_name, {})  # no write-up mentions a neuron
    alone = tuple(each for each in content.networks if each.network.name == "copy-machine")  # without variants
    small = plan_site(Content(content.site, alone), by_name, {})
    own = [path for path in small if path.startswith("networks/copy-machine/")]
    assert len(own) == 41
    assert [path for path in own if small[path]() != whole[path]()] == []


def test_rendering_again_gives_the_same_bytes(gallery: Gallery, content: Content) -> None:
    project = gallery.project
    with Kept(project.build / FILE) as kept:
        kept_answers = Under(kept.take, program_hash())

        def keep(inputs: Any, make: Callable[[], Any]) -> Any:
            return kept_answers(inputs, make) if inputs[0] == "answers" else make()

        plan = load(project, content, record(), keep=keep).plan
    published = {path: data for path, data in files_of(project.site).items() if path not in (MARKER, MANIFEST)}
    assert plan.keys() == published.keys()
    assert [path for path in plan if is_sampled(path) and plan[path]() != published[path]] == []


def test_the_site_names_no_folder_of_the_machine_that_built_it(gallery: Gallery) -> None:
    folder = str(Path(gallery.project.site).parent).encode()
    assert [path for path, content in files_of(gallery.project.site).items() if folder in content] == []
