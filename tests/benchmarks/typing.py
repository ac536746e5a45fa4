"""The cost of a keystroke in the explorer: `python -m tests.benchmarks.typing`.

A network of 2 layers of 128 units with random weights is on a page of its own; characters are typed at the end of
a text of 140, with the keyboard, in Chromium: with the strip below the window, where it waits until typing rests, and
with the strip in sight, where it is drawn in a frame of its own. Counted is all the work of the page's main thread that
a keystroke causes until the next one (script, style, layout, paint), as Chromium traces it: the longest frame, which
has to end before the screen wants the next, and all frames together. Each is given as time on the clock, which other
processes make longer, and as time on the processor, which is what is judged; and for a bare text box, too.
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
from tests.check import find_chromium
from tests.conftest import folders_in, random_weights, record, write_small_content

LAYERS, UNITS, CHARACTERS, KEYSTROKES = 2, 128, 140, 100
MOST_MILLISECONDS = 16.0
BARE = "a bare text box"
WINDOWS = {BARE: 900, "the strip below the window": 900, "the strip in sight": 1500}  # px high
PAUSE = 100  # ms from one keystroke to the next
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
CLOCKS = {"dur": "on the clock", "tdur": "on the processor"}  # by the name that a trace gives a duration
JUDGED = "tdur"


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


def frames_of_keystrokes(events: list[dict[str, Any]], clock: str) -> list[list[float]]:
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
            frames[-1] += task.get(clock, 0) / 1_000
            if any(task["ts"] <= commit <= end for commit in commits):
                frames.append(0.0)
        keystrokes.append(frames)
    assert len(keystrokes) == KEYSTROKES
    return keystrokes


def main() -> None:
    """Print the cost of keystrokes; exit with 1 if the 95th percentile of the longest frame is too high."""
    judged = []
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
            events = trace_keystrokes(page)
            judged.append(report_keystrokes(name, events))
            page.close()
        chromium.close()
    raise SystemExit(max(judged) >= MOST_MILLISECONDS)


def report_keystrokes(name: str, events: list[dict[str, Any]]) -> float:
    """Print the cost of keystrokes; return the 95th percentile of the longest frame that is judged."""
    judged = 0.0
    for clock, words in CLOCKS.items():
        keystrokes = frames_of_keystrokes(events, clock)
        longest = report(f"{name}, longest frame, {words}", [max(frames) for frames in keystrokes])
        report(f"{name}, all frames, {words}", [sum(frames) for frames in keystrokes])
        if clock == JUDGED:
            judged = longest
    return judged


def report(name: str, times: list[float]) -> float:
    """Print the median and the 95th percentile of milliseconds; return the latter."""
    at_95 = float(np.percentile(times, 95))
    print(f"{name}: median {statistics.median(times):.1f} ms, 95th percentile {at_95:.1f} ms")
    return at_95


if __name__ == "__main__":
    main()
