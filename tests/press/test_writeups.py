"""A write-up is read into text, blocks and quotes; nothing in it can act on a reader's page."""

import json
import posixpath
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmgallery.desk.claims import Claim
from lstmgallery.errors import GalleryError
from lstmgallery.network import Network, read_network
from lstmgallery.press.figures.illustration import Figure
from lstmgallery.press.manuscript.markup import TAGS
from lstmgallery.press.manuscript.prose import Link
from lstmgallery.press.manuscript.writeups import Inset, Writeup, read_writeup
from tests.conftest import write_small_content
from tests.press.conftest import CLAIMS, Element, Press, Typeset, figure, parse_html, parse_xml, writeup
from tests.press.test_content import HOSTILE

SVG_TAGS = {"svg", "title", "desc", "style", "rect", "text", "g", "line", "polyline", "circle", "path", "polygon"}
PLACES = ("body", "heading", "caption", "alternative", "says", "title", "summary")
ATOM = "{http://www.w3.org/2005/Atom}"
FIGURE = "neuron: small 1\nsignals: [cell]\nsequences: [aXb]"


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Network]:
    """The small network by its name; read, not trained."""
    folder = write_small_content(tmp_path_factory.mktemp("networks"), "small")
    return {"small": read_network(folder / "networks" / "small.md")[0]}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to write write-ups into."""
    return tmp_path_factory.mktemp("writeups") / "some.md"


def read(file: Path, networks: dict[str, Network], body: str) -> Writeup:
    """Return a write-up of this text."""
    file.write_text(writeup(body), encoding="utf-8")
    return read_writeup(file, networks, ())[0]


def read_or_refuse(file: Path, networks: dict[str, Network], text: str) -> Writeup | None:
    """Return a write-up of this text, or None if it is refused with problems that have places."""
    file.write_text(text, encoding="utf-8")
    try:
        return read_writeup(file, networks, ())[0]
    except GalleryError as error:
        lines = len(file.read_text(encoding="utf-8").split("\n"))
        if not all(problem.line and problem.column and problem.line <= lines for problem in error.problems):
            raise
        return None


def body_of(press: Press, slug: str = "some") -> Element:
    """Return the text of an article on its page."""
    return press.page(f"writeups/{slug}.html").one("div", class_="flow")


def first_words(press: Press) -> str:
    """Return the first paragraph of the only write-up."""
    return body_of(press).all("p")[0].text


@pytest.mark.parametrize(
    ("quote", "pattern"),
    [
        ("{small 3 | mean of cell}", "{value:.2f}"),
        ("{small 3 | mean of cell | 4 digits}", "{value:.4f}"),
        ("{small 3 | mean of cell | 0 digits}", "{value:.0f}"),
        ("{small 3 | mean of cell | 1 digit}", "{value:.1f}"),
    ],
)
def test_a_value_is_filled_in_with_the_digits_asked_for(typeset: Typeset, quote: str, pattern: str) -> None:
    press = typeset(some=writeup(f"It is {quote}.\n"))
    value = press.answers["small 3: mean of cell"].value
    assert value is not None
    assert first_words(press) == f"It is {pattern.format(value=value)}.".replace("-", "−")


@pytest.mark.parametrize("form", ["", " | percent"])
def test_a_share_is_filled_in_as_a_percentage(typeset: Typeset, form: str) -> None:
    press = typeset(some=writeup(f"It is {{small | share of cell < 1000{form}}}.\n"))
    assert first_words(press) == "It is 100 %."


def test_a_count_is_filled_in_as_a_whole_number(typeset: Typeset) -> None:
    press = typeset(some=writeup("At {small | first failure}.\n"))
    value = press.answers["small: first failure"].value
    assert value is not None
    assert first_words(press) == f"At {value:.0f}."


def test_what_cannot_be_measured_says_why(typeset: Typeset) -> None:
    press = typeset(some=writeup("It is {small | mean of cell where step > 50}.\n"))
    assert first_words(press) == "It is not measured (no measured step satisfies step > 50)."


def test_a_neuron_s_name_is_a_link_to_its_page(typeset: Typeset) -> None:
    press = typeset(some=writeup("Look at {small 3}, {small best(remaining)} and {small layer 1} of {small}.\n"))
    best = int(press.results[0].main_ranking.iloc[0]["neuron"])
    links = {link.text: link["href"] for link in body_of(press).all("a")}
    assert links == {
        "neuron 3": "../networks/small/layer-1/neuron-3.html",
        f"neuron {best}": f"../networks/small/layer-1/neuron-{best}.html",
        "layer 1": "../networks/small/index.html#layer-1",
        "small": "../networks/small/index.html",
    }


def test_a_claim_s_value_and_seeds_can_be_quoted(typeset: Typeset) -> None:
    press = typeset(some=writeup(f"It is {{claim it-holds}} in {{seeds it-holds}}.\n\n{CLAIMS}"))
    value = press.answers["small best(remaining): r2 of cell with remaining"].value
    swept = press.with_seeds({1: 0.5, 2: -1.0})
    assert first_words(swept) == f"It is {value:.2f} in 1 of 2 seeds."


def test_a_claim_can_be_quoted_before_and_after_it(typeset: Typeset) -> None:
    press = typeset(some=writeup(f"Here {{claim it-fails}}.\n\n{CLAIMS}\nThere {{claim it-fails}}.\n"))
    texts = [paragraph.text for paragraph in body_of(press).all("p")]
    assert [text for text in texts if text.startswith(("Here", "There"))] == ["Here 100 %.", "There 100 %."]


def test_quotes_are_filled_into_captions_alternatives_and_claims(typeset: Typeset) -> None:
    quoted = "It is {small 3} at {small | share of cell < 1000}."
    press = typeset(some=writeup(figure("one", FIGURE, alt=quoted, caption=quoted) + CLAIMS))
    drawn = body_of(press).one("figure", id="one")
    assert drawn.one("p", id="one-alt").text == "It is neuron 3 at 100 %."
    assert "It is neuron 3 at 100 %." in drawn.one("figcaption").text
    assert "neuron 3" in [link.text for link in drawn.one("figcaption").all("a")]
    says = body_of(press).one("aside", id="it-holds").one("p", class_="says").text
    assert re.match("Holds(, but not because of training)? The best is neuron ", says)


def test_a_name_that_begins_a_caption_is_written_large(typeset: Typeset) -> None:
    press = typeset(some=writeup(figure("one", FIGURE, caption='"{small 3} does it."')))
    assert "Figure 1. Neuron 3 does it." in body_of(press).one("figcaption").text


@pytest.mark.parametrize(
    "code",
    [
        "`{small 3}`",
        "``{a`{``",
        "```\n{small 3}\n```",
        "~~~\n{no such thing\n~~~",
        "`{` and `}`",
        "`{claim x}\nand on`",
    ],
)
def test_braces_in_code_are_left_alone(file: Path, networks: dict[str, Network], code: str) -> None:
    assert read(file, networks, f"Text.\n\n{code}\n").body.parts == ()


@pytest.mark.parametrize("text", [r"\{small 3\}", r"\{", r"\}", r"a \{ b"])
def test_a_brace_behind_a_backslash_means_itself(typeset: Typeset, text: str) -> None:
    press = typeset(some=writeup(f"Say {text} here.\n"))
    assert first_words(press) == f"Say {text} here.".replace("\\", "")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("One {small 3 and on.\n", (8, 5)),
        ("One\ntwo three} four.\n", (9, 10)),
        ("A {small {small 3}}.\n", (8, 3)),
        ("- item\n- {\n", (9, 3)),
    ],
)
def test_a_brace_without_its_other_half_is_found_where_it_stands(
    file: Path, networks: dict[str, Network], body: str, place: tuple[int, int]
) -> None:
    with pytest.raises(GalleryError) as raised:
        read(file, networks, body)
    first = raised.value.problems[0]
    assert (first.line, first.column, first.message) == (*place, "unmatched brace")


def test_a_quote_may_be_broken_over_lines(file: Path, networks: dict[str, Network]) -> None:
    found = read(file, networks, "It is {small\nbest(remaining) | r2 of cell\nwith remaining}.\n")
    (question,) = found.questions
    assert question.key == "small best(remaining): r2 of cell with remaining"


def test_a_mistake_in_a_broken_quote_points_at_its_first_line(file: Path, networks: dict[str, Network]) -> None:
    with pytest.raises(GalleryError) as raised:
        read(file, networks, "First.\n\nIt is {small\nbest(remaining) | r2 of cel\nwith remaining}.\n")
    (problem,) = raised.value.problems
    assert (problem.line, problem.column) == (10, 8)


@pytest.mark.parametrize("character", ["\ue000", "\ue001", "\ue010", "\ue01f"])
def test_the_tool_s_own_characters_are_refused(file: Path, networks: dict[str, Network], character: str) -> None:
    for body in (f"A{character}b.\n", f"`{character}`\n", figure("one", FIGURE, caption=f"A{character}b.")):
        with pytest.raises(GalleryError, match="is reserved by this tool"):
            read(file, networks, body)


def test_headings_get_ids_that_can_be_linked_to(typeset: Typeset) -> None:
    body = "## What the *gate* does?\n\n### `code` & more\n\n## 数\n\n[There](#what-the-gate-does).\n"
    headings = [each for each in body_of(typeset(some=writeup(body))).elements if each.tag in ("h2", "h3")]
    assert [(each["id"], each.text) for each in headings] == [
        ("what-the-gate-does", "What the gate does?"),
        ("code-more", "code & more"),
        ("数", "数"),
    ]


def test_the_page_s_own_ids_give_way_to_headings(typeset: Typeset) -> None:
    body = f"## Claims\n\n## Main\n\n[There](#claims) and [up](#main).\n\n{CLAIMS}"
    page = typeset(some=writeup(body)).page("writeups/some.html")
    ids = [element["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert {h2.text: h2["id"] for h2 in page.all("h2")} == {
        "Claims": "claims",
        "Main": "main",
        "What this page claims": "claims-2",
    }
    assert page.one("p", class_="tally").one("a")["href"] == "#claims-2"
    assert page.one("a", class_="skip")["href"] == f"#{page.one('main')['id']}" == "#main-2"


def test_equal_headings_are_told_apart_and_can_be_named(typeset: Typeset) -> None:
    body = "## LSTM\n\n### Results\n\n## GRU\n\n### Results\n\n## C++\n\n## C {#plain-c}\n\n[c](#plain-c) [d](#c++)\n"
    press = typeset(some=writeup(body))
    contents = press.page("writeups/some.html").one("nav", class_="contents")
    ids = [a["href"] for a in contents.all("a")]
    assert ids == ["#lstm", "#results", "#gru", "#results-2", "#c++", "#plain-c"]
    assert [h.text for h in body_of(press).elements if h.tag == "h2"] == ["LSTM", "GRU", "C++", "C"]


def test_a_figure_can_be_part_of_a_list(typeset: Typeset) -> None:
    block = "".join(f"  {line}\n" for line in figure("one", FIGURE).splitlines())
    press = typeset(some=writeup(f"- First\n\n{block}\n- Second, {{small 3}}\n"))
    first, second = body_of(press).all("li")
    assert first.one("figure")["id"] == "one"
    assert second.text.strip() == "Second, neuron 3"


def test_a_figure_can_be_part_of_details(typeset: Typeset) -> None:
    text = f"<details>\n<summary>More</summary>\n\n{figure('one', FIGURE)}\n\n{{small 3}}\n\n</details>\n"
    details = body_of(typeset(some=writeup(text))).all("details")[0]
    assert details.one("figure")["id"] == "one"
    assert "neuron 3" in details.text


def test_links_lead_to_every_file_that_a_build_writes(typeset: Typeset) -> None:
    files = ["some/one.csv", "some/one.svg", "some/one.html", "some/it-holds.csv"]
    files += ["../feed.xml", "../sitemap.xml", "../404.html"]
    text = " ".join(f"[x]({file})" for file in files) + f"\n\n{figure('one', FIGURE)}\n\n{CLAIMS}"
    press = typeset("base_url: https://example.org/\n", some=writeup(text))
    assert [a["href"] for a in body_of(press).all("a") if a.text == "x"] == files
    assert {posixpath.normpath(f"writeups/{file}") for file in files} <= set(press.plan)


def test_links_to_headings_may_be_percent_encoded(typeset: Typeset) -> None:
    text = "## Größe\n\n[a](#größe) [b](#gr%C3%B6%C3%9Fe) [c](#gro\u0308ße)\n"
    assert len(body_of(typeset(some=writeup(text))).all("a")) == 3


def test_a_code_block_by_indentation_keeps_its_braces(typeset: Typeset) -> None:
    body = "Some code:\n\n    state = {1: 0}\n\n- item\n\n      {2: 0}\n"
    blocks = body_of(typeset(some=writeup(body))).all("pre")
    assert [pre.text.strip() for pre in blocks] == ["state = {1: 0}", "{2: 0}"]


def test_angle_brackets_reach_the_reader_wherever_they_are_typed(typeset: Typeset) -> None:
    block = figure("one", FIGURE, alt="Writes <end> itself.", caption="Writes `<end>` itself.")
    claims = CLAIMS.replace("Nothing is like that.", r"Writes \<end> itself.")
    press = typeset(some=writeup(rf"Writes \<end> itself.{chr(10) * 2}{block}{claims}"))
    page = press.page("writeups/some.html")
    assert first_words(press) == "Writes <end> itself."
    assert page.one("p", id="one-alt").text == "Writes <end> itself."
    assert "Writes <end> itself." in page.one("figcaption").text
    assert [row.one("th").text for row in page.one("section", class_="claims").one("tbody").all("tr")][
        2
    ] == "Writes <end> itself."


def test_texts_say_their_language_and_the_rest_of_the_page_its_own(typeset: Typeset) -> None:
    german = writeup(f"Der Text.\n\n{CLAIMS}").replace("order:", "lang: de\norder:")
    press = typeset("lang: fr\nbase_url: https://example.org/\n", some=german, other=writeup("Texte.\n"))
    langs = {path: press.page(path).one("html")["lang"] for path in press.plan if path.endswith(".html")}
    assert langs.pop("writeups/some.html") == "de"
    assert set(langs.values()) == {"fr"}
    page = press.page("writeups/some.html")
    assert page.one("footer")["lang"] == "en"
    assert "2. Januar 2026" in page.one("p", class_="tally").text
    network = press.page("networks/small/index.html")
    assert (network.one("main")["lang"], network.one("div", class_="prose")["lang"]) == ("en", "fr")
    feed = parse_xml(press.text("feed.xml"))
    name = "{http://www.w3.org/XML/1998/namespace}lang"
    assert feed.get(name) == "fr"
    assert sorted(entry.get(name, "") for entry in feed.findall(f"{ATOM}entry")) == ["", "de"]


def test_a_page_in_english_marks_no_part_of_itself(typeset: Typeset) -> None:
    text = typeset(some=writeup(f"Text.\n\n{CLAIMS}")).text("writeups/some.html")
    assert text.count("lang=") == 1
    assert "dir=" not in text


def test_a_text_written_from_the_right_says_so_and_its_figures_do_not(typeset: Typeset) -> None:
    text = writeup(f"نص.\n\n{figure('one', FIGURE)}").replace("order:", "lang: ar\norder:")
    page = typeset(some=text).page("writeups/some.html")
    assert page.one("div", class_="flow")["dir"] == "rtl"
    assert page.one("div", class_="parts")["dir"] == "ltr"


@pytest.mark.parametrize("value", ["1984", "yes", "1.10", "no", "<<", "="])
def test_a_title_is_the_text_that_was_typed(typeset: Typeset, value: str) -> None:
    page = typeset(some=writeup(figure("one", FIGURE, caption=value), title=value)).page("writeups/some.html")
    assert page.one("h1").text == value
    assert f"Figure 1. {value} " in page.one("figcaption").text


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f"])
def test_blanks_of_other_kinds_part_words_as_plain_ones_do(
    file: Path, networks: dict[str, Network], blank: str
) -> None:
    block = f"id:{blank}one\nneuron: small{blank}1{blank}\nsignals: [cell,{blank}hidden]\nsequences:{blank}[aXb]\n"
    text = f"##{blank}Part\n\n{{small{blank}3}} `a`\n\n```figure\n{block}alt: x\ncaption: a{blank}b\n```\n"
    found = read(file, networks, text)
    assert [heading.id for heading in found.headings] == ["part"]
    assert [figure.id for figure in found.figures] == ["one"]
    assert found.captions["one"].marked == f"a{blank}b".replace("\u00a0", "&nbsp;")
    assert {subject.neuron for subject in found.subjects} == {1, 3}


def test_three_headings_make_a_table_of_contents(typeset: Typeset) -> None:
    press = typeset(some=writeup("## One\n\n## Two & two\n\n## Three\n"), other=writeup("## One\n\n## Two\n"))
    contents = press.page("writeups/some.html").one("nav", class_="contents")
    assert [(a.text, a["href"]) for a in contents.all("a")] == [
        ("One", "#one"),
        ("Two & two", "#two-two"),
        ("Three", "#three"),
    ]
    assert press.page("writeups/other.html").all("nav", class_="contents") == []


@pytest.mark.parametrize(
    ("link", "href"),
    [
        ("other.md", "other.html"),
        ("other.md#part", "other.html#part"),
        ("other.html#part", "other.html#part"),
        ("../networks/small.md", "../networks/small/index.html"),
        ("../networks/small.md#layer-1", "../networks/small/index.html#layer-1"),
        ("../networks/small/layer-1/neuron-2.html", "../networks/small/layer-1/neuron-2.html"),
        ("../how-to-read.html", "../how-to-read.html"),
        ("../index.html", "../index.html"),
        ("#one", "#one"),
        ("some.md#one", "#one"),
        ("https://example.org/a?b=c&d#e", "https://example.org/a?b=c&d#e"),
        ("mailto:someone@example.org", "mailto:someone@example.org"),
    ],
)
def test_links_lead_to_pages_and_fragments(typeset: Typeset, link: str, href: str) -> None:
    texts = {"some": writeup(f"[There]({link})\n\n{figure('one', FIGURE)}"), "other": writeup("## Part\n")}
    (found,) = [a["href"] for a in body_of(typeset(**texts)).all("a") if a.text == "There"]
    assert found == href


def test_links_in_captions_and_claims_lead_from_where_they_stand(typeset: Typeset) -> None:
    link = "See [there](../networks/small.md)."
    press = typeset(some=writeup(figure("one", FIGURE, caption=link) + CLAIMS.replace("Nothing is like that.", link)))
    hrefs = [a["href"] for a in body_of(press).all("a") if a.text == "there"]
    assert hrefs == ["../networks/small/index.html"] * 2
    (alone,) = [a["href"] for a in press.page("writeups/some/one.html").all("a") if a.text == "there"]
    assert alone == "../../networks/small/index.html"


def test_an_address_in_code_is_not_a_link(typeset: Typeset) -> None:
    press = typeset(some=writeup('Write `<a href="nowhere.html">` here.\n'))
    assert first_words(press) == 'Write <a href="nowhere.html"> here.'


def test_a_quote_that_is_a_paragraph_of_its_own_stays_one(typeset: Typeset) -> None:
    assert first_words(typeset(some=writeup("{small 3}\n"))) == "neuron 3"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (r"\{# words \#\}", "{# words #}"),
        (r"Write \{#own\}", "Write {#own}"),
        (r"Write \{\#own\}", "Write {#own}"),
        ("Write `{#own}`", "Write {#own}"),
        ("Write {#own}", "Write"),
    ],
)
def test_escaped_braces_at_the_end_of_a_heading_are_its_words(typeset: Typeset, typed: str, shown: str) -> None:
    page = typeset(some=writeup(f"## {typed}\n\nText.\n")).page("writeups/some.html")
    headings = [element for element in page.elements if element.tag == "h2"]
    assert shown in [heading.text for heading in headings]
    assert (headings[0].attributes["id"] == "own") is (shown == "Write")


def test_reading_time_counts_words_and_figures(file: Path, networks: dict[str, Network]) -> None:
    assert read(file, networks, "One word.\n").minutes == 1
    assert read(file, networks, "word " * 1100).minutes == 5
    figures = "".join(figure(f"figure-{at}", FIGURE) for at in range(12))
    assert read(file, networks, "word " * 1100 + "\n\n" + figures).minutes == 8


def test_the_file_s_name_is_the_slug_unless_one_is_given(typeset: Typeset) -> None:
    text = writeup("Text.\n")
    press = typeset(one=text, two=text.replace("order:", "slug: another\norder:"))
    assert {"writeups/one.html", "writeups/another.html"} <= set(press.plan)


def test_everyone_named_anywhere_counts_as_named(file: Path, networks: dict[str, Network]) -> None:
    body = "In {small 1}.\n\n" + figure("one", FIGURE.replace("1", "2"), alt="{small 3}", caption='"{small 4}"')
    body = body.replace("alt: {small 3}", 'alt: "{small 3}"') + CLAIMS.replace("best(remaining)", "5", 1)
    found = read(file, networks, body)
    assert {subject.neuron for subject in found.subjects if subject.neuron} == {1, 2, 3, 4, 5}
    assert found.networks == {"small"}


def test_a_question_that_is_asked_twice_is_measured_once(file: Path, networks: dict[str, Network]) -> None:
    found = read(file, networks, "{small | mean of cell} and {small | mean of cell | 3 digits}\n")
    assert len(found.quotes) == 2
    assert len(found.questions) == 1


def hostile_writeup(text: str, place: str) -> str:
    """Return a write-up with a text at one place and nothing else at the others."""
    text = text if place in ("title", "summary") else text.replace("{", "\\{").replace("}", "\\}")
    word = json.dumps(text)
    body = f"Before.\n\n{text}\n\nAfter.\n\n" if place == "body" else "Text.\n\n"
    body += f"## {' '.join(text.split())}\n\n" if place == "heading" else ""
    body += figure(
        "one",
        FIGURE,
        alt=word if place == "alternative" else "An alternative.",
        caption=word if place == "caption" else "A caption.",
    )
    body += CLAIMS.replace("Nothing is like that.", word) if place == "says" else CLAIMS
    whole = writeup(body, title=word if place == "title" else "Title")
    return whole.replace("What the small network does.", word) if place == "summary" else whole


def require_inert(html: str, allowed: set[str]) -> None:
    """Require that a page has only the tags, attributes and addresses of its templates and of plain text markup."""
    root = parse_html(html)
    for element in root.elements[1:]:
        assert element.tag in allowed | TAGS, element.tag
        assert [name for name in element.attributes if name.startswith("on") or name == "style"] == []
        for name in ("href", "src"):
            address = element.attributes.get(name) or ""
            scheme, colon, _ = address.partition(":")
            assert not colon or scheme in ("http", "https", "mailto"), address
        if element.tag == "script" or element.attributes.get("rel") in ("stylesheet", "icon"):
            assert re.fullmatch(
                r"(\.\./)*assets/[a-z]+\.(js|css|svg)", element.attributes.get("src") or element["href"]
            )
            assert element.text == ""


@pytest.fixture(scope="module")
def plain(typeset: Typeset) -> set[str]:
    """The tags of pages without hostile text."""
    text = writeup("## Part\n\nText.\n\n## Other\n\n## Third\n\n" + figure("one", FIGURE) + CLAIMS)
    press = typeset(some=text, other=text)
    paths = ("writeups/some.html", "writeups/some/one.html", "index.html")
    return {element.tag for path in paths for element in press.page(path).elements}


@pytest.mark.parametrize("place", PLACES)
def test_nothing_hostile_acts_on_a_page_a_drawing_or_the_feed(
    typeset: Typeset, file: Path, networks: dict[str, Network], plain: set[str], place: str
) -> None:
    is_plain = place in ("title", "summary", "alternative")
    as_typed = HOSTILE if is_plain else [re.sub(r"([<\[!`])", r"\\\1", text) for text in HOSTILE]
    refused = 0 if is_plain else sum(not read_or_refuse(file, networks, hostile_writeup(x, place)) for x in HOSTILE)
    assert is_plain or refused >= len(HOSTILE) - 3  # all but comments and fences
    texts = {f"hostile-{at}": hostile_writeup(text, place) for at, text in enumerate(as_typed)}
    assert all(read_or_refuse(file, networks, text) for text in texts.values())
    press = typeset("base_url: https://example.org/\n", **texts)
    for slug in texts:
        require_inert(press.text(f"writeups/{slug}.html"), plain)
        require_inert(press.text(f"writeups/{slug}/one.html"), plain)
        drawing = parse_xml(press.text(f"writeups/{slug}/one.svg"))
        assert {element.tag.rpartition("}")[2] for element in drawing.iter()} <= SVG_TAGS
        assert not any("href" in name or name.startswith("on") for each in drawing.iter() for name in each.attrib)
    require_inert(press.text("index.html"), plain)
    entries = parse_xml(press.text("feed.xml")).findall(f"{ATOM}entry")
    assert len(entries) == len(texts)
    if place in ("title", "summary"):
        assert {entry.findtext(f"{ATOM}{place}") for entry in entries} == set(HOSTILE)


def test_a_hostile_title_is_shown_as_it_was_written(typeset: Typeset) -> None:
    title = """<i>R&D</i> "x" 'y' ]]> <!-- </title></style>"""
    press = typeset("base_url: https://example.org/\n", some=hostile_writeup(title, "title"))
    for path in ("writeups/some.html", "index.html", "writeups/some/one.html"):
        assert title in press.page(path).text
    drawing = parse_xml(press.text("writeups/some/one.svg"))
    assert title in (drawing.findtext("{http://www.w3.org/2000/svg}title") or "")


def test_an_alternative_is_plain_text(typeset: Typeset) -> None:
    press = typeset(some=writeup(figure("one", FIGURE, alt='"**Bold** & <b>not</b> [a](b.md)"')))
    assert body_of(press).one("p", id="one-alt").text == "**Bold** & <b>not</b> [a](b.md)"


PIECES = st.sampled_from(
    [
        *(
            "{",
            "}",
            "\\{",
            "`",
            "```",
            "~~~",
            "\n",
            "\n\n",
            "## ",
            "[a](b)",
            "[a](#b)",
            "{small 3}",
            "{claim x}",
            "<a ",
        ),
        *(
            "href=",
            '"',
            "'",
            ">",
            "<!--",
            "-->",
            "```figure\n",
            "```claim\n",
            "id: x\n",
            "kind: cell\n",
            "cell: lstm\n",
        ),
        *(
            "alt: x\n",
            "caption: {small 3}\n",
            "says: x\n",
            "network: small\n",
            "measure: mean of cell\n",
            "expect: > 1\n",
        ),
        *("|", "---\n", "- ", "    ", "\t", "![a](b)", "&lt;", "&#x1;", "\ue000", "\ue010", "\ue001", "数", "{small |"),
    ]
)


@settings(max_examples=300)
@given(body=st.lists(PIECES | st.text(max_size=8), max_size=25).map("".join))
def test_any_text_is_read_or_refused(file: Path, networks: dict[str, Network], body: str) -> None:
    found = read_or_refuse(file, networks, writeup(body))
    if found is not None:
        shown: list[Inset | Link] = []

        def show(part: Inset | Link) -> str:
            shown.append(part)
            return ""

        found.body.fill(show)
        blocks = [part.id for part in shown if isinstance(part, Figure | Claim)]
        assert sorted(blocks) == sorted([figure.id for figure in found.figures] + [claim.id for claim in found.claims])


@settings(max_examples=150)
@given(
    words=st.text(max_size=30), key=st.sampled_from(["caption", "alt", "id", "neuron", "sequences", "kind", "signals"])
)
def test_any_value_in_a_block_is_read_or_refused(
    file: Path, networks: dict[str, Network], words: str, key: str
) -> None:
    lines = {"id": "one", "neuron": "small 1", "signals": "[cell]", "sequences": "[aXb]", "alt": "x", "caption": "y"}
    block = {**lines, key: json.dumps(words)}
    body = "```figure\n" + "".join(f"{name}: {value}\n" for name, value in block.items()) + "```\n"
    found = read_or_refuse(file, networks, writeup(body))
    assert found is None or len(found.figures) == 1
