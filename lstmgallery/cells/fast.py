"""Shared parts of the fast forms: a window of text read with a gradient written by hand.

Only the lab imports this; it compiles it with XLA.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

Tensors = tuple[Any, ...]
Step = Callable[..., tuple[Tensors, Tensors]]  # (at, *state) -> the state after it, and the values to keep


def multiply_inputs(inputs: Any, kernel: Any) -> Any:
    """Return the inputs of all steps times the kernel, (time, batch, columns).

    inputs: tokens, (time, batch) int32, which pick rows of the kernel, or values, (time, batch, inputs).
    """
    return tf.gather(kernel, inputs) if inputs.dtype.is_integer else tf.matmul(inputs, kernel)


def scan(step: Step, state: Tensors, *, time: int, kept: int, is_backward: bool = False) -> tuple[Tensors, Tensors]:
    """Take `time` steps from `state`, the last one first if `is_backward`.

    Returns the state after them and the `kept` values of every step, each (time, ...), in the order of time.
    """

    def take(taken: Any, state: Tensors, stores: Tensors) -> tuple[Any, Tensors, Tensors]:
        at = time - 1 - taken if is_backward else taken
        state, values = step(at, *state)
        return taken + 1, state, tuple(store.write(at, value) for store, value in zip(stores, values, strict=True))

    stores = tuple(tf.TensorArray(state[0].dtype, time) for _ in range(kept))
    start = (tf.constant(0), state, stores)
    _, state, stores = tf.while_loop(lambda taken, *_: taken < time, take, start, maximum_iterations=time)
    return state, tuple(store.stack() for store in stores)


def one_step_earlier(before: Any, states: Any, keeps: Any) -> Any:
    """Return a state as each step read it, (time, batch, units).

    before: the state before the window, (batch, units); states: those after each step; keeps: (time, batch, 1), 0 where
    a step starts from a zero state.
    """
    return keeps * tf.concat([before[None], states[:-1]], 0)


def gradient_of_product(rows: Any, d_columns: Any) -> Any:
    """Return the gradient of the weights, (inputs, columns), by which the rows of all steps were multiplied.

    rows: (time, batch, inputs); d_columns: the gradient of the products, (time, batch, columns).
    """
    flat, d_flat = (tf.reshape(values, (-1, values.shape[-1])) for values in (rows, d_columns))
    return tf.matmul(flat, d_flat, transpose_a=True)
