"""The drawing of one step of the LSTM, and of cells that add lines to it."""

from lstmgallery.cells.diagram import LINE, Description, Edge, Label, Node, gate, name, words
from lstmgallery.cells.lstm import KIND
from lstmgallery.cells.table import CellKind

ROW = 236  # y of the gates
GATES = {"forget_gate": 116, "input_gate": 192, "candidate": 280, "output_gate": 384}  # x of each


def describe(kind: CellKind, peepholes: tuple[Edge, ...] = ()) -> Description:
    """Describe a cell with the signals of an LSTM, with lines from the cell to the gates."""
    bus, out = 286, 448  # the line that feeds the gates, the output column
    nodes = (
        *words(kind, {"cell": LINE, "hidden": bus}),
        Node("input", 84, 346, "x", "word"),
        *(gate(kind, key, x, ROW) for key, x in GATES.items()),
        Node("keep", GATES["forget_gate"], LINE, "×", "circle", "cell"),
        Node("let_in", GATES["candidate"], 142, "×", "circle", "cell"),
        Node("add", GATES["candidate"], LINE, "+", "circle", "cell"),
        Node("squash", out, 114, "tanh", "pill", "hidden"),
        Node("let_out", out, 158, "×", "circle", "hidden"),
    )
    edges = (
        *(Edge("input", key, ((84, bus), (x, bus))) for key, x in GATES.items()),
        *(Edge("earlier_hidden", key, ((x, bus),)) for key, x in GATES.items()),
        Edge("forget_gate", "keep", is_over=bool(peepholes)),
        Edge("earlier_cell", "keep"),
        Edge("keep", "add"),
        Edge("input_gate", "let_in", ((GATES["input_gate"], 142),)),
        Edge("candidate", "let_in"),
        Edge("let_in", "add"),
        Edge("add", "cell"),
        Edge("output_gate", "let_out", ((GATES["output_gate"], 158),)),
        Edge("add", "squash", tap=(out, LINE)),
        Edge("squash", "let_out"),
        Edge("let_out", "hidden", ((out, bus),)),
        *peepholes,
    )
    labels = (
        *(label for key, x in GATES.items() for label in name(kind, key, x + 8, 178)),
        Label(342, LINE - 11, kind["cell"].name, "cell", is_symbol=False, anchor="middle"),
        Label(470, bus + 21, kind["hidden"].name, "hidden", is_symbol=False, anchor="end"),
    )
    return Description(kind.key, kind.heading, kind, nodes, edges, labels, height=372)


DIAGRAMS = (describe(KIND),)
