"""Untrained networks drawn in NumPy have the distribution of Keras's initial weights."""

import numpy as np
import pytest

from lstmgallery.cells import CELL_KINDS
from lstmgallery.desk.untrained import draw_weights
from lstmgallery.lab.model import build_model, weights_of
from lstmgallery.network import Network
from tests.desk.planted import counting_network


def network_of(cell: str, layers: int) -> Network:
    """Return a network with enough weights to measure their spread."""
    return counting_network().model_copy(update={"cell": cell, "layers": layers, "units": 32})


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELL_KINDS)
def test_weights_are_drawn_as_keras_draws_those_that_training_begins_with(cell: str, layers: int) -> None:
    network = network_of(cell, layers)
    begun = weights_of(build_model(network))
    drawn = draw_weights(network, 1)
    assert {name: values.shape for name, values in drawn.items()} == {
        name: values.shape for name, values in begun.items()
    }
    for name, values in drawn.items():
        assert values.dtype == begun[name].dtype
        if not name.endswith("kernel"):  # biases and peepholes
            np.testing.assert_array_equal(values, begun[name])
        elif name.endswith("recurrent_kernel"):
            for kernel in (values.astype(np.float64), begun[name].astype(np.float64)):
                np.testing.assert_allclose(kernel @ kernel.T, np.eye(network.units), rtol=0, atol=1e-5)
        else:
            limit = np.sqrt(6 / sum(values.shape))
            for kernel in (values, begun[name]):
                assert 0.9 * limit < np.abs(kernel).max() <= limit * (1 + 1e-6)
            assert values.var() == pytest.approx(begun[name].var(), rel=0.2)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_over_several_draws_their_spread_is_that_of_keras_within_a_tenth(cell: str) -> None:
    network = network_of(cell, 1)
    begun = [weights_of(build_model(network, seed=seed)) for seed in range(1, 5)]
    drawn = [draw_weights(network, number) for number in range(1, 5)]
    for name in drawn[0]:
        if not name.endswith("bias"):
            ours, theirs = (np.concatenate([each[name].ravel() for each in part]) for part in (drawn, begun))
            assert ours.std() == pytest.approx(theirs.std(), rel=0.1)
            assert abs(ours.mean() - theirs.mean()) < 0.1 * theirs.std()


def test_no_untrained_network_is_the_one_that_training_begins_with() -> None:
    network = network_of("lstm", 1)
    begun = weights_of(build_model(network))["layer_1/kernel"]
    assert all(np.abs(draw_weights(network, number)["layer_1/kernel"] - begun).max() > 0.1 for number in range(1, 5))
