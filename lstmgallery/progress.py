"""The interface for progress reports; the console and the tests implement it."""

from collections.abc import Iterable
from typing import Protocol

from lstmgallery.errors import GalleryError, Problem


class Progress(Protocol):
    """A receiver of a build's progress reports. `at` and `total` count steps, sequences or pages."""

    def start(self, name: str, stage: str, total: int | None = None) -> None: ...
    def advance(self, at: int, note: str = "") -> None: ...
    def finish(self) -> None: ...
    def warn(self, problem: Problem) -> None: ...


class Guard:
    """A receiver that passes reports on to another. If it is strict, it keeps warnings, to make errors of them."""

    def __init__(self, progress: Progress, *, is_strict: bool):
        self.progress, self.is_strict = progress, is_strict
        self.warnings: list[Problem] = []

    def start(self, name: str, stage: str, total: int | None = None) -> None:
        self.progress.start(name, stage, total)

    def advance(self, at: int, note: str = "") -> None:
        self.progress.advance(at, note)

    def finish(self) -> None:
        self.progress.finish()

    def warn(self, problem: Problem) -> None:
        if self.is_strict:
            self.warnings.append(problem)
        else:
            self.progress.warn(problem)

    def refuse(self, problems: Iterable[Problem] = ()) -> None:
        """If it is strict, raise `GalleryError` for the warnings so far and for `problems`, if there are any."""
        if self.is_strict and (refused := [*self.warnings, *problems]):
            raise GalleryError(refused)
