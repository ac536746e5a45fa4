"""The LSTM of Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, as in Keras."""

from lstmgallery.cells.table import CANDIDATE, HIDDEN, CellKind, Signal, Update

KIND = CellKind(
    key="lstm",
    title="LSTM",
    article="an",
    signals=(
        Signal(
            "cell",
            "c",
            "Cell state",
            None,
            None,
            "memory",
            None,
            "The long-term memory: the part kept from the step before, plus the part newly written.",
        ),
        Signal("hidden", "h", "Hidden state", -1.0, 1.0, "memory", None, HIDDEN),
        Signal("candidate", "g", "Candidate memory", -1.0, 1.0, "memory", "tanh(W x + U h′ + b)", CANDIDATE),
        Signal(
            "input_gate",
            "i",
            "Input gate",
            0.0,
            1.0,
            "gate",
            "σ(W x + U h′ + b)",
            "How much of the candidate is written: 0 ignores this step, 1 writes all of it.",
        ),
        Signal(
            "forget_gate",
            "f",
            "Forget gate",
            0.0,
            1.0,
            "gate",
            "σ(W x + U h′ + b)",
            "How much of the old cell state is kept: 0 wipes it, 1 keeps all of it.",
        ),
        Signal(
            "output_gate",
            "o",
            "Output gate",
            0.0,
            1.0,
            "gate",
            "σ(W x + U h′ + b)",
            "How much of the memory is shown: 0 hides it, 1 shows all of it.",
        ),
    ),
    updates=(
        Update("cell", "{forget_gate}·{cell'} + {input_gate}·{candidate}"),
        Update("hidden", "{output_gate}·tanh({cell})"),
    ),
    memory="cell",
    state=("hidden", "cell"),
    columns=("input_gate", "forget_gate", "candidate", "output_gate"),
    begins_open=("forget_gate",),  # Jozefowicz, Zaremba and Sutskever 2015
    biases=1,
)
