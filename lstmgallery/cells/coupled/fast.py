"""The LSTM with coupled gates along a whole window of text, with a gradient written by hand.

Written like the LSTM's (`cells/lstm/fast.py`), with one gate fewer.
"""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from lstmgallery.cells.fast import Tensors, gradient_of_product, multiply_inputs, one_step_earlier, scan
from lstmgallery.cells.lstm.fast import pass_back


def read_window(inputs: Any, weights: Mapping[str, Any], keeps: Any, state: Tensors) -> tuple[Any, Tensors]:
    """Return the hidden states along a window, (time, batch, units), and the state after it.

    inputs: tokens, (time, batch) int32, or values, (time, batch, inputs); weights: in the gate order i g o; keeps:
    (time, batch, 1), 0 where a step starts from a zero state, else 1; state: hidden and cell before the window, each
    (batch, units).
    """
    projected = multiply_inputs(inputs, weights["kernel"]) + weights["bias"]
    hidden, cell = _run(projected, weights["recurrent_kernel"], keeps, *state)
    return hidden, (hidden[-1], cell)


@tf.custom_gradient
def _run(projected: Any, recurrent_kernel: Any, keeps: Any, h: Any, c: Any) -> Any:
    """Return the hidden states, (time, batch, units), and the last cell state, (batch, units).

    projected: W x + b, (time, batch, 3 * units); h, c: the state before the window. Letters as in `reference`.
    """
    time, _, columns = projected.shape
    scale = tf.repeat(tf.constant([1.0, 2.0, 1.0], projected.dtype), columns // 3)  # doubles the argument of g
    scaled, scaled_kernel = scale * projected, scale * recurrent_kernel

    def step(at: Any, h: Any, c: Any) -> tuple[Tensors, Tensors]:
        gates = tf.sigmoid(scaled[at] + tf.matmul(keeps[at] * h, scaled_kernel))  # (batch, 3 * units)
        i, g, o = tf.split(gates, 3, axis=-1)
        c = (1 - i) * (keeps[at] * c) + i * (2 * g - 1)
        h = o * tf.tanh(c)
        return (h, c), (gates, c, h)

    (_, last_cell), (gates, cells, hiddens) = scan(step, (h, c), time=time, kept=3)

    def gradient(d_hiddens: Any, d_last_cell: Any) -> Any:
        h_before, c_before = one_step_earlier(h, hiddens, keeps), one_step_earlier(c, cells, keeps)
        i, g, o = tf.split(gates, 3, axis=-1)
        g, tanh_c = 2 * g - 1, tf.tanh(cells)
        slopes = [i * (1 - i) * (g - c_before), (1 - g * g) * i, o * (1 - o) * tanh_c]
        into_cell = o * (1 - tanh_c * tanh_c)
        dz, dh, dc = pass_back(slopes, into_cell, 1 - i, recurrent_kernel, keeps, d_hiddens, d_last_cell)
        return dz, gradient_of_product(h_before, dz), None, dh, dc

    return (hiddens, last_cell), gradient
