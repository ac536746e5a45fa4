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

from lstmgallery.cells.fast import Tensors, gradient_of_product, multiply_inputs, one_step_earlier, scan


def read_window(inputs: Any, weights: Mapping[str, Any], keeps: Any, state: Tensors) -> tuple[Any, Tensors]:
    """Return the hidden states along a window, (time, batch, units), and the state after it.

    inputs: tokens, (time, batch) int32, or values, (time, batch, inputs); weights: kernel, recurrent_kernel and bias in
    Keras's gate order i f g o; keeps: (time, batch, 1), 0 where a step starts from a zero state, else 1; state: hidden
    and cell before the window, each (batch, units).
    """
    projected = multiply_inputs(inputs, weights["kernel"]) + weights["bias"]
    hidden, cell = _run(projected, weights["recurrent_kernel"], keeps, *state)
    return hidden, (hidden[-1], cell)


@tf.custom_gradient
def _run(projected: Any, recurrent_kernel: Any, keeps: Any, h: Any, c: Any) -> Any:
    """Return the hidden states, (time, batch, units), and the last cell state, (batch, units).

    projected: W x + b, (time, batch, 4 * units); h, c: the state before the window. Letters as in `reference`.
    """
    time, _, columns = projected.shape
    scale = tf.repeat(tf.constant([1.0, 1.0, 2.0, 1.0], projected.dtype), columns // 4)  # doubles the argument of g
    scaled, scaled_kernel = scale * projected, scale * recurrent_kernel

    def step(at: Any, h: Any, c: Any) -> tuple[Tensors, Tensors]:
        gates = tf.sigmoid(scaled[at] + tf.matmul(keeps[at] * h, scaled_kernel))  # (batch, 4 * units)
        i, f, g, o = tf.split(gates, 4, axis=-1)
        c = f * (keeps[at] * c) + i * (2 * g - 1)
        h = o * tf.tanh(c)
        return (h, c), (gates, c, h)

    (_, last_cell), (gates, cells, hiddens) = scan(step, (h, c), time=time, kept=3)

    def gradient(d_hiddens: Any, d_last_cell: Any) -> Any:
        h_before, c_before = one_step_earlier(h, hiddens, keeps), one_step_earlier(c, cells, keeps)
        i, f, g, o = tf.split(gates, 4, axis=-1)
        g, tanh_c = 2 * g - 1, tf.tanh(cells)
        slopes = [i * (1 - i) * g, f * (1 - f) * c_before, (1 - g * g) * i, o * (1 - o) * tanh_c]
        into_cell = o * (1 - tanh_c * tanh_c)
        dz, dh, dc = pass_back(slopes, into_cell, f, recurrent_kernel, keeps, d_hiddens, d_last_cell)
        return dz, gradient_of_product(h_before, dz), None, dh, dc

    return (hiddens, last_cell), gradient


def pass_back(
    slopes: list[Any],
    into_cell: Any,
    passed_on: Any,
    recurrent_kernel: Any,
    keeps: Any,
    d_hiddens: Any,
    d_last_cell: Any,
) -> Tensors:
    """Return the gradients of z, (time, batch, columns), and of the state before the window, each (batch, units).

    `slopes`: for each signal with columns of its own, how what it acts on grows with its z; the last acts on the hidden
    state, the others on the cell. `into_cell`: how the hidden state grows with the cell; `passed_on`: how the cell
    grows with the one before it. All are (time, batch, units).
    """
    time = keeps.shape[0]
    slope, passed, transposed = tf.concat(slopes, -1), keeps * passed_on, tf.transpose(recurrent_kernel)

    def step(at: Any, dh: Any, dc: Any) -> tuple[Tensors, Tensors]:
        dh += d_hiddens[at]
        dc += into_cell[at] * dh
        dz = slope[at] * tf.concat([*[dc] * (len(slopes) - 1), dh], -1)
        return (keeps[at] * tf.matmul(dz, transposed), passed[at] * dc), (dz,)

    (dh, dc), (dz,) = scan(step, (tf.zeros_like(d_last_cell), d_last_cell), time=time, kept=1, is_backward=True)
    return dz, dh, dc
