"""What a keystroke costs in the explorer: `python -m tests.benchmarks.typing`.

A network of 2 layers of 128 units with random weights stands on a page of its own; characters are typed at the end of
a text of 140, with the keyboard, in Chromium. Counted is the work of the page's main thread: from the key going down
until the script is done, and from the beginning of the next frame until it has been drawn (script, style, layout,
paint); the wait for that frame in between is not work.
"""

import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from lstmgallery.build import build_gallery
from lstmgallery.network import Network, read_network
from lstmgallery.press.explorer import describe_network
from tests.check import find_chromium
from tests.conftest import folders_in, random_weights, record, write_small_content

LAYERS, UNITS, CHARACTERS, KEYSTROKES = 2, 128, 140, 100
MOST_MILLISECONDS = 16.0
WATCH = """() => {
    window.keystrokes = [];
    addEventListener("keydown", (event) => {
        if (event.key !== "a") return;
        const began = performance.now();
        let handled = began;
        addEventListener("input", () => { handled = performance.now(); }, { once: true });
        requestAnimationFrame(() => {
            const frame = performance.now();
            const channel = new MessageChannel();
            channel.port1.onmessage = () => window.keystrokes.push(handled - began + performance.now() - frame);
            channel.port2.postMessage(null);
        });
    }, { capture: true });
}"""


def describe_large(network: Network) -> dict[str, Any]:
    """Return the data of an explorer for a large network with random weights."""
    large = network.model_copy(update={"layers": LAYERS, "units": UNITS})
    places = [(layer, neuron) for layer in range(1, LAYERS + 1) for neuron in range(1, UNITS + 1)]
    role = {"role": "Its cell state follows something.", "score": "", "page": ""}
    return {
        **describe_network(large, random_weights(large, seed=1, scale=0.2)),
        "largest": [[1.0] * UNITS] * LAYERS,
        "counts": None,
        "best": [2, 1],
        "neurons": [{"layer": layer, "neuron": neuron, **role} for layer, neuron in places],
        "figures": ["aaaXbbb"],
        "longest_figure": "aaaXbbb",
        "held_out": [],
        "measured_on": "nothing",
        "name": "small",
        "form": "",
        "weights_sha256": "",
    }


def time_keystrokes(page: Page) -> list[float]:
    """Return the milliseconds of the main thread for each of many characters typed behind the text."""
    page.evaluate(WATCH)
    box = page.locator("#text")
    for number in range(KEYSTROKES + 5):
        if number % 10 == 0:  # back to the length that is asked for
            page.evaluate(
                """(text) => {
                    const box = document.getElementById("text");
                    box.value = text;
                    box.dispatchEvent(new Event("input"));
                }""",
                "ab" * (CHARACTERS // 2),
            )
            box.press("End")
            page.wait_for_timeout(1_500)  # until what waits for a rest has been done
        page.keyboard.type("a")
        page.wait_for_timeout(100)
    times: list[float] = page.evaluate("() => window.keystrokes")
    return times[-KEYSTROKES:]


def main() -> None:
    """Print the percentiles of a keystroke's cost; exit with 1 if the 95th is too much."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        project = folders_in(Path(folder))
        write_small_content(project.content, "small", layers=LAYERS)
        build_gallery(project, record())
        network, _ = read_network(project.content / "networks" / "small.md")
        data = json.dumps({"data": describe_large(network)})
        (project.site / "explorer" / "small.js").write_text(f"window.lstmgallery = {data};\n", encoding="utf-8")
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto((project.site / "explorer" / "small.html").resolve().as_uri())
        times = time_keystrokes(page)
        chromium.close()
    at_95 = float(np.percentile(times, 95))
    print(f"{LAYERS} layers of {UNITS}, behind {CHARACTERS} characters, {len(times)} keystrokes")
    print(f"median {statistics.median(times):.1f} ms, 95th percentile {at_95:.1f} ms, longest {max(times):.1f} ms")
    raise SystemExit(at_95 >= MOST_MILLISECONDS)


if __name__ == "__main__":
    main()
