"""Features of Python code, from the tokens that Python itself finds in it.

The values are missing from the first character on that is not Python.
"""

import io
import itertools
import keyword
import token as kinds
import tokenize
from collections.abc import Iterator
from typing import Any

from lstmgallery.tasks.task import Feature
from lstmgallery.tasks.texts.truths.feature_set import FeatureSet, Span, flag, flag_values

TOKENS = ("keyword", "name", "number", "string", "comment", "operator", "space")
_FSTRING_START, _FSTRING_END = getattr(kinds, "FSTRING_START", -1), getattr(kinds, "FSTRING_END", -1)
_NO_TEXT = (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING)
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_BREAKS = (tokenize.NEWLINE, tokenize.NL)

Token = tuple[int, str, int, int]  # its type, text, start and end


def read_tokens(text: str) -> tuple[list[Token], int]:
    """Return the tokens of a text and the number of characters that are Python: all, or those before a mistake.

    A formatted string is one token, as in Python before 3.12.
    """
    starts = list(itertools.accumulate((len(line) for line in io.StringIO(text)), initial=0))
    found: list[Token] = []
    opened: list[int] = []  # the starts of the formatted strings that are open
    brackets: list[str] = []  # those that will close what is open
    known = 0
    try:
        for each in tokenize.generate_tokens(io.StringIO(text).readline):
            if each.type == tokenize.ERRORTOKEN and not each.string.isspace():
                return found, known
            start, stop = (
                min(starts[row - 1] + column, len(text)) if row <= len(starts) else len(text)
                for row, column in (each.start, each.end)
            )
            if each.type == _FSTRING_START:
                opened.append(start)
                continue
            if each.type == _FSTRING_END:
                first = opened.pop()
                if not opened:
                    found.append((tokenize.STRING, text[first:stop], first, stop))
                    known = stop
                continue
            if not opened:
                if each.type == tokenize.OP and each.string in _CLOSED_BY:
                    brackets.append(_CLOSED_BY[each.string])
                elif each.type == tokenize.OP and each.string in _CLOSED_BY.values():
                    is_open = brackets and brackets.pop() == each.string
                    if not is_open:
                        return found, known
                found.append((each.type, each.string, start, stop))
                known = max(known, stop)
    except (tokenize.TokenError, SyntaxError):
        return found, known
    return found, len(text)


def find_docstrings(tokens: list[Token]) -> list[Span]:
    """Return the strings that are the first statement of the text, of a function or of a class."""
    spans = []
    significant = [each for each in tokens if each[0] not in (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING)]
    is_expected, opens_block = True, False  # whether a docstring may come next, or once the block is indented
    for at, (kind, text, start, stop) in enumerate(significant):
        if kind == tokenize.STRING and is_expected:
            rest = itertools.takewhile(
                lambda each: each[0] not in (tokenize.NEWLINE, tokenize.ENDMARKER), significant[at:]
            )
            strings = list(rest)
            if all(each[0] == tokenize.STRING for each in strings):
                spans.append((start, stop))
            is_expected = False
        elif kind == tokenize.INDENT:
            is_expected, opens_block = opens_block, False
        elif kind not in (tokenize.NEWLINE, tokenize.DEDENT):
            is_line_start = at == 0 or significant[at - 1][0] in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
            if is_line_start:
                is_after_async = text == "async" and at + 1 < len(significant)
                opens_block = (significant[at + 1][1] if is_after_async else text) in ("def", "class")
            is_expected = False
    return spans


def find_definitions(tokens: list[Token]) -> list[Span]:
    """Return what follows def or class up to the end of the name: the space and the name."""
    return [
        (word[3], name[3])
        for word, name in itertools.pairwise(tokens)
        if word[0] == name[0] == tokenize.NAME and word[1] in ("def", "class")
    ]


