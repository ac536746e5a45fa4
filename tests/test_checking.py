"""A finished site is verified: whatever is changed, removed, added, cut off or let in is named."""

import gzip
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lstmgallery.checking import check_tree
from lstmgallery.errors import GalleryError
from lstmgallery.exchange import MANIFEST, MARKER
from lstmgallery.publish import read_manifest, write_manifest
from tests.conftest import Gallery, files_of, run_python

NEURON = "networks/small/layer-1/neuron-2.html"


@pytest.fixture
def site(small_gallery: Gallery, tmp_path: Path) -> Path:
    """A copy of a whole site elsewhere."""
    shutil.copytree(small_gallery.project.site, tmp_path / "copy")
    return tmp_path / "copy"


def problems_of(site: Path) -> list[str]:
    with pytest.raises(GalleryError) as caught:
        check_tree(site)
    return [f"{problem.place}: {problem.message}" for problem in caught.value.problems]


def rewrite(site: Path, path: str, change: Callable[[str], str]) -> None:
    """Change a file, and the list of files with it, as somebody does who knows of both."""
    file = site / path
    text = file.read_text(encoding="utf-8")
    assert change(text) != text
    file.write_text(change(text), encoding="utf-8")
    listed = {each: (site / each).read_bytes() for each in read_manifest((site / MANIFEST).read_bytes())}
    (site / MANIFEST).write_bytes(write_manifest(listed))


def test_a_whole_site_is_counted(site: Path, small_gallery: Gallery) -> None:
    checked = check_tree(site)
    assert checked.pages == small_gallery.summary.pages
    assert checked.files == len(files_of(site)) - 1  # the list is not in itself
    assert checked.size == sum(map(len, files_of(site).values())) - (site / MANIFEST).stat().st_size


def test_the_largest_pages_are_listed_with_what_a_host_sends(site: Path) -> None:
    pages = {path: content for path, content in files_of(site).items() if path.endswith(".html")}
    largest = sorted(pages, key=lambda path: -len(pages[path]))[:10]
    found = check_tree(site).largest
    assert [page.size for page in found] == [len(pages[path]) for path in largest]
    for page in found:
        assert len(pages[page.path]) == page.size
        assert page.sent == len(gzip.compress(pages[page.path], 6))
    run = run_python("-m", "lstmgallery", "check", "-v", str(site))
    assert run.returncode == 0, run.stderr
    table = run.stdout.splitlines()[1:]
    assert table[0].split() == ["largest", "pages", "size", "compressed"]
    assert [line.split()[0] for line in table[1:]] == [page.path for page in found]
    assert len(run_python("-m", "lstmgallery", "check", str(site)).stdout.splitlines()) == 1


def test_another_program_can_check_the_hashes(site: Path) -> None:
    run = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", MANIFEST], cwd=site, check=False)
    assert run.returncode == 0


def test_the_files_of_its_owner_are_not_looked_at(site: Path) -> None:
    (site / ".well-known").mkdir()
    (site / ".well-known" / "token").write_bytes(b"1")
    check_tree(site)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda site: (site / NEURON).unlink(), f"{NEURON}: expected a file of the site, found none"),
        (
            lambda site: (site / "assets/strip.js").write_bytes(b"alert(1)"),
            "assets/strip.js: expected the file that was built, found another content",
        ),
        (
            lambda site: (site / "assets/more.js").write_bytes(b""),
            "assets/more.js: expected only what was built, found a file that was added",
        ),
        (
            lambda site: (site / NEURON).unlink() or (site / NEURON).symlink_to(site / "index.html"),
            f"{NEURON}: expected a file of the site, found none",
        ),
        (
            lambda site: rewrite(site, NEURON, lambda text: text.replace("script-src 'self'", "script-src *")),
            f"{NEURON}: expected the policy of the gallery's pages, and no other",
        ),
        (
            lambda site: rewrite(site, NEURON, lambda text: text.replace("</main>", "<script>ran(1)</script></main>")),
            f"{NEURON}: expected scripts in files of their own, found one in the page",
        ),
        (
            lambda site: rewrite(site, NEURON, lambda text: text.replace("<main", "<main onclick='ran(1)'")),
            f"{NEURON}: expected no attribute 'onclick', found it on <main>",
        ),
        (
            lambda site: rewrite(site, NEURON, lambda text: text.replace("<main", "<a href=' JavaScript:1'></a><main")),
            f"{NEURON}: expected an address, found code or data in 'href' of <a>",
        ),
        (
            lambda site: rewrite(site, NEURON, lambda text: text.replace("<main", "<a href='gone.html'>x</a><main")),
            f"{NEURON}: the link 'gone.html' points to a missing file",
        ),
        (
            lambda site: rewrite(site, "_headers", lambda text: text.replace("default-src 'none'", "default-src *")),
            "_headers: expected the policy of the pages for hosts to send",
        ),
    ],
)
def test_what_is_wrong_is_named(site: Path, harm: Callable[[Path], object], message: str) -> None:
    harm(site)
    assert message in problems_of(site)


def test_a_folder_that_is_no_site_is_refused(tmp_path: Path, site: Path) -> None:
    assert problems_of(tmp_path / "nothing") == [
        f"{tmp_path / 'nothing'}: expected a site with a list of its files, found no {MANIFEST}"
    ]
    (site / MANIFEST).write_bytes(b"\xff\xfe")
    assert "expected lines of a SHA-256" in problems_of(site)[0]
    (site / MANIFEST).unlink()
    with pytest.raises(GalleryError, match="build it again with this version"):
        check_tree(site)
    (site / MARKER).unlink()
    with pytest.raises(GalleryError, match="name the folder of a built site"):
        check_tree(site)


def test_the_command_says_what_it_found(site: Path) -> None:
    run = run_python("-m", "lstmgallery", "check", str(site))
    assert run.returncode == 0, run.stderr
    assert "every link leads somewhere, every page has its policy" in run.stdout
    (site / NEURON).unlink()
    run = run_python("-m", "lstmgallery", "check", str(site))
    assert run.returncode == 1
    assert f"{NEURON}: expected a file of the site, found none" in run.stderr
    assert "nothing was changed." in run.stderr
