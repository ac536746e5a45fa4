"""The drawing of one step of the GRU with the reset gate before the matrix product.

Its lines are those of the GRU: both forms differ in what the candidate's gate does with the state that it reads.
"""

from lstmgallery.cells.gru.diagram import describe
from lstmgallery.cells.gru_reset_first import KIND

DIAGRAMS = (describe(KIND),)
