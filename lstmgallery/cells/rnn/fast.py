"""The plain RNN along a whole window of text, with a gradient written by hand (as in `cells/lstm/fast.py`)."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from lstmgallery.cells.fast import Tensors, gradient_of_product, multiply_inputs, one_step_earlier, scan


def read_window(inputs: Any, weights: Mapping[str, Any], keeps: Any, state: Tensors) -> tuple[Any, Tensors]:
    """Return the hidden states along a window, (time, batch, units), and the state after it.

    inputs: tokens, (time, batch) int32, or values, (time, batch, inputs); keeps: (time, batch, 1), 0 where a step
    starts from a zero state, else 1; state: hidden before the window, (batch, units).
    """
    projected = multiply_inputs(inputs, weights["kernel"]) + weights["bias"]
    hidden = _run(projected, weights["recurrent_kernel"], keeps, *state)
    return hidden, (hidden[-1],)


@tf.custom_gradient
def _run(projected: Any, recurrent_kernel: Any, keeps: Any, h: Any) -> Any:
    """Return the hidden states, (time, batch, units). projected: W x + b, of the same shape."""
    time = projected.shape[0]

    def step(at: Any, h: Any) -> tuple[Tensors, Tensors]:
        h = tf.tanh(projected[at] + tf.matmul(keeps[at] * h, recurrent_kernel))
        return (h,), (h,)

    _, (hiddens,) = scan(step, (h,), time=time, kept=1)

    def gradient(d_hiddens: Any) -> Any:
        slope, transposed = 1 - hiddens * hiddens, tf.transpose(recurrent_kernel)

        def step_back(at: Any, dh: Any) -> tuple[Tensors, Tensors]:
            dz = slope[at] * (dh + d_hiddens[at])
            return (keeps[at] * tf.matmul(dz, transposed),), (dz,)

        (dh,), (dz,) = scan(step_back, (tf.zeros_like(h),), time=time, kept=1, is_backward=True)
        return dz, gradient_of_product(one_step_earlier(h, hiddens, keeps), dz), None, dh

    return hiddens, gradient
