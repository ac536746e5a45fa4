"""The drawing of one step of the LSTM, without peepholes and with them."""

from lstmgallery.cells.diagram import LINE, Description, Edge, Label, Node, gate, name, words
from lstmgallery.cells.lstm import KIND


def _describe(key: str, title: str, *, with_peepholes: bool) -> Description:
    row, bus, out = 236, 286, 448  # the row of gates, the line that feeds them, the output column
    forget, write, candidate, show = 116, 192, 280, 384
    nodes = (
        *words(KIND, {"cell": LINE, "hidden": bus}),
        Node("input", 84, 346, "x", "word"),
        gate(KIND, "forget_gate", forget, row),
        gate(KIND, "input_gate", write, row),
        gate(KIND, "candidate", candidate, row),
        gate(KIND, "output_gate", show, row),
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
    # Gers and Schmidhuber 2000: the previous cell state feeds the forget and input gates, the new one the output gate.
    peepholes = (
        Edge("earlier_cell", "forget_gate", ((70, row),), tap=(70, LINE), is_peephole=True),
        Edge("earlier_cell", "input_gate", ((70, 108), (write - 14, 108)), tap=(70, LINE), is_peephole=True),
        Edge("add", "output_gate", tap=(show - 14, LINE), is_peephole=True),
    )
    labels = (
        *name(KIND, "forget_gate", forget + 8, 178),
        *name(KIND, "input_gate", write + 8, 178),
        *name(KIND, "candidate", candidate + 8, 178),
        *name(KIND, "output_gate", show + 8, 178),
        Label(342, LINE - 11, KIND["cell"].name, "cell", is_symbol=False, anchor="middle"),
        Label(470, bus + 21, KIND["hidden"].name, "hidden", is_symbol=False, anchor="end"),
    )
    edges += peepholes if with_peepholes else ()
    return Description(key, title, KIND, nodes, edges, labels, height=372)


DIAGRAMS = (
    _describe("lstm", KIND.title, with_peepholes=False),
    _describe("peephole", "LSTM with peepholes", with_peepholes=True),
)
