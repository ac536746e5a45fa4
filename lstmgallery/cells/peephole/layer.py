"""The LSTM with peepholes in Keras."""

from typing import Any

import keras
from keras import ops

from lstmgallery.cells.layer import SignalCell
from lstmgallery.cells.peephole import KIND


@keras.saving.register_keras_serializable(package="lstmgallery.peephole")
class Cell(SignalCell):
    """The LSTM with peepholes of Gers and Schmidhuber 2000."""

    kind = KIND

    def call(self, inputs: Any, states: tuple[Any, Any]) -> tuple[Any, list[Any]]:
        """inputs: (batch, features); states: h and c, each (batch, units)."""
        h, c = states
        z = self.product(inputs, self.kernel) + self.product(h, self.recurrent_kernel) + self.bias  # (batch, 4 * units)
        i, f, g, o = ops.split(z, 4, axis=-1)
        i, f = ops.sigmoid(i + self.input_peephole * c), ops.sigmoid(f + self.forget_peephole * c)
        g = ops.tanh(g)
        c = f * c + i * g
        o = ops.sigmoid(o + self.output_peephole * c)
        h = o * ops.tanh(c)
        return ops.concatenate([c, h, g, i, f, o], axis=-1), [h, c]
