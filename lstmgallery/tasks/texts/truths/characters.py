"""Features of any text: kinds of characters, words, lines, brackets, quotations."""

import re
from typing import Any

from lstmgallery.tasks.task import Feature
from lstmgallery.tasks.texts.truths.feature_set import FeatureSet, Span, flag, flag_values, positions

START, END = "start", "end"  # of the text
CLASSES = ("lowercase", "capital", "letter", "digit", "space", "line break", "mark")
_OPENING, _CLOSING = "([{", ")]}"
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_QUOTES = '"“”„«»'


def class_of(character: str) -> str:
    """Return the class of a character; a `letter` is one without case."""
    if character == "\n":
        return "line break"
    if character.isspace():
        return "space"
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "lowercase" if character.islower() else "capital" if character.isupper() else "letter"
    return "mark"


def find_words(text: str) -> list[Span]:
    """Return the words: letters, digits and underscores, with apostrophes between them."""
    return [match.span() for match in _WORD.finditer(text)]


def find_lines(text: str) -> list[Span]:
    """Return the lines, each with its line break."""
    return [match.span() for match in _LINE.finditer(text)]


def bracket_depths(text: str) -> list[Any]:
    """Return the number of brackets open at every step; a closing one without a partner closes nothing."""
    depths, opened = [0], []
    for character in text:
        if character in _OPENING:
            opened.append(_CLOSING[_OPENING.index(character)])
        elif opened and character == opened[-1]:
            opened.pop()
        depths.append(len(opened))
    return depths


def find_quotations(text: str) -> list[Span]:
    """Return the quotations between double marks: from the opening mark up to the closing one, which is outside.

    A straight mark opens a quotation before a character that is not white space and not after a letter or digit; in a
    quotation it closes it. A quotation that is never closed goes on to the end of the text.
    """
    spans, start = [], None
    for at, character in enumerate(text):
        if character not in _QUOTES:
            continue
        if start is not None:
            if character in '"”»' or (character == "“" and text[start] == "„"):
                spans.append((start, at))
                start = None
        elif character in "“„«" or (character == '"' and _may_open(text, at)):
            start = at
    return spans if start is None else [*spans, (start, len(text))]


def _may_open(text: str, at: int) -> bool:
    is_before_text = at + 1 < len(text) and not text[at + 1].isspace()
    return is_before_text and not (at and text[at - 1].isalnum())


def _truth(text: str) -> dict[str, list[Any]]:
    classes = [START, *map(class_of, text), END]
    depths = bracket_depths(text)
    return {
        "character": classes[:-1],
        "next_character": classes[1:],
        "position_in_word": positions(len(text), find_words(text)),
        "position_in_line": [0, *positions(len(text), find_lines(text))[1:]],
        "bracket_depth": depths,
        "in_quotation": flag_values(len(text), find_quotations(text)),
    }


SET = FeatureSet(
    "characters",
    (
        Feature(
            "character",
            "category",
            "The kind of character read.",
            "the character is: {}",
            (START, *CLASSES),
            is_scanned=False,
        ),
        Feature(
            "next_character",
            "category",
            "The kind of the next character, or the end of the text.",
            "the next character is: {}",
            (*CLASSES, END),
        ),
        Feature(
            "position_in_word",
            "count",
            "The characters of this word read so far; missing outside of words.",
            "the characters of this word",
        ),
        Feature(
            "position_in_line",
            "count",
            "The characters of this line read so far, the line break included.",
            "the characters of this line",
        ),
        Feature("bracket_depth", "count", "The brackets that are open.", "the open brackets"),
        flag("in_quotation", "Whether a quotation in double marks is open.", "inside a quotation"),
    ),
    _truth,
)
