"""The explorer's data, a network's weights and findings as a script, and its code, joined from modules."""

import base64
import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from importlib import resources
from typing import Any

import numpy as np

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.table import CellKind
from lstmgallery.desk.experiments.doses import Doses, count_units
from lstmgallery.desk.experiments.experiment import neurons_needed
from lstmgallery.desk.results import Results
from lstmgallery.network import Network, Place
from lstmgallery.press.addresses import add_counts, explorer_path, explorer_url, hold, neuron_path
from lstmgallery.press.marks.tokens import glyph
from lstmgallery.press.pages import evidence
from lstmgallery.press.pages.families import Family
from lstmgallery.press.pages.scripts import join_modules
from lstmgallery.press.pages.sentences import measured_on
from lstmgallery.press.pages.views import NetworkView

SOURCES = resources.files("lstmgallery.press") / "theme" / "explorer"
CELLS = resources.files("lstmgallery.cells")
SCRIPTS = (  # for short sequences, in dependency order; of the possible orders, one that compresses well
    *("products", "network", "writing", "layout", "language", "print", "search", "changes", "reading", "runs", "state"),
    *("address", "dom", "line", "tiles", "rows", "arithmetic", "outcome", "notes", "controls", "finder", "timing"),
    *("strip", "page", "overview", "strips", "drawing", "steering", "history", "sequences", "listening", "opening"),
    "explorer",
)
OF_SEQUENCES = ("outcome", "sequences", "explorer")
OF_TEXT = ("text/weights", "text/slices", "text/running", "text/following", "text/passages", "text/explorer")
TEXT_SCRIPTS = (*(name for name in SCRIPTS if name not in OF_SEQUENCES), *OF_TEXT)  # for real text
MOST_CHARACTERS = 2_000  # of a text; longer ones are cut, with a message
MOST_WRITTEN = 280  # tokens that a network of real text writes on
LARGEST_INSIDE = 100_000  # bytes of weights; larger ones of networks of real text get a file of their own
TEMPERATURE = 0.8  # of the examples
LONGEST_LABEL = 48  # characters of a passage on its button
TEXTS = 3  # sequences of a network, on the page of all explorers


def data_path(network: str) -> str:
    """Return the path of the script with a network's weights and findings for its explorer."""
    return f"explorer/{network}.js"


def weights_path(network: str) -> str:
    """Return the path of the script with the weights of a large network."""
    return f"explorer/{network}.weights.js"


def are_apart(network: Network) -> bool:
    """Return whether the weights of a network are in a file of their own, loaded after its explorer has been shown."""
    return network.task.text is not None and 4 * sum(map(math.prod, network.weight_shapes.values())) > LARGEST_INSIDE


def explorer_script(cells: Collection[str] = CELL_KINDS) -> bytes:
    """Return the script of all explorers of short sequences, from modules and the steps of `cells`."""
    return join_modules(read_modules(SCRIPTS, cells)).encode()


def text_files(
    networks: Sequence[Network], weights_of: Callable[[str], Mapping[str, np.ndarray]]
) -> dict[str, Callable[[], bytes]]:
    """Return the files that explorers of real text need besides, by path, as functions: none without such networks.

    `weights_of` gives weights by the name of their network.
    """
    of_text = [network for network in networks if network.task.text]
    script = partial(text_explorer_script, cells_of(of_text))
    shared: dict[str, Callable[[], bytes]] = {
        "assets/text-explorer.js": script,
        "assets/text-explorer.css": text_explorer_style,
    }
    return (shared if of_text else {}) | {
        weights_path(network.name): partial(_weights, network.name, weights_of)
        for network in of_text
        if are_apart(network)
    }


def _weights(name: str, weights_of: Callable[[str], Mapping[str, np.ndarray]]) -> bytes:
    return explorer_weights(weights_of(name))


def cells_of(networks: Iterable[Network]) -> list[str]:
    """Return the kinds of cells of networks, in the order of their table."""
    used = {network.cell for network in networks}
    return [kind for kind in CELL_KINDS if kind in used]


def text_explorer_script(cells: Collection[str] = CELL_KINDS) -> bytes:
    """Return the script of all explorers of real text, likewise."""
    return join_modules(read_modules(TEXT_SCRIPTS, cells)).encode()


def read_modules(names: Sequence[str], cells: Collection[str] = CELL_KINDS) -> list[str]:
    """Return modules of the explorer, `products` first, with the steps of `cells` after it."""
    first, *others = (SOURCES / f"{name}.js" for name in names)
    steps = [CELLS / kind / "step.js" for kind in cells]
    return [file.read_text(encoding="utf-8") for file in (first, *steps, *others)]


def explorer_style() -> bytes:
    """Return the stylesheet shared by all explorers, without its comments and the blanks that mean nothing."""
    return _style("explorer.css")


def text_explorer_style() -> bytes:
    """Return the further stylesheet of explorers of real text, shortened likewise."""
    return _style("text/explorer.css")


def _style(name: str) -> bytes:
    style = (SOURCES / name).read_text(encoding="utf-8")
    rules = re.sub(r" */\*.*?\*/", "", style, flags=re.DOTALL)
    rules = re.sub(r"(?<=[{:;,]) +| +(?=[{}])", "", rules)  # blanks before a colon join selectors
    return "".join(f"{line}\n" for line in rules.splitlines() if line).encode()


