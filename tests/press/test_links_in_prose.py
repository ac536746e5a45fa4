"""Links in prose are resolved from the content file that holds them."""

from pathlib import Path

import pytest

from lstmgallery.errors import Problem
from lstmgallery.frontmatter import read_markdown
from lstmgallery.press.manuscript.prose import Link, Prose, ProseReader


def read_prose(folder: Path, file: str, body: str) -> tuple[ProseReader[str], Prose[str]]:
    """Return the reader of a content file with this body, and its result."""
    place = folder / file
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"---\ntitle: A title\n---\n\n{body}\n", encoding="utf-8")
    problems: list[Problem] = []
    reader: ProseReader[str] = ProseReader(read_markdown(place), file, problems)
    prose = reader.read_body()
    assert problems == []
    return reader, prose


def shown(part: str | Link) -> str:
    assert isinstance(part, Link)
    return f"<{part.target}>"


@pytest.mark.parametrize(
    ("file", "link", "target"),
    [
        ("networks/counter.md", "latch.md", "networks/latch.md"),
        ("networks/counter.md", "latch.md#layer-1", "networks/latch.md#layer-1"),
        ("networks/counter.md", "../writeups/counting.md#gates", "writeups/counting.md#gates"),
        ("networks/counter.md", "../how-to-read.html", "how-to-read.html"),
        ("networks/counter.md", "./../networks/latch.md", "networks/latch.md"),
        ("networks/counter.md", "#neurons", "networks/counter.md#neurons"),
        ("writeups/counting.md", "../networks/counter.md", "networks/counter.md"),
        ("site.md", "networks/counter.md", "networks/counter.md"),
        ("networks/counter.md", "../../outside.md", "../outside.md"),
    ],
)
def test_a_link_leads_on_from_the_folder_of_its_file(tmp_path: Path, file: str, link: str, target: str) -> None:
    reader, prose = read_prose(tmp_path, file, f"See [there]({link}).")
    assert prose.parts == (Link(target),)
    assert reader.links == [(Link(target), (5, 13))]  # the line and the column of the address
    assert prose.fill(shown) == f"<p>See <a<{target}>>there</a>.</p>"


@pytest.mark.parametrize("link", ["https://example.org/a.md", "mailto:someone@example.org", "HTTPS://example.org/"])
def test_a_link_to_another_site_stays_as_it_is(tmp_path: Path, link: str) -> None:
    reader, prose = read_prose(tmp_path, "networks/counter.md", f"See [there]({link}).")
    assert reader.links == []
    assert f'href="{link}"' in prose.marked


def test_equal_links_have_places_of_their_own(tmp_path: Path) -> None:
    reader, _ = read_prose(tmp_path, "networks/counter.md", "[One](a.md), [two](a.md)\nand [three](b.md).")
    assert [(link.target, place) for link, place in reader.links] == [
        ("networks/a.md", (5, 7)),
        ("networks/a.md", (5, 20)),
        ("networks/b.md", (6, 13)),
    ]
