"""Counting, plainly and selectively: the sequences and their ground truth, spelled out."""

import pydantic
import pytest

from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting


def test_counting_lists_one_sequence_for_each_count() -> None:
    assert list(Counting(kind="counting", longest=3).sequences()) == ["aXb", "aaXbb", "aaaXbbb"]


def test_counting_accepts_lengths_beyond_its_range() -> None:
    assert Counting(kind="counting", longest=3).rule.is_followed("a" * 30 + "X" + "b" * 30)


@pytest.mark.parametrize("sequence", ["", "X", "ab", "aX", "Xb", "aXbb", "aaXb", "aXbX", "bXa", "aXb "])
def test_counting_refuses_what_is_not_balanced(sequence: str) -> None:
    assert not Counting(kind="counting", longest=3).rule.is_followed(sequence)


def test_what_remains_rises_and_falls_to_nothing() -> None:
    truth = Counting(kind="counting").ground_truth("aaXbb")
    assert truth == {
        "phase": ["before", "before", "before", "delimiter", "after", "after"],
        "a_count": [0, 1, 2, 2, 2, 2],
        "remaining": [0, 1, 2, 2, 1, 0],
    }


def test_selective_counting_puts_what_to_ignore_everywhere() -> None:
    language = SelectiveCounting(kind="selective-counting", longest=3, most_ignored=1)
    of_two = [sequence for sequence in language.sequences() if sequence.count("a") == 2]
    assert sorted(of_two) == sorted(["aaYbb", "XaaYbb", "aXaYbb", "aaXYbb"])


@pytest.mark.parametrize("sequence", ["", "Y", "XY", "aY", "aYbb", "aXY", "aYbX", "abY", "aYYb", "aYb "])
def test_selective_counting_refuses_what_is_not_balanced(sequence: str) -> None:
    assert not SelectiveCounting(kind="selective-counting").rule.is_followed(sequence)


def test_what_is_ignored_changes_no_count() -> None:
    truth = SelectiveCounting(kind="selective-counting").ground_truth("XaXaYbb")
    assert truth["remaining"] == [0, 0, 1, 1, 2, 2, 1, 0]
    assert truth["x_count"] == [0, 1, 1, 2, 2, 2, 2, 2]


def test_the_forms_name_their_ranges() -> None:
    assert Counting(kind="counting", longest=12).form == "aⁿ X bⁿ, 1 ≤ n ≤ 12"
    assert "0 to 3 X's" in SelectiveCounting(kind="selective-counting", most_ignored=3).form


@pytest.mark.parametrize("longest", [0, 101, 2.5, "3"])
def test_ranges_out_of_bounds_are_refused(longest: object) -> None:
    with pytest.raises(pydantic.ValidationError):
        Counting.model_validate({"kind": "counting", "longest": longest})


def test_the_answer_has_one_b_for_each_a() -> None:
    assert Counting(kind="counting").rule.answer("aaaX") == "bbb"
    assert SelectiveCounting(kind="selective-counting").rule.answer("XaXXaY") == "bb"
