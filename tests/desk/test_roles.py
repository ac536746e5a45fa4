"""Roles: planted neurons get what they should, and nothing is found where there is nothing."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from lstmgallery import store
from lstmgallery.desk import roles
from lstmgallery.network import Network
from lstmgallery.signals import LSTM
from lstmgallery.tasks.counting import SelectiveCounting
from tests.desk.planted import counting_network

Neuron = tuple[int, int, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def network() -> Network:
    """A network whose task has sequences enough to score against."""
    task = SelectiveCounting(kind="selective-counting", longest=10, most_ignored=5)
    return counting_network().model_copy(update={"task": task})


@pytest.fixture(scope="module")
def steps(network: Network) -> pd.DataFrame:
    """The steps of 200 random sequences with their ground truth."""
    random = np.random.default_rng(7)
    return store.step_truths(network, [network.task.sample(random) for _ in range(200)])


@pytest.fixture(scope="module")
def targets(network: Network, steps: pd.DataFrame) -> list[roles.Target]:
    """Every target of these steps, with the shipped number of shuffles."""
    return roles.find_targets(network, steps, seed=1)


def noise(steps: pd.DataFrame, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=len(steps))


def with_known_r2(truth: np.ndarray, r2: float, seed: int) -> np.ndarray:
    """Return the truth with so much noise that a line through it explains `r2` of the truth's variance."""
    spread = np.sqrt(truth.var() * (1 / r2 - 1))
    noisy: np.ndarray = truth + spread * np.random.default_rng(seed).normal(size=len(truth))
    return noisy


def planted(steps: pd.DataFrame) -> list[Neuron]:
    remaining = steps["remaining"].to_numpy(np.float64)
    signals = [
        remaining,
        -3 * remaining + 2,
        with_known_r2(remaining, 0.8, seed=3),
        np.full(len(steps), 0.7),
        noise(steps, 4),
        (steps["next_token"] == "b").to_numpy(np.float64),
    ]
    return [(1, at, {"cell": 10 * values}) for at, values in enumerate(signals, start=1)]


def of_noise(steps: pd.DataFrame) -> list[Neuron]:
    return [(1, at, {"cell": 10 * noise(steps, 100 + at)}) for at in range(1, 7)]


@pytest.fixture(scope="module")
def found(steps: pd.DataFrame, targets: list[roles.Target]) -> pd.DataFrame:
    """The roles of the planted neurons, with noise as the untrained network."""
    control = roles.scan_neurons(of_noise(steps), roles.without_shuffles(targets))
    return roles.find_roles(roles.scan_neurons(planted(steps), targets), control, targets)


