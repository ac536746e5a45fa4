"""Chance: a shuffle keeps everything but the pairing with the activations, and the scan finds its best score."""

import itertools

import numpy as np
import pandas as pd
import pytest

from lstmgallery.desk import chance, scores
from lstmgallery.desk.chance import Shuffles, best_by_chance
from lstmgallery.desk.scores import Neuron, score_neurons
from lstmgallery.desk.targets import POOLED, R2, Target, divide, find_targets, number_sequences
from tests.desk.planted import noise, picky_network, plant, sample_steps

NETWORK = picky_network()
STEPS = sample_steps(NETWORK, sequences=40)
TARGETS = find_targets(NETWORK, STEPS)
SEQUENCE = number_sequences(STEPS)
NEURONS: list[Neuron] = [
    *plant(noise(STEPS, 1), STEPS["remaining"], np.cumsum(noise(STEPS, 2))),
    (2, 1, {"cell": STEPS["step"].to_numpy(), "hidden": noise(STEPS, 3)}),
]
ALL_TOGETHER = next(target for target in TARGETS if target.key == ("remaining", POOLED, R2))
each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda target: f"{target.feature} {target.phase}")


def orders_of(target: Target, shuffles: Shuffles) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each half, (rows, shuffles), the target's row at each place."""
    one, other = zip(*shuffles.places(target), strict=True)
    return np.concatenate(one, axis=1), np.concatenate(other, axis=1)


@each_target
def test_a_shuffle_keeps_every_value_and_takes_each_half_from_itself(target: Target) -> None:
    for rows, places in zip(target.rows, orders_of(target, Shuffles(STEPS, seed=1, count=5)), strict=True):
        assert places.shape == (len(rows), 5)
        for order in places.T:
            assert sorted(order) == list(range(len(rows)))


@each_target
def test_a_shuffle_leaves_each_sequence_whole_and_in_its_order(target: Target) -> None:
    for rows, places in zip(target.rows, orders_of(target, Shuffles(STEPS, seed=1, count=5)), strict=True):
        in_order = SEQUENCE[rows]
        for order in places.T:
            parts = [list(part) for _, part in itertools.groupby(order, key=lambda row: in_order[row])]
            assert len(parts) == len(np.unique(in_order))
            assert all(part == list(range(part[0], part[0] + len(part))) for part in parts)


def test_no_two_shuffles_of_many_sequences_are_alike_and_none_is_the_truth() -> None:
    for rows, places in zip(ALL_TOGETHER.rows, orders_of(ALL_TOGETHER, Shuffles(STEPS, seed=1, count=50)), strict=True):
        assert len({tuple(order) for order in (*places.T, np.arange(len(rows)))}) == 51


def test_the_same_order_of_the_sequences_serves_all_targets() -> None:
    def sequences_of(target: Target) -> list[list[int]]:
        one, _ = orders_of(target, Shuffles(STEPS, seed=1, count=3))
        in_order = SEQUENCE[target.rows[0]]
        return [[key for key, _ in itertools.groupby(in_order[order])] for order in one.T]

    complete = [target for target in TARGETS if set(SEQUENCE[target.rows[0]]) == set(SEQUENCE[divide(STEPS) == 0])]
    assert len(complete) > 10
    assert all(sequences_of(target) == sequences_of(ALL_TOGETHER) for target in complete)


def test_shuffles_are_drawn_from_their_seed() -> None:
    one, same, other = (orders_of(ALL_TOGETHER, Shuffles(STEPS, seed=seed, count=4))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_the_best_by_chance_is_the_best_score_against_each_shuffled_target() -> None:
    shuffles = Shuffles(STEPS, seed=3, count=4)
    found = best_by_chance(NEURONS, TARGETS, shuffles)
    assert found.shape == (len(TARGETS), 4)
    for at, target in enumerate(TARGETS):
        one, other = orders_of(target, shuffles)
        for number in range(4):
            truths = target.truths[0][one[:, number]], target.truths[1][other[:, number]]
            shuffled = Target(target.feature, target.phase, target.measure, target.mask, target.rows, truths)
            expected = score_neurons(NEURONS, [shuffled])["score"].max()
            assert found[at, number] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("columns", "shuffles"), [(1, 250), (256, 3), (2, 4)])
def test_neurons_and_shuffles_taken_a_few_at_a_time_give_the_same(
    columns: int, shuffles: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = best_by_chance(NEURONS, TARGETS, Shuffles(STEPS, seed=3, count=10))
    monkeypatch.setattr(scores, "COLUMNS_AT_ONCE", columns)
    monkeypatch.setattr(chance, "SHUFFLES_AT_ONCE", shuffles)
    np.testing.assert_array_equal(best_by_chance(NEURONS[::-1], TARGETS, Shuffles(STEPS, seed=3, count=10)), whole)


def test_sequences_numbered_from_anywhere_are_shuffled_alike() -> None:
    later = STEPS.assign(sequence=3 * STEPS["sequence"] + 7)
    expected = best_by_chance(NEURONS, TARGETS, Shuffles(STEPS, seed=3, count=3))
    found = best_by_chance(NEURONS, find_targets(NETWORK, later), Shuffles(later, seed=3, count=3))
    np.testing.assert_array_equal(found, expected)


def test_an_exact_counter_loses_its_count_by_shuffling() -> None:
    targets = [ALL_TOGETHER]
    counter = plant(STEPS["remaining"])
    assert score_neurons(counter, targets)["score"].tolist() == pytest.approx([1.0])
    assert best_by_chance(counter, targets, Shuffles(STEPS, seed=1, count=100)).max() < 0.5


def test_shuffling_takes_nothing_from_what_every_sequence_shares() -> None:
    """If all sequences are alike, there is no other pairing, and chance scores the same."""
    alike = pd.concat([STEPS[STEPS["sequence"] == 0].assign(sequence=number) for number in range(8)], ignore_index=True)
    targets = find_targets(NETWORK, alike, features=["remaining"])
    counter = plant(alike["remaining"])
    assert best_by_chance(counter, targets, Shuffles(alike, seed=1, count=20)).min() == pytest.approx(1.0)
