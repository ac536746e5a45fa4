"""The plain RNN in Keras."""

from typing import Any

import keras
from keras import ops

from lstmgallery.cells.layer import SignalCell
from lstmgallery.cells.rnn import KIND


@keras.saving.register_keras_serializable(package="lstmgallery.rnn")
class Cell(SignalCell):
    """The plain tanh RNN of Elman 1990, as in Keras."""

    kind = KIND

    def call(self, inputs: Any, states: tuple[Any]) -> tuple[Any, list[Any]]:
        """inputs: (batch, features); states: h, (batch, units)."""
        (h,) = states
        h = ops.tanh(self.product(inputs, self.kernel) + self.product(h, self.recurrent_kernel) + self.bias)
        return h, [h]
