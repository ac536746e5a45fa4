"""Roles: planted neurons get their roles, every standing is the first failed rule, and noise gets none."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lstmgallery import store
from lstmgallery.desk import roles
from lstmgallery.desk.baselines import BASELINES
from lstmgallery.desk.chance import Shuffles, best_by_chance
from lstmgallery.desk.effort import FULL
from lstmgallery.desk.roles import (
    ERROR_RATE,
    FEWEST_CASES,
    MARGIN,
    ROLE,
    SMALLEST,
    STANDINGS,
    Roles,
    best_baseline,
    best_rows,
    find_chosen,
    find_roles,
    find_strength,
    headline_roles,
    order_rows,
    rank_neurons,
)
from lstmgallery.desk.scores import Neuron, best_scores, score_neurons
from lstmgallery.desk.targets import AUC, OPPOSITE, POOLED, R2, find_targets
from lstmgallery.network import Network
from tests.desk.planted import (
    counting_network,
    know_nothing,
    noise,
    picky_network,
    plant,
    read_flag,
    role_row,
    sample_steps,
)

NETWORK = picky_network()
STEPS = sample_steps(NETWORK)
SHUFFLES = 150  # as many as it takes to fall below the error rate
QUICK = replace(FULL, shuffles=SHUFFLES)
REMAINING = STEPS["remaining"].to_numpy(np.float64)
ENDS = read_flag(STEPS, "next_token", "<end>")
SPREAD = np.random.default_rng(3).normal(size=len(STEPS))
COUNTER, DOWNWARDS, NOISY, CONSTANT, NOISE, ENDING, CLOCK = range(1, 8)
PLANTED = plant(
    REMAINING,
    -3 * REMAINING + 2,
    REMAINING + REMAINING.std() / 2 * SPREAD,
    np.full(len(STEPS), 0.7),
    noise(STEPS, 4),
    ENDS + 0.3 * SPREAD,
    STEPS["step"],
)


def scan(neurons: list[Neuron], untrained: list[list[Neuron]], *, seed: int = 1, steps: pd.DataFrame = STEPS) -> Roles:
    """Find the roles of neurons with a few shuffles."""
    network = NETWORK.model_copy(update={"seed": seed})
    return find_roles(network, steps, neurons, untrained, effort=QUICK)


@pytest.fixture(scope="module")
def found() -> Roles:
    """The roles of the planted neurons, compared with networks of noise."""
    return scan(PLANTED, know_nothing(STEPS))


@pytest.fixture(scope="module")
def table(found: Roles) -> pd.DataFrame:
    return found.table


def told(feature: str, phase: str = POOLED, signal: str = "cell", **changes: Any) -> dict[str, Any]:
    """Return a row of the table for a yes/no feature, with scores equal to any other's."""
    row = {"layer": 1, "neuron": 1, "signal": signal, "feature": feature, "phase": phase, "measure": AUC, "score": 0.9}
    row |= {"precision": 0.9, "recall": 0.9, "separates": False, "null_p99": 0.6, "untrained_p95": 0.6}
    row |= {**dict.fromkeys(BASELINES, 0.6), "steps": 400, "positives": 100.0, "same_as": "[]", "standing": ROLE}
    return row | changes


def row_of(table: pd.DataFrame, neuron: int, feature: str, phase: str = POOLED) -> pd.Series:
    rows = table[(table["neuron"] == neuron) & (table["feature"] == feature) & (table["phase"] == phase)]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("neuron", [COUNTER, DOWNWARDS, NOISY])
def test_a_counter_gets_its_role(table: pd.DataFrame, neuron: int) -> None:
    row = row_of(table, neuron, "remaining")
    assert row["standing"] == ROLE
    assert row["direction"] == (-1 if neuron == DOWNWARDS else 1)
    assert row["score"] == pytest.approx(0.8 if neuron == NOISY else 1.0, abs=0.02)


@pytest.mark.parametrize("neuron", [CONSTANT, NOISE])
def test_a_constant_and_pure_noise_get_no_role(table: pd.DataFrame, neuron: int) -> None:
    assert set(table.loc[table["neuron"] == neuron, "standing"]) == {"small"}


