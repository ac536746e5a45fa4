"""Every file of the site, from content and results: `plan_site` gives `{path: function that renders it}`.

A build renders them all, a preview only the one that is asked for. Each page is one function that gathers what its
template shows; templates only arrange it. Links are relative and to files, so the tree works at any address and from
disk.
"""

import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup, escape

from lstmgallery import __version__
from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.table import CellKind, Update
from lstmgallery.desk.certainty import RESAMPLES
from lstmgallery.desk.chance import SHUFFLES
from lstmgallery.desk.claims import BY_LUCK, Answers
from lstmgallery.desk.equations import TOLERANCE
from lstmgallery.desk.results import Results
from lstmgallery.desk.roles import COUNTS, ERROR_RATE, FEWEST_CASES, FOLLOWS, MARGIN, MOSTLY, NEARLY_ALWAYS, SMALLEST
from lstmgallery.desk.untrained import ASKED, UNTRAINED
from lstmgallery.network import Network
from lstmgallery.press.addresses import explorer_path, explorer_url, network_path, neuron_path
from lstmgallery.press.figures.dose import dose_plot
from lstmgallery.press.figures.frontier import frontier
from lstmgallery.press.figures.saturation import saturation_plots
from lstmgallery.press.figures.together import groups_plot
from lstmgallery.press.manuscript.content import Content, NetworkContent
from lstmgallery.press.manuscript.prose import Link, Url, link_attribute
from lstmgallery.press.marks import text
from lstmgallery.press.marks.palette import stylesheet
from lstmgallery.press.marks.strips import MiniStrip, Strip, draw_mini_strip, draw_strip, largest_size, show_tokens
from lstmgallery.press.pages import evidence, provenance
from lstmgallery.press.pages.articles import MOST_ROWS, Article, data_files, find_claimed, find_mentions, write_articles
from lstmgallery.press.pages.drawings import draw_svg
from lstmgallery.press.pages.explorer import data_path, examples, explorer_data, explorer_script
from lstmgallery.press.pages.provenance import plot_curve
from lstmgallery.press.pages.sentences import measured_on, row_sentence
from lstmgallery.store import read_tokens

THEME = resources.files("lstmgallery.press") / "theme"
STATIC = THEME / "static"
FILTERS = {name: getattr(text, name) for name in ("brief", "count", "number", "percent", "scientific", "thousands")}


@dataclass(frozen=True)
class NeuronCard:
    """One neuron among the others of its layer: its memory and its hidden state, small, and where they range."""

    neuron: int
    path: str
    strips: tuple[MiniStrip, ...]
    range: str


@dataclass(frozen=True)
class Panel:
    """All neurons of a layer for one signal; `is_shown` where a reader finds it shown at first."""

    signal: Any
    range: str
    strips: tuple[MiniStrip, ...]
    is_shown: bool


@dataclass(frozen=True)
class LayerView:
    """One layer: its neurons' cards and the panels of its overview, all drawn on one sequence."""

    number: int
    cards: tuple[NeuronCard, ...]
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class NetworkView:
    """One network as the pages show it: what its author wrote, what was found, what is drawn from it."""

    content: NetworkContent
    address_of: Callable[[Link], str | None]
    results: Results
    layers: tuple[LayerView, ...]
    tokens: tuple[Any, ...]
    featured: Strip
    featured_layer: int
    featured_neuron: int
    featured_role: str

    @property
    def network(self) -> Network:
        return self.content.network

    @property
    def path(self) -> str:
        return network_path(self.network.name)

    def prose(self, url: Url) -> Markup:
        """Return what the network's author wrote."""
        return Markup(self.content.prose.fill(lambda link: link_attribute(self.address_of(link), url)))

    @property
    def measured_on(self) -> str:
        return measured_on(self.results)

    @property
    def shape(self) -> str:
        layers = text.count(self.network.layers, "layer")
        return f"{self.network.kind.title}, {layers} of {text.count(self.network.units, 'neuron')}"

    @property
    def residual(self) -> float:
        return max(each.residual for each in self.results.residuals.values())

    @property
    def values_checked(self) -> int:
        kind = self.network.kind
        neurons = self.network.layers * self.network.units
        return len(self.results.steps) * neurons * (len(kind.signals) + len(kind.updates))


