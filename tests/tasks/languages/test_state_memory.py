"""Remembering a state: the sequences and their ground truth, spelled out."""

import pydantic
import pytest

from lstmgallery.tasks.languages.state_memory import StateMemory
from lstmgallery.tasks.task import Stretched

LANGUAGE = StateMemory(kind="state-memory", longest_wait=3)


def test_state_memory_has_each_letter_with_each_wait() -> None:
    assert list(LANGUAGE.sequences()) == ["AxYa", "AxxYa", "AxxxYa", "BxYb", "BxxYb", "BxxxYb"]


def test_state_memory_accepts_waits_beyond_its_range() -> None:
    assert LANGUAGE.rule.is_followed("B" + "x" * 50 + "Yb")


@pytest.mark.parametrize("sequence", ["", "A", "AYa", "AxYb", "AxYA", "axYa", "AxxY", "AxXYa", "ABxYa", "AxYaa"])
def test_state_memory_refuses_another_letter_or_form(sequence: str) -> None:
    assert not LANGUAGE.rule.is_followed(sequence)


def test_the_letter_is_known_from_its_step_on() -> None:
    assert LANGUAGE.ground_truth("BxxYb") == {
        "phase": ["before"] * 4 + ["delimiter", "after"],
        "letter": [None, "B", "B", "B", "B", "B"],
        "x_count": [0, 0, 1, 2, 2, 2],
    }


def test_the_answer_is_the_first_letter_in_lowercase() -> None:
    assert [LANGUAGE.rule.answer(prompt) for prompt in ("AxxY", "BxY")] == ["a", "b"]


def test_state_memory_is_stretched_to_any_wait_with_either_letter() -> None:
    assert [*LANGUAGE.stretched(5)] == [
        Stretched(5, "A", True, "AxxxxxY", "a"),
        Stretched(5, "B", True, "BxxxxxY", "b"),
    ]


@pytest.mark.parametrize("longest_wait", [2, 101, 2.5, "3"])
def test_a_range_of_waits_out_of_bounds_is_refused(longest_wait: object) -> None:
    with pytest.raises(pydantic.ValidationError):
        StateMemory.model_validate({"kind": "state-memory", "longest_wait": longest_wait})


@pytest.mark.parametrize("longest_wait", [3, 100])
def test_a_range_of_waits_may_reach_its_bounds(longest_wait: int) -> None:
    assert StateMemory(kind="state-memory", longest_wait=longest_wait).size == 2 * longest_wait
