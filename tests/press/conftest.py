"""Write-ups about the small network, read, measured and ready to render, without another training."""

import io
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeVar

import pandas as pd
import pytest

from lstmgallery.desk.claims import Answer
from lstmgallery.desk.results import Results, read_results
from lstmgallery.network import read_network
from lstmgallery.press.figures.drawing import Part
from lstmgallery.press.figures.illustration import Illustration
from lstmgallery.press.manuscript.content import Content, read_content
from lstmgallery.press.marks.mark import Mark
from lstmgallery.press.pages.articles import Article, write_articles
from lstmgallery.press.pages.plan import Make, plan_site
from lstmgallery.searches import search_path, write_search
from lstmgallery.verify import answer_questions
from lstmgallery.workers import Workers
from tests.conftest import Gallery, record, search_record, write_small_content

FRONT = "---\ntitle: {title}\nsummary: What the small network does.\npublished: {day}\norder: {order}\n---\n\n"
BASE_URL = "https://example.org/some/gallery/"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BLOCKS = {  # one figure of each kind, and where a kind has variants, of each variant
    "strip": "neuron: small best(remaining)\nsignals: [cell, hidden]\nsequences: [aaaXbbb, aaXbb]",
    "strip-of-two": "kind: strip\nneurons: [small 1, small 2]\nsequences: [aXb]",
    "overview": "kind: overview\nof: small\nsignals: [cell, input_gate]\nsequence: aaXbb",
    "line": "kind: line\nneurons: [small best(remaining), small 2]\nsignals: [cell, forget_gate]\nsequence: aaXbb",
    "values": "kind: values\nneuron: small 2\nsignal: cell\nby: a_count",
    "frontier-right": "kind: frontier\nnetwork: small",
    "frontier-memory": "kind: frontier\nnetwork: small\nshow: memory",
    "frontier-written": "kind: frontier\nnetwork: small\nshow: written",
    "dose": "kind: dose-response\nneuron: small best(remaining)",
    "together": "kind: together\nnetwork: small",
    "saturation": "kind: saturation\nof: small\ngates: [input_gate, output_gate]",
    "cell": "kind: cell\ncell: peephole\nhighlight: [forget_gate]",
    "cell-at-work": "kind: cell\ncell: lstm\nequations: true\nneuron: small best(remaining)\nsequence: aXb",
    "generated": "kind: generated\nnetwork: small\nprompts: [aX, aaX]",
    "generated-changed": "kind: generated\nnetwork: small\nprompts: [aX]\nadd: {neuron: small 3, counts: 2}",
    "seeds": "kind: seeds\nclaim: it-holds",
    "comparison": (
        "kind: comparison\nleft: {title: One, figure: {kind: dose-response, neuron: small 1}}\n"
        "right: {title: Other, figure: {kind: strip, neuron: small 2, sequences: [aXb]}}"
    ),
    "search": "kind: search\nnetwork: small",
    "strip-of-memories": "kind: strip\nneurons: [small 1, small best(remaining)]\nsignals: [memory]\nsequences: [aXb]",
    "frontiers": "kind: frontiers\nnetworks: [small]",
    "table": "kind: table\nnetworks: [small]",
}
CLAIMS = """\
```claim
id: it-holds
neuron: small best(remaining)
says: The best is {small best(remaining)}, at {claim it-holds}.
measure: r2 of cell with remaining
expect: at least 0
```

```claim
id: it-fails
network: small
says: A share is more than all.
measure: share of abs(cell) < 1000
expect: above 1
```

```claim
id: nothing-there
network: small
says: Nothing is like that.
measure: mean of cell where step > 50
expect: below 1
```
"""


def figure(identifier: str, block: str, *, alt: str = "An alternative.", caption: str = "A caption.") -> str:
    """Return a figure block; `alt` and `caption` are YAML."""
    return f"```figure\nid: {identifier}\n{block}\nalt: {alt}\ncaption: {caption}\n```\n\n"


def writeup(body: str, *, title: str = "Title", day: str = "2026-01-02", order: int = 100) -> str:
    """Return a whole write-up; `title` is YAML."""
    return FRONT.format(title=title, day=day, order=order) + body


