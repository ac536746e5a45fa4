"""Weights go in and out of a model under the names of `weights.npz`."""

from pathlib import Path

import numpy as np
import pytest

from lstmgallery.cells import CELL_KINDS
from lstmgallery.lab.model import build_model, load_weights, weights_of
from tests.conftest import random_weights, small_network


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELL_KINDS)
def test_weights_that_are_written_are_read_again(tmp_path: Path, cell: str, layers: int) -> None:
    network = small_network(tmp_path, cell=cell, layers=layers)
    model = build_model(network)
    weights = random_weights(network, seed=3)
    load_weights(model, weights)
    found = weights_of(model)
    assert found.keys() == weights.keys()
    for name, values in weights.items():
        np.testing.assert_array_equal(found[name], values)


def test_weights_that_were_read_do_not_follow_the_model(tmp_path: Path) -> None:
    network = small_network(tmp_path)
    model = build_model(network)
    before = weights_of(model)
    kept = before["layer_1/kernel"].copy()
    load_weights(model, random_weights(network, seed=3))
    np.testing.assert_array_equal(before["layer_1/kernel"], kept)


def test_a_missing_weight_is_refused_by_name(tmp_path: Path) -> None:
    network = small_network(tmp_path)
    weights = random_weights(network, seed=3)
    del weights["layer_1/bias"]
    with pytest.raises(ValueError, match=r"differing: \['layer_1/bias'\]"):
        load_weights(build_model(network), weights)


def test_weights_of_another_layer_are_refused_by_name(tmp_path: Path) -> None:
    network = small_network(tmp_path)
    weights = random_weights(small_network(tmp_path, layers=2), seed=3)
    with pytest.raises(ValueError, match=r"differing: \['layer_2/bias', 'layer_2/kernel', 'layer_2/recurrent_kernel'"):
        load_weights(build_model(network), weights)


def test_a_weight_of_another_shape_is_refused(tmp_path: Path) -> None:
    network = small_network(tmp_path)
    weights = random_weights(network, seed=3)
    weights["layer_1/bias"] = weights["layer_1/bias"][:-1]
    with pytest.raises(ValueError, match="shape"):
        load_weights(build_model(network), weights)


def test_the_network_s_seed_decides_the_initial_weights(tmp_path: Path) -> None:
    network = small_network(tmp_path)
    one, same, other = (weights_of(build_model(network, seed=seed)) for seed in (1, None, 2))
    for name in ("layer_1/kernel", "layer_1/recurrent_kernel", "readout/kernel"):
        np.testing.assert_array_equal(one[name], same[name])
        assert np.abs(one[name] - other[name]).max() > 0.1


def test_the_layers_begin_with_weights_of_their_own(tmp_path: Path) -> None:
    weights = weights_of(build_model(small_network(tmp_path, layers=2)))
    assert np.abs(weights["layer_1/recurrent_kernel"] - weights["layer_2/recurrent_kernel"]).max() > 0.1
