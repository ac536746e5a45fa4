"""The LSTM with peepholes along a whole window of text, with a gradient written by hand.

Peepholes only change what the cell leads to: through the output gate the hidden state grows with the new cell, through
the other gates the new cell grows with the old one. The rest of the gradient is the LSTM's (`cells/lstm/fast.py`).
"""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from lstmgallery.cells.fast import Tensors, gradient_of_product, multiply_inputs, one_step_earlier, scan
from lstmgallery.cells.lstm.fast import pass_back


def read_window(inputs: Any, weights: Mapping[str, Any], keeps: Any, state: Tensors) -> tuple[Any, Tensors]:
    """Return the hidden states along a window, (time, batch, units), and the state after it.

    inputs: tokens, (time, batch) int32, or values, (time, batch, inputs); weights: those of an LSTM in Keras's gate
    order i f g o, and one peephole for each gate; keeps: (time, batch, 1), 0 where a step starts from a zero state,
    else 1; state: hidden and cell before the window, each (batch, units).
    """
    projected = multiply_inputs(inputs, weights["kernel"]) + weights["bias"]
    peepholes = (weights[f"{gate}_peephole"] for gate in ("input", "forget", "output"))
    hidden, cell = _run(projected, weights["recurrent_kernel"], *peepholes, keeps, *state)
    return hidden, (hidden[-1], cell)


@tf.custom_gradient
def _run(projected: Any, recurrent_kernel: Any, p_i: Any, p_f: Any, p_o: Any, keeps: Any, h: Any, c: Any) -> Any:
    """Return the hidden states, (time, batch, units), and the last cell state, (batch, units).

    projected: W x + b, (time, batch, 4 * units); p_i, p_f, p_o: peepholes, (units,); h, c: the state before the window.
    """

    def step(at: Any, h: Any, c: Any) -> tuple[Tensors, Tensors]:
        c = keeps[at] * c
        i, f, g, o = tf.split(projected[at] + tf.matmul(keeps[at] * h, recurrent_kernel), 4, axis=-1)
        i, f, g = tf.sigmoid(i + p_i * c), tf.sigmoid(f + p_f * c), tf.tanh(g)
        c = f * c + i * g
        o = tf.sigmoid(o + p_o * c)
        h = o * tf.tanh(c)
        return (h, c), (tf.concat([i, f, g, o], -1), c, h)

    (_, last_cell), (gates, cells, hiddens) = scan(step, (h, c), time=projected.shape[0], kept=3)

    def gradient(d_hiddens: Any, d_last_cell: Any) -> Any:
        h_before, c_before = one_step_earlier(h, hiddens, keeps), one_step_earlier(c, cells, keeps)
        i, f, g, o = tf.split(gates, 4, axis=-1)
        tanh_c = tf.tanh(cells)
        by_i, by_f, by_g, by_o = i * (1 - i) * g, f * (1 - f) * c_before, (1 - g * g) * i, o * (1 - o) * tanh_c
        into_cell = o * (1 - tanh_c * tanh_c) + p_o * by_o
        passed_on = f + p_i * by_i + p_f * by_f
        slopes = [by_i, by_f, by_g, by_o]
        dz, dh, dc = pass_back(slopes, into_cell, passed_on, recurrent_kernel, keeps, d_hiddens, d_last_cell)
        d_i, d_f, _, d_o = tf.split(dz, 4, axis=-1)
        seen = ((d_i, c_before), (d_f, c_before), (d_o, cells))
        d_peepholes = (tf.reduce_sum(d_gate * cell, (0, 1)) for d_gate, cell in seen)
        return dz, gradient_of_product(h_before, dz), *d_peepholes, None, dh, dc

    return (hiddens, last_cell), gradient
