"""A site is replaced as a whole or not at all, and other files are never touched."""

import errno
import json
import os
from pathlib import Path

import pytest

import lstmgallery.publish
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.publish import MARKER, check_links, check_site, publish
from tests.conftest import files_of, run_python

OLD = {"index.html": b"<p>old</p>", "same.html": b"<p>same</p>", "gone/page.html": b"<p>gone</p>"}
NEW = {"index.html": b"<p>new</p>", "same.html": b"<p>same</p>", "fresh/page.html": b"<p>fresh</p>"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A published site with one of its owner's files in it."""
    folder = tmp_path / "out" / "site"
    publish(OLD, folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(b"the owner's")
    return folder


def pages_of(site: Path) -> dict[str, bytes]:
    return {path: content for path, content in files_of(site).items() if not path.startswith(".")}


def fault_of(files: dict[str, bytes]) -> list[tuple[str, int | None, int | None, str, str | None]]:
    with pytest.raises(GalleryError) as raised:
        check_links(files)
    return [(each.place, each.line, each.column, each.message, each.hint) for each in raised.value.problems]


def test_a_site_is_made_where_there_was_none(tmp_path: Path) -> None:
    done = publish(OLD, tmp_path / "deep" / "site")
    assert pages_of(tmp_path / "deep" / "site") == OLD
    assert (tmp_path / "deep" / "site" / MARKER).is_file()
    assert (done.written, done.unchanged, done.removed) == (4, 0, 0)
    assert done.size == sum(len(content) for content in files_of(tmp_path / "deep" / "site").values())


def test_an_empty_folder_becomes_a_site(tmp_path: Path) -> None:
    publish(OLD, tmp_path)
    assert pages_of(tmp_path) == OLD


def test_a_site_is_replaced_and_removed_pages_disappear(site: Path) -> None:
    done = publish(NEW, site)
    assert pages_of(site) == NEW
    assert not (site / "gone").exists()
    assert (done.written, done.unchanged, done.removed) == (2, 2, 1)


def test_of_a_hidden_file_that_is_published_too_the_new_one_stays(site: Path) -> None:
    publish({**OLD, ".well-known/page.txt": b"old", ".hidden": b"old"}, site)
    publish({**NEW, ".hidden": b"new"}, site)
    assert (site / ".hidden").read_bytes() == b"new"
    assert (site / ".git" / "config").read_bytes() == b"the owner's"


def test_a_page_that_goes_is_enough_to_publish(site: Path) -> None:
    fewer = {path: content for path, content in OLD.items() if path != "gone/page.html"}
    done = publish(fewer, site)
    assert pages_of(site) == fewer
    assert (done.written, done.unchanged, done.removed) == (0, 3, 1)


def test_unchanged_files_keep_their_time(site: Path) -> None:
    for name in ("index.html", "same.html"):
        os.utime(site / name, ns=(10**18, 10**18))
    publish(NEW, site)
    assert (site / "same.html").stat().st_mtime_ns == 10**18
    assert (site / "index.html").stat().st_mtime_ns != 10**18


def test_unchanged_files_keep_their_time_where_files_cannot_be_linked(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    os.utime(site / "same.html", ns=(10**18, 10**18))
    publish(NEW, site)
    assert pages_of(site) == NEW
    assert (site / "same.html").stat().st_mtime_ns == 10**18


def test_the_same_site_again_touches_nothing(site: Path) -> None:
    folder = site.stat().st_ino
    done = publish(OLD, site)
    assert (done.written, done.unchanged, done.removed) == (0, 4, 0)
    assert site.stat().st_ino == folder


def test_names_with_a_dot_belong_to_the_owner_and_stay(site: Path) -> None:
    (site / ".nojekyll").touch()
    publish(NEW, site)
    assert (site / ".git" / "config").read_bytes() == b"the owner's"
    assert (site / ".nojekyll").is_file()


def test_a_page_changed_by_hand_is_written_again(site: Path) -> None:
    (site / "same.html").write_bytes(b"<p>SAME</p>")
    publish(OLD, site)
    assert pages_of(site) == OLD


def test_a_page_replaced_by_a_link_is_written_again_and_its_target_left_alone(site: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.html"
    target.write_bytes(OLD["same.html"])
    (site / "same.html").unlink()
    (site / "same.html").symlink_to(target)
    publish(NEW, site)
    assert not (site / "same.html").is_symlink()
    assert pages_of(site) == NEW
    assert target.read_bytes() == OLD["same.html"]


def test_a_file_that_stands_where_a_folder_must_is_replaced(site: Path) -> None:
    publish({"index.html": b"", "fresh": b"a file"}, site)
    publish(NEW, site)
    assert pages_of(site) == NEW


def test_a_site_in_the_working_folder_itself_is_replaced(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site)
    publish(NEW, Path())
    assert pages_of(site) == NEW
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]


def refusal(site: Path) -> Problem:
    """Return the only problem of publishing into `site`, after checking that nothing was changed."""
    before = files_of(site.parent)
    with pytest.raises(GalleryError) as raised:
        publish(NEW, site)
    assert files_of(site.parent) == before
    (problem,) = raised.value.problems
    assert problem.place == str(site)
    return problem


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "home"
    site.mkdir()
    (site / "letter.txt").write_bytes(b"dear")
    problem = refusal(site)
    assert problem.message == "expected a folder created by this tool, found other files and no .lstmgallery"
    assert problem.hint == "choose an empty or new folder with --output"


def test_a_folder_with_only_dot_names_is_foreign_too(tmp_path: Path) -> None:
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    assert "found other files" in refusal(tmp_path / "home").message


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"text")
    assert refusal(tmp_path / "home").message == "expected a folder for the site, found a file"


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"text")
    problem = refusal(tmp_path / "home" / "site")
    assert problem.message == f"expected a folder for the site, but {tmp_path / 'home'} is a file"


def test_a_link_to_a_site_is_refused(site: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "site").symlink_to(site)
    problem = refusal(tmp_path / "linked" / "site")
    assert problem.message == "expected a plain folder, which can be replaced in one step, found a symbolic link"
    assert problem.hint == "build into a folder inside it"


def test_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").symlink_to(tmp_path / "nowhere")
    with pytest.raises(GalleryError):
        check_site(tmp_path / "site")


def test_a_mount_point_is_refused() -> None:
    with pytest.raises(GalleryError, match="found a mount point"):
        check_site(Path(Path(__file__).anchor))


BROKEN = {
    "index.html": b"""\
<a href="networks/counter.html">fine</a> <a href="networks/counting.html">dead</a>
<p>
  <a href="networks/counter.html#lyer-1">dead fragment</a>
  <img src="/logo.svg">
""",
    "networks/counter.html": b"""\
<h2 id="layer-1"></h2><a href="#layer-1">fine</a><a href="../index.html?page=2">fine</a>
<a href="../../secret.html">out</a>
<a href="#nowhere">dead fragment here</a> <a href="//example.org/x">no scheme</a>
<a href="javascript:alert(1)">script</a> <a href="https://example.org">fine</a> <a href="mailto:a@b.example">fine</a>
<a href="http://[broken">no address</a> <a href="..">a folder</a>
""",
}


def test_every_bad_link_is_reported_at_once_with_its_place() -> None:
    outside = "link to a file of the site by a path relative to this page"
    assert fault_of(BROKEN) == [
        (
            "index.html",
            1,
            42,
            "the link 'networks/counting.html' points to a missing file",
            "did you mean 'networks/counter.html'?",
        ),
        (
            "index.html",
            3,
            3,
            "the link 'networks/counter.html#lyer-1' points to a missing fragment of networks/counter.html",
            "did you mean 'layer-1'?",
        ),
        ("index.html", 4, 3, "the link '/logo.svg' points outside the site", outside),
        ("networks/counter.html", 2, 1, "the link '../../secret.html' points outside the site", outside),
        (
            "networks/counter.html",
            3,
            1,
            "the link '#nowhere' points to a missing fragment of networks/counter.html",
            "valid here: layer-1",
        ),
        ("networks/counter.html", 3, 43, "the link '//example.org/x' has the scheme ''", None),
        ("networks/counter.html", 4, 1, "the link 'javascript:alert(1)' has the scheme 'javascript'", None),
        ("networks/counter.html", 5, 1, "the link 'http://[broken' is not a valid address", None),
        (
            "networks/counter.html",
            5,
            41,
            "the link '..' points to a missing file",
            "valid here: index.html, networks/counter.html",
        ),
    ]


def test_bad_links_stop_a_publication_before_it_begins(site: Path) -> None:
    before = files_of(site.parent)
    with pytest.raises(GalleryError):
        publish(BROKEN, site)
    assert files_of(site.parent) == before


def test_links_between_pages_that_exist_pass() -> None:
    check_links(
        {
            "index.html": b'<a href="a/b.html#part">x</a><link href="style.css"><a href="caf%C3%A9.html">x</a>',
            "a/b.html": b'<p id="part"><a href="../index.html">x</a><a href="">x</a></p>',
            "style.css": b"",
            "café.html": b"",
        }
    )


def test_a_link_one_folder_up_from_the_top_leads_out_of_the_site() -> None:
    ((_, _, _, message, _),) = fault_of({"index.html": b'<a href="..">up</a>'})
    assert message == "the link '..' points outside the site"


def test_an_empty_link_and_a_link_without_an_address_pass() -> None:
    check_links({"index.html": b'<a href="">here</a><a href>nowhere</a><p id="">'})


def test_a_fragment_that_a_page_reads_itself_need_not_be_one_of_its_ids() -> None:
    state, plain = "live.html#text=aXb&amp;neuron=3", "live.html#text"
    pages = {
        "index.html": f'<a href="{state}">x</a>'.encode(),
        "live.html": b"<script data-reads-fragment></script>",
    }
    check_links(pages)
    for broken in (
        {**pages, "index.html": f'<a href="{plain}">x</a>'.encode()},
        {**pages, "live.html": b'<p name="text=aXb&amp;neuron=3">'},
    ):
        ((_, _, _, message, _),) = fault_of(broken)
        assert message.endswith("points to a missing fragment of live.html")


def test_only_pages_are_searched_for_links() -> None:
    check_links({"index.html": b"", "drawing.svg": b'<a href="gone.html">', "notes-html": b'<a href="gone.html">'})


def test_a_file_that_the_system_refuses_is_named(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OSError, match="No space left") as raised:
        publish(NEW, site)
    assert raised.value.filename == str(site.parent / ".site.staging" / "index.html")


def test_a_publication_that_is_interrupted_leaves_nothing_beside_the_site(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish(NEW, site)
    assert pages_of(site) == OLD
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]


def test_a_file_that_cannot_be_written_leaves_the_old_site_and_nothing_beside_it(site: Path) -> None:
    with pytest.raises(OSError, match="File name too long"):
        publish({**NEW, "x" * 300: b""}, site)
    assert pages_of(site) == OLD
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]


