"""The Keras model of a network, shared by training and tracing.

Tokens in; the logits of the next token and every signal of every layer out. Training reads only the logits, so unused
outputs cost it nothing.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import keras
import numpy as np
from keras import ops

from lstmgallery.cells.layer import product
from lstmgallery.network import Network

Weights = dict[str, np.ndarray]


@keras.saving.register_keras_serializable(package="lstmgallery")
class Readout(keras.layers.Dense):
    """A dense layer whose results, like those of the cells, do not depend on the processor."""

    def call(self, inputs: Any, training: bool | None = None) -> Any:  # noqa: ARG002
        """inputs: (batch, time, units); returns (batch, time, columns)."""
        return product(inputs, self.kernel) + self.bias


def build_model(network: Network, *, seed: int | None = None) -> keras.Model:
    """Return the untrained model of `network`, with initial weights drawn from `seed` (the network's own if None).

    It takes tokens, (batch, time) int32, and returns `{"logits": (batch, time, tokens), "signals": a list with one
    (batch, time, signals, units) per layer}`. Every sequence starts from a zero state.
    """
    seed = network.seed if seed is None else seed
    kind = network.kind
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    flow = ops.one_hot(tokens, len(network.task.vocabulary))
    signals = []
    cell_class = import_module(f"lstmgallery.cells.{network.cell}.layer").Cell
    for layer in network.layer_numbers:
        cell = cell_class(network.units, seed=1_000 * seed + 10 * layer, name=f"{network.cell}_cell")
        flow = keras.layers.RNN(cell, return_sequences=True, name=f"layer_{layer}")(flow)
        shape = (-1, len(kind.signals), network.units)
        signals.append(keras.layers.Reshape(shape, name=f"signals_{layer}")(flow))
        flow = signals[-1][:, :, kind.keys.index("hidden")]  # (batch, time, units)
    initializer = keras.initializers.GlorotUniform(seed=1_000 * seed)
    readout = Readout(len(network.task.vocabulary), kernel_initializer=initializer, name="readout")
    return keras.Model(tokens, {"logits": readout(flow), "signals": signals}, name=network.name.replace("-", "_"))


def weights_of(model: keras.Model) -> Weights:
    """Return copies of the model's weights under the names of `weights.npz`: `layer_1/kernel`, `readout/bias`, ..."""
    return {
        f"{layer.name}/{variable.name}": np.array(variable.numpy())
        for layer in model.layers
        for variable in layer.variables
    }


def load_weights(model: keras.Model, weights: Mapping[str, np.ndarray]) -> None:
    """Load `weights`, named as in `weights.npz`, into the model. Raises ValueError if a name or a shape differs."""
    targets = {f"{layer.name}/{variable.name}": variable for layer in model.layers for variable in layer.variables}
    if missing := sorted(targets.keys() ^ weights.keys()):
        raise ValueError(f"weights: expected {sorted(targets)}, received {sorted(weights)}; differing: {missing}")
    for name, variable in targets.items():
        variable.assign(weights[name])