@dataclass(frozen=True)
class Press:
    """A gallery of the small network with write-ups: its inputs and its rendered files."""

    content: Content
    results: list[Results]
    answers: Mapping[str, Answer]

    @property
    def by_name(self) -> dict[str, Results]:
        return {each.network.name: each for each in self.results}

    @cached_property
    def articles(self) -> dict[str, Article]:
        return {each.writeup.front.slug: each for each in write_articles(self.content, self.by_name, self.answers)}

    @cached_property
    def plan(self) -> dict[str, Make]:
        return plan_site(self.content, self.by_name, self.answers)

    def text(self, path: str) -> str:
        """Return one file of the site."""
        return self.plan[path]().decode()

    def page(self, path: str) -> "Element":
        """Return one page of the site, parsed."""
        return parse_html(self.text(path))

    def with_seeds(self, by_seed: Mapping[int, float | None]) -> "Press":
        """Return a copy in which a sweep of seeds gave this answer to every question."""
        answers = {key: replace(answer, by_seed=by_seed) for key, answer in self.answers.items()}
        return Press(self.content, self.results, answers)

    def with_answer(self, claim: str, answer: Answer) -> "Press":
        """Return a copy with this measurement of one claim of the write-up of all kinds."""
        (asked,) = (each for each in self.articles["everything"].writeup.claims if each.id == claim)
        return Press(self.content, self.results, {**self.answers, asked.question.key: answer})

    def with_untrained(self, values: Sequence[float | None]) -> "Press":
        """Return a copy with this answer of untrained networks wherever they are measured."""
        answers = {
            key: answer if answer.untrained is None else replace(answer, untrained=tuple(values))
            for key, answer in self.answers.items()
        }
        return Press(self.content, self.results, answers)

    def with_standing(self, standing: str) -> "Press":
        """Return a copy in which every score of the network has this standing in the table of roles."""
        results = [replace(each, scores=each.scores.assign(standing=standing)) for each in self.results]
        answers = {
            key: answer if answer.standing is None else replace(answer, standing=standing)
            for key, answer in self.answers.items()
        }
        return Press(self.content, results, answers)

    def drawn(self, name: str) -> Illustration:
        """Return a figure of the write-up of all kinds."""
        return self.articles["everything"].illustrations[name]

    def csv(self, name: str) -> pd.DataFrame:
        """Return the published numbers of one of its figures."""
        return pd.read_csv(io.StringIO(self.text(f"writeups/everything/{name}.csv")), keep_default_na=False)


class Element:
    """An element of a page: its tag, its attributes, its children and texts in order."""

    def __init__(self, tag: str, attributes: dict[str, str | None]):
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes[name] or ""

    @property
    def text(self) -> str:
        texts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join("".join(texts).split())

    @property
    def elements(self) -> "list[Element]":
        """The element and everything in it."""
        inner = [child for child in self.children if isinstance(child, Element)]
        return [self, *(each for child in inner for each in child.elements)]

    def all(self, tag: str, **attributes: str) -> "list[Element]":
        """Return every element of a tag with these attributes; `class_` is one of its classes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            each
            for each in self.elements
            if each.tag == tag
            and all(
                value in (each.attributes.get(name) or "").split()
                if name == "class"
                else value == each.attributes.get(name)
                for name, value in wanted.items()
            )
        ]

    def one(self, tag: str, **attributes: str) -> "Element":
        """Return the only element of a tag with these attributes."""
        (found,) = self.all(tag, **attributes)
        return found


class Tree(HTMLParser):
    """A page as elements; `root` holds them all."""

    def __init__(self, html: str):
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


Typeset = Callable[..., Press]


@pytest.fixture(scope="session")
def typeset(small_gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Typeset:
    """Return a gallery of the small network with write-ups by their slugs; `settings` are added to the site's."""

    def make(settings: str = "", /, **writeups: str) -> Press:
        folder = write_small_content(tmp_path_factory.mktemp("typeset"), "small")
        with (folder / "site.yaml").open("a", encoding="utf-8") as site:
            site.write(settings)
        write_search(search_path(folder, "small"), search_record(read_network(folder / "networks" / "small.md")[0]))
        (folder / "writeups").mkdir()
        for slug, text in writeups.items():
            (folder / "writeups" / f"{slug.replace('_', '-')}.md").write_text(text, encoding="utf-8")
        content = read_content(folder)
        build: Path = tmp_path_factory.mktemp("measured") / "build"  # where what untrained networks answer is kept
        shutil.copytree(small_gallery.project.build, build)
        results = [read_results(each.network, build / each.network.name, with_seeds=False) for each in content.networks]
        with Workers() as workers:
            answers = answer_questions(content, results, record(), workers, with_seeds=False)
        return Press(content, results, answers)

    return make


@pytest.fixture(scope="session")
def press(typeset: Typeset) -> Press:
    """A write-up with every kind of figure and every verdict, and two more around it, at a known address."""
    figures = "".join(figure(name, block) for name, block in BLOCKS.items())
    return typeset(
        f"base_url: {BASE_URL}\n",
        everything=writeup(f"## Figures\n\n{figures}## Claims of all kinds\n\n{CLAIMS}", title="Everything", order=2),
        first=writeup("See [the next](everything.md#strip).\n", title="First", order=1, day="2026-03-04"),
        last=writeup("About {small 4}.\n", title="Last", order=3),
    )


def parse_html(text: str) -> Element:
    """Return the root of a page's elements."""
    return Tree(text).root


def parse_xml(text: str) -> ET.Element:
    """Parse a document of well-formed XML."""
    return ET.fromstring(text)


Drawn = TypeVar("Drawn", bound=Mark)


def drawn_as(kind: type[Drawn], part: Part) -> Drawn:
    """Return the mark of a figure's part; fail if it is of another kind."""
    assert isinstance(part.drawn, kind)
    return part.drawn
