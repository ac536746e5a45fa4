"""The interface for progress reports; the console and the tests implement it."""

from typing import Protocol

from lstmgallery.errors import Problem


class Progress(Protocol):
    """A receiver of a build's progress reports. `at` and `total` count steps, sequences or pages."""

    def start(self, name: str, stage: str, total: int | None = None) -> None: ...
    def advance(self, at: int, note: str = "") -> None: ...
    def finish(self) -> None: ...
    def warn(self, problem: Problem) -> None: ...