def row_of(found: pd.DataFrame, neuron: int, feature: str) -> pd.Series:
    rows = found[(found["neuron"] == neuron) & (found["feature"] == feature) & (found["phase"] == roles.POOLED)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_an_exact_counter_scores_one_and_gets_the_role(found: pd.DataFrame) -> None:
    row = row_of(found, 1, "remaining")
    assert row["score"] == pytest.approx(1.0, abs=1e-4)
    assert row["has_role"]
    assert row["direction"] == 1


def test_a_counter_that_counts_down_is_told_by_its_direction(found: pd.DataFrame) -> None:
    row = row_of(found, 2, "remaining")
    assert row["score"] == pytest.approx(1.0, abs=1e-4)
    assert row["direction"] == -1


def test_a_noisy_counter_scores_the_r2_it_was_given(found: pd.DataFrame) -> None:
    row = row_of(found, 3, "remaining")
    assert row["score"] == pytest.approx(0.8, abs=0.02)
    assert row["has_role"]


@pytest.mark.parametrize("neuron", [4, 5])
def test_a_constant_and_pure_noise_get_no_role(found: pd.DataFrame, neuron: int) -> None:
    of_neuron = found[found["neuron"] == neuron]
    assert not of_neuron["has_role"].any()
    assert of_neuron.loc[of_neuron["measure"] == roles.R2, "score"].max() < 0.05


def test_a_neuron_that_knows_the_next_token_has_an_auc_of_one(found: pd.DataFrame) -> None:
    row = row_of(found, 6, "next_token=b")
    assert row["score"] == 1.0
    assert row["has_role"]


def test_scores_agree_with_a_plain_fit_and_a_plain_count_of_pairs(found: pd.DataFrame, steps: pd.DataFrame) -> None:
    x = np.round(10 * with_known_r2(steps["remaining"].to_numpy(np.float64), 0.8, seed=3) / roles.RESOLUTION)
    order = pd.factorize(steps["sequence"])[0]
    halves = [np.flatnonzero(order % 2 == half) for half in (0, 1)]
    y = steps["remaining"].to_numpy(np.float64)
    after = (steps["next_token"] == "b").to_numpy()
    r2, auc = [], []
    for fit, held in (halves, halves[::-1]):
        errors = y[held] - np.polyval(np.polyfit(x[fit], y[fit], 1), x[held])
        r2.append(1 - (errors**2).sum() / ((y[held] - y[held].mean()) ** 2).sum())
        pairs = x[held][after[held]][:, None] - x[held][~after[held]]
        auc.append((pairs > 0).mean() + 0.5 * (pairs == 0).mean())
    assert row_of(found, 3, "remaining")["score"] == pytest.approx(np.mean(r2), abs=1e-9)
    assert row_of(found, 3, "next_token=b")["score"] == pytest.approx(np.mean(auc), abs=1e-9)


def test_what_the_untrained_network_does_as_well_is_no_role(steps: pd.DataFrame, targets: list[roles.Target]) -> None:
    scan = roles.scan_neurons(planted(steps), targets)
    same = roles.scan_neurons(planted(steps), roles.without_shuffles(targets))
    assert not roles.find_roles(scan, same, targets)["has_role"].any()


def test_chunks_of_neurons_in_any_order_give_the_same_as_the_whole(
    steps: pd.DataFrame, targets: list[roles.Target]
) -> None:
    neurons = planted(steps)
    whole = roles.merge([roles.scan_neurons(neurons, targets)])
    chunks = [roles.scan_neurons(neurons[at : at + 2], targets) for at in (4, 0, 2)]
    merged = roles.merge(chunks)
    pd.testing.assert_frame_equal(merged.scores, whole.scores)
    np.testing.assert_array_equal(merged.best, whole.best)


def test_a_shuffle_keeps_every_value_and_its_sequence_mates(steps: pd.DataFrame, targets: list[roles.Target]) -> None:
    target = next(target for target in targets if target.key == ("remaining", roles.POOLED, roles.R2))
    truth, shuffled = target.truths[0][:, 0], target.truths[0][:, 1]
    assert not np.array_equal(truth, shuffled)
    np.testing.assert_array_equal(np.sort(truth), np.sort(shuffled))
    blocks = {tuple(part) for _, part in pd.Series(truth).groupby(steps["sequence"].to_numpy()[target.rows[0]])}
    joined = ",".join(map(str, shuffled))
    assert all(",".join(map(str, block)) in joined for block in blocks)


def walks(steps: pd.DataFrame, seed: int) -> Iterator[Neuron]:
    """Yield neurons that wander slowly, as memories do, and know nothing of the task."""
    for at in range(1, 5):
        yield 1, at, {"cell": np.cumsum(noise(steps, 1_000 * seed + at))}


def test_where_there_is_nothing_no_more_is_found_than_the_error_rate_allows(network: Network) -> None:
    trials, hits = 30, 0
    for trial in range(trials):
        random = np.random.default_rng([trial, 9])
        steps = store.step_truths(network, [network.task.sample(random) for _ in range(24)])
        targets = roles.find_targets(network, steps, seed=trial, shuffles=199)
        scan = roles.scan_neurons(walks(steps, trial), targets)
        control = roles.scan_neurons(of_noise(steps), roles.without_shuffles(targets))
        hits += bool((roles.find_roles(scan, control, targets)["p"] <= roles.ERROR_RATE).any())
    assert hits <= 3  # of 30 at 1 %: four or more would come up once in 4,000 such tests


def test_the_best_neuron_comes_first_and_ties_go_to_the_lower_number(found: pd.DataFrame) -> None:
    ranked = roles.rank_neurons(found, "remaining", signals=("cell",))
    assert ranked["neuron"].tolist()[:3] == [1, 2, 3]
    tied = found.assign(score=1.0)
    assert roles.rank_neurons(tied, "remaining", signals=("cell",))["neuron"].tolist() == [1, 2, 3, 4, 5, 6]


def test_the_headline_of_a_counter_is_its_count(found: pd.DataFrame) -> None:
    first = roles.headline_roles(found, LSTM.keys).drop_duplicates(["layer", "neuron"]).set_index("neuron")
    assert first.loc[1, "feature"] == "remaining"
    assert first.loc[1, "phase"] == roles.POOLED
