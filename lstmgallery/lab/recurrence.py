"""A layer along sequences for training: only hidden states come out, and the gradient reads each step again.

`keras.layers.RNN` keeps everything that a step computes until the gradient needs it, and passes a gradient for every
signal through its loops, although training reads hidden states alone. Here each step is computed a second time from the
state before it: the same operations, so gradients are equal to the bit, in less time.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from lstmgallery.cells.layer import SignalCell

Tensors = tuple[Any, ...]


def read_logits(model: keras.Model, cells: list[SignalCell], tokens: Any) -> Any:
    """Return the logits of a model of `build_model` for tokens, (batch, time) int32: (batch, time, tokens).

    `cells`: those of its layers, the first layer's first.
    """
    readout = model.get_layer("readout")
    flow = tf.transpose(ops.one_hot(tokens, readout.units), (1, 0, 2))
    for cell in cells:
        flow = read_along(cell, flow)
    return readout(tf.transpose(flow, (1, 0, 2)))


def read_along(cell: SignalCell, inputs: Any) -> Any:
    """Return the hidden state after every step, (time, batch, units), for inputs (time, batch, inputs).

    Every sequence starts from a zero state. All shapes have to be known.
    """
    time, batch, _ = inputs.shape
    hidden_at = cell.kind.state.index("hidden")
    zero = tf.zeros((batch, cell.units))
    zeros = tuple(zero for _ in cell.kind.state)

    def step(weights: Tensors, at_step: Any, state: Tensors) -> Tensors:
        (_, after), _ = cell.stateless_call(weights, [], at_step, list(state))
        return tuple(after)

    @tf.custom_gradient
    def read(inputs: Any, *weights: Any) -> Any:
        def forward(at: Any, state: Tensors, before: Tensors, hidden: Any) -> tuple[Any, ...]:
            before = tuple(store.write(at, value) for store, value in zip(before, state, strict=True))
            after = step(weights, inputs[at], state)
            return at + 1, after, before, hidden.write(at, after[hidden_at])

        *stores, hidden = [tf.TensorArray(tf.float32, time, element_shape=zero.shape) for _ in (*zeros, zero)]
        start = (tf.constant(0), zeros, tuple(stores), hidden)
        _, _, stores, hidden = tf.while_loop(lambda at, *_: at < time, forward, start, maximum_iterations=time)
        before = [store.stack() for store in stores]

        def gradient(d_hidden: Any) -> Tensors:
            def backward(taken: Any, d_after: Tensors, d_weights: Tensors, d_inputs: Any) -> tuple[Any, ...]:
                at = time - 1 - taken
                at_step, state = inputs[at], [values[at] for values in before]
                with tf.GradientTape() as tape:
                    tape.watch([at_step, state, weights])
                    after = step(weights, at_step, tuple(state))
                d_all = [d + d_hidden[at] if place == hidden_at else d for place, d in enumerate(d_after)]
                d_step, d_state, d_own = tape.gradient(after, [at_step, state, list(weights)], output_gradients=d_all)
                d_weights = tuple(total + d for total, d in zip(d_weights, d_own, strict=True))
                return taken + 1, tuple(d_state), d_weights, d_inputs.write(at, d_step)

            begin = tuple(tf.zeros_like(values) for values in weights)
            d_inputs = tf.TensorArray(tf.float32, time, element_shape=inputs.shape[1:])
            last = (tf.constant(0), zeros, begin, d_inputs)
            _, _, d_weights, d_inputs = tf.while_loop(
                lambda taken, *_: taken < time, backward, last, maximum_iterations=time
            )
            return d_inputs.stack(), *d_weights

        return hidden.stack(), gradient

    weights = [variable.value for variable in cell.trainable_variables]
    return read(inputs, *weights)
