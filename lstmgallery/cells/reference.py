"""Shared parts of the hand-written steps in NumPy, float64.

A step takes x, (rows, inputs); the signals one step earlier, each (rows, units); a layer's weights; and a change,
applied to every signal before anything else reads it. It returns all signals of the table.
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
    """Return the logistic function of `z`, without overflow for any argument."""
    value: np.ndarray = 0.5 * (1 + np.tanh(0.5 * z))
    return value
