"""Everything around the text: verdicts, mentions, reading order, feed and sitemap, ways to cite."""

import re
from html import unescape

import pandas as pd
import pytest

from lstmgallery.desk.claims import Answer
from lstmgallery.desk.measures.measurement import Measurement, ValueKind
from lstmgallery.press.pages.articles import data_words, summarise, value_words
from tests.press.conftest import BASE_URL, BLOCKS, CLAIMS, Element, Press, Typeset, figure, parse_xml, writeup

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PAGE = "writeups/everything.html"
VERDICTS = {"it-holds": "holds", "it-fails": "fails", "nothing-there": "unmeasured"}
LABELS = {"holds": "Holds", "fails": "Fails", "unmeasured": "Could not be measured"}
WITHOUT_TRAINING = "Holds, but not because of training"
NONE_MEETS = [-0.5] * 40  # it-holds expects at least 0


@pytest.fixture(scope="module")
def page(press: Press) -> Element:
    """The article with every kind of figure and every verdict, met by no untrained network."""
    return press.with_untrained(NONE_MEETS).page(PAGE)


@pytest.fixture(scope="module")
def unknown(typeset: Typeset) -> Press:
    """The same gallery without a configured address."""
    return typeset(everything=writeup(figure("strip", BLOCKS["strip"]) + CLAIMS))


def evidence(press: Press, claim: str) -> str:
    """Return the line of evidence below a claim."""
    return press.page(PAGE).one("aside", data_claim=claim).one("p", class_="evidence").text


@pytest.mark.parametrize("claim", [*VERDICTS])
def test_a_claim_carries_its_verdict_for_people_and_for_scripts(page: Element, claim: str) -> None:
    shown = page.one("aside", data_claim=claim)
    verdict = VERDICTS[claim]
    assert shown["data-verdict"] == verdict
    assert shown["id"] == claim
    assert f"is-{verdict}" in shown["class"].split()
    assert shown.one("b", class_="verdict").text == LABELS[verdict]


def test_a_failing_claim_states_value_threshold_and_n(press: Press) -> None:
    n = press.answers["small: share of abs(cell) < 1000"].measurement.n
    assert evidence(press, "it-fails").startswith(
        f"Small, share of abs(cell) < 1000: 100 %; expected above 100 %. Measured on {n:,} steps of"
    )


def test_a_claim_that_could_not_be_measured_says_why(press: Press) -> None:
    assert "no measured step satisfies step > 50; expected below 1." in evidence(press, "nothing-there")


def test_a_claim_that_is_a_score_is_compared_with_chance_and_with_no_training(press: Press) -> None:
    assert re.search(
        r"Untrained: [−\d.]+ to [−\d.]+, median [−\d.]+; \d+ of 40 networks meet it\. "
        r"In 99 of 100 shuffles, the best neuron stays below [\d.]+\.",
        evidence(press, "it-holds"),
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([*NONE_MEETS[:39], -0.25], "Untrained: −0.50 to −0.25, median −0.50; none of 40 networks meets it."),
        ([0.5, *NONE_MEETS[:39]], "Untrained: −0.50 to 0.50, median −0.50; 1 of 40 networks meets it."),
        ([0.5, 0.75, None], "Untrained: 0.50 to 0.75, median 0.62; 2 of 3 networks meet it."),
        ([None, None], "Untrained: could not be measured; none of 2 networks meets it."),
    ],
)
def test_a_claim_says_what_untrained_networks_reach_and_how_many_meet_it(
    press: Press, values: list[float | None], words: str
) -> None:
    assert words in evidence(press.with_untrained(values), "it-holds")


