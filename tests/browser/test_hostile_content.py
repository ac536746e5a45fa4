"""Five hundred hostile texts in every place that shows text, in Chromium, with the policy and without.

Without the policy of the pages, nothing of a text may run and nothing be asked for; with it, Chromium may not even have
to refuse anything.
"""

import html
import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request

from lstmgallery.build import build_gallery
from lstmgallery.project import Project
from tests.browser.conftest import QuietHandler, settle
from tests.conftest import Record
from tests.payloads import CALL, ELEMENTS, PAYLOADS

POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy"[^>]*>')
ON_A_PAGE = 64  # write-ups of so many texts
EACH_FIGURE = 4  # of so many texts one is in a figure
STRAIGHT = str.maketrans("‘’“”", "''\"\"")
NETWORK = """\
---
title: TITLE
summary: SUMMARY
task:
  kind: text
  corpus: {kind: files, path: hostile.txt}
  features:
FEATURES
cell: rnn
units: 4
training: {steps: 4, batch: 8, window: 16}
figures: SHOWN
---

TEXT
"""
# Reads a text into a field, lets the page answer, and does the same with the next.
TYPE_ALL = """async ([field, texts]) => {
    const input = document.querySelector(field);
    for (const text of texts) {
        input.value = text;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((done) => setTimeout(done));
    }
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}"""
CHANGE_ALL = """async ([key, texts]) => {
    for (const text of texts) {
        location.hash = `${key}=${encodeURIComponent(text)}`;
        await new Promise((done) => setTimeout(done));
    }
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}"""


