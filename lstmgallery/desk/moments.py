"""Summarise every signal of every neuron: its range, its mean, and how often it is nearly shut or wide open.

Takes held-out activations, gives one row per neuron and signal. Works on chunks of rows: `merge` combines partial
results in any order, so the chunk size bounds memory.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

SHUT, OPEN = 0.1, 0.9  # a gate is nearly shut below the first, wide open above the second


def moments_of(signals: Mapping[str, np.ndarray], *, layer: int) -> pd.DataFrame:
    """Return partial results of one layer and chunk; `signals` are (rows, units).

    Columns: layer, neuron, signal, count, sum, minimum, maximum, shut, open (counts of steps).
    """
    frames = []
    for key, values in signals.items():
        values = values.astype(np.float64)
        frames.append(
            pd.DataFrame(
                {
                    "layer": layer,
                    "neuron": np.arange(1, values.shape[1] + 1),
                    "signal": key,
                    "count": len(values),
                    "sum": values.sum(axis=0),
                    "minimum": values.min(axis=0),
                    "maximum": values.max(axis=0),
                    "shut": (values < SHUT).sum(axis=0),
                    "open": (values > OPEN).sum(axis=0),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def merge(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Combine partial results of any layers into one row per (layer, neuron, signal)."""
    how = {"count": "sum", "sum": "sum", "minimum": "min", "maximum": "max", "shut": "sum", "open": "sum"}
    return pd.concat(list(parts)).groupby(["layer", "neuron", "signal"], as_index=False, sort=True).agg(how)


def finish(merged: pd.DataFrame) -> pd.DataFrame:
    """Convert merged partial results into the table that is stored and shown.

    Columns: layer, neuron, signal, steps, minimum, mean, maximum, shut and open (shares of steps in [0, 1]).
    """
    count = merged["count"]
    return pd.DataFrame(
        {
            **{key: merged[key] for key in ("layer", "neuron", "signal")},
            "steps": count,
            "minimum": merged["minimum"],
            "mean": merged["sum"] / count,
            "maximum": merged["maximum"],
            "shut": merged["shut"] / count,
            "open": merged["open"] / count,
        }
    )
