"""The network in the browser equals the trained network: 1,000 strings each, in Chromium, against Keras.

Half of the strings are of the network's language, half are random. On a text that a network was not made for, small
errors can grow from step to step, in Keras's float32 as in any other arithmetic: three steps in a hundred may be off
more.

Tolerances are absolute up to values of 8, which no gate, candidate or hidden state leaves; for a memory beyond it they
grow with the value, to ten times the resolution of the float32 that Keras computes with. A memory of a hundred is only
known to 7.6e-6 there, and takes up the error of Keras's own sigmoid (up to 1.4e-7 of itself) at every step.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from lstmgallery.cells import CELL_KINDS
from lstmgallery.desk.reference import Reader, write_on
from lstmgallery.lab.model import build_model, load_weights
from lstmgallery.lab.trace import trace
from lstmgallery.network import Network
from lstmgallery.press.addresses import explorer_path
from lstmgallery.press.pages.explorer import describe_network
from lstmgallery.store import read_weights
from tests.browser.conftest import LANGUAGES, NETWORKS, Visitor, parts_script
from tests.browser.text_pages import half_weights, text_network
from tests.conftest import Gallery, language_of, random_weights, small_network

STRINGS = 1_000
LONG = 100  # tokens: up to here signals agree to 1e-5, beyond to 1e-4
TOLERANCE, TOLERANCE_LONG = 1e-5, 1e-4
MOST_BEYOND = 3e-2  # of the steps of random strings, beyond the first tolerance and within the second
EVERY_CELL = [("lstm", 1), *((cell, 2) for cell in CELL_KINDS)]

COMPARE = """({strings, signals, probabilities, keys, layers, units, tokens, read}) => {
    const floats = (text) => {
        const [binary, bytes] = [atob(text), new Uint8Array(0.75 * text.length)];
        for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
        return new Float32Array(bytes.buffer, 0, binary.length / 4);
    };
    const [expected, likely] = [signals.map(floats), floats(probabilities)];
    const network = window.network && new lstmgallery.Network(window.network);
    const found = {short: 0, long: 0, where: "", choices: 0, beyond: 0, steps: 0};
    let row = 0;
    const rows = likely.length / tokens;
    for (const text of strings) {
        const got = network ? lstmgallery.readAll(network, text) : lstmgallery.read(text);
        const length = text.length > 100 ? "long" : "short";
        for (let step = 0; step <= text.length; step += 1, row += 1) {
            found.steps += 1;
            let largest = 0;
            for (let layer = 0; layer < layers; layer += 1) {
                keys.forEach((key, at) => {
                    const values = got.signals[key][layer][step];
                    for (let unit = 0; unit < units; unit += 1) {
                        const theirs = expected[layer][(at * rows + row) * units + unit];
                        const off = Math.abs(values[unit] - theirs) / Math.max(1, Math.abs(theirs) / 8);
                        largest = Math.max(largest, off);
                        if (!(off <= found[length])) {
                            found[length] = off;
                            found.where = `${key} of ${layer + 1}.${unit + 1}, step ${step} of ${text}`;
                        }
                    }
                });
            }
            if (largest > 1e-5) found.beyond += 1;
            const [theirs, ours] = [likely.subarray(row * tokens, (row + 1) * tokens), got.probabilities[step]];
            const best = theirs.indexOf(Math.max(...theirs));
            const chosen = ours.indexOf(Math.max(...ours));
            if (best !== chosen && Math.abs(theirs[best] - theirs[chosen]) > 1e-5) found.choices += 1;
        }
    }
    return {...found, rows, row};
}"""


def random_strings(network: Network, *, seed: int, count: int = STRINGS) -> list[str]:
    """Return random strings of the network's characters: most short, some up to a hundred characters, some longer."""
    random = np.random.default_rng(seed)
    ranges = [(101, 131) if at % 25 == 0 else (25, 101) if at % 10 == 1 else (0, 25) for at in range(count)]
    lengths = [int(random.integers(low, high)) for low, high in ranges]
    letters = np.array(network.task.letters)
    return ["".join(random.choice(letters, size=length)) for length in lengths]


