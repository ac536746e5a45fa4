"""The GRU of Cho et al. 2014 with the reset gate applied before the matrix product: Keras's `reset_after=False`."""

from dataclasses import replace

from lstmgallery.cells.gru import KIND as GRU

_FORMULAS = {"candidate": "tanh(W x + U (r·h′) + b)"}

KIND = replace(
    GRU,
    key="gru_reset_first",
    title="reset-first GRU",
    signals=tuple(replace(signal, formula=_FORMULAS.get(signal.key, signal.formula)) for signal in GRU.signals),
    biases=1,
)
