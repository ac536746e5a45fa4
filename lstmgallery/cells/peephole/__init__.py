"""The LSTM with peepholes of Gers and Schmidhuber 2000: its gates see the cell.

The input and the forget gate see the old cell state, the output gate the new one, each neuron's gates only its own
cell. With all peepholes at zero it is the LSTM.
"""

from dataclasses import replace

from lstmgallery.cells.lstm import KIND as LSTM

_FORMULAS = {
    "input_gate": "σ(W x + U h′ + p·c′ + b)",
    "forget_gate": "σ(W x + U h′ + p·c′ + b)",
    "output_gate": "σ(W x + U h′ + p·c + b)",
}

KIND = replace(
    LSTM,
    key="peephole",
    title="peephole LSTM",
    article="a",
    signals=tuple(replace(signal, formula=_FORMULAS.get(signal.key, signal.formula)) for signal in LSTM.signals),
    diagonals=("input_peephole", "forget_peephole", "output_peephole"),
)
