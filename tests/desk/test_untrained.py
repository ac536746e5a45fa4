"""Untrained networks: their weights have the shapes and the spread of initial weights."""

import itertools

import numpy as np
import pytest

from lstmgallery.cells import CELL_KINDS
from lstmgallery.desk.effort import FULL
from lstmgallery.desk.reference import read_signals
from lstmgallery.desk.untrained import draw_weights, untrained_networks
from lstmgallery.network import Network
from tests.desk.planted import counting_network


def network_of(cell: str = "lstm", layers: int = 1, units: int = 20, seed: int = 1) -> Network:
    return counting_network().model_copy(update={"cell": cell, "layers": layers, "units": units, "seed": seed})


each_shape = pytest.mark.parametrize(("cell", "layers"), [*itertools.product(CELL_KINDS, [1, 2])])


@each_shape
def test_weights_have_the_names_and_shapes_of_the_network_s(cell: str, layers: int) -> None:
    network = network_of(cell, layers)
    weights = draw_weights(network, 1)
    assert {name: values.shape for name, values in weights.items()} == network.weight_shapes
    assert {values.dtype for values in weights.values()} == {np.dtype(np.float32)}


@each_shape
def test_kernels_are_uniform_up_to_the_limit_of_glorot_and_bengio(cell: str, layers: int) -> None:
    for name, values in draw_weights(network_of(cell, layers), 1).items():
        if name.endswith("kernel") and not name.endswith("recurrent_kernel"):
            inputs, outputs = values.shape
            limit = np.sqrt(6 / (inputs + outputs))
            assert 0.9 * limit < np.abs(values).max() <= np.float32(limit)
            assert values.var() == pytest.approx(limit**2 / 3, rel=0.2)
            assert abs(values.mean()) < 4 * limit / np.sqrt(3 * values.size)


@each_shape
def test_recurrent_kernels_have_orthonormal_rows(cell: str, layers: int) -> None:
    network = network_of(cell, layers)
    for layer in range(1, layers + 1):
        kernel = draw_weights(network, 1)[f"layer_{layer}/recurrent_kernel"].astype(np.float64)
        np.testing.assert_allclose(kernel @ kernel.T, np.eye(network.units), rtol=0, atol=1e-6)


def test_no_direction_of_a_recurrent_kernel_is_preferred() -> None:
    """QR alone would give a diagonal of one sign: over many draws each element is as often positive as negative."""
    network = network_of(units=2)
    drawn = np.stack([draw_weights(network, number)["layer_1/recurrent_kernel"] for number in range(400)])
    assert np.abs((drawn > 0).mean(axis=0) - 0.5).max() < 0.1  # four standard deviations of 400 draws


@pytest.mark.parametrize("units", [1, 20])
@each_shape
def test_biases_are_zero_but_for_gates_that_start_open_or_shut(cell: str, layers: int, units: int) -> None:
    """A forget gate starts open, at a bias of one; where the input gate decides about it, that one starts shut."""
    weights = draw_weights(network_of(cell, layers, units), 1)
    starts = {"lstm": [0, 1, 0, 0], "peephole": [0, 1, 0, 0], "coupled": [-1, 0, 0]}.get(cell)  # i f g o; i g o
    assert not weights["readout/bias"].any()
    for layer in range(1, layers + 1):
        expected = 0 if starts is None else np.repeat(starts, units)
        np.testing.assert_array_equal(weights[f"layer_{layer}/bias"], expected)


@each_shape
def test_peepholes_are_zero(cell: str, layers: int) -> None:
    weights = draw_weights(network_of(cell, layers), 1)
    peepholes = [values for name, values in weights.items() if name.endswith("_peephole")]
    assert len(peepholes) == (3 * layers if cell == "peephole" else 0)
    assert not any(values.any() for values in peepholes)


def test_the_same_number_and_seed_draw_the_same_weights_and_others_draw_others() -> None:
    drawn = draw_weights(network_of(), 3)
    for name, values in draw_weights(network_of(), 3).items():
        np.testing.assert_array_equal(values, drawn[name])
    for other in (draw_weights(network_of(), 4), draw_weights(network_of(seed=2), 3)):
        for name, values in other.items():
            assert np.array_equal(values, drawn[name]) == name.endswith("bias")


def test_the_layers_of_one_network_are_drawn_apart() -> None:
    weights = draw_weights(network_of(layers=2), 1)
    assert np.abs(weights["layer_1/recurrent_kernel"] - weights["layer_2/recurrent_kernel"]).max() > 0.1


def test_the_first_untrained_network_is_what_training_began_with_and_the_others_are_drawn() -> None:
    network = network_of(units=3)
    own = {"layer_1/kernel": np.zeros(3)}
    first, *others = untrained_networks(network, own, FULL.untrained)
    assert first is own
    assert len(others) == FULL.untrained - 1
    kernels = {weights["layer_1/kernel"].tobytes() for weights in others}
    assert len(kernels) == len(others)


@each_shape
def test_an_untrained_network_reads_sequences_and_no_two_of_its_neurons_are_alike(cell: str, layers: int) -> None:
    network = network_of(cell, layers, units=4)
    for signals in read_signals(network, draw_weights(network, 1), ["aaXbb", "aXb"]):
        hidden = signals["hidden"]
        assert np.isfinite(hidden).all()
        assert len(np.unique(hidden, axis=1).T) == network.units
