"""One step of the GRU in NumPy, written from the equations."""

import numpy as np

from lstmgallery.cells.reference import Arrays, SignalChange, Signals, keep, sigmoid


def step(x: np.ndarray, previous: Signals, weights: Arrays, change: SignalChange = keep) -> dict[str, np.ndarray]:
    """Return the four signals of one GRU step (Cho et al. 2014; Keras's gate order z r g, reset after the product)."""
    x_z, x_r, x_g = np.split(x @ weights["kernel"] + weights["bias"][0], 3, axis=-1)
    u_z, u_r, u_g = np.split(previous["hidden"] @ weights["recurrent_kernel"] + weights["bias"][1], 3, axis=-1)
    z, r = change("update_gate", sigmoid(x_z + u_z)), change("reset_gate", sigmoid(x_r + u_r))
    g = change("candidate", np.tanh(x_g + r * u_g))
    h = change("hidden", z * previous["hidden"] + (1 - z) * g)
    return {"hidden": h, "candidate": g, "update_gate": z, "reset_gate": r}
