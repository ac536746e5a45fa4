"""Recurrent cells that output everything they compute: the state, the candidate and every gate.

Each replaces `keras.layers.LSTMCell` or `GRUCell` in `keras.layers.RNN` and keeps its weight names, shapes, gate order
and defaults, so weights can be exchanged with Keras's own layers. The output of a step is its signals side by side, in
the order of its table: (batch, signals * units). Only the lab imports this.
"""

from collections.abc import Callable
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
        """Create the weights in the table, each as the attribute of its name.

        Initial values as in `keras.layers.LSTM` and `GRU`: Glorot and Bengio 2010 for the kernel, orthogonal
        (Saxe et al. 2014) for the recurrent kernel.
        """
        drawn = {
            "kernel": keras.initializers.GlorotUniform(seed=self.seed),
            "recurrent_kernel": keras.initializers.Orthogonal(seed=self.seed + 1),
        }
        for name, shape in self.kind.weight_shapes(input_shape[-1], self.units).items():
            initializer = drawn.get(name) or self._initializer_of(name)
            setattr(self, name, self.add_weight(name=name, shape=shape, initializer=initializer))
        self.built = True

    def _initializer_of(self, name: str) -> Callable[..., Any]:
        row = self.kind.initial_row(name, self.units)
        return lambda shape, dtype=None: ops.broadcast_to(ops.convert_to_tensor(row, dtype), shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units, "seed": self.seed}
