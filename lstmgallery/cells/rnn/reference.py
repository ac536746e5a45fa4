"""One step of the plain RNN in NumPy, written from the equations."""

import numpy as np

from lstmgallery.cells.reference import Arrays, SignalChange, Signals, keep


def step(x: np.ndarray, previous: Signals, weights: Arrays, change: SignalChange = keep) -> dict[str, np.ndarray]:
    """Return the hidden state after one step of a plain RNN (Elman 1990)."""
    z = x @ weights["kernel"] + previous["hidden"] @ weights["recurrent_kernel"] + weights["bias"]
    return {"hidden": change("hidden", np.tanh(z))}