@pytest.mark.parametrize("left", [".site.staging", ".site.previous"])
def test_left_over_folders_are_cleared(site: Path, left: str) -> None:
    (site.parent / left / "part").mkdir(parents=True)
    (site.parent / left / "part" / "page.html").write_bytes(b"half")
    (site.parent / left / ".netlify").write_bytes(b"the owner's")
    publish(OLD, site)
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]
    assert pages_of(site) == OLD
    assert (site / ".netlify").read_bytes() == b"the owner's"


def test_half_a_site_that_was_never_finished_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / ".site.staging").mkdir()
    (tmp_path / ".site.staging" / "stale.html").write_bytes(b"half")
    publish(OLD, tmp_path / "site")
    assert pages_of(tmp_path / "site") == OLD
    assert [entry.name for entry in tmp_path.iterdir()] == ["site"]


def test_two_steps_replace_a_site_where_one_cannot(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstmgallery.publish, "_exchange", lambda *_: False)
    publish(NEW, site)
    assert pages_of(site) == NEW
    assert (site / ".git" / "config").read_bytes() == b"the owner's"
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]


# Publishes in a child that is killed at its k-th step on the file system, for every k; then tells what it found.
KILL_EVERYWHERE = """
import json, os, shutil, signal, sys
from pathlib import Path
import lstmgallery.publish as module
from tests.conftest import files_of
from tests.test_publish import NEW, OLD, pages_of

root, can_exchange = Path(sys.argv[1]), sys.argv[2] == "exchange"
if not can_exchange:
    module._exchange = lambda *_: False
site = root / "site"
outcomes = []
for last in range(1, 1_000):
    module.publish(OLD, site)
    (site / ".git").mkdir()
    (site / ".git" / "config").write_bytes(b"the owner's")
    child = os.fork()
    if child == 0:
        events = 0
        def count(event, arguments):
            global events
            if event.startswith(("os.", "open", "shutil.", "ctypes.")):
                events += 1
                if events == last:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(count)
        module.publish(NEW, site)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    found = pages_of(site) if site.exists() else None
    kind = "none" if found is None else "old" if found == OLD else "new" if found == NEW else "mixed"
    module.publish(NEW, site)
    after = files_of(root)
    whole = {f"site/{path}": content for path, content in NEW.items()}
    whole |= {"site/.git/config": b"the owner's", "site/.lstmgallery": module.MARKER_TEXT}
    outcomes.append([kind, after == whole, status])
    shutil.rmtree(site)
    if status == 0:
        break
print(json.dumps(outcomes))
"""


