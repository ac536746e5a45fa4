"""One step of every kind of cell as textbooks write it: one sequence, one vector at a time, in double precision.

Letters: x input, h hidden state, c cell state, g candidate, i f o z r gates, a prime for the value one step earlier.
The oracle of the traces, written independently of the package.
"""

from collections.abc import Callable, Mapping

import numpy as np

Vectors = dict[str, np.ndarray]
Step = Callable[[np.ndarray, np.ndarray, np.ndarray, Mapping[str, np.ndarray]], Vectors]  # (x, h', c', weights)


def logistic(z: np.ndarray) -> np.ndarray:
    """Return σ(z)."""
    value: np.ndarray = 1 / (1 + np.exp(-z))
    return value


def lstm(x: np.ndarray, h: np.ndarray, c: np.ndarray, weights: Mapping[str, np.ndarray]) -> Vectors:
    """Return the signals of an LSTM."""
    z = x @ weights["kernel"] + h @ weights["recurrent_kernel"] + weights["bias"]
    n = len(h)
    i, f, g, o = logistic(z[:n]), logistic(z[n : 2 * n]), np.tanh(z[2 * n : 3 * n]), logistic(z[3 * n :])
    c = f * c + i * g
    return {"cell": c, "hidden": o * np.tanh(c), "candidate": g, "input_gate": i, "forget_gate": f, "output_gate": o}


def gru(x: np.ndarray, h: np.ndarray, _: np.ndarray, weights: Mapping[str, np.ndarray]) -> Vectors:
    """Return the signals of a GRU whose reset gate acts on the product."""
    n = len(h)
    x_part = x @ weights["kernel"] + weights["bias"][0]
    h_part = h @ weights["recurrent_kernel"] + weights["bias"][1]
    z, r = (logistic((x_part + h_part)[at : at + n]) for at in (0, n))
    g = np.tanh(x_part[2 * n :] + r * h_part[2 * n :])
    return {"hidden": z * h + (1 - z) * g, "candidate": g, "update_gate": z, "reset_gate": r}


def peephole(x: np.ndarray, h: np.ndarray, c: np.ndarray, weights: Mapping[str, np.ndarray]) -> Vectors:
    """Return the signals of an LSTM with peepholes, which are diagonal matrices here."""
    n = len(h)
    p_i, p_f, p_o = (np.diag(weights[f"{gate}_peephole"]) for gate in ("input", "forget", "output"))
    w_i, w_f, w_g, w_o = (weights["kernel"][:, at : at + n] for at in range(0, 4 * n, n))
    u_i, u_f, u_g, u_o = (weights["recurrent_kernel"][:, at : at + n] for at in range(0, 4 * n, n))
    b_i, b_f, b_g, b_o = weights["bias"].reshape(4, n)
    i = logistic(x @ w_i + h @ u_i + c @ p_i + b_i)
    f = logistic(x @ w_f + h @ u_f + c @ p_f + b_f)
    g = np.tanh(x @ w_g + h @ u_g + b_g)
    c = f * c + i * g
    o = logistic(x @ w_o + h @ u_o + c @ p_o + b_o)
    return {"cell": c, "hidden": o * np.tanh(c), "candidate": g, "input_gate": i, "forget_gate": f, "output_gate": o}


def coupled(x: np.ndarray, h: np.ndarray, c: np.ndarray, weights: Mapping[str, np.ndarray]) -> Vectors:
    """Return the signals of an LSTM whose new cell lies between the old one and the candidate, at i."""
    i, g, o = np.split(x @ weights["kernel"] + h @ weights["recurrent_kernel"] + weights["bias"], 3)
    i, g, o = logistic(i), np.tanh(g), logistic(o)
    c = c + i * (g - c)
    hidden = o * np.tanh(c)
    return {"cell": c, "hidden": hidden, "candidate": g, "input_gate": i, "forget_gate": 1 - i, "output_gate": o}


def gru_reset_first(x: np.ndarray, h: np.ndarray, _: np.ndarray, weights: Mapping[str, np.ndarray]) -> Vectors:
    """Return the signals of a GRU whose reset gate acts on the state."""
    w_z, w_r, w_g = np.split(weights["kernel"], 3, axis=1)
    u_z, u_r, u_g = np.split(weights["recurrent_kernel"], 3, axis=1)
    b_z, b_r, b_g = np.split(weights["bias"], 3)
    z, r = logistic(x @ w_z + h @ u_z + b_z), logistic(x @ w_r + h @ u_r + b_r)
    g = np.tanh(x @ w_g + np.multiply(r, h) @ u_g + b_g)
    return {"hidden": z * h + (1 - z) * g, "candidate": g, "update_gate": z, "reset_gate": r}


def rnn(x: np.ndarray, h: np.ndarray, _: np.ndarray, weights: Mapping[str, np.ndarray]) -> Vectors:
    """Return the hidden state of a plain RNN."""
    return {"hidden": np.tanh(x @ weights["kernel"] + h @ weights["recurrent_kernel"] + weights["bias"])}


STEPS: dict[str, Step] = {
    "lstm": lstm,
    "gru": gru,
    "peephole": peephole,
    "coupled": coupled,
    "gru_reset_first": gru_reset_first,
    "rnn": rnn,
}
