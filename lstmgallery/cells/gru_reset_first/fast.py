"""The GRU with the reset gate before the matrix product along a whole window of text, with a gradient written by hand.

Unlike the GRU of Keras's default, each step needs two products in turn, both ways.
"""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from lstmgallery.cells.fast import Tensors, gradient_of_product, multiply_inputs, one_step_earlier, scan


def read_window(inputs: Any, weights: Mapping[str, Any], keeps: Any, state: Tensors) -> tuple[Any, Tensors]:
    """Return the hidden states along a window, (time, batch, units), and the state after it.

    inputs: tokens, (time, batch) int32, or values, (time, batch, inputs); weights: in the gate order z r g; keeps:
    (time, batch, 1), 0 where a step starts from a zero state, else 1; state: hidden before the window, (batch, units).
    """
    projected = multiply_inputs(inputs, weights["kernel"]) + weights["bias"]
    hidden = _run(projected, weights["recurrent_kernel"], keeps, *state)
    return hidden, (hidden[-1],)


@tf.custom_gradient
def _run(projected: Any, recurrent_kernel: Any, keeps: Any, h: Any) -> Any:
    """Return the hidden states, (time, batch, units).

    projected: W x + b, (time, batch, 3 * units); h: the state before the window. Letters as in `reference`.
    """
    time, _, columns = projected.shape
    gates = 2 * columns // 3  # columns of z and r, before those of g
    gates_kernel, candidate_kernel = recurrent_kernel[:, :gates], recurrent_kernel[:, gates:]

    def step(at: Any, h: Any) -> tuple[Tensors, Tensors]:
        h = keeps[at] * h
        zr = tf.sigmoid(projected[at][:, :gates] + tf.matmul(h, gates_kernel))
        z, r = tf.split(zr, 2, axis=-1)
        g = tf.tanh(projected[at][:, gates:] + tf.matmul(r * h, candidate_kernel))
        h = z * h + (1 - z) * g
        return (h,), (tf.concat([zr, g], -1), h)

    _, (signals, hiddens) = scan(step, (h,), time=time, kept=2)

    def gradient(d_hiddens: Any) -> Any:
        h_before = one_step_earlier(h, hiddens, keeps)
        z, r, g = tf.split(signals, 3, axis=-1)
        by_z, by_r, by_g = (h_before - g) * z * (1 - z), h_before * r * (1 - r), (1 - z) * (1 - g * g)
        gates_transposed, candidate_transposed = tf.transpose(gates_kernel), tf.transpose(candidate_kernel)

        def step_back(at: Any, dh: Any) -> tuple[Tensors, Tensors]:
            dh += d_hiddens[at]
            d_g = by_g[at] * dh
            d_seen = tf.matmul(d_g, candidate_transposed)  # of r * h
            d_gates = tf.concat([by_z[at] * dh, by_r[at] * d_seen], -1)
            d_before = z[at] * dh + r[at] * d_seen + tf.matmul(d_gates, gates_transposed)
            return (keeps[at] * d_before,), (tf.concat([d_gates, d_g], -1),)

        (dh,), (dz,) = scan(step_back, (tf.zeros_like(h),), time=time, kept=1, is_backward=True)
        d_kernels = gradient_of_product(h_before, dz[..., :gates]), gradient_of_product(r * h_before, dz[..., gates:])
        return dz, tf.concat(d_kernels, -1), None, dh

    return hiddens, gradient
