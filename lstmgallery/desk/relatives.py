"""The nearest relative of each neuron within its layer, by correlation of their memories.

Takes held-out memories, gives one row per neuron: layer, neuron, nearest, correlation (the largest in absolute value,
with its sign). Works on chunks of rows: partial results are sums and can be merged in any order.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

DUPLICATE = 0.99  # two neurons with a correlation of at least this size are duplicates


@dataclass(frozen=True)
class MemorySums:
    """Counts and sums of products over some rows of one layer's memories: enough to correlate them."""

    layer: int
    count: int
    first: np.ndarray  # (units,)
    second: np.ndarray  # (units, units)


def memory_sums(memory: np.ndarray, *, layer: int) -> MemorySums:
    """Return the sums of one chunk; `memory` is (rows, units)."""
    values = memory.astype(np.float64)
    return MemorySums(layer, len(values), values.sum(axis=0), values.T @ values)


def merge(parts: Iterable[MemorySums]) -> dict[int, MemorySums]:
    """Combine partial sums by layer, in any order."""
    merged: dict[int, MemorySums] = {}
    for part in parts:
        other = merged.get(part.layer)
        merged[part.layer] = (
            part
            if other is None
            else MemorySums(part.layer, part.count + other.count, part.first + other.first, part.second + other.second)
        )
    return merged


def nearest_relatives(merged: dict[int, MemorySums]) -> pd.DataFrame:
    """Return each neuron's nearest relative in its layer; layers of a single neuron have none."""
    rows = []
    for layer, sums in sorted(merged.items()):
        mean = sums.first / sums.count
        shared = sums.second / sums.count - np.outer(mean, mean)
        spread = np.sqrt(np.maximum(np.diag(shared), 0))
        scale = np.outer(spread, spread)
        correlation = np.divide(shared, scale, out=np.zeros_like(shared), where=scale > 1e-12)
        np.fill_diagonal(correlation, 0)
        for unit, row in enumerate(correlation):
            nearest = int(np.abs(row).argmax())
            if nearest != unit:
                rows.append((layer, unit + 1, nearest + 1, float(np.clip(row[nearest], -1, 1))))
    return pd.DataFrame(rows, columns=["layer", "neuron", "nearest", "correlation"])
