"""Relatives: correlations equal NumPy's, in chunks as in one piece."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.desk.relatives import memory_sums, merge, nearest_relatives


def memories(rows: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, 4))
    values[:, 3] = -2 * values[:, 1] + 0.1 * random.normal(size=rows)
    return values


def test_the_nearest_relative_has_the_largest_correlation_of_all() -> None:
    values = memories(200, seed=1)
    expected = np.corrcoef(values.T)
    found = nearest_relatives(merge([memory_sums(values, layer=1)])).set_index("neuron")
    assert found.loc[2, "nearest"] == 4
    assert found.loc[4, "nearest"] == 2
    assert found.loc[2, "correlation"] == pytest.approx(expected[1, 3], abs=1e-9)


def test_a_constant_neuron_is_nobodys_relative() -> None:
    values = memories(50, seed=2)
    values[:, 0] = 3.0
    found = nearest_relatives(merge([memory_sums(values, layer=1)])).set_index("neuron")
    assert 1 not in found["nearest"].tolist()
    assert found["correlation"].between(-1, 1).all()


def test_relatives_are_looked_for_in_each_layer_and_listed_by_layer() -> None:
    by_layer = {layer: memories(100, seed=layer) for layer in (2, 10, 1)}
    found = nearest_relatives(merge(memory_sums(values, layer=layer) for layer, values in by_layer.items()))
    assert found[["layer", "neuron"]].to_numpy().tolist() == [[layer, at] for layer in (1, 2, 10) for at in range(1, 5)]
    for layer, of_layer in found.groupby("layer"):
        correlation = np.corrcoef(by_layer[layer].T) - np.eye(4)
        assert of_layer["nearest"].tolist() == [*(np.abs(correlation).argmax(axis=1) + 1)]


@given(cuts=st.lists(st.integers(1, 199), max_size=4, unique=True), order=st.randoms())
def test_chunks_in_any_order_agree_with_the_whole(cuts: list[int], order: object) -> None:
    values = memories(200, seed=3)
    chunks = np.split(values, sorted(cuts))
    parts = [memory_sums(chunk, layer=1) for chunk in chunks]
    order.shuffle(parts)  # type: ignore[attr-defined]
    whole = nearest_relatives(merge([memory_sums(values, layer=1)]))
    found = nearest_relatives(merge(parts))
    assert found["nearest"].tolist() == whole["nearest"].tolist()
    np.testing.assert_allclose(found["correlation"], whole["correlation"], atol=1e-9)
