"""Tables of timings, as `tests/README.md` shows them."""

import os
import platform
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from lstmgallery.machine import processor_name

LIBRARIES = ("tensorflow", "keras", "numpy", "pandas", "pyarrow")


@dataclass(frozen=True)
class Table:
    """A table: its heads, and rows of as many cells."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [self.heads, ["---"] * len(self.heads), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def spread(values: Sequence[float], form: str = ",.0f") -> str:
    """Return the median of values, and in brackets the lowest and the highest."""
    middle, low, high = (format(value, form) for value in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({low}–{high})"


def machine() -> str:
    """Return the date, the machine and the libraries of a run."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    system = f"{processor_name()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    return f"{date.today()}, {system}, {libraries}"


def write_tables(file: Path, name: str, tables: Sequence[Table]) -> None:
    """Replace what a document shows of a benchmark: all between its two comments."""
    text = file.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    shown = "\n\n".join([machine() + ":", *map(str, tables)])
    new, count = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{shown}\n{end}", text, flags=re.DOTALL
    )
    if count != 1:
        raise SystemExit(f"{file}: expected one place between {begin} and {end}, found {count}")
    file.write_text(new, encoding="utf-8")
