"""What a keystroke costs in the explorer: `python -m tests.benchmarks.typing`.

A network of 2 layers of 128 units with random weights stands on a page of its own; characters are typed at the end of
a text of 140, with the keyboard, in Chromium. Counted is all the work of the page's main thread that a keystroke causes
(script, style, layout, paint, in every frame until the next key), once as time on the clock, others' load included, and
once as time on the processor; of each, beside a bare text box on its own. It is typed with the strip below the
window, where it waits until typing rests, and with the strip in sight.
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
BARE = "a bare text box"
WINDOWS = {BARE: 900, "the strip below the window": 900, "the strip in sight": 1500}  # px high
CLOCKS = {"timeTicks": "on the clock", "threadTicks": "on the processor"}


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


def time_keystrokes(page: Page, domain: str) -> list[float]:
    """Return the milliseconds of the main thread for each of many characters typed behind the text.

    `domain` is the clock to count with: `timeTicks`, as on the wall, or `threadTicks`, on the processor.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": domain})

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(1000 * float(each["value"]) for each in metrics if each["name"] == "TaskDuration")

    times = []
    box = page.locator("#text")
    for number in range(KEYSTROKES):
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
        before = spent()
        page.keyboard.type("a")
        page.wait_for_timeout(100)
        times.append(spent() - before)
    session.detach()
    return times


def main() -> None:
    """Print the percentiles of a keystroke's cost; exit with 1 if the 95th is too much."""
    costs = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        project = folders_in(Path(folder))
        write_small_content(project.content, "small", layers=LAYERS)
        build_gallery(project, record())
        network, _ = read_network(project.content / "networks" / "small.md")
        data = json.dumps({"data": describe_large(network)})
        (project.site / "explorer" / "small.js").write_text(f"window.lstmgallery = {data};\n", encoding="utf-8")
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        print(f"{LAYERS} layers of {UNITS}, behind {CHARACTERS} characters, {KEYSTROKES} keystrokes")
        for name, height in WINDOWS.items():
            page = chromium.new_page(viewport={"width": 1280, "height": height})
            if name == BARE:
                page.set_content("<textarea id=text></textarea>")
            else:
                page.goto((project.site / "explorer" / "small.html").resolve().as_uri())
            for domain, clock in CLOCKS.items():
                times = time_keystrokes(page, domain)
                at_95 = float(np.percentile(times, 95))
                print(f"{name}, {clock}: median {statistics.median(times):.1f} ms, 95th percentile {at_95:.1f} ms")
                costs.append(at_95)
            page.close()
        chromium.close()
    raise SystemExit(max(costs) >= MOST_MILLISECONDS)


if __name__ == "__main__":
    main()
