"""Kneser-Ney n-grams, against counting by hand in dictionaries."""

import collections
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.tasks.texts.corpus import encode_documents, vocabulary_of
from lstmgallery.tasks.texts.ngrams import kneser_ney, kneser_ney_probabilities

VOCABULARY = vocabulary_of("abc")
TOKENS = len(VOCABULARY)

Gram = tuple[int, ...]


class Naive:
    """The same model, written as its formula is: one n-gram at a time."""

    def __init__(self, documents: Sequence[np.ndarray], order: int):
        self.order = order
        counts: list[collections.Counter[Gram]] = [collections.Counter() for _ in range(order + 1)]
        for document in documents:
            padded = [0] * (order - 1) + document.tolist()
            for at in range(order, len(padded)):
                counts[order][tuple(padded[at - order + 1 : at + 1])] += 1
        for length in range(order - 1, 0, -1):
            for gram in counts[length + 1]:
                counts[length][gram[1:]] += 1
        self.counts = counts

    def discount(self, length: int) -> float:
        values = list(self.counts[length].values())
        once, twice = values.count(1), values.count(2)
        return once / (once + 2 * twice) if once and twice else 0.5

    def probability(self, gram: Gram) -> float:
        length = len(gram)
        if length == 0:
            return 1 / (TOKENS - 1)
        lower = self.probability(gram[1:]) if length > 1 else self.probability(())
        of_context = {key: count for key, count in self.counts[length].items() if key[:-1] == gram[:-1]}
        total = sum(of_context.values())
        if not total:
            return lower
        discount = self.discount(length)
        held = max(of_context.get(gram, 0) - discount, 0) / total
        return held + discount * len(of_context) / total * lower

    def probabilities(self, documents: Sequence[np.ndarray]) -> list[float]:
        found = []
        for document in documents:
            padded = [0] * (self.order - 1) + document.tolist()
            for at in range(self.order, len(padded)):
                found.append(self.probability(tuple(padded[at - self.order + 1 : at + 1])))
        return found


texts = st.lists(st.text(alphabet="abcx", max_size=12), min_size=1, max_size=6)


@given(texts, texts, st.integers(1, 5))
def test_probabilities_are_those_of_counting_in_dictionaries(
    training: list[str], held_out: list[str], order: int
) -> None:
    train, held = encode_documents(training, VOCABULARY), encode_documents(held_out, VOCABULARY)
    found = kneser_ney_probabilities(train, held, tokens=TOKENS, order=order)
    assert found == pytest.approx(Naive(train, order).probabilities(held), rel=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_the_probabilities_of_all_next_tokens_sum_to_one(order: int) -> None:
    train = encode_documents(["abcabc", "aab", "cab", "ccba"], VOCABULARY)
    for before in ("", "a", "ab", "cabca", "xx"):
        start = [0, *VOCABULARY.numbers(before)]
        held = [np.array([*start, token]) for token in range(1, TOKENS)]
        found = kneser_ney_probabilities(train, held, tokens=TOKENS, order=order)
        last = found.reshape(TOKENS - 1, -1)[:, -1]
        assert last.sum() == pytest.approx(1, abs=1e-12)


def test_bits_are_the_mean_over_all_predictions_the_end_included() -> None:
    train, held = encode_documents(["ab", "abab", "ba"], VOCABULARY), encode_documents(["ab", "b"], VOCABULARY)
    expected = -np.log2(Naive(train, 3).probabilities(held))
    assert len(expected) == 5
    assert kneser_ney(train, held, tokens=TOKENS, order=3) == pytest.approx(expected.mean())


def test_what_is_held_out_is_not_counted() -> None:
    train = encode_documents(["abab"] * 9, VOCABULARY)
    alone = kneser_ney_probabilities(train, encode_documents(["ccc"], VOCABULARY), tokens=TOKENS, order=4)
    both = kneser_ney_probabilities(train, encode_documents(["ccc"] * 50, VOCABULARY), tokens=TOKENS, order=4)
    assert both.tolist() == alone.tolist() * 50