def outcomes_of_killing(tmp_path: Path, way: str) -> list[tuple[str, bool, int]]:
    run = run_python("-c", KILL_EVERYWHERE, str(tmp_path), way)
    assert run.returncode == 0, run.stderr
    return [tuple(outcome) for outcome in json.loads(run.stdout)]


def test_a_publication_killed_anywhere_leaves_the_old_site_or_the_new_one(tmp_path: Path) -> None:
    outcomes = outcomes_of_killing(tmp_path, "exchange")
    kinds = [kind for kind, _, _ in outcomes]
    assert len(kinds) > 20
    assert kinds == sorted(kinds, reverse=True)  # first the old site, then the new one
    assert set(kinds) == {"old", "new"}
    assert all(is_mended for _, is_mended, _ in outcomes)


def test_the_build_after_a_kill_between_the_two_steps_mends_the_site(tmp_path: Path) -> None:
    outcomes = outcomes_of_killing(tmp_path, "two steps")
    kinds = [kind for kind, _, _ in outcomes]
    assert list(dict.fromkeys(kinds)) == [
        "old",
        "none",
        "new",
    ]  # between two steps there is no site, and never half of one
    assert kinds.count("none") == 1
    assert all(is_mended for _, is_mended, _ in outcomes)


def test_the_old_site_comes_back_after_a_kill_between_the_two_steps(site: Path) -> None:
    os.rename(site, site.parent / ".site.previous")
    with pytest.raises(GalleryError):
        publish(BROKEN, site)
    publish(OLD, site)
    assert pages_of(site) == OLD
    assert (site / ".git" / "config").read_bytes() == b"the owner's"
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]
