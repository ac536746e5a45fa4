"""The results that pages use: the sequences that numbers were measured on, and the row that chose a neuron."""

from dataclasses import replace

import pytest

from lstmgallery.desk.effort import FULL
from lstmgallery.desk.results import Results
from lstmgallery.desk.subjects import parse_subject
from lstmgallery.press.pages.sentences import measured_on, measured_on_half
from tests.press.conftest import Press


@pytest.fixture(scope="module")
def results(press: Press) -> Results:
    return press.results[0]


def as_held_out(results: Results, sequences: int) -> Results:
    """Return the results with this many shown and held-out sequences kept from training."""
    about = {**results.about, "held_out": {**results.about["held_out"], "is_whole_language": False}}
    first = results.held_out["sequence"].min()
    steps = results.steps[results.steps["sequence"] < first + sequences]
    return replace(results, about=about, steps=steps)


def test_numbers_are_measured_on_all_sequences_of_a_small_language(results: Results) -> None:
    assert measured_on(results) == "all 3 sequences of the language"
    assert measured_on_half(results) == "1 sequence, excluding the 2 used to choose it"


def test_numbers_are_measured_on_held_out_sequences_where_there_are_some(results: Results) -> None:
    of_two = as_held_out(results, 2)
    assert measured_on(of_two) == "2 held-out sequences"
    assert measured_on_half(of_two) == "1 held-out sequence, excluding the 1 used to choose it"


def test_the_row_that_chose_a_neuron_is_that_of_its_feature_and_signals(results: Results) -> None:
    networks = {"small": results.network}
    for text in ("small best(remaining)", "small second(remaining)", "small best(a_count of hidden)"):
        subject = parse_subject(text, networks)
        row = results.chosen_row(subject)
        assert row is not None
        assert subject.selector is not None
        assert ((row.layer, row.neuron),) == subject.places(results.trained)
        assert row.feature == subject.selector.feature
        assert row.signal in subject.selector.signals


@pytest.mark.parametrize("text", ["small", "small 3", "small layer 1", "small best(remaining at delimiter)"])
def test_who_was_not_chosen_by_a_score_has_no_such_row(results: Results, text: str) -> None:
    assert results.chosen_row(parse_subject(text, {"small": results.network})) is None


def test_the_untrained_networks_read_the_same_steps_with_other_weights(results: Results) -> None:
    untrained = [*results.untrained()]
    assert len(untrained) == FULL.controls
    kernels = {each.weights["layer_1/kernel"].tobytes() for each in (results.trained, *untrained)}
    assert len(kernels) == 41
    assert all(each.steps.equals(results.trained.steps) for each in untrained)


def test_every_row_of_the_table_of_roles_has_its_untrained_networks(results: Results) -> None:
    for feature, phase in set(zip(results.scores["feature"], results.scores["phase"], strict=True)):
        assert len(results.controls[feature, phase]) == FULL.untrained
