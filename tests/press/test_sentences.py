"""Sentences report the measurements, and no more."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lstmgallery.desk.rows import RoleRow
from lstmgallery.press.pages.sentences import (
    alias_words,
    cases_words,
    feature_words,
    row_sentence,
    score_of,
    score_words,
    standing_words,
)
from lstmgallery.tasks.languages.language import PHASES
from lstmgallery.tasks.vocabulary import END
from tests.desk.planted import counting_network, role_row

NETWORK = counting_network()


def row(**changes: Any) -> RoleRow:
    """Return a row of the table of roles: a count encoded by the cell state."""
    return replace(role_row(), **changes)


def flag(**changes: Any) -> RoleRow:
    """Return a row for a yes/no feature."""
    given = {"feature": "next_token=b", "measure": "auc", "positives": 300.0, "precision": 0.9, "recall": 0.9}
    return row(**{**given, "separates": False, **changes})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Its cell state counts the b’s still owed."),
        ({"score": 0.95}, "Its cell state counts the b’s still owed."),
        ({"score": 0.9499}, "Its cell state follows the b’s still owed."),
        ({"score": 0.9, "direction": -1}, "Its cell state follows the b’s still owed, downwards."),
        ({"score": 0.8}, "Its cell state follows the b’s still owed."),
        ({"score": 0.7999}, "Its cell state weakly follows the b’s still owed."),
        ({"phase": "after"}, "After the delimiter, its cell state counts the b’s still owed."),
        (
            {"phase": "delimiter", "direction": -1},
            "At the delimiter, its cell state counts the b’s still owed, downwards.",
        ),
    ],
)
def test_a_count_is_said_as_strongly_as_its_r2_was_measured(changes: dict[str, object], sentence: str) -> None:
    assert row_sentence(NETWORK, row(**changes)) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"separates": True, "precision": 1.0, "recall": 1.0, "signal": "hidden"},
            "Its hidden state is high exactly where the next token is b.",
        ),
        (
            {"separates": True, "precision": 0.96, "recall": 1.0},
            "Its cell state is high nearly always where the next token is b.",
        ),
        ({"precision": 1.0, "recall": 1.0}, "Its cell state is high nearly always where the next token is b."),
        ({"precision": 0.95, "recall": 0.99}, "Its cell state is high nearly always where the next token is b."),
        ({"precision": 0.99, "recall": 0.949}, "Its cell state is high mostly where the next token is b."),
        ({"precision": 0.8, "recall": 0.8}, "Its cell state is high mostly where the next token is b."),
        ({"precision": 0.53, "recall": 1.0}, "Its cell state tends to be high where the next token is b."),
        ({"precision": 1.0, "recall": 0.79}, "Its cell state tends to be high where the next token is b."),
        (
            {"feature": f"next_token={END}", "direction": -1, "phase": "after", "precision": 0.97, "recall": 0.96},
            "After the delimiter, its cell state is low nearly always where the next token is the end token.",
        ),
    ],
)
def test_a_feature_is_said_as_strongly_as_one_threshold_parts_it(changes: dict[str, object], sentence: str) -> None:
    assert row_sentence(NETWORK, flag(**changes)) == sentence


@pytest.mark.parametrize("score", [0.9998, 1.0])
def test_however_high_an_auc_it_alone_makes_nothing_exact_or_nearly_so(score: float) -> None:
    sentence = row_sentence(NETWORK, flag(score=score, precision=0.53, recall=1.0))
    assert sentence == "Its cell state tends to be high where the next token is b."


@pytest.mark.parametrize(
    ("best", "words"),
    [
        ("by_step", "no better than counting steps"),
        ("by_delimiter", "no better than counting steps from the delimiter"),
        ("by_token", "no better than the token read"),
        ("by_token_before", "no better than the previous token"),
    ],
)
def test_what_needs_no_neuron_is_said_to_be_no_better_than_that(best: str, words: str) -> None:
    told = row(standing="baseline", **{best: 0.98})
    assert row_sentence(NETWORK, told) == f"Its cell state counts the b’s still owed, {words}."
    assert standing_words(NETWORK, told) == (
        f"By this gallery’s rules, it has no role for “the b’s still owed”: the score is {words}."
    )


def test_what_rests_on_few_cases_is_said_with_their_number() -> None:
    told = flag(standing="few", separates=True, phase="delimiter", positives=12.0, steps=40)
    assert row_sentence(NETWORK, told) == (
        "No role found: its best score is AUC 0.990 for “the next token is b” at the delimiter; "
        "the score rests on too few steps (12 of 40 steps)."
    )
    assert standing_words(NETWORK, told) == (
        "By this gallery’s rules, it has no role for “the next token is b” at the delimiter: "
        "the score rests on too few steps (12 of 40 steps)."
    )


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        ("small", "the score is too low"),
        ("chance", "chance does as well"),
        ("untrained", "untrained networks do about as well"),
    ],
)
def test_a_neuron_without_a_role_is_said_to_have_none_with_its_best_score(standing: str, reason: str) -> None:
    short = row(standing=standing, score=0.614, phase="after", low=float("nan"), high=float("nan"))
    assert row_sentence(NETWORK, short) == (
        f"No role found: its best score is R² 0.61 for “the b’s still owed” after the delimiter; {reason}."
    )
    assert standing_words(NETWORK, short) == (
        f"By this gallery’s rules, it has no role for “the b’s still owed” after the delimiter: {reason}."
    )


def test_what_untrained_networks_match_is_also_said_to_be_no_better_than_a_clock_where_it_is_not() -> None:
    short = row(standing="untrained", score=0.49, low=float("nan"), high=float("nan"))
    assert row_sentence(NETWORK, short) == (
        "No role found: its best score is R² 0.49 for “the b’s still owed”; untrained networks do about as well, "
        "and it is no better than counting steps from the delimiter."
    )


def test_nothing_is_said_against_a_chosen_neuron_with_a_role() -> None:
    assert standing_words(NETWORK, row()) == ""


@pytest.mark.parametrize(
    ("same_as", "sentence"),
    [
        ([], ""),
        (["remaining=0"], "On these steps it is the same as “the b’s still owed are 0”."),
        (["not next_token=b"], "On these steps it is the opposite of “the next token is b”."),
        (
            ["token=b", "token_before=X", f"next_token={END}"],
            "On these steps it is the same as “the token read is b”, “the previous token is X” and "
            "“the next token is the end token”.",
        ),
        (
            ["remaining=0", "not next_token=b", "not token=a"],
            "On these steps it is the same as “the b’s still owed are 0”, and the opposite of “the next token is b” "
            "and “the token read is a”.",
        ),
    ],
)
def test_all_that_a_feature_is_the_same_as_is_named(same_as: list[str], sentence: str) -> None:
    assert alias_words(NETWORK, json.dumps(same_as)) == sentence


def test_a_score_has_the_digits_that_it_carries() -> None:
    assert score_of(row()) == "R² 0.990"
    assert score_of(row(low=0.9, high=0.999)) == "R² 0.99"
    assert score_of(flag(score=0.99996, low=0.9999, high=1.0)) == "AUC >\u00a00.999"
    assert score_of(row(score=0.414, low=float("nan"), high=float("nan"))) == "R² 0.41"


def test_a_score_below_one_is_not_said_to_be_one_where_it_has_no_interval_either() -> None:
    short = flag(standing="untrained", score=0.9987, low=float("nan"), high=float("nan"))
    assert score_of(short) == "AUC >\u00a00.99"
    assert "its best score is AUC >\u00a00.99 for" in row_sentence(NETWORK, short)


def test_a_score_is_said_with_what_it_was_measured_between() -> None:
    assert score_words(NETWORK, row(phase="before")) == "cell state against “the b’s still owed” before the delimiter"
    assert score_words(NETWORK, flag()) == "cell state against “the next token is b”"


def test_cases_are_steps_or_so_many_of_them() -> None:
    assert cases_words(row()) == "1,200 steps"
    assert cases_words(flag(positives=1_100.0, steps=12_000)) == "1,100 of 12,000 steps"


def test_every_feature_of_a_task_has_words() -> None:
    for feature in NETWORK.task.features:
        for value in PHASES if feature.key == "phase" else ("",) if feature.kind == "count" else ("value",):
            assert feature_words(NETWORK, f"{feature.key}={value}" if value else feature.key)
