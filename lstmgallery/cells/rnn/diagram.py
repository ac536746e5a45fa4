"""The drawing of one step of the plain RNN."""

from lstmgallery.cells.diagram import LINE, WIDTH, Description, Edge, Label, Node, words
from lstmgallery.cells.rnn import KIND

_MIDDLE = WIDTH / 2
_NODES = (
    *words(KIND, {"hidden": LINE}),
    Node("input", _MIDDLE, 184, "x", "word"),
    Node("squash", _MIDDLE, LINE, "tanh", "gate", "hidden"),
)
_EDGES = (Edge("input", "squash"), Edge("earlier_hidden", "squash"), Edge("squash", "hidden"))
_LABELS = (Label(386, LINE - 11, KIND["hidden"].name, "hidden", is_symbol=False, anchor="middle"),)

DIAGRAMS = (Description("rnn", KIND.heading, KIND, _NODES, _EDGES, _LABELS, height=210),)