@pytest.mark.parametrize(
    ("kind", "trained", "untrained", "words"),
    [
        ("size", 12.0, (7.0, 101.0, 3.0), "3 to more than 100, median 7; 3 of 3 networks meet it."),
        ("size", 101.0, (100.0, 99.0), "99 to 100, median 99.5; 2 of 2 networks meet it."),
        ("size", 12.0, (101.0, 101.0), "more than 100; 2 of 2 networks meet it."),
        ("count", 4.0, (1.0, 101.0, 2.0), "1 to 101, median 2; 3 of 3 networks meet it."),
        ("share", 0.9, (0.25, 0.5, 0.125), "12.5 % to 50 %, median 25 %; 3 of 3 networks meet it."),
        ("number", 0.98765, (0.125, 0.125), "0.12; 2 of 2 networks meet it."),
    ],
)
def test_what_untrained_networks_reach_is_said_as_the_value_of_the_trained_one_is(
    press: Press, kind: ValueKind, trained: float, untrained: tuple[float, ...], words: str
) -> None:
    shown = evidence(press.with_answer("it-holds", Answer(Measurement(trained, 1, kind=kind), untrained)), "it-holds")
    assert shown.partition("Untrained: ")[2].startswith(words)


@pytest.mark.parametrize(
    ("untrained", "words"), [(0.25, "0.25; that is as expected."), (-0.25, "−0.25; that is not as expected.")]
)
def test_a_claim_over_seeds_has_one_value_of_untrained_networks(press: Press, untrained: float, words: str) -> None:
    answer = Answer(Measurement(0.75, 3, "seed"), (untrained,), by_seed={1: 0.75}, is_over_seeds=True)
    assert f"Untrained: {words}" in evidence(press.with_answer("it-holds", answer), "it-holds")


@pytest.mark.parametrize(("meeting", "is_without"), [(0, False), (2, False), (3, True), (40, True)])
def test_a_claim_that_untrained_networks_meet_too_does_not_hold_because_of_training(
    press: Press, meeting: int, is_without: bool
) -> None:
    page = press.with_untrained([0.5] * meeting + NONE_MEETS[meeting:]).page(PAGE)
    shown = page.one("aside", data_claim="it-holds")
    assert shown["data-verdict"] == "holds"
    assert shown.one("b", class_="verdict").text == (WITHOUT_TRAINING if is_without else "Holds")
    assert ("is-without-training" in shown["class"].split()) == is_without
    tally = "1 of 3 claims hold in this build" + ", 1 of them not because of training" * is_without
    assert page.one("p", class_="tally").text.partition(" 2 January")[0] == f"{tally},"


def test_a_claim_that_fails_is_not_said_to_hold_without_training(press: Press) -> None:
    labels = [
        press.with_untrained([5.0] * 40).page(PAGE).one("aside", data_claim=claim).one("b", class_="verdict").text
        for claim in ("it-fails", "nothing-there")
    ]
    assert labels == [LABELS["fails"], LABELS["unmeasured"]]


def test_a_neuron_that_was_chosen_is_measured_on_the_sequences_that_did_not_choose_it(press: Press) -> None:
    assert "Measured on 6 steps of 1 sequence, excluding the 2 used to choose it." in evidence(press, "it-holds")
    assert "of all 3 sequences of the language." in evidence(press, "it-fails")


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        ("small", "the score is too low"),
        ("chance", "chance does as well"),
        ("untrained", "untrained networks do about as well"),
    ],
)
def test_a_claim_about_a_neuron_without_a_role_says_so(press: Press, standing: str, words: str) -> None:
    sentence = f"By this gallery’s rules, it has no role for “the b’s still owed”: {words}."
    assert sentence in evidence(press.with_standing(standing), "it-holds")


def test_nothing_is_said_of_rules_where_a_chosen_neuron_has_its_role_or_none_was_chosen(press: Press) -> None:
    with_role = press.with_standing("role")
    assert "rules" not in evidence(with_role, "it-holds")
    assert "rules" not in evidence(press, "it-fails")


@pytest.mark.parametrize(
    ("value", "kind", "form", "words"),
    [
        (101.0, "size", "", "more than 100"),
        (101.0, "size", "0", "more than 100"),
        (100.0, "size", "", "100"),
        (7.0, "size", "", "7"),
        (101.0, "count", "", "101"),
        (0.5, "share", "", "50\u00a0%"),
        (0.5, "number", "", "0.50"),
        (0.51234, "number", "3", "0.512"),
    ],
)
def test_a_value_is_said_as_its_kind_is_read(value: float, kind: ValueKind, form: str, words: str) -> None:
    assert value_words(Answer(Measurement(value, 1, kind=kind)), form) == words


