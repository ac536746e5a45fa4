"""Every file of the site, from content and results: `plan_site` gives `{path: function that returns its bytes}`.

A build asks for all of them, a preview only for the requested one. Each page is one function that gathers the values of
its template; templates only arrange them. Links are relative and point to files, so the tree works at any address and
from disk.

Every file is made of inputs that are named with it: of the settings, the networks and their results (`keep` knows
them), and of what is said below: the text of a write-up, the cards that others show of it, the places of its links. A
file whose inputs are those of an earlier build is not made again, and results that no file needs are not read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import pandas as pd

from lstmgallery.desk.claims import Answers
from lstmgallery.desk.results import Results
from lstmgallery.kept import Keep, make_anew
from lstmgallery.network import Network
from lstmgallery.ondemand import OnDemand
from lstmgallery.press.addresses import explorer_path, neuron_path
from lstmgallery.press.manuscript.content import Content
from lstmgallery.press.manuscript.prose import Link, Prose
from lstmgallery.press.marks.palette import stylesheet
from lstmgallery.press.pages.articles import Article, data_files, find_claimed, find_mentions, lead_of, write_articles
from lstmgallery.press.pages.drawings import draw_svg
from lstmgallery.press.pages.explorer import (
    cells_of,
    data_path,
    explorer_data,
    explorer_script,
    explorer_style,
    explorer_values,
    explorers_values,
    text_files,
)
from lstmgallery.press.pages.families import families, family_of
from lstmgallery.press.pages.front import Exhibit, choose_exhibit, front_data, front_script, front_values
from lstmgallery.press.pages.link_images import LinkImage, link_images
from lstmgallery.press.pages.lookup import (
    Weighed,
    article_sections,
    network_entries,
    neuron_entries,
    page_sections,
    search_index,
    search_library,
    search_script,
    weigh,
)
from lstmgallery.press.pages.network import network_values
from lstmgallery.press.pages.neuron import neuron_values
from lstmgallery.press.pages.neurons import neuron_lines, neurons_values
from lstmgallery.press.pages.policy import HEADERS, headers_file
from lstmgallery.press.pages.reading import reading_values
from lstmgallery.press.pages.rendering import THEME, render
from lstmgallery.press.pages.styles import page_style
from lstmgallery.press.pages.views import NetworkView, view_network

STATIC = THEME / "static"
READING = "how-to-read.html"


Make = Callable[[], bytes]
Values = Callable[[], dict[str, Any]]  # gathers the values of a template
Planned = tuple[str, str, Any, Values]  # the path of a page, its template, its own inputs, its values


def plan_site(
    content: Content,
    results: Mapping[str, Results],
    answers: Answers,
    keep: Keep = make_anew,
    data_of: Callable[[str], pd.DataFrame] | None = None,
) -> dict[str, Make]:
    """Return every file of the site by path, as a function that returns its bytes.

    `results` are those of `content.networks` by name; `answers` those to the write-ups' questions. `keep` keeps files:
    its own inputs are the settings of the site, the networks and their results, and this package. `data_of` returns the
    values behind an answer by the key of its question, where `answers` come without.
    """
    site = _Site(content, results, write_articles(content, results, answers, keep=keep, data_of=data_of), keep)
    site.made |= site.files()
    return site.made


class _Site:
    """The files of a site, with what several of them are made of."""

    def __init__(self, content: Content, results: Mapping[str, Results], articles: list[Article], keep: Keep):
        self.content = content
        self.keep = keep
        self.entries = {entry.network.name: entry for entry in content.networks}
        self.results = results
        self.articles = articles
        self.writeups = [article for article in articles if not article.writeup.is_comparison]
        self.comparisons = [article for article in articles if article.writeup.is_comparison]
        self.views = OnDemand(self.entries, self._view)
        self.cards = [_card(article) for article in self.articles]
        self.images: dict[str, LinkImage] = {}  # by the page's path
        self.made: dict[str, Make] = {}

    @cached_property
    def claimed(self) -> Any:
        """The claims of the write-ups, in words, by the key of their question."""
        return find_claimed(self.articles)

    @cached_property
    def mentions(self) -> dict[tuple[str, int, int], list[Article]]:
        return find_mentions(self.articles)

    @cached_property
    def exhibit(self) -> Exhibit:
        return choose_exhibit(self.networks, self.content.front)

    @property
    def networks(self) -> list[NetworkView]:
        return list(self.views.values())

    def _view(self, name: str) -> NetworkView:
        keys = {claim.question.key for article in self.articles for claim in article.writeup.claims}
        claimed = OnDemand(keys, lambda key: self.claimed[key])
        return view_network(self.entries[name], self.content.address_of, self.results[name], claimed)

    def files(self) -> Iterator[tuple[str, Make]]:
        """Yield the path of every file, and the function that returns its bytes."""
        networks = [entry.network for entry in self.entries.values()]
        assets: dict[str, Make] = {
            "assets/style.css": page_style,
            "assets/palette.css": stylesheet,
            "assets/explorer.css": explorer_style,
            "assets/explorer.js": partial(explorer_script, cells_of(networks)),
            "assets/front.js": front_script,
            "assets/exhibit.js": lambda: front_data(self.exhibit),
            **{data_path(name): partial(self._explorer_data, name) for name in self.entries},
            **text_files(networks, lambda name: self.results[name].weights),
            "assets/search.js": search_script,
            "assets/minisearch.js": search_library,
            HEADERS: headers_file,
        }
        for path, make in assets.items():
            yield self._file(path, None, make)
        for file in sorted(STATIC.iterdir(), key=lambda file: file.name):
            if f"assets/{file.name}" not in assets:  # shortened
                yield f"assets/{file.name}", file.read_bytes
        yield "assets/search-index.js", self._search_index
        planned = [*self._site_pages(), *self._network_pages(), *self._article_pages()]
        paths = [path for path, *_ in planned]
        if self.content.site.base_url:
            self.images = link_images(self.content.site.title, paths, networks, self.views, self.articles)
        yield from (self._page(*each) for each in planned)
        yield from ((attachment.path, attachment.read) for attachment in self.content.attachments)
        for article in self.articles:
            for path, inputs, make in data_files(article):
                yield self._file(path, inputs, make)
            for figure in article.illustrations:
                drawing = partial(_drawing, article, figure)
                yield self._file(article.file(figure, "svg"), article.figure_made_from(figure), drawing)
        if self.content.site.base_url:
            yield from (self._page(*each) for each in self._lists(paths))
            drawn = [article for article in self.articles if article.illustrations]
            of_articles = {
                self.images[each.path].path: each.figure_made_from(next(iter(each.illustrations))) for each in drawn
            }
            for image in {image.path: image for image in self.images.values()}.values():
                yield self._file(image.path, of_articles.get(image.path), image.draw)

    def _file(self, path: str, inputs: Any, make: Make) -> tuple[str, Make]:
        return path, lambda: self.keep(["file", path, inputs], make)

    def _page(self, path: str, template: str, inputs: Any, values: Values) -> tuple[str, Make]:
        shared = {"site": self.content.site, "articles": self.writeups}

        def make() -> bytes:
            return render(path, template, **shared, image=self.images.get(path), **values())

        return self._file(path, [bool(self.writeups), inputs], make)

    def _site_pages(self) -> Iterator[Planned]:
        def of_networks(values: Callable[[list[NetworkView]], dict[str, Any]]) -> Values:
            return lambda: {"networks": self.networks, **values(self.networks)}

        yield (
            "index.html",
            "index.html",
            self.cards,
            of_networks(lambda networks: front_values(networks, self.exhibit, self.articles)),
        )
        yield "404.html", "404.html", None, dict
        yield READING, READING, None, of_networks(reading_values)
        yield "neurons.html", "neurons.html", None, of_networks(neurons_values)
        yield (
            "explorers.html",
            "explorers.html",
            None,
            of_networks(lambda networks: explorers_values(families(networks, self.articles))),
        )
        headings = [[[each.id, each.text] for each in article.writeup.headings] for article in self.articles]
        yield (
            "search.html",
            "search.html",
            [self.cards, headings],
            of_networks(lambda networks: {**neurons_values(networks), "comparisons": self.comparisons}),
        )

    def _network_pages(self) -> Iterator[Planned]:
        compared = [[each.path, each.title, sorted(each.writeup.networks)] for each in self.comparisons]
        for name, entry in self.entries.items():
            about = [said for article in self.articles if (said := _about(article, entry.network))]
            prose = [entry.prose.marked, _leads(self.content, entry.prose)]
            yield entry.path, "network.html", [about, prose, compared], partial(self._network_values, name)
            yield explorer_path(name), "explorer.html", about, partial(self._explorer_values, name)
            for layer in entry.network.layer_numbers:
                for neuron in entry.network.neuron_numbers:
                    path = neuron_path(name, layer, neuron)
                    yield path, "neuron.html", about, partial(self._neuron_values, name, layer, neuron)

    def _network_values(self, name: str) -> dict[str, Any]:
        return network_values(self.views[name], family_of(name, self.networks, self.articles))

    def _explorer_values(self, name: str) -> dict[str, Any]:
        return explorer_values(self.views[name])

    def _explorer_data(self, name: str) -> bytes:
        return explorer_data(self.results[name])

    def _neuron_values(self, name: str, layer: int, neuron: int) -> dict[str, Any]:
        of_layer = self.views[name].layers[layer - 1]
        named_in = self.mentions.get((name, layer, neuron), [])
        return neuron_values(self.views[name], of_layer, of_layer.cards[neuron - 1], named_in)

    def _article_pages(self) -> Iterator[Planned]:
        for article in self.articles:
            beside_it = self.comparisons if article.writeup.is_comparison else self.writeups
            at = article.number - 1
            around = {
                "previous": beside_it[at - 1] if at else None,
                "following": beside_it[at + 1] if at + 1 < len(beside_it) else None,
            }
            beside = [each and [each.path, each.title] for each in around.values()]
            shared = {"article": article, "main_id": article.writeup.own_ids["main"]}
            inputs = self._inputs(article)
            yield article.path, "writeup.html", [inputs, beside], partial(dict, **shared, **around)
            for figure in article.illustrations:
                yield (
                    article.file(figure, "html"),
                    "embed.html",
                    [article.figure_made_from(figure), shared["main_id"]],
                    partial(dict[str, Any], **shared, id=figure),
                )

    def _lists(self, pages: Sequence[str]) -> Iterator[Planned]:
        """Yield the lists of pages for machines: all pages, and the write-ups."""
        announced = [article for article in self.writeups if not article.writeup.front.draft]
        unlisted = {article.file(figure, "html") for article in self.articles for figure in article.illustrations}
        unlisted |= {"404.html", *(article.path for article in self.articles if article.writeup.front.draft)}
        listed = [path for path in pages if path not in unlisted]
        yield "sitemap.xml", "sitemap.xml", listed, partial(dict, pages=listed)
        if announced:
            yield "feed.xml", "feed.xml", self.cards, partial(dict, announced=announced)

    def _inputs(self, article: Article) -> Any:
        """Return what a write-up's own files are made of."""
        writeup = article.writeup
        proses = (writeup.body, *writeup.captions.values(), *writeup.sentences.values())
        leads = [_leads(self.content, prose) for prose in proses]
        return [writeup.made_from, article.number, article.total, leads]

    def _search_index(self) -> bytes:
        found: list[Weighed] = []
        for article in self.articles:
            inputs = ["found", article.path, self._inputs(article)]
            found += self.keep(inputs, partial(_weigh_article, article))
        for entry in self.entries.values():
            found += weigh(network_entries(entry, self.content.address_of))
        reading = self.made[READING]
        inputs = ["found", READING, bool(self.writeups)]
        found += self.keep(inputs, lambda: weigh(page_sections("How to read", READING, reading())))
        found += self.keep(["found", "neurons"], lambda: weigh(neuron_entries(neuron_lines(self.networks))))
        return search_index(found)


