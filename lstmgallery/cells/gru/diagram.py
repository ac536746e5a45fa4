"""The drawing of one step of the GRU, and of cells with its lines."""

from lstmgallery.cells.diagram import LINE, Description, Edge, Label, Node, gate, name, words
from lstmgallery.cells.gru import KIND
from lstmgallery.cells.table import CellKind


def describe(kind: CellKind) -> Description:
    """Describe a cell with the signals of a GRU."""
    row, states, inputs = 236, 278, 298  # the row of gates, the lines that feed them with h′ and with x
    reset, candidate, update, out = 136, 244, 398, 452
    nodes = (
        *words(kind, {"hidden": LINE}),
        Node("input", 96, 358, "x", "word"),
        gate(kind, "reset_gate", reset, row),
        gate(kind, "candidate", candidate, row),
        gate(kind, "update_gate", update, row),
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
        Edge("look_back", "candidate", ((194, 142), (194, row))),
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
        *name(kind, "reset_gate", reset + 8, 178),
        *name(kind, "candidate", candidate + 8, 178),
        *name(kind, "update_gate", update - 8, 178, anchor="end"),
        Label(237, LINE - 11, kind["hidden"].name, "hidden", is_symbol=False, anchor="middle"),
    )
    return Description(kind.key, kind.heading, kind, nodes, edges, labels, height=384)


DIAGRAMS = (describe(KIND),)
