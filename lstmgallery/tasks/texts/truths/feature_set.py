"""A set of features of text, and spans of characters as values of every step.

Step k has read k characters, so its value is about the last of them, text[k - 1]; step 0 has read none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lstmgallery.tasks.task import NO, YES, Feature

Span = tuple[int, int]  # of characters, the end excluded
Marks = Mapping[str, tuple[Span, ...]]  # the spans of yes/no features that somebody marked


@dataclass(frozen=True)
class FeatureSet:
    """Features that a text of some kind has; `truth` returns one value a step of each of them: len(text) + 1."""

    key: str
    features: tuple[Feature, ...]
    truth: Callable[[str], dict[str, list[Any]]]


def flag(key: str, sentence: str, words: str) -> Feature:
    """Return a yes/no feature; `words` complete “it is ...”."""
    clauses = {YES: f"it is {words}", NO: f"it is not {words}"}
    return Feature(key, "category", sentence, "{}", (YES, NO), clauses)


def flag_values(length: int, spans: Iterable[Span]) -> list[Any]:
    """Return yes at every step whose character is in a span, else no."""
    values: list[Any] = [NO] * (length + 1)
    for start, stop in spans:
        values[start + 1 : stop + 1] = [YES] * (stop - start)
    return values


def positions(length: int, spans: Iterable[Span]) -> list[Any]:
    """Return the number of characters of its span read at every step, from 1; None outside of spans."""
    values: list[Any] = [None] * (length + 1)
    for start, stop in spans:
        values[start + 1 : stop + 1] = range(1, stop - start + 1)
    return values


def outside(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return the spans that share no character with one of `taken`."""
    occupied = {at for start, stop in taken for at in range(start, stop)}
    return [(start, stop) for start, stop in spans if occupied.isdisjoint(range(start, stop))]
