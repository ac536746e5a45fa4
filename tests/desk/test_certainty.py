"""Certainty: intervals agree with a bootstrap by hand, thresholds with a count by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.desk.certainty import Resamples, best_threshold
from lstmgallery.desk.scores import read_levels, score_neurons
from lstmgallery.desk.targets import AUC, POOLED, R2, Target, find_targets, number_sequences
from tests.desk.planted import noise, picky_network, read_flag, sample_steps

NETWORK = picky_network()
STEPS = sample_steps(NETWORK, sequences=60)
TARGETS = {target.key: target for target in find_targets(NETWORK, STEPS)}
COUNT = TARGETS["remaining", POOLED, R2]
FLAG = TARGETS["next_token=<end>", "after", AUC]
OF_COUNT = STEPS["remaining"].to_numpy() + 2 * noise(STEPS, 1)
OF_FLAG = read_flag(STEPS, "next_token", "<end>") + noise(STEPS, 2)
each_measure = pytest.mark.parametrize(("signal", "target"), [(OF_COUNT, COUNT), (OF_FLAG, FLAG)], ids=[R2, AUC])


def score_of(signal: np.ndarray, target: Target) -> float:
    return float(score_neurons([(1, 1, {"cell": signal})], [target])["score"].iloc[0])


def score_by_hand(target: Target, halves: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return the mean score of both ways of fitting on one half and scoring on the other, each (signal, truth)."""

    def in_order(x: np.ndarray, y: np.ndarray) -> float:
        pairs = x[y == 1][:, None] - x[y == 0]
        return float((pairs > 0).mean() + 0.5 * (pairs == 0).mean())

    found = []
    for (x_fit, y_fit), (x, y) in (halves, halves[::-1]):
        if target.measure == AUC:
            found.append(in_order(x, y) if in_order(x_fit, y_fit) >= 0.5 else 1 - in_order(x, y))
        else:
            slope, offset = np.polyfit(x_fit, y_fit, 1)
            found.append(1 - ((y - offset - slope * x) ** 2).sum() / ((y - y.mean()) ** 2).sum())
    return float(np.mean(found))


def bootstrap_by_hand(signal: np.ndarray, target: Target, *, count: int) -> np.ndarray:
    """Return the score of each of `count` resamples of whole sequences, drawn with replacement in each half."""
    random = np.random.default_rng(12)
    sequence = number_sequences(STEPS)
    levels = read_levels(signal)
    scores = []
    for _ in range(count):
        halves = []
        for half in (0, 1):
            rows, truth = target.rows[half], target.truths[half]
            there = np.arange(half, sequence.max() + 1, 2)
            drawn = random.choice(there, len(there))
            places = np.concatenate([np.flatnonzero(sequence[rows] == number) for number in drawn])
            halves.append((levels[rows][places], truth[places]))
        scores.append(score_by_hand(target, halves))
    return np.array(scores)


@each_measure
def test_an_interval_agrees_with_a_bootstrap_by_hand(signal: np.ndarray, target: Target) -> None:
    low, high = Resamples(STEPS, seed=1).interval(read_levels(signal), target)
    scores = bootstrap_by_hand(signal, target, count=600)
    expected = np.quantile(scores, [0.025, 0.975])
    assert [low, high] == pytest.approx(expected, abs=0.15 * (high - low))
    assert 0.02 < high - low < 0.3


@each_measure
def test_an_interval_holds_the_score(signal: np.ndarray, target: Target) -> None:
    low, high = Resamples(STEPS, seed=1).interval(read_levels(signal), target)
    assert low < score_of(signal, target) < high


def test_an_interval_narrows_with_the_root_of_the_number_of_sequences() -> None:
    widths = []
    for sequences in (40, 640):
        steps = sample_steps(NETWORK, sequences=sequences)
        (target,) = find_targets(NETWORK, steps, features=["remaining"], phases=[POOLED])
        signal = steps["remaining"].to_numpy() + 2 * noise(steps, 1)
        low, high = Resamples(steps, seed=1).interval(read_levels(signal), target)
        widths.append(high - low)
    assert widths[1] == pytest.approx(widths[0] / 4, rel=0.4)


def test_a_feature_encoded_exactly_or_not_at_all_has_an_interval_without_width() -> None:
    levels = read_levels(STEPS["remaining"].to_numpy(np.float64))
    assert Resamples(STEPS, seed=1).interval(levels, COUNT) == pytest.approx((1.0, 1.0))
    constant = np.full(len(STEPS), 3.0)
    assert Resamples(STEPS, seed=1).interval(constant, FLAG) == (0.5, 0.5)


def test_resamples_are_drawn_from_their_seed() -> None:
    levels = read_levels(OF_COUNT)
    one, same, other = (Resamples(STEPS, seed=seed, count=50).interval(levels, COUNT) for seed in (1, 1, 2))
    assert one == same != other


def by_hand(*halves: tuple[list[float], list[int]], measure: str) -> tuple[pd.DataFrame, np.ndarray, Target]:
    """Return sequences of one step each, a signal along them and a target; for each half, (signal, truth) is given."""
    size = len(halves[0][0])
    steps = pd.DataFrame({"sequence": np.arange(2 * size)})
    levels = np.zeros(2 * size)
    rows = np.arange(0, 2 * size, 2), np.arange(1, 2 * size, 2)
    for at, (signal, _) in zip(rows, halves, strict=True):
        levels[at] = signal
    truths = np.array(halves[0][1], np.float64), np.array(halves[1][1], np.float64)
    return steps, levels, Target("remaining", POOLED, measure, 0, rows, truths)


