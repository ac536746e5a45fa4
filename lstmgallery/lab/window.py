"""A network along a window of text, with the state carried from one window to the next.

Weights are tensors under the names of `weights.npz`; nothing is kept here. Where a cell offers a fast form
(`cells/<cell>/fast.py`), it is used; other cells step through their Keras layer, and TensorFlow derives the gradient.
Matrix products are the library's: unlike those of `model`, they can differ between processors in the last bit.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lstmgallery.lab.model import Weights
from lstmgallery.lab.text_spec import TextSpec

State = tuple[Any, ...]  # of one layer, in the order of the cell's table, each (tracks, units)
ReadWindow = Callable[[Any, Mapping[str, Any], Any, State], tuple[Any, State]]


def initial_weights(spec: TextSpec) -> Weights:
    """Return the weights before training, in Keras's order, drawn as `build_model` draws them.

    The kernel that reads tokens is scaled by `spec.kernel_scale`. All are rounded to float16.
    """
    weights: Weights = {}
    for layer in spec.layer_numbers:
        cell = _cell(spec.cell, spec.units, seed=1_000 * spec.seed + 10 * layer)
        cell.build((None, spec.tokens if layer == 1 else spec.units))
        weights |= {f"layer_{layer}/{variable.name}": np.array(variable.numpy()) for variable in cell.variables}
    weights["layer_1/kernel"] *= np.float32(spec.kernel_scale)
    glorot = keras.initializers.GlorotUniform(seed=1_000 * spec.seed)
    weights["readout/kernel"] = np.array(glorot((spec.units, spec.tokens)))
    weights["readout/bias"] = np.zeros(spec.tokens, np.float32)
    return round_to_half(weights)


def round_to_half(weights: Mapping[str, Any]) -> Weights:
    """Return weights rounded to float16, as float32."""
    return {name: np.asarray(values).astype(np.float16).astype(np.float32) for name, values in weights.items()}


def zero_state(spec: TextSpec, tracks: int) -> list[State]:
    """Return the state of every layer at the start of a document."""
    return [tuple(tf.zeros((tracks, spec.units)) for _ in spec.kind.state) for _ in spec.layer_numbers]


def read_window(
    spec: TextSpec, weights: Mapping[str, Any], state: list[State], reads: Any, is_start: Any, *, drop: Any = None
) -> tuple[Any, list[State]]:
    """Return the logits of the next tokens, (steps, tracks, tokens), and the state after the window.

    reads: (steps, tracks) int32; is_start: the same shape, whether a step starts from a zero state; drop: the seed of
    the dropout, two int32, or None to drop nothing.
    """
    read = fast_form(spec.cell) or plain_form(spec.cell)
    keeps = 1.0 - tf.cast(is_start, tf.float32)[..., None]
    flow = reads
    after = []
    for layer, before in zip(spec.layer_numbers, state, strict=True):
        own = {name: weights[f"layer_{layer}/{name}"] for name in spec.kind.weight_shapes(1, 1)}
        flow, state_after = read(flow, own, keeps, before)
        after.append(state_after)
        if drop is not None and spec.dropout:
            flow *= _dropout(flow.shape, spec.dropout, drop + tf.constant([0, layer]))
    return tf.matmul(flow, weights["readout/kernel"]) + weights["readout/bias"], after


def fast_form(cell: str) -> ReadWindow | None:
    """Return a cell's fast form, or None if it offers none."""
    if find_spec(f"lstmgallery.cells.{cell}.fast") is None:
        return None
    read: ReadWindow = import_module(f"lstmgallery.cells.{cell}.fast").read_window
    return read


def plain_form(cell: str) -> ReadWindow:
    """Return a function that steps through a cell's Keras layer, with the arguments of a fast form."""

    def read(inputs: Any, weights: Mapping[str, Any], keeps: Any, state: State) -> tuple[Any, State]:
        layer = _cell(cell, state[0].shape[-1], seed=0)
        for name, tensor in weights.items():  # in place of variables, which a compiled function cannot create
            setattr(layer, name, tensor)
        values = tf.one_hot(inputs, weights["kernel"].shape[0]) if inputs.dtype.is_integer else inputs
        hidden_at = layer.kind.state.index("hidden")
        time = values.shape[0]

        def step(at: Any, state: State, stored: Any) -> tuple[Any, ...]:
            started = [keeps[at] * values for values in state]
            _, after = layer.call(values[at], started)
            return at + 1, tuple(after), stored.write(at, after[hidden_at])

        start = (tf.constant(0), tuple(state), tf.TensorArray(tf.float32, time))
        _, after, stored = tf.while_loop(lambda at, *_: at < time, step, start, maximum_iterations=time)
        hidden = tf.ensure_shape(stored.stack(), (time, *state[0].shape))
        return hidden, after

    return read


def _cell(cell: str, units: int, *, seed: int) -> Any:
    """Return a cell's Keras layer whose matrix products are the library's."""
    layer = import_module(f"lstmgallery.cells.{cell}.layer").Cell(units, seed=seed)
    layer.product = tf.matmul
    return layer


def _dropout(shape: Any, share: float, seed: Any) -> Any:
    """Return factors that drop a share of the values, to the nearest 256th, and keep their mean.

    Random bytes: random floats would cost a quarter of a training step.
    """
    dropped = max(1, round(256 * share))
    words = tf.random.stateless_uniform((*shape[:-1], -(-shape[-1] // 4)), seed, None, None, tf.uint32)
    numbers = tf.reshape(tf.bitcast(words, tf.uint8), (*shape[:-1], -1))[..., : shape[-1]]
    return tf.cast(numbers >= dropped, tf.float32) * (256 / (256 - dropped))
