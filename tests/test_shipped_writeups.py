"""The shipped articles: their claims hold, and their numbers are measured, not typed."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from lstmgallery.desk.baselines import BASELINES
from lstmgallery.desk.experiments.frontier import FURTHEST
from lstmgallery.desk.roles import ROLE
from lstmgallery.press.addresses import network_fragments, network_path
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.search import rank
from lstmgallery.searches import Trial
from lstmgallery.verify import Verified
from tests.conftest import ROOT, Gallery
from tests.press.conftest import Element, parse_html

CONTENT = read_content(ROOT / "content")
SLUGS = [writeup.front.slug for writeup in CONTENT.writeups]
FILES = {each.name: (ROOT / "content" / each.file).read_text(encoding="utf-8") for each in CONTENT.articles}

GAMES = ("which-one-did-it-write",)  # without claims

# Digits in prose that no build can measure: what they are, as they are written.
TYPED = {
    "18 and failed at 19": "how far the network of the post went, as the post says",
    "from 0 to 1": "the range of a gate, by its equation",
    "−1 or +1": "the ends of a hidden state, by its equation",
    "−1 to 1": "the range of a tanh, by its equation",
    "−1 and 1": "the ends of that range",
    "1, 2, 3": "an enumeration",
    "temperature 0.6": "a setting of the network that writes",
    "temperature 0.5": "a setting of the network that writes",
    "temperature below 1": "a setting of the network that writes",
    "layer 2": "a layer number",
    "Layer 1": "a layer number",
    "R²": "the name of a score",
}
YEAR = re.compile(r"\b(?:[A-Z]\w+(?: and (?:\w+))?|others) (?:19|20)\d\d\b")  # of a paper, behind its authors
NUMBER_WORDS = re.compile(r"\b(?:per ?cent|percent(?:age)?s?)\b", re.IGNORECASE)


def prose(text: str) -> str:
    """Return a write-up's own words: no front matter, blocks, code, quotes or addresses of links."""
    body = text.split("\n---\n", 1)[1]
    blocks = re.findall(r"^```(?:figure|claim)\n(.*?)^```", body, flags=re.MULTILINE | re.DOTALL)
    words = [value for block in blocks for value in re.findall(r"^(?:caption|says): (.*)", block, flags=re.MULTILINE)]
    body = re.sub(r"^```.*?^```", "", body, flags=re.MULTILINE | re.DOTALL)
    whole = "\n".join([body, *words])
    whole = re.sub(r"`[^`]*`", "", whole)
    whole = re.sub(r"\{[^{}]*\}", "", whole)
    whole = re.sub(r"\]\([^)]*\)", "]", whole)
    for typed in TYPED:
        whole = whole.replace(typed, "")
    return YEAR.sub("", whole)


@pytest.fixture(scope="module")
def pages(gallery: Gallery) -> dict[str, Element]:
    """The articles' pages by their slugs."""
    site = gallery.project.site
    return {slug: parse_html((site / "writeups" / f"{slug}.html").read_text(encoding="utf-8")) for slug in SLUGS}


def test_the_articles_are_all_there_in_their_order() -> None:
    assert SLUGS == [
        "counting",
        "count-von-count",
        "remembering-state",
        "copying",
        "states-and-gates",
        "how-we-know",
        "discover-it-yourself",
        "recap",
        "reading-tweets",
        "which-one-did-it-write",
        "reading-code",
        "reading-names",
    ]


def about_networks(gallery: Gallery) -> list[Verified]:
    """The claims about the networks shown; a build with `--strict` holds those about seeds to a sweep."""
    return [each for each in gallery.summary.claims if each.claim.question.over is None]


def test_every_claim_about_a_network_holds(gallery: Gallery) -> None:
    wrong = [str(each.problem) for each in about_networks(gallery) if each.verdict != "holds"]
    assert wrong == []
    assert len(about_networks(gallery)) >= 40


def test_every_claim_about_seeds_is_left_out_where_they_are(gallery: Gallery) -> None:
    of_seeds = [each for each in gallery.summary.claims if each not in about_networks(gallery)]
    assert len(of_seeds) >= 5
    assert {each.verdict for each in of_seeds} == {"unmeasured"}
    assert all(each.is_left_out for each in of_seeds)


