"""A build after any edits gives what a build from nothing gives, byte for byte, mistakes included.

A machine draws histories of edits: files are written, changed, renamed and deleted, networks come and go, weights are
pinned and unpinned. `LSTMGALLERY_EXAMPLES=200` tries more histories than the usual run.
"""

import io
import os
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from PIL import Image

from lstmgallery.build import build_gallery
from lstmgallery.errors import GalleryError
from lstmgallery.kept import FILE
from lstmgallery.network import read_network
from lstmgallery.pinning import pin_networks
from lstmgallery.project import Project
from lstmgallery.trees import tree_hash
from tests.conftest import Gallery, files_of, folders_in, record, write_small_content
from tests.test_pins import pin_small

EXAMPLES = int(os.environ.get("LSTMGALLERY_EXAMPLES", "10"))  # histories, each of so many edits:
STEPS = 50
OTHER = "other"
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
    "The [other](../networks/other.md) has {other | mean of hidden}, the first {small | mean of cell}.\n",
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


slugs, titles, bodies = st.sampled_from(SLUGS), st.sampled_from(TITLES), st.sampled_from(BODIES)


def outcome(project: Project) -> Any:
    """Build; return the site, the verdicts and the count of pages, or the mistakes."""
    try:
        summary = build_gallery(project, record())
    except GalleryError as error:
        return error.problems
    claims = (project.build / "claims.json").read_bytes()
    return files_of(project.site), claims, summary.pages, summary.held_back


class Author(RuleBasedStateMachine):
    """An author who edits a gallery and builds it after every edit, beside one whose builds begin from nothing.

    `given` is a folder with what training and measuring its networks gave, with the small one pinned and without: all
    that a clean build may find.
    """

    given: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="edited-"))
        self.project = folders_in(self.folder)
        self.clean = Project(self.project.content, self.folder / "clean", self.folder / "clean-site")
        self.expected: dict[str, Any] = {}  # by the hash of the content: many edits bring back what there was
        content = self.project.content
        write_small_content(content, "small")
        (content / "writeups").mkdir()
        (content / "comparisons").mkdir()
        set_files(content, 1, "1\n")
        write(content, "one", TITLES[0], BODIES[2], 1, draft=False)
        shutil.copytree(self.given / "build", self.project.build, ignore=shutil.ignore_patterns(FILE))
        outcome(self.project)

    @rule(slug=slugs, title=titles, body=bodies, order=st.integers(1, 3), draft=st.booleans())
    def write(self, slug: str, title: str, body: str, order: int, draft: bool) -> None:
        write(self.project.content, slug, title, body, order, draft)

    @rule(slug=slugs, body=bodies)
    def change(self, slug: str, body: str) -> None:
        set_body(self.project.content, slug, body)

    @rule(slug=slugs)
    def delete(self, slug: str) -> None:
        delete(self.project.content, slug)

    @rule(slug=slugs, other=slugs)
    def rename(self, slug: str, other: str) -> None:
        rename(self.project.content, slug, other)

    @rule(settings=st.sampled_from(SITES))
    def configure(self, settings: str) -> None:
        set_site(self.project.content, settings)

    @rule(title=titles, summary=titles, prose=st.sampled_from(PROSE))
    def change_network(self, title: str, summary: str, prose: str) -> None:
        set_network(self.project.content, title, summary, prose)

    @rule(width=st.integers(1, 3), numbers=st.sampled_from(("1\n", "2\n")))
    def change_files(self, width: int, numbers: str) -> None:
        set_files(self.project.content, width, numbers)

    @rule(is_there=st.booleans())
    def add_or_remove_network(self, is_there: bool) -> None:
        for suffix in (".md", ".npz"):
            file = self.project.content / "networks" / f"{OTHER}{suffix}"
            file.unlink(missing_ok=True)
            if is_there:
                shutil.copy2(self.given / "content" / "networks" / file.name, file)

    @rule(is_pinned=st.booleans())
    def pin_or_unpin(self, is_pinned: bool) -> None:
        pin = self.project.content / "networks" / "small.npz"
        pin.unlink(missing_ok=True)
        if is_pinned:
            shutil.copy2(self.given / "small.npz", pin)

    @invariant()
    def the_site_is_that_of_a_clean_build(self) -> None:
        content = tree_hash(self.project.content)
        if content not in self.expected:
            self.expected[content] = self.build_clean()
        assert outcome(self.project) == self.expected[content]

    def build_clean(self) -> Any:
        is_pinned = (self.project.content / "networks" / "small.npz").exists()
        given = self.given / ("pinned" if is_pinned else "build")
        shutil.copytree(given, self.clean.build, ignore=shutil.ignore_patterns(FILE))
        try:
            return outcome(self.clean)
        finally:
            shutil.rmtree(self.clean.build)
            shutil.rmtree(self.clean.site, ignore_errors=True)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def ready(small_gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the small network and of another one of pinned weights, and a pin of the small one."""
    folder = tmp_path_factory.mktemp("ready")
    project = folders_in(folder)
    shutil.copytree(small_gallery.project.build, project.build)
    write_small_content(project.content, "small")
    (pinned,) = pin_networks(project.content, project.build, ("small",), date(2026, 1, 2))
    (project.content / "networks" / "small.npz").rename(folder / "small.npz")
    assert pinned.network == "small"
    write_small_content(project.content, OTHER, cell="gru")
    file = project.content / "networks" / f"{OTHER}.md"
    file.write_text(file.read_text("utf-8").replace("steps: 200", "steps: 200\n  goal: optional"), encoding="utf-8")
    pin_small(project.content, read_network(file)[0])
    build_gallery(project, record())
    pinned_too = Project(project.content, folder / "pinned", folder / "pinned-site")
    shutil.copytree(project.build, pinned_too.build)
    shutil.copy2(folder / "small.npz", project.content / "networks")
    build_gallery(pinned_too, record())
    return folder


@pytest.mark.usefixtures("trained_once")
def test_a_build_after_edits_gives_what_a_build_from_nothing_gives(ready: Path) -> None:
    author = type("AuthorOfThese", (Author,), {"given": ready})
    settings = hypothesis.settings(max_examples=EXAMPLES, stateful_step_count=STEPS)
    run_state_machine_as_test(author, settings=settings)
