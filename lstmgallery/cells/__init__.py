"""The kinds of recurrent cells: a folder each, and one line here.

A folder has its table (`__init__`), its Keras layer (`layer`, imported by the lab alone), one step in NumPy by hand
(`reference`, the oracle), one step in the browser (`step.js`) and its drawings (`diagram`). Lab, desk and press each
import the part that they need by the key of the kind, so that a change to one leaves the results of others as they are.
"""

from typing import TYPE_CHECKING, Literal

from lstmgallery.cells import gru, lstm
from lstmgallery.cells.table import CellKind

CELL_KINDS: dict[str, CellKind] = {cell.KIND.key: cell.KIND for cell in (lstm, gru)}

if TYPE_CHECKING:
    CellKey = str
else:
    CellKey = Literal[*CELL_KINDS]
