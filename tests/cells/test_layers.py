"""The cells equal Keras's own layers, and their signals follow the textbook's arithmetic."""

from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.layer import SignalCell
from lstmgallery.cells.reference import keep
from lstmgallery.desk.reference import read_signals, step_of
from lstmgallery.lab.model import build_model
from lstmgallery.lab.trace import trace
from tests.cells import twins
from tests.conftest import random_weights, small_network

BATCH, TIME, INPUTS, UNITS = 3, 12, 5, 7
CELLS: dict[str, type[SignalCell]] = {
    cell: import_module(f"lstmgallery.cells.{cell}.layer").Cell for cell in CELL_KINDS
}
each_cell = pytest.mark.parametrize("cell", CELLS)


def our_layer(cell: str, *, units: int = UNITS) -> keras.layers.RNN:
    return keras.layers.RNN(CELLS[cell](units), return_sequences=True)


def hidden_of(output: Any, cell: str, units: int = UNITS) -> Any:
    at = CELLS[cell].kind.keys.index("hidden") * units
    return output[..., at : at + units]


def pinned_pair(cell: str) -> tuple[keras.layers.Layer, keras.layers.Layer, np.ndarray]:
    """Return our layer and Keras's own with the same random weights, and inputs for them."""
    random = np.random.default_rng(7)
    inputs = random.normal(size=(BATCH, TIME, INPUTS)).astype(np.float32)
    shapes = CELL_KINDS[cell].weight_shapes(INPUTS, UNITS)
    drawn = {name: random.normal(0, 0.8, shape).astype(np.float32) for name, shape in shapes.items()}
    weights = twins.with_a_twin(drawn)
    ours = our_layer(cell)
    ours.build(inputs.shape)
    ours.set_weights([weights[weight.name] for weight in ours.weights])
    return ours, twins.make_twin(cell, weights), inputs


@each_cell
def test_the_hidden_state_equals_that_of_the_keras_layer(cell: str) -> None:
    ours, keras_own, inputs = pinned_pair(cell)
    expected = np.asarray(keras_own(inputs))
    assert np.ptp(expected) > 0.5  # the weights make the cell work
    np.testing.assert_allclose(np.asarray(hidden_of(ours(inputs), cell)), expected, rtol=0, atol=1e-5)


@each_cell
def test_the_gradients_equal_those_of_the_keras_layer(cell: str) -> None:
    ours, keras_own, inputs = pinned_pair(cell)
    pull = np.random.default_rng(8).normal(size=(BATCH, TIME, UNITS)).astype(np.float32) / (BATCH * TIME)

    def gradients(layer: keras.layers.Layer, *, is_ours: bool) -> list[np.ndarray]:
        tensor = tf.constant(inputs)
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            output = layer(tensor)
            loss = tf.reduce_sum((hidden_of(output, cell) if is_ours else output) * pull)
        sources = [tensor, *(weight.value for weight in layer.trainable_variables)]
        return [np.asarray(gradient) for gradient in tape.gradient(loss, sources)]

    found, (of_inputs, *of_weights) = gradients(ours, is_ours=True), gradients(keras_own, is_ours=False)
    expected = [of_inputs, *twins.gradients_of_twin(cell, of_weights)]
    assert len(found) - len(CELL_KINDS[cell].diagonals) == len(expected) == 4  # inputs, kernel, recurrent kernel, bias
    for one, other in zip(found[:4], expected, strict=True):
        assert np.abs(other).max() > 1e-3
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5)


@each_cell
def test_the_gradients_equal_finite_differences_of_the_reference(cell: str) -> None:
    kind = CELL_KINDS[cell]
    random = np.random.default_rng(9)
    shapes = kind.weight_shapes(INPUTS, UNITS)
    weights = {name: random.normal(0, 0.8, shape) for name, shape in shapes.items()}
    inputs = random.normal(size=(BATCH, TIME, INPUTS))
    pull = random.normal(size=(BATCH, TIME, UNITS)) / (BATCH * TIME)

    def loss(weights: dict[str, np.ndarray]) -> float:
        signals = {key: np.zeros((BATCH, UNITS)) for key in kind.state}
        hidden = []
        for at in range(TIME):
            signals = step_of(kind)(inputs[:, at], signals, weights, keep)
            hidden.append(signals["hidden"])
        return float((np.stack(hidden, axis=1) * pull).sum())

    ours = our_layer(cell)
    ours.build(inputs.shape)
    ours.set_weights([weights[weight.name].astype(np.float32) for weight in ours.weights])
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(hidden_of(ours(tf.constant(inputs, tf.float32)), cell) * pull.astype(np.float32))
    sources = ours.trainable_variables
    for source, gradient in zip(sources, tape.gradient(total, [source.value for source in sources]), strict=True):
        for _ in range(3):
            direction = random.normal(size=shapes[source.name])
            ahead, behind = (
                loss(weights | {source.name: weights[source.name] + size * direction}) for size in (1e-5, -1e-5)
            )
            expected = (ahead - behind) / 2e-5
            assert float((np.asarray(gradient) * direction).sum()) == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("cell", twins.OWN)
