"""The GRU along a whole window of text, with a gradient written by hand (as in `cells/lstm/fast.py`)."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from lstmgallery.cells.fast import Tensors, gradient_of_product, multiply_inputs, one_step_earlier, scan


def read_window(inputs: Any, weights: Mapping[str, Any], keeps: Any, state: Tensors) -> tuple[Any, Tensors]:
    """Return the hidden states along a window, (time, batch, units), and the state after it.

    inputs: tokens, (time, batch) int32, or values, (time, batch, inputs); weights: in Keras's gate order z r g, the
    bias with one row for the input and one for the state; keeps: (time, batch, 1), 0 where a step starts from a zero
    state, else 1; state: hidden before the window, (batch, units).
    """
    bias, state_bias = tf.unstack(weights["bias"])
    projected = multiply_inputs(inputs, weights["kernel"]) + bias
    hidden = _run(projected, weights["recurrent_kernel"], state_bias, keeps, *state)
    return hidden, (hidden[-1],)


@tf.custom_gradient
def _run(projected: Any, recurrent_kernel: Any, state_bias: Any, keeps: Any, h: Any) -> Any:
    """Return the hidden states, (time, batch, units).

    projected: W x + b, (time, batch, 3 * units); h: the state before the window. Letters as in `reference`.
    """
    time = projected.shape[0]

    def step(at: Any, h: Any) -> tuple[Tensors, Tensors]:
        h = keeps[at] * h
        x_z, x_r, x_g = tf.split(projected[at], 3, axis=-1)
        u_z, u_r, u_g = tf.split(tf.matmul(h, recurrent_kernel) + state_bias, 3, axis=-1)
        z, r = tf.sigmoid(x_z + u_z), tf.sigmoid(x_r + u_r)
        g = tf.tanh(x_g + r * u_g)
        h = z * h + (1 - z) * g
        return (h,), (tf.concat([z, r, g, u_g], -1), h)

    _, (signals, hiddens) = scan(step, (h,), time=time, kept=2)

    def gradient(d_hiddens: Any) -> Any:
        h_before = one_step_earlier(h, hiddens, keeps)
        z, r, g, u_g = tf.split(signals, 4, axis=-1)
        by_z, by_x_g = (h_before - g) * z * (1 - z), (1 - z) * (1 - g * g)
        by_r = by_x_g * u_g * r * (1 - r)
        # du = slopes * (dh, dh, dh), through the state; the candidate's reaches it through the reset gate
        slopes, passed_on = tf.concat([by_z, by_r, by_x_g * r], -1), keeps * z
        transposed = tf.transpose(recurrent_kernel)

        def step_back(at: Any, dh: Any) -> tuple[Tensors, Tensors]:
            dh += d_hiddens[at]
            du = slopes[at] * tf.concat([dh, dh, dh], -1)
            return (passed_on[at] * dh + keeps[at] * tf.matmul(du, transposed),), (du, dh)

        (dh,), (du, d_all) = scan(step_back, (tf.zeros_like(h),), time=time, kept=2, is_backward=True)
        d_z, d_r, _ = tf.split(du, 3, axis=-1)
        d_projected = tf.concat([d_z, d_r, by_x_g * d_all], -1)
        return d_projected, gradient_of_product(h_before, du), tf.reduce_sum(du, (0, 1)), None, dh

    return hiddens, gradient
