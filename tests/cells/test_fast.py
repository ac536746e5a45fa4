"""The fast forms of cells are the cells: their states, and the gradients written by hand."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from lstmgallery.cells import CELL_KINDS
from lstmgallery.lab.window import ReadWindow, fast_form, plain_form
from tests.cells import twins
from tests.conftest import ROOT

TIME, TRACKS, INPUTS, UNITS = 23, 3, 6, 5
FAST = [cell for cell in CELL_KINDS if (ROOT / "lstmgallery" / "cells" / cell / "fast.py").is_file()]
RELATIVE = 1e-6
SCALES = {"rnn": 0.4}  # of weights, else 0.8; larger ones let differences in a plain RNN grow

Values = dict[str, Any]


def example(cell: str, *, is_tokens: bool) -> Values:
    """Return random inputs, weights and states for a window in which documents start, one of them at its first step."""
    random = np.random.default_rng(3)
    shapes = CELL_KINDS[cell].weight_shapes(INPUTS, UNITS)
    keeps = np.ones((TIME, TRACKS, 1), np.float32)
    keeps[0, 1] = keeps[7, 0] = keeps[8, 0] = keeps[TIME - 1, 2] = 0
    values = random.normal(size=(TIME, TRACKS, INPUTS)).astype(np.float32)
    scale = SCALES.get(cell, 0.8)
    return {
        "inputs": random.integers(INPUTS, size=(TIME, TRACKS)).astype(np.int32) if is_tokens else values,
        "weights": {name: random.normal(0, scale, shape).astype(np.float32) for name, shape in shapes.items()},
        "keeps": keeps,
        "state": [random.normal(size=(TRACKS, UNITS)).astype(np.float32) for _ in CELL_KINDS[cell].state],
    }


def run(read: ReadWindow, given: Values) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the hidden states and the state after them, and the gradients of a sum of all of them, weighted."""
    random = np.random.default_rng(4)
    pulls = [random.normal(size=(TIME, TRACKS, UNITS)), *(random.normal(size=(TRACKS, UNITS)) for _ in given["state"])]
    pulls = [pull.astype(np.float32) for pull in pulls]

    def work() -> Any:
        inputs = tf.constant(given["inputs"])
        weights = {name: tf.constant(values) for name, values in given["weights"].items()}
        state = tuple(tf.constant(values) for values in given["state"])
        sources = [*weights.values(), *state, *([] if inputs.dtype.is_integer else [inputs])]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            hidden, after = read(inputs, weights, tf.constant(given["keeps"]), state)
            total = tf.add_n([tf.reduce_sum(pull * each) for pull, each in zip(pulls, (hidden, *after), strict=True)])
        return [hidden, *after], [tf.convert_to_tensor(each) for each in tape.gradient(total, sources)]

    outputs, gradients = tf.function(work, jit_compile=True, autograph=False)()
    return [np.asarray(each) for each in outputs], [np.asarray(each) for each in gradients]


def assert_close(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    """Compare arrays by the size of their difference relative to their own."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        assert np.abs(other).max() > 0.1
        assert np.linalg.norm(one - other) / np.linalg.norm(other) < RELATIVE


@pytest.mark.parametrize(("cell", "is_tokens"), [*((cell, False) for cell in FAST), ("lstm", True)])
def test_states_and_gradients_are_those_of_the_layer_step_by_step(cell: str, *, is_tokens: bool) -> None:
    given = example(cell, is_tokens=is_tokens)
    read = fast_form(cell)
    assert read is not None
    (outputs, gradients), (plain_outputs, plain_gradients) = run(read, given), run(plain_form(cell), given)
    assert_close(outputs, plain_outputs)
    assert_close(gradients, plain_gradients)


@pytest.mark.parametrize("cell", FAST)
def test_hidden_states_are_those_of_the_keras_layer_document_by_document(cell: str) -> None:
    given = example(cell, is_tokens=True)
    given["weights"] = twins.with_a_twin(given["weights"])
    read = fast_form(cell)
    assert read is not None
    (hidden, *_), _ = run(read, given)
    layer = twins.make_twin(cell, given["weights"])
    one_hot = np.eye(INPUTS, dtype=np.float32)[given["inputs"]]
    for track in range(TRACKS):
        starts = [at for at in range(1, TIME) if not given["keeps"][at, track, 0]]
        is_carried = bool(given["keeps"][0, track, 0])
        for first, end in zip([0, *starts], [*starts, TIME], strict=True):
            before = [tf.constant(values[track : track + 1] * (first == 0 and is_carried)) for values in given["state"]]
            expected = np.asarray(layer(one_hot[None, first:end, track], initial_state=before))[0]
            np.testing.assert_allclose(hidden[first:end, track], expected, rtol=0, atol=1e-6)


def test_a_cell_offers_a_fast_form_by_having_the_module() -> None:
    assert "lstm" in FAST
    assert [cell for cell in CELL_KINDS if fast_form(cell)] == FAST
