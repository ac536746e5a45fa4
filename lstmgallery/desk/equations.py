"""Check that stored traces obey the equations of their cell.

Takes traces and weights, recomputes in float64, gives the largest residual of every neuron and equation, and its place.
Two kinds of check:

- updates: a signal against the formula in its neighbours, as a reader would redo it from the page
  (`c = f*c' + i*g`, `h = o*tanh(c)`);
- recomputed signals: every signal from the stored weights, the input and the stored state one step earlier. This
  catches gates computed from the wrong state, which the updates alone cannot detect.

The tolerance grows with the value: a memory that counts to 150 is stored in steps of 1.5e-5, so no fixed bound would
fit it.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from lstmgallery.cells.reference import Arrays, Signals, keep
from lstmgallery.desk.reference import layer_weights, one_hot, step_of
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.network import Network

TOLERANCE = 1e-5  # float32 signals of a few units carry errors near 1e-6; a wrong equation shows at 1e-2 and above
STEPS, FINE_UP_TO = 10, 16  # from here on the tolerance is this many steps of float32, which exceed `TOLERANCE`


def check_equations(
    network: Network, weights: Arrays, steps: pd.DataFrame, read_layer: Callable[[int], Signals]
) -> pd.DataFrame:
    """Return the largest residual of every neuron and equation, as a share of its tolerance, and its step.

    `steps` is the table of steps; `read_layer(layer)` gives that layer's stored signals, each (rows, units), rows in
    the order of `steps`. Columns: layer, neuron, equation (`update` or `recomputed`), signal, residual (absolute),
    tolerance, sequence, step. NaN counts as an infinite residual.
    """
    is_first = steps["step"].to_numpy() == 0
    flow = one_hot(network, steps["token"])
    found: list[dict[str, object]] = []
    step = step_of(network.kind)
    for layer in network.layer_numbers:
        now = {key: values.astype(np.float64) for key, values in read_layer(layer).items()}
        previous = {key: _one_step_earlier(now[key], is_first) for key in network.kind.state}
        expected = {
            "update": {update.signal: update.evaluate(now, previous) for update in network.kind.updates},
            "recomputed": step(flow, previous, layer_weights(weights, layer), keep),
        }
        for equation, signals in expected.items():
            for signal, values in signals.items():
                largest = np.abs(now[signal])
                if signal in previous:  # what is carried over is rounded at its own size before it shrinks
                    largest = np.maximum(largest, np.abs(previous[signal]))
                row = {"layer": layer, "equation": equation, "signal": signal}
                found += [row | each for each in _largest(now[signal] - values, tolerances(largest), steps)]
        flow = now["hidden"]
    order = ["layer", "neuron", "equation", "signal", "residual", "tolerance", "sequence", "step"]
    return pd.DataFrame(found)[order].sort_values(order[:4], ignore_index=True)


def tolerances(values: np.ndarray) -> np.ndarray:
    """Return the largest residual allowed at each value: `TOLERANCE`, or `STEPS` steps of float32 if that is more."""
    sizes = np.nan_to_num(np.abs(values), nan=0.0, posinf=0.0).astype(np.float32)
    allowed: np.ndarray = np.maximum(TOLERANCE, STEPS * np.spacing(sizes).astype(np.float64))
    return allowed


def require_equations(network: Network, residuals: pd.DataFrame) -> None:
    """Raise `GalleryError` with the worst step of each neuron whose residual exceeds its tolerance."""
    broken = residuals[~(residuals["residual"] <= residuals["tolerance"])].sort_values("residual", ascending=False)
    worst = broken.drop_duplicates(["layer", "neuron"])
    if worst.empty:
        return
    raise GalleryError(
        Problem(
            network.name,
            f"layer {row.layer}, neuron {row.neuron}, sequence {row.sequence}, step {row.step}: expected the stored "
            f"{row.signal} to obey its equation ({row.equation}) to {row.tolerance:.2g}, found a residual of "
            f"{row.residual:.3g}",
            hint="the traces do not come from these weights, or the cell does not compute what it claims",
        )
        for row in worst.head(10).itertuples()
    )


def _one_step_earlier(values: np.ndarray, is_first: np.ndarray) -> np.ndarray:
    earlier = np.roll(values, 1, axis=0)
    earlier[is_first] = 0.0
    return earlier


def _largest(residuals: np.ndarray, allowed: np.ndarray, steps: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield for each neuron its largest residual as a share of the `allowed` one, both (rows, units), and its place."""
    sizes = np.where(np.isfinite(residuals), np.abs(residuals), np.inf)  # (rows, units)
    rows = (sizes / allowed).argmax(axis=0)
    sequences, numbers = steps["sequence"].to_numpy(), steps["step"].to_numpy()
    for unit, row in enumerate(rows):
        yield {
            "neuron": unit + 1,
            "residual": sizes[row, unit],
            "tolerance": allowed[row, unit],
            "sequence": sequences[row],
            "step": numbers[row],
        }