def test_a_neuron_that_knows_the_end_has_a_role_for_it(table: pd.DataFrame) -> None:
    assert row_of(table, ENDING, "next_token=<end>", "after")["standing"] == ROLE


def test_the_tables_have_the_columns_that_are_described(found: Roles) -> None:
    assert list(found.table) == list(store.RESULT_COLUMNS[store.ROLES])
    assert list(found.untrained) == list(store.RESULT_COLUMNS[store.CONTROLS])


def test_the_table_has_a_row_for_each_signal_and_each_target(table: pd.DataFrame) -> None:
    scores = score_neurons(PLANTED, find_targets(NETWORK, STEPS))
    pd.testing.assert_frame_equal(table[list(scores)], scores)


def first_rule_failed(row: pd.Series) -> str:
    """Return the standing of a row, computed from its columns."""
    if row["score"] < SMALLEST[row["measure"]]:
        return "small"
    if row["score"] <= row["null_p99"] or row["p"] > ERROR_RATE:
        return "chance"
    if row["score"] < row["untrained_p95"] + MARGIN[row["measure"]]:
        return "untrained"
    if row["score"] < max(row[["by_step", "by_delimiter", "by_token", "by_token_before"]]) + MARGIN[row["measure"]]:
        return "baseline"
    of_fewer = row["steps"] if row["measure"] == R2 else min(row["positives"], row["steps"] - row["positives"])
    return "few" if of_fewer < FEWEST_CASES else ROLE


def test_a_standing_is_the_first_rule_that_fails(table: pd.DataFrame) -> None:
    as_well = scan(PLANTED, [PLANTED[:2], *know_nothing(STEPS)]).table
    few_steps = STEPS[STEPS["sequence"] < 18].reset_index(drop=True)
    knows_end = read_flag(few_steps, "next_token", "<end>")
    few = scan(plant(knows_end, few_steps["step"]), know_nothing(few_steps), steps=few_steps)
    rows = pd.concat([table, as_well, few.table], ignore_index=True)
    assert rows["standing"].tolist() == [first_rule_failed(row) for _, row in rows.iterrows()]
    assert set(rows["standing"]) == {"small", "chance", "untrained", "baseline", "few", ROLE}


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({}, ROLE),
        ({"score": SMALLEST[AUC] - 0.001}, "small"),
        ({"measure": R2, "score": SMALLEST[R2] - 0.001}, "small"),
        ({"measure": R2, "score": 0.5, "positives": np.nan, "null_p99": 0.1, "untrained_p95": 0.1}, "baseline"),
        ({"null_p99": 0.8}, "chance"),
        ({"p": ERROR_RATE + 0.001}, "chance"),
        ({"p": ERROR_RATE}, ROLE),
        ({"untrained_p95": 0.8 - MARGIN[AUC]}, ROLE),
        ({"untrained_p95": 0.8 - MARGIN[AUC] + 0.001}, "untrained"),
        ({"by_token": 0.8 - MARGIN[AUC]}, ROLE),
        ({"by_step": 0.8 - MARGIN[AUC] + 0.001}, "baseline"),
        ({"by_delimiter": 0.8}, "baseline"),
        ({"by_token_before": 0.9}, "baseline"),
        ({"positives": FEWEST_CASES - 1}, "few"),
        ({"positives": FEWEST_CASES}, ROLE),
        ({"positives": 1000 - FEWEST_CASES + 1}, "few"),
        ({"measure": R2, "positives": np.nan, "steps": FEWEST_CASES - 1}, "few"),
        ({"positives": 3, "by_token": 0.9, "untrained_p95": 0.9, "p": 0.5, "score": 0.1}, "small"),
        ({"positives": 3, "by_token": 0.9, "untrained_p95": 0.9, "p": 0.5}, "chance"),
        ({"positives": 3, "by_token": 0.9, "untrained_p95": 0.9}, "untrained"),
        ({"positives": 3, "by_token": 0.9}, "baseline"),
    ],
)
def test_each_rule_is_kept_at_its_border_and_the_first_that_fails_is_told(
    changes: dict[str, object], standing: str
) -> None:
    row = {
        "measure": AUC,
        "score": 0.8,
        "null_p99": 0.6,
        "p": 0.001,
        "untrained_p95": 0.5,
        **dict.fromkeys(BASELINES, 0.5),
        "steps": 1000,
        "positives": 100.0,
    }
    assert roles._standing(pd.DataFrame([{**row, **changes}])).tolist() == [standing]