def test_weights_have_the_names_and_shapes_of_the_keras_layer(cell: str) -> None:
    ours, keras_own, _ = pinned_pair(cell)
    assert [(weight.name, weight.shape) for weight in ours.weights] == [
        (weight.name, weight.shape) for weight in keras_own.weights
    ]


@pytest.mark.parametrize("cell", twins.OWN)
def test_initial_weights_are_distributed_like_those_of_the_keras_layer(cell: str) -> None:
    ours, keras_own = our_layer(cell, units=64), twins.LAYERS[cell](64, seed=3)
    for layer in (ours, keras_own):
        layer.build((1, 1, 48))
    kernel, recurrent, bias = ours.get_weights()
    keras_kernel, keras_recurrent, keras_bias = keras_own.get_weights()
    limit = np.sqrt(6 / sum(kernel.shape))  # Glorot and Bengio 2010
    for values in (kernel, keras_kernel):
        assert np.abs(values).max() == pytest.approx(limit, rel=0.01)
        assert values.std() == pytest.approx(limit / np.sqrt(3), rel=0.02)
    for values in (recurrent, keras_recurrent):
        np.testing.assert_allclose(values @ values.T, np.eye(64), atol=1e-5)
    np.testing.assert_array_equal(bias, keras_bias)


@pytest.mark.parametrize("layers", [1, 2])
@each_cell
def test_every_signal_equals_the_reference_along_long_sequences(tmp_path: Path, cell: str, layers: int) -> None:
    network = small_network(tmp_path, cell=cell, layers=layers)
    weights = random_weights(network, seed=layers, scale=0.8)
    sequences = ["a" * 25 + "X" + "b" * 25, "a" * 3 + "X" + "b" * 40]
    traced = trace(network, weights, sequences)
    expected = [read_signals(network, weights, [sequence]) for sequence in sequences]
    for layer in range(layers):
        for at, key in enumerate(network.kind.keys):
            values = np.concatenate([of_sequence[layer][key] for of_sequence in expected])
            assert np.ptp(values) > 0.2  # the weights make the signal move
            np.testing.assert_allclose(traced.signals[layer][at], values, rtol=0, atol=1e-4)


@each_cell
def test_a_layer_of_these_cells_is_saved_and_loaded(tmp_path: Path, cell: str) -> None:
    inputs = np.random.default_rng(5).normal(size=(BATCH, TIME, INPUTS)).astype(np.float32)
    model = keras.Sequential([keras.Input((None, INPUTS)), our_layer(cell)])
    model.save(tmp_path / "cells.keras")
    loaded = keras.models.load_model(tmp_path / "cells.keras")
    np.testing.assert_array_equal(np.asarray(loaded(inputs)), np.asarray(model(inputs)))


def test_the_model_of_a_network_is_saved_and_loaded(tmp_path: Path) -> None:
    model = build_model(small_network(tmp_path, layers=2))
    model.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    tokens = np.array([[0, 2, 4, 3]], np.int32)
    expected, found = model(tokens), loaded(tokens)
    np.testing.assert_array_equal(np.asarray(found["logits"]), np.asarray(expected["logits"]))
    for one, other in zip(found["signals"], expected["signals"], strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def initial_weights(cell: type[SignalCell], *, seed: int) -> list[np.ndarray]:
    built = cell(UNITS, seed=seed)
    built.build((None, INPUTS))
    return [weight.numpy() for weight in built.weights]


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_equal_seeds_give_equal_initial_weights(cell: type[SignalCell]) -> None:
    for one, other in zip(initial_weights(cell, seed=4), initial_weights(cell, seed=4), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_other_seeds_give_other_initial_weights(cell: type[SignalCell]) -> None:
    (kernel, recurrent, *_), (other_kernel, other_recurrent, *_) = (initial_weights(cell, seed=at) for at in (4, 5))
    assert np.abs(kernel - other_kernel).max() > 0.1
    assert np.abs(recurrent - other_recurrent).max() > 0.1


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_each_kernel_is_drawn_from_a_seed_of_its_own(cell: type[SignalCell]) -> None:
    kernel, recurrent, *_ = initial_weights(cell, seed=4)
    glorot, orthogonal = keras.initializers.GlorotUniform(seed=4), keras.initializers.Orthogonal(seed=5)
    np.testing.assert_array_equal(kernel, np.asarray(glorot(kernel.shape)))
    np.testing.assert_array_equal(recurrent, np.asarray(orthogonal(recurrent.shape)))


@pytest.mark.parametrize("units", [0, -3, 2.5, "4"])
def test_units_that_are_no_positive_whole_number_are_refused(units: Any) -> None:
    with pytest.raises(ValueError, match="units: expected a whole number of at least 1, received"):
        CELLS["lstm"](units)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_cell_made_again_from_its_configuration_begins_with_the_same_weights(cell: type[SignalCell]) -> None:
    copy = cell.from_config(cell(UNITS, seed=9).get_config())
    copy.build((None, INPUTS))
    for one, other in zip([weight.numpy() for weight in copy.weights], initial_weights(cell, seed=9), strict=True):
        np.testing.assert_array_equal(one, other)
