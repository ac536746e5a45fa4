"""The vocabulary for describing a cell's drawing: nodes with positions, and edges with corners.

Symbols and names come from the table of signals; the press draws the description.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lstmgallery.cells.table import CellKind

Shape = Literal["word", "gate", "pill", "circle"]
Spot = tuple[float, float]

WIDTH = 528  # at 358 px, the width of a phone's column, the smallest text is 10 px high
HALVES: dict[Shape, Spot] = {"word": (16, 14), "gate": (27, 19), "pill": (23, 13), "circle": (14, 14)}
LINE = 76  # y of the memory line, which runs from left to right


@dataclass(frozen=True)
class Node:
    """One computation, labelled `text`; `signal` is the key of the signal it makes or contributes to.

    A `word` labels an input or output at the edge of the drawing.
    """

    key: str
    x: float
    y: float
    text: str
    shape: Shape
    signal: str = ""

    @property
    def half(self) -> Spot:
        """Half the width and height of its outline."""
        return HALVES[self.shape]

    @property
    def corner(self) -> float:
        """The radius of its outline's corners."""
        return 7 if self.shape == "gate" else self.half[1]


@dataclass(frozen=True)
class Edge:
    """A line from one node to another, through `corners`; with a `tap`, it branches off another line of its source.

    `is_over`: whether its last segment crosses above another line.
    """

    source: str
    target: str
    corners: tuple[Spot, ...] = ()
    tap: Spot | None = None
    is_over: bool = False
    is_peephole: bool = False


@dataclass(frozen=True)
class Label:
    """Text beside a node: a signal's symbol or a line of its name. `anchor` is SVG's `text-anchor`."""

    x: float
    y: float
    text: str
    signal: str
    is_symbol: bool
    anchor: Literal["start", "middle", "end"] = "start"


@dataclass(frozen=True)
class Description:
    """A drawing of one step of a cell, by key: its name, its parts and its height."""

    key: str
    title: str
    kind: CellKind
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    labels: tuple[Label, ...]
    height: int


def words(kind: CellKind, rows: Mapping[str, float]) -> Iterator[Node]:
    """Yield each state's symbol one step earlier, at the left, and now, at the right."""
    for key, y in rows.items():
        yield Node(f"earlier_{key}", 24, y, f"{kind[key].symbol}′", "word")
        yield Node(key, WIDTH - 24, y, kind[key].symbol, "word", key)


def gate(kind: CellKind, key: str, x: float, y: float) -> Node:
    """Return the node of a signal squashed from weighted sums, with the function in its formula."""
    return Node(key, x, y, kind.formula(key).partition("(")[0], "gate", key)


def name(
    kind: CellKind, key: str, x: float, y: float, *, anchor: Literal["start", "end"] = "start"
) -> tuple[Label, ...]:
    """Return a signal's symbol with its name below it, one word per line."""
    signal = kind[key]
    words = signal.name.split()
    return (
        Label(x, y, signal.symbol, key, is_symbol=True, anchor=anchor),
        *(Label(x, y + 16 * at, word, key, is_symbol=False, anchor=anchor) for at, word in enumerate(words, start=1)),
    )
