"""The explorer's data, a network's weights and findings as a script, and its code, joined from modules."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any

import numpy as np

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.table import CellKind
from lstmgallery.desk.experiments.doses import Doses, count_units
from lstmgallery.desk.experiments.experiment import neurons_needed
from lstmgallery.desk.results import Results
from lstmgallery.network import Network
from lstmgallery.press.addresses import add_counts, explorer_path, explorer_url, hold
from lstmgallery.press.pages import evidence
from lstmgallery.press.pages.scripts import join_modules
from lstmgallery.press.pages.sentences import measured_on
from lstmgallery.press.pages.views import NetworkView

SOURCES = resources.files("lstmgallery.press") / "theme" / "explorer"
CELLS = resources.files("lstmgallery.cells")
SCRIPTS = (  # in dependency order; of the possible orders, one that compresses well
    *("products", "network", "writing", "language", "print", "layout", "changes", "reading", "runs", "search", "state"),
    *("address", "dom", "line", "tiles", "rows", "arithmetic", "outcome", "notes", "strip", "finder"),
    *("page", "timing", "overview", "strips", "controls", "drawing", "history", "steering", "listening", "explorer"),
)
MOST_CHARACTERS = 2_000  # of a text; longer ones are cut, with a message
TEXTS = 3  # sequences of a network, on the page of all explorers
PlaceOf = Callable[[int, int], str]  # (layer, neuron) -> path of a page of the site


def data_path(network: str) -> str:
    """Return the path of the script with a network's weights and findings for its explorer."""
    return f"explorer/{network}.js"


def explorer_script() -> bytes:
    """Return the script shared by all explorers: the modules of `theme/explorer` with the steps of all cells."""
    return join_modules(read_modules(SCRIPTS)).encode()


def read_modules(names: Sequence[str]) -> list[str]:
    """Return modules of the explorer, `products` first, with the steps of all cells after it."""
    first, *others = (SOURCES / f"{name}.js" for name in names)
    steps = [CELLS / kind / "step.js" for kind in CELL_KINDS]
    return [file.read_text(encoding="utf-8") for file in (first, *steps, *others)]


def explorer_style() -> bytes:
    """Return the stylesheet shared by all explorers, without its comments."""
    style = (SOURCES / "explorer.css").read_text(encoding="utf-8")
    rules = re.sub(r" */\*.*?\*/", "", style, flags=re.DOTALL)
    return "".join(f"{line}\n" for line in rules.splitlines() if line).encode()


