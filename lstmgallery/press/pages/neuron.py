"""The page of a neuron."""

from collections.abc import Sequence
from typing import Any

from lstmgallery.desk.equations import TOLERANCE
from lstmgallery.press.addresses import explorer_url
from lstmgallery.press.figures.dose import dose_plot
from lstmgallery.press.pages import evidence
from lstmgallery.press.pages.articles import Article
from lstmgallery.press.pages.places import view_places
from lstmgallery.press.pages.views import LayerView, NetworkView, NeuronCard, draw_shown

OF_TEXT = 1  # sequences of real text that are shown step by step: they are long, and its places say more


def neuron_values(view: NetworkView, layer: LayerView, card: NeuronCard, mentions: Sequence[Article]) -> dict[str, Any]:
    """Return the values of a neuron's page; `mentions` are the write-ups that name it."""
    network, results = view.network, view.results
    neurons = [(each.number, card.neuron, card.path) for each in view.layers for card in each.cards]
    at = neurons.index((layer.number, card.neuron, card.path))
    shown = OF_TEXT if network.task.text else len(network.shown)
    return {
        "view": view,
        "network": network,
        "kind": network.kind,
        "layer": layer,
        "neuron": card.neuron,
        "mentions": mentions,
        "strips": [draw_shown(results, layer.number, card.neuron, number) for number in range(shown)],
        "explorer": explorer_url(network.name, text=network.longest_shown, layer=layer.number, neuron=card.neuron),
        "headline": evidence.headline(results, layer.number, card.neuron),
        "roles": evidence.roles(results, layer.number, card.neuron),
        "holds": evidence.holds_table(results, layer.number, card.neuron),
        "doses": dose_plot(results, layer.number, card.neuron),
        "exchange": evidence.exchange_sentence(results, layer.number, card.neuron),
        "relative": results.relative_of(layer.number, card.neuron),
        "moments": {key: results.moments[layer.number, card.neuron, key] for key in network.kind.keys},
        "tolerance": TOLERANCE,
        "residual": results.residuals[layer.number, card.neuron],
        "held_on": evidence.held_on(results),
        "places": view_places(results, layer.number, card.neuron),
        "previous": neurons[at - 1] if at else None,
        "following": neurons[at + 1] if at + 1 < len(neurons) else None,
    }
