"""A site is replaced as a whole or not at all, and other files are never touched."""

import errno
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import lstmgallery.exchange
import lstmgallery.publish
from lstmgallery import locks
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.exchange import MANIFEST, MARKER, clear_old, replace_files
from lstmgallery.exchange import NEW as UNPUBLISHED
from lstmgallery.publish import DONE, INSIDE, PARTLY, check_site, publish, recover
from tests.conftest import ROOT, files_of, run_python

BROKEN = {"index.html": b'<a href="gone.html">dead</a>'}
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


def test_a_site_is_made_where_there_was_none(tmp_path: Path) -> None:
    done = publish(OLD, tmp_path / "deep" / "site")
    assert pages_of(tmp_path / "deep" / "site") == OLD
    assert (tmp_path / "deep" / "site" / MARKER).is_file()
    assert (done.written, done.unchanged, len(done.gone)) == (4, 0, 0)
    assert done.size == sum(len(content) for content in files_of(tmp_path / "deep" / "site").values())


def test_an_empty_folder_becomes_a_site(tmp_path: Path) -> None:
    publish(OLD, tmp_path)
    assert pages_of(tmp_path) == OLD


def test_a_site_is_replaced_and_removed_pages_disappear(site: Path) -> None:
    done = publish(NEW, site)
    assert pages_of(site) == NEW
    assert not (site / "gone").exists()
    assert (done.written, done.unchanged, len(done.gone)) == (2, 2, 1)


def test_of_a_hidden_file_that_is_published_too_the_new_one_stays(site: Path) -> None:
    publish({**OLD, ".well-known/page.txt": b"old", ".hidden": b"old"}, site)
    publish({**NEW, ".hidden": b"new"}, site)
    assert (site / ".hidden").read_bytes() == b"new"
    assert (site / ".git" / "config").read_bytes() == b"the owner's"


def test_a_page_that_goes_is_enough_to_publish(site: Path) -> None:
    fewer = {path: content for path, content in OLD.items() if path != "gone/page.html"}
    done = publish(fewer, site)
    assert pages_of(site) == fewer
    assert (done.written, done.unchanged, len(done.gone)) == (0, 3, 1)


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
    assert (done.written, done.unchanged, len(done.gone)) == (0, 4, 0)
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


def test_a_link_to_a_site_stays_and_the_folder_it_leads_to_is_replaced(site: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked" / "site"
    link.parent.mkdir()
    link.symlink_to(site)
    publish(NEW, link)
    assert link.readlink() == site
    assert pages_of(site) == NEW
    assert [entry.name for entry in (*link.parent.iterdir(), *site.parent.iterdir())] == ["site", "site"]


def test_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").symlink_to(tmp_path / "nowhere")
    with pytest.raises(GalleryError):
        check_site(tmp_path / "site")


def test_bad_links_stop_a_publication_before_it_begins(site: Path) -> None:
    before = files_of(site.parent)
    with pytest.raises(GalleryError):
        publish(BROKEN, site)
    assert files_of(site.parent) == before


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
    (site.parent / left / MARKER).touch()
    (site.parent / left / ".netlify").write_bytes(b"the owner's")
    publish(OLD, site)
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]
    assert pages_of(site) == OLD
    assert (site / ".netlify").read_bytes() == b"the owner's"


def test_half_a_site_that_was_never_finished_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / ".site.staging").mkdir()
    (tmp_path / ".site.staging" / "stale.html").write_bytes(b"half")
    (tmp_path / ".site.staging" / UNPUBLISHED).touch()
    publish(OLD, tmp_path / "site")
    assert pages_of(tmp_path / "site") == OLD
    assert [entry.name for entry in tmp_path.iterdir()] == ["site"]


def test_two_steps_replace_a_site_where_one_cannot(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstmgallery.exchange, "_exchange", lambda *_: False)
    publish(NEW, site)
    assert pages_of(site) == NEW
    assert (site / ".git" / "config").read_bytes() == b"the owner's"
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]


