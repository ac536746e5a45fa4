"""Views of a network for pages: its author's text, the findings, the drawings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from lstmgallery.cells.table import Signal
from lstmgallery.desk.loss import LossUnit, loss_unit
from lstmgallery.desk.results import Results
from lstmgallery.desk.roles import ROLE
from lstmgallery.network import Network
from lstmgallery.press.addresses import network_path, neuron_path
from lstmgallery.press.manuscript.content import NetworkContent
from lstmgallery.press.manuscript.prose import Link, Url, link_attribute
from lstmgallery.press.marks import text
from lstmgallery.press.marks.heat import HeatRow
from lstmgallery.press.marks.strips import (
    MiniStrip,
    Strip,
    Token,
    draw_mini_strip,
    draw_strip,
    largest_size,
    range_words,
    scale_of,
    show_tokens,
)
from lstmgallery.press.pages.provenance import ClaimLink
from lstmgallery.press.pages.sentences import measured_on, row_sentence
from lstmgallery.tasks.vocabulary import with_start


@dataclass(frozen=True)
class NeuronCard:
    """One neuron in the overview of its layer: small strips of its memory and hidden state, and their ranges."""

    neuron: int
    path: str
    strips: tuple[MiniStrip, ...]
    range: str


@dataclass(frozen=True)
class Panel:
    """All neurons of a layer for one signal; `is_shown` if it is initially visible."""

    signal: Signal
    range: str
    rows: tuple[HeatRow, ...]
    is_shown: bool


@dataclass(frozen=True)
class LayerView:
    """One layer: its neurons' cards and the panels of its overview, all drawn on one sequence."""

    number: int
    cards: tuple[NeuronCard, ...]
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class NetworkView:
    """One network as shown on pages: its author's text, the findings, the drawings."""

    content: NetworkContent
    address_of: Callable[[Link], str | None]
    results: Results
    claimed: Mapping[str, list[ClaimLink]]
    layers: tuple[LayerView, ...]
    tokens: tuple[Token, ...]
    featured: Strip
    featured_layer: int
    featured_neuron: int
    featured_role: str

    @property
    def network(self) -> Network:
        return self.content.network

    @property
    def featured_as(self) -> str:
        """What the featured neuron is chosen for."""
        if self.network.task.headline is not None:
            return "the neuron that carries the task best"
        has_role = self.results.best_row_of(*self.results.best).standing == ROLE
        return "the neuron with the clearest role" if has_role else "the neuron with the highest score"

    @property
    def path(self) -> str:
        return network_path(self.network.name)

    def prose(self, url: Url) -> Markup:
        """Return the author's text."""
        return Markup(self.content.prose.fill(lambda link: link_attribute(link, self.address_of(link), url)))

    @property
    def loss_unit(self) -> LossUnit:
        return loss_unit(self.network)

    @property
    def measured_on(self) -> str:
        return measured_on(self.results)

    @property
    def shape(self) -> str:
        layers = text.count(self.network.layers, "layer")
        return f"{self.network.kind.heading}, {layers} of {text.count(self.network.units, 'neuron')}"

    @property
    def outcome(self) -> str:
        """The result of training, as a main clause; empty without a success criterion."""
        criterion = self.results.about["criterion"]
        if criterion is None:
            return ""
        after = f"{text.thousands(criterion['steps'])} training steps"
        if criterion["is_met"]:
            return f"it predicts every determined token after {after}"
        share = text.percent(criterion["sequences_right"] / criterion["sequences"])
        return f"it did not learn its task: after {after}, it writes {share} of sequences right"

    @property
    def residual(self) -> float:
        """The largest residual, as a share of its tolerance."""
        return max(self.results.residuals.values(), key=lambda each: each.residual / each.tolerance).residual

    @property
    def values_checked(self) -> int:
        kind = self.network.kind
        neurons = self.network.layers * self.network.units
        return int(self.results.about["stored_steps"]) * neurons * (len(kind.signals) + len(kind.updates))


def view_network(
    content: NetworkContent,
    address_of: Callable[[Link], str | None],
    results: Results,
    claimed: Mapping[str, list[ClaimLink]],
) -> NetworkView:
    """Return the view of one network; `claimed` are the claims by the key of their question."""
    network = results.network
    rows = results.rows_of_shown(network.shown.index(network.longest_shown))
    layers = tuple(_view_layer(results, layer, rows) for layer in network.layer_numbers)
    layer, neuron = results.best
    return NetworkView(
        content=content,
        address_of=address_of,
        results=results,
        claimed=claimed,
        layers=layers,
        tokens=show_tokens(with_start(network.longest_shown)),
        featured=draw_shown(results, layer, neuron, network.shown.index(network.longest_shown)),
        featured_layer=layer,
        featured_neuron=neuron,
        featured_role=row_sentence(network, results.best_row_of(layer, neuron)),
    )


def _view_layer(results: Results, layer: int, rows: np.ndarray) -> LayerView:
    network = results.network
    signals = results.shown_signals[layer - 1]
    largest = largest_size(signals[network.kind.memory])
    cards = []
    panels = []
    for signal in () if network.task.text else network.kind.signals:  # too many neurons and steps to draw
        values = signals[signal.key][rows]
        rows_of_panel = tuple(
            HeatRow(
                neuron,
                neuron_path(network.name, layer, neuron),
                draw_mini_strip(signal, values[:, neuron - 1], largest=largest),
            )
            for neuron in network.neuron_numbers
        )
        shown = signal.key in network.kind.memories
        panels.append(Panel(signal, range_words(*scale_of(signal, largest)), rows_of_panel, shown))
    for neuron in network.neuron_numbers:
        moment = results.moments[layer, neuron, network.kind.memory]
        extent = f"{text.brief(moment.minimum)} … {text.brief(moment.maximum)}"
        strips = tuple(panel.rows[neuron - 1].strip for panel in panels if panel.is_shown)
        cards.append(NeuronCard(neuron, neuron_path(network.name, layer, neuron), strips, extent))
    return LayerView(layer, tuple(cards), tuple(panels))


def draw_shown(results: Results, layer: int, neuron: int, number: int) -> Strip:
    """Draw one neuron along sequence `number`, from 0, of those shown of its network."""
    network = results.network
    of_layer = results.shown_signals[layer - 1]
    memory = of_layer[network.kind.memory]
    own = memory[:, neuron - 1]
    rows = results.rows_of_shown(number)
    return draw_strip(
        network.kind,
        with_start(network.shown[number]),
        {key: values[rows, neuron - 1] for key, values in of_layer.items()},
        largest=largest_size(own),
        largest_of_layer=largest_size(memory),
        extent=(float(own.min()), float(own.max())),
    )