def test_untrained_networks_are_summed_up_by_their_best_scores(found: Roles) -> None:
    networks = know_nothing(STEPS)
    targets = find_targets(NETWORK, STEPS)
    best = np.stack([best_scores(neurons, targets) for neurons in networks])  # (networks, targets)
    for target, of_target in zip(targets, best.T, strict=True):
        own = found.untrained[
            (found.untrained["feature"] == target.feature) & (found.untrained["phase"] == target.phase)
        ]
        assert own["network"].tolist() == [1, 2, 3, 4, 5]
        assert own["score"].tolist() == of_target.tolist()
        row = row_of(found.table, COUNTER, target.feature, target.phase)
        shown = row[["untrained_median", "untrained_p95", "untrained_max"]].tolist()
        expected = [np.median(of_target), np.quantile(of_target, 0.95), max(of_target)]
        assert shown == [round(value, 2) for value in expected]


def test_what_untrained_networks_do_as_well_is_no_role() -> None:
    """One of ten untrained networks is beyond the 95th percentile of the others, but not of all ten."""
    same = scan(PLANTED, [PLANTED] * 3).table
    assert set(same["standing"]) == {"small", "untrained"}


@pytest.mark.parametrize(("able", "standing"), [(1, ROLE), (4, "untrained")])
def test_one_untrained_network_of_forty_is_an_exception_and_four_are_none(able: int, standing: str) -> None:
    knowing = plant(REMAINING)
    networks = [knowing] * able + [plant(noise(STEPS, at)) for at in range(40 - able)]
    row = row_of(scan(plant(REMAINING), networks).table, 1, "remaining")
    assert row["standing"] == standing
    assert row["untrained_max"] == 1.0


def test_p_says_how_often_chance_stands_out_as_far_anywhere_in_the_scan(table: pd.DataFrame) -> None:
    targets = find_targets(NETWORK, STEPS)
    by_chance = best_by_chance(PLANTED, targets, Shuffles(STEPS, seed=1, count=SHUFFLES))
    finest = {
        target.key: 1 / (target.steps if target.measure == R2 else target.positives * (target.steps - target.positives))
        for target in targets
    }
    left = np.array(
        [-np.log(1 - scores + finest[target.key]) for target, scores in zip(targets, by_chance, strict=True)]
    )
    mean, spread = left.mean(axis=1), np.maximum(left.std(axis=1), 1e-3)
    furthest = ((left.T - mean) / spread).max(axis=1)
    number = {target.key: at for at, target in enumerate(targets)}
    for row in table.itertuples():
        key = (row.feature, row.phase, row.measure)
        at = number[key]
        distance = (-np.log(1 - row.score + finest[key]) - mean[at]) / spread[at]
        assert row.p == pytest.approx((1 + (furthest >= distance).sum()) / (1 + SHUFFLES))
        assert (row.null_mean, row.null_p99) == pytest.approx(
            (by_chance[at].mean(), np.quantile(by_chance[at], 0.99)), abs=0.00501
        )


def test_what_no_shuffle_reaches_has_the_least_p_and_what_each_reaches_has_one(table: pd.DataFrame) -> None:
    assert row_of(table, COUNTER, "remaining")["p"] == 1 / (1 + SHUFFLES)
    assert row_of(table, CONSTANT, "remaining")["p"] == 1


def test_where_shuffling_changes_nothing_everything_is_chance() -> None:
    alike = pd.concat([STEPS[STEPS["sequence"] == 0].assign(sequence=number) for number in range(8)], ignore_index=True)
    found = scan(plant(alike["remaining"], alike["step"]), know_nothing(alike), steps=alike).table
    assert set(found["p"]) == {1.0}
    assert set(found["standing"]) == {"small", "chance"}


