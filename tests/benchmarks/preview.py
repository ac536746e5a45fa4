"""The time from a save to the reload of a page, on the shipped content: `python -m tests.benchmarks.preview`.

Takes a copy of the content, and the results in `build/`, which are brought up to date first; arguments go to
`lstmgallery serve`, such as `--quick` where the other seeds were left out. A network's summary is saved anew, again and
again; timed are the event that makes open pages load again, and the answer with the new bytes of its page.
"""

import http.client
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

ROUNDS = 20


def time_save(url: str, file: Path, text: str, mark: str) -> tuple[float, float]:
    """Save `text` with a summary of `mark`; return the seconds to the event and to the new bytes of its page."""
    place = urlsplit(url).netloc
    listening, asking = http.client.HTTPConnection(place), http.client.HTTPConnection(place)
    listening.request("GET", "/_preview/events")
    events = listening.getresponse()
    before = json.loads(events.readline().removeprefix(b"data: "))["version"]
    events.readline()
    file.write_text(re.sub(r"(?m)^summary: .*$", f"summary: {mark}", text), encoding="utf-8")
    began = time.perf_counter()
    while json.loads(events.readline().removeprefix(b"data: "))["version"] == before:
        events.readline()
    to_event = time.perf_counter() - began
    asking.request("GET", f"/networks/{file.stem}/index.html")
    body = asking.getresponse().read()
    to_bytes = time.perf_counter() - began
    assert mark.encode() in body
    listening.close()
    asking.close()
    return to_event, to_bytes


def main() -> None:
    """Print the median and the longest time from save to event and from save to bytes."""
    with tempfile.TemporaryDirectory() as folder:
        content = Path(shutil.copytree("content", Path(folder) / "content"))
        file = content / "networks" / "counter.md"
        text = file.read_text(encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "lstmgallery",
            "serve",
            "--port",
            "0",
            "--content",
            str(content),
            *sys.argv[1:],
        ]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            url = next(found[0] for line in process.stderr if (found := re.search(r"http://\S+/", line)))
            times = [time_save(url, file, text, f"Round {number}.") for number in range(ROUNDS)]
            process.terminate()
    for what, seconds in zip(("save to event", "save to bytes"), zip(*times, strict=True), strict=True):
        print(f"{what}: median {statistics.median(seconds):.3f} s, longest {max(seconds):.3f} s")


if __name__ == "__main__":
    main()
