"""Draw the data flow of one step of a cell: the inputs and uses of each signal.

A cell describes its drawing (`cells/<kind>/diagram.py`): its nodes, with positions in the units of the drawing, and its
edges, with their corners. Everything else, the text alternative included, follows from that description. Lines end at
the outline of a node, so nodes can be moved without editing an edge.

Letters as in the table of signals: x input, h hidden state, c cell state, g candidate, i f o z r gates, a prime for
the value one step earlier.
"""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import ClassVar

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.diagram import WIDTH, Description, Edge, Label, Node, Spot
from lstmgallery.cells.table import CellKind
from lstmgallery.press.marks.mark import Mark

TEXT = 14.8  # height of the smallest text
ARROW: Spot = (8, 3.6)  # length, half the width
CLEARANCE = 5.0  # length left of a crossed line at the corners of the line above it


@dataclass(frozen=True)
class FlowLine:
    """A drawn edge: its points, its arrow head, the segment cleared for it where it crosses another line, and the
    dot where it branches off one."""

    points: tuple[Spot, ...]
    head: tuple[Spot, ...]
    cleared: tuple[Spot, ...]
    dot: Spot | None
    is_peephole: bool
    is_lit: bool

    @property
    def arrow(self) -> str:
        return " ".join(f"{x:g},{y:g}" for x, y in self.head)


@dataclass(frozen=True)
class Layer:
    """Lines of one style, drawn as a single path without repeated segments: a line drawn twice looks heavier."""

    lines: tuple[FlowLine, ...]
    is_peephole: bool
    is_lit: bool

    @property
    def path(self) -> str:
        drawn: list[tuple[Spot, ...]] = []
        for line in self.lines:
            drawn.append(_undrawn(_undrawn(line.points, drawn)[::-1], drawn)[::-1])
        return _path(points for points in drawn if len(points) > 1)

    @property
    def clearing(self) -> str:
        return _path(line.cleared for line in self.lines if line.cleared)


@dataclass(frozen=True)
class Diagram(Mark):
    """A drawing of a cell; `highlight` are the highlighted signals, `summary` is its text alternative."""

    title: str
    width: int
    height: int
    frame: tuple[float, float, float, float]  # x, y, width and height of the frame around the cell
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    layers: tuple[Layer, ...]  # the last lies on top
    labels: tuple[Label, ...]
    highlight: frozenset[str]
    summary: str
    overlays: Mapping[str, Layer] = field(default_factory=dict)  # the lines of each signal, if readers light them up

    name: ClassVar = "cell"

    @property
    def size(self) -> tuple[float, float]:
        return self.width, self.height

    @property
    def frame_height(self) -> int:
        return 420


DIAGRAMS: dict[str, Description] = {
    each.key: each for kind in CELL_KINDS for each in import_module(f"lstmgallery.cells.{kind}.diagram").DIAGRAMS
}


def draw_cell(cell: str, *, highlight: Collection[str] = (), is_linked: bool = False) -> Diagram:
    """Draw one step of a cell. `highlight`: the keys of signals whose nodes and edges are highlighted.

    `is_linked`: whether readers light up the lines of single signals, which are then drawn once more, out of sight.
    """
    described = DIAGRAMS[cell]
    kind, nodes, edges = described.kind, described.nodes, described.edges
    if unknown := sorted(set(highlight) - set(kind.keys)):
        raise ValueError(f"expected signals of {kind.title} ({', '.join(kind.keys)}), found {unknown[0]!r}")
    places = {node.key: node for node in nodes}
    lines = [_draw_edge(edge, places, highlight) for edge in edges]
    overlays = {key: _lines_of(key, edges, places) for key in kind.keys} if is_linked else {}
    return Diagram(
        title=described.title,
        width=WIDTH,
        height=described.height,
        frame=(48, 34, WIDTH - 96, described.height - 82),
        nodes=nodes,
        edges=edges,
        layers=tuple(_layers(lines)),
        labels=described.labels,
        highlight=frozenset(highlight),
        summary=f"{described.title}, one step. {' '.join(sentences(kind, nodes, edges))}",
        overlays=overlays,
    )


def _lines_of(signal: str, edges: Collection[Edge], places: dict[str, Node]) -> Layer:
    """Return the lines into and out of the nodes of a signal."""
    own = [edge for edge in edges if signal in (places[edge.source].signal, places[edge.target].signal)]
    return Layer(tuple(_draw_edge(edge, places, (signal,)) for edge in own), is_peephole=False, is_lit=True)


def sentences(kind: CellKind, nodes: Collection[Node], edges: Collection[Edge]) -> Iterator[str]:
    """Yield each signal's formula, read from the edges: “Cell state c = f·c′ + i·g.”"""
    for signal in sorted(kind.signals, key=lambda signal: signal.key in kind.state):
        yield f"{signal.name} {signal.symbol} = {formula(kind, signal.key, nodes, edges)}."


