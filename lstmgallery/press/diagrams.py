"""The data flow of one step of a cell, as a drawing: what goes into each signal, and what it is made into.

A drawing is described by its nodes, with places in the units of the drawing, and its edges, with the corners they
turn; symbols and names come from the table of signals. Everything else, the text alternative included, follows from
that description. Lines end at the outline of a node, so that nodes can be moved without touching an edge.

Letters as in the table of signals: x input, h hidden state, c cell state, g candidate, i f o z r gates, a prime for
the value one step earlier.
"""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lstmgallery.signals import GRU, LSTM, CellKind

Cell = Literal["lstm", "gru", "peephole"]
Shape = Literal["word", "gate", "pill", "circle"]
Spot = tuple[float, float]

WIDTH = 528  # at 358 px, the width of a phone's column, the smallest text is 10 px high
TEXT = 14.8  # height of the smallest text
HALVES: dict[Shape, Spot] = {"word": (16, 14), "gate": (27, 19), "pill": (23, 13), "circle": (14, 14)}
ARROW: Spot = (8, 3.6)  # length, half the width
CLEARANCE = 5.0  # what stays of a crossed line at the corners of the line above it
LINE = 76  # where the memory runs, from left to right
TITLES = {"lstm": "LSTM", "gru": "GRU", "peephole": "LSTM with peepholes"}


@dataclass(frozen=True)
class Node:
    """What is computed at one place: `text` stands in it, `signal` is the key of the signal it makes or helps to make.

    A `word` stands at the edge of the drawing: what comes in or goes out.
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
    """A line from one node to another, around `corners`; it leaves another line of its source at `tap`, if given.

    `is_over` where its last stretch crosses another line, above it.
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
class Line:
    """An edge as it is drawn: its points, its arrow head, the stretch that has to be cleared for it where it crosses
    another line, and the dot where it leaves one."""

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
    """Lines that look alike, drawn as one path in which each stretch stands once: a line drawn twice looks heavier."""

    lines: tuple[Line, ...]
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
class Diagram:
    """A drawing of a cell; `highlight` are the signals that stand out, `summary` is its text alternative."""

    title: str
    width: int
    height: int
    frame: tuple[float, float, float, float]  # x, y, width and height of what encloses the cell
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    layers: tuple[Layer, ...]  # the last lies on top
    labels: tuple[Label, ...]
    highlight: frozenset[str]
    summary: str


def draw_cell(cell: Cell, *, highlight: Collection[str] = ()) -> Diagram:
    """Draw one step of a cell. `highlight`: the keys of signals whose nodes and edges stand out from the rest."""
    kind = GRU if cell == "gru" else LSTM
    if unknown := sorted(set(highlight) - set(kind.keys)):
        raise ValueError(f"expected signals of {kind.title} ({', '.join(kind.keys)}), found {unknown[0]!r}")
    nodes, edges, labels, height = _gru() if cell == "gru" else _lstm(with_peepholes=cell == "peephole")
    places = {node.key: node for node in nodes}
    lines = [_draw_edge(edge, places, highlight) for edge in edges]
    return Diagram(
        title=TITLES[cell],
        width=WIDTH,
        height=height,
        frame=(48, 34, WIDTH - 96, height - 82),
        nodes=nodes,
        edges=edges,
        layers=tuple(_layers(lines)),
        labels=labels,
        highlight=frozenset(highlight),
        summary=f"{TITLES[cell]}, one step. {' '.join(sentences(kind, nodes, edges))}",
    )


def sentences(kind: CellKind, nodes: Collection[Node], edges: Collection[Edge]) -> Iterator[str]:
    """Yield what each signal is made of, as the edges have it: “Cell state c = f·c′ + i·g.”"""
    for signal in sorted(kind.signals, key=lambda signal: signal.key in kind.state):
        yield f"{signal.name} {signal.symbol} = {formula(kind, signal.key, nodes, edges)}."


