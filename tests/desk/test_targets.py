"""Targets: the features to score, their steps, and the features identical on those steps."""

import json

import numpy as np
import pandas as pd
import pytest

from lstmgallery.desk.targets import (
    AUC,
    FEWEST_ROWS,
    NEXT_TOKEN,
    OPPOSITE,
    POOLED,
    R2,
    Target,
    divide,
    feature_order,
    find_aliases,
    find_targets,
    number_sequences,
    steps_since,
    tokens_before,
)
from lstmgallery.network import Network
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.language import PHASES
from lstmgallery.tasks.languages.state_memory import StateMemory
from lstmgallery.tasks.truths import step_truths
from lstmgallery.tasks.vocabulary import END, START
from tests.conftest import language_of
from tests.desk.planted import counting_network, network_of, picky_network, sample_steps

COUNTER = counting_network()
PICKY = picky_network()
KEEPER = network_of(StateMemory(kind="state-memory", longest_wait=5))
COPIER = network_of(Copying(kind="copying"))
STEPS = sample_steps(PICKY)
TARGETS = find_targets(PICKY, STEPS)
COPIED = step_truths(COPIER.task, list(language_of(COPIER).sequences()))


def target_of(targets: list[Target], feature: str, phase: str = POOLED) -> Target:
    (found,) = (target for target in targets if (target.feature, target.phase) == (feature, phase))
    return found


def test_sequences_go_to_the_halves_in_turn_whatever_their_numbers() -> None:
    steps = step_truths(COUNTER.task, ["aXb", "aaXbb", "aXb"])
    steps["sequence"] += 5
    assert number_sequences(steps).tolist() == [0] * 4 + [1] * 6 + [2] * 4
    assert divide(steps).tolist() == [0] * 4 + [1] * 6 + [0] * 4


def test_steps_are_counted_from_the_delimiter_on() -> None:
    steps = step_truths(COUNTER.task, ["aaXbb", "aXb"])
    assert steps_since(steps, "X").tolist() == [-1, -1, -1, 0, 1, 2, -1, -1, 0, 1]


def test_before_the_first_token_there_is_none() -> None:
    steps = step_truths(COUNTER.task, ["aX", "aaX"])
    assert tokens_before(steps).tolist() == ["", START, "a", "", START, "a", "a"]


def test_every_count_and_every_value_of_a_category_is_a_target_in_each_phase_that_has_enough_of_it() -> None:
    assert {target.key for target in TARGETS} == {
        *((feature, phase, R2) for feature in ("a_count", "remaining", "x_count") for phase in (POOLED, *PHASES)),
        *((f"phase={phase}", POOLED, AUC) for phase in PHASES),
        *((f"next_token={token}", POOLED, AUC) for token in (END, "a", "b", "X", "Y")),
        *((f"next_token={token}", "before", AUC) for token in "aXY"),
        *((f"next_token={token}", "after", AUC) for token in (END, "b")),
    }


def test_the_truth_of_a_target_is_that_of_its_rows_one_half_after_the_other() -> None:
    half = divide(STEPS)
    for target in TARGETS:
        is_in_phase = np.ones(len(STEPS), bool) if target.phase == POOLED else STEPS["phase"] == target.phase
        rows = [np.flatnonzero(is_in_phase & (half == number)) for number in (0, 1)]
        assert [each.tolist() for each in target.rows] == [each.tolist() for each in rows]
        key, _, value = target.feature.partition("=")
        column = STEPS[key].to_numpy()[np.concatenate(rows)]
        assert target.truth.tolist() == (column == value if value else column).astype(float).tolist()
        assert target.steps == len(column)
        assert np.isnan(target.positives) if target.measure == R2 else target.positives == (column == value).sum()


def test_targets_of_equal_mask_have_equal_rows_and_others_have_not() -> None:
    for one in TARGETS:
        for other in TARGETS:
            same = all(map(np.array_equal, one.rows, other.rows))
            assert same == (one.mask == other.mask)