Make = Callable[[], bytes]


def plan_site(content: Content, results: Sequence[Results], answers: Answers) -> dict[str, Make]:
    """Return every file of the site by its path, as a function that makes its bytes.

    `results` are those of `content.networks`, in the same order; `answers` those to what the write-ups ask.
    """
    of_networks = zip(content.networks, results, strict=True)
    networks = [_view_network(entry, content.address_of, found) for entry, found in of_networks]
    articles = write_articles(content, results, answers)
    environment = _environment()
    shared = {"site": content.site, "networks": networks, "articles": articles}

    def page(path: str, template: str, values: Callable[[], dict[str, Any]]) -> tuple[str, Make]:
        return path, lambda: _render(environment, path, template, **shared, **values())

    plan: dict[str, Make] = {
        "assets/palette.css": stylesheet,
        "assets/explorer.js": explorer_script,
        **{data_path(view.network.name): partial(_explorer_data, view) for view in networks},
        **{f"assets/{file.name}": file.read_bytes for file in sorted(STATIC.iterdir(), key=lambda file: file.name)},
        **dict(page(*planned) for planned in _pages(networks, articles)),
    }
    for article in articles:
        plan |= dict(data_files(article))
        plan |= {article.file(figure, "svg"): partial(_drawing, article, figure) for figure in article.illustrations}
    if content.site.base_url:
        alone = {article.file(figure, "html") for article in articles for figure in article.illustrations}
        paths = [path for path in plan if path.endswith(".html") and path not in {*alone, "404.html"}]
        plan |= dict([page("sitemap.xml", "sitemap.xml", lambda: {"pages": paths})])
        if articles:
            plan |= dict([page("feed.xml", "feed.xml", dict)])
    return plan


def _pages(
    networks: Sequence[NetworkView], articles: Sequence[Article]
) -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
    """Yield (path, template, function that gathers its values) of every page."""
    mentions = find_mentions(articles)
    yield "index.html", "index.html", dict
    yield "404.html", "404.html", dict
    yield "how-to-read.html", "how-to-read.html", partial(_reading_values, networks)
    for view in networks:
        yield view.path, "network.html", partial(_network_values, view, articles)
        yield explorer_path(view.network.name), "explorer.html", partial(_explorer_values, view)
        for layer in view.layers:
            for card in layer.cards:
                named_in = mentions.get((view.network.name, layer.number, card.neuron), [])
                yield card.path, "neuron.html", partial(_neuron_values, view, layer, card, named_in)
    for at, article in enumerate(articles):
        around = {
            "previous": articles[at - 1] if at else None,
            "following": articles[at + 1] if at + 1 < len(articles) else None,
        }
        yield article.path, "writeup.html", partial(dict, article=article, **around)
        for figure in article.illustrations:
            yield article.file(figure, "html"), "embed.html", partial(dict, article=article, id=figure)


def _explorer_values(view: NetworkView) -> dict[str, Any]:
    return {
        "view": view,
        "network": view.network,
        "kind": view.network.kind,
        "data_path": data_path(view.network.name),
        "examples": examples(view.results),
        "has_counts": view.network.task.dose is not None,
    }


def _explorer_data(view: NetworkView) -> bytes:
    pages = {(layer.number, card.neuron): card.path for layer in view.layers for card in layer.cards}
    return explorer_data(view.results, lambda layer, neuron: f"../{pages[layer, neuron]}")


def _reading_values(networks: Sequence[NetworkView]) -> dict[str, Any]:
    return {
        "kinds": [CELL_KINDS[key] for key in sorted({view.network.cell for view in networks}, reverse=True)],
        "example": networks[0],
        "tolerance": TOLERANCE,
        "shuffles": SHUFFLES,
        "error_rate": ERROR_RATE,
        "smallest": SMALLEST,
        "untrained": UNTRAINED,
        "margins": MARGIN,
        "fewest": FEWEST_CASES,
        "nearly_always": NEARLY_ALWAYS,
        "mostly": MOSTLY,
        "counts": COUNTS,
        "follows": FOLLOWS,
        "asked": ASKED,
        "resamples": RESAMPLES,
        "by_luck": BY_LUCK,
        "most_rows": MOST_ROWS,
    }