def test_values_that_are_summed_up_in_their_file_are_said_to_be() -> None:
    data = pd.DataFrame({"layer": 1, "neuron": range(3), "token": "a", "cell": 0.5})
    assert data_words(data) == ""
    many = pd.concat([data] * 4_000)
    assert data_words(many) == "12,000 values, summarised by neuron and token"
    assert len(summarise(many)) == 3


def test_a_claim_links_to_what_it_was_measured_on(press: Press, page: Element) -> None:
    for claim in VERDICTS:
        (link,) = [a for a in page.one("aside", data_claim=claim).all("a") if a.text.startswith("Data")]
        assert link["href"] == f"everything/{claim}.csv"
        assert f"writeups/{link['href']}" in press.plan
    rows = press.csv("it-fails")
    assert (rows["abs(cell)"].abs() < 1000).mean() == 1
    assert len(rows) == press.answers["small: share of abs(cell) < 1000"].measurement.n


def test_the_page_counts_and_lists_its_claims(page: Element) -> None:
    assert page.one("p", class_="tally").text.startswith("1 of 3 claims hold in this build")
    table = page.one("section", class_="claims").one("tbody")
    found = [(row.one("th").one("a")["href"], row.one("b", class_="verdict").text) for row in table.all("tr")]
    assert found == [(f"#{claim}", LABELS[verdict]) for claim, verdict in VERDICTS.items()]


def test_the_index_counts_the_claims_that_hold(press: Press) -> None:
    entries = press.page("index.html").one("ol", class_="reading").all("li")
    assert [entry.one("small").text.partition(" · ")[2] for entry in entries] == ["", "1 of 3 claims hold", ""]


@pytest.mark.parametrize(
    ("by_seed", "words"),
    [
        ({1: 0.5, 2: 0.5, 3: 0.5}, "Holds in 3 of 3 seeds."),
        ({1: 0.5, 2: -1.0}, "Holds in 1 of 2 seeds."),
        ({1: 0.5, 2: -1.0, 3: None}, "Holds in only 1 of 3 seeds: not typical."),
        ({1: -1.0, 2: -1.0}, "Holds in 0 of 2 seeds: not typical."),
        ({1: -1.0}, "Holds in 0 of 1 seed: not typical."),
    ],
)
def test_a_claim_says_in_how_many_seeds_it_holds(press: Press, by_seed: dict[int, float | None], words: str) -> None:
    swept = press.with_seeds(by_seed)
    assert words in evidence(swept, "it-holds")
    (row, *_) = swept.page(PAGE).one("section", class_="claims").one("tbody").all("tr")
    assert row.all("td")[-1].text == words.removeprefix("Holds in ").removeprefix("only ").partition(" seed")[0]


def test_a_minority_of_seeds_stands_out(press: Press) -> None:
    with_role = press.with_standing("role")
    few, most = with_role.with_seeds({1: -1.0, 2: -1.0}), with_role.with_seeds({1: 0.5, 2: 0.5})
    assert few.page(PAGE).one("aside", data_claim="it-holds").all("span", class_="minority")
    assert not most.page(PAGE).one("aside", data_claim="it-holds").all("span", class_="minority")


def test_without_a_sweep_nothing_is_said_of_seeds_but_that_they_are_unknown(typeset: Typeset) -> None:
    press = typeset(everything=writeup(f"It holds in {{seeds it-holds}}.\n\n{CLAIMS}"))
    assert "seed" not in evidence(press, "it-holds")
    text = press.page(PAGE).one("div", class_="flow").all("p")[0].text
    assert text == "It holds in an unknown number of seeds (this build skipped them)."


def test_a_write_up_without_claims_has_no_tally(press: Press) -> None:
    first = press.page("writeups/first.html")
    assert first.all("p", class_="tally") == first.all("section", class_="claims") == []


def test_the_order_of_reading_is_that_of_the_index_and_of_previous_and_next(press: Press) -> None:
    links = press.page("index.html").one("ol", class_="reading").all("a")
    paths = [link["href"] for link in links]
    assert paths == ["writeups/first.html", "writeups/everything.html", "writeups/last.html"]
    for at, path in enumerate(paths):
        onward = press.page(path).one("nav", class_="onward")
        previous, following = ([f"writeups/{a['href']}" for a in onward.all("a", rel=rel)] for rel in ("prev", "next"))
        assert previous == paths[max(at - 1, 0) : at]
        assert following == paths[at + 1 : at + 2]
        assert f"{at + 1} of 3" in press.page(path).one("p", class_="crumb").text


