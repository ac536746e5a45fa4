"""One step of a cell in NumPy, float64, by hand: what the steps of all kinds share.

A step takes x, (rows, inputs); the signals one step earlier, each (rows, units); a layer's weights; and a change, which
every signal goes through before anything else reads it. It gives all signals of the table.
"""

from collections.abc import Callable, Mapping

import numpy as np

Signals = Mapping[str, np.ndarray]
Arrays = Mapping[str, np.ndarray]
SignalChange = Callable[[str, np.ndarray], np.ndarray]  # (signal, values) -> values
Step = Callable[[np.ndarray, Signals, Arrays, SignalChange], dict[str, np.ndarray]]


def keep(_: str, values: np.ndarray) -> np.ndarray:
    """Change nothing."""
    return values


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Return the logistic function, written so that no argument overflows."""
    value: np.ndarray = 0.5 * (1 + np.tanh(0.5 * z))
    return value