# Publishes in a child that is killed at its k-th step on the file system, for every k; then tells what it found.
KILL_EVERYWHERE = """
import json, os, shutil, signal, sys
from pathlib import Path
import lstmgallery.exchange, lstmgallery.publish as module
from tests.conftest import files_of
from tests.test_publish import NEW, OLD, pages_of

root, can_exchange = Path(sys.argv[1]), sys.argv[2] == "exchange"
if not can_exchange:
    lstmgallery.exchange._exchange = lambda *_: False
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
    if found is not None and files_of(site).get(".git/config") != b"the owner's":
        kind += " without the owner's"
    module.publish(NEW, site)
    after = files_of(root)
    whole = {f"site/{path}": content for path, content in NEW.items()}
    listed = {**NEW, module.MARKER: module.MARKER_TEXT}
    whole |= {"site/.git/config": b"the owner's", "site/.lstmgallery": module.MARKER_TEXT}
    whole |= {"site/.lstmgallery.sha256": module.write_manifest(listed)}
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


def test_a_build_begins_with_bringing_back_the_old_site(site: Path) -> None:
    os.rename(site, site.parent / ".site.previous")
    recover(site)
    assert pages_of(site) == OLD
    recover(site)
    assert pages_of(site) == OLD


@pytest.mark.parametrize("way", ["exchange", "two steps"])
@pytest.mark.parametrize("name", [".site.staging", ".site.previous"])
def test_folders_of_others_beside_the_site_are_left_alone(
    site: Path, name: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "two steps":
        monkeypatch.setattr(lstmgallery.exchange, "_exchange", lambda *_: False)
    (site.parent / name).mkdir()
    (site.parent / name / "thesis.txt").write_bytes(b"three years")
    assert publish(NEW, site).left == ()
    assert pages_of(site) == NEW
    assert publish(OLD, site).left == ()
    assert (site.parent / name / "thesis.txt").read_bytes() == b"three years"
    shutil.move(site.parent / name, site.parent / "thesis")
    (site.parent / name).symlink_to("thesis")
    publish(NEW, site)
    assert pages_of(site) == NEW
    assert (site.parent / name).readlink() == Path("thesis")
    assert files_of(site.parent / "thesis") == {"thesis.txt": b"three years"}
    assert sorted(entry.name for entry in site.parent.iterdir()) == sorted([name, "site", "thesis"])


def test_the_owners_files_are_in_the_new_site_as_soon_as_it_is_published(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / ".htaccess").write_bytes(b"Require all denied")
    (site / ".link").symlink_to("index.html")
    (site / ".well-known").mkdir(mode=0o750)
    seen = []

    def clear(old: Path, new: Path) -> list[Problem]:
        seen.extend(sorted(path for path in files_of(new) if path.startswith(".")))
        (old / ".git" / "index").write_bytes(b"the owner's, of this moment")
        (old / ".htaccess").write_bytes(b"Require all granted")
        return clear_old(old, new)

    monkeypatch.setattr(lstmgallery.publish, "clear_old", clear)
    assert publish(NEW, site).left == ()
    assert seen == [".git/config", ".htaccess", ".link", MARKER, MANIFEST]
    assert (site / ".git" / "index").read_bytes() == b"the owner's, of this moment"
    assert (site / ".htaccess").read_bytes() == b"Require all granted"
    assert (site / ".link").readlink() == Path("index.html")
    assert stat.S_IMODE((site / ".well-known").stat().st_mode) == 0o750
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]


# Two builds at once

PUBLISH_AGAIN_AND_AGAIN = """
import sys
from pathlib import Path
from lstmgallery.publish import publish
site, name = Path(sys.argv[1]), sys.argv[2]
for number in range(25):
    content = f"{name} {number}".encode()
    publish({f"{page}.html": content for page in ("index", "one", "two", name)}, site)