def indentation_depths(tokens: list[Token], length: int) -> list[int]:
    """Return the number of indented blocks around every character; white space belongs to the line it is on.

    Lines without code have the depth of the line before. A line that continues another has its depth.
    """
    depths = [0] * length
    depth, begin = 0, 0  # of the line, and where the line begins
    for kind, _, _, stop in tokens:
        if kind == tokenize.INDENT:
            depth += 1
        elif kind == tokenize.DEDENT:
            depth -= 1
        elif kind in _BREAKS or kind == tokenize.ENDMARKER:
            pass
        else:
            continue
        if kind in _BREAKS:
            depths[begin:stop] = [depth] * (stop - begin)
            begin = stop
    depths[begin:] = [depth] * (length - begin)
    return depths


def find_block_ends(tokens: list[Token], length: int) -> list[Span]:
    """Return the line breaks that end a block: less indented code follows, or the end of the text."""
    ends, last = [], None
    for kind, _, start, stop in tokens:
        if kind == tokenize.NEWLINE:
            last = (start, stop) if start < stop <= length else None  # the last line of a text may have none
        elif kind == tokenize.DEDENT and last is not None:
            ends.append(last)
            last = None
    return ends


def token_classes(tokens: list[Token], length: int) -> list[Any]:
    """Return the kind of token of every character."""
    classes: list[Any] = ["space"] * length
    for kind, text, start, stop in tokens:
        if kind in _NO_TEXT or kind in _BREAKS or not text.strip():
            continue
        classes[start:stop] = [_class_of(kind, text)] * (stop - start)
    return classes


def _class_of(kind: int, text: str) -> str:
    if kind == tokenize.NAME:
        return "keyword" if keyword.iskeyword(text) else "name"
    return {tokenize.NUMBER: "number", tokenize.STRING: "string", tokenize.COMMENT: "comment"}.get(kind, "operator")


def nesting_depths(tokens: list[Token], length: int) -> list[int]:
    """Return the number of brackets of the code that are open once each character has been read."""
    changes = [0] * length
    for kind, text, start, _ in tokens:
        if kind == tokenize.OP and text in (*_CLOSED_BY, *_CLOSED_BY.values()):
            changes[start] = 1 if text in _CLOSED_BY else -1
    return list(itertools.accumulate(changes))


def _spans_of(tokens: list[Token], kind: int) -> Iterator[Span]:
    return ((start, stop) for found, _, start, stop in tokens if found == kind)


def _truth(text: str) -> dict[str, list[Any]]:
    tokens, known = read_tokens(text)
    length = len(text)
    values: dict[str, list[Any]] = {
        "in_comment": flag_values(length, _spans_of(tokens, tokenize.COMMENT)),
        "in_string": flag_values(length, _spans_of(tokens, tokenize.STRING)),
        "in_docstring": flag_values(length, find_docstrings(tokens)),
        "in_definition": flag_values(length, find_definitions(tokens)),
        "at_block_end": flag_values(length, find_block_ends(tokens, length)),
        "token_kind": [None, *token_classes(tokens, length)],
        "nesting": [0, *nesting_depths(tokens, length)],
        "indentation": [0, *indentation_depths(tokens, length)],
    }
    return {key: [*each[: known + 1], *[None] * (length - known)] for key, each in values.items()}


SET = FeatureSet(
    "python",
    (
        flag("in_comment", "Whether the character belongs to a comment.", "inside a comment"),
        flag("in_string", "Whether the character belongs to a string, its marks included.", "inside a string"),
        flag("in_docstring", "Whether the character belongs to a docstring.", "inside a docstring"),
        flag(
            "in_definition",
            "Whether the character follows def or class, up to the end of the name.",
            "in the name after def or class",
        ),
        flag("at_block_end", "Whether the character is the line break that ends a block.", "at the end of a block"),
        Feature("token_kind", "category", "The kind of token the character belongs to.", "the token is: {}", TOKENS),
        Feature("nesting", "count", "The brackets of the code that are open.", "the brackets open in the code"),
        Feature("indentation", "count", "The indented blocks around this line.", "the blocks around this line"),
    ),
    _truth,
)
