"""The gallery in a real browser: served from an ephemeral port at several addresses, or opened from disk.

Every page is monitored. Complaints of Chromium on its console (refused by the policy, failed, not found, thrown)
and requests outside the site's own folder fail the test that opened it.

`LSTMGALLERY_SIGHTS=all` looks at every kind of page at every width, light and dark, instead of a few.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, Request, Response, sync_playwright

from lstmgallery.press.addresses import explorer_path, figure_path, network_path, neuron_path, writeup_path
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.press.pages.explorer import OF_TEXT, SCRIPTS, read_modules
from lstmgallery.press.pages.scripts import join_modules
from tests.check import find_chromium
from tests.conftest import ROOT, Gallery

Place = Literal["/", "/a/b/c/", "disk"]
PLACES: tuple[Place, ...] = ("/", "/a/b/c/", "disk")
WIDE, NARROW = 1280, 390  # px: a laptop and a phone

CONTENT = read_content(ROOT / "content")
ALL_NETWORKS = [entry.network for entry in CONTENT.networks]
LANGUAGES = [network for network in ALL_NETWORKS if network.task.text is None]  # those of text: test_explorer_text.py
NETWORKS = [network for network in LANGUAGES if network.variant_of is None]  # their pages are like the others
WRITEUPS = CONTENT.writeups
NETWORK_PAGES = [network_path(network.name) for network in NETWORKS]
FIRST_NEURONS = [neuron_path(network.name, 1, 1) for network in NETWORKS]
LAST_NEURONS = [neuron_path(network.name, network.layers, network.units) for network in NETWORKS]
EXPLORERS = [explorer_path(network.name) for network in NETWORKS]
WRITEUP_PAGES = [writeup.path for writeup in WRITEUPS]
FRAME = figure_path("counting", "the-counter", "html")  # a figure alone, to be shown in other pages

DEEPEST = max(range(len(NETWORKS)), key=lambda at: NETWORKS[at].layers)
KINDS = {  # one page of each kind, and where a kind has variants, of each variant
    "index": "index.html",
    "404": "404.html",
    "how-to-read": "how-to-read.html",
    "neurons": "neurons.html",
    "explorers": "explorers.html",
    "search": "search.html",
    "network": NETWORK_PAGES[0],
    "network-with-layers": NETWORK_PAGES[DEEPEST],
    "neuron-first": FIRST_NEURONS[0],
    "neuron-last": LAST_NEURONS[DEEPEST],
    "explorer": EXPLORERS[0],
    "explorer-with-layers": EXPLORERS[DEEPEST],
    "write-up": WRITEUP_PAGES[0],
    "write-up-with-a-listing-and-gates": writeup_path("states-and-gates"),
    "comparison": CONTENT.comparisons[0].path,
    "network-of-text": network_path("tweets"),
    "neuron-of-text": neuron_path("tweets", 1, 1),
    "explorer-of-text": explorer_path("tweets"),
    "game": writeup_path("which-one-did-it-write"),
    "figure-alone": FRAME,
}
PAGES = list(KINDS.values())

IN_DAYLIGHT, AT_NIGHT = (WIDE, "light"), (NARROW, "dark")
VARIANTS = {  # of one kind of page: the first is looked at in daylight, the second at night, all others in both
    "network": "network-with-layers",
    "neuron-first": "neuron-last",
    "explorer": "explorer-with-layers",
    "write-up": "write-up-with-a-listing-and-gates",
    "network-of-text": "neuron-of-text",
    "explorer-of-text": "game",
}
EVERY_SIGHT = [(kind, width, scheme) for kind in KINDS for width in (WIDE, NARROW, 320) for scheme in ("light", "dark")]
A_FEW = [
    *((kind, *IN_DAYLIGHT) for kind in KINDS if kind not in VARIANTS.values()),
    *((kind, *AT_NIGHT) for kind in KINDS if kind not in VARIANTS),
]
SIGHTS = EVERY_SIGHT if os.environ.get("LSTMGALLERY_SIGHTS") == "all" else A_FEW


def parts_script() -> str:
    """Return a script that adds to `window.lstmgallery` the parts of the explorers that work on their own."""
    names = [name for name in (*SCRIPTS, *OF_TEXT) if not name.endswith("explorer")]
    parts = (ROOT / "tests" / "browser" / "parts.js").read_text(encoding="utf-8")
    return join_modules([*read_modules(names), parts])


class Visitor:
    """Opens pages of the site and records the browser's complaints."""

    def __init__(self, browser: Browser, places: dict[Place, str]):
        self.browser = browser
        self.places = places
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []

    def __call__(self, path: str, *, place: Place = "/", width: int = WIDE, height: int = 900, **options: Any) -> Page:
        """Open the page at `path`; `options` are those of a Playwright context."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        page = context.new_page()
        self._listen(page, self.places[place])
        page.goto(self.places[place] + path)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _listen(self, page: Page, base: str) -> None:
        def on_request(request: Request) -> None:
            if not request.url.startswith(base):
                self.complaints.append(f"{request.url} is outside {base}")

        def on_response(response: Response) -> None:
            if response.status >= 400:
                self.complaints.append(f"{response.url} answered {response.status}")

        def on_failure(request: Request) -> None:
            if request.failure != "net::ERR_ABORTED":  # by the reader, who has gone on to the next page
                self.complaints.append(f"{request.url} failed: {request.failure}")

        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"thrown: {error}"))
        page.on("requestfailed", on_failure)
        page.on("request", on_request)
        page.on("response", on_response)


def follow(link: Locator) -> None:
    """Click a link and wait until its page has loaded and run its script."""
    with link.page.expect_navigation():
        link.click()


def settle(page: Page) -> None:
    """Wait until the page has finished drawing: two frames, and the observers after them."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    )


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without logging."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(
                executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
            )
        except Error as error:
            reason = "No Chromium could be started. Install one, name it in CHROMIUM, or run tests/check.py."
            pytest.fail(f"{reason}\n{error}", pytrace=False)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def places(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Place, str]]:
    """The places to open the site from, each with its base address."""
    root = tmp_path_factory.mktemp("served") / "root"
    shutil.copytree(gallery.project.site, root)
    for folder in ("a/b/c",):
        shutil.copytree(gallery.project.site, root / folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        served: dict[Place, str] = {place: address + place for place in PLACES if place != "disk"}
        yield {**served, "disk": gallery.project.site.resolve().as_uri() + "/"}
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(browser: Browser, places: dict[Place, str]) -> Iterator[Visitor]:
    """Open pages of the site; the test fails on any complaint of the browser."""
    visitor = Visitor(browser, places)
    yield visitor
    visitor.close()
    assert not visitor.complaints


@pytest.fixture(scope="session")
def trace(gallery: Gallery) -> Callable[..., pd.DataFrame]:
    """Read one neuron's trace along one sequence from the Parquet file: a row per step, a column per signal."""

    def read(network: str, *, layer: int, neuron: int, sequence: int) -> pd.DataFrame:
        file: Path = gallery.project.build / network / "activations.parquet"
        place = [("layer", "==", layer), ("neuron", "==", neuron), ("sequence", "==", sequence)]
        return pd.read_parquet(file, filters=place).sort_values("step").reset_index(drop=True)

    return read