def explorer_data(results: Results) -> bytes:
    """Return the script that sets `window.lstmgallery.data`: the explorer's data on one network.

    Weights are float32, little-endian, base64; large ones of networks of real text are left out.
    """
    return data_script(describe(results))


def data_script(data: Mapping[str, Any]) -> bytes:
    """Return the script that sets `window.lstmgallery.data`."""
    return _script("lstmgallery", {"data": data})


def explorer_weights(weights: Mapping[str, np.ndarray]) -> bytes:
    """Return the script that sets `window.lstmgallery.weights`: float16 if that holds every value exactly, or float32.

    They are little-endian, base64. Raises `ValueError` if a weight is no finite number.
    """
    if not all(np.isfinite(values).all() for values in weights.values()):
        raise ValueError("expected finite weights")
    with np.errstate(over="ignore"):
        is_half = all((values.astype(np.float16) == values).all() for values in weights.values())
    kind = "<f2" if is_half else "<f4"
    return _script("lstmgallery.weights", {"isHalf": is_half, "values": _encode(weights, kind)})


def _script(name: str, values: Mapping[str, Any]) -> bytes:
    """Return the script, in ASCII, that sets a name of `window` to plain values."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return (f"window.{name} = " + text.replace("<", "\\u003c") + ";\n").encode()


def _encode(weights: Mapping[str, np.ndarray], kind: str) -> dict[str, str]:
    return {name: base64.b64encode(values.astype(kind).tobytes()).decode() for name, values in weights.items()}


def describe(results: Results) -> dict[str, Any]:
    """Return the explorer's data on one network, as plain JSON values."""
    return {
        **describe_play(results),
        **describe_text(results.network),
        "neurons": [
            {
                "layer": line.layer,
                "neuron": line.neuron,
                "role": line.role if line.has_role else "No role found.",
            }
            for line in evidence.rank(results)
        ],
        "held_out": [] if results.network.task.text else _held_out(results),
        "measured_on": measured_on(results),
    }


def describe_text(network: Network) -> dict[str, Any]:
    """Return the data of a network that only those of real text have."""
    if not network.task.text:
        return {}
    apart = are_apart(network)
    file = weights_path(network.name).removeprefix("explorer/") if apart else None
    text = {"title": network.title, "most_written": MOST_WRITTEN, "weights": file}
    return {"text": text} | ({"weights": None} if apart else {})


def describe_play(results: Results) -> dict[str, Any]:
    """Return the data needed to run a network, to change it and to shade it, without findings and sequences."""
    return {
        **describe_network(results.network, results.weights),
        "largest": _largest(results),
        "counts": _counts(results),
        "best": [*results.best],
        "neurons": [],
        "pages": "../" + neuron_path(results.network.name, "{layer}", "{neuron}"),
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
        "weights": _encode(weights, "<f4"),
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
    if network.task.text:
        return examples_of_text(network, results.best)
    text = network.longest_shown
    if rule := network.task.rule:
        text = text[: text.index(rule.delimiter) + 1]
    change = hold(layer, neuron, memory, 0, step=1)
    address = explorer_url(network.name, text=text, layer=layer, neuron=neuron, do=[change], write="greedy")
    return [(f"{text}, with neuron {neuron} held at zero", address)]


def examples_of_text(network: Network, best: Place) -> list[tuple[str, str]]:
    """Return (words, address) of a text that the network writes, and of one with its best neuron held."""
    (layer, neuron), memory = best, network.kind.memory
    write = f"{TEMPERATURE}~1"
    text = network.longest_shown[:LONGEST_LABEL]
    change = hold(layer, neuron, memory, 0, step=1)
    held = explorer_url(network.name, text=text, layer=layer, neuron=neuron, do=[change], write=write)
    return [
        ("a text written by the network", explorer_url(network.name, text="", write=write)),
        (f"what it writes with neuron {neuron} held at zero", held),
    ]


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
    return page_values(view, examples(view.results))


def page_values(view: NetworkView, links: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the values of an explorer's page; `links` are its examples, (words, address)."""
    is_text = view.network.task.text is not None
    return {
        "view": view,
        "network": view.network,
        "kind": view.network.kind,
        "data_path": data_path(view.network.name),
        "examples": links,
        "has_counts": view.network.task.dose is not None,
        "script_path": f"assets/{'text-' if is_text else ''}explorer.js",
        "passages": [(each, label(each) if is_text else each) for each in view.network.shown],
    }


def label(passage: str) -> str:
    """Return the beginning of a passage as the label of a button: white space as spaces, other signs visible."""
    short = passage if len(passage) <= LONGEST_LABEL else passage[: LONGEST_LABEL - 1] + "…"
    return "".join(" " if character.isspace() else glyph(character) for character in short)


def explorers_values(families: Sequence[Family]) -> dict[str, Any]:
    """Return the values of the page of all explorers: for each, texts to begin with, and changes worth trying.

    The explorers of variants are named with that of their principal network.
    """
    return {
        "explorers": [
            {
                "view": view,
                "path": explorer_path(view.network.name),
                "texts": [
                    (label(each) if view.network.task.text else each, explorer_url(view.network.name, text=each))
                    for each in view.network.shown[:TEXTS]
                ],
                "examples": examples(view.results),
                "variants": [(name, explorer_path(each.network.name)) for name, each in family.named],
            }
            for family in families
            for view in (family.view,)
        ]
    }