def packed(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


def compare(page: Page, network: Network, weights: dict[str, np.ndarray], strings: list[str]) -> dict[str, Any]:
    """Return the largest differences between the page and Keras, and the number of different choices."""
    found: dict[str, Any] = {"short": 0.0, "long": 0.0, "choices": 0, "beyond": 0, "steps": 0}
    for first in range(0, len(strings), 250):
        part = strings[first : first + 250]
        traced = trace(network, weights, part)
        powers = np.exp(traced.logits - traced.logits.max(axis=1, keepdims=True))
        asked = {
            "strings": part,
            "signals": [packed(values) for values in traced.signals],
            "probabilities": packed(powers / powers.sum(axis=1, keepdims=True)),
            "keys": network.kind.keys,
            "layers": network.layers,
            "units": network.units,
            "tokens": len(network.task.vocabulary),
        }
        got = page.evaluate(COMPARE, asked)
        assert got["row"] == got["rows"]
        found = {
            key: max(value, got[key]) if key in ("short", "long") else value + got[key] for key, value in found.items()
        }
    return found


EXACT = [network for network in LANGUAGES if network.variant_of in (None, NETWORKS[0].name)]  # all cells


@pytest.fixture(scope="module")
def bare(browser: Browser) -> Iterator[Page]:
    """An empty page with the explorer's script."""
    page = browser.new_page()
    page.add_script_tag(content=parts_script())
    yield page
    page.close()


@pytest.mark.parametrize("network", EXACT, ids=lambda network: network.name)
def test_the_browser_agrees_with_keras_on_a_thousand_strings(
    gallery: Gallery, visit: Visitor, network: Network
) -> None:
    weights = read_weights(gallery.project.build / network.name / "weights.npz")
    page = visit(explorer_path(network.name))
    random = np.random.default_rng(7)
    own = compare(page, network, weights, [language_of(network).sample(random) for _ in range(STRINGS // 2)])
    other = compare(page, network, weights, random_strings(network, seed=7, count=STRINGS // 2))
    print(f"{network.name}: of its language {own}, random {other}")
    assert own["short"] <= TOLERANCE
    assert max(other["short"], other["long"]) <= TOLERANCE_LONG
    assert other["beyond"] <= MOST_BEYOND * other["steps"]
    assert own["choices"] == other["choices"] == 0


@pytest.mark.parametrize(("cell", "layers"), EVERY_CELL)
def test_every_kind_of_cell_agrees_too(bare: Page, tmp_path: Path, cell: str, layers: int) -> None:
    network = small_network(tmp_path, cell=cell, layers=layers)
    weights = random_weights(network, seed=5, scale=0.5)
    bare.evaluate("(data) => { window.network = data; }", runnable(network, weights))
    found = compare(bare, network, weights, random_strings(network, seed=3, count=200))
    assert found["short"] <= TOLERANCE
    assert found["long"] <= TOLERANCE_LONG
    assert found["choices"] == 0


def test_a_large_network_of_text_agrees_too(bare: Page, tmp_path: Path) -> None:
    """2 x 128 units that keep most of their memory, so that cells grow; some of the characters are unknown."""
    network = text_network(tmp_path, units=128)
    weights = half_weights(network, seed=4, scale=0.08)
    for layer in (1, 2):
        weights[f"layer_{layer}/bias"][:256] += np.float32(1.5)  # open the input gates and the forget gates
    random = np.random.default_rng(8)
    strings = ["".join(random.choice([*"abc .\n#éß…"], size=size)) for size in (*range(0, 90, 9), 280)]
    largest = max(float(np.abs(values).max()) for values in trace(network, weights, strings).signals)
    assert largest > 8  # the size from which on tolerances grow
    bare.evaluate("(data) => { window.network = data; }", runnable(network, weights))
    found = compare(bare, network, weights, strings)
    print(f"{network.units} units, cells up to {largest:.1f}: {found}")
    assert max(found["short"], found["long"]) <= TOLERANCE
    assert found["choices"] == 0


def runnable(network: Network, weights: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return the arguments of `new Network`, with counts of a known size."""
    places = [(layer, neuron) for layer in range(1, network.layers + 1) for neuron in range(1, network.units + 1)]
    return {
        **describe_network(network, weights),
        "neurons": [{"layer": layer, "neuron": neuron, "role": ""} for layer, neuron in places],
        "counts": [[0.25] * network.units] * network.layers,
    }


def random_changes(network: Network, random: np.random.Generator) -> list[tuple[int, int, str, str, float, int]]:
    """Return a few changes: (layer, neuron, signal, hold or add or counts, amount, step)."""
    changes = []
    for _ in range(int(random.integers(1, 4))):
        layer, neuron = int(random.integers(1, network.layers + 1)), int(random.integers(1, network.units + 1))
        kind = str(random.choice(["hold", "add", "counts"]))
        signal = str(random.choice(network.kind.keys)) if kind == "hold" else network.kind.memory
        is_gate = network.kind[signal].palette == "gate"  # a gate beyond its range would have the cell explode
        amount = round(float(random.random() if is_gate else random.normal()), 3)
        changes.append((layer, neuron, signal, kind, amount, int(random.integers(12))))
    return changes


def read_changed(
    network: Network,
    weights: dict[str, np.ndarray],
    text: str,
    changes: Sequence[tuple[int, int, str, str, float, int]],
) -> np.ndarray:
    """Return every signal of the lab's own reading, (steps, layers, signals, units)."""

    def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:
        for of_layer, neuron, of_signal, kind, amount, at in changes:
            if (of_layer, of_signal) != (layer, signal):
                continue
            if kind == "hold" and step >= at:
                values[:, neuron - 1] = amount
            elif kind != "hold" and step == at:
                values[:, neuron - 1] += amount * (0.25 if kind == "counts" else 1)
        return values

    index = {token: at for at, token in enumerate(network.task.vocabulary)}
    reader = Reader(network, weights, rows=1, change=change)
    steps = []
    for token in [0, *(index[character] for character in text)]:
        reader.read(np.array([token]))
        steps.append([[signals[key][0] for key in network.kind.keys] for signals in reader.signals])
    return np.array(steps)


def written(change: tuple[int, int, str, str, float, int]) -> str:
    layer, neuron, signal, kind, amount, step = change
    sign, unit = ("=", "") if kind == "hold" else ("+", "counts" if kind == "counts" else "")
    return f"{layer}.{neuron}.{signal}{sign}{amount}{unit}@{step}"


@pytest.mark.parametrize(("cell", "layers"), EVERY_CELL)
def test_interventions_are_those_of_the_lab(bare: Page, tmp_path: Path, cell: str, layers: int) -> None:
    network = small_network(tmp_path, cell=cell, layers=layers)
    weights = random_weights(network, seed=9, scale=0.5)
    random = np.random.default_rng(2)
    cases = [(text, random_changes(network, random)) for text in random_strings(network, seed=6, count=40)]
    got = bare.evaluate(
        """({data, cases}) => {
            const network = new lstmgallery.Network(data);
            return cases.map(([text, changes]) => lstmgallery.readAll(network, text, changes).signals);
        }""",
        {"data": runnable(network, weights), "cases": [(text, list(map(written, each))) for text, each in cases]},
    )
    for (text, changes), signals in zip(cases, got, strict=True):
        found = np.array([signals[key] for key in network.kind.keys]).transpose(2, 1, 0, 3)
        expected = read_changed(network, weights, text, changes)
        tolerance = TOLERANCE if len(text) <= LONG else TOLERANCE_LONG
        assert np.abs(found - expected).max() <= tolerance, (text, changes)


def test_a_gate_held_shut_is_a_gate_of_keras_that_is_shut(gallery: Gallery, visit: Visitor) -> None:
    """In Keras, a very negative bias shuts a gate, like an intervention."""
    network = NETWORKS[0]
    weights = read_weights(gallery.project.build / network.name / "weights.npz")
    neuron, gates = 2, {"input_gate": 0, "forget_gate": 1, "output_gate": 3}
    page = visit(explorer_path(network.name))
    for gate, at in gates.items():
        shut = {name: values.copy() for name, values in weights.items()}
        shut["layer_1/bias"][at * network.units + neuron - 1] = -1e6
        text = "aaaaXbbaX"
        traced = trace(network, shut, [text]).signals[0]
        got = page.evaluate(
            "([text, changes]) => lstmgallery.read(text, changes).signals", [text, [f"1.{neuron}.{gate}=0@0"]]
        )
        for key, values in zip(network.kind.keys, traced, strict=True):
            assert np.abs(np.array(got[key][0]) - values).max() <= TOLERANCE, (gate, key)


def test_adding_to_a_cell_is_adding_to_the_state_of_keras(gallery: Gallery, visit: Visitor) -> None:
    network = NETWORKS[0]
    weights = read_weights(gallery.project.build / network.name / "weights.npz")
    model = build_model(network)
    load_weights(model, weights)
    cell = model.get_layer("layer_1").cell
    index = {token: at for at, token in enumerate(network.task.vocabulary)}
    state = [np.zeros((1, network.units), "float32"), np.zeros((1, network.units), "float32")]
    expected = []
    for step, token in enumerate([0, *(index[character] for character in "aaaXbbb")]):
        output, state = cell(np.eye(len(index), dtype="float32")[[token]], state)
        signals = np.array(output)[0].reshape(len(network.kind.keys), -1)
        state = [np.array(each) for each in state]
        if step == 4:
            state[1][0, 0] += 2.5
            signals[0, 0] += 2.5
            open_by = signals[network.kind.keys.index("output_gate"), 0]
            state[0][0, 0] = signals[1, 0] = open_by * np.tanh(state[1][0, 0])
        expected.append(signals)
    page = visit(explorer_path(network.name))
    got = page.evaluate("() => lstmgallery.read('aaaXbbb', ['1.1.cell+2.5@4']).signals")
    found = np.array([got[key][0] for key in network.kind.keys]).swapaxes(0, 1)
    assert np.abs(found - np.array(expected)).max() <= TOLERANCE


def test_writing_on_greedily_is_the_lab_s_writing_on(gallery: Gallery, visit: Visitor) -> None:
    for network in NETWORKS:
        weights = read_weights(gallery.project.build / network.name / "weights.npz")
        prompts = [text for text in random_strings(network, seed=4, count=60) if len(text) <= LONG]
        page = visit(explorer_path(network.name))
        page.evaluate(parts_script())
        got = page.evaluate(
            """(prompts) => {
                const network = new lstmgallery.Network(lstmgallery.data);
                return prompts.map((text) => {
                    const reading = new lstmgallery.Reading(network);
                    reading.read([...text].map((character) => network.index.get(character)));
                    const {written, ended} = lstmgallery.writeOn(reading, {temperature: 0, seed: 1}, 30);
                    return [written.map((token) => network.vocabulary[token]).join(""), ended];
                });
            }""",
            prompts,
        )
        for prompt, (text, ended) in zip(prompts, got, strict=True):
            (theirs,), (their_end,), _ = write_on(network, weights, [prompt], at_most=30)
            assert (text, ended) == (theirs, bool(their_end)), prompt


def test_the_page_carries_the_weights_of_the_traces(gallery: Gallery) -> None:
    for network in NETWORKS:
        folder = gallery.project.build / network.name
        text = (gallery.project.site / f"explorer/{network.name}.js").read_text(encoding="utf-8")
        data = json.loads(text.removeprefix("window.lstmgallery = ").removesuffix(";\n"))["data"]
        for name, values in read_weights(folder / "weights.npz").items():
            found = np.frombuffer(base64.b64decode(data["weights"][name]), "<f4")
            assert (found == values.ravel()).all()