def test_every_article_claims_something_that_can_be_checked(pages: dict[str, Element]) -> None:
    for slug, page in pages.items():
        verdicts = [aside["data-verdict"] for aside in page.all("aside") if "data-claim" in aside.attributes]
        assert set(verdicts) <= {"holds", "unmeasured"}, slug
        assert verdicts.count("holds") >= 2 or slug in GAMES, slug


def test_a_claim_says_in_how_many_of_the_networks_searched_it_holds(
    gallery: Gallery, pages: dict[str, Element]
) -> None:
    searches = {entry.network.name: entry.chosen for entry in CONTENT.networks}
    counted = 0
    for each in about_networks(gallery):
        if each.writeup not in pages:  # a comparison
            continue
        search = searches[each.claim.question.subject.network.name]
        text = pages[each.writeup].one("aside", data_claim=each.claim.id).one("p", class_="evidence").text
        if search is None or each.claim.question.key not in search.measures:
            continue
        at = search.measures.index(each.claim.question.key)
        values = [trial.values[at] for trial in search.trials if trial.is_met]
        holding = sum(value is not None and each.claim.expectation.is_met(value) for value in values)
        assert f"It holds in {holding} of the {len(search.trials)} networks searched." in " ".join(text.split())
        counted += 1
    assert counted >= 30


def test_the_network_shown_is_the_best_of_its_search() -> None:
    for entry in CONTENT.networks:
        if entry.chosen is None:  # a variant has the seed of the network that it varies; code was trained once
            assert entry.network.variant_of is not None or entry.network.task.text is not None
            continue
        assert rank(entry.chosen)[0].seed == entry.network.seed


def test_what_reading_names_says_of_roles_beside_its_claims_is_so(gallery: Gallery) -> None:
    roles = pd.read_parquet(gallery.project.build / "unicode-names" / "roles.parquet")
    of_scripts = {f"in_{script}=yes" for script in ("arabic", "canadian", "greek", "latin", "mathematical")}
    assert set(roles.loc[roles["standing"] == ROLE, "feature"]) <= of_scripts
    best = roles.sort_values("score").drop_duplicates("feature", keep="last").set_index("feature")
    assert best.loc["after_with=yes", "standing"] == "baseline"
    assert best.loc["after_with=yes", list(BASELINES)].astype(float).idxmax() == "by_step"
    assert best.loc["in_yi=yes", "standing"] == "untrained"


def test_the_verdicts_are_left_for_scripts(gallery: Gallery) -> None:
    kept = json.loads((gallery.project.build / "claims.json").read_text(encoding="utf-8"))
    assert [(each["writeup"], each["id"]) for each in kept] == [
        (writeup.name, claim.id) for writeup in CONTENT.articles for claim in writeup.claims
    ]
    measured = [each for each in kept if "seeds" not in each["measure"]]
    assert {each["verdict"] for each in measured} == {"holds"}
    assert all(each["n"] > 0 and each["value"] is not None for each in measured)


@pytest.mark.parametrize("slug", FILES)
def test_no_number_that_could_be_measured_is_typed_by_hand(slug: str) -> None:
    left = prose(FILES[slug])
    assert re.findall(r".{0,30}\d.{0,20}", left) == []
    assert NUMBER_WORDS.findall(left.replace("a tenth of a percent of each other", "")) == []  # in the post
    assert "%" not in left


def test_numbers_typed_by_hand_would_be_found() -> None:
    text = "\n---\nIt is {claim a} right, or 99.5 % (see [this](a-1.md)), as Gers and others 2000 say, `x = 3`.\n"
    assert re.findall(r"\d+\.?\d*", prose("---" + text)) == ["99.5"]


def test_what_may_be_typed_by_hand_is_typed_somewhere() -> None:
    everything = "".join(FILES.values())
    assert [typed for typed in TYPED if typed not in everything] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_an_article_has_figures_with_a_text_alternative_and_claims(slug: str) -> None:
    (writeup,) = [each for each in CONTENT.writeups if each.front.slug == slug]
    assert writeup.figures
    assert writeup.claims or slug in GAMES
    assert 1 <= writeup.minutes <= 20
    for figure in writeup.figures:
        assert len(figure.alt) > 40, figure.id
        assert figure.alt != figure.caption


def test_the_articles_use_every_kind_of_figure() -> None:
    used = {part.kind for writeup in CONTENT.writeups for figure in writeup.figures for part in figure.block.blocks}
    used |= {figure.block.kind for writeup in CONTENT.writeups for figure in writeup.figures}
    assert used >= {"strip", "overview", "line", "values", "frontier", "dose-response", "saturation", "comparison"}
    assert used >= {"cell", "generated", "together", "seeds", "search", "frontiers", "table"}