def test_an_interval_and_a_threshold_are_given_from_the_baseline_rule_on(table: pd.DataFrame) -> None:
    asked = table["standing"].isin(["baseline", "few", ROLE])
    assert 0 < asked.sum() < len(table)
    assert (table[["low", "high"]].notna().all(axis=1) == asked).all()
    is_flag = table["measure"] == AUC
    assert (table[["precision", "recall", "separates"]].notna().all(axis=1) == (asked & is_flag)).all()
    inside = table[asked]
    assert ((inside["low"] <= inside["score"] + 1e-9) & (inside["score"] <= inside["high"] + 1e-9)).all()


def test_where_no_score_has_an_interval_its_columns_keep_their_kinds() -> None:
    nothing = scan(plant(noise(STEPS, 1)), know_nothing(STEPS)).table
    assert nothing["low"].isna().all()
    assert set(nothing[["low", "high", "precision", "recall"]].dtypes) == {np.dtype(np.float64)}
    assert nothing["separates"].dtype == "boolean"


def test_a_network_without_any_role_has_no_headline_and_a_best_row_for_each_neuron() -> None:
    nothing = scan(plant(noise(STEPS, 1), noise(STEPS, 2)), know_nothing(STEPS)).table
    assert headline_roles(nothing, NETWORK).empty
    assert best_rows(nothing, NETWORK)["neuron"].tolist() == [1, 2]


def test_the_roles_do_not_hang_on_the_draw_of_the_shuffles() -> None:
    """Some of these neurons pass every rule by far, some are near a border on either side, some are noise."""
    steps = sample_steps(NETWORK, sequences=80)
    remaining, ends = steps["remaining"].to_numpy(), read_flag(steps, "next_token", "<end>")
    spreads = (0.5, 0.8, 0.95, 1.05, 1.3)  # R² 0.8 to 0.37, 0.5 being the smallest
    noisy = [remaining + spread * remaining.std() * noise(steps, at) for at, spread in enumerate(spreads)]
    neurons = plant(*noisy, ends + 0.3 * noise(steps, 5), ends + noise(steps, 6), steps["step"], noise(steps, 7))
    networks = know_nothing(steps)
    tables = [scan(neurons, networks, seed=seed, steps=steps).table for seed in range(1, 6)]
    kept = [
        set(table.loc[table["standing"] == ROLE, ["neuron", "feature", "phase"]].agg(tuple, axis=1)) for table in tables
    ]
    assert kept == [kept[0]] * 5
    assert {neuron for neuron, feature, phase in kept[0] if (feature, phase) == ("remaining", POOLED)} == {1, 2, 3}
    assert len({table["null_mean"].sum() for table in tables}) > 1  # five draws of the shuffles, not one


def walks(steps: pd.DataFrame, seed: int) -> Iterator[Neuron]:
    """Yield neurons that drift slowly, like memories, and carry no information on the task."""
    for at in range(1, 5):
        yield 1, at, {"cell": np.cumsum(noise(steps, 1_000 * seed + at))}


def test_where_there_is_nothing_no_more_is_found_than_the_error_rate_allows() -> None:
    trials, hits = 30, 0
    for trial in range(trials):
        steps = sample_steps(NETWORK, sequences=24, seed=1_000 + trial)
        network = NETWORK.model_copy(update={"seed": trial})
        found = find_roles(
            network, steps, [*walks(steps, trial)], [plant(noise(steps, trial))], effort=replace(QUICK, shuffles=199)
        )
        hits += bool((found.table["p"] <= ERROR_RATE).any())
    assert hits <= 3  # of 30 at 1 %: four or more would come up once in 4,000 such tests


