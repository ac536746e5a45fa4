"""Texts of ours in `content/texts/`: read by networks on every machine, with ground truth that somebody marked.

`<name>.txt` has a passage a line, `<name>.py.txt` is Python, a passage a top-level definition. In a line, `{name Ann}`
marks `Ann` as a name; marks may contain others, and go when the text is read. `\\n` is a line break; `\\{`, `\\}` and
`\\\\` are the characters themselves.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.tasks.texts.decoding import open_text
from lstmgallery.tasks.texts.documents import split_definitions
from lstmgallery.tasks.texts.truths import FEATURE_SETS
from lstmgallery.tasks.texts.truths.feature_set import Marks, Span

PREFIX = "in_"  # of the features that can be marked: `{name Ann}` is `in_name`
MARKABLE = tuple(
    feature.key.removeprefix(PREFIX)
    for each in FEATURE_SETS.values()
    for feature in each.features
    if feature.is_flag and feature.key.startswith(PREFIX)
)
FEWEST = 20  # passages, so that there is something to measure
_PYTHON = ".py.txt"
_ESCAPES = {"n": "\n", "{": "{", "}": "}", "\\": "\\"}
_PART = re.compile(r"\\(?P<escape>.?)|\{(?P<key>[a-z_]+) |(?P<wrong>\{)|(?P<end>\})|(?P<text>[^\\{}]+)")


@dataclass(frozen=True)
class Passages:
    """Passages without their marks, and the marks of each; `marked` are the features that the marks decide."""

    texts: tuple[str, ...]
    marks: Mapping[str, Marks] = field(default_factory=dict)
    marked: frozenset[str] = frozenset()


def read_passages(folder: Path, name: str) -> Passages:
    """Read one of our texts. Raises `GalleryError` if it is missing, too short, or has a wrong mark."""
    files = {file.name.removesuffix(_PYTHON).removesuffix(".txt"): file for file in sorted(folder.glob("*.txt"))}
    if name not in files:
        hint = nearest(name, files) or "write it, a passage a line"
        raise GalleryError(Problem(str(folder / f"{name}.txt"), "expected a text, found none", hint=hint))
    file = files[name]
    with open_text(file) as stream:
        content = stream.read()
    passages = _read_definitions(content) if file.name.endswith(_PYTHON) else _read_marked(content.split("\n"), file)
    if len(passages.texts) < FEWEST:
        message = f"expected at least {FEWEST} passages, found {len(passages.texts)}"
        raise GalleryError(Problem(str(file), message))
    return passages


@functools.lru_cache(maxsize=4)  # a preview reads it again after every save, and parsing takes a third of that
def _read_definitions(content: str) -> Passages:
    texts = [part.strip("\n") for part in split_definitions(content)]
    return Passages(tuple(dict.fromkeys(text for text in texts if text)))


def _read_marked(lines: Iterable[str], file: Path) -> Passages:
    marks: dict[str, Marks] = {}
    lines_of: dict[str, int] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            text, of_text = strip_marks(line)
        except _WrongMarkError as wrong:
            hint = wrong.hint
            problems.append(Problem(str(file), wrong.message, line=number, column=wrong.column, source=line, hint=hint))
            continue
        if text in marks:
            message = f"expected a passage unlike the others, found that of line {lines_of[text]} again"
            problems.append(Problem(str(file), message, line=number))
        marks[text], lines_of[text] = of_text, number
    if problems:
        raise GalleryError(problems)
    return Passages(tuple(marks), marks, frozenset(PREFIX + key for each in marks.values() for key in each))


class _WrongMarkError(Exception):
    """A mark that cannot be read, at a column of its line."""

    def __init__(self, message: str, *, at: int, hint: str | None = None):
        self.message, self.column, self.hint = message, at + 1, hint
        super().__init__(message)


def strip_marks(line: str) -> tuple[str, Marks]:
    """Return a line's text without its marks, and the spans of each kind of mark."""
    text = ""
    spans: dict[str, list[Span]] = {}
    opened: list[tuple[str, int, int]] = []  # the key, where its text begins, where its mark begins in the line
    for part in _PART.finditer(line):
        at = part.start()
        if (escape := part["escape"]) is not None:
            if escape not in _ESCAPES:
                hint = r"write \\ for a backslash"
                raise _WrongMarkError(f"expected one of \\n, \\{{, \\}}, \\\\, found {part[0]!r}", at=at, hint=hint)
            text += _ESCAPES[escape]
        elif key := part["key"]:
            if key not in MARKABLE:
                raise _WrongMarkError(f"expected a mark, found {key!r}", at=at + 1, hint=nearest(key, MARKABLE))
            opened.append((key, len(text), at))
        elif part["wrong"]:
            raise _WrongMarkError("expected a mark such as {name Ann}, found {", at=at, hint=r"write \{ for a brace")
        elif part["end"]:
            if not opened:
                raise _WrongMarkError("expected a mark before }, found none", at=at, hint=r"write \} for a brace")
            key, start, _ = opened.pop()
            spans.setdefault(key, []).append((start, len(text)))
        else:
            text += part["text"]
    if opened:
        raise _WrongMarkError("expected } after this mark, found none", at=opened[-1][2])
    return text, {key: tuple(sorted(each)) for key, each in spans.items()}
