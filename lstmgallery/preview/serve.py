"""Serve the preview: bring the gallery up to date, then again after every save, until Ctrl-C.

Two threads run beside the one that waits for Ctrl-C: one records saved files, the other loads. So a save is noticed
while a network trains, and training is cancelled if its network is saved again.
"""

import multiprocessing
import threading
import time
import webbrowser
from dataclasses import dataclass, field
from pathlib import Path

import watchfiles
from rich.console import Console

from lstmgallery.build import Read, check_content, load
from lstmgallery.console import ConsoleProgress, print_problems, print_unread
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.kept import Kept, Under
from lstmgallery.listing import READ, Unread
from lstmgallery.press.pages.plan import Make
from lstmgallery.press.pages.rendering import THEME
from lstmgallery.preview.server import PreviewServer
from lstmgallery.preview.shown import Shown
from lstmgallery.progress import Progress
from lstmgallery.project import InUseError, Project, in_use
from lstmgallery.unchanged import program_hash

QUIET_MS = 20  # a save is complete when its files have been unchanged for this long
LOOK_MS = 300  # between two looks whether a name leads to another folder
RETRY_SECONDS = 1.0
TOLD_EVERY_SECONDS = 0.25
PATIENCE_SECONDS = 5.0  # time for a cancelled training to stop


Identity = tuple[int, int] | None  # of a folder: its device and its number there; None where there is no folder


def _identity(folder: Path) -> Identity:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class SupersededError(Exception):
    """Training was cancelled: its network was saved again, or the preview ends."""


@dataclass
class Saves:
    """The files saved since the last load, shared by the watching and the loading thread."""

    files: set[Path] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)  # no more saves: the preview ends
    changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, files: set[Path]) -> None:
        with self.changed:
            self.files |= files
            self.changed.notify_all()

    def end(self) -> None:
        with self.changed:
            self.over.set()
            self.changed.notify_all()

    def take(self, timeout: float | None) -> set[Path]:
        """Wait for a save, at most `timeout` seconds, and return the saved files."""
        with self.changed:
            self.changed.wait_for(lambda: self.files or self.over.is_set(), timeout)
            taken, self.files = self.files, set()
            return taken


class PreviewProgress:
    """Shows progress on open pages too, and cancels superseded training."""

    def __init__(self, console: Progress, shown: Shown, saves: Saves):
        self.console = console
        self.shown = shown
        self.saves = saves
        self.doing = ""
        self.file = ""
        self.total: int | None = None
        self.told = 0.0

    def start(self, name: str, stage: str, total: int | None = None) -> None:
        self.doing, self.file, self.total = f"{name}: {stage}", f"{name}.md", total
        self.console.start(name, stage, total)
        self.shown.tell(f"{self.doing} …")

    def advance(self, at: int, note: str = "") -> None:
        with self.saves.changed:
            if self.saves.over.is_set() or any(file.name == self.file for file in self.saves.files):
                raise SupersededError
        self.console.advance(at, note)
        if time.monotonic() - self.told > TOLD_EVERY_SECONDS:
            self.told = time.monotonic()
            of = f" of {self.total:,}" if self.total is not None and at <= self.total else ""
            self.shown.tell(f"{self.doing}, {at:,}{of}{note and ', '}{note}")

    def finish(self) -> None:
        self.console.finish()

    def warn(self, problem: Problem) -> None:
        self.console.warn(problem)


