"""The network in the browser is the network that was trained: 1,000 random strings each, in Chromium, against Keras."""

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from lstmgallery.lab.trace import trace
from lstmgallery.network import Network
from lstmgallery.press.explorer import explorer_path, explorer_script
from lstmgallery.store import read_weights
from tests.browser.conftest import NETWORKS, Visitor
from tests.conftest import Gallery

STRINGS = 1_000
LONG = 100  # tokens: up to here signals agree to 1e-5, beyond to 1e-4
TOLERANCE, TOLERANCE_LONG = 1e-5, 1e-4
TIE = 1e-5  # where the two likeliest tokens are closer than this, either may be chosen

COMPARE = """({strings, signals, probabilities, keys, layers, units, tokens, read}) => {
    const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
    const [expected, likely] = [signals.map(floats), floats(probabilities)];
    const network = window.network && new lstmgallery.Network(window.network);
    const found = {short: 0, long: 0, where: "", choices: 0, steps: 0};
    let row = 0;
    const rows = likely.length / tokens;
    for (const text of strings) {
        const got = network ? lstmgallery.readAll(network, text) : lstmgallery.read(text);
        const length = text.length > 100 ? "long" : "short";
        for (let step = 0; step <= text.length; step += 1, row += 1) {
            found.steps += 1;
            for (let layer = 0; layer < layers; layer += 1) {
                keys.forEach((key, at) => {
                    const values = got.signals[key][layer][step];
                    for (let unit = 0; unit < units; unit += 1) {
                        const off = Math.abs(values[unit] - expected[layer][(at * rows + row) * units + unit]);
                        if (!(off <= found[length])) {
                            found[length] = off;
                            found.where = `${key} of ${layer + 1}.${unit + 1}, step ${step} of ${text}`;
                        }
                    }
                });
            }
            const [theirs, ours] = [likely.subarray(row * tokens, (row + 1) * tokens), got.probabilities[step]];
            const best = theirs.indexOf(Math.max(...theirs));
            const chosen = ours.indexOf(Math.max(...ours));
            if (best !== chosen && Math.abs(theirs[best] - theirs[chosen]) > 1e-5) found.choices += 1;
        }
    }
    return {...found, rows, row};
}"""


def random_strings(network: Network, *, seed: int, count: int = STRINGS) -> list[str]:
    """Return strings of any of the network's characters: most of up to 40, a few of more than a hundred."""
    random = np.random.default_rng(seed)
    lengths = [int(random.integers(101, 141)) if at % 25 == 0 else int(random.integers(41)) for at in range(count)]
    letters = np.array(network.task.letters)
    return ["".join(random.choice(letters, size=length)) for length in lengths]


def packed(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


def compare(page: Page, network: Network, weights: dict[str, np.ndarray], strings: list[str]) -> dict[str, Any]:
    """Return the largest differences between the page and Keras, and how often they choose different tokens."""
    found: dict[str, Any] = {"short": 0.0, "long": 0.0, "choices": 0, "steps": 0}
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


@pytest.fixture(scope="module")
def bare(browser: Browser) -> Iterator[Page]:
    """An empty page with the explorer's script."""
    page = browser.new_page()
    page.add_script_tag(content=explorer_script().decode())
    yield page
    page.close()


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_the_browser_agrees_with_keras_on_a_thousand_strings(
    gallery: Gallery, visit: Visitor, network: Network
) -> None:
    weights = read_weights(gallery.project.build / network.name / "weights.npz")
    found = compare(visit(explorer_path(network.name)), network, weights, random_strings(network, seed=7))
    print(f"{network.name}: {found}")
    assert found["short"] <= TOLERANCE
    assert found["long"] <= TOLERANCE_LONG
    assert found["choices"] == 0
