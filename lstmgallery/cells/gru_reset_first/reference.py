"""One step of the GRU with the reset gate before the matrix product in NumPy, written from the equations."""

import numpy as np

from lstmgallery.cells.reference import Arrays, SignalChange, Signals, keep, sigmoid


def step(x: np.ndarray, previous: Signals, weights: Arrays, change: SignalChange = keep) -> dict[str, np.ndarray]:
    """Return the four signals of one step of a GRU (Cho et al. 2014; gate order z r g, reset before the product)."""
    h = previous["hidden"]
    x_z, x_r, x_g = np.split(x @ weights["kernel"] + weights["bias"], 3, axis=-1)
    u_z, u_r, u_g = np.split(weights["recurrent_kernel"], 3, axis=-1)
    z, r = change("update_gate", sigmoid(x_z + h @ u_z)), change("reset_gate", sigmoid(x_r + h @ u_r))
    g = change("candidate", np.tanh(x_g + (r * h) @ u_g))
    h = change("hidden", z * h + (1 - z) * g)
    return {"hidden": h, "candidate": g, "update_gate": z, "reset_gate": r}
