"""The frontier: every size is tried, only an answer that ends is right, and the memory is of the given neuron."""

import numpy as np
import pandas as pd
import pytest

from lstmgallery.desk.experiments import frontier
from lstmgallery.desk.experiments.frontier import find_frontier, first_failure
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import SelectiveCounting
from tests.conftest import random_weights
from tests.desk.planted import (
    counting_network,
    counting_weights,
    deep_counting_network,
    deep_counting_weights,
    latch_network,
    latch_weights,
    network_of,
)

COUNTER = 1


def test_the_planted_counter_is_right_at_every_size() -> None:
    found = find_frontier(counting_network(), counting_weights(), layer=1, neuron=COUNTER)
    assert found["size"].tolist() == list(range(1, 101))
    assert first_failure(found) is None
    np.testing.assert_allclose(found["memory"], 0.1 * found["size"], atol=1e-6)


def test_a_counter_that_leaks_fails_where_it_must() -> None:
    weights = counting_weights()
    weights["layer_1/bias"][3] = 3.0  # neuron 1 keeps only 95 % of its cell at each step
    found = find_frontier(counting_network(), weights, layer=1, neuron=COUNTER)
    failure = first_failure(found)
    assert failure is not None
    row = found.iloc[failure - 1]
    assert row["written"] != row["expected"]
    assert found["right"].iloc[: failure - 1].all()


@pytest.fixture
def furthest(monkeypatch: pytest.MonkeyPatch) -> int:
    """A small largest size to try."""
    monkeypatch.setattr(frontier, "FURTHEST", 4)
    return 4


def test_each_variant_of_each_size_is_written_on(furthest: int) -> None:
    found = find_frontier(latch_network(), latch_weights(), layer=1, neuron=2)
    sizes = range(1, furthest + 1)
    assert found[["size", "variant"]].to_numpy().tolist() == [[size, letter] for size in sizes for letter in "AB"]
    assert found["prompt"].tolist() == [letter + "x" * size + "Y" for size in sizes for letter in "AB"]
    assert found["expected"].tolist() == found["written"].tolist() == ["a", "b"] * furthest
    assert found[["is_trained", "ended", "right"]].all(axis=None)
    np.testing.assert_allclose(found["memory"], [np.tanh(0.5), -np.tanh(0.5)] * furthest, atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "neuron", "each"), [(1, 3, np.tanh(0.3)), (2, 3, np.tanh(np.tanh(np.tanh(0.1)))), (2, 1, 0.0)]
)
def test_the_memory_is_that_of_one_neuron_of_its_layer(layer: int, neuron: int, each: float, furthest: int) -> None:
    found = find_frontier(deep_counting_network(), deep_counting_weights(), layer=layer, neuron=neuron)
    np.testing.assert_allclose(found["memory"], each * np.arange(1, furthest + 1), atol=1e-6)


def test_variants_outside_training_are_marked_and_can_be_left_out(furthest: int) -> None:
    network = network_of(SelectiveCounting(kind="selective-counting", longest=4, most_ignored=2))
    weights = random_weights(network, seed=1)
    whole = find_frontier(network, weights, layer=1, neuron=1)
    ignored = whole["prompt"].str.count("X")
    assert whole["variant"].tolist() == ignored.astype(str).tolist()
    assert whole["is_trained"].tolist() == (ignored <= 2).tolist()
    assert set(ignored) == {0, 1, 2, 3, 4}
    trained = find_frontier(network, weights, layer=1, neuron=1, trained_only=True)
    pd.testing.assert_frame_equal(trained, whole[ignored <= 2].reset_index(drop=True))
    assert set(trained["size"]) == set(range(1, furthest + 1))


def never_ending() -> dict[str, np.ndarray]:
    """Return weights that write b's and nothing else."""
    weights = counting_weights()
    weights["readout/kernel"][:] = 0
    weights["readout/bias"][3] = 100.0
    return weights


def test_what_does_not_end_is_stopped_ten_tokens_beyond_the_longest_answer(furthest: int) -> None:
    found = find_frontier(counting_network(), never_ending(), layer=1, neuron=COUNTER)
    assert found["written"].tolist() == ["b" * (furthest + 10)] * furthest
    assert not found[["ended", "right"]].any(axis=None)


def test_an_answer_that_is_right_as_far_as_it_goes_is_wrong_where_it_does_not_end(
    furthest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontier, "SPARE", 0)
    found = find_frontier(counting_network(), never_ending(), layer=1, neuron=COUNTER)
    last = found.iloc[furthest - 1]
    assert last["written"] == last["expected"]
    assert not last["right"]


def test_a_task_of_one_size_has_a_frontier_without_rows() -> None:
    network = network_of(Copying(kind="copying"))
    found = find_frontier(network, random_weights(network, seed=1), layer=1, neuron=1)
    assert found.empty
    assert list(found) == list(find_frontier(counting_network(), counting_weights(), layer=1, neuron=COUNTER))


@pytest.mark.parametrize(
    ("right", "failure"),
    [
        ({(1, True): True, (2, True): True}, None),
        ({(1, True): False, (2, True): True}, 1),
        ({(3, True): False, (2, True): False, (1, True): True}, 2),  # in whatever order they come
        ({(1, False): False, (2, True): False, (3, True): False}, 2),
        ({(1, False): False, (2, False): False, (3, True): True}, None),
    ],
)
def test_the_first_failure_is_the_smallest_size_of_training_s_variants_written_wrong(
    right: dict[tuple[int, bool], bool], failure: int | None
) -> None:
    rows = [(size, is_trained, is_right) for (size, is_trained), is_right in right.items()]
    assert first_failure(pd.DataFrame(rows, columns=["size", "is_trained", "right"])) == failure