def formula(kind: CellKind, signal: str, nodes: Collection[Node], edges: Collection[Edge]) -> str:
    """Return what a signal is made of, read off the edges backwards: `f·c′ + i·g`, or `σ(x, h′)`."""
    places = {node.key: node for node in nodes}

    def inputs_of(key: str) -> list[str]:
        return [term_of(edge.source) for edge in edges if edge.target == key]

    def term_of(key: str) -> str:
        node = places[key]
        if node.shape == "gate":
            return kind[key].symbol
        if node.shape == "word":
            return node.text
        outputs = [edge.target for edge in edges if edge.source == key and places[edge.target].shape == "word"]
        return places[outputs[0]].text if outputs else made_by(node)

    def made_by(node: Node) -> str:
        inputs = inputs_of(node.key)
        if node.shape == "gate" or node.text == "tanh":
            return f"{node.text}({', '.join(inputs)})"
        if node.text == "1−":
            return f"(1 − {inputs[0]})"
        return "·".join(inputs) if node.text == "×" else " + ".join(inputs)

    node = places[signal]
    if node.shape == "word":  # made by what leads to it
        node = places[next(edge.source for edge in edges if edge.target == signal)]
    return made_by(node)


Description = tuple[tuple[Node, ...], tuple[Edge, ...], tuple[Label, ...], int]


def _lstm(*, with_peepholes: bool) -> Description:
    gates, bus, out = 236, 286, 448  # the row of gates, the line that feeds them, the column that leads out
    forget, write, candidate, show = 116, 192, 280, 384
    nodes = (
        *_words(LSTM, {"cell": LINE, "hidden": bus}),
        Node("input", 84, 346, "x", "word"),
        _gate(LSTM, "forget_gate", forget, gates),
        _gate(LSTM, "input_gate", write, gates),
        _gate(LSTM, "candidate", candidate, gates),
        _gate(LSTM, "output_gate", show, gates),
        Node("keep", forget, LINE, "×", "circle", "cell"),
        Node("let_in", candidate, 142, "×", "circle", "cell"),
        Node("add", candidate, LINE, "+", "circle", "cell"),
        Node("squash", out, 114, "tanh", "pill", "hidden"),
        Node("let_out", out, 158, "×", "circle", "hidden"),
    )
    fed = {"forget_gate": forget, "input_gate": write, "candidate": candidate, "output_gate": show}
    edges = (
        *(Edge("input", key, ((84, bus), (x, bus))) for key, x in fed.items()),
        *(Edge("earlier_hidden", key, ((x, bus),)) for key, x in fed.items()),
        Edge("forget_gate", "keep", is_over=with_peepholes),
        Edge("earlier_cell", "keep"),
        Edge("keep", "add"),
        Edge("input_gate", "let_in", ((write, 142),)),
        Edge("candidate", "let_in"),
        Edge("let_in", "add"),
        Edge("add", "cell"),
        Edge("output_gate", "let_out", ((show, 158),)),
        Edge("add", "squash", tap=(out, LINE)),
        Edge("squash", "let_out"),
        Edge("let_out", "hidden", ((out, bus),)),
    )
    # Gers and Schmidhuber 2000: the earlier cell state decides on what is kept and written, the new on what is shown.
    peepholes = (
        Edge("earlier_cell", "forget_gate", ((70, gates),), tap=(70, LINE), is_peephole=True),
        Edge("earlier_cell", "input_gate", ((70, 108), (write - 14, 108)), tap=(70, LINE), is_peephole=True),
        Edge("add", "output_gate", tap=(show - 14, LINE), is_peephole=True),
    )
    labels = (
        *_name(LSTM, "forget_gate", forget + 8, 178),
        *_name(LSTM, "input_gate", write + 8, 178),
        *_name(LSTM, "candidate", candidate + 8, 178),
        *_name(LSTM, "output_gate", show + 8, 178),
        Label(342, LINE - 11, LSTM["cell"].name, "cell", is_symbol=False, anchor="middle"),
        Label(470, bus + 21, LSTM["hidden"].name, "hidden", is_symbol=False, anchor="end"),
    )
    return nodes, (*edges, *(peepholes if with_peepholes else ())), labels, 372


