"""A network along windows of text: as Keras's own layers compute it, wherever the windows are cut."""

import dataclasses
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import lstmgallery.lab.window
from lstmgallery.cells import CELL_KINDS
from lstmgallery.lab.model import Weights, build_model, weights_of
from lstmgallery.lab.text_spec import TextSpec
from lstmgallery.lab.window import initial_weights, read_window, round_to_half, zero_state
from tests.conftest import small_network

SPEC = TextSpec(tokens=7, units=5, steps=1, seed=3, kernel_scale=2.0, dropout=0.5)
STEPS, TRACKS = 12, 2
TWINS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
each_cell = pytest.mark.parametrize("cell", ["lstm", "gru"])


def random_text() -> tuple[np.ndarray, np.ndarray]:
    """Return random tokens, and where documents start: in the first track at 0 and 5, in the second at 0 and 9."""
    is_start = np.zeros((STEPS, TRACKS), bool)
    is_start[[0, 5], 0] = is_start[[0, 9], 1] = True
    return np.random.default_rng(1).integers(SPEC.tokens, size=(STEPS, TRACKS)).astype(np.int32), is_start


def larger(weights: Weights) -> Weights:
    """Return weights that make every gate move."""
    random = np.random.default_rng(2)
    return {name: random.normal(0, 0.8, values.shape).astype(np.float32) for name, values in weights.items()}


def keras_logits(spec: TextSpec, weights: Weights, tokens: np.ndarray) -> np.ndarray:
    """Return the logits of Keras's own layers for one document, (steps, tokens)."""
    flow = tf.one_hot(tokens[None], spec.tokens)
    for layer in spec.layer_numbers:
        twin = TWINS[spec.cell](spec.units, return_sequences=True)
        twin.build(flow.shape)
        twin.set_weights([weights[f"layer_{layer}/{name}"] for name in ("kernel", "recurrent_kernel", "bias")])
        flow = twin(flow)
    return np.asarray(flow[0]) @ weights["readout/kernel"] + weights["readout/bias"]


@each_cell
@pytest.mark.parametrize("cuts", [[], [4, 8]])
def test_every_document_is_read_as_keras_reads_it_alone(cell: str, cuts: list[int]) -> None:
    spec = dataclasses.replace(SPEC, cell=cell)
    weights = larger(initial_weights(spec))
    reads, is_start = random_text()
    state, parts = zero_state(spec, TRACKS), []
    for rows in map(slice, [0, *cuts], [*cuts, STEPS]):
        logits, state = read_window(spec, weights, state, tf.constant(reads[rows]), is_start[rows])
        parts.append(np.asarray(logits))
    found = np.concatenate(parts)
    assert np.ptp(found) > 1
    for track in range(TRACKS):
        first, second = np.flatnonzero(is_start[:, track]).tolist()
        for rows in (slice(first, second), slice(second, STEPS)):
            expected = keras_logits(spec, weights, reads[rows, track])
            np.testing.assert_allclose(found[rows, track], expected, rtol=0, atol=1e-5)


@each_cell
def test_weights_begin_as_those_of_the_networks_model_but_for_the_scale_of_the_first_kernel(
    tmp_path: Path, cell: str
) -> None:
    network = small_network(tmp_path, cell=cell, layers=2)
    spec = TextSpec(tokens=len(network.task.vocabulary), cell=cell, units=network.units, seed=network.seed, steps=1)
    expected = weights_of(build_model(network))
    found = initial_weights(spec)
    assert list(found) == [
        *(f"layer_{layer}/{name}" for layer in (1, 2) for name in ("kernel", "recurrent_kernel", "bias")),
        *("readout/kernel", "readout/bias"),
    ]
    assert found.keys() == expected.keys()
    for name, values in found.items():
        scale = 8 if name == "layer_1/kernel" else 1
        np.testing.assert_array_equal(values, (scale * expected[name]).astype(np.float16).astype(np.float32))


