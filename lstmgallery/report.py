"""What a build tells at its end, as plain data: printed by this build, and again by the next if nothing has changed.

Nothing here imports the rest of the build, which takes a second.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from lstmgallery.whole import parse_json, write_whole

PINNED, CACHED = "pinned", "cached"


@dataclass(frozen=True)
class Stated:
    """A stage of a network, and what became of it in words: cached, pinned, or the seconds it took."""

    network: str
    stage: str
    outcome: str


@dataclass(frozen=True)
class Wrong:
    """A claim that does not hold: its verdict, and the problem in words."""

    verdict: str
    problem: str


@dataclass(frozen=True)
class Report:
    """The work of a build, its claims and its site, in numbers and words.

    Networks `skipped` and `set_aside`, and what was `left_out`: drafts (`held_back`), files that only look like content
    (`unread`), claims about other seeds (`left_out`). `doubts`: claims that hold without training. `gone`: files of the
    old site that the new one has no more.
    """

    stages: tuple[Stated, ...] = ()
    skipped: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    claims: int = 0
    left_out: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    by_file: str = ""
    pages: int = 0
    size: int = 0
    written: int = 0
    unchanged: int = 0
    gone: tuple[str, ...] = ()

    def again(self) -> Self:
        """Return the report of the same build again, which finds everything as this one left it."""
        stages = tuple(each if each.outcome == PINNED else replace(each, outcome=CACHED) for each in self.stages)
        kept = self.written + self.unchanged
        return replace(self, stages=stages, set_aside=(), by_file="", written=0, unchanged=kept, gone=())

    def write(self, file: Path, sources: str, made: str) -> None:
        """Write the report as JSON, with the hashes of the sources it is about and of what was made from them."""
        stamped = {"sources": sources, "made": made, "report": asdict(self)}
        write_whole(file, f"{json.dumps(stamped, indent=1)}\n".encode())


def read_report(file: Path, sources: str, made: Callable[[], str]) -> Report | None:
    """Return the report in a file; None if there is none, or it is damaged or about other sources or results.

    `made`, which takes longer, is asked only if the sources are the same.
    """
    try:
        found = parse_json(file.read_bytes())
        if found["sources"] != sources or found["made"] != made():
            return None
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in found["report"].items()
        }
        stages = tuple(Stated(**each) for each in values.pop("stages"))
        wrong = tuple(Wrong(**each) for each in values.pop("wrong"))
        return Report(stages=stages, wrong=wrong, **values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