"""


def test_two_builds_that_publish_at_once_take_turns(tmp_path: Path) -> None:
    site = tmp_path / "site"
    command = [sys.executable, "-c", PUBLISH_AGAIN_AND_AGAIN, str(site)]
    both = [subprocess.Popen([*command, name], cwd=ROOT, stderr=subprocess.PIPE, text=True) for name in ("a", "b")]
    assert [build.communicate(timeout=120)[1] for build in both] == ["", ""]
    assert [build.returncode for build in both] == [0, 0]
    last = (site / "index.html").read_text(encoding="utf-8")
    assert last in ("a 24", "b 24")
    assert pages_of(site) == {f"{page}.html": last.encode() for page in ("index", "one", "two", last[0])}
    assert [entry.name for entry in tmp_path.iterdir()] == ["site"]


@pytest.mark.skipif(os.name != "posix", reason="the process is named by a file in its staged tree")
def test_a_build_that_waits_too_long_names_the_one_that_publishes(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstmgallery.publish, "PATIENCE_SECONDS", 0.1)
    (site.parent / ".site.staging").mkdir()
    (site.parent / ".site.staging" / UNPUBLISHED).write_text(locks.holder(), encoding="utf-8")
    with locks.folder_locked(site.parent, patience=0), pytest.raises(GalleryError) as raised:
        publish(NEW, site)
    (problem,) = raised.value.problems
    assert problem.message.startswith("another build has been publishing into this folder")
    assert f"process {os.getpid()} on " in str(problem.hint)
    assert pages_of(site) == OLD
    publish(NEW, site)
    assert pages_of(site) == NEW


# After the exchange nothing says that it did not happen


def test_the_outcome_is_told_as_soon_as_the_site_is_exchanged(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def clear(old: Path, new: Path) -> list[Problem]:
        assert told == [DONE]
        assert pages_of(new) == NEW
        return clear_old(old, new)

    monkeypatch.setattr(lstmgallery.publish, "clear_old", clear)
    publish(NEW, site, told.append)
    assert told[-1] == DONE


@pytest.mark.parametrize("when", ["exchange_folders", "clear_old"])
def test_ctrl_c_in_an_exchange_waits_until_it_is_complete(
    site: Path, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    act = getattr(lstmgallery.publish, when)

    def interrupted(*arguments: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return act(*arguments)

    monkeypatch.setattr(lstmgallery.publish, when, interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish(NEW, site, told.append)
    assert told == [DONE]
    assert pages_of(site) == NEW
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]


def test_an_old_site_that_cannot_be_removed_is_named_and_does_not_stop_later_builds(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = shutil.rmtree

    def refuse(folder: Path, ignore_errors: bool = False) -> None:
        if ".staging" in str(folder) and not ignore_errors:
            raise PermissionError(errno.EACCES, "Permission denied", "one")
        remove(folder, ignore_errors)

    told: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", refuse)
        (problem,) = publish(NEW, site, told.append).left
        assert problem.place == str(site.parent / ".site.staging")
        assert "Permission denied" in problem.message
        assert told[-1] == DONE
        assert pages_of(site) == NEW
        assert (site / ".git" / "config").read_bytes() == b"the owner's"
        assert len(publish(OLD, site).left) == 2  # the one of before, and the one of now
        assert pages_of(site) == OLD
    assert publish(NEW, site).left == ()
    assert [entry.name for entry in site.parent.iterdir()] == ["site"]


def test_a_file_of_the_owner_that_cannot_be_moved_is_named_and_not_removed(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.rename

    def refuse(old: Path, new: Path) -> None:
        if Path(old).name == ".git":
            raise OSError(errno.EBUSY, "Device or resource busy", str(old))
        rename(old, new)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", refuse)
        patched.setattr(lstmgallery.publish, "stage_owners", lambda *_: None)  # as if it could not be read
        (problem,) = publish(NEW, site).left
    kept = site.parent / ".site.staging" / ".git"
    assert problem.place == str(kept)
    assert (kept / "config").read_bytes() == b"the owner's"
    assert publish(NEW, site).left == ()
    assert (site / ".git" / "config").read_bytes() == b"the owner's"


def test_a_site_that_cannot_be_put_in_place_comes_back(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.rename

    def refuse(old: Path, new: Path) -> None:
        if Path(old).name == ".site.staging":
            raise OSError(errno.EIO, "Input/output error", str(old))
        rename(old, new)

    monkeypatch.setattr(lstmgallery.exchange, "_exchange", lambda *_: False)
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        publish(NEW, site)
    assert pages_of(site) == OLD


# Publishes as an ordinary user, whom modes bind: root may write everywhere.
AS_A_USER = """
import json, os, subprocess, sys
from pathlib import Path
from lstmgallery.publish import publish
from tests.test_publish import NEW, OLD, pages_of
site = Path(sys.argv[1]) / "out" / "site"
subprocess.run(["sh", "-c", sys.argv[2]], cwd=site.parent, check=True)
told = []
done = publish(NEW, site, told.append)
again = publish(OLD, site, told.append)
assert pages_of(site) == OLD
assert (site / ".git" / "config").read_bytes() == b"the owner's"
print(json.dumps([len(done.left) + len(again.left), done.by_file, told[-1], sorted(os.listdir(site.parent))]))
"""


def as_a_user(folder: Path, change: str) -> list[object]:
    """Change a published site by a shell command, publish twice; return what is left, why by file, told, names."""
    command = [sys.executable, "-c", AS_A_USER, str(folder), change]
    if os.getuid() == 0:  # without the rights by which root is above all modes
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", *command]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "change", ["chmod -R a-w site", "chmod a-w site/gone", "chmod a-w site", "chmod -R a-w site/.git"]
)
def test_a_read_only_site_is_replaced_and_cleared_away(site: Path, tmp_path: Path, change: str) -> None:
    assert site.is_dir()
    assert as_a_user(tmp_path, change) == [0, "", DONE, ["site"]]


def test_a_site_whose_parent_is_read_only_is_replaced_file_by_file(site: Path, tmp_path: Path) -> None:
    assert site.is_dir()
    found = as_a_user(tmp_path, "chmod a-w .")
    site.parent.chmod(0o755)
    assert found == [0, "the folder around it cannot be changed: Permission denied", DONE, ["site"]]


# Links and mount points


PUBLISH_IN_A_MOUNT = """
import json, os, subprocess, sys
from pathlib import Path
from lstmgallery.publish import publish
from tests.test_publish import NEW, OLD, pages_of
site = Path(sys.argv[1]) / "site"
site.mkdir()
subprocess.run(sys.argv[2].split(), cwd=site.parent, check=True)
(site / "lost+found").mkdir()
told = []
first = publish(OLD, site)
(site / ".git").mkdir()
done = publish(NEW, site, told.append)
assert pages_of(site) == NEW, pages_of(site)
names = sorted(os.listdir(site))
print(json.dumps([done.by_file, done.written, done.unchanged, len(done.gone), told, names, len(done.left)]))
"""


@pytest.mark.skipif(os.getuid() != 0 or sys.platform != "linux", reason="only root mounts")
@pytest.mark.parametrize(
    ("mount", "reason"),
    [
        ("mount -t tmpfs none site", "the folder is a mount point"),
        ("mount --bind elsewhere site", "the system refuses to move the folder: Device or resource busy"),
    ],
)
def test_a_mount_point_is_replaced_file_by_file(tmp_path: Path, mount: str, reason: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    command = ["unshare", "-m", sys.executable, "-c", PUBLISH_IN_A_MOUNT, str(tmp_path), mount]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    if "unshare failed" in run.stderr:
        pytest.skip("this system does not let root mount")
    assert run.returncode == 0, run.stderr
    names = [".git", ".lstmgallery", ".lstmgallery.sha256", "fresh", "index.html", "lost+found", "same.html"]
    assert json.loads(run.stdout) == [reason, 2, 2, 1, [PARTLY, DONE, DONE], names, 0]
    assert not list(tmp_path.glob(".*"))


@pytest.fixture
def mounted(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The published site as a mount point, as far as the code under test can tell."""
    monkeypatch.setattr(os.path, "ismount", lambda path: str(path) == str(site))
    return site


