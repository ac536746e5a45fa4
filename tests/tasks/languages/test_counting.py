"""Counting, plainly and selectively: the sequences and their ground truth, spelled out."""

import numpy as np
import pydantic
import pytest

from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting
from lstmgallery.tasks.languages.language import Language
from lstmgallery.tasks.task import Stretched

TASKS: dict[type[Language], str] = {Counting: "counting", SelectiveCounting: "selective-counting"}


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


@pytest.mark.parametrize("longest", [2, 101, 2.5, "3"])
@pytest.mark.parametrize("task", TASKS)
def test_a_range_of_counts_out_of_bounds_is_refused(task: type[Language], longest: object) -> None:
    with pytest.raises(pydantic.ValidationError):
        task.model_validate({"kind": TASKS[task], "longest": longest})


@pytest.mark.parametrize("most_ignored", [-1, 101, 2.5, "3"])
def test_a_range_of_what_is_ignored_out_of_bounds_is_refused(most_ignored: object) -> None:
    with pytest.raises(pydantic.ValidationError):
        SelectiveCounting.model_validate({"kind": "selective-counting", "most_ignored": most_ignored})


@pytest.mark.parametrize("longest", [3, 100])
def test_a_range_may_reach_its_bounds(longest: int) -> None:
    assert Counting(kind="counting", longest=longest).size == longest
    assert [
        SelectiveCounting(kind="selective-counting", longest=longest, most_ignored=most).most_ignored
        for most in (0, 100)
    ] == [0, 100]


def test_the_answer_has_one_b_for_each_a() -> None:
    assert Counting(kind="counting").rule.answer("aaaX") == "bbb"
    assert SelectiveCounting(kind="selective-counting").rule.answer("XaXXaY") == "bb"


def test_counting_is_stretched_to_any_count_in_one_sequence() -> None:
    counting = Counting(kind="counting", longest=3)
    assert [*counting.stretched(5)] == [Stretched(5, "", True, "aaaaaX", "bbbbb")]


@pytest.mark.parametrize("size", [1, 4, 30])
def test_selective_counting_is_stretched_with_up_to_twice_the_x_s_that_were_trained(size: int) -> None:
    stretched = [*SelectiveCounting(kind="selective-counting", longest=3, most_ignored=2).stretched(size)]
    assert [(each.variant, each.is_trained) for each in stretched] == [
        ("0", True),
        *[("1", True)] * 3,
        *[("2", True)] * 3,
        *[("3", False)] * 3,
        *[("4", False)] * 3,
    ]
    for each in stretched:
        before = each.prompt.removesuffix("Y")
        assert (each.size, before.count("a"), before.count("X")) == (size, size, int(each.variant))
        assert (len(before), each.prompt, each.answer) == (size + int(each.variant), before + "Y", "b" * size)


def test_the_x_s_of_a_stretched_sequence_lie_anywhere_and_always_at_the_same_places() -> None:
    language = SelectiveCounting(kind="selective-counting", longest=3, most_ignored=2)
    prompts = [each.prompt for size in range(1, 40) for each in language.stretched(size)]
    assert prompts == [each.prompt for size in range(1, 40) for each in language.stretched(size)]
    assert {each[:1] for each in prompts} == {each[-2] for each in prompts} == {"a", "X"}
    arrangements = [{each.prompt for each in language.stretched(size) if each.variant == "4"} for size in (10, 20, 30)]
    assert [*map(len, arrangements)] == [3, 3, 3]
    places = {frozenset(at for at, letter in enumerate(each) if letter == "X") for each in set().union(*arrangements)}
    assert len(places) == 9  # each size has arrangements of its own


def test_a_language_that_ignores_nothing_is_stretched_in_one_sequence() -> None:
    plain = SelectiveCounting(kind="selective-counting", most_ignored=0)
    assert [*plain.stretched(4)] == [Stretched(4, "0", True, "aaaaY", "bbbb")]


@pytest.mark.parametrize(("longest", "most_ignored"), [(3, 0), (4, 2)])
def test_samples_have_every_count_in_the_range_and_none_beyond(longest: int, most_ignored: int) -> None:
    random = np.random.default_rng(1)
    counting = Counting(kind="counting", longest=longest)
    selective = SelectiveCounting(kind="selective-counting", longest=longest, most_ignored=most_ignored)
    counts = {counting.sample(random).count("a") for _ in range(500)}
    strata = {selective.stratum(selective.sample(random)) for _ in range(500)}
    assert counts == set(range(1, longest + 1))
    assert strata == {(n, k) for n in range(1, longest + 1) for k in range(most_ignored + 1)}
