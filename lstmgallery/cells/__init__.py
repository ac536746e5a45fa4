"""The kinds of recurrent cells: a folder each, and one line here.

A folder holds the table (`__init__`), the Keras layer (`layer`, imported only by the lab), one step hand-written in
NumPy (`reference`, the oracle), one step for the browser (`step.js`) and the drawings (`diagram`). It may hold a fast
form for training on text (`fast`, imported only by the lab). Lab, desk and press each import the part they need by the
key of the kind, so changing one kind leaves the results of the others current.
"""

from typing import TYPE_CHECKING, Literal

from lstmgallery.cells import coupled, gru, gru_reset_first, lstm, peephole, rnn
from lstmgallery.cells.table import CellKind

_CELLS = (lstm, gru, peephole, coupled, gru_reset_first, rnn)
CELL_KINDS: dict[str, CellKind] = {cell.KIND.key: cell.KIND for cell in _CELLS}

if TYPE_CHECKING:
    CellKey = str
else:
    CellKey = Literal[*CELL_KINDS]
