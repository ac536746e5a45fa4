"""Check that stored traces obey the equations of their cell.

Takes traces and weights, recomputes in float64, gives the largest residual of every neuron and equation, and where it
stands. Two kinds of check:

- updates: a signal against the arithmetic of its neighbours, as a reader would redo it from the page
  (`c = f*c' + i*g`, `h = o*tanh(c)`);
- recomputed signals: every signal from the stored weights, the input and the stored state one step earlier. This is
  what catches gates that are computed from the wrong state, which the updates alone cannot see.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.network import Network

TOLERANCE = 1e-5  # float32 signals of a few units carry errors near 1e-6; a wrong equation shows at 1e-2 and above

Signals = Mapping[str, np.ndarray]
Arrays = Mapping[str, np.ndarray]


def lstm_step(x: np.ndarray, previous: Signals, weights: Arrays) -> dict[str, np.ndarray]:
    """Return the six signals of one LSTM step.

    x: (rows, inputs); previous: hidden and cell, each (rows, units); weights: kernel, recurrent_kernel and bias in
    Keras's gate order i f g o. Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000.
    """
    z = x @ weights["kernel"] + previous["hidden"] @ weights["recurrent_kernel"] + weights["bias"]
    i, f, g, o = np.split(z, 4, axis=-1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * previous["cell"] + i * g
    h = o * np.tanh(c)
    return {"cell": c, "hidden": h, "candidate": g, "input_gate": i, "forget_gate": f, "output_gate": o}


def gru_step(x: np.ndarray, previous: Signals, weights: Arrays) -> dict[str, np.ndarray]:
    """Return the four signals of one GRU step (Cho et al. 2014; Keras's gate order z r g, reset after the product)."""
    x_z, x_r, x_g = np.split(x @ weights["kernel"] + weights["bias"][0], 3, axis=-1)
    u_z, u_r, u_g = np.split(previous["hidden"] @ weights["recurrent_kernel"] + weights["bias"][1], 3, axis=-1)
    z, r = sigmoid(x_z + u_z), sigmoid(x_r + u_r)
    g = np.tanh(x_g + r * u_g)
    return {"hidden": z * previous["hidden"] + (1 - z) * g, "candidate": g, "update_gate": z, "reset_gate": r}


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Return the logistic function, written so that no argument overflows."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def _lstm_updates(now: Signals, previous: Signals) -> dict[str, np.ndarray]:
    kept, written = now["forget_gate"] * previous["cell"], now["input_gate"] * now["candidate"]
    return {"cell": kept + written, "hidden": now["output_gate"] * np.tanh(now["cell"])}


def _gru_updates(now: Signals, previous: Signals) -> dict[str, np.ndarray]:
    return {"hidden": now["update_gate"] * previous["hidden"] + (1 - now["update_gate"]) * now["candidate"]}


STEPS: dict[str, Callable[[np.ndarray, Signals, Arrays], dict[str, np.ndarray]]] = {"lstm": lstm_step, "gru": gru_step}
UPDATES: dict[str, Callable[[Signals, Signals], dict[str, np.ndarray]]] = {"lstm": _lstm_updates, "gru": _gru_updates}


def layer_weights(weights: Arrays, layer: int) -> dict[str, np.ndarray]:
    """Return one layer's weights in float64, without the layer's name before theirs."""
    prefix = f"layer_{layer}/"
    return {
        name.removeprefix(prefix): values.astype(np.float64)
        for name, values in weights.items()
        if name.startswith(prefix)
    }


def run_reference(network: Network, weights: Arrays, sequence: str) -> list[dict[str, np.ndarray]]:
    """Run the network freely along one sequence in float64; return each layer's signals, each (steps, units)."""
    flow = _one_hot(network, np.array([network.task.vocabulary[0], *sequence], dtype=object))
    layers = []
    for layer in range(1, network.layers + 1):
        of_layer = layer_weights(weights, layer)
        state = {key: np.zeros((1, network.units)) for key in network.kind.state}
        steps = []
        for x in flow[:, np.newaxis]:
            steps.append(STEPS[network.cell](x, state, of_layer))
            state = {key: steps[-1][key] for key in network.kind.state}
        layers.append({key: np.concatenate([step[key] for step in steps]) for key in network.kind.keys})
        flow = layers[-1]["hidden"]
    return layers


def check_equations(
    network: Network, weights: Arrays, steps: pd.DataFrame, read_layer: Callable[[int], Signals]
) -> pd.DataFrame:
    """Return the largest residual of every neuron and equation and the step where it stands.

    `steps` is the table of steps; `read_layer(layer)` gives that layer's stored signals, each (rows, units), rows in
    the order of `steps`. Columns: layer, neuron, equation (`update` or `recomputed`), signal, residual (absolute),
    sequence, step. A value that is not a number counts as an infinite residual.
    """
    is_first = steps["step"].to_numpy() == 0
    flow = _one_hot(network, steps["token"].to_numpy())
    found: list[dict[str, object]] = []
    for layer in range(1, network.layers + 1):
        now = {key: values.astype(np.float64) for key, values in read_layer(layer).items()}
        previous = {key: _one_step_earlier(now[key], is_first) for key in network.kind.state}
        expected = {
            "update": UPDATES[network.cell](now, previous),
            "recomputed": STEPS[network.cell](flow, previous, layer_weights(weights, layer)),
        }
        for equation, signals in expected.items():
            for signal, values in signals.items():
                found += _largest(now[signal] - values, steps, layer=layer, equation=equation, signal=signal)
        flow = now["hidden"]
    return pd.DataFrame(found).sort_values(["layer", "neuron", "equation", "signal"], ignore_index=True)


def require_equations(network: Network, residuals: pd.DataFrame) -> None:
    """Raise `GalleryError` naming the worst step of each neuron whose residual is above `TOLERANCE`."""
    broken = residuals[~(residuals["residual"] <= TOLERANCE)].sort_values("residual", ascending=False)
    worst = broken.drop_duplicates(["layer", "neuron"])
    if worst.empty:
        return
    raise GalleryError(
        Problem(
            network.name,
            f"layer {row.layer}, neuron {row.neuron}, sequence {row.sequence}, step {row.step}: expected the stored "
            f"{row.signal} to obey its equation ({row.equation}) to {TOLERANCE:g}, found a residual of "
            f"{row.residual:.3g}",
            hint="the traces do not come from these weights, or the cell does not compute what it claims",
        )
        for row in worst.head(10).itertuples()
    )


def _one_hot(network: Network, tokens: np.ndarray) -> np.ndarray:
    index = {token: at for at, token in enumerate(network.task.vocabulary)}
    return np.eye(len(index))[[index[token] for token in tokens]]  # (rows, tokens)


def _one_step_earlier(values: np.ndarray, is_first: np.ndarray) -> np.ndarray:
    earlier = np.roll(values, 1, axis=0)
    earlier[is_first] = 0.0
    return earlier


def _largest(
    residuals: np.ndarray, steps: pd.DataFrame, *, layer: int, equation: str, signal: str
) -> Iterator[dict[str, object]]:
    sizes = np.where(np.isfinite(residuals), np.abs(residuals), np.inf)  # (rows, units)
    rows = sizes.argmax(axis=0)
    sequences, numbers = steps["sequence"].to_numpy(), steps["step"].to_numpy()
    for unit, row in enumerate(rows):
        yield {
            "layer": layer,
            "neuron": unit + 1,
            "equation": equation,
            "signal": signal,
            "residual": sizes[row, unit],
            "sequence": sequences[row],
            "step": numbers[row],
        }