def quoted(text: str) -> str:
    """Return a text as YAML, with what ends a line of YAML or turns it round escaped."""
    return re.sub(
        "[\u2028\u2029\u202a-\u202e]", lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def escaped(text: str) -> str:
    """Return what an author types to have a text in prose as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!<>|~:^])", r"\\\1", " ".join(text.split()))


def writeup(number: int, texts: list[str]) -> str:
    """Return a write-up with texts in its title, summary, headings, paragraphs, figures and claims."""
    parts = [
        f"---\ntitle: {quoted(texts[0])}\nsummary: {quoted(texts[1])}\npublished: 2026-01-02\norder: {number}\n---\n"
    ]
    for at, text in enumerate(texts):
        words = quoted(escaped(text))
        plain = quoted(text.replace("{", "\\{").replace("}", "\\}"))
        parts.append(f"## {escaped(text)}\n\nText {escaped(text)} and *{escaped(text)}*.\n")
        if at % EACH_FIGURE:
            continue
        figure = f"id: figure-{at}\nkind: passage\nneuron: hostile 1\ntexts: [{quoted(text)}]\n"
        parts.append(f"```figure\n{figure}alt: {plain}\ncaption: {words}\n```\n")
    for at, text in enumerate(texts[:8]):
        claim = f"id: claim-{at}\nnetwork: hostile\nsays: {quoted(escaped(text))}\nmeasure: share of abs(hidden) < 2\n"
        parts.append(f"```claim\n{claim}expect: above 0\n```\n")
    return "\n".join(parts)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A gallery of hostile texts alone: what is read, how it is named, what is written of it."""
    root = tmp_path_factory.mktemp("hostile")
    (root / "content" / "networks").mkdir(parents=True)
    (root / "content" / "writeups").mkdir()
    (root / "hostile.txt").write_text("\n".join(" ".join(text.split()) for text in PAYLOADS), encoding="utf-8")
    features = "\n".join(
        f"    - {{key: f{at}, pattern: {quoted(re.escape(text))}, words: {quoted(text)}}}"
        for at, text in enumerate(PAYLOADS[::50])
    )
    front = NETWORK.replace("TITLE", quoted(PAYLOADS[3])).replace("SUMMARY", quoted(PAYLOADS[5]))
    front = front.replace("FEATURES", features).replace("SHOWN", f"[{', '.join(map(quoted, PAYLOADS[::45]))}]")
    front = front.replace("TEXT", escaped(PAYLOADS[9]))
    (root / "content" / "networks" / "hostile.md").write_text(front, encoding="utf-8")
    site = {"title": PAYLOADS[0], "tagline": PAYLOADS[50], "description": PAYLOADS[100], "author": PAYLOADS[150]}
    lines = [f"{key}: {quoted(text)}" for key, text in site.items()]
    (root / "content" / "site.yaml").write_text("\n".join([*lines, "base_url: https://example.org/"]), encoding="utf-8")
    for number, first in enumerate(range(0, len(PAYLOADS), ON_A_PAGE)):
        text = writeup(number, [*PAYLOADS[first : first + ON_A_PAGE]])
        (root / "content" / "writeups" / f"part-{number}.md").write_text(text, encoding="utf-8")
    built = Project(root / "content", root / "build", root / "site")
    build_gallery(built, Record([], []))
    return built


class WithoutPolicy(QuietHandler):
    """Serves pages without their policy."""

    def do_GET(self) -> None:  # noqa: N802
        file = Path(self.translate_path(self.path))
        if file.suffix != ".html":
            super().do_GET()
            return
        page, found = POLICY.subn(b"", file.read_bytes())
        assert found == 1, file
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


@pytest.fixture(scope="module", params=[WithoutPolicy, QuietHandler], ids=["without-policy", "with-policy"])
def base(request: pytest.FixtureRequest, project: Project) -> Iterator[str]:
    """The address of the site, served without the policy or with it."""
    handler = partial(request.param, directory=str(project.site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(browser: Browser, base: str, project: Project) -> Iterator[Page]:
    """A page that records what runs, what is asked for outside the site, and what Chromium complains of."""
    context = browser.new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()
    found: list[str] = []
    page.expose_function("ran", lambda _: found.append(f"ran on {page.url}"))
    page.on("console", lambda message: found.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))

    def on_dialog(dialog: Dialog) -> None:
        found.append(f"a dialog on {page.url}")
        dialog.dismiss()

    def on_request(request: Request) -> None:
        url = request.url.split("#")[0].split("?")[0]
        if not (url.startswith(base) and (project.site / url.removeprefix(base)).is_file()):
            found.append(f"{page.url} asks for {url}")

    page.on("dialog", on_dialog)
    page.on("request", on_request)
    yield page
    context.close()
    assert found == []


def test_the_texts_would_run_if_they_were_taken_for_more_than_text(browser: Browser) -> None:
    page = browser.new_page()
    ran: set[int] = set()
    page.expose_function("ran", lambda at: ran.add(at))
    page.set_content("<p>Frames</p>")
    for at, element in enumerate(ELEMENTS):
        page.set_content(f"<title>x</title>{element.replace(CALL, f'ran({at})').replace('&lpar;1', f'&lpar;{at}')}")
        page.wait_for_timeout(30)
    page.close()
    assert len(PAYLOADS) >= 500
    assert len(ran) >= 25, [element for at, element in enumerate(ELEMENTS) if at not in ran]


def test_nothing_of_a_text_runs_on_any_page(page: Page, base: str, project: Project) -> None:
    paths = [file.relative_to(project.site).as_posix() for file in sorted(project.site.rglob("*.html"))]
    paths.remove("404.html")  # its links are those of the published site
    alone = [path for path in paths if "/figure-" in path]
    drawings = [path.removesuffix(".html") + ".svg" for path in alone]
    assert len(alone) == len(PAYLOADS) // EACH_FIGURE + 1
    for path in [*(path for path in paths if path not in alone), *alone[::8], *drawings[::8], "feed.xml"]:
        page.goto(base + path)
        settle(page)
        if path.endswith(".html"):
            page.mouse.move(300, 200)  # over what covers the page
            page.keyboard.press("Tab")


def test_every_text_is_shown_as_it_was_written(page: Page, base: str) -> None:
    for number, first in enumerate(range(0, len(PAYLOADS), ON_A_PAGE)):
        page.goto(f"{base}writeups/part-{number}.html")
        headings = page.locator("main h2").evaluate_all("(all) => all.map((heading) => heading.textContent)")
        headings = [heading.translate(STRAIGHT) for heading in headings]
        for text in PAYLOADS[first : first + ON_A_PAGE]:
            words = html.unescape(" ".join(text.split())).replace("...", "…")
            assert any(words in heading for heading in headings), text


def test_nothing_that_a_reader_types_or_an_address_holds_runs(
    page: Page, base: str, request: pytest.FixtureRequest
) -> None:
    texts = PAYLOADS if "without-policy" in request.node.name else PAYLOADS[::8]
    page.goto(base + "explorer/hostile.html")
    page.evaluate(TYPE_ALL, ["#text", texts])
    page.evaluate(TYPE_ALL, ["#filter", texts[::3]])
    for at, key in enumerate(("text", "filter", "neuron")):
        page.evaluate(CHANGE_ALL, [key, texts[at::6]])
    page.goto(base + "index.html")
    page.keyboard.press("Control+k")
    page.locator("dialog input[type=search]").wait_for()
    page.evaluate(TYPE_ALL, ["dialog input[type=search]", texts[::3]])
    for text in PAYLOADS[::40]:
        page.goto(f"{base}search.html?q={quoted(text)}#{text}")
        settle(page)
