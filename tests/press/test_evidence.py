"""The evidence for a headline: its score and controls, the order of the list, and the sequences not held out."""

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from lstmgallery.desk.baselines import BASELINES
from lstmgallery.desk.effort import FULL
from lstmgallery.desk.results import Results
from lstmgallery.press.pages import evidence
from lstmgallery.press.pages.sentences import row_sentence
from lstmgallery.tasks.languages.counting import SelectiveCounting
from tests.press.conftest import Press


@pytest.fixture(scope="module")
def results(press: Press) -> Results:
    """The results of the small network, none of whose neurons has a role."""
    return press.results[0]


def with_roles(results: Results, bits: dict[int, float]) -> Results:
    """Return the results with roles of this strength for some neurons, with an interval."""
    rows = results.best_rows.copy()
    for neuron, value in bits.items():
        chosen = rows["neuron"] == neuron
        rows.loc[chosen, ["bits", "low", "high"]] = [value, 0.9, 0.95]
        rows.loc[chosen, ["standing", "separates"]] = ["role", True]
    return replace(results, best_rows=rows)


def test_neurons_with_the_most_informative_roles_come_first_and_those_without_last(results: Results) -> None:
    ranked = evidence.rank(with_roles(results, {3: 0.2, 5: 0.7, 2: 0.2}))
    assert [(each.neuron, each.has_role) for each in ranked] == [
        (5, True),
        (2, True),
        (3, True),
        (1, False),
        (4, False),
        (6, False),
    ]


def test_a_line_of_the_ranking_says_what_the_best_row_says(results: Results) -> None:
    with_one = with_roles(results, {2: 0.7})
    for line in evidence.rank(with_one):
        row = with_one.best_row_of(1, line.neuron)
        assert line.role == row_sentence(results.network, row)
        assert line.interval == ("0.90 to 0.95" if line.neuron == 2 else "")
        best = max(BASELINES, key=lambda key: getattr(row, key))
        assert line.baseline.startswith(f"{getattr(row, best):.2f} (")
        assert float(line.untrained_p95) == pytest.approx(row.untrained_p95)


def test_a_headline_stands_beside_all_untrained_networks(results: Results) -> None:
    row = results.best_row_of(1, 4)
    found = evidence.headline(results, 1, 4)
    scores = results.controls[row.feature, row.phase]
    assert len(scores) == FULL.untrained
    assert found.untrained_range == (
        f"median {np.median(scores):.2f}, highest {max(scores):.2f} of {FULL.untrained}".replace("-", "\N{MINUS SIGN}")
    )
    assert not found.has_role
    assert found.interval == ""
    dots = next(series for series in found.beside.series if series.style == "main")
    assert len(dots.points) == FULL.untrained


def with_shares(results: Results, *shares: tuple[str, int, float, float]) -> Results:
    """Return the results with these numbers of drawn and held-out sequences of each kind."""
    rows = [dict(zip(("name", "value", "drawn", "held_out"), share, strict=True)) for share in shares]
    return replace(results, about={**results.about, "held_out": {**results.about["held_out"], "shares": rows}})


def test_of_a_language_that_is_used_whole_nothing_is_missing(results: Results) -> None:
    assert results.about["held_out"]["shares"] == []
    assert evidence.missing(results) == ""


def test_what_is_held_out_as_often_as_it_is_drawn_is_not_missing(results: Results) -> None:
    assert (
        evidence.missing(with_shares(results, ("a’s", 1, 0.1, 0.1), ("a’s", 2, 0.9, 0.9), ("a’s", 3, 0.2, 0.1))) == ""
    )


def test_what_is_held_out_less_than_half_as_often_as_it_is_drawn_is_named_with_both_shares(results: Results) -> None:
    shares = [("a’s", 1, 0.1, 0.0), ("a’s", 2, 0.1, 0.06), ("a’s", 3, 0.1, 0.04), ("X’s", 0, 0.1667, 0.0125)]
    assert evidence.missing(with_shares(results, *shares)) == (
        "those with 1 a’s, 10\u00a0% of what the task draws and 0\u00a0% of what was held out; "
        "those with 3 a’s, 10\u00a0% of what the task draws and 4\u00a0% of what was held out; "
        "those with 0 X’s, 16.7\u00a0% of what the task draws and 1.2\u00a0% of what was held out"
    )


def test_what_is_missing_from_the_split_of_the_selective_counter_is_named(results: Results) -> None:
    task = SelectiveCounting(kind="selective-counting", longest=10, most_ignored=5)
    shares = [dataclasses.astuple(share) for share in task.split(held_out=400).shares]
    words = evidence.missing(with_shares(results, *shares))
    assert words.startswith("those with 1 a’s, ")
    assert "those with 0 X’s, 16.8\u00a0% of what the task draws and 0\u00a0% of what was held out" in words
    assert "10 a’s" not in words
