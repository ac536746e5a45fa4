"""The state of the preview: the last good plan, the problems of newer content, and the running work.

Written by the loading thread, read by the threads that answer browsers. A page is rendered on request; its last good
bytes are kept, so a broken template does not remove it.
"""

import hashlib
import posixpath
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from lstmgallery.errors import Problem
from lstmgallery.press.pages.plan import Make
from lstmgallery.press.pages.rendering import THEME

HEARTBEAT_SECONDS = 15.0


@dataclass(frozen=True)
class State:
    """The state that open pages follow: the version of the content, the problems, and the running work."""

    version: str
    problems: tuple[Problem, ...] = ()
    doing: str = ""


@dataclass(frozen=True)
class File:
    """One served file of the site; `is_current` unless its newest version cannot be rendered."""

    content: bytes
    is_current: bool


class _Parts(HTMLParser):
    """The files that a page shows besides its own text: styles, scripts, images, frames."""

    def __init__(self, content: bytes):
        super().__init__()
        self.links: list[str] = []
        self.feed(content.decode(errors="replace"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name in ("src", "data", "poster") or (name == "href" and tag in ("link", "image", "use"))):
                self.links.append(value)
            elif value and name == "srcset":
                self.links += [source.split()[0] for source in value.split(",") if source.split()]


class Shown:
    """The files of the site in the preview, and the state followed by open pages."""

    def __init__(self, plan: Mapping[str, Make], report: Callable[[Problem], None]):
        """`report` is called for every page that cannot be rendered."""
        self._plan = plan
        self._report = report
        self._began = time.time_ns()
        self._number = 1
        self._versions: dict[str, tuple[str, str]] = {}  # of files, each after that of the content it was found for
        self._state = State(f"{self._began}-{self._number}")
        self._good: dict[str, bytes] = {}
        self._changed = threading.Condition()
        self._is_over = False

    @property
    def state(self) -> State:
        return self._state

    def __contains__(self, path: str) -> bool:
        return path in self._plan

    def show(self, plan: Mapping[str, Make]) -> None:
        """Show a new plan: open pages reload if their own bytes have changed, or those of a file they show."""
        with self._changed:
            self._plan = plan
            self._number += 1
            self._set(State(f"{self._began}-{self._number}"))

    def tell(self, doing: str) -> None:
        """Show the running work on open pages; an empty text removes it."""
        with self._changed:
            self._set(replace(self._state, doing=doing))

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Show the problems of the newest content over the last good page."""
        with self._changed:
            self._set(replace(self._state, problems=problems, doing=""))

    def render(self, path: str) -> File | None:
        """Return a file of the site: its newest version, or the last good one if that fails; None without either."""
        state, make = self._state, self._plan[path]
        try:
            content = make()
        except Exception as error:  # a half-written template can raise anything
            problem = problem_of(error, path)
            with self._changed:
                if self._state.version == state.version and problem not in self._state.problems:
                    self._report(problem)
                    self._set(replace(self._state, problems=(*self._state.problems, problem)))
            return File(self._good[path], is_current=False) if path in self._good else None
        self._good[path] = content
        return File(content, is_current=True)

    def version_of(self, path: str) -> str:
        """Return the version of a page: a hash of its bytes, and of those of every file of the site that it shows.

        It says nothing of the time, so a page that a save leaves alone need not be loaded again.
        """
        version = self._state.version
        if path not in self._versions or self._versions[path][0] != version:
            file = self.render(path)
            found = hashlib.sha256(b"" if file is None else file.content)
            for link in _Parts(file.content).links if file is not None and path.endswith(".html") else ():
                target = posixpath.join(posixpath.dirname(path), unquote(link.split("#")[0].split("?")[0]))
                part = posixpath.normpath(target)
                if part in self and not part.endswith(".html"):  # pages in frames follow by themselves
                    found.update(self.version_of(part).encode())
            self._versions[path] = (version, found.hexdigest()[:16])
        return self._versions[path][1]

    def follow(self) -> Iterator[State | None]:
        """Yield the state and each later one; None if nothing has changed for a while."""
        told = None
        while not self._is_over:
            with self._changed:
                if self._state is told:
                    self._changed.wait(HEARTBEAT_SECONDS)
                is_news = self._state is not told
                told = self._state
            yield told if is_news else None

    def wake(self) -> None:
        """Let all followers go on as after `HEARTBEAT_SECONDS`, so that those whose reader has gone notice."""
        with self._changed:
            self._changed.notify_all()

    def end(self) -> None:
        """Release all followers."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def _set(self, state: State) -> None:
        self._state = state
        self._changed.notify_all()


def problem_of(error: Exception, path: str) -> Problem:
    """Return the problem that stops a page from rendering, at its place in the theme, or else in the code."""
    frames = traceback.extract_tb(error.__traceback__)
    of_theme = [frame for frame in frames if str(THEME) in frame.filename]
    place, line = str(getattr(error, "filename", None) or ""), getattr(error, "lineno", None)
    if not place:
        frame = (of_theme or frames)[-1]
        place, line = frame.filename, frame.lineno
    source = _line_of(Path(place), line) if line else None
    return Problem(place, f"{path} cannot be rendered: {type(error).__name__}: {error}", line=line, source=source)


def _line_of(file: Path, line: int) -> str | None:
    try:
        return file.read_text(encoding="utf-8").splitlines()[line - 1]
    except (OSError, IndexError, UnicodeDecodeError):
        return None
