"""The drawing of one step of the LSTM with peepholes."""

from lstmgallery.cells.diagram import LINE, Edge
from lstmgallery.cells.lstm.diagram import GATES, ROW, describe
from lstmgallery.cells.peephole import KIND

_BRANCH = (70, LINE)  # where the lines to the gates leave the old cell's
_PEEPHOLES = (
    Edge("earlier_cell", "forget_gate", ((70, ROW),), tap=_BRANCH, is_peephole=True),
    Edge("earlier_cell", "input_gate", ((70, 108), (GATES["input_gate"] - 14, 108)), tap=_BRANCH, is_peephole=True),
    Edge("add", "output_gate", tap=(GATES["output_gate"] - 14, LINE), is_peephole=True),
)

DIAGRAMS = (describe(KIND, _PEEPHOLES),)