def _gru() -> Description:
    gates, states, inputs = 236, 278, 298  # the row of gates, the lines that feed them with h′ and with x
    reset, candidate, update, out = 136, 244, 398, 452
    nodes = (
        *_words(GRU, {"hidden": LINE}),
        Node("input", 96, 358, "x", "word"),
        _gate(GRU, "reset_gate", reset, gates),
        _gate(GRU, "candidate", candidate, gates),
        _gate(GRU, "update_gate", update, gates),
        Node("look_back", reset, 142, "×", "circle", "candidate"),
        Node("keep", update, LINE, "×", "circle", "hidden"),
        Node("rest", out, 188, "1−", "circle", "hidden"),
        Node("let_in", out, 130, "×", "circle", "hidden"),
        Node("add", out, LINE, "+", "circle", "hidden"),
    )
    edges = (
        Edge("input", "reset_gate", ((96, inputs), (reset + 9, inputs)), is_over=True),
        Edge("earlier_hidden", "reset_gate", ((70, states), (reset - 9, states)), tap=(70, LINE)),
        Edge("input", "candidate", ((96, inputs), (candidate, inputs)), is_over=True),
        Edge("input", "update_gate", ((96, inputs), (update + 9, inputs)), is_over=True),
        Edge("earlier_hidden", "update_gate", ((70, states), (update - 9, states)), tap=(70, LINE)),
        Edge("reset_gate", "look_back"),
        Edge("earlier_hidden", "look_back", ((70, 142),), tap=(70, LINE)),
        Edge("look_back", "candidate", ((194, 142), (194, gates))),
        Edge("update_gate", "keep"),
        Edge("earlier_hidden", "keep"),
        Edge("keep", "add"),
        Edge("update_gate", "rest", tap=(update, 188)),
        Edge("rest", "let_in"),
        Edge("candidate", "let_in", ((candidate, 130),), is_over=True),
        Edge("let_in", "add"),
        Edge("add", "hidden"),
    )
    labels = (
        *_name(GRU, "reset_gate", reset + 8, 178),
        *_name(GRU, "candidate", candidate + 8, 178),
        *_name(GRU, "update_gate", update - 8, 178, anchor="end"),
        Label(237, LINE - 11, GRU["hidden"].name, "hidden", is_symbol=False, anchor="middle"),
    )
    return nodes, edges, labels, 384


def _words(kind: CellKind, rows: Mapping[str, float]) -> Iterator[Node]:
    """Yield what a state is called one step earlier, at the left, and now, at the right."""
    for key, y in rows.items():
        yield Node(f"earlier_{key}", 24, y, f"{kind[key].symbol}′", "word")
        yield Node(key, WIDTH - 24, y, kind[key].symbol, "word", key)


def _gate(kind: CellKind, key: str, x: float, y: float) -> Node:
    """Return the node of a signal that is squashed from weighted sums; the function is that of its formula."""
    return Node(key, x, y, kind[key].formula.partition("(")[0], "gate", key)


def _name(
    kind: CellKind, key: str, x: float, y: float, *, anchor: Literal["start", "end"] = "start"
) -> tuple[Label, ...]:
    """Return a signal's symbol with its name below it, a word a line."""
    signal = kind[key]
    words = signal.name.split()
    return (
        Label(x, y, signal.symbol, key, is_symbol=True, anchor=anchor),
        *(Label(x, y + 16 * at, word, key, is_symbol=False, anchor=anchor) for at, word in enumerate(words, start=1)),
    )


def _draw_edge(edge: Edge, places: dict[str, Node], highlight: Collection[str]) -> Line:
    source, target = places[edge.source], places[edge.target]
    points = [edge.tap or (source.x, source.y), *edge.corners, (target.x, target.y)]
    points = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
    if len(points) > 1 and points[-2][0] != points[-1][0] and points[-2][1] != points[-1][1]:
        points[-1] = (points[-2][0], target.y)  # into the side of a gate beside its middle
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
    return Line(tuple(points), head, cleared, edge.tap, edge.is_peephole, is_lit)


def _leave(node: Node, towards: Spot, *, end: Spot | None = None) -> Spot:
    """Return where a line from a node's middle, or from `end` in it, towards a point of the same row or column leaves
    its outline."""
    x, y = end or (node.x, node.y)
    width, height = node.half
    return x + _sign(towards[0] - x) * width, y + _sign(towards[1] - y) * height


def _towards(start: Spot, end: Spot, length: float) -> Spot:
    """Return the point at `length` from `start` on the way to `end`, in the same row or column."""
    return start[0] + _sign(end[0] - start[0]) * length, start[1] + _sign(end[1] - start[1]) * length


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _layers(lines: Collection[Line]) -> Iterator[Layer]:
    """Yield lines that look alike together; those that cross others come last, and among them those that are lit."""

    def look(line: Line) -> tuple[bool, bool, bool]:
        return bool(line.cleared), line.is_lit, line.is_peephole

    for (_, is_lit, is_peephole), alike in itertools.groupby(sorted(lines, key=look), key=look):
        yield Layer(tuple(alike), is_peephole, is_lit)


def _undrawn(points: tuple[Spot, ...], drawn: Collection[Sequence[Spot]]) -> tuple[Spot, ...]:
    """Return a line without the stretch at its beginning that lies on lines already drawn."""
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
