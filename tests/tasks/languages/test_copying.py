"""Copying: the sequences and their ground truth, spelled out."""

import pytest

from lstmgallery.tasks.languages.copying import Copying

LANGUAGE = Copying(kind="copying")


def test_copying_has_every_word_of_three_letters() -> None:
    sequences = list(LANGUAGE.sequences())
    assert len(sequences) == 27
    assert sequences[:2] == ["aaaXaaa", "aabXaab"]
    assert all(sequence == sequence[:3] + "X" + sequence[:3] for sequence in sequences)


@pytest.mark.parametrize("sequence", ["", "X", "abX", "abXab", "abcXabd", "abcXab", "abcXabcX", "abdXabd", "abcabc"])
def test_copying_refuses_what_is_no_copy(sequence: str) -> None:
    assert not LANGUAGE.rule.is_followed(sequence)


def test_the_letters_are_known_once_read_and_due_after_the_delimiter() -> None:
    assert LANGUAGE.ground_truth("bcaXbca") == {
        "phase": ["before"] * 4 + ["delimiter"] + ["after"] * 3,
        "position": [0, 1, 2, 3, 4, 5, 6, 7],
        "first": [None, *"bbbbbbb"],
        "second": [None, None, *"cccccc"],
        "third": [None, None, None, *"aaaaa"],
        "next_letter": [None, None, None, None, "b", "c", "a", None],
    }


def test_the_answer_is_what_stood_before_the_delimiter() -> None:
    assert LANGUAGE.rule.answer("bcaX") == "bca"


def test_copying_has_one_size_and_is_not_stretched() -> None:
    assert [*LANGUAGE.stretched(3)] == []
    assert LANGUAGE.sizes is None
