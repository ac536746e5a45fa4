"""Recurrent cells whose output is everything they compute: the state, the candidate and every gate.

Each is used in `keras.layers.RNN` in place of `keras.layers.LSTMCell` or `GRUCell`, whose weight names, shapes, gate
order and defaults it keeps, so that weights can be swapped with Keras's own layers. The output of a step is its
signals side by side, in the order of the table in `lstmgallery.signals`: (batch, signals * units).
"""

from typing import Any

import keras
from keras import ops

from lstmgallery.signals import GRU, LSTM, CellKind


def product(rows: Any, weights: Any) -> Any:
    """Return rows @ weights, (..., inputs) by (inputs, columns), the same to the bit on every x86-64 processor.

    A matrix product is handed to a library that chooses its kernel by the processor it finds, and so the order in which
    it adds up. Multiplying and summing is compiled by XLA, for the instruction set that `lstmgallery.machine` fixes; at
    the sizes of these networks it takes about as long.
    """
    return ops.sum(rows[..., None] * weights, axis=-2)


class SignalCell(keras.layers.Layer):
    """What the cells share: units, seeded initial weights, the sizes that `keras.layers.RNN` asks for.

    `units`: how many neurons. `seed`: a whole number; equal seeds give equal initial weights.
    """

    kind: CellKind

    def __init__(self, units: int, seed: int = 0, **kwargs: Any):
        if not isinstance(units, int) or units < 1:
            raise ValueError(f"units: expected a whole number of at least 1, received {units!r}")
        super().__init__(**kwargs)
        self.units = units
        self.seed = seed
        self.state_size = [units] * len(self.kind.state)
        self.output_size = units * len(self.kind.signals)

    def add_weights(self, inputs: int, bias: keras.initializers.Initializer) -> None:
        """Create kernel, recurrent_kernel and bias, in the shapes of the table of signals.

        Initial values as in `keras.layers.LSTM` and `GRU`: Glorot and Bengio 2010 for the kernel, orthogonal
        (Saxe et al. 2014) for the recurrent kernel.
        """
        glorot = keras.initializers.GlorotUniform(seed=self.seed)
        orthogonal = keras.initializers.Orthogonal(seed=self.seed + 1)
        shapes = self.kind.weight_shapes(inputs, self.units)
        self.kernel = self.add_weight(name="kernel", shape=shapes["kernel"], initializer=glorot)
        recurrent = shapes["recurrent_kernel"]
        self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=recurrent, initializer=orthogonal)
        self.bias = self.add_weight(name="bias", shape=shapes["bias"], initializer=bias)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units, "seed": self.seed}


@keras.saving.register_keras_serializable(package="lstmgallery")
class ForgetBias(keras.initializers.Initializer):
    """Zeros, but ones for the forget gate (Jozefowicz, Zaremba and Sutskever 2015), in the gate order i f g o."""

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Any:
        units = shape[0] // 4
        return ops.concatenate([ops.zeros(units, dtype), ops.ones(units, dtype), ops.zeros(2 * units, dtype)])


@keras.saving.register_keras_serializable(package="lstmgallery")
class LSTMSignalCell(SignalCell):
    """The LSTM of Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, as in Keras."""

    kind = LSTM

    def build(self, input_shape: tuple[Any, ...]) -> None:
        self.add_weights(input_shape[-1], bias=ForgetBias())
        self.built = True

    def call(self, inputs: Any, states: tuple[Any, Any]) -> tuple[Any, list[Any]]:
        """inputs: (batch, features); states: h and c, each (batch, units)."""
        h, c = states
        z = product(inputs, self.kernel) + product(h, self.recurrent_kernel) + self.bias  # (batch, 4 * units)
        i, f, g, o = ops.split(z, 4, axis=-1)
        i, f, o = ops.sigmoid(i), ops.sigmoid(f), ops.sigmoid(o)
        g = ops.tanh(g)
        c = f * c + i * g
        h = o * ops.tanh(c)
        return ops.concatenate([c, h, g, i, f, o], axis=-1), [h, c]


@keras.saving.register_keras_serializable(package="lstmgallery")
class GRUSignalCell(SignalCell):
    """The GRU of Cho et al. 2014 with the reset gate applied after the matrix product, as Keras has it by default."""

    kind = GRU

    def build(self, input_shape: tuple[Any, ...]) -> None:
        self.add_weights(input_shape[-1], bias=keras.initializers.Zeros())
        self.built = True

    def call(self, inputs: Any, states: tuple[Any]) -> tuple[Any, list[Any]]:
        """inputs: (batch, features); states: h, (batch, units)."""
        (h,) = states
        x = product(inputs, self.kernel) + self.bias[0]  # (batch, 3 * units)
        u = product(h, self.recurrent_kernel) + self.bias[1]
        x_z, x_r, x_g = ops.split(x, 3, axis=-1)
        u_z, u_r, u_g = ops.split(u, 3, axis=-1)
        z, r = ops.sigmoid(x_z + u_z), ops.sigmoid(x_r + u_r)
        g = ops.tanh(x_g + r * u_g)
        h = z * h + (1 - z) * g
        return ops.concatenate([h, g, z, r], axis=-1), [h]


CELLS: dict[str, type[SignalCell]] = {cell.kind.key: cell for cell in (LSTMSignalCell, GRUSignalCell)}
