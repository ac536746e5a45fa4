"""The repository's documents, parsed for tests: fenced blocks, tables, code spans, headings, links.

Takes the Markdown that people write here, gives plain text. Content is not among the documents: a build reads it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

PATTERNS = ("*.md", "content/*.md", ".github/**/*.md", "lstmgallery/**/*.md", "tests/**/*.md")
DOCUMENTS = sorted({file for pattern in PATTERNS for file in ROOT.glob(pattern)})
MAIN, AUTHORS, ARCHITECTURE, TESTS = (ROOT / folder / "README.md" for folder in ("", "content", "lstmgallery", "tests"))

_FENCE = re.compile(r"^(`{3,})([\w-]*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Table:
    """A table: the text of its heads and of its cells."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, head: str) -> list[str]:
        """Return the cells below one head."""
        at = self.heads.index(head)
        return [row[at] for row in self.rows]


def read(document: Path) -> str:
    """Return a document's text."""
    return document.read_text(encoding="utf-8")


def fences(document: Path, language: str) -> list[str]:
    """Return the fenced blocks of one language in order, without those inside another block."""
    return [code for _, name, code in _FENCE.findall(read(document)) if name == language]


def prose(document: Path) -> str:
    """Return a document without its fenced blocks."""
    return _FENCE.sub("", read(document))


def spans(text: str) -> list[str]:
    """Return the code spans of a piece of prose."""
    return [code for _, code in _SPAN.findall(text)]


def headings(document: Path) -> list[str]:
    """Return the text of every heading."""
    return _HEADING.findall(prose(document))


def fragments(document: Path) -> set[str]:
    """Return GitHub's fragments of a document's headings."""
    found: set[str] = set()
    for heading in headings(document):
        words = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = sum(each == words or re.fullmatch(rf"{re.escape(words)}-\d+", each) is not None for each in found)
        found.add(f"{words}-{number}" if number else words)
    return found


def links(document: Path) -> list[str]:
    """Return the targets of a document's links and pictures, outside code."""
    return _LINK.findall(_SPAN.sub("", prose(document)))


def section(document: Path, heading: str) -> str:
    """Return the text below one heading, up to the next of its level or above."""
    text = read(document)
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,6}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{document.relative_to(ROOT)} has no heading {heading!r}"
    return found[2]


def tables(document: Path, *heads: str) -> list[Table]:
    """Return a document's tables with these first heads."""
    return [table for table in _tables(prose(document).splitlines()) if table.heads[: len(heads)] == heads]


def table(document: Path, *heads: str) -> Table:
    """Return the only table with these first heads."""
    (found,) = tables(document, *heads)
    return found


def items(text: str) -> list[str]:
    """Return the items of the lists in a piece of prose, each in one line."""
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith("- "):
            found.append(line[2:])
        elif line.startswith("  ") and found:
            found[-1] += f" {line.strip()}"
    return found


def _tables(lines: Sequence[str]) -> Iterator[Table]:
    rows: list[tuple[str, ...]] = []
    for line in (*lines, ""):
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line.strip())[1:-1]
            rows.append(tuple(cell.strip().replace(r"\|", "|") for cell in cells))
        elif rows:
            yield Table(rows[0], tuple(rows[2:]))
            rows = []
