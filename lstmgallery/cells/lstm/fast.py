"""The LSTM along a whole window of text, with a gradient written by hand: what training on text spends its time on.

Compared with stepping through the layer (`layer`) and letting TensorFlow derive the gradient, it saves three things.
The inputs of all steps are multiplied by the kernel at once, so the loop only multiplies by the recurrent kernel. One
sigmoid covers all four gates: tanh(z) = 2 σ(2z) - 1. The gradient computes the slopes of all steps at once, loops over
the product with the transposed recurrent kernel, and gets each weight's gradient as one product. Only the lab imports
this; it compiles it with XLA. `tests/cells/test_fast.py` compares it with the layer.
"""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

State = tuple[Any, ...]


def read_window(inputs: Any, weights: Mapping[str, Any], keeps: Any, state: State) -> tuple[Any, State]:
    """Return the hidden states along a window, (time, batch, units), and the state after it.

    inputs: tokens, (time, batch) int32, or values, (time, batch, inputs); weights: kernel, recurrent_kernel and bias in
    Keras's gate order i f g o; keeps: (time, batch, 1), 0 where a step starts from a zero state, else 1; state: hidden
    and cell before the window, each (batch, units).
    """
    kernel = weights["kernel"]
    product = tf.gather(kernel, inputs) if inputs.dtype.is_integer else tf.matmul(inputs, kernel)
    hidden, cell = _run(product + weights["bias"], weights["recurrent_kernel"], keeps, *state)
    return hidden, (hidden[-1], cell)


@tf.custom_gradient
def _run(projected: Any, recurrent_kernel: Any, keeps: Any, h: Any, c: Any) -> Any:
    """Return the hidden states, (time, batch, units), and the last cell state, (batch, units).

    projected: W x + b, (time, batch, 4 * units); h, c: the state before the window. Letters as in `reference`.
    """
    time, _, columns = projected.shape
    units = columns // 4
    scale = tf.repeat(tf.constant([1.0, 1.0, 2.0, 1.0], projected.dtype), units)  # doubles the argument of g
    scaled, scaled_kernel = scale * projected, scale * recurrent_kernel

    def step(at: Any, h: Any, c: Any, *stored: Any) -> tuple[Any, ...]:
        gates = tf.sigmoid(scaled[at] + tf.matmul(keeps[at] * h, scaled_kernel))  # (batch, 4 * units)
        i, f, g, o = tf.split(gates, 4, axis=-1)
        c = f * (keeps[at] * c) + i * (2 * g - 1)
        h = o * tf.tanh(c)
        return at + 1, h, c, *(store.write(at, value) for store, value in zip(stored, (gates, c, h), strict=True))

    stores = [tf.TensorArray(projected.dtype, time) for _ in range(3)]
    start = (tf.constant(0), h, c, *stores)
    _, _, last_cell, *stores = tf.while_loop(lambda at, *_: at < time, step, start, maximum_iterations=time)
    gates, cells, hiddens = (store.stack() for store in stores)

    def gradient(d_hiddens: Any, d_last_cell: Any) -> Any:
        h_before = keeps * tf.concat([h[None], hiddens[:-1]], 0)  # (time, batch, units), as each step read it
        c_before = keeps * tf.concat([c[None], cells[:-1]], 0)
        i, f, g, o = tf.split(gates, 4, axis=-1)
        g, tanh_c = 2 * g - 1, tf.tanh(cells)
        # dz = slopes * (dc, dc, dc, dh); dc = dc of the step after + into_cell * dh
        slopes = [i * (1 - i) * g, f * (1 - f) * c_before, (1 - g * g) * i, o * (1 - o) * tanh_c]
        slopes = tf.concat(slopes, -1)  # (time, batch, 4 * units)
        into_cell, passed_on = o * (1 - tanh_c * tanh_c), keeps * f
        transposed = tf.transpose(recurrent_kernel)

        def step_back(at: Any, dh: Any, dc: Any, d_gates: Any) -> tuple[Any, ...]:
            dh += d_hiddens[at]
            dc += into_cell[at] * dh
            dz = slopes[at] * tf.concat([dc, dc, dc, dh], -1)
            return at - 1, keeps[at] * tf.matmul(dz, transposed), passed_on[at] * dc, d_gates.write(at, dz)

        start = (tf.constant(time - 1), tf.zeros_like(h), d_last_cell, tf.TensorArray(projected.dtype, time))
        _, dh, dc, d_gates = tf.while_loop(lambda at, *_: at >= 0, step_back, start, maximum_iterations=time)
        dz = d_gates.stack()  # (time, batch, 4 * units)
        rows, columns_of_rows = tf.reshape(h_before, (-1, units)), tf.reshape(dz, (-1, columns))
        return dz, tf.matmul(rows, columns_of_rows, transpose_a=True), None, dh, dc

    return (hiddens, last_cell), gradient
