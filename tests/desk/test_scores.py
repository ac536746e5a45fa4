"""Scores: planted signals get their known scores, and every score equals a plain fit or a plain count of pairs."""

import numpy as np
import pandas as pd
import pytest

from lstmgallery.desk import scores
from lstmgallery.desk.scores import (
    RESOLUTION,
    Neuron,
    best_scores,
    by_mask,
    each_neuron,
    in_batches,
    read_levels,
    score_neurons,
)
from lstmgallery.desk.targets import AUC, POOLED, R2, Target, divide, find_targets
from tests.desk.planted import noise, picky_network, plant, read_flag, sample_steps

NETWORK = picky_network()
STEPS = sample_steps(NETWORK)
TARGETS = find_targets(NETWORK, STEPS)


def with_known_r2(truth: np.ndarray, r2: float, seed: int) -> np.ndarray:
    """Return the truth with enough noise that a line explains `r2` of its variance."""
    spread = np.sqrt(truth.var() * (1 / r2 - 1))
    noisy: np.ndarray = truth + spread * np.random.default_rng(seed).normal(size=len(truth))
    return noisy


REMAINING = STEPS["remaining"].to_numpy(np.float64)
PLANTED = plant(
    REMAINING,
    -3 * REMAINING + 2,
    with_known_r2(REMAINING, 0.8, seed=3),
    np.full(len(STEPS), 0.7),
    noise(STEPS, 4),
    read_flag(STEPS, "next_token", "b"),
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """The scores of the planted neurons."""
    return score_neurons(PLANTED, TARGETS)


def row_of(table: pd.DataFrame, neuron: int, feature: str, phase: str = POOLED) -> pd.Series:
    rows = table[(table["neuron"] == neuron) & (table["feature"] == feature) & (table["phase"] == phase)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_an_exact_counter_scores_one(table: pd.DataFrame) -> None:
    row = row_of(table, 1, "remaining")
    assert row["score"] == pytest.approx(1.0, abs=1e-9)
    assert row["direction"] == 1


def test_a_counter_that_counts_down_is_known_by_its_direction(table: pd.DataFrame) -> None:
    row = row_of(table, 2, "remaining")
    assert row["score"] == pytest.approx(1.0, abs=1e-9)
    assert row["direction"] == -1


def test_a_noisy_counter_scores_the_r2_it_was_given(table: pd.DataFrame) -> None:
    assert row_of(table, 3, "remaining")["score"] == pytest.approx(0.8, abs=0.02)


def test_a_constant_encodes_no_count_and_no_feature(table: pd.DataFrame) -> None:
    of_constant = table[table["neuron"] == 4]
    assert of_constant.loc[of_constant["measure"] == R2, "score"].max() <= 0
    assert set(of_constant["direction"]) == {1}
    assert (of_constant.loc[of_constant["measure"] == AUC, ["score", "first_half", "second_half"]] == 0.5).all(
        axis=None
    )


def test_noise_encodes_almost_nothing(table: pd.DataFrame) -> None:
    of_noise = table[table["neuron"] == 5]
    assert of_noise.loc[of_noise["measure"] == R2, "score"].max() < 0.02
    assert of_noise.loc[of_noise["measure"] == AUC, "score"].max() < 0.6


def test_a_neuron_that_knows_the_next_token_has_an_auc_of_one(table: pd.DataFrame) -> None:
    row = row_of(table, 6, "next_token=b")
    assert (row["score"], row["first_half"], row["second_half"]) == (1.0, 1.0, 1.0)


def plain_r2(x: np.ndarray, y: np.ndarray, fit: np.ndarray, held: np.ndarray) -> float:
    """Fit a line on some rows with NumPy and return its share of explained variance on others."""
    slope, offset = np.polyfit(x[fit], y[fit], 1)
    errors = y[held] - (offset + slope * x[held])
    return float(1 - (errors**2).sum() / ((y[held] - y[held].mean()) ** 2).sum())


def plain_auc(x: np.ndarray, y: np.ndarray, fit: np.ndarray, held: np.ndarray) -> float:
    """Return the share of pairs on some rows in the order found on others."""

    def in_order(rows: np.ndarray) -> float:
        pairs = x[rows][y[rows] == 1][:, None] - x[rows][y[rows] == 0]
        return float((pairs > 0).mean() + 0.5 * (pairs == 0).mean())

    return in_order(held) if in_order(fit) >= 0.5 else 1 - in_order(held)


@pytest.mark.parametrize("feature", ["remaining", "next_token=b", "next_token=X"])
@pytest.mark.parametrize("neuron", [3, 5])
def test_each_score_is_that_of_a_plain_fit_or_a_plain_count_of_pairs(
    table: pd.DataFrame, neuron: int, feature: str
) -> None:
    levels = np.round(PLANTED[neuron - 1][2]["cell"] / RESOLUTION)
    half = divide(STEPS)
    first, second = np.flatnonzero(half == 0), np.flatnonzero(half == 1)
    key, _, token = feature.partition("=")
    truth = read_flag(STEPS, key, token) if token else STEPS[key].to_numpy(np.float64)
    plain = plain_auc if token else plain_r2
    row = row_of(table, neuron, feature)
    forth, back = plain(levels, truth, first, second), plain(levels, truth, second, first)
    assert row["first_half"] == pytest.approx(plain(levels, truth, first, first), abs=1e-9)
    assert row["second_half"] == pytest.approx(forth, abs=1e-9)
    assert row["score"] == pytest.approx((forth + back) / 2, abs=1e-9)


def test_a_signal_that_turns_round_between_the_halves_scores_below_one_half() -> None:
    turned = np.where(divide(STEPS) == 0, 1, -1) * read_flag(STEPS, "next_token", "b")
    row = row_of(score_neurons(plant(turned), TARGETS), 1, "next_token=b")
    assert (row["first_half"], row["second_half"], row["score"]) == (1.0, 0.0, 0.0)


def test_a_direction_is_that_of_the_first_half_whatever_the_second_does() -> None:
    sign = np.where(divide(STEPS) == 0, 1, -1)
    table = score_neurons(plant(sign * read_flag(STEPS, "next_token", "b"), -sign * REMAINING), TARGETS)
    assert row_of(table, 1, "next_token=b")["direction"] == 1
    assert row_of(table, 2, "remaining")["direction"] == -1


def test_a_signal_that_encodes_nothing_on_the_first_half_is_taken_to_be_high() -> None:
    on_second = np.where(divide(STEPS) == 0, 0.0, read_flag(STEPS, "next_token", "b"))
    row = row_of(score_neurons(plant(on_second), TARGETS), 1, "next_token=b")
    assert (row["direction"], row["first_half"], row["second_half"]) == (1, 0.5, 1.0)
    row = row_of(score_neurons(plant(-on_second), TARGETS), 1, "next_token=b")
    assert (row["direction"], row["first_half"], row["second_half"]) == (1, 0.5, 0.0)


def test_differences_finer_than_the_resolution_do_not_count() -> None:
    fine = 0.3 * RESOLUTION * read_flag(STEPS, "next_token", "b")
    assert np.unique(read_levels(0.5 + fine)).tolist() == [0.5 / RESOLUTION]
    neuron = (1, 1, {"cell": 0.5 + fine})
    assert row_of(score_neurons([neuron], TARGETS), 1, "next_token=b")["score"] == 0.5


def test_levels_are_whole_numbers_of_double_precision_whatever_a_signal_has() -> None:
    values = np.array([-0.015001, 0.0, 0.004999, 0.005001, 0.99], np.float32)
    levels = read_levels(values)
    assert levels.dtype == np.float64
    assert levels.tolist() == [-2, 0, 0, 1, 99]


def test_every_signal_of_every_neuron_is_scored_against_every_target_in_order() -> None:
    neurons = [(2, 1, {"hidden": noise(STEPS, 1), "cell": noise(STEPS, 2)}), (1, 2, {"cell": noise(STEPS, 3)})]
    table = score_neurons(neurons, TARGETS)
    places = [(1, 2, "cell"), (2, 1, "cell"), (2, 1, "hidden")]
    expected = [(layer, neuron, *target.key, signal) for layer, neuron, signal in places for target in TARGETS]
    keys = ["layer", "neuron", "feature", "phase", "measure", "signal"]
    assert list(table[keys].itertuples(index=False, name=None)) == sorted(expected)


def test_targets_on_the_same_steps_are_scored_together() -> None:
    groups = list(by_mask(TARGETS[::-1]))
    assert [mask for mask, _ in groups] == sorted({target.mask for target in TARGETS})
    assert all({target.mask for target in together} == {mask} for mask, together in groups)
    assert sum(len(together) for _, together in groups) == len(TARGETS) > len(groups)


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_neurons_scored_a_few_at_a_time_score_as_all_together(
    table: pd.DataFrame, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "COLUMNS_AT_ONCE", at_once)
    assert len(list(in_batches(PLANTED))) == -(-len(PLANTED) // at_once)
    pd.testing.assert_frame_equal(score_neurons(PLANTED, TARGETS), table)
    pd.testing.assert_frame_equal(score_neurons(PLANTED[::-1], TARGETS), table)


def test_the_best_score_is_the_highest_of_any_signal_of_any_neuron(table: pd.DataFrame) -> None:
    highest = table.groupby(["feature", "phase", "measure"])["score"].max()
    assert best_scores(PLANTED, TARGETS).tolist() == [highest[target.key] for target in TARGETS]
    in_other_order: list[Target] = TARGETS[::-1]
    assert best_scores(PLANTED, in_other_order).tolist() == best_scores(PLANTED, TARGETS)[::-1].tolist()


def test_the_best_score_is_that_of_all_however_few_are_scored_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = best_scores(PLANTED, TARGETS)
    monkeypatch.setattr(scores, "COLUMNS_AT_ONCE", 2)
    np.testing.assert_array_equal(best_scores(PLANTED, TARGETS), whole)
    np.testing.assert_array_equal(best_scores(PLANTED[::-1], TARGETS), whole)


def test_neurons_come_layer_by_layer_with_their_own_signals() -> None:
    network = NETWORK.model_copy(update={"units": 2, "layers": 2})
    layers = [{"cell": np.array([[layer, 10 + layer]])} for layer in (1, 2)]
    found: list[Neuron] = list(each_neuron(network, layers))
    assert [(layer, neuron, signals["cell"].tolist()) for layer, neuron, signals in found] == [
        (1, 1, [1]),
        (1, 2, [11]),
        (2, 1, [2]),
        (2, 2, [12]),
    ]
