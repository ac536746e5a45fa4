"""Diagrams of cells show every signal, follow the table of signals, and are legible."""

import itertools
import re
from typing import NamedTuple

import pytest

from lstmgallery.cells.diagram import WIDTH, Label, Node
from lstmgallery.cells.table import CellKind
from lstmgallery.press.marks.diagrams import DIAGRAMS, TEXT, Diagram, draw_cell, formula
from lstmgallery.press.pages.rendering import THEME, environment

CELLS = tuple(DIAGRAMS)
LETTER_EM = 0.58  # the mean width of a letter in the widest of the fonts, DejaVu Sans
PHONE_PX = 358


class Box(NamedTuple):
    """A rectangle by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def kind_of(cell: str) -> CellKind:
    return DIAGRAMS[cell].kind


def box_of_node(node: Node) -> Box:
    width, height = node.half
    return Box(node.x - width, node.y - height, node.x + width, node.y + height)


def box_of_label(label: Label) -> Box:
    size = 20 if label.is_symbol else TEXT
    width = len(label.text) * LETTER_EM * size
    left = {"start": label.x, "middle": label.x - width / 2, "end": label.x - width}[label.anchor]
    return Box(left, label.y - 0.7 * size, left + width, label.y + (0 if label.is_symbol else 0.2 * size))


def boxes_of_lines(drawn: Diagram) -> list[Box]:
    """Return every segment of every line as a nearly flat box."""
    lines = [line.points for layer in drawn.layers for line in layer.lines]
    pairs = [pair for points in lines for pair in itertools.pairwise(points)]
    return [
        Box(min(a[0], b[0]) - 0.7, min(a[1], b[1]) - 0.7, max(a[0], b[0]) + 0.7, max(a[1], b[1]) + 0.7)
        for a, b in pairs
    ]


def updates_of(kind: CellKind) -> dict[str, str]:
    """Return the right side of each update of the table, in symbols."""
    return {
        update.signal: "".join(
            before + (kind[key].symbol if key else "") + ("′" if is_earlier else "")
            for before, key, is_earlier in update.pieces()
        )
        for update in kind.updates
    }


@pytest.mark.parametrize("cell", CELLS)
def test_every_signal_appears_with_its_symbol_and_its_name(cell: str) -> None:
    drawn = draw_cell(cell)
    words = " ".join(label.text for label in drawn.labels)
    symbols = {label.text for label in drawn.labels} | {node.text for node in drawn.nodes}
    for signal in kind_of(cell).signals:
        assert signal.symbol in symbols
        assert signal.name in words
        assert f"{signal.name} {signal.symbol} = " in drawn.summary


@pytest.mark.parametrize("cell", CELLS)
def test_every_edge_joins_two_nodes_and_every_node_has_an_edge(cell: str) -> None:
    drawn = draw_cell(cell)
    keys = [node.key for node in drawn.nodes]
    assert len(set(keys)) == len(keys)
    ends = {key for edge in drawn.edges for key in (edge.source, edge.target)}
    assert ends == set(keys)
    assert len({(edge.source, edge.target) for edge in drawn.edges}) == len(drawn.edges)


@pytest.mark.parametrize("cell", CELLS)
def test_the_updates_are_those_of_the_table_of_signals(cell: str) -> None:
    drawn, kind = draw_cell(cell), kind_of(cell)
    updates = updates_of(kind)
    assert {key: formula(kind, key, drawn.nodes, drawn.edges) for key in updates} == updates


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("lstm", {"input_gate": "σ(x, h′)", "candidate": "tanh(x, h′)", "output_gate": "σ(x, h′)"}),
        ("gru", {"reset_gate": "σ(x, h′)", "update_gate": "σ(x, h′)", "candidate": "tanh(x, r·h′)"}),
        ("coupled", {"input_gate": "σ(x, h′)", "forget_gate": "1 − i", "cell": "f·c′ + i·g"}),
        ("gru_reset_first", {"reset_gate": "σ(x, h′)", "candidate": "tanh(x, r·h′)"}),
        ("rnn", {"hidden": "tanh(x, h′)"}),
        ("peephole", {"input_gate": "σ(x, h′, c′)", "forget_gate": "σ(x, h′, c′)", "output_gate": "σ(x, h′, c)"}),
    ],
)
def test_gates_and_candidate_read_what_their_cell_lets_them(cell: str, expected: dict[str, str]) -> None:
    drawn = draw_cell(cell)
    assert {key: formula(kind_of(cell), key, drawn.nodes, drawn.edges) for key in expected} == expected


def test_the_text_alternative_is_the_data_flow_in_words() -> None:
    assert draw_cell("gru").summary == (
        "GRU, one step. Candidate memory g = tanh(x, r·h′). Update gate z = σ(x, h′). Reset gate r = σ(x, h′). "
        "Hidden state h = z·h′ + (1 − z)·g."
    )


@pytest.mark.parametrize("cell", CELLS)
def test_no_text_overlaps_another_or_a_node_or_a_line(cell: str) -> None:
    drawn = draw_cell(cell)
    labels = {label.text: box_of_label(label) for label in drawn.labels if label.text != "gate"}
    labels |= {f"gate {at}": box_of_label(label) for at, label in enumerate(drawn.labels) if label.text == "gate"}
    nodes = {node.key: box_of_node(node) for node in drawn.nodes}
    clashes = [pair for pair in itertools.combinations(labels, 2) if labels[pair[0]].overlaps(labels[pair[1]])]
    clashes += [pair for pair in itertools.product(labels, nodes) if labels[pair[0]].overlaps(nodes[pair[1]])]
    clashes += [pair for pair in itertools.combinations(nodes, 2) if nodes[pair[0]].overlaps(nodes[pair[1]])]
    assert clashes == []
    lines = boxes_of_lines(drawn)
    assert [label for label, box in labels.items() if any(box.overlaps(line) for line in lines)] == []


@pytest.mark.parametrize("cell", CELLS)
def test_lines_run_along_rows_and_columns_and_stay_inside(cell: str) -> None:
    drawn = draw_cell(cell)
    for line in (line for layer in drawn.layers for line in layer.lines):
        for (x, y), (next_x, next_y) in itertools.pairwise(line.points):
            assert x == next_x or y == next_y
        assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in (*line.points, *line.head))
    for box in [*map(box_of_node, drawn.nodes), *map(box_of_label, drawn.labels)]:
        assert 0 <= box.left < box.right <= drawn.width
        assert 0 <= box.top < box.bottom <= drawn.height


@pytest.mark.parametrize("cell", CELLS)
def test_lines_end_at_the_outline_of_their_node_and_begin_at_theirs_or_on_a_line(cell: str) -> None:
    drawn = draw_cell(cell)
    nodes = {node.key: box_of_node(node) for node in drawn.nodes}
    tips = {line.head[0] for layer in drawn.layers for line in layer.lines}
    for edge in drawn.edges:
        left, top, right, bottom = nodes[edge.target]
        on_outline = [(x, y) for x, y in tips if left <= x <= right and top <= y <= bottom]
        assert on_outline, edge
        assert all(x in (left, right) or y in (top, bottom) for x, y in on_outline)
    lines = boxes_of_lines(drawn)
    dots = [line.dot for layer in drawn.layers for line in layer.lines if line.dot]
    assert all(any(Box(x - 0.1, y - 0.1, x + 0.1, y + 0.1).overlaps(line) for line in lines) for x, y in dots)


def test_no_stretch_is_drawn_twice() -> None:
    (layer,) = draw_cell("lstm").layers
    stretches = []
    for part in layer.path.split("M")[1:]:
        points = [tuple(map(float, point.split())) for point in part.split("L")]
        stretches += [frozenset(pair) for pair in itertools.pairwise(points)]
    assert len(set(stretches)) == len(stretches)
    assert layer.path.count("84 286 L116 286") == 1


def test_what_is_highlighted_is_a_signals_nodes_and_their_edges() -> None:
    drawn = draw_cell("lstm", highlight={"forget_gate"})
    assert [node.key for node in drawn.nodes if node.signal in drawn.highlight] == ["forget_gate"]
    lit = [line for layer in drawn.layers if layer.is_lit for line in layer.lines]
    assert len(lit) == len([edge for edge in drawn.edges if "forget_gate" in (edge.source, edge.target)]) == 3
    assert draw_cell("lstm").highlight == frozenset()
    assert not any(layer.is_lit for layer in draw_cell("lstm").layers)


def test_a_signal_that_the_cell_does_not_have_cannot_be_highlighted() -> None:
    with pytest.raises(ValueError, match=r"expected signals of GRU \(hidden, .*\), found 'cell'"):
        draw_cell("gru", highlight=["cell"])


def test_text_can_be_read_in_the_column_of_a_phone() -> None:
    assert TEXT * PHONE_PX / WIDTH >= 10
    styles = (THEME / "styles" / "marks.css").read_text(encoding="utf-8")
    assert ".diagram {" in styles
    assert f"font: {TEXT}px var(--sans)" in styles


@pytest.mark.parametrize("cell", CELLS)
def test_a_diagram_is_an_image_with_classes_and_no_style_of_its_own(cell: str) -> None:
    part = {"drawn": draw_cell(cell, highlight=["hidden"])}
    html = environment().get_template("marks/cell.html").render(part=part)
    assert '<svg class="diagram has-highlight" viewBox=' in html
    assert f'role="img" aria-label="{draw_cell(cell).summary}"' in html
    assert re.search(r'style=|fill=|stroke=|id="', html) is None