@pytest.mark.parametrize("measure", [R2, AUC])
def test_a_resample_with_one_value_alone_does_no_harm(measure: str) -> None:
    half = [1.0, 2.0, 3.0, 4.0], [0, 0, 0, 1]  # one resample in three has no 1 at all
    steps, levels, target = by_hand(half, half, measure=measure)
    low, high = Resamples(steps, seed=1).interval(levels, target)
    assert np.isfinite([low, high]).all()
    assert low <= high <= 1


def test_a_resample_without_any_step_that_counts_does_no_harm() -> None:
    half = [1.0, 2.0, 3.0, 4.0], [1, 2, 3, 4]
    steps, levels, target = by_hand(half, half, measure=R2)
    steps["sequence"] = [0, 1] + [2, 3] * 3  # of two sequences a half, one holds the steps that count
    in_one = tuple(rows[1:] for rows in target.rows), tuple(truth[1:] for truth in target.truths)
    of_one = Target("remaining", POOLED, R2, 0, (in_one[0][0], in_one[0][1]), (in_one[1][0], in_one[1][1]))
    assert Resamples(steps, seed=1).interval(levels, of_one) == pytest.approx((1.0, 1.0))


def test_precision_and_recall_are_counted_on_the_half_that_did_not_choose_the_threshold() -> None:
    _, levels, target = by_hand(([1, 2, 3, 4], [0, 0, 1, 1]), ([1, 3, 2, 4], [0, 0, 1, 1]), measure=AUC)
    found = best_threshold(levels, target, 1)
    # The first half parts at 2.5: of the second's two steps above it one has the feature, of its two.
    # The second half parts at 1.5, F1 0.8: of the first's three steps above it two have it, of its two.
    assert (found.precision, found.recall) == (3 / 5, 3 / 4)
    assert not found.separates


def test_a_signal_that_is_low_where_the_feature_is_has_its_threshold_on_the_other_side() -> None:
    _, levels, target = by_hand(([1, 2, 3, 4], [0, 0, 1, 1]), ([1, 3, 2, 4], [0, 0, 1, 1]), measure=AUC)
    assert best_threshold(-levels, target, -1) == best_threshold(levels, target, 1)


def test_only_what_one_threshold_parts_on_both_halves_is_separate() -> None:
    apart = [1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1]
    _, levels, target = by_hand(apart, apart, measure=AUC)
    assert best_threshold(levels, target, 1).separates
    higher = [11.0, 12.0, 13.0, 14.0], [0, 0, 1, 1]  # each half parts, but not at one threshold
    _, levels, target = by_hand(apart, higher, measure=AUC)
    assert not best_threshold(levels, target, 1).separates
    touching = [1.0, 3.0, 3.0, 4.0], [0, 0, 1, 1]
    _, levels, target = by_hand(apart, touching, measure=AUC)
    assert not best_threshold(levels, target, 1).separates


def test_a_threshold_above_all_of_the_other_half_has_no_precision() -> None:
    high, low = ([8.0, 8.0, 9.0, 9.0], [0, 0, 1, 1]), ([1.0, 1.0, 2.0, 2.0], [0, 0, 1, 1])
    _, levels, target = by_hand(high, low, measure=AUC)
    found = best_threshold(levels, target, 1)
    # The first half's threshold, 8.5, finds nothing in the second; the second's, 1.5, takes all of the first.
    assert (found.precision, found.recall) == (2 / 4, 2 / 4)


HALF = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=8, max_size=30).filter(
    lambda steps: 0 < sum(is_there for _, is_there in steps) < len(steps)
)


@given(first=HALF, second=HALF)
def test_a_threshold_has_the_highest_f1_of_all_on_the_half_that_chooses_it(
    first: list[tuple[int, bool]], second: list[tuple[int, bool]]
) -> None:
    size = min(len(first), len(second))
    halves = [np.array(steps[:size], float).T for steps in (first, second)]
    if any(not 0 < truth.sum() < size for _, truth in halves):
        return
    _, levels, target = by_hand(*(([*signal], [int(each) for each in truth]) for signal, truth in halves), measure=AUC)
    hits = alarms = 0
    for (x_fit, y_fit), (x, y) in (halves, halves[::-1]):
        f1 = {}
        for value in np.unique(x_fit):  # above or at this value
            on = x_fit >= value
            f1[value] = 2 * (on & (y_fit == 1)).sum() / (on.sum() + y_fit.sum())
        lowest = max(f1, key=lambda value: (f1[value], -value))
        below = [value for value in f1 if value < lowest]
        threshold = (lowest + max(below)) / 2 if below else lowest
        hits += int(((x >= threshold) & (y == 1)).sum())
        alarms += int((x >= threshold).sum())
    found = best_threshold(levels, target, 1)
    assert found.precision == (hits / alarms if alarms else 0)
    assert found.recall == hits / sum(int(truth.sum()) for _, truth in halves)
