"""Keras's own layer for every kind of cell, with the weights under which both compute the same.

Kinds that Keras lacks are Keras's LSTM with weights of a certain form: peepholes of zero, or a forget gate with the
negative sum of the input gate, since σ(-z) = 1 - σ(z).
"""

from collections.abc import Callable, Mapping
from functools import partial

import keras
import numpy as np

Arrays = Mapping[str, np.ndarray]

LAYERS: dict[str, Callable[..., keras.layers.Layer]] = {
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
    "peephole": keras.layers.LSTM,
    "coupled": keras.layers.LSTM,
    "gru_reset_first": partial(keras.layers.GRU, reset_after=False),
    "rnn": keras.layers.SimpleRNN,
}
OWN = ("lstm", "gru", "gru_reset_first", "rnn")  # the kinds that Keras has
COMMON = ("kernel", "recurrent_kernel", "bias")


def with_a_twin(weights: Arrays) -> dict[str, np.ndarray]:
    """Return weights under which Keras's layer can compute the same as the cell: without peepholes."""
    return {name: values if name in COMMON else np.zeros_like(values) for name, values in weights.items()}


def weights_of_twin(cell: str, weights: Arrays) -> list[np.ndarray]:
    """Return the weights of Keras's layer, in its order."""
    common = [weights[name] for name in COMMON]
    if cell != "coupled":
        return common
    parts = (np.split(values, 3, axis=-1) for values in common)
    return [np.concatenate([i, -i, g, o], axis=-1) for i, g, o in parts]


def gradients_of_twin(cell: str, gradients: list[np.ndarray]) -> list[np.ndarray]:
    """Return the gradients of the cell's kernel, recurrent_kernel and bias from those of its twin."""
    if cell != "coupled":
        return gradients
    parts = (np.split(values, 4, axis=-1) for values in gradients)
    return [np.concatenate([i - f, g, o], axis=-1) for i, f, g, o in parts]


def make_twin(cell: str, weights: Arrays) -> keras.layers.Layer:
    """Return Keras's layer with the weights of one layer of a cell; it returns the hidden state of every step."""
    layer = LAYERS[cell](weights["recurrent_kernel"].shape[0], return_sequences=True)
    layer.build((None, None, weights["kernel"].shape[0]))
    layer.set_weights(weights_of_twin(cell, weights))
    return layer