def test_a_step_that_cannot_know_a_feature_is_not_scored_against_it() -> None:
    target = target_of(find_targets(COPIER, COPIED), "next_letter=b")
    known = COPIED["next_letter"].notna()
    assert target.steps == known.sum() < len(COPIED)
    assert sorted(np.concatenate(target.rows)) == np.flatnonzero(known).tolist()


@pytest.mark.parametrize(("sequences", "is_scored"), [(FEWEST_ROWS, True), (FEWEST_ROWS - 1, False)])
def test_a_yes_no_feature_needs_a_few_steps_of_both_kinds_in_both_halves(sequences: int, is_scored: bool) -> None:
    each = ["AxYa", "AxYa", "BxYb", "BxYb"]  # two sequences of each kind: one for each half
    steps = step_truths(KEEPER.task, each * sequences)
    found = {target.key for target in find_targets(KEEPER, steps)}
    assert (("letter=A", "delimiter", AUC) in found) == is_scored
    one_half_lacks = step_truths(KEEPER.task, ["AxYa", "BxYb"] * 2 * sequences)
    assert ("letter=A", "delimiter", AUC) not in {target.key for target in find_targets(KEEPER, one_half_lacks)}


def test_a_count_needs_three_values_in_both_halves() -> None:
    def counted(*sequences: str) -> bool:
        targets = find_targets(COUNTER, step_truths(COUNTER.task, sequences))
        return ("a_count", "after", R2) in {target.key for target in targets}

    two, three = ["aXb", "aaXbb"], ["aXb", "aaXbb", "aaaXbbb"]
    assert counted(*(each for pair in zip(three * 2, three * 2, strict=True) for each in pair))
    assert not counted(*(each for pair in zip(three * 2, two * 3, strict=True) for each in pair))


@pytest.mark.parametrize(("copies", "is_scored"), [(FEWEST_ROWS, True), (FEWEST_ROWS - 1, False)])
def test_a_count_needs_a_few_steps_in_both_halves(copies: int, is_scored: bool) -> None:
    each = ["a" * n + "X" + "b" * n for n in range(1, copies + 1)]  # at the delimiter, one step of each
    both = [sequence for sequence in each for _ in range(2)]
    found = find_targets(COUNTER, step_truths(COUNTER.task, both))
    assert (("a_count", "delimiter", R2) in {target.key for target in found}) == is_scored


@pytest.mark.parametrize("features", [["remaining"], ["next_token"], [f"next_token={END}", "x_count"], ["token"]])
@pytest.mark.parametrize("phases", [[POOLED], ["after"], ["before", "delimiter"]])
def test_some_features_and_phases_are_found_as_among_all(features: list[str], phases: list[str]) -> None:
    found = find_targets(PICKY, STEPS, features=features, phases=phases)
    of_these = [each for each in TARGETS if {each.feature, each.feature.partition("=")[0]} & set(features)]
    assert [each.key for each in found] == [each.key for each in of_these if each.phase in phases]
    for target in found:
        expected = target_of(TARGETS, target.feature, target.phase)
        assert target.truth.tolist() == expected.truth.tolist()
        assert all(map(np.array_equal, target.rows, expected.rows))


def aliases_of(network: Network, steps: pd.DataFrame, feature: str, phase: str) -> set[str]:
    found = find_aliases(network, steps, find_targets(network, steps))
    (names,) = (names for key, names in found.items() if key[:2] == (feature, phase))
    listed = json.loads(names)
    assert len(listed) == len(set(listed))
    return set(listed)


def test_after_the_delimiter_the_end_comes_where_nothing_is_owed_and_no_b_does() -> None:
    assert aliases_of(PICKY, STEPS, f"next_token={END}", "after") == {"remaining=0", "not next_token=b"}
    assert aliases_of(PICKY, STEPS, "next_token=b", "after") == {f"not next_token={END}", "not remaining=0"}


