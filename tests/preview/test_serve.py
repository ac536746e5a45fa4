"""The preview loads after every save, reports progress to open pages, and drops outdated work."""

import io
import re
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from lstmgallery.build import load
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.preview import serve
from lstmgallery.preview.serve import Loader, PreviewProgress, Saves, SupersededError
from lstmgallery.preview.server import ADDRESS, PreviewServer
from lstmgallery.preview.shown import Shown, State
from lstmgallery.project import Project, in_use
from tests.conftest import files_of, record

SUMMARY = "A small network that a test trains."
PAGE = "networks/small/index.html"


def test_all_files_saved_since_the_last_load_are_taken_at_once() -> None:
    saves = Saves()
    saves.note({Path("a.md")})
    saves.note({Path("b.md")})
    assert saves.take(None) == {Path("a.md"), Path("b.md")}
    assert saves.take(0.0) == set()


def test_whoever_waits_for_a_save_gets_it_when_it_comes_and_nothing_at_the_end() -> None:
    saves = Saves()
    taken: list[set[Path]] = []
    acts: list[Callable[[], None]] = [lambda: saves.note({Path("a.md")}), saves.end]
    for act in acts:
        thread = threading.Thread(target=lambda: taken.append(saves.take(30)))
        thread.start()
        act()
        thread.join(5)
        assert not thread.is_alive()
    assert taken == [{Path("a.md")}, set()]
    assert saves.over.is_set()


class Clock:
    """A clock set by a test."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(serve, "time", clock)
    return clock


def test_open_pages_are_told_what_runs_and_how_far_it_is_but_not_at_every_step(clock: Clock) -> None:
    shown, console = Shown({}, lambda _: None), record()
    progress = PreviewProgress(console, shown, Saves())
    said = []
    progress.start("small", "train", 20_000)
    said.append(shown.state.doing)
    for at, note, seconds in [
        (20, "0.0 % right", 0.0),
        (40, "0.0 % right", 0.2),
        (1_060, "50.0 % right", 0.2),
        (30_000, "", 9),
    ]:
        clock.seconds += seconds
        progress.advance(at, note)
        said.append(shown.state.doing)
    assert said == [
        "small: train …",
        "small: train, 20 of 20,000, 0.0 % right",
        "small: train, 20 of 20,000, 0.0 % right",  # a quarter of a second has not gone by
        "small: train, 1,060 of 20,000, 50.0 % right",
        "small: train, 30,000",
    ]
    assert console.started == [("small", "train")]


def test_what_the_console_is_told_stays_the_same_under_a_preview() -> None:
    console = record()
    progress = PreviewProgress(console, Shown({}, lambda _: None), Saves())
    progress.warn(Problem("content/a.md", "is odd"))
    assert console.problems == [Problem("content/a.md", "is odd")]


def test_a_training_is_given_up_when_its_own_network_is_saved_and_at_the_end() -> None:
    saves = Saves()
    progress = PreviewProgress(record(), Shown({}, lambda _: None), saves)
    progress.start("small", "train")
    saves.note({Path("content/networks/other.md"), Path("content/site.yaml")})
    progress.advance(20)
    saves.note({Path("content/networks/small.md")})
    with pytest.raises(SupersededError):
        progress.advance(40)
    saves.take(None)
    progress.advance(60)
    saves.end()
    with pytest.raises(SupersededError):
        progress.advance(80)


class Preview:
    """A preview of the small gallery without its server: its pages, its output, and saves made by hand."""

    def __init__(self, project: Project):
        self.project = project
        self.output = io.StringIO()
        self.loader = Loader(project, Console(file=self.output, width=200), only=None, seeds=0)
        self.states = self.loader.shown.follow()
        next(self.states)
        self.thread = threading.Thread(target=self.loader.load_after_saves)
        self.file = project.content / "networks" / "small.md"

    def save(self, old: str, new: str) -> None:
        text = self.file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        self.file.write_text(text.replace(old, new), encoding="utf-8")
        self.loader.saves.note({self.file})

    def state_that(self, is_it: Callable[[State], Any]) -> State:
        """Wait for a state; fail after an open page's heartbeat interval without a change."""
        for state in self.states:
            assert state is not None, f"nothing has changed since {self.loader.shown.state}"
            if is_it(state):
                return state
        raise AssertionError("the preview is over")

    def end(self) -> None:
        self.loader.saves.end()
        self.loader.shown.end()
        self.thread.join(30)
        assert not self.thread.is_alive()

    def page(self) -> str:
        file = self.loader.shown.render(PAGE)
        assert file is not None
        return file.content.decode()


