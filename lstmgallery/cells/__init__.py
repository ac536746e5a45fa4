"""The kinds of recurrent cells: a folder each, and one line here.

A folder holds the table (`__init__`), the Keras layer (`layer`, imported only by the lab), one step hand-written in
NumPy (`reference`, the oracle), one step for the browser (`step.js`) and the drawings (`diagram`). It may hold a fast
form for training on text (`fast`, imported only by the lab). Lab, desk and press each import the part they need by the
key of the kind, so changing one kind leaves the results of the others current.
"""

from typing import TYPE_CHECKING, Literal

from lstmgallery.cells import gru, lstm
from lstmgallery.cells.table import CellKind

CELL_KINDS: dict[str, CellKind] = {cell.KIND.key: cell.KIND for cell in (lstm, gru)}

if TYPE_CHECKING:
    CellKey = str
else:
    CellKey = Literal[*CELL_KINDS]
