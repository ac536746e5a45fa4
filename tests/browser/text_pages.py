"""The explorer of a made-up network of real text, written into a folder without a build."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np

from lstmgallery.network import Network
from lstmgallery.press.addresses import explorer_path, neuron_path
from lstmgallery.press.manuscript.content import Site
from lstmgallery.press.marks.palette import stylesheet
from lstmgallery.press.marks.strips import Strip, draw_strip
from lstmgallery.press.pages import explorer
from lstmgallery.press.pages.rendering import render
from lstmgallery.press.pages.styles import page_style
from lstmgallery.press.pages.views import NetworkView
from lstmgallery.tasks.texts.sources.stdlib import StandardLibrary
from lstmgallery.tasks.texts.task import Reading, Text
from lstmgallery.tasks.vocabulary import END, START, UNKNOWN, Vocabulary, with_start
from tests.conftest import random_weights, small_network

LETTERS = (*"abcdefghijklmnopqrstuvwxyz", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"0123456789", *" \n.,:;!?'\"#@/<&-_%$()é🎉")
PASSAGES = ("the cat <b>sat</b> on the mat.", "#one @two https://three.example", "Is it? “Yes”,\nhe said.")


def text_network(folder: Path, *, layers: int = 2, units: int = 6, shown: Sequence[str] = PASSAGES) -> Network:
    """Return a network of real text that was never trained."""
    vocabulary = Vocabulary((START, END, UNKNOWN, *LETTERS))
    task = Text(kind="text", corpus=StandardLibrary(kind="python-stdlib"))
    task = task.reading_of(Reading(vocabulary, tuple(shown)))
    changes = {
        "task": task,
        "layers": layers,
        "units": units,
        "shown": tuple(shown),
        "title": "Made-up",
        "name": "text",
    }
    return small_network(folder).model_copy(update=changes)


def half_weights(network: Network, *, seed: int, scale: float = 0.5) -> dict[str, np.ndarray]:
    """Return random weights that float16 holds exactly."""
    weights = random_weights(network, seed=seed, scale=scale)
    return {name: values.astype(np.float16).astype(np.float32) for name, values in weights.items()}


def describe(network: Network, weights: dict[str, np.ndarray]) -> dict[str, object]:
    """Return the explorer's data, with a role for every neuron."""
    places = [(layer, neuron) for layer in network.layer_numbers for neuron in network.neuron_numbers]
    return {
        **explorer.describe_network(network, weights),
        **explorer.describe_text(network),
        "largest": [[1.0] * network.units] * network.layers,
        "counts": None,
        "best": [network.layers, 2],
        "neurons": [
            {"layer": layer, "neuron": neuron, "role": f"Its cell state tends to follow thing {neuron}."}
            for layer, neuron in places
        ],
        "pages": "../" + neuron_path(network.name, "{layer}", "{neuron}"),
        "longest_shown": network.longest_shown,
        "held_out": [],
        "measured_on": "nothing",
    }


@dataclass(frozen=True)
class View:
    """What the template of an explorer reads of a view."""

    network: Network
    path: str = "networks/text/index.html"
    shape: str = "made up"
    measured_on: str = "nothing"
    featured_layer: int = 2
    featured_neuron: int = 2
    featured_as: str = "the neuron that nobody chose"
    featured_role: str = "It does nothing."
    tokens: tuple[object, ...] = ()
    results: object = field(default_factory=lambda: SimpleNamespace(about=SimpleNamespace(weights_sha256="0" * 64)))

    @property
    def layers(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(number=number, panels=()) for number in self.network.layer_numbers]

    @property
    def featured(self) -> Strip:
        tokens = with_start(self.network.longest_shown)
        signals = {key: np.zeros(len(tokens)) for key in self.network.kind.keys}
        return draw_strip(self.network.kind, tokens, signals, largest=1.0, largest_of_layer=1.0, extent=(0.0, 1.0))


def write_explorer(folder: Path, network: Network, weights: dict[str, np.ndarray]) -> Path:
    """Write the page of an explorer with everything it loads; return its path."""
    page = explorer_path(network.name)
    examples = explorer.examples_of_text(network, (network.layers, 2))
    site = Site(title="Made up", tagline="Of a test.", description="Of a test.")
    shared = {"site": site, "networks": [], "articles": [], "image": None}
    values = explorer.page_values(cast(NetworkView, View(network)), examples)
    files = {
        page: render(page, "explorer.html", **shared, **values),
        "assets/style.css": page_style(),
        "assets/palette.css": stylesheet(),
        "assets/icon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "assets/search.js": b"",
        "assets/explorer.css": explorer.explorer_style(),
        "assets/text-explorer.css": explorer.text_explorer_style(),
        "assets/text-explorer.js": explorer.text_explorer_script(),
        explorer.data_path(network.name): explorer.data_script(describe(network, weights)),
    }
    if explorer.are_apart(network):
        files[explorer.weights_path(network.name)] = explorer.explorer_weights(weights)
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder / page
