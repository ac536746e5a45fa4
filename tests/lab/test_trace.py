"""A trace holds the network's values, row by row in the order of the sequences, for any batch size."""

from pathlib import Path

import numpy as np
import pytest

import lstmgallery.lab.trace
from lstmgallery.desk.reference import read_signals
from lstmgallery.lab.trace import trace
from tests.conftest import random_weights, small_network

SEQUENCES = ["aaXbb", "aXb", "aaaaaaXbbbbbb", "aXb", "aaaXbbb"]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_trace_equals_the_reference(tmp_path: Path, cell: str, layers: int) -> None:
    network = small_network(tmp_path, cell=cell, layers=layers)
    weights = random_weights(network, seed=11)
    traced = trace(network, weights, SEQUENCES)
    expected = [read_signals(network, weights, [sequence]) for sequence in SEQUENCES]
    for layer in range(layers):
        for at, key in enumerate(network.kind.keys):
            values = np.concatenate([of_sequence[layer][key] for of_sequence in expected])
            np.testing.assert_allclose(traced.signals[layer][at], values, rtol=0, atol=1e-5)
    hidden = np.concatenate([of_sequence[-1]["hidden"] for of_sequence in expected])
    logits = hidden @ weights["readout/kernel"] + weights["readout/bias"]
    np.testing.assert_allclose(traced.logits, logits, rtol=0, atol=1e-4)


def test_more_than_one_batch_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = small_network(tmp_path)
    weights = random_weights(network, seed=12)
    whole = trace(network, weights, SEQUENCES)
    monkeypatch.setattr(lstmgallery.lab.trace, "BATCH", 2)
    batched = trace(network, weights, SEQUENCES)
    assert batched.sequences == whole.sequences
    np.testing.assert_allclose(batched.logits, whole.logits, rtol=0, atol=1e-5)
    np.testing.assert_allclose(batched.signals[0], whole.signals[0], rtol=0, atol=1e-6)


def test_the_rows_keep_the_order_of_the_sequences(tmp_path: Path) -> None:
    network = small_network(tmp_path)
    weights = random_weights(network, seed=13)
    together = trace(network, weights, SEQUENCES)
    alone = [trace(network, weights, [sequence]) for sequence in SEQUENCES]
    assert together.sequences == tuple(SEQUENCES)
    expected = np.concatenate([each.signals[0] for each in alone], axis=1)
    assert expected.shape[1] == sum(len(sequence) + 1 for sequence in SEQUENCES)
    np.testing.assert_allclose(together.signals[0], expected, rtol=0, atol=1e-6)


def test_a_trace_is_float32_with_one_row_a_step(tmp_path: Path) -> None:
    network = small_network(tmp_path, cell="gru", layers=2)
    traced = trace(network, random_weights(network, seed=14), ["aXb", "aaXbb"])
    assert [signals.shape for signals in traced.signals] == [(4, 10, 6), (4, 10, 6)]
    assert traced.logits.shape == (10, len(network.task.vocabulary))
    assert {traced.logits.dtype, *(signals.dtype for signals in traced.signals)} == {np.dtype(np.float32)}
