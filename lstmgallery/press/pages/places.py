"""Where a neuron of a network of text is strongest, for its page: passages shaded by its memory, and characters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from lstmgallery.desk.contexts import NEXT, READ
from lstmgallery.desk.results import Results
from lstmgallery.network import Place
from lstmgallery.press.marks.plots import Table
from lstmgallery.press.marks.running import RunningText, draw_running
from lstmgallery.press.marks.text import brief, number, thousands
from lstmgallery.press.marks.tokens import glyph

KINDS = {
    "strongest": ("Where it is strongest", "The passages in which its memory is largest in size."),
    "middle": ("Somewhere in between", "Places from the middle of its range: what it does when it is not at its best."),
    "random": ("At random", "Places that nobody chose."),
}


@dataclass(frozen=True)
class Gathered:
    """The passages of one kind of place."""

    title: str
    words: str
    texts: tuple[RunningText, ...]


@dataclass(frozen=True)
class PlacesView:
    """The places of one neuron; `range` is the extent of the shades in words."""

    range: tuple[str, str]
    groups: tuple[Gathered, ...]
    characters: tuple[Table, ...]


def view_places(results: Results, layer: int, neuron: int) -> PlacesView | None:
    """Return the places of a neuron of a network of text; None for any other network."""
    text = results.text
    if text is None:
        return None
    rows = text.contexts[layer, neuron]
    largest = max(1e-9, max(abs(value) for values in rows["values"] for value in values))
    groups = tuple(
        Gathered(title, words, tuple(_draw(text.passages, rows[rows["kind"] == kind], largest)))
        for kind, (title, words) in KINDS.items()
    )
    return PlacesView(
        (f"{brief(-largest)}", f"{brief(largest)}"),
        tuple(group for group in groups if group.texts),
        tuple(_characters(rows, when) for rows in _found(text.characters, layer, neuron) for when in (READ, NEXT)),
    )


def _found(tables: Mapping[Place, pd.DataFrame], layer: int, neuron: int) -> list[pd.DataFrame]:
    """Return the neuron's table; none if no character is read often enough."""
    return [tables[layer, neuron]] if (layer, neuron) in tables else []


def _draw(passages: tuple[str, ...], rows: pd.DataFrame, largest: float) -> Iterator[RunningText]:
    for row in rows.itertuples():
        passage, first, values = passages[row.passage], int(row.first), [*row.values]
        if first == 0:  # step 0 has read no character
            values = values[1:]
        start = max(first - 1, 0)
        part = passage[start : start + len(values)]
        ends = start + len(part) < len(passage)
        yield draw_running(part, values, low=-largest, high=largest, begins=start > 0, ends=ends)


def _characters(rows: pd.DataFrame, when: str) -> Table:
    """Return the characters that go with the extremes of the memory, the highest first."""
    head = "After reading" if when == READ else "Before"
    lines = tuple(
        (glyph(row.token), number(row.shift, 1), thousands(int(row.steps)))
        for row in rows[rows["when"] == when].itertuples()
    )
    return Table((head, "Memory, in standard deviations from its mean", "Steps"), lines)
