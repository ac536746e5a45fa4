"""Moments equal those of pandas for the same values, for chunks of any size and order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstmgallery.desk.moments import finish, merge, moments_of

VALUES = arrays(np.float32, st.tuples(st.integers(2, 30), st.integers(1, 4)), elements=st.floats(-2, 2, width=32))


def summarise(signals: dict[str, np.ndarray]) -> pd.DataFrame:
    return finish(merge([moments_of(signals, layer=1)]))


def test_moments_are_those_of_plain_pandas() -> None:
    random = np.random.default_rng(1)
    signals = {key: random.uniform(-0.2, 1.2, (500, 3)).astype(np.float32) for key in ("cell", "input_gate")}
    found = summarise(signals).set_index(["signal", "neuron"])
    assert sorted(found.index) == [(key, neuron) for key in ("cell", "input_gate") for neuron in (1, 2, 3)]
    for (key, neuron), row in found.iterrows():
        values = pd.Series(signals[key][:, neuron - 1].astype(float))
        expected = [500, values.min(), values.mean(), values.max(), (values < 0.1).mean(), (values > 0.9).mean()]
        assert row[["steps", "minimum", "mean", "maximum", "shut", "open"]].tolist() == pytest.approx(expected)


def test_layers_stay_apart() -> None:
    parts = [moments_of({"cell": np.full((4, 1), float(layer))}, layer=layer) for layer in (2, 1)]
    found = finish(merge(parts))
    assert found[["layer", "mean", "steps"]].to_numpy().tolist() == [[1, 1.0, 4], [2, 2.0, 4]]


def test_a_value_at_the_threshold_is_neither_shut_nor_open() -> None:
    found = summarise({"input_gate": np.array([[0.1], [0.9], [0.0999], [0.9001]])})
    assert (found["shut"][0], found["open"][0]) == (0.25, 0.25)


@settings(max_examples=40)
@given(values=VALUES, data=st.data())
def test_chunks_merged_in_any_order_equal_the_whole(values: np.ndarray, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(values) - 1))))
    chunks = data.draw(st.permutations(np.split(values, cuts)))
    found = finish(merge(moments_of({"cell": chunk}, layer=1) for chunk in chunks))
    pd.testing.assert_frame_equal(found, summarise({"cell": values}), rtol=1e-9, atol=1e-12)


@settings(max_examples=40)
@given(values=VALUES, data=st.data())
def test_merged_results_can_be_merged_again(values: np.ndarray, data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(values) - 1))
    parts = [moments_of({"cell": chunk}, layer=1) for chunk in np.split(values, [cut])]
    pd.testing.assert_frame_equal(merge([merge(parts[:1]), merge(parts[1:])]), merge(parts))
