"""Pages of the shipped gallery in Chromium, served with gzip from this machine, each in a new browser profile.

Bytes are those over the wire, headers left out. The first content is Chromium's first contentful paint; a page is
ready when its load event is over or, for an explorer, when it has read its text. A step of the explorer reads one
character of a long text, from the first to the last.
"""

import gzip
import http.server
import mimetypes
import shutil
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Response, sync_playwright

from tests.benchmarks.peers import ENVIRONMENT, run_quietly
from tests.benchmarks.tables import Table, spread
from tests.check import find_chromium
from tests.conftest import ROOT, folders_in, options

ROUNDS = 7
PAGES = {  # the address, and whether it is an explorer
    "front page": ("index.html", False),
    "write-up": ("writeups/count-von-count.html", False),
    "write-up of real text": ("writeups/reading-tweets.html", False),
    "page of a neuron": ("networks/counter/layer-1/neuron-1.html", False),
    "page of a neuron of text": ("networks/tweets/layer-1/neuron-1.html", False),
    "explorer of a language": ("explorer/copy-machine.html", True),
    "explorer of real text": ("explorer/tweets.html", True),
}
READ = "() => window.lstmgallery?.read && !document.querySelector('.text-line:not(:has(i))')"
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
EXPLORERS = {"copy-machine": ("2 × 20", "abcXabc"), "tweets": ("2 × 128", "Thank you Iowa! We will be back. ")}
STEPS = "(text) => { const b = performance.now(); lstmgallery.read(text); return performance.now() - b; }"


class Handler(http.server.BaseHTTPRequestHandler):
    """A host of static files that compresses texts, as common ones do."""

    def __init__(self, *arguments: object, site: Path, sent: dict[str, bytes]):
        self.site, self.sent = site, sent
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a file."""
        path = unquote(urlsplit(self.path).path).lstrip("/") or "index.html"
        file = self.site / path
        if not file.is_file():
            self.send_error(404)
            return
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        is_text = kind.startswith("text/") or kind in ("image/svg+xml", "application/json")
        if path not in self.sent:
            self.sent[path] = gzip.compress(file.read_bytes()) if is_text else file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if is_text:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(self.sent[path])))
        self.end_headers()
        self.wfile.write(self.sent[path])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site while the block runs; yield its address."""
    handler = partial(Handler, site=site, sent={})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def measure(*, quick: bool) -> list[Table]:
    """Return what each page costs to load, and the speed of the explorers."""
    project = folders_in(ENVIRONMENT / "shipped")
    shutil.rmtree(project.content, ignore_errors=True)
    shutil.copytree(ROOT / "content", project.content)
    run_quietly(sys.executable, "build_site.py", "--quick", *options(project))
    rounds = 2 if quick else ROUNDS
    with served(project.site) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        loads = [row_of_page(chromium, address, name, rounds) for name in PAGES]
        speeds = [row_of_explorer(chromium, address, name, rounds) for name in EXPLORERS]
        chromium.close()
    return [
        Table(["page", "requests", "sent", "first content, ms", "ready, ms"], loads),
        Table(["explorer", "units", "thousand steps a second"], speeds),
    ]


def row_of_page(chromium: Browser, address: str, name: str, rounds: int) -> list[str]:
    """Load a page several times, each in a new profile."""
    path, is_explorer = PAGES[name]
    paints, loads = [], []
    requests, sent = 0, 0
    for _ in range(rounds):
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        responses: list[Response] = []
        page.on("response", partial(_append, responses))
        page.goto(address + path)
        if is_explorer:
            page.wait_for_function(READ)
            loads.append(float(page.evaluate("performance.now()")))
        else:
            loads.append(float(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")))
        paints.append(float(page.wait_for_function(PAINT).json_value()))
        requests = len(responses)
        sent = sum(int(each.headers["content-length"]) for each in responses)
        page.close()
    return [name, str(requests), f"{sent / 1e3:,.0f} kB", spread(paints), spread(loads)]


def _append(responses: list[Response], response: Response) -> None:
    """Note a response; Playwright takes no built-in function."""
    responses.append(response)


def row_of_explorer(chromium: Browser, address: str, name: str, rounds: int) -> list[str]:
    """Have an explorer read a long text several times."""
    units, text = EXPLORERS[name]
    page = chromium.new_page()
    page.goto(f"{address}explorer/{name}.html")
    page.wait_for_function(READ)
    long = text * (20 if len(text) > len("abcXabc") else 40)
    speeds = [len(long) / float(page.evaluate(STEPS, long)) for _ in range(rounds + 1)][1:]
    page.close()
    return [name, units, f"{statistics.median(speeds):.0f} ({min(speeds):.0f}–{max(speeds):.0f})"]
