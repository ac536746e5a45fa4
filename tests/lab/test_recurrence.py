"""Training's way along sequences against the Keras model that every signal is read from."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from lstmgallery.cells import CELL_KINDS
from lstmgallery.lab.model import build_model
from lstmgallery.lab.recurrence import read_along, read_logits
from tests.conftest import small_network


@pytest.mark.parametrize("cell", CELL_KINDS)
def test_logits_and_gradients_are_those_of_the_model_to_the_bit(tmp_path: Path, cell: str) -> None:
    network = small_network(tmp_path, cell=cell, layers=2 if cell == "lstm" else 1)
    model = build_model(network)
    tokens = network.task.vocabulary.encode(("aXb", "aaXbb", "aaaaXbbbb"))[0]
    cells = [model.get_layer(f"layer_{layer}").cell for layer in network.layer_numbers]
    weighting = tf.constant(
        np.random.default_rng(1).normal(size=(*tokens.shape, len(network.task.vocabulary))), "float32"
    )

    def run(is_model: bool) -> tuple[object, list[object]]:
        with tf.GradientTape() as tape:
            logits = model(tokens)["logits"] if is_model else read_logits(model, cells, tf.constant(tokens))
            loss = tf.reduce_sum(tf.tanh(logits) * weighting)
        return logits, tape.gradient(loss, model.trainable_variables)

    compiled = tf.function(run, autograph=False)
    (expected, expected_gradients), (logits, gradients) = compiled(True), compiled(False)
    np.testing.assert_array_equal(logits, expected)
    for variable, gradient, its in zip(model.trainable_variables, gradients, expected_gradients, strict=True):
        np.testing.assert_array_equal(gradient, its, err_msg=variable.path)
        assert np.abs(its).max() > 0


def test_a_loss_at_the_end_reaches_the_first_step(tmp_path: Path) -> None:
    network = small_network(tmp_path)
    model = build_model(network)
    cell = model.get_layer("layer_1").cell
    inputs = tf.Variable(keras.random.normal((6, 2, len(network.task.vocabulary)), seed=1))
    with tf.GradientTape() as tape:
        last = tf.reduce_sum(read_along(cell, inputs)[-1, 0])
    slopes = tape.gradient(last, inputs).numpy()
    assert (np.abs(slopes[:, 0]).max(axis=1) > 0).all()
    assert (slopes[:, 1] == 0).all()