def test_neurons_are_ranked_by_the_half_that_chooses_and_ties_go_to_the_lower_number(table: pd.DataFrame) -> None:
    ranked = rank_neurons(table, "remaining", signals=("cell",))
    assert ranked["neuron"].tolist()[:3] == [COUNTER, DOWNWARDS, NOISY]
    worst_first = table.assign(first_half=-table["neuron"], score=table["neuron"], second_half=table["neuron"])
    assert rank_neurons(worst_first, "remaining", signals=("cell",))["neuron"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    tied = table.assign(first_half=1.0)
    assert rank_neurons(tied, "remaining", signals=("cell",))["neuron"].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_a_ranking_takes_the_best_value_of_a_category_in_its_phase_alone(table: pd.DataFrame) -> None:
    ranked = rank_neurons(table, "next_token", signals=("cell",), phase="after")
    assert ranked["phase"].unique().tolist() == ["after"]
    for row in ranked.itertuples():
        of_neuron = table[(table["neuron"] == row.neuron) & (table["phase"] == "after")]
        of_token = of_neuron[of_neuron["feature"].str.startswith("next_token=")]
        assert row.first_half == of_token["first_half"].max()
    assert rank_neurons(table, "remaining", signals=("hidden",)).empty


def shuffled(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    return rows.sample(frac=1, random_state=seed)


each_order = pytest.mark.parametrize("seed", range(5))


@each_order
def test_equal_neurons_are_ranked_by_layer_and_number_each_with_its_first_feature_and_signal(seed: int) -> None:
    rows = [
        (1, 2, "cell", "letter=A", 1.0),
        (1, 2, "hidden", "letter=A", 1.0),
        (1, 2, "cell", "letter=B", 1.0),
        (1, 10, "cell", "letter=B", 1.0),
        (1, 10, "hidden", "letter=A", 1.0),
        (2, 1, "cell", "letter=B", 1.0),
        (2, 1, "hidden", "letter=B", 1.0),
        (2, 1, "cell", "letter=A", 0.9),
        (1, 1, "cell", "letter=A", 0.8),
    ]
    columns = ["layer", "neuron", "signal", "feature", "first_half"]
    scores = shuffled(pd.DataFrame(rows, columns=columns).assign(phase=POOLED, measure=AUC), seed)
    ranked = rank_neurons(scores, "letter", signals=["cell", "hidden"])
    assert ranked[columns].to_numpy().tolist() == [list(rows[at]) for at in (0, 4, 5, 8)]


def test_without_a_feature_neurons_are_ranked_by_the_best_score_of_each_on_one_scale() -> None:
    """An AUC of 0.9 is 0.8 on the scale of R²."""
    rows = [
        (1, 1, "cell", "x_count", R2, 0.75),
        (1, 1, "cell", "letter=A", AUC, 0.8),
        (1, 2, "cell", "x_count", R2, 0.5),
        (1, 2, "cell", "letter=A", AUC, 0.9),
        (1, 3, "hidden", "x_count", R2, 0.99),
    ]
    columns = ["layer", "neuron", "signal", "feature", "measure", "first_half"]
    ranked = rank_neurons(pd.DataFrame(rows, columns=columns).assign(phase=POOLED), None, signals=["cell"])
    assert ranked[columns].to_numpy().tolist() == [list(rows[at]) for at in (3, 0)]


@each_order
def test_equal_rows_are_in_the_order_of_neurons_phases_features_and_signals(seed: int) -> None:
    places = [
        ("phase=before", POOLED, "cell"),
        ("remaining=0", POOLED, "cell"),
        ("next_token=a", POOLED, "hidden"),
        ("next_token=a", POOLED, "candidate"),  # after the hidden state, as in the equations
        ("next_token=b", POOLED, "cell"),
        ("next_token=b", POOLED, "output_gate"),
        ("x_count=3", "before", "cell"),
        ("phase=before", "delimiter", "hidden"),
        ("next_token=X", "delimiter", "cell"),
        ("a_count=1", "after", "cell"),
    ]
    first = [told(*place) for place in places]
    rows = pd.DataFrame([*first, *(told(*places[-1], neuron=2), told(*places[0], layer=2))])
    ordered = order_rows(shuffled(rows, seed), rows, NETWORK)
    assert ordered[["feature", "phase", "signal"]].to_numpy().tolist() == [
        *(list(place) for place in places),
        list(places[-1]),
        list(places[0]),
    ]
    assert ordered[["layer", "neuron"]].to_numpy().tolist() == [[1, 1]] * len(places) + [[1, 2], [2, 1]]


@each_order
@pytest.mark.parametrize(
    ("over_all_steps", "kept"),
    [
        ({"a_count=1": 0.7, "x_count=1": 0.9, "next_token=a": 0.8}, "x_count=1"),  # encoded best over all steps
        ({"a_count=1": 0.7, "x_count=1": 0.8, "next_token=a": 0.8}, "x_count=1"),  # first in the task's order
        ({"next_token=b": 0.8, "x_count=1": 0.7, "next_token=a": 0.8}, "next_token=a"),  # first by its name
        ({"a_count=1": None, "x_count=1": 0.6, "next_token=a": None}, "x_count=1"),  # the others have no such score
    ],
)
def test_of_features_that_are_the_same_one_is_kept(
    over_all_steps: dict[str, float | None], kept: str, seed: int
) -> None:
    rows = []
    for feature, score in over_all_steps.items():
        others = [f"{OPPOSITE}{other}" for other in over_all_steps if other != feature]
        rows.append(told(feature, "delimiter", same_as=json.dumps(others)))
        rows += [] if score is None else [told(feature, score=score)]
    table = pd.DataFrame(rows)
    ordered = order_rows(shuffled(table[table["phase"] == "delimiter"], seed), table, NETWORK)
    assert ordered["feature"].tolist() == [kept]


@each_order
def test_of_rows_that_fail_a_late_rule_the_most_informative_is_the_best_and_of_others_the_highest(seed: int) -> None:
    high = told("next_token=a", "after", score=0.99, steps=40, positives=20.0)
    informative = told("next_token=b", score=0.9)
    count = told("remaining", measure=R2, score=0.81)  # 2 AUC - 1 is 0.98 and 0.8
    for standing in STANDINGS:
        rows = pd.DataFrame([{**row, "standing": standing} for row in (high, informative, count)])
        (best,) = best_rows(shuffled(rows, seed), NETWORK)["feature"]
        assert best == ("next_token=a" if standing in ("small", "chance", "untrained") else "remaining")
        (best,) = best_rows(shuffled(rows[rows["measure"] == AUC], seed), NETWORK)["feature"]
        assert best == ("next_token=a" if standing in ("small", "chance", "untrained") else "next_token=b")


def test_the_headline_of_a_counter_is_its_count(table: pd.DataFrame) -> None:
    first = headline_roles(table, NETWORK).drop_duplicates(["layer", "neuron"]).set_index("neuron")
    assert (first.loc[COUNTER, "feature"], first.loc[COUNTER, "phase"]) == ("remaining", POOLED)
    assert (first["standing"] == ROLE).all()


def test_the_information_of_a_score_is_its_bits_above_the_highest_that_it_has_to_beat(table: pd.DataFrame) -> None:
    ordered = order_rows(table, table, NETWORK)
    beaten = [*BASELINES, "untrained_p95", "null_p99"]

    def bits(row: pd.Series, score: float) -> float:
        if row["measure"] == R2:
            return float(-np.log2(min(max(1 - score, 1 / row["steps"]), 1)) / 2)
        share = row["positives"] / row["steps"]
        return float(max(2 * score - 1, 0) * -(share * np.log2(share) + (1 - share) * np.log2(1 - share)))

    for _, row in ordered.iterrows():
        expected = (bits(row, row["score"]) - bits(row, max(row[beaten]))) * row["steps"] / len(STEPS)
        assert row["bits"] == pytest.approx(expected, abs=1e-6)
    for _, of_neuron in ordered.groupby(["layer", "neuron"]):
        of_strength = of_neuron.groupby("strength", sort=False)["bits"]
        assert [*of_strength.groups] == sorted(of_strength.groups, reverse=True)
        assert of_strength.apply(lambda bits: bits.is_monotonic_decreasing).all()


@pytest.mark.parametrize("bar", [*BASELINES, "untrained_p95", "null_p99"])
def test_every_value_to_beat_takes_from_the_information_of_a_score(bar: str) -> None:
    rows = pd.DataFrame([told("next_token=b") | {bar: 0.7}])
    entropy = -(0.25 * np.log2(0.25) + 0.75 * np.log2(0.75))  # 100 of 400 steps
    assert order_rows(rows, rows, NETWORK)["bits"].tolist() == pytest.approx([(0.8 - 0.4) * entropy], abs=1e-6)


def test_a_feature_encoded_exactly_on_some_steps_comes_before_one_encoded_roughly_on_all(table: pd.DataFrame) -> None:
    exact, rough = table[table["measure"] == AUC].iloc[:2].to_dict("records")
    told = {"layer": 1, "neuron": 1, "signal": "cell", "same_as": "[]", "standing": ROLE, "null_p99": 0.6}
    told |= {"untrained_p95": 0.6, **dict.fromkeys(BASELINES, 0.6)}
    exact |= told | {"feature": "next_token=b", "score": 1.0, "precision": 1.0, "recall": 1.0, "separates": True}
    exact |= {"phase": "after", "steps": 80, "positives": 40.0}
    rough |= told | {"feature": "next_token=a", "score": 0.95, "precision": 0.4, "recall": 0.9, "separates": False}
    rough |= {"phase": POOLED, "steps": 2_000, "positives": 1_000.0}
    rows = pd.DataFrame([rough, exact])
    ordered = order_rows(rows, rows, NETWORK)
    assert ordered["feature"].tolist() == ["next_token=b", "next_token=a"]
    assert ordered["bits"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("changes", "strength"),
    [
        ({"measure": R2, "score": 0.95}, 3),
        ({"measure": R2, "score": 0.9499}, 2),
        ({"measure": R2, "score": 0.8}, 2),
        ({"measure": R2, "score": 0.7999}, 0),
        ({"precision": 1.0, "recall": 1.0, "separates": True}, 3),
        ({"precision": 1.0, "recall": 1.0, "separates": False}, 2),
        ({"precision": 1.0, "recall": 0.96, "separates": True}, 2),
        ({"precision": 0.95, "recall": 1.0, "separates": False}, 2),
        ({"precision": 0.949, "recall": 1.0, "separates": False}, 1),
        ({"precision": 0.8, "recall": 0.8, "separates": False}, 1),
        ({"precision": 0.9, "recall": 0.799, "separates": False}, 0),
        ({"precision": np.nan, "recall": np.nan, "separates": None}, 0),
    ],
)
def test_a_strength_is_that_of_its_word(changes: dict[str, Any], strength: int) -> None:
    assert find_strength(replace(role_row(), **{"measure": AUC, "score": 1.0, **changes})) == strength


def test_features_that_are_the_same_have_one_row_for_each_signal_and_phase(table: pd.DataFrame) -> None:
    ordered = order_rows(table, table, NETWORK)
    for _, rows in ordered.groupby(["neuron", "signal", "phase"]):
        names = [
            {row.feature, *(each.removeprefix("not ") for each in json.loads(row.same_as))} for row in rows.itertuples()
        ]
        assert all(one.isdisjoint(other) for one, other in itertools.combinations(names, 2))
    kept = set(ordered[["neuron", "feature", "phase"]].agg(tuple, axis=1))
    assert len(kept) < len(table)


def test_the_best_row_of_a_neuron_has_the_best_standing_it_reaches(table: pd.DataFrame) -> None:
    best = best_rows(table, NETWORK)
    assert best["neuron"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    rank = {standing: at for at, standing in enumerate(STANDINGS)}
    for row in best.itertuples():
        assert rank[row.standing] == table.loc[table["neuron"] == row.neuron, "standing"].map(rank).max()
    assert best.set_index("neuron").loc[CLOCK, "standing"] == "baseline"
    headlines = headline_roles(table, NETWORK).drop_duplicates("neuron")
    of_roles = best[best["standing"] == ROLE]
    assert of_roles[["neuron", "feature", "phase"]].to_numpy().tolist() == (
        headlines[["neuron", "feature", "phase"]].to_numpy().tolist()
    )


@pytest.mark.parametrize("standing", ["small", "chance", "untrained"])
def test_what_is_called_the_best_score_of_a_neuron_without_a_role_is_its_highest(
    table: pd.DataFrame, standing: str
) -> None:
    short = table.assign(standing=standing)
    for row in best_rows(short, NETWORK).itertuples():
        own = table[table["neuron"] == row.neuron]
        height = own["score"].where(own["measure"] == R2, 2 * own["score"] - 1)
        assert (row.score if row.measure == R2 else 2 * row.score - 1) == height.max()


def test_a_score_that_rests_on_few_steps_is_a_neuron_s_best_only_if_it_fails_nothing_else(table: pd.DataFrame) -> None:
    solid = best_rows(table.assign(standing="small"), NETWORK)
    high = solid.assign(score=1.0, measure=AUC, feature="letter=B", positives=FEWEST_CASES - 1.0, steps=1_000)
    for standing, is_best in (("small", False), ("untrained", False), ("baseline", False), ("few", True)):
        rows = pd.concat([table.assign(standing="small"), high[table.columns].assign(standing=standing)])
        best = best_rows(rows.reset_index(drop=True), NETWORK)
        assert (best["positives"] == FEWEST_CASES - 1).tolist() == [is_best] * len(solid)


def test_the_row_that_chose_a_neuron_has_the_best_first_half_and_then_the_best_standing() -> None:
    rows = [
        (1, 1, "cell", "letter=A", "after", 0.9, 1, "untrained"),
        (1, 1, "cell", "letter=B", "after", 0.7, 1, ROLE),
        (1, 1, "cell", "letter=C", "after", 0.8, -1, ROLE),
        (1, 1, "hidden", "letter=A", "after", 1.0, 1, ROLE),
        (1, 1, "cell", "letter=A", POOLED, 1.0, 1, ROLE),
        (1, 2, "cell", "letter=A", "after", 1.0, 1, ROLE),
        (2, 1, "cell", "letter=A", "after", 1.0, 1, ROLE),
        (1, 1, "cell", "letters", "after", 1.0, 1, ROLE),
        (1, 1, "hidden", "letter=D", "after", 1.0, 1, "small"),
        (1, 1, "candidate", "letter=A", "after", 1.0, -1, ROLE),
    ]
    columns = ["layer", "neuron", "signal", "feature", "phase", "first_half", "direction", "standing"]
    table = pd.DataFrame(rows, columns=columns)

    def chosen(feature: str, *signals: str, phase: str = "after", direction: int | None = None) -> Any:
        return find_chosen(table, (1, 1), feature, signals=signals, phase=phase, direction=direction)

    assert chosen("letter", "cell").feature == "letter=A"
    assert chosen("letter=A", "cell").standing == "untrained"
    assert chosen("letter", "cell", "hidden").signal == "hidden"
    assert chosen("letter", "cell", phase=POOLED).phase == POOLED
    assert chosen("letter", "cell", direction=1).feature == "letter=A"
    assert chosen("letter", "cell", direction=-1).feature == "letter=C"
    assert chosen("letter", "cell", "candidate").signal == "candidate"
    assert chosen("letter", "cell", "candidate", direction=1).signal == "cell"
    assert chosen("letter", "cell", "candidate", direction=-1).signal == "candidate"


@each_order
@pytest.mark.parametrize("of_signals", [("cell", "hidden"), ("hidden", "cell")])
def test_of_rows_that_chose_a_neuron_equally_the_best_standing_the_feature_and_the_signal_decide(
    of_signals: tuple[str, str], seed: int
) -> None:
    rows = [
        ("cell", "letter=B", "few"),
        ("hidden", "letter=B", "few"),
        ("cell", "letter=C", "few"),
        ("cell", "letter=A", "small"),
        ("hidden", "letter=A", "baseline"),
    ]
    table = pd.DataFrame(rows, columns=["signal", "feature", "standing"])
    table = table.assign(layer=1, neuron=1, phase=POOLED, first_half=0.9, direction=1)
    left = shuffled(table, seed)
    for signal, feature, standing in (rows[0], rows[1], rows[2], rows[4], rows[3]):
        found = find_chosen(left, (1, 1), "letter", signals=of_signals, phase=POOLED, direction=None)
        assert (found.signal, found.feature, found.standing) == (signal, feature, standing)
        left = left.drop(found.Index)


def test_the_best_baseline_is_the_highest(table: pd.DataFrame) -> None:
    for row in table.itertuples():
        key, score = best_baseline(row)
        assert score == getattr(row, key) == max(getattr(row, name) for name in BASELINES)


def test_neurons_in_several_layers_are_distinguished() -> None:
    network: Network = counting_network().model_copy(update={"task": NETWORK.task, "layers": 2})
    knows, knows_not = {"cell": 10 * REMAINING}, {"cell": noise(STEPS, 1)}
    found = find_roles(network, STEPS, [(1, 1, knows_not), (2, 1, knows)], know_nothing(STEPS), effort=QUICK)
    assert set(headline_roles(found.table, network)["layer"]) == {2}
    assert best_rows(found.table, network)[["layer", "standing"]].to_numpy().tolist() == [[1, "small"], [2, ROLE]]