def _weigh_article(article: Article) -> list[Weighed]:
    return weigh(article_sections(article))


def _card(article: Article) -> Any:
    """Return what other pages show of a write-up, and what that is made of."""
    writeup = article.writeup
    claims = [[claim.question.key, str(claim.expectation)] for claim in writeup.claims]
    return [article.path, writeup.front.model_dump_json(), writeup.minutes, writeup.lang, claims]


def _about(article: Article, network: Network) -> Any:
    """Return what the pages of a network show of a write-up, and what that is made of; nothing if it is not in it."""
    writeup = article.writeup
    named = sorted({each.text for each in writeup.subjects if each.network.name == network.name})
    claims = [
        [claim.id, claim.question.key, str(claim.expectation), claim.says]
        for claim in writeup.claims
        if claim.question.subject.network.name == network.name
    ]
    shown = [article.path, article.title, writeup.front.summary, writeup.front.draft]
    return [*shown, named, claims] if named or claims else None


def _leads(content: Content, prose: Prose[Any]) -> list[Any]:
    """Return where the links of a text lead: the addresses depend on what else there is, the sizes on files."""
    links = (part for part in prose.parts if isinstance(part, Link))
    return [lead_of(link, content.address_of) for link in links]


def _drawing(article: Article, figure: str) -> bytes:
    number = article.figure_number(figure)
    return draw_svg(
        article.illustrations[figure],
        title=f"{article.title}, figure {number}",
        description=article.alternative(figure),
        source=f"{article.title}, figure {number}",
    )