def test_write_ups_of_equal_order_come_by_their_slugs(typeset: Typeset) -> None:
    press = typeset(c=writeup("x\n", order=1), a=writeup("x\n", order=2), b=writeup("x\n", order=1))
    assert [*press.articles] == ["b", "c", "a"]


def test_a_neuron_s_page_lists_the_write_ups_that_mention_it(press: Press) -> None:
    best = int(press.results[0].main_ranking.iloc[0]["neuron"])
    named = {"Everything": {1, 2, 3, best}, "Last": {4}}
    for neuron in range(1, 7):
        shown = press.page(f"networks/small/layer-1/neuron-{neuron}.html")
        mentions = shown.all("ul", class_="mentions")
        found = [link.text for each in mentions for link in each.all("a")]
        assert found == [title for title, neurons in named.items() if neuron in neurons]
        assert bool(shown.all("h2", id="writeups")) == bool(found)


def test_a_mention_leads_to_the_write_up(press: Press) -> None:
    (link,) = press.page("networks/small/layer-1/neuron-4.html").one("ul", class_="mentions").all("a")
    assert (link.text, link["href"]) == ("Last", "../../../writeups/last.html")


@pytest.mark.parametrize("name", [*BLOCKS])
def test_a_figure_has_what_it_takes_to_be_read_and_cited(page: Element, name: str) -> None:
    shown = page.one("figure", id=name)
    assert page.one("p", id=shown["aria-describedby"]).text == "An alternative."
    caption = shown.one("figcaption")
    number = [*BLOCKS].index(name) + 1
    assert caption.text.startswith(f"Figure {number}. A caption.")
    assert caption.one("a", class_="number")["href"] == f"#{name}"
    hrefs = {link["href"] for link in caption.all("a")}
    assert {f"everything/{name}.csv", f"everything/{name}.svg"} <= hrefs


def test_a_figure_s_citation_is_whole_where_the_address_is_known(press: Press, page: Element) -> None:
    for name in BLOCKS:
        ways = page.one("figure", id=name).one("span", class_="ways")
        link, frame = (code.text for code in ways.all("code"))
        assert link == f"{BASE_URL}{PAGE}#{name}"
        found = re.fullmatch(
            r'<iframe src="([^"]+)" title="([^"]+)" width="\d+" height="\d+" loading="lazy"></iframe>', frame
        )
        assert found
        assert found[1].removeprefix(BASE_URL) in press.plan
        assert not ways.all("span", class_="where")


def test_a_figure_s_citation_says_what_is_missing_where_the_address_is_unknown(unknown: Press) -> None:
    ways = unknown.page(PAGE).one("span", class_="ways")
    link, frame = (code.text for code in ways.all("code"))
    assert link == f"{PAGE}#strip"
    assert 'src="writeups/everything/strip.html"' in frame
    assert ways.one("span", class_="where").text == "Put this site’s address before the paths."


@pytest.mark.parametrize("name", [*BLOCKS])
def test_a_figure_has_a_page_of_its_own_that_leads_back(press: Press, name: str) -> None:
    alone = press.page(f"writeups/everything/{name}.html")
    assert [each["id"] for each in alone.all("figure")] == [name]
    assert alone.all("nav") == alone.all("details", class_="cite") == []
    back = alone.one("p", class_="source").all("a")
    assert [(link["href"], link["target"]) for link in back] == [
        (f"../everything.html#{name}", "_top"),
        ("../../index.html", "_top"),
    ]
    assert alone.one("meta", name="robots")["content"] == "noindex"
    assert alone.one("meta", name="description")["content"] == "An alternative."


def test_the_feed_is_atom(press: Press) -> None:
    feed = parse_xml(press.text("feed.xml"))
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}title") == "Small gallery"
    assert feed.findtext(f"{ATOM}id") == BASE_URL
    assert feed.findtext(f"{ATOM}updated") == "2026-03-04T00:00:00Z"
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert {(link.get("rel"), link.get("href")) for link in feed.findall(f"{ATOM}link")} == {
        ("self", f"{BASE_URL}feed.xml"),
        ("alternate", f"{BASE_URL}index.html"),
    }


