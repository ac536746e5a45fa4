"""The LSTM with coupled gates in Keras."""

from typing import Any

import keras
from keras import ops

from lstmgallery.cells.coupled import KIND
from lstmgallery.cells.layer import SignalCell


@keras.saving.register_keras_serializable(package="lstmgallery.coupled")
class Cell(SignalCell):
    """The LSTM whose forget gate is what its input gate leaves (Greff et al. 2017)."""

    kind = KIND

    def call(self, inputs: Any, states: tuple[Any, Any]) -> tuple[Any, list[Any]]:
        """inputs: (batch, features); states: h and c, each (batch, units)."""
        h, c = states
        z = self.product(inputs, self.kernel) + self.product(h, self.recurrent_kernel) + self.bias  # (batch, 3 * units)
        i, g, o = ops.split(z, 3, axis=-1)
        i, g, o = ops.sigmoid(i), ops.tanh(g), ops.sigmoid(o)
        f = 1 - i
        c = f * c + i * g
        h = o * ops.tanh(c)
        return ops.concatenate([c, h, g, i, f, o], axis=-1), [h, c]
