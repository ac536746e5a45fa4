"""The preview: the time from a save to the reload of a page, on the shipped content.

Takes a copy of the content, and the results in `build/`, which are brought up to date first, without the other seeds. A
network's summary and a write-up are saved anew, again and again; timed are the event that makes open pages load again,
and the answer with the new bytes of the page.
"""

import http.client
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.tables import Table, spread

ROUNDS = 20
SAVED = {
    "a network’s summary": ("networks/counter.md", "/networks/counter/index.html"),
    "a write-up": ("writeups/count-von-count.md", "/writeups/count-von-count.html"),
}


def time_save(url: str, file: Path, address: str, mark: str) -> tuple[float, float]:
    """Save a file with a summary of `mark`; return the seconds to the event and to the new bytes of its page."""
    place = urlsplit(url).netloc
    listening, asking = http.client.HTTPConnection(place), http.client.HTTPConnection(place)
    listening.request("GET", "/_preview/events")
    events = listening.getresponse()
    before = json.loads(events.readline().removeprefix(b"data: "))["version"]
    events.readline()
    text = re.sub(r"(?m)^summary: .*$", f"summary: {mark}", file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    began = time.perf_counter()
    while json.loads(events.readline().removeprefix(b"data: "))["version"] == before:
        events.readline()
    to_event = time.perf_counter() - began
    asking.request("GET", address)
    body = asking.getresponse().read()
    to_bytes = time.perf_counter() - began
    assert mark.encode() in body
    listening.close()
    asking.close()
    return to_event, to_bytes


def measure(*, quick: bool) -> list[Table]:
    """Return the seconds from a save to the event and to the new bytes."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        content = Path(shutil.copytree("content", Path(folder) / "content"))
        options = ["--port", "0", "--quick", "--content", str(content)]
        command = [sys.executable, "-m", "lstmgallery", "serve", *options]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            url = next(found[0] for line in process.stderr if (found := re.search(r"http://\S+/", line)))
            for what, (name, address) in SAVED.items():
                file = content / name
                rounds = range(3 if quick else ROUNDS)
                times = [time_save(url, file, address, f"Round {number}.") for number in rounds]
                rows.append([what, *(spread(seconds, ".2f") for seconds in zip(*times, strict=True))])
            process.terminate()
    return [Table(["saved", "to the event, s", "to the new bytes, s"], rows)]
