"""Sequences become arrays of token numbers without loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.tasks.vocabulary import END, START, UNKNOWN, Vocabulary

VOCABULARY = Vocabulary((START, END, "a", "b", "X"))


def test_a_batch_is_encoded_step_by_step() -> None:
    reads, following, is_step = VOCABULARY.encode(["aXb", "b"])
    assert reads.tolist() == [[0, 2, 4, 3], [0, 3, 1, 1]]
    assert following.tolist() == [[2, 4, 3, 1], [3, 1, 1, 1]]
    assert is_step.tolist() == [[True] * 4, [True, True, False, False]]


@given(st.lists(st.text(alphabet="abX", max_size=9), min_size=1, max_size=6))
def test_an_encoded_batch_gives_back_its_sequences(sequences: list[str]) -> None:
    reads, following, is_step = VOCABULARY.encode(sequences)
    for row, sequence in enumerate(sequences):
        assert [VOCABULARY[at] for at in reads[row][is_step[row]]] == [START, *sequence]
        assert [VOCABULARY[at] for at in following[row][is_step[row]]] == [*sequence, END]


def test_tokens_are_numbered_as_they_stand() -> None:
    vocabulary = Vocabulary(("b", END, "a", START))
    assert vocabulary.numbers([START, *"ab", END]) == [3, 2, 0, 1]
    assert vocabulary.encode(["ab"])[0].tolist() == [[3, 2, 0]]
    with pytest.raises(KeyError):
        vocabulary.numbers("abc")


def test_tokens_outside_a_vocabulary_are_read_as_the_unknown_one_if_it_has_one() -> None:
    vocabulary = Vocabulary((START, END, UNKNOWN, "a"))
    assert vocabulary.numbers([START, *"aéa😀", END]) == [0, 3, 2, 3, 2, 1]
    assert vocabulary.encode(["éa"])[1].tolist() == [[2, 3, 1]]
