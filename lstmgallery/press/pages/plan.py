"""Every file of the site, from content and results: `plan_site` gives `{path: function that renders it}`.

A build renders all of them, a preview only the requested one. Each page is one function that gathers the values of its
template; templates only arrange them. Links are relative and point to files, so the tree works at any address and from
disk.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from lstmgallery.desk.claims import Answers
from lstmgallery.desk.results import Results
from lstmgallery.press.addresses import explorer_path
from lstmgallery.press.manuscript.content import Content
from lstmgallery.press.marks.palette import stylesheet
from lstmgallery.press.pages.articles import Article, data_files, find_claimed, find_mentions, write_articles
from lstmgallery.press.pages.drawings import draw_svg
from lstmgallery.press.pages.explorer import (
    data_path,
    explorer_data_of,
    explorer_script,
    explorer_style,
    explorer_values,
    explorers_values,
)
from lstmgallery.press.pages.front import Exhibit, choose_exhibit, front_data, front_script, front_values
from lstmgallery.press.pages.link_images import image_files, link_images
from lstmgallery.press.pages.lookup import everything, page_sections, search_index, search_library, search_script
from lstmgallery.press.pages.network import network_values
from lstmgallery.press.pages.neuron import neuron_values
from lstmgallery.press.pages.neurons import neuron_lines, neurons_values
from lstmgallery.press.pages.reading import reading_values
from lstmgallery.press.pages.rendering import THEME, render
from lstmgallery.press.pages.styles import page_style
from lstmgallery.press.pages.views import NetworkView, view_network

STATIC = THEME / "static"


Make = Callable[[], bytes]


def plan_site(content: Content, results: Sequence[Results], answers: Answers) -> dict[str, Make]:
    """Return every file of the site by path, as a function that returns its bytes.

    `results` are those of `content.networks`, in the same order; `answers` those to the write-ups' questions.
    """
    of_networks = zip(content.networks, results, strict=True)
    articles = write_articles(content, results, answers)
    claimed = find_claimed(articles)
    networks = [view_network(entry, content.address_of, found, claimed) for entry, found in of_networks]
    exhibit = choose_exhibit(networks, content.front)
    shared = {"site": content.site, "networks": networks, "articles": articles}
    planned = list(_pages(networks, exhibit, articles))
    images = (
        link_images(content.site.title, [path for path, _, _ in planned], networks, articles)
        if content.site.base_url
        else {}
    )

    def page(path: str, template: str, values: Callable[[], dict[str, Any]]) -> tuple[str, Make]:
        return path, lambda: render(path, template, **shared, image=images.get(path), **values())

    def index() -> bytes:
        pages = page_sections({"how-to-read.html": ("How to read", plan["how-to-read.html"])})
        return search_index(everything(networks, articles, neuron_lines(networks), pages))

    plan: dict[str, Make] = {
        "assets/style.css": page_style,
        "assets/palette.css": stylesheet,
        "assets/explorer.css": explorer_style,
        "assets/explorer.js": explorer_script,
        "assets/front.js": front_script,
        "assets/exhibit.js": partial(front_data, exhibit),
        **{data_path(view.network.name): partial(explorer_data_of, view) for view in networks},
        **{f"assets/{file.name}": file.read_bytes for file in sorted(STATIC.iterdir(), key=lambda file: file.name)},
        "assets/search.js": search_script,
        "assets/minisearch.js": search_library,
        "assets/search-index.js": index,
        **dict(page(*each) for each in planned),
    }
    plan |= {attachment.path: attachment.read for attachment in content.attachments}
    for article in articles:
        plan |= dict(data_files(article))
        plan |= {article.file(figure, "svg"): partial(_drawing, article, figure) for figure in article.illustrations}
    if content.site.base_url:
        announced = [article for article in articles if not article.writeup.front.draft]
        unlisted = {article.file(figure, "html") for article in articles for figure in article.illustrations}
        unlisted |= {"404.html", *(article.path for article in articles if article.writeup.front.draft)}
        paths = [path for path in plan if path.endswith(".html") and path not in unlisted]
        plan |= dict([page("sitemap.xml", "sitemap.xml", lambda: {"pages": paths})])
        if announced:
            plan |= dict([page("feed.xml", "feed.xml", lambda: {"announced": announced})])
    return plan | image_files(images)


def _pages(
    networks: Sequence[NetworkView], exhibit: Exhibit, articles: Sequence[Article]
) -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
    """Yield (path, template, function that gathers the values) for every page."""
    mentions = find_mentions(articles)
    yield "index.html", "index.html", partial(front_values, networks, exhibit, articles)
    yield "404.html", "404.html", dict
    yield "how-to-read.html", "how-to-read.html", partial(reading_values, networks)
    yield "neurons.html", "neurons.html", partial(neurons_values, networks)
    yield "explorers.html", "explorers.html", partial(explorers_values, networks)
    yield "search.html", "search.html", partial(neurons_values, networks)
    for view in networks:
        yield view.path, "network.html", partial(network_values, view)
        yield explorer_path(view.network.name), "explorer.html", partial(explorer_values, view)
        for layer in view.layers:
            for card in layer.cards:
                named_in = mentions.get((view.network.name, layer.number, card.neuron), [])
                yield card.path, "neuron.html", partial(neuron_values, view, layer, card, named_in)
    for at, article in enumerate(articles):
        around = {
            "previous": articles[at - 1] if at else None,
            "following": articles[at + 1] if at + 1 < len(articles) else None,
        }
        shared = {"article": article, "main_id": article.writeup.own_ids["main"]}
        yield article.path, "writeup.html", partial(dict, **shared, **around)
        for figure in article.illustrations:
            yield article.file(figure, "html"), "embed.html", partial(dict, **shared, id=figure)


def _drawing(article: Article, figure: str) -> bytes:
    number = article.figure_number(figure)
    return draw_svg(
        article.illustrations[figure],
        title=f"{article.title}, figure {number}",
        description=article.alternative(figure),
        source=f"{article.title}, figure {number}",
    )
