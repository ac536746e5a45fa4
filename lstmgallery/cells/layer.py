"""Recurrent cells that output everything they compute: the state, the candidate and every gate.

Each replaces `keras.layers.LSTMCell` or `GRUCell` in `keras.layers.RNN` and keeps its weight names, shapes, gate order
and defaults, so weights can be exchanged with Keras's own layers. The output of a step is its signals side by side, in
the order of its table: (batch, signals * units). Only the lab imports this.
"""

from typing import Any

import keras
from keras import ops

from lstmgallery.cells.table import CellKind


def product(rows: Any, weights: Any) -> Any:
    """Return rows @ weights, (..., inputs) by (inputs, columns), the same to the bit on every x86-64 processor.

    A matrix product calls a library that chooses its kernel, and with it the order of summation, by processor. An
    explicit multiply and sum is compiled by XLA, for the instruction set that `lstmgallery.machine` fixes; for networks
    this small it takes about as long.
    """
    return ops.sum(rows[..., None] * weights, axis=-2)


class SignalCell(keras.layers.Layer):
    """The base of all cells: units, seeded initial weights, the sizes that `keras.layers.RNN` requires.

    `units`: number of neurons. `seed`: a whole number; equal seeds give equal initial weights.
    """

    kind: CellKind
    product = staticmethod(product)  # training on text replaces it by the library's, which is faster on wide layers

    def __init__(self, units: int, seed: int = 0, **kwargs: Any):
        if not isinstance(units, int) or units < 1:
            raise ValueError(f"units: expected a whole number of at least 1, received {units!r}")
        super().__init__(**kwargs)
        self.units = units
        self.seed = seed
        self.state_size = [units] * len(self.kind.state)
        self.output_size = units * len(self.kind.signals)

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create kernel, recurrent_kernel and bias with the shapes in the table.

        Initial values as in `keras.layers.LSTM` and `GRU`: Glorot and Bengio 2010 for the kernel, orthogonal
        (Saxe et al. 2014) for the recurrent kernel.
        """
        glorot = keras.initializers.GlorotUniform(seed=self.seed)
        orthogonal = keras.initializers.Orthogonal(seed=self.seed + 1)
        shapes = self.kind.weight_shapes(input_shape[-1], self.units)
        self.kernel = self.add_weight(name="kernel", shape=shapes["kernel"], initializer=glorot)
        recurrent = shapes["recurrent_kernel"]
        self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=recurrent, initializer=orthogonal)
        self.bias = self.add_weight(name="bias", shape=shapes["bias"], initializer=self._initial_bias)
        self.built = True

    def _initial_bias(self, shape: tuple[int, ...], dtype: str | None = None) -> Any:
        return ops.broadcast_to(ops.convert_to_tensor(self.kind.initial_bias(self.units), dtype), shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units, "seed": self.seed}