def test_file_by_file_nothing_of_the_old_site_stays_and_all_of_its_owner(mounted: Path) -> None:
    for name in ("empty", "gone/deeper"):
        (mounted / name).mkdir(parents=True)
    (mounted / "elsewhere").symlink_to(mounted.parent)
    done = publish({**NEW, "gone": b"a file where a folder was", "same.html/page.html": b"and the other way round"}
                   , mounted)  # fmt: skip
    assert (done.by_file, done.left) == ("the folder is a mount point", ())
    assert pages_of(mounted) == {
        **{path: content for path, content in NEW.items() if path != "same.html"},
        "gone": b"a file where a folder was",
        "same.html/page.html": b"and the other way round",
    }
    assert sorted(entry.name for entry in mounted.iterdir()) == [
        ".git", ".lstmgallery", ".lstmgallery.sha256", "fresh", "gone", "index.html", "same.html"
    ]  # fmt: skip


def test_file_by_file_pages_come_after_what_they_show_and_old_files_go_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    site, staging = tmp_path / "site", tmp_path / "staging"
    site.mkdir()
    (site / "old.html").write_bytes(b"")
    new = ["index.html", "a.html", "style.css", MARKER]
    staging.mkdir()
    for path in new:
        (staging / path).write_bytes(b"")
    move, unlink = os.replace, os.unlink

    def moved(old: Path, to: Path) -> None:
        order.append(to.name)
        move(old, to)

    def removed(file: Path) -> None:
        order.append(f"without {file.name}")
        unlink(file)

    monkeypatch.setattr(os, "replace", moved)
    monkeypatch.setattr(os, "unlink", removed)
    replace_files(staging, site, new, ["old.html"])
    assert order == [MARKER, "style.css", "a.html", "index.html", "without old.html"]


