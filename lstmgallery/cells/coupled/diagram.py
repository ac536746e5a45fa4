"""The drawing of one step of the LSTM with coupled gates."""

from lstmgallery.cells.coupled import KIND
from lstmgallery.cells.diagram import LINE, Description, Edge, Label, Node, gate, name, words


def _describe() -> Description:
    row, bus, out = 236, 286, 448  # the row of gates, the line that feeds them, the output column
    forget, write, candidate, show = 126, 192, 280, 384
    fed = {"input_gate": write, "candidate": candidate, "output_gate": show}
    nodes = (
        *words(KIND, {"cell": LINE, "hidden": bus}),
        Node("input", 84, 346, "x", "word"),
        *(gate(KIND, key, x, row) for key, x in fed.items()),
        Node("forget_gate", forget, 142, "1−", "circle", "forget_gate"),
        Node("keep", forget, LINE, "×", "circle", "cell"),
        Node("let_in", candidate, 142, "×", "circle", "cell"),
        Node("add", candidate, LINE, "+", "circle", "cell"),
        Node("squash", out, 114, "tanh", "pill", "hidden"),
        Node("let_out", out, 158, "×", "circle", "hidden"),
    )
    edges = (
        *(Edge("input", key, ((84, bus), (x, bus))) for key, x in fed.items()),
        *(Edge("earlier_hidden", key, ((x, bus),)) for key, x in fed.items()),
        Edge("input_gate", "forget_gate", ((write, 142),)),
        Edge("forget_gate", "keep"),
        Edge("earlier_cell", "keep"),
        Edge("keep", "add"),
        Edge("input_gate", "let_in", tap=(write, 142)),
        Edge("candidate", "let_in"),
        Edge("let_in", "add"),
        Edge("add", "cell"),
        Edge("output_gate", "let_out", ((show, 158),)),
        Edge("add", "squash", tap=(out, LINE)),
        Edge("squash", "let_out"),
        Edge("let_out", "hidden", ((out, bus),)),
    )
    labels = (
        *name(KIND, "forget_gate", forget - 20, 128, anchor="end"),
        *(label for key, x in fed.items() for label in name(KIND, key, x + 8, 178)),
        Label(342, LINE - 11, KIND["cell"].name, "cell", is_symbol=False, anchor="middle"),
        Label(470, bus + 21, KIND["hidden"].name, "hidden", is_symbol=False, anchor="end"),
    )
    return Description("coupled", KIND.heading, KIND, nodes, edges, labels, height=372)


DIAGRAMS = (_describe(),)
