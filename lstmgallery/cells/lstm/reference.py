"""One step of the LSTM in NumPy, written from the equations."""

import numpy as np

from lstmgallery.cells.reference import Arrays, SignalChange, Signals, keep, sigmoid


def step(x: np.ndarray, previous: Signals, weights: Arrays, change: SignalChange = keep) -> dict[str, np.ndarray]:
    """Return the six signals of one LSTM step, each passed through `change` before anything else reads it.

    x: (rows, inputs); previous: hidden and cell, each (rows, units); weights: kernel, recurrent_kernel and bias in
    Keras's gate order i f g o. Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000.
    """
    z = x @ weights["kernel"] + previous["hidden"] @ weights["recurrent_kernel"] + weights["bias"]
    i, f, g, o = np.split(z, 4, axis=-1)
    i, f = change("input_gate", sigmoid(i)), change("forget_gate", sigmoid(f))
    g, o = change("candidate", np.tanh(g)), change("output_gate", sigmoid(o))
    c = change("cell", f * previous["cell"] + i * g)
    h = change("hidden", o * np.tanh(c))
    return {"cell": c, "hidden": h, "candidate": g, "input_gate": i, "forget_gate": f, "output_gate": o}