def test_an_error_in_the_middle_says_that_part_of_the_site_is_new_and_the_next_build_completes_it(
    mounted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, told = os.replace, list[str]()

    def refuse(old: Path, new: Path) -> None:
        if Path(new).name == "index.html":
            raise OSError(errno.EIO, "Input/output error", str(new))
        move(old, new)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        with pytest.raises(OSError, match="Input/output error"):
            publish(NEW, mounted, told.append)
    assert told == [PARTLY]
    assert (mounted / "fresh" / "page.html").is_file()
    publish(NEW, mounted, told.append)
    assert told[-1] == DONE
    assert pages_of(mounted) == NEW
    assert not (mounted / INSIDE).exists()


def test_a_full_disk_before_the_first_file_is_replaced_leaves_the_old_site(
    mounted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    told: list[str] = []
    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OSError, match="No space left"):
        publish(NEW, mounted, told.append)
    assert told == []
    assert pages_of(mounted) == OLD
    assert not (mounted / INSIDE).exists()


def test_a_volume_that_a_killed_build_left_empty_is_still_ours(mounted: Path) -> None:
    shutil.rmtree(mounted)
    (mounted / INSIDE).mkdir(parents=True)
    (mounted / "lost+found").mkdir()
    publish(NEW, mounted)
    assert pages_of(mounted) == NEW


# Modes


def modes_of(site: Path) -> set[str]:
    entries = [entry for entry in (site, *site.rglob("*")) if ".git" not in entry.parts]
    return {f"{'folder' if entry.is_dir() else 'file'} {stat.S_IMODE(entry.stat().st_mode):o}" for entry in entries}


@pytest.fixture
def umask() -> Iterator[Callable[[int], object]]:
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.mark.parametrize("is_mounted", [False, True])
@pytest.mark.parametrize(("first", "modes"), [(0o022, "755 644"), (0o077, "700 600"), (0o002, "775 664")])
def test_a_site_keeps_its_modes_under_any_later_umask(
    tmp_path: Path,
    umask: Callable[[int], object],
    first: int,
    modes: str,
    is_mounted: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = tmp_path / "site"
    umask(first)
    publish(OLD, site)
    monkeypatch.setattr(os.path, "ismount", lambda _: is_mounted)
    folder, file = modes.split()
    for later in (0o077, 0o022, 0o000):
        umask(later)
        for pages in (NEW, OLD):
            publish(pages, site)
            assert modes_of(site) == {f"folder {folder}", f"file {file}"}


def test_the_mode_that_its_owner_gives_the_folder_is_that_of_the_whole_site(
    site: Path, umask: Callable[[int], object]
) -> None:
    umask(0o077)
    site.chmod(0o2775)
    (site / "index.html").chmod(0o600)
    publish(OLD, site)  # nothing to write
    assert modes_of(site) == {"folder 2775", "file 664"}
    publish(NEW, site)
    assert modes_of(site) == {"folder 2775", "file 664"}


def test_a_folder_of_the_old_site_that_cannot_be_listed_is_an_error(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = os.scandir

    def refuse(folder: str | Path) -> object:
        if Path(folder).name == "gone":
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PermissionError):
        publish(NEW, site)
    monkeypatch.undo()
    assert pages_of(site) == OLD


def test_a_page_of_the_old_site_that_cannot_be_read_is_written_again(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def refuse(file: Path) -> bytes:
        if file.name == "same.html":
            raise PermissionError(errno.EACCES, "Permission denied", str(file))
        return read(file)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", refuse)
        assert publish(NEW, site).written == 3
    assert pages_of(site) == NEW


def test_a_pipe_in_the_old_site_is_not_opened(site: Path) -> None:
    (site / "same.html").unlink()
    os.mkfifo(site / "same.html")
    publish(NEW, site)
    assert pages_of(site) == NEW