@pytest.fixture
def preview(small_project: Project) -> Iterator[Preview]:
    preview = Preview(small_project)
    preview.thread.start()
    yield preview
    preview.end()


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released once for every load of the content, and repeated at once if the load is to be repeated."""
    loads = threading.Semaphore(0)

    def counted(build: Path) -> Any:
        loads.release()
        return in_use(build)

    monkeypatch.setattr(serve, "in_use", counted)
    monkeypatch.setattr(serve, "RETRY_SECONDS", 0.01)
    return loads


def test_a_save_is_shown_and_said(preview: Preview) -> None:
    before = preview.loader.shown.state.version
    assert SUMMARY in preview.page()
    preview.save(SUMMARY, "A summary that was just saved.")
    preview.state_that(lambda state: state.version != before)
    assert "A summary that was just saved." in preview.page()
    preview.end()
    assert re.fullmatch(r"small\.md: shown after \d+\.\d\d s\n", preview.output.getvalue())


def test_each_save_is_loaded_once_and_none_after_the_end(preview: Preview, loads: threading.Semaphore) -> None:
    before = preview.loader.shown.state.version
    preview.save(SUMMARY, "A summary that was just saved.")
    after = preview.state_that(lambda state: state.version != before).version
    preview.loader.saves.note({preview.file.with_name("gone.md")})
    preview.state_that(lambda state: state.version != after)
    preview.end()
    assert [loads.acquire(blocking=False) for _ in range(3)] == [True, True, False]
    first, second = preview.output.getvalue().splitlines()
    assert first.startswith("small.md: shown after ")
    assert second.startswith("removed files: shown after ")


def test_a_load_that_was_given_up_is_done_again(preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "RETRY_SECONDS", 0.01)
    gone = []

    def given_up_once(*arguments: Any, **options: Any) -> Any:
        gone.append("once")
        if len(gone) == 1:
            raise SupersededError
        return load(*arguments, **options)

    monkeypatch.setattr(serve, "load", given_up_once)
    before = preview.loader.shown.state.version
    preview.save(SUMMARY, "A summary that was just saved.")
    preview.state_that(lambda state: state.version != before)
    assert "A summary that was just saved." in preview.page()
    assert gone == ["once", "once"]


def test_a_mistake_is_told_over_the_last_good_page_until_it_is_mended(preview: Preview) -> None:
    version = preview.loader.shown.state.version
    preview.save("units: 6", "units: six")
    (problem,) = preview.state_that(lambda state: state.problems).problems
    assert problem.place.endswith("small.md")
    assert problem.line == 9
    assert preview.loader.shown.state.version == version
    assert SUMMARY in preview.page()
    preview.save("units: six", "units: 6")
    assert preview.state_that(lambda state: state.version != version).problems == ()
    assert preview.output.getvalue().count("units: six") == 1


def test_a_folder_that_another_build_uses_is_tried_again(preview: Preview, loads: threading.Semaphore) -> None:
    version = preview.loader.shown.state.version
    with in_use(preview.project.build):
        preview.save(SUMMARY, "A summary that was just saved.")
        (problem,) = preview.state_that(lambda state: state.problems).problems
        assert problem.message == "another build is using this folder"
        assert all(loads.acquire(timeout=10) for _ in range(3))
    assert preview.state_that(lambda state: state.version != version).problems == ()
    assert "A summary that was just saved." in preview.page()
    assert preview.output.getvalue().count("another build is using this folder") == 1


def test_whatever_else_breaks_is_told_and_the_preview_goes_on(
    preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("by a theme that is half written")

    version = preview.loader.shown.state.version
    with monkeypatch.context() as patched:
        patched.setattr(serve, "load", break_down)
        preview.save(SUMMARY, "A summary that was just saved.")
        (problem,) = preview.state_that(lambda state: state.problems).problems
    assert (problem.place, problem.message) == ("preview", "ZeroDivisionError: by a theme that is half written")
    preview.save("just saved", "saved again")
    assert preview.state_that(lambda state: state.version != version).problems == ()


def test_saves_in_the_content_are_noted_until_the_end(preview: Preview) -> None:
    thread = threading.Thread(target=preview.loader.note_saves)
    thread.start()
    before = preview.loader.shown.state.version
    text = preview.file.read_text(encoding="utf-8")
    for _ in range(200):  # until the watch has begun and seen one
        preview.file.write_text(text.replace(SUMMARY, "A summary that was just saved."), encoding="utf-8")
        preview.loader.saves.over.wait(0.05)
        if preview.loader.shown.state.version != before:
            break
    preview.loader.saves.end()
    thread.join(10)
    assert not thread.is_alive()
    assert "A summary that was just saved." in preview.page()


@pytest.mark.parametrize("way", ["two moves", "removed and copied", "another link"])
def test_the_content_is_followed_by_its_name(preview: Preview, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "LOOK_MS", 50)
    content, new = preview.project.content, preview.project.content.with_name("new")
    if way == "another link":
        content.rename(content.with_name("first"))
        content.symlink_to("first")
    thread = threading.Thread(target=preview.loader.note_saves)
    thread.start()
    time.sleep(1)
    shutil.copytree(content, new)
    file = new / "networks" / "small.md"
    file.write_text(file.read_text(encoding="utf-8").replace(SUMMARY, "Swapped."), encoding="utf-8")
    if way == "two moves":
        content.rename(content.with_name("old"))
        new.rename(content)
    elif way == "removed and copied":
        shutil.rmtree(content)
        preview.state_that(lambda state: state.problems)
        shutil.copytree(new, content)
    else:
        content.unlink()
        content.symlink_to("new")
    preview.state_that(lambda _: "Swapped." in preview.page())
    text = preview.file.read_text(encoding="utf-8")
    preview.file.write_text(text.replace("Swapped.", "Edited."), encoding="utf-8")
    assert preview.state_that(lambda _: "Edited." in preview.page()).problems == ()
    preview.loader.saves.end()
    thread.join(10)
    assert not thread.is_alive()


def test_a_draft_is_shown_in_the_preview(preview: Preview) -> None:
    (preview.project.content / "writeups").mkdir()
    draft = preview.project.content / "writeups" / "one.md"
    front = "title: T\nsummary: S.\npublished: 2026-01-02\ndraft: true\n"
    draft.write_text(f"---\n{front}---\n\nAbout {{small 1}}.\n", encoding="utf-8")
    preview.loader.saves.note({draft})
    preview.state_that(lambda _: "writeups/one.html" in preview.loader.shown)
    file = preview.loader.shown.render("writeups/one.html")
    assert file is not None
    assert b"<strong>Draft</strong>" in file.content


def test_what_is_not_read_is_named_once(preview: Preview) -> None:
    (preview.project.content / "writeups").mkdir()
    stray = preview.project.content / "writeups" / "one.markdown"
    stray.touch()
    preview.loader.saves.note({stray})
    first = preview.state_that(lambda state: state.version.endswith("-2")).version
    preview.loader.saves.note({stray})
    preview.state_that(lambda state: state.version != first)
    assert preview.output.getvalue().count(f"not read: {stray}: rename it to one.md") == 1


def test_a_preview_writes_no_site(preview: Preview) -> None:
    site = files_of(preview.project.site)
    before = preview.loader.shown.state.version
    preview.save(SUMMARY, "A summary that was just saved.")
    preview.state_that(lambda state: state.version != before)
    assert files_of(preview.project.site) == site


def free_port() -> int:
    with PreviewServer(0) as server:
        return server.server_port


class UntilItShows:
    """Waits for Ctrl-C like an event that is never set: until the preview shows the latest save."""

    def __init__(self, file: Path, output: io.StringIO):
        self.file = file
        self.output = output
        self.shows: list[str] = []

    def wait(self) -> None:
        (self.url,) = re.findall(r"http://\S+", self.output.getvalue())
        text = self.file.read_text(encoding="utf-8")
        self.shows.append(self.page())
        for _ in range(200):  # until the watch has begun and seen one
            self.file.write_text(text.replace(SUMMARY, "A summary that was just saved."), encoding="utf-8")
            if SUMMARY not in self.page():
                break
            time.sleep(0.05)
        self.shows.append(self.page())
        raise KeyboardInterrupt

    def page(self) -> str:
        with urllib.request.urlopen(self.url + PAGE, timeout=30) as answer:
            page: bytes = answer.read()
        return page.decode()


class Training:
    """A process of a running sweep."""

    def __init__(self) -> None:
        self.is_ended = False

    def terminate(self) -> None:
        self.is_ended = True


@pytest.mark.parametrize("opens", [True, False])
def test_a_preview_serves_opens_a_browser_follows_saves_and_ends_all_that_it_began(
    small_project: Project, monkeypatch: pytest.MonkeyPatch, opens: bool
) -> None:
    output, opened, training = io.StringIO(), list[str](), Training()
    until = UntilItShows(small_project.content / "networks" / "small.md", output)
    port, threads = free_port(), threading.active_count()
    monkeypatch.setattr(serve, "threading", SimpleNamespace(Thread=threading.Thread, Event=lambda: until))
    monkeypatch.setattr(serve, "multiprocessing", SimpleNamespace(active_children=lambda: [training]))
    monkeypatch.setattr(serve, "webbrowser", SimpleNamespace(open=opened.append))
    with pytest.raises(KeyboardInterrupt):
        serve.serve(small_project, Console(file=output, width=40), port=port, opens=opens, only=None, seeds=0)
    before, after = until.shows
    assert SUMMARY in before
    assert "A summary that was just saved." in after
    assert until.url == f"http://{ADDRESS}:{port}/"
    assert (
        f"Serving the gallery at {until.url} and reloading on every save. Press Ctrl-C to stop.\n" in output.getvalue()
    )
    assert opened == [until.url] * opens
    assert training.is_ended
    assert threading.active_count() == threads
    with pytest.raises(urllib.error.URLError):
        until.page()


def test_a_preview_of_broken_content_does_not_begin_and_frees_its_port(small_project: Project) -> None:
    file = small_project.content / "networks" / "small.md"
    file.write_text(file.read_text(encoding="utf-8").replace("units: 6", "units: six"), encoding="utf-8")
    output, port = io.StringIO(), free_port()
    with pytest.raises(GalleryError, match="units: expected a whole number"):
        serve.serve(small_project, Console(file=output), port=port, opens=True, only=None, seeds=0)
    assert "Serving the gallery" not in output.getvalue()
    PreviewServer(port).server_close()
