"""The GRU in Keras."""

from typing import Any

import keras
from keras import ops

from lstmgallery.cells.gru import KIND
from lstmgallery.cells.layer import SignalCell


@keras.saving.register_keras_serializable(package="lstmgallery.gru")
class Cell(SignalCell):
    """The GRU of Cho et al. 2014 with the reset gate applied after the matrix product, the Keras default."""

    kind = KIND

    def call(self, inputs: Any, states: tuple[Any]) -> tuple[Any, list[Any]]:
        """inputs: (batch, features); states: h, (batch, units)."""
        (h,) = states
        x = self.product(inputs, self.kernel) + self.bias[0]  # (batch, 3 * units)
        u = self.product(h, self.recurrent_kernel) + self.bias[1]
        x_z, x_r, x_g = ops.split(x, 3, axis=-1)
        u_z, u_r, u_g = ops.split(u, 3, axis=-1)
        z, r = ops.sigmoid(x_z + u_z), ops.sigmoid(x_r + u_r)
        g = ops.tanh(x_g + r * u_g)
        h = z * h + (1 - z) * g
        return ops.concatenate([h, g, z, r], axis=-1), [h]