@cache  # a preview plans again after every save; Jinja itself notices templates that have changed
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(THEME / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {**FILTERS, "equation": equation, "date": lambda day: f"{day.day} {day:%B %Y}"}
    environment.globals["version"] = __version__
    return environment


def _render(environment: jinja2.Environment, path: str, template: str, **values: Any) -> bytes:
    base_url = values["site"].base_url

    def url(target: str) -> str:
        """Return the relative link from this page to a file of the site, a fragment included.

        The page of a missing address is shown at any depth: its links are whole addresses, where the site's is known.
        """
        file, mark, fragment = target.partition("#")
        if path == "404.html" and base_url:
            return f"{base_url}{target}"
        relative = posixpath.relpath(file, posixpath.dirname(path) or ".") if file != path or not mark else ""
        return relative + mark + fragment

    values = {"url": url, "path": path, **values}
    if template == "writeup.html":
        part = environment.get_template("part.html")
        values["body"] = values["article"].body(url, lambda kind, name: part.render(kind=kind, id=name, **values))
    return environment.get_template(template).render(values).encode()


def _drawing(article: Article, figure: str) -> bytes:
    number = article.figure_number(figure)
    return draw_svg(
        article.illustrations[figure],
        title=f"{article.title}, figure {number}",
        description=article.alternative(figure),
        source=f"{article.title}, figure {number}",
    )


def equation(update: Update, kind: CellKind) -> Markup:
    """Return an update as HTML in which every value can be found by its signal: the script fills in the numbers."""
    result = kind[update.signal]
    parts = [f'<var data-signal="{result.key}">{result.symbol}</var> = ']
    for before, key, is_earlier in update.pieces():
        parts.append(str(escape(before)))
        if key:
            mark, prime = (" data-earlier", "′") if is_earlier else ("", "")
            parts.append(f'<var data-signal="{key}"{mark}>{kind[key].symbol}{prime}</var>')
    return Markup("".join(parts))


def _view_network(content: NetworkContent, address_of: Callable[[Link], str | None], results: Results) -> NetworkView:
    network = results.network
    rows = results.rows_of_figure(network.figures.index(network.longest_figure))
    layers = tuple(_view_layer(results, layer, rows) for layer in range(1, network.layers + 1))
    best = results.main_ranking.iloc[0]
    layer, neuron = int(best["layer"]), int(best["neuron"])
    return NetworkView(
        content=content,
        address_of=address_of,
        results=results,
        layers=layers,
        tokens=show_tokens(read_tokens(network.longest_figure)),
        featured=_draw_figures(results, layer, neuron)[network.figures.index(network.longest_figure)],
        featured_layer=layer,
        featured_neuron=neuron,
        featured_role=row_sentence(network, results.best_row_of(layer, neuron)),
    )


def _view_layer(results: Results, layer: int, rows: np.ndarray) -> LayerView:
    network = results.network
    signals = results.figure_signals[layer - 1]
    largest = largest_size(signals[network.kind.memory])
    cards = []
    panels = []
    for signal in network.kind.signals:
        values = signals[signal.key][rows]
        strips = tuple(draw_mini_strip(signal, values[:, unit], largest=largest) for unit in range(network.units))
        bounds = f"±{text.brief(largest)}" if signal.low is None else f"{signal.low:g} … {signal.high:g}"
        shown = signal.key in (network.kind.memory, "hidden")
        panels.append(Panel(signal, bounds.replace("-", text.MINUS), strips, shown))
    for neuron in range(1, network.units + 1):
        moment = results.moments[layer, neuron, network.kind.memory]
        extent = f"{text.brief(moment.minimum)} … {text.brief(moment.maximum)}"
        strips = tuple(panel.strips[neuron - 1] for panel in panels if panel.is_shown)
        cards.append(NeuronCard(neuron, neuron_path(network.name, layer, neuron), strips, extent))
    return LayerView(layer, tuple(cards), tuple(panels))


def _draw_figures(results: Results, layer: int, neuron: int) -> list[Strip]:
    network = results.network
    of_layer = results.figure_signals[layer - 1]
    signals = {key: values[:, neuron - 1] for key, values in of_layer.items()}
    memory = signals[network.kind.memory]
    strips = []
    for number, sequence in enumerate(network.figures):
        rows = results.rows_of_figure(number)
        strips.append(
            draw_strip(
                network.kind,
                read_tokens(sequence),
                {key: values[rows] for key, values in signals.items()},
                largest=largest_size(memory),
                largest_of_layer=largest_size(of_layer[network.kind.memory]),
                extent=(float(memory.min()), float(memory.max())),
            )
        )
    return strips


def _network_values(view: NetworkView, articles: Sequence[Article]) -> dict[str, Any]:
    curve = view.results.curve
    first, last = curve.iloc[0], curve.iloc[-1]
    loss_plot = plot_curve(
        curve,
        "loss",
        high=float(curve["loss"].max()) * 1.05,
        summary=f"Loss falls from {text.number(first['loss'])} to {text.number(last['loss'])} nats "
        f"after {last['step']:,.0f} steps.",
    )
    first_right = curve.loc[curve["right"] == 1.0, "step"].min()
    right_plot = plot_curve(
        curve, "right", high=1.0, summary=f"All sequences are right for the first time after {first_right:,.0f} steps."
    )
    held_out = view.results.held_out
    criterion = view.results.about["criterion"]
    return {
        "view": view,
        "network": view.network,
        "explorer": explorer_path(view.network.name),
        "trained_where": provenance.trained_where(view.results),
        "trained_again": provenance.trained_again(view.results),
        "chosen": provenance.chosen(view.results, view.content.chosen, find_claimed(articles)),
        "criterion": criterion,
        "right_share": criterion["sequences_right"] / criterion["sequences"],
        "is_whole": view.results.is_whole_language,
        "missing": evidence.missing(view.results),
        "held_out_sequences": held_out["sequence"].nunique(),
        "held_out_steps": len(held_out),
        "held_out_loss": float(held_out["loss"].mean()),
        "loss_plot": loss_plot,
        "right_plot": right_plot,
        "ranking": evidence.rank(view.results),
        "neuron_path": neuron_path,
        "groups_plot": groups_plot(view.results),
        "frontier": frontier(view.results),
        "saturation": [(layer.number, saturation_plots(view.results, layer.number)) for layer in view.layers],
        "seeds": evidence.seeds(view.results),
        "seeds_table": evidence.seeds_table(view.results) if view.results.seeds is not None else None,
        "seed_count": 0 if view.results.seeds is None else view.results.seeds["seed"].nunique(),
    }


def _neuron_values(
    view: NetworkView, layer: LayerView, card: NeuronCard, mentions: Sequence[Article]
) -> dict[str, Any]:
    network, results = view.network, view.results
    neurons = [(each.number, card.neuron, card.path) for each in view.layers for card in each.cards]
    at = neurons.index((layer.number, card.neuron, card.path))
    return {
        "view": view,
        "network": network,
        "kind": network.kind,
        "layer": layer,
        "neuron": card.neuron,
        "mentions": mentions,
        "strips": _draw_figures(results, layer.number, card.neuron),
        "explorer": explorer_url(network.name, text=network.longest_figure, layer=layer.number, neuron=card.neuron),
        "headline": evidence.headline(results, layer.number, card.neuron),
        "roles": evidence.roles(results, layer.number, card.neuron),
        "holds": evidence.holds_table(results, layer.number, card.neuron),
        "doses": dose_plot(results, layer.number, card.neuron),
        "exchange": evidence.exchange_sentence(results, layer.number, card.neuron),
        "relative": results.relative_of(layer.number, card.neuron),
        "moments": {key: results.moments[layer.number, card.neuron, key] for key in network.kind.keys},
        "residual": results.residuals[layer.number, card.neuron],
        "previous": neurons[at - 1] if at else None,
        "following": neurons[at + 1] if at + 1 < len(neurons) else None,
    }
