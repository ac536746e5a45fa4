"""Users' mistakes: what is wrong, where, and how to fix it.

Every mistake in content, configuration, command line or cache becomes a `Problem`; a `GalleryError` carries all
problems of one run. The command line catches this one type and prints it without a traceback.
"""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LONGEST_MESSAGE, LONGEST_LINE = 1_500, 1_000  # characters printed
MOST_LISTED = 20  # valid spellings listed in one hint


@dataclass(frozen=True)
class Problem:
    """One mistake: its place, a message, and the fix if known.

    `line` and `column` count from 1; `source` is the line of text they point into.
    """

    place: str
    message: str
    line: int | None = None
    column: int | None = None
    source: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.place, self.line, self.column) if part is not None)
        lines = [f"{where}: {_shortened(self.message)}"]
        if self.source is not None and self.column is not None:
            source, column = _around(self.source, self.column)
            lines += [f"    {source}", "    " + " " * (column - 1) + "^"]
        if self.hint is not None:
            lines.append(f"    {self.hint}")
        return "\n".join(lines)


def _shortened(text: str) -> str:
    """Return a message without the middle of a value of thousands of characters."""
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 100]} … {text[-97:]}"


def _around(source: str, column: int) -> tuple[str, int]:
    """Return the part of a long line around a column, and the column in it."""
    if len(source) <= LONGEST_LINE:
        return source, column
    first = max(0, min(column - LONGEST_LINE // 2, len(source) - LONGEST_LINE))
    part = source[first : first + LONGEST_LINE]
    before, after = "…" if first else "", "…" if first + LONGEST_LINE < len(source) else ""
    return f"{before}{part}{after}", column - first + len(before)


class GalleryError(Exception):
    """All mistakes found in one run. Printed by the command line, never as a traceback."""

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@contextmanager
def naming(file: Path) -> Iterator[None]:
    """Attach a filename to an `OSError` that lacks one, as on a full disk."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(file)
        raise


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """Return a hint with the spelling nearest to `word`; if none is near, all of `valid`, unless there are many."""
    choices = sorted(valid)
    if near := difflib.get_close_matches(word, choices, n=1):
        return f"did you mean {near[0]!r}?"
    return "valid here: " + ", ".join(choices) if 0 < len(choices) <= MOST_LISTED else None
