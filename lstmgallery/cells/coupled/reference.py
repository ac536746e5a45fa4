"""One step of the LSTM with coupled gates in NumPy, written from the equations."""

import numpy as np

from lstmgallery.cells.reference import Arrays, SignalChange, Signals, keep, sigmoid


def step(x: np.ndarray, previous: Signals, weights: Arrays, change: SignalChange = keep) -> dict[str, np.ndarray]:
    """Return the six signals of one step of an LSTM with f = 1 - i (Greff et al. 2017).

    The forget gate follows a changed input gate; a changed forget gate leaves the input gate alone. Weights in the
    order i g o.
    """
    z = x @ weights["kernel"] + previous["hidden"] @ weights["recurrent_kernel"] + weights["bias"]
    i, g, o = np.split(z, 3, axis=-1)
    i = change("input_gate", sigmoid(i))
    f = change("forget_gate", 1 - i)
    g, o = change("candidate", np.tanh(g)), change("output_gate", sigmoid(o))
    c = change("cell", f * previous["cell"] + i * g)
    h = change("hidden", o * np.tanh(c))
    return {"cell": c, "hidden": h, "candidate": g, "input_gate": i, "forget_gate": f, "output_gate": o}
