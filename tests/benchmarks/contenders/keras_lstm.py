"""Keras as people use it: `keras.layers.LSTM` under `fit`, and a loop over `keras.layers.LSTMCell`."""

import time

import keras
import numpy as np
import tensorflow as tf

from tests.benchmarks.contenders.serving import SYMBOLS, Timed, serve


def prepare_training(*, units: int, tracks: int, window: int, steps: int, is_compiled: bool) -> Timed:
    """Time a step of `fit` with two layers; `is_compiled`: with XLA."""
    tokens = keras.Input((window,), batch_size=tracks, dtype="int32")
    flow = keras.ops.one_hot(tokens, SYMBOLS)
    for _ in range(2):
        flow = keras.layers.LSTM(units, return_sequences=True)(flow)
    model = keras.Model(tokens, keras.layers.Dense(SYMBOLS)(flow))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(global_clipnorm=1.0), loss, jit_compile=is_compiled)
    text = np.random.default_rng(1).integers(SYMBOLS, size=(steps * tracks, window + 1)).astype(np.int32)

    def timed() -> float:
        began = time.perf_counter()
        model.fit(text[:, :-1], text[:, 1:], batch_size=tracks, shuffle=False, verbose=0)
        return (time.perf_counter() - began) / steps

    return timed


def prepare_loop(*, units: int, sequences: int, length: int) -> Timed:
    """Time a loop that keeps the hidden and the cell state after each step: one compiled step, called from Python."""
    cells = [keras.layers.LSTMCell(units) for _ in range(2)]
    readout = keras.layers.Dense(SYMBOLS)
    tokens = np.random.default_rng(1).integers(SYMBOLS, size=(length + 1, sequences)).astype(np.int32)

    @tf.function  # type: ignore[untyped-decorator]
    def step(read: tf.Tensor, states: list[list[tf.Tensor]]) -> tuple[tf.Tensor, list[list[tf.Tensor]]]:
        flow = tf.one_hot(read, SYMBOLS)
        after = []
        for cell, state in zip(cells, states, strict=True):
            flow, state_after = cell(flow, state)
            after.append(state_after)
        return readout(flow), after

    def timed() -> float:
        began = time.perf_counter()
        states = [[tf.zeros((sequences, units)) for _ in range(2)] for _ in cells]
        kept = []
        for read in tokens:
            logits, states = step(tf.constant(read), states)
            kept.append([logits.numpy(), *(values.numpy() for state in states for values in state)])
        return time.perf_counter() - began

    return timed


if __name__ == "__main__":
    serve({"training": prepare_training, "loop": prepare_loop})
