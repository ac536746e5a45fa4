"""The LSTM in Keras."""

from typing import Any

import keras
from keras import ops

from lstmgallery.cells.layer import SignalCell
from lstmgallery.cells.lstm import KIND


@keras.saving.register_keras_serializable(package="lstmgallery.lstm")
class Cell(SignalCell):
    """The LSTM of Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, as in Keras."""

    kind = KIND

    def call(self, inputs: Any, states: tuple[Any, Any]) -> tuple[Any, list[Any]]:
        """inputs: (batch, features); states: h and c, each (batch, units)."""
        h, c = states
        z = self.product(inputs, self.kernel) + self.product(h, self.recurrent_kernel) + self.bias  # (batch, 4 * units)
        i, f, g, o = ops.split(z, 4, axis=-1)
        i, f, o = ops.sigmoid(i), ops.sigmoid(f), ops.sigmoid(o)
        g = ops.tanh(g)
        c = f * c + i * g
        h = o * ops.tanh(c)
        return ops.concatenate([c, h, g, i, f, o], axis=-1), [h, c]
