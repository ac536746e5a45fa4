"""Tables with a column of text: CSV, TSV, JSON, JSON Lines."""

import contextlib
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TextIO

import pydantic

from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.tasks.texts.decoding import BLOCK, open_text
from lstmgallery.tasks.texts.documents import split_paragraphs
from lstmgallery.tasks.texts.sources.source import Places, Stored

COLUMNS = ("text", "tweet")  # read where none is named
_LONGEST_FIELD = 16_000_000  # an open quotation mark makes one field of the rest of the file
_SPACE = " \t\r\n"
_WHITE = re.compile(f"[{_SPACE}]*")


class Condition(pydantic.BaseModel):
    """A condition for rows: a column that `equals` a text, or lies between a `first` and a `last` one, both included.

    Compared as text, as far as the bound is long: `last: "2016-11-09"` includes all of that day.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    column: str
    equals: str | None = None
    first: str | None = None
    last: str | None = None

    @pydantic.model_validator(mode="after")
    def _says_something(self) -> "Condition":
        if self.equals is None and self.first is None and self.last is None:
            raise ValueError("expected one of equals, first, last, found none")
        return self

    def holds(self, value: str) -> bool:
        """Return whether a value meets the condition."""
        return (
            (self.equals is None or value == self.equals)
            and (self.first is None or value[: len(self.first)] >= self.first)
            and (self.last is None or value[: len(self.last)] <= self.last)
        )


class Table(Stored):
    """A table whose `column` holds text: by default `text` or `tweet`. A document is a row, or a part of one.

    `rows` are conditions that every row has to meet. The file's suffix names its form: `.csv`, `.tsv`, `.json` (a list
    of objects) or `.jsonl` (an object a line).
    """

    kind: Literal["table"]
    column: str | None = pydantic.Field(None, min_length=1)
    document: Literal["row", "line", "paragraph"] = "row"
    rows: tuple[Condition, ...] = ()

    @property
    def unit(self) -> str:
        return self.document

    @property
    def smaller(self) -> str:
        return "document: line" if self.document == "row" else "longest: 100"

    def texts(self, places: Places) -> Iterator[Iterator[str]]:
        for file in self.files(places):
            for text in self._column(file):
                if self.document == "row":
                    yield iter([text])
                else:
                    lines = text.splitlines(keepends=True)
                    parts = split_paragraphs(lines) if self.document == "paragraph" else lines
                    yield from (iter([part]) for part in parts)

    def _column(self, file: Path) -> Iterator[str]:
        form = Path(self.url or "").suffix.lower() if self.path is None else file.suffix.lower()
        read = {".json": _read_objects, ".jsonl": _read_object_lines, ".ndjson": _read_object_lines}.get(form)
        with open_text(file, encoding=self.encoding, newline="") as stream:
            if read is None:
                rows = self._fields(stream, file, "\t" if form in (".tsv", ".tab") else ",")
            else:
                rows = self._values(read(stream, file), file)
            for content, *others in rows:
                if all(condition.holds(value) for condition, value in zip(self.rows, others, strict=True)):
                    yield content

    def _fields(self, stream: TextIO, file: Path, delimiter: str) -> Iterator[list[str]]:
        """Yield the text and the values of the conditions' columns of each row of a CSV file."""
        limit = csv.field_size_limit(_LONGEST_FIELD)
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        began = 1  # the line where the row read last begins
        try:
            head = next(reader, None)
            if head is None:
                raise GalleryError(Problem(str(file), "expected a table, found an empty file"))
            wanted = [head.index(name) for name in self._names(head, file)]
            while True:
                began = reader.line_num + 1
                row = next(reader, None)
                if row is None:
                    return
                if not row:
                    continue
                if len(row) <= max(wanted):
                    message = f"expected {len(head)} fields, as in the first line, found {len(row)}"
                    quote = "put a field that contains the delimiter or a line break in quotation marks"
                    raise GalleryError(Problem(str(file), message, line=began, hint=quote))
                yield [row[at] for at in wanted]
        except csv.Error as error:
            is_open = "field larger" in str(error) or "end of data" in str(error)
            message = (
                "expected a row, found a quotation mark that is never closed" if is_open else f"not a table: {error}"
            )
            hint = "inside quotation marks, double a quotation mark of the text"
            raise GalleryError(Problem(str(file), message, line=began, hint=hint)) from None
        finally:
            csv.field_size_limit(limit)

    def _values(self, objects: Iterator[tuple[int, Any]], file: Path) -> Iterator[list[str]]:
        """Yield the text and the values of the conditions' columns of each JSON object; plain strings are texts."""
        for number, value in objects:
            if isinstance(value, str) and not self.rows:
                yield [value]
                continue
            if not isinstance(value, dict):
                message = f"expected an object in row {number}, found {_shown(value)}"
                raise GalleryError(Problem(str(file), message, hint='such as {"text": "..."}'))
            found = [value[name] for name in self._names(list(value), file, row=number)]
            if found[0] is not None:
                yield [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in found]

    def _names(self, head: list[str], file: Path, *, row: int | None = None) -> list[str]:
        """Return the names of the columns needed, the text's first. Raises `GalleryError` if one is missing."""
        wanted = self.column or next((name for name in COLUMNS if name in head), None)
        names: list[str | None] = [wanted, *(condition.column for condition in self.rows)]
        for name in names:
            if name is None or name not in head:
                expected = " or ".join(map(repr, COLUMNS)) if name is None else repr(name)
                found = ", ".join(map(repr, head[:20])) or "none"
                message = f"expected a column {expected}{'' if row is None else f' in row {row}'}, found {found}"
                hint = f"name it, such as column: {head[-1]}" if name is None and head else nearest(str(name), head)
                if len(head) == 1 and ";" in head[0]:
                    hint = "separate the columns by commas, or in a .tsv file by tabs"
                raise GalleryError(Problem(str(file), message, line=1 if row is None else None, hint=hint))
        return [str(name) for name in names]


