"""The LSTM with coupled gates: it forgets as much as it writes, f = 1 - i (Greff et al. 2017).

Biases of the input gate start at minus one, so that the forget gate starts as that of the LSTM: σ(1) = 1 - σ(-1).
"""

from dataclasses import replace

from lstmgallery.cells.lstm import KIND as LSTM
from lstmgallery.cells.table import Update

_SENTENCES = {
    "input_gate": "How much of the cell state is replaced: 0 ignores this step, 1 writes the candidate over it.",
    "forget_gate": "How much of the old cell state is kept: what the input gate leaves.",
}
_FORMULAS = {"forget_gate": None}

KIND = replace(
    LSTM,
    key="coupled",
    title="coupled LSTM",
    article="a",
    signals=tuple(
        replace(
            signal,
            sentence=_SENTENCES.get(signal.key, signal.sentence),
            formula=_FORMULAS.get(signal.key, signal.formula),
        )
        for signal in LSTM.signals
    ),
    updates=(Update("forget_gate", "1 − {input_gate}"), *LSTM.updates),
    columns=("input_gate", "candidate", "output_gate"),
    begins_open=(),
    begins_shut=("input_gate",),
)