def explorer_data(results: Results, place_of: PlaceOf) -> bytes:
    """Return the script that sets `window.lstmgallery.data`: the explorer's data on one network.

    Weights are float32, little-endian, base64. `place_of` gives a neuron's page, relative to the explorer's.
    """
    text = json.dumps({"data": describe(results, place_of)}, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return ("window.lstmgallery = " + text.replace("<", "\\u003c") + ";\n").encode()


def describe(results: Results, place_of: PlaceOf) -> dict[str, Any]:
    """Return the explorer's data on one network, as plain JSON values."""
    return {
        **describe_play(results),
        "neurons": [
            {
                "layer": line.layer,
                "neuron": line.neuron,
                "role": line.role if line.has_role else "No role found.",
                "page": place_of(line.layer, line.neuron),
            }
            for line in evidence.rank(results)
        ],
        "held_out": _held_out(results),
        "measured_on": measured_on(results),
    }


def describe_play(results: Results) -> dict[str, Any]:
    """Return the data needed to run a network, to change it and to shade it, without findings and sequences."""
    return {
        **describe_network(results.network, results.weights),
        "largest": _largest(results),
        "counts": _counts(results),
        "best": [*results.best],
        "neurons": [],
        "longest_shown": results.network.longest_shown,
        "held_out": [],
        "measured_on": "",
    }


def describe_network(network: Network, weights: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return the data needed to run a network, as plain JSON values."""
    rule = network.task.rule
    return {
        "cell": network.cell,
        "layers": network.layers,
        "units": network.units,
        "signals": [_signal(network.kind, key) for key in network.kind.keys],
        "state": list(network.kind.state),
        "memory": network.kind.memory,
        "vocabulary": list(network.task.vocabulary),
        "rule": None if rule is None else {"prompt": rule.prompt, "delimiter": rule.delimiter, "writes": rule.writes},
        "weights": {
            name: base64.b64encode(values.astype("<f4").tobytes()).decode() for name, values in weights.items()
        },
        "most_characters": MOST_CHARACTERS,
    }


def examples(results: Results) -> list[tuple[str, str]]:
    """Return (words, address) of changes worth trying: counts added at the delimiter, the best memory held at zero."""
    network = results.network
    (layer, neuron), memory = results.best, network.kind.memory
    if dose := network.task.dose:
        text = dose.prompt(min(4, dose.longest))
        places = enough_neurons(results)
        changes = [add_counts(*place, memory, 3, step=len(text)) for place in places]
        who = f"neuron {places[0][1]}" if len(places) == 1 else f"the {len(places)} best neurons"
        address = explorer_url(
            network.name, text=text, layer=layer, neuron=neuron, step=len(text), do=changes, write="greedy"
        )
        return [(f"{text}, with three counts added to {who}", address)]
    text = network.longest_shown
    if rule := network.task.rule:
        text = text[: text.index(rule.delimiter) + 1]
    change = hold(layer, neuron, memory, 0, step=1)
    address = explorer_url(network.name, text=text, layer=layer, neuron=neuron, do=[change], write="greedy")
    return [(f"{text}, with neuron {neuron} held at zero", address)]


def enough_neurons(results: Results) -> list[tuple[int, int]]:
    """Return the fewest of the best neurons in which each added count yields one more token written; else the best."""
    enough = neurons_needed(slopes(results)) or 1
    return [(int(row.layer), int(row.neuron)) for row in results.main_ranking.head(enough).itertuples()]


def slopes(results: Results) -> list[float]:
    """Return the tokens written more for each count added to the best neuron, to the best two at once, ..."""
    return [row.value for row in results.interventions_on(0, 0) if row.measure == Doses.result]


def _signal(kind: CellKind, key: str) -> dict[str, Any]:
    signal = kind[key]
    return {
        "key": key,
        "symbol": signal.symbol,
        "name": signal.name,
        "low": signal.low,
        "high": signal.high,
        "palette": signal.palette,
    }


def _largest(results: Results) -> list[list[float]]:
    """Return for each layer and neuron its largest absolute memory on the sequences shown and the held-out ones."""
    network, memory = results.network, results.network.kind.memory
    rows = []
    for layer in network.layer_numbers:
        of_shown = np.abs(results.shown_signals[layer - 1][memory]).max(axis=0)
        moments = [results.moments[layer, neuron, memory] for neuron in network.neuron_numbers]
        held_out = [max(abs(moment.minimum), abs(moment.maximum)) for moment in moments]
        rows.append([float(f"{each:.4g}") or 1.0 for each in np.maximum(of_shown, held_out)])
    return rows


def _counts(results: Results) -> list[list[float]] | None:
    """Return for each layer and neuron the size of one count; None if the task does not count.

    It is rounded to the explorer's float32: further digits differ between processors.
    """
    dose = results.network.task.dose
    if dose is None:
        return None
    units = count_units(results.network, results.weights, dose)
    return [[float(f"{each:.7g}") for each in of_layer.tolist()] for of_layer in units]


def _held_out(results: Results) -> list[str]:
    tokens = results.held_out.loc[results.held_out["step"] > 0].groupby("sequence", sort=True)["token"]
    return ["".join(characters) for _, characters in tokens]


def explorer_values(view: NetworkView) -> dict[str, Any]:
    """Return the values of an explorer's page before its script runs."""
    return {
        "view": view,
        "network": view.network,
        "kind": view.network.kind,
        "data_path": data_path(view.network.name),
        "examples": examples(view.results),
        "has_counts": view.network.task.dose is not None,
    }


def explorer_data_of(view: NetworkView) -> bytes:
    """Return the data of a network's explorer, with links to the pages of its neurons."""
    pages = {(layer.number, card.neuron): card.path for layer in view.layers for card in layer.cards}
    return explorer_data(view.results, lambda layer, neuron: f"../{pages[layer, neuron]}")


def explorers_values(views: Sequence[NetworkView]) -> dict[str, Any]:
    """Return the values of the page of all explorers: for each, texts to begin with, and changes worth trying."""
    return {
        "explorers": [
            {
                "view": view,
                "path": explorer_path(view.network.name),
                "texts": [(text, explorer_url(view.network.name, text=text)) for text in view.network.shown[:TEXTS]],
                "examples": examples(view.results),
            }
            for view in views
        ]
    }