def records_of(task: str) -> dict[str, tuple[Trial, ...]]:
    """The recorded seeds of a network and of its variants, by their cell; first failures are their first values."""
    return {
        entry.network.cell: entry.search.trials
        for entry in CONTENT.networks
        if entry.search is not None
        and task in (entry.network.name, entry.network.variant_of)
        and entry.search.recipes == ({},)
    }


def test_what_is_said_of_the_seeds_that_keep_a_letter_is_in_their_records() -> None:
    records = records_of("state-memorizer")
    failures = {cell: [trial.values[0] or 0.0 for trial in records[cell]] for cell in ("lstm", "gru", "rnn")}
    never = {cell: sum(value > FURTHEST for value in found) for cell, found in failures.items()}
    assert all(trial.is_met for trials in records.values() for trial in trials)
    assert 8 < never["rnn"] <= 16
    assert never["rnn"] > never["gru"] > never["lstm"]
    assert never["gru"] < 8


def test_what_is_said_of_the_seeds_of_other_cells_is_in_their_records() -> None:
    records = records_of("counter")
    assert {len(trials) for trials in records.values()} == {16}
    assert len(records) == 6
    assert all(trial.is_met for trials in records.values() for trial in trials)
    failures = {cell: [trial.values[0] or 0.0 for trial in trials] for cell, trials in records.items()}
    straight = {cell: sum((trial.values[1] or 0.0) >= 0.95 for trial in trials) for cell, trials in records.items()}
    confined = {"coupled", "gru", "gru_reset_first", "rnn"}
    assert straight["lstm"] == 16
    assert 8 < straight["peephole"] < 16
    assert sum(straight[cell] for cell in confined) <= 2
    assert max(value for cell in confined for value in failures[cell]) <= 13
    assert sum(value > FURTHEST for value in failures["peephole"]) == 1
    assert max(failures["lstm"]) <= FURTHEST


def test_what_is_said_of_recipes_is_in_their_record() -> None:
    (search,) = [entry.search for entry in CONTENT.networks if entry.network.name == "counter-peephole-far"]
    assert search is not None
    keys = ("training.steps", "training.learning_rate", "training.weight_noise", "units")
    recipes = {tuple(recipe[key] for key in keys): at for at, recipe in enumerate(search.recipes)}
    assert len(recipes) == 16
    failures = {
        recipe: [value or 0.0 for value in search.values_of(search.best, recipe=at)] for recipe, at in recipes.items()
    }
    assert {len(search.of_recipe(at)) for at in recipes.values()} == {16}
    far = {recipe: sum(value > FURTHEST for value in found) for recipe, found in failures.items()}
    assert far[3_000, 0.003, 0.05, 10] > 8  # most
    assert far[3_000, 0.003, 0, 10] == 0
    for steps, rate, noise, units in recipes:
        middle = float(np.median(failures[steps, rate, noise, units]))
        if noise:
            assert far[steps, rate, noise, units] >= far[steps, rate, 0, units]
        if noise and steps == 3_000:
            assert middle > float(np.median(failures[steps, rate, 0, units]))
            assert middle > float(np.median(failures[20_000, rate, noise, units]))
    assert min(min(found) for (_, _, _, units), found in failures.items() if units == 2) <= 12  # not each gets far


def test_every_network_s_page_has_the_fragments_that_can_be_linked_to(gallery: Gallery) -> None:
    for entry in CONTENT.networks:
        path = gallery.project.site / network_path(entry.network.name)
        page = parse_html(path.read_text(encoding="utf-8"))
        ids = {element["id"] for element in page.elements if "id" in element.attributes}
        assert network_fragments(entry.network) <= ids, entry.network.name


def test_each_neuron_that_an_article_draws_links_back_to_it(gallery: Gallery, pages: dict[str, Element]) -> None:
    site = gallery.project.site
    for slug, page in pages.items():
        links = {link["href"] for link in page.one("div", class_="flow").all("a") if "/neuron-" in link["href"]}
        named = {link["href"] for title in page.all("p", class_="part-title") for link in title.all("a")}
        for link in links & named:
            neuron = parse_html((site / "writeups" / link).resolve().read_text(encoding="utf-8"))
            (mentions,) = neuron.all("ul", class_="mentions")
            assert f"../../../writeups/{slug}.html" in [each["href"] for each in mentions.all("a")]
