"""The plain tanh RNN of Elman 1990, as in Keras: the cell that LSTMs were invented to improve on."""

from lstmgallery.cells.table import HIDDEN, CellKind, Signal

KIND = CellKind(
    key="rnn",
    title="plain RNN",
    article="a",
    signals=(Signal("hidden", "h", "Hidden state", -1.0, 1.0, "memory", "tanh(W x + U h′ + b)", HIDDEN),),
    updates=(),
    memory="hidden",
    state=("hidden",),
    columns=("hidden",),
    begins_open=(),
    biases=1,
)