def test_the_feed_has_an_entry_for_each_write_up(press: Press) -> None:
    entries = parse_xml(press.text("feed.xml")).findall(f"{ATOM}entry")
    assert {entry.findtext(f"{ATOM}title") for entry in entries} == {"First", "Everything", "Last"}
    for entry in entries:
        address = entry.findtext(f"{ATOM}id") or ""
        assert address.removeprefix(BASE_URL) in press.plan
        assert [link.get("href") for link in entry.findall(f"{ATOM}link")] == [address]
        for when in ("published", "updated"):
            assert re.fullmatch(r"2026-\d\d-\d\dT00:00:00Z", entry.findtext(f"{ATOM}{when}") or "")
        assert entry.findtext(f"{ATOM}summary") == "What the small network does."


def test_a_revised_write_up_says_so_on_its_page_and_in_the_feed(typeset: Typeset) -> None:
    text = writeup(CLAIMS).replace("order:", "updated: 2026-05-06\norder:")
    press = typeset(f"base_url: {BASE_URL}\n", some=text)
    assert "2 January 2026, revised 6 May 2026" in press.page("writeups/some.html").one("p", class_="tally").text
    entry = parse_xml(press.text("feed.xml")).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}published") == "2026-01-02T00:00:00Z"
    assert entry.findtext(f"{ATOM}updated") == "2026-05-06T00:00:00Z"


def test_the_sitemap_names_every_page_but_that_of_missing_ones_and_figures_alone(press: Press) -> None:
    found = [loc.text or "" for loc in parse_xml(press.text("sitemap.xml")).iter(f"{SITEMAP}loc")]
    alone = re.compile(r"writeups/[^/]+/.+")
    pages = [path for path in press.plan if path.endswith(".html") and path != "404.html" and not alone.match(path)]
    assert sorted(found) == sorted(BASE_URL + path for path in pages)


def test_without_an_address_there_is_no_feed_no_sitemap_and_no_absolute_link(unknown: Press) -> None:
    assert {"feed.xml", "sitemap.xml"}.isdisjoint(unknown.plan)
    for path in (PAGE, "index.html", "404.html"):
        assert not [a for a in unknown.page(path).elements if "://" in (a.attributes.get("href") or "")]


def test_a_gallery_without_write_ups_offers_no_feed(typeset: Typeset) -> None:
    press = typeset(f"base_url: {BASE_URL}\n")
    assert "feed.xml" not in press.plan
    assert press.page("index.html").all("link", rel="alternate") == []


def test_the_page_of_missing_ones_links_to_whole_addresses(press: Press) -> None:
    page = press.page("404.html")
    links = [*page.all("a"), *page.all("link"), *page.all("script")]
    addresses = [link.attributes.get("href") or link.attributes.get("src") or "" for link in links]
    assert len(addresses) > 5
    for address in addresses:
        assert address.startswith((BASE_URL, "#main"))
        file = address.removeprefix(BASE_URL).partition("#")[0]
        assert not file or file in press.plan


def test_every_page_names_its_own_address(press: Press) -> None:
    for path in ("index.html", PAGE, "networks/small/index.html", "writeups/everything/strip.html"):
        page = press.page(path)
        assert page.one("link", rel="canonical")["href"] == BASE_URL + path
        (feed,) = page.all("link", rel="alternate")
        assert feed["type"] == "application/atom+xml"
    assert press.page("404.html").all("link", rel="canonical") == []


def test_numbers_are_exact_to_six_digits_and_end_their_lines_alike(press: Press) -> None:
    text = press.text("writeups/everything/strip.csv")
    assert "\r" not in text
    assert text.endswith("\n")
    assert all(len(re.sub(r"e.*|[-.]|^0\.0*", "", word)) <= 7 for word in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", text))


def test_nothing_is_left_to_be_filled_in(press: Press) -> None:
    for path, make in press.plan.items():
        if path.endswith(".xml") or (path.startswith("writeups/") and not path.endswith(".png")):
            assert not re.search("[\ue000-\ue01f]", unescape(make().decode())), path