def formula(kind: CellKind, signal: str, nodes: Collection[Node], edges: Collection[Edge]) -> str:
    """Return a signal's formula, read backwards along the edges: `f·c′ + i·g`, or `σ(x, h′)`."""
    places = {node.key: node for node in nodes}

    def inputs_of(key: str) -> list[str]:
        return [term_of(edge.source) for edge in edges if edge.target == key]

    def term_of(key: str) -> str:
        node = places[key]
        if node.shape == "word":
            return node.text
        if key in kind.keys:
            return kind[key].symbol
        outputs = [edge.target for edge in edges if edge.source == key and places[edge.target].shape == "word"]
        made = places[outputs[0]].text if outputs else made_by(node)
        return f"({made})" if node.text == "1−" else made

    def made_by(node: Node) -> str:
        inputs = inputs_of(node.key)
        if node.shape == "gate" or node.text == "tanh":
            return f"{node.text}({', '.join(inputs)})"
        if node.text == "1−":
            return f"1 − {inputs[0]}"
        return "·".join(inputs) if node.text == "×" else " + ".join(inputs)

    node = places[signal]
    if node.shape == "word":  # computed by its source
        node = places[next(edge.source for edge in edges if edge.target == signal)]
    return made_by(node)


def _draw_edge(edge: Edge, places: dict[str, Node], highlight: Collection[str]) -> FlowLine:
    source, target = places[edge.source], places[edge.target]
    points = [edge.tap or (source.x, source.y), *edge.corners, (target.x, target.y)]
    points = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
    if len(points) > 1 and points[-2][0] != points[-1][0] and points[-2][1] != points[-1][1]:
        points[-1] = (points[-2][0], target.y)  # into the side of a gate, off its middle
    if edge.tap is None:
        points[0] = _leave(source, points[1])
    points[-1] = _leave(target, points[-2], end=points[-1])
    before, tip = points[-2], points[-1]
    along = (_sign(tip[0] - before[0]), _sign(tip[1] - before[1]))
    length, half = ARROW
    base = (tip[0] - along[0] * length, tip[1] - along[1] * length)
    head = (
        tip,
        (base[0] - along[1] * half, base[1] + along[0] * half),
        (base[0] + along[1] * half, base[1] - along[0] * half),
    )
    points[-1] = base
    cleared = (_towards(before, tip, CLEARANCE), _towards(base, before, CLEARANCE)) if edge.is_over else ()
    is_lit = bool({source.signal, target.signal} & set(highlight))
    return FlowLine(tuple(points), head, cleared, edge.tap, edge.is_peephole, is_lit)


def _leave(node: Node, towards: Spot, *, end: Spot | None = None) -> Spot:
    """Return the point on a node's outline crossed by a line from its middle, or from `end` inside it, towards a
    point in the same row or column."""
    x, y = end or (node.x, node.y)
    width, height = node.half
    return x + _sign(towards[0] - x) * width, y + _sign(towards[1] - y) * height


def _towards(start: Spot, end: Spot, length: float) -> Spot:
    """Return the point at distance `length` from `start` towards `end`, in the same row or column."""
    return start[0] + _sign(end[0] - start[0]) * length, start[1] + _sign(end[1] - start[1]) * length


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _layers(lines: Collection[FlowLine]) -> Iterator[Layer]:
    """Yield lines grouped by style; lines that cross others come last, highlighted ones at the very end."""

    def look(line: FlowLine) -> tuple[bool, bool, bool]:
        return bool(line.cleared), line.is_lit, line.is_peephole

    for (_, is_lit, is_peephole), alike in itertools.groupby(sorted(lines, key=look), key=look):
        yield Layer(tuple(alike), is_peephole, is_lit)


def _undrawn(points: tuple[Spot, ...], drawn: Collection[Sequence[Spot]]) -> tuple[Spot, ...]:
    """Return a line without the initial segment that overlaps lines already drawn."""
    left = list(points)
    while len(left) > 1:
        here, corner = left[0], left[1]
        x, y = _sign(corner[0] - here[0]), _sign(corner[1] - here[1])
        covered = 0.0
        for line in drawn:
            for ends in itertools.pairwise(line):
                along = sorted((end[0] - here[0]) * x + (end[1] - here[1]) * y for end in ends)
                is_in_row = all((end[0] - here[0]) * y == (end[1] - here[1]) * x == 0 for end in ends)
                if is_in_row and along[0] <= 0:
                    covered = max(covered, along[1])
        to_corner = (corner[0] - here[0]) * x + (corner[1] - here[1]) * y
        if covered >= to_corner:
            left.pop(0)
        elif covered > 0:
            left[0] = _towards(here, corner, covered)
        else:
            break
    return tuple(left)


def _path(lines: Iterable[Sequence[Spot]]) -> str:
    return " ".join("M" + " L".join(f"{x:g} {y:g}" for x, y in points) for points in lines)