class Loader:
    """Brings the gallery up to date, at the start and after each save, and shows the result."""

    def __init__(self, project: Project, console: Console, *, only: str | None, seeds: int):
        self.project = project
        self.console = console
        self.only = only
        self.seeds = seeds
        self.saves = Saves()
        self.has_moved = False  # whether the content has been another folder than at the start
        self.read: dict[str, Read] = {}
        self.kept = Kept()
        self.unread: tuple[Unread, ...] = ()
        with ConsoleProgress(console) as progress:
            plan = self._load(progress)
        self.shown = Shown(plan, report=lambda problem: print_problems(console, (problem,)))

    def _load(self, progress: Progress) -> dict[str, Make]:
        with in_use(self.project.build):
            keep = Under(self.kept.take, program_hash())  # templates may be saved, too
            content = check_content(self.project, self.only, drafts=True, keep=keep)
            loaded = load(self.project, content, progress, only=self.only, seeds=self.seeds, read=self.read, keep=keep)
        self.kept.forget_unasked()
        if loaded.content.unread != self.unread:
            self.unread = loaded.content.unread
            print_unread(self.console, self.unread)
        return loaded.plan

    def note_saves(self) -> None:
        """Record every save in the content and the theme until the end, whatever folder has the content's name."""
        while not self.saves.over.is_set():
            watched = self._watched()
            try:
                self._note_saves_in(watched)
            except OSError:  # a folder went before it could be watched
                self.saves.over.wait(LOOK_MS / 1000)

    def _note_saves_in(self, watched: dict[Path, Identity]) -> None:
        """Record saves in the folders of `watched` until one of its names leads to another folder."""
        is_first = True
        for changes in watchfiles.watch(
            *(folder for folder in (Path(str(THEME)), self.project.content) if watched[folder] is not None),
            stop_event=self.saves.over,
            step=QUIET_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            if changes:
                self.saves.note({Path(file) for _, file in changes})
            if is_first and self.has_moved:  # what was saved while nothing was watched
                self.saves.note({self.project.content})
            is_first = False
            if self._watched() != watched:
                self.has_moved = True
                return

    def _watched(self) -> dict[Path, Identity]:
        """Return every folder to watch with what its name leads to now: links and moved folders are followed."""
        content = self.project.content
        return {folder: _identity(folder) for folder in (Path(str(THEME)), content, *(content / name for name in READ))}

    def load_after_saves(self) -> None:
        """Load after every save until the end; problems are shown until they are fixed."""
        files: set[Path] = set()
        while not self.saves.over.is_set():
            files |= self.saves.take(RETRY_SECONDS if files else None)
            if not files:
                continue
            began = time.perf_counter()
            try:
                with ConsoleProgress(self.console) as progress:
                    plan = self._load(PreviewProgress(progress, self.shown, self.saves))
            except SupersededError:
                continue  # with the files saved meanwhile
            except InUseError as error:
                self._refuse(error.problems)
                continue  # until the other build is done
            except GalleryError as error:
                self._refuse(error.problems)
            except Exception as error:  # the preview survives any error in a half-written theme
                if not self.saves.over.is_set():  # at the end, training fails because its processes are stopped
                    self._refuse((Problem("preview", f"{type(error).__name__}: {error}"),))
            else:
                self.shown.show(plan)
                names = ", ".join(sorted({file.name for file in files if file.exists()}))  # not an editor's own
                self.console.print(
                    f"{names or 'removed files'}: shown after {time.perf_counter() - began:.2f} s", highlight=False
                )
            files = set()

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        if problems != self.shown.state.problems:
            print_problems(self.console, problems)
        self.shown.refuse(problems)


def serve(project: Project, console: Console, *, port: int, opens: bool, only: str | None, seeds: int) -> None:
    """Serve the preview of `project` on `port` until Ctrl-C; `opens` opens a browser; the rest is as for `load`.

    Raises `GalleryError` for mistakes at the start; later ones are shown over the last good pages.
    """
    with PreviewServer(port) as server:
        loader = Loader(project, console, only=only, seeds=seeds)
        server.shown = loader.shown
        works = (server.serve_forever, loader.note_saves, loader.load_after_saves)
        threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in threads:
            thread.start()
        console.print(
            f"Serving the gallery at {server.url} and reloading on every save. Press Ctrl-C to stop.",
            highlight=False,
            soft_wrap=True,
        )
        if opens:
            webbrowser.open(server.url)
        try:
            threading.Event().wait()
        finally:
            loader.saves.end()
            loader.shown.end()
            server.shutdown()
            for process in multiprocessing.active_children():  # of an abandoned sweep
                process.terminate()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