def _read_object_lines(stream: TextIO, file: Path) -> Iterator[tuple[int, Any]]:
    """Yield each line's JSON value with its number, from 1."""
    for number, line in enumerate(stream, start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                message = f"expected a JSON value on every line, found {_shown(line)}: {error}"
                raise GalleryError(Problem(str(file), message, line=number)) from None


def _read_objects(stream: TextIO, file: Path) -> Iterator[tuple[int, Any]]:
    """Yield each value of a JSON list with its number, from 1, reading no more than needed for the next."""
    decode = json.JSONDecoder().raw_decode
    text = _read_more(stream, "")
    if not text.startswith("["):
        hint = "put the rows in a list, or, if every line is a row, give the file the suffix .jsonl"
        raise GalleryError(Problem(str(file), f"expected a list of objects, found {_shown(text)}", hint=hint))
    at, number = _skip_space(text, 1), 0
    while True:
        if text.startswith("]", at):
            return
        if number and text.startswith(",", at):
            at = _skip_space(text, at + 1)
        with contextlib.suppress(ValueError, RecursionError):
            value, end = decode(text, at)
            end = _skip_space(text, end)
            if end < len(text):  # else a number may go on in the next block
                number += 1
                yield number, value
                at = end
                continue
        longer = _read_more(stream, text[at:])
        if len(longer) == len(text) - at or len(longer) > _LONGEST_FIELD:
            message = f"expected a list of JSON values, found one that is broken after row {number}"
            raise GalleryError(Problem(str(file), message, hint="is the file complete?"))
        text, at = longer, 0


def _read_more(stream: TextIO, text: str) -> str:
    """Return a text, without the space before it, with the next block of a stream: at least as much again."""
    return (text + stream.read(max(BLOCK, len(text)))).lstrip(_SPACE)


def _skip_space(text: str, at: int) -> int:
    """Return the position of the first character from `at` on that is not white space."""
    match = _WHITE.match(text, at)
    return match.end() if match else at


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return repr(text.strip()[:40])