def test_over_all_steps_the_end_does_not_come_wherever_nothing_is_owed() -> None:
    assert aliases_of(PICKY, STEPS, f"next_token={END}", POOLED) == set()


def test_at_the_delimiter_a_copied_letter_goes_by_three_names() -> None:
    names = {"first=a", "next_letter=a", "next_token=a"}
    for name in names:
        assert aliases_of(COPIER, COPIED, name, "delimiter") == names - {name}


def test_a_letter_to_write_is_the_next_token_wherever_there_is_one_and_not_the_other_way_round() -> None:
    assert aliases_of(COPIER, COPIED, "next_letter=a", POOLED) == {"next_token=a"}
    assert aliases_of(COPIER, COPIED, "next_token=a", POOLED) == set()


def test_one_of_two_letters_is_the_opposite_of_the_other_wherever_it_is_known() -> None:
    steps = sample_steps(KEEPER)
    assert aliases_of(KEEPER, steps, "letter=A", POOLED) == {"not letter=B"}
    assert {"not letter=B", "token=a", "not token=b"} <= aliases_of(KEEPER, steps, "letter=A", "after")


def test_a_feature_decided_by_one_of_the_last_two_tokens_is_named_with_it() -> None:
    assert "token=a" in aliases_of(COPIER, COPIED, "third=a", "before")
    assert "token_before=a" in aliases_of(COPIER, COPIED, "third=a", "delimiter")
    assert aliases_of(PICKY, STEPS, "phase=after", POOLED) == {"token=b"}


def test_counts_that_differ_by_a_constant_or_by_their_sign_are_the_same() -> None:
    assert aliases_of(PICKY, STEPS, "remaining", "before") == {"a_count"}
    steps = STEPS.assign(x_count=4 - STEPS["a_count"], remaining=STEPS["a_count"] + 2)
    assert aliases_of(PICKY, steps, "a_count", POOLED) == {"remaining", "not x_count"}
    assert aliases_of(PICKY, STEPS, "remaining", POOLED) == set()


LETTERS = {COPIER: dict.fromkeys(("first", "second", "third", "next_letter"), "abc"), KEEPER: {"letter": "AB"}}


@pytest.mark.parametrize(
    ("network", "count", "has_opposites"),
    [(COPIER, "position", False), (KEEPER, "x_count", True)],
    ids=["copy", "keep"],
)
def test_whatever_coincides_is_named_and_nothing_else(network: Network, count: str, has_opposites: bool) -> None:
    """Every pair is compared again by hand, on steps with many coincidences."""
    steps = step_truths(network.task, list(language_of(network).sequences()))
    columns = {
        count: range(9),
        "phase": PHASES,
        **LETTERS[network],
        **dict.fromkeys((NEXT_TOKEN, "token", "token_before"), network.task.vocabulary),
    }
    frame = steps.assign(token_before=tokens_before(steps))
    targets = find_targets(network, steps)
    found = find_aliases(network, steps, targets)
    opposites = 0
    for target in (each for each in targets if each.measure == AUC):
        rows = frame.iloc[np.concatenate(target.rows)]
        expected = set()
        for key, values in columns.items():
            for value in values:
                name = f"{key}={value}"
                truth = (rows[key] == value).to_numpy()
                if name == target.feature or rows[key].isna().any():
                    continue
                if np.array_equal(truth, target.truth == 1):
                    expected.add(name)
                elif np.array_equal(truth, target.truth == 0):
                    expected.add(f"{OPPOSITE}{name}")
                    opposites += 1
        assert set(json.loads(found[target.key])) == expected, target.key
    assert (opposites > 0) == has_opposites


def test_features_are_in_the_order_of_their_task_and_the_next_token_comes_last() -> None:
    assert [*feature_order(PICKY)] == ["phase", "a_count", "remaining", "x_count", NEXT_TOKEN]
    assert [*feature_order(PICKY).values()] == [0, 1, 2, 3, 4]
