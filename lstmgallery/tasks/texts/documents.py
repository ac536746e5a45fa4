"""Divide text into documents: lines, paragraphs, top-level definitions of Python, or pieces of a bearable length.

Takes streams or blocks of text, gives documents one by one, so a file of any size fits into memory.
"""

import ast
import itertools
from collections.abc import Iterable, Iterator
from typing import TextIO

from lstmgallery.tasks.texts.decoding import BLOCK


def read_blocks(stream: TextIO) -> Iterator[str]:
    """Yield a stream's text in blocks."""
    while block := stream.read(BLOCK):
        yield block


def read_lines(stream: TextIO) -> Iterator[str]:
    """Yield the lines of a stream, the longest in several parts."""
    while line := stream.readline(BLOCK):
        yield line


def split_paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Yield the paragraphs of a text: lines between empty ones."""
    paragraph: list[str] = []
    size = 0
    for line in lines:
        if line.strip() and size < BLOCK:
            paragraph.append(line)
            size += len(line)
            continue
        yield "".join(paragraph)
        paragraph, size = ([line], len(line)) if line.strip() else ([], 0)
    yield "".join(paragraph)


def split_definitions(source: str) -> Iterator[str]:
    """Yield the top-level definitions of a Python module, and each run of code between two of them.

    A definition begins with its decorators and the comments right above it. Together the parts are the module. Nothing
    is yielded for a text that is not Python.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = [line + "\n" for line in source.split("\n")]  # Python ends lines at fewer characters than splitlines does
    starts = {0, len(lines)}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
            while first and lines[first - 1].startswith("#"):
                first -= 1
            starts |= {first, node.end_lineno or first}
    for start, stop in itertools.pairwise(sorted(starts)):
        yield "".join(lines[start:stop])


def cut(blocks: Iterable[str], longest: int) -> Iterator[str]:
    """Yield text in pieces of at most `longest` characters, cut after the last line break that fits, else a space."""
    text = ""
    for block in blocks:
        text += block
        start = 0
        while len(text) - start > longest:
            stop = _last_break(text, start, start + longest)
            yield text[start:stop]
            start = stop
        text = text[start:]
    yield text


def _last_break(text: str, start: int, stop: int) -> int:
    """Return the position after the last line break of text[start:stop], else after its last space, else `stop`."""
    for mark in "\n ":
        if (at := text.rfind(mark, start, stop)) > start:
            return at + 1
    return stop
