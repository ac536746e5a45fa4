"""The GRU of Cho et al. 2014 with the reset gate applied after the matrix product, the Keras default."""

from lstmgallery.cells.table import CANDIDATE, HIDDEN, CellKind, Signal, Update

KIND = CellKind(
    key="gru",
    title="GRU",
    article="a",
    signals=(
        Signal("hidden", "h", "Hidden state", -1.0, 1.0, "memory", None, HIDDEN),
        Signal("candidate", "g", "Candidate memory", -1.0, 1.0, "memory", "tanh(W x + b + r·(U h′ + b))", CANDIDATE),
        Signal(
            "update_gate",
            "z",
            "Update gate",
            0.0,
            1.0,
            "gate",
            "σ(W x + U h′ + b)",
            "How much of the old state is kept: 1 keeps all of it, 0 replaces it with the candidate.",
        ),
        Signal(
            "reset_gate",
            "r",
            "Reset gate",
            0.0,
            1.0,
            "gate",
            "σ(W x + U h′ + b)",
            "How much of the old state the candidate sees: 0 none of it, 1 all of it.",
        ),
    ),
    updates=(Update("hidden", "{update_gate}·{hidden'} + (1 − {update_gate})·{candidate}"),),
    memory="hidden",
    state=("hidden",),
    columns=("update_gate", "reset_gate", "candidate"),
    begins_open=(),
    biases=2,
)
