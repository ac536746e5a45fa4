"""Ours: training on text, traces, and the equations, as builds use them; and the matrix products alone."""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import numpy as np

from lstmgallery.desk.reference import read_signals
from lstmgallery.lab import train_text as training
from lstmgallery.lab.text_spec import TextSpec
from lstmgallery.lab.trace import trace
from lstmgallery.network import Network
from tests.benchmarks.contenders.serving import SYMBOLS, Timed, serve
from tests.browser.text_pages import LETTERS, half_weights, text_network

Arrays = dict[str, np.ndarray]


def prepare_training(*, units: int, tracks: int, window: int, steps: int, is_plain: bool = False) -> Timed:
    """Time a step of training on text, without dropout; `is_plain`: the cell step by step, without its fast form."""
    total = 2 * steps
    seed = 1 + is_plain  # each compiles a program of its own
    spec = TextSpec(SYMBOLS, units=units, tracks=tracks, window=window, dropout=0, steps=total, seed=seed)
    tokens = np.random.default_rng(1).integers(2, SYMBOLS, size=(2 * tracks, 1_000))
    documents = [np.array([0, *row, 1]) for row in tokens]

    def timed() -> float:
        times: list[float] = []
        with ExitStack() as stack:
            stack.enter_context(patch.object(training, "STEPS_PER_CALL", steps))
            if is_plain:
                stack.enter_context(patch("lstmgallery.lab.window.fast_form", lambda _: None))
            training.train_text(spec, documents, [], place="", report=lambda *_: times.append(time.perf_counter()))
        return (times[-1] - times[0]) / steps

    return timed


def made_up(units: int, sequences: int, length: int) -> tuple[Network, Arrays, list[str]]:
    """Return a network with random weights, and texts of random letters for it."""
    with tempfile.TemporaryDirectory() as folder:
        network = text_network(Path(folder), units=units)
    chosen = np.random.default_rng(1).choice(LETTERS, size=(sequences, length))
    return network, half_weights(network, seed=1, scale=0.2), ["".join(row) for row in chosen]


def prepare_trace(*, units: int, sequences: int, length: int) -> Timed:
    """Time the record of every signal by the Keras model."""
    network, weights, texts = made_up(units, sequences, length)

    def timed() -> float:
        began = time.perf_counter()
        trace(network, weights, texts)
        return time.perf_counter() - began

    return timed


def prepare_equations(*, units: int, sequences: int, length: int) -> Timed:
    """Time every signal from the equations, with which text is measured."""
    network, weights, texts = made_up(units, sequences, length)

    def timed() -> float:
        began = time.perf_counter()
        read_signals(network, weights, texts, precision=np.float32, dtype=np.float32)
        return time.perf_counter() - began

    return timed


def prepare_products(*, units: int, sequences: int, length: int) -> Timed:
    """Time the matrix products of all steps alone: the bound of what reads step by step."""
    network, weights, _ = made_up(units, sequences, length)
    kernels = [values for values in weights.values() if values.ndim == 2]
    rows = [np.ones((sequences, kernel.shape[0]), np.float32) for kernel in kernels]
    assert network.layers == 2

    def timed() -> float:
        began = time.perf_counter()
        for _ in range(length + 1):
            for values, kernel in zip(rows, kernels, strict=True):
                values @ kernel
        return time.perf_counter() - began

    return timed


if __name__ == "__main__":
    serve(
        {
            "training": prepare_training,
            "trace": prepare_trace,
            "equations": prepare_equations,
            "products": prepare_products,
        }
    )