def test_half_precision_is_the_nearest_float16_as_float32() -> None:
    found = round_to_half({"one": np.array([1 / 3, 1e-9, 2.0], np.float32)})["one"]
    assert found.dtype == np.float32
    assert found.tolist() == [0.333251953125, 0.0, 2.0]


def test_dropout_drops_its_share_of_each_layers_output_and_keeps_the_mean() -> None:
    spec = dataclasses.replace(SPEC, tokens=6, units=6, layers=1, dropout=0.25)
    weights = {name: np.zeros_like(values) for name, values in initial_weights(spec).items()}
    weights["layer_1/bias"] += 3.0  # every hidden state is close to 1
    weights["readout/kernel"] = np.eye(6, dtype=np.float32)
    reads, is_start = np.zeros((100, 40), np.int32), np.zeros((100, 40), bool)
    kept, _ = read_window(spec, weights, zero_state(spec, 40), tf.constant(reads), is_start)
    seeds = [tf.constant([1, seed]) for seed in (0, 0, 3)]
    one, again, other = (
        np.asarray(read_window(spec, weights, zero_state(spec, 40), tf.constant(reads), is_start, drop=seed)[0])
        for seed in seeds
    )
    share = (one == 0).mean(axis=(0, 1))  # of each unit
    np.testing.assert_allclose(share, 0.25, rtol=0, atol=0.03)
    np.testing.assert_allclose(one[one > 0], (np.asarray(kept) / 0.75)[one > 0], rtol=1e-6)
    np.testing.assert_array_equal(one, again)
    assert ((one == 0) & (other == 0)).mean() == pytest.approx(0.25**2, abs=0.01)  # drawn independently


def test_every_layer_drops_other_values(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = []

    def recorded(shape: Any, share: float, seed: Any) -> Any:
        assert share == SPEC.dropout
        seeds.append(seed.numpy().tolist())
        return tf.ones(shape)

    monkeypatch.setattr(lstmgallery.lab.window, "_dropout", recorded)
    reads, is_start = random_text()
    weights = larger(initial_weights(SPEC))
    read_window(SPEC, weights, zero_state(SPEC, TRACKS), tf.constant(reads), is_start, drop=tf.constant([4, 9]))
    assert seeds == [[4, 10], [4, 11]]


def test_without_a_seed_or_a_share_nothing_is_dropped() -> None:
    weights = larger(initial_weights(SPEC))
    reads, is_start = random_text()
    none = dataclasses.replace(SPEC, dropout=0.0)
    whole, _ = read_window(SPEC, weights, zero_state(SPEC, TRACKS), tf.constant(reads), is_start)
    same, _ = read_window(
        none, weights, zero_state(SPEC, TRACKS), tf.constant(reads), is_start, drop=tf.constant([1, 2])
    )
    np.testing.assert_array_equal(np.asarray(whole), np.asarray(same))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "expected either steps or minutes, received steps=None, minutes=None"),
        ({"steps": 1, "minutes": 1.0}, "expected either steps or minutes, received steps=1, minutes=1.0"),
        ({"steps": 0}, "steps: expected at least 1, received 0"),
        ({"minutes": 0.0}, "minutes: expected a number above 0, received 0.0"),
        ({"steps": 1, "tokens": 2}, "tokens: expected at least 3, received 2"),
        ({"steps": 1, "cell": "elman"}, f"cell: expected one of {', '.join(CELL_KINDS)}, received 'elman'"),
        ({"steps": 1, "dropout": 1.0}, "dropout: expected a number from 0 to below 1, received 1.0"),
        ({"steps": 1, "learning_rate": float("nan")}, "learning_rate: expected a number above 0, received nan"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011  the message is compared whole
        TextSpec(**{"tokens": 5, **settings})  # type: ignore[arg-type]
    assert str(raised.value) == message


def test_reports_count_steps_or_seconds() -> None:
    assert (TextSpec(tokens=5, steps=300).total, TextSpec(tokens=5, minutes=1.5).total) == (300, 90)
