"""Baselines: the best function of the step or of a token, by hand; no signal of that form beats it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.desk.baselines import BASELINES, score_baselines
from lstmgallery.desk.scores import score_neurons
from lstmgallery.desk.targets import POOLED, R2, Target, find_targets, steps_since, tokens_before
from tests.desk.planted import picky_network, plant, sample_steps

NETWORK = picky_network()
STEPS = sample_steps(NETWORK)
TARGETS = find_targets(NETWORK, STEPS)
READINGS = {
    "by_step": STEPS["step"].to_numpy(),
    "by_delimiter": steps_since(STEPS, "Y"),
    "by_token": STEPS["token"].to_numpy(),
    "by_token_before": tokens_before(STEPS),
}
TABLE = score_baselines(NETWORK, STEPS, TARGETS)


def best_by_hand(target: Target, reading: np.ndarray) -> float:
    """Return the score of the mean of each value of a reading, computed with pandas and a count of all pairs."""
    rows = np.concatenate(target.rows)
    frame = pd.DataFrame({"reading": reading[rows], "truth": target.truth})
    guess = frame.groupby("reading")["truth"].transform("mean")
    if target.measure == R2:
        return float(1 - ((frame["truth"] - guess) ** 2).sum() / ((frame["truth"] - frame["truth"].mean()) ** 2).sum())
    with_it, without = guess[frame["truth"] == 1].to_numpy(), guess[frame["truth"] == 0].to_numpy()
    pairs = with_it[:, None] - without
    return float((pairs > 0).mean() + 0.5 * (pairs == 0).mean())


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_is_what_the_mean_of_each_value_of_its_reading_scores(name: str) -> None:
    assert list(TABLE) == [*BASELINES]
    expected = [best_by_hand(target, READINGS[name]) for target in TARGETS]
    assert TABLE[name].tolist() == pytest.approx(expected, abs=1e-9)


def test_a_baseline_is_that_of_its_target_whatever_the_order() -> None:
    reverse = score_baselines(NETWORK, STEPS, TARGETS[::-1])
    pd.testing.assert_frame_equal(reverse[::-1].reset_index(drop=True), TABLE)


def test_a_reading_predicts_fully_what_it_decides() -> None:
    at = {target.key[:2]: number for number, target in enumerate(TARGETS)}
    assert TABLE.loc[at["phase=after", POOLED], "by_token"] == 1.0
    assert TABLE.loc[at["phase=before", POOLED], "by_delimiter"] == 1.0


def test_a_reading_does_not_predict_at_all_what_it_leaves_open() -> None:
    at = {target.key[:2]: number for number, target in enumerate(TARGETS)}
    of_end = TABLE.loc[at["next_token=<end>", "after"]]
    assert of_end["by_token"] == 0.5  # the token read is b at each of these steps
    assert TABLE.loc[at["remaining", "delimiter"], "by_delimiter"] == pytest.approx(0.0, abs=1e-12)


HALVES_ALIKE = pd.concat([STEPS.assign(sequence=2 * STEPS["sequence"] + half) for half in (0, 1)]).sort_values(
    ["sequence", "step"], ignore_index=True
)
ALIKE = find_targets(NETWORK, HALVES_ALIKE)
OF_ALIKE = score_baselines(NETWORK, HALVES_ALIKE, ALIKE)


@given(values=st.lists(st.floats(-100, 100), min_size=40, max_size=40), name=st.sampled_from([*BASELINES]))
def test_no_function_of_a_reading_scores_higher_than_its_baseline(values: list[float], name: str) -> None:
    """Both halves hold the same sequences, so the best fit of one is the best for the other."""
    reading = {
        "by_step": HALVES_ALIKE["step"],
        "by_delimiter": steps_since(HALVES_ALIKE, "Y"),
        "by_token": HALVES_ALIKE["token"],
        "by_token_before": tokens_before(HALVES_ALIKE),
    }[name]
    signal = np.array(values)[pd.factorize(np.asarray(reading))[0]]
    found = score_neurons(plant(signal), ALIKE).set_index(["feature", "phase", "measure"])["score"]
    for target, baseline in zip(ALIKE, OF_ALIKE[name], strict=True):
        assert found[target.key] <= baseline + 1e-9


def test_on_other_sequences_a_function_of_the_step_exceeds_its_baseline_by_little() -> None:
    """The baseline is fitted on all steps, a signal on half of them: only luck is left."""
    random = np.random.default_rng(4)
    tables = [random.normal(size=40), np.arange(40.0), -(np.arange(40.0) ** 2), np.arange(40) % 2]
    neurons = plant(*(np.asarray(values)[STEPS["step"]] for values in tables))
    best = score_neurons(neurons, TARGETS).groupby(["feature", "phase", "measure"])["score"].max()
    for target, baseline in zip(TARGETS, TABLE["by_step"], strict=True):
        assert best[target.key] < baseline + 0.02
