"""One step of the LSTM with peepholes in NumPy, written from the equations."""

import numpy as np

from lstmgallery.cells.reference import Arrays, SignalChange, Signals, keep, sigmoid


def step(x: np.ndarray, previous: Signals, weights: Arrays, change: SignalChange = keep) -> dict[str, np.ndarray]:
    """Return the six signals of one step of an LSTM with peepholes (Gers and Schmidhuber 2000).

    x: (rows, inputs); previous: hidden and cell, each (rows, units); weights: as those of an LSTM, and one peephole for
    each gate, (units,). The output gate sees the new cell, changed or not.
    """
    z = x @ weights["kernel"] + previous["hidden"] @ weights["recurrent_kernel"] + weights["bias"]
    i, f, g, o = np.split(z, 4, axis=-1)
    i = change("input_gate", sigmoid(i + weights["input_peephole"] * previous["cell"]))
    f = change("forget_gate", sigmoid(f + weights["forget_peephole"] * previous["cell"]))
    g = change("candidate", np.tanh(g))
    c = change("cell", f * previous["cell"] + i * g)
    o = change("output_gate", sigmoid(o + weights["output_peephole"] * c))
    h = change("hidden", o * np.tanh(c))
    return {"cell": c, "hidden": h, "candidate": g, "input_gate": i, "forget_gate": f, "output_gate": o}
