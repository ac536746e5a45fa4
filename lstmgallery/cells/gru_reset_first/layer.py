"""The GRU with the reset gate before the matrix product in Keras."""

from typing import Any

import keras
from keras import ops

from lstmgallery.cells.gru_reset_first import KIND
from lstmgallery.cells.layer import SignalCell


@keras.saving.register_keras_serializable(package="lstmgallery.gru_reset_first")
class Cell(SignalCell):
    """The GRU of Cho et al. 2014 with the reset gate applied before the matrix product."""

    kind = KIND

    def call(self, inputs: Any, states: tuple[Any]) -> tuple[Any, list[Any]]:
        """inputs: (batch, features); states: h, (batch, units)."""
        (h,) = states
        gates = 2 * self.units  # columns of z and r, before those of g
        x = self.product(inputs, self.kernel) + self.bias  # (batch, 3 * units)
        zr = ops.sigmoid(x[..., :gates] + self.product(h, self.recurrent_kernel[:, :gates]))
        z, r = ops.split(zr, 2, axis=-1)
        g = ops.tanh(x[..., gates:] + self.product(r * h, self.recurrent_kernel[:, gates:]))
        h = z * h + (1 - z) * g
        return ops.concatenate([h, g, z, r], axis=-1), [h]
