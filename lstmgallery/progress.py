"""Where work says how far it is; the console and the tests each have one of their own."""

from typing import Protocol

from lstmgallery.errors import Problem


class Progress(Protocol):
    """Where a build says what it is doing. `at` and `total` count steps, sequences or pages."""

    def start(self, name: str, stage: str, total: int | None = None) -> None: ...
    def advance(self, at: int, note: str = "") -> None: ...
    def finish(self) -> None: ...
    def warn(self, problem: Problem) -> None: ...
