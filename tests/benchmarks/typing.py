"""Typing in the explorers, frame by frame, with a network of 2 layers of 128 units in Chromium.

The weights are random. In the explorer of short sequences, characters are typed at the end of a text of 140: with the
strip below the window, where it waits until typing rests, and with the strip in sight, where it is drawn in a frame of
its own. In the explorer of real text they are typed at the end of a text of 275, at its beginning, so that all of it is
read again, and at its end while the network writes on. Counted is all the work of the page's main thread that a
keystroke causes until the next one (script, style, layout, paint), as Chromium traces it: the longest frame, which has
to end before the screen wants the next, after 16 ms, and all frames together. Times are processor times, so that other
processes do not lengthen them. A bare text box is measured for comparison.
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
from lstmgallery.press.pages.explorer import describe_network
from tests.benchmarks.tables import Table
from tests.browser.text_pages import half_weights, text_network, write_explorer
from tests.check import find_chromium
from tests.conftest import folders_in, random_weights, record, write_small_content

LAYERS, UNITS, CHARACTERS, KEYSTROKES = 2, 128, 140, 100
WINDOWS = {"the strip below the window": 900, "the strip in sight": 1500}  # px high
TEXT = "The quick brown fox jumps over the lazy dog, 12 times. " * 5
PLACES = {  # the part of the address, and the key that leads to the place
    "at the end": ("", "End"),
    "at the beginning": ("", "Control+Home"),
    "at the end, with the network writing on": ("#write=0.8~1", "Control+End"),
}
READ = "() => window.lstmgallery?.read && !document.querySelector('.text-line:not(:has(i))')"
PAUSE = 100  # ms from one keystroke to the next
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
CLOCK = "tdur"  # what a trace calls a duration on the processor


def describe_large(network: Network) -> dict[str, Any]:
    """Return the data of an explorer for a large network with random weights."""
    large = network.model_copy(update={"layers": LAYERS, "units": UNITS})
    places = [(layer, neuron) for layer in range(1, LAYERS + 1) for neuron in range(1, UNITS + 1)]
    role = {"role": "Its cell state follows something.", "score": ""}
    return {
        **describe_network(large, random_weights(large, seed=1, scale=0.2)),
        "largest": [[1.0] * UNITS] * LAYERS,
        "counts": None,
        "best": [2, 1],
        "neurons": [{"layer": layer, "neuron": neuron, **role} for layer, neuron in places],
        "pages": "",
        "shown": ["aaaXbbb"],
        "longest_shown": "aaaXbbb",
        "held_out": [],
        "measured_on": "nothing",
        "name": "small",
        "form": "",
        "weights_sha256": "",
    }


def trace_keystrokes(page: Page, text: str = "ab" * (CHARACTERS // 2), key: str = "End") -> list[dict[str, Any]]:
    """Type many characters into a text, where a key leads, and return the events of the main thread, in order."""
    browser = page.context.browser
    assert browser is not None
    box = page.locator("#text")
    browser.start_tracing(page=page, categories=CATEGORIES)
    for number in range(KEYSTROKES):
        if number % 10 == 0:  # back to the length that is asked for
            page.evaluate(
                """(text) => {
                    const box = document.getElementById("text");
                    box.value = text;
                    box.dispatchEvent(new Event("input"));
                }""",
                text,
            )
            box.press(key)
            page.wait_for_timeout(1_500)  # until what waits for a rest has been done
        page.keyboard.type("a")
        page.wait_for_timeout(PAUSE)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    mains = {(event["pid"], event["tid"]) for event in events if is_key(event, "keypress")}
    assert len(mains) == 1
    return sorted((each for each in events if (each["pid"], each["tid"]) in mains), key=lambda event: int(event["ts"]))


def is_key(event: dict[str, Any], kind: str) -> bool:
    """Return whether an event is the page's handling of a key; only a typed character causes a `keypress`."""
    return bool(event["name"] == "EventDispatch" and event["args"]["data"]["type"] == kind)


def frames_of_keystrokes(events: list[dict[str, Any]]) -> list[list[float]]:
    """Return, for each keystroke, the milliseconds of each of its frames; the rest after the last is one more."""
    tasks = [event for event in events if event["name"] == "RunTask" and "dur" in event]
    commits = [event["ts"] for event in events if event["name"] == "Commit"]  # the end of a frame on the main thread
    keystrokes = []
    pressed = 0.0
    for event in events:
        if is_key(event, "keydown"):
            pressed = event["ts"]
        if not is_key(event, "keypress"):
            continue
        frames = [0.0]
        for task in tasks:
            end = task["ts"] + task["dur"]
            if end < pressed or task["ts"] > pressed + 1_000 * PAUSE:
                continue
            frames[-1] += task.get(CLOCK, 0) / 1_000
            if any(task["ts"] <= commit <= end for commit in commits):
                frames.append(0.0)
        keystrokes.append(frames)
    assert len(keystrokes) == KEYSTROKES
    return keystrokes


def measure(*, quick: bool) -> list[Table]:  # noqa: ARG001
    """Return the milliseconds of keystrokes."""
    rows = []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        page.set_content("<textarea id=text></textarea>")
        rows.append(row("a bare text box", trace_keystrokes(page)))
        page.close()
        address = write_sequences(folder)
        for what, height in WINDOWS.items():
            page = chromium.new_page(viewport={"width": 1280, "height": height})
            page.goto(address)
            rows.append(row(f"sequences, {what}", trace_keystrokes(page)))
            page.close()
        network = text_network(folder / "text", units=UNITS, shown=[TEXT])
        path = write_explorer(folder / "site-of-text", network, half_weights(network, seed=1, scale=0.2))
        for what, (fragment, key) in PLACES.items():
            page = chromium.new_page(viewport={"width": 1280, "height": 2400})
            page.goto(path.as_uri() + fragment, wait_until="commit")
            page.wait_for_function(READ)
            rows.append(row(f"real text, {what}", trace_keystrokes(page, TEXT, key)))
            page.close()
        chromium.close()
    return [Table(["explorer", "longest frame", "95 %", "all frames", "95 %"], rows)]


def write_sequences(folder: Path) -> str:
    """Build the explorer of short sequences with a large network, and return its address."""
    project = folders_in(folder)
    write_small_content(project.content, "small", layers=LAYERS)
    build_gallery(project, record())
    network, _ = read_network(project.content / "networks" / "small.md")
    data = json.dumps({"data": describe_large(network)})
    (project.site / "explorer" / "small.js").write_text(f"window.lstmgallery = {data};\n", encoding="utf-8")
    return (project.site / "explorer" / "small.html").resolve().as_uri()


def row(name: str, events: list[dict[str, Any]]) -> list[str]:
    """Return the median and the 95th percentile of the longest frame and of all frames."""
    keystrokes = frames_of_keystrokes(events)
    cells = [name]
    for of_each in ([max(frames) for frames in keystrokes], [sum(frames) for frames in keystrokes]):
        cells += [f"{statistics.median(of_each):.1f} ms", f"{np.percentile(of_each, 95):.1f} ms"]
    return cells
