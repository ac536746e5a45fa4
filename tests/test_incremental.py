"""A build after any edits gives what a build from nothing gives, byte for byte, mistakes included.

`LSTMGALLERY_EXAMPLES=200` tries more histories of edits than the few of the usual run.
"""

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from PIL import Image

from lstmgallery.build import build_gallery
from lstmgallery.errors import GalleryError
from lstmgallery.kept import FILE
from lstmgallery.project import Project
from tests.conftest import Gallery, files_of, folders_in, record, write_small_content

EXAMPLES = int(os.environ.get("LSTMGALLERY_EXAMPLES", "4"))
SLUGS = ("one", "two", "three", "../comparisons/two")
TITLES = ("A title", "Another title", "Ärger & <Mühe>")
BODIES = (
    "Plain words.\n",
    "## A part\n\nPlain words, *more* of them.\n\n- one\n- two\n\n## Another\n\nAnd so on.[^1]\n\n[^1]: A note.\n",
    "See [one](one.md), [a part](../networks/small.md#roles), [a neuron](../networks/small/layer-1/neuron-2.html).\n",
    "The best is {small best(remaining)}, at {small best(remaining) | r2 of cell with remaining | 2 digits}.\n",
    "```figure\nid: it\nkind: strip\nneuron: small 1\nsequences: [aXb]\nalt: An alternative.\ncaption: Words.\n```\n",
    "```claim\nid: it\nneuron: small 2\nsays: It is {claim it}.\nmeasure: mean of cell\nexpect: above 0\n```\n",
    "Words.\n\n```claim\nid: it\nneuron: small 2\nsays: Small.\nmeasure: mean of cell\nexpect: below 9\n```\n",
    "![A picture](picture.png)\n\n[Numbers](numbers.csv)\n",
    "A mistake: {small 99}.\n",
)
SITES = ("", "base_url: https://example.org/\n", "author: Somebody\n", "lang: de\n", "front: small 3\n")
PROSE = ("Prose of the network.\n", "See [one](../writeups/one.md).\n", "![A picture](../writeups/picture.png)\n")


def write(content: Path, slug: str, title: str, body: str, order: int, draft: bool) -> None:
    """Write a write-up."""
    front = f"---\ntitle: {title!r}\nsummary: Of {slug}.\npublished: 2026-01-02\norder: {order}\n"
    text = f"{front}{'draft: true' if draft else ''}\n---\n\n{body}"
    (content / "writeups" / f"{slug}.md").write_text(text, encoding="utf-8")


def set_body(content: Path, slug: str, body: str) -> None:
    """Write another text below the front matter of a write-up, if there is one."""
    file = content / "writeups" / f"{slug}.md"
    if file.exists():
        front = file.read_text(encoding="utf-8").partition("\n---\n")[0]
        file.write_text(f"{front}\n---\n\n{body}", encoding="utf-8")


def delete(content: Path, slug: str) -> None:
    (content / "writeups" / f"{slug}.md").unlink(missing_ok=True)


def rename(content: Path, slug: str, other: str) -> None:
    file = content / "writeups" / f"{slug}.md"
    if file.exists():
        file.replace(content / "writeups" / f"{other}.md")


def set_site(content: Path, settings: str) -> None:
    site = f"title: Small gallery\ntagline: For a test.\ndescription: A gallery.\n{settings}"
    (content / "site.yaml").write_text(site, encoding="utf-8")


def set_network(content: Path, title: str, summary: str, prose: str) -> None:
    file = content / "networks" / "small.md"
    front = file.read_text(encoding="utf-8").partition("task:")[2].rpartition("---\n")[0]
    file.write_text(f"---\ntitle: {title!r}\nsummary: {summary!r}\ntask:{front}---\n\n{prose}", encoding="utf-8")


def set_files(content: Path, width: int, numbers: str) -> None:
    held = io.BytesIO()
    Image.new("RGB", (width, 10)).save(held, "PNG")
    (content / "writeups" / "picture.png").write_bytes(held.getvalue())
    (content / "writeups" / "numbers.csv").write_text(numbers, encoding="utf-8")


slugs, titles = st.sampled_from(SLUGS), st.sampled_from(TITLES)
EDIT = st.one_of(
    st.tuples(st.just(write), slugs, titles, st.sampled_from(BODIES), st.integers(1, 3), st.booleans()),
    st.tuples(st.just(set_body), slugs, st.sampled_from(BODIES)),
    st.tuples(st.just(delete), slugs),
    st.tuples(st.just(rename), slugs, slugs),
    st.tuples(st.just(set_site), st.sampled_from(SITES)),
    st.tuples(st.just(set_network), titles, titles, st.sampled_from(PROSE)),
    st.tuples(st.just(set_files), st.integers(1, 3), st.sampled_from(("1\n", "2\n"))),
)


def outcome(project: Project) -> Any:
    """Build; return the site, the verdicts and the count of pages, or the mistakes."""
    try:
        summary = build_gallery(project, record())
    except GalleryError as error:
        return error.problems
    claims = (project.build / "claims.json").read_bytes()
    return files_of(project.site), claims, summary.pages, summary.held_back


@hypothesis.settings(max_examples=EXAMPLES)
@hypothesis.given(edits=st.lists(EDIT, min_size=1, max_size=6))
def test_a_build_after_edits_gives_what_a_build_from_nothing_gives(
    small_gallery: Gallery, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[Callable[..., None], Any]]
) -> None:
    folder = tmp_path_factory.mktemp("edited")
    project = folders_in(folder)
    write_small_content(project.content, "small")
    (project.content / "writeups").mkdir()
    (project.content / "comparisons").mkdir()
    set_files(project.content, 1, "1\n")
    write(project.content, "one", TITLES[0], BODIES[2], 1, draft=False)
    shutil.copytree(small_gallery.project.build, project.build, ignore=shutil.ignore_patterns(FILE))
    outcome(project)
    for edit, *arguments in edits:
        edit(project.content, *arguments)
        clean = Project(content=project.content, build=folder / "clean", site=folder / "clean-site")
        shutil.copytree(small_gallery.project.build, clean.build, ignore=shutil.ignore_patterns(FILE))
        assert outcome(project) == outcome(clean)
        shutil.rmtree(clean.build)
        shutil.rmtree(clean.site, ignore_errors=True)
    shutil.rmtree(folder)
