"""The baseline of text: how well counts of n-grams predict the next token, without any network.

Interpolated Kneser-Ney smoothing (Kneser and Ney 1995; Chen and Goodman 1998), with one discount for each order. Takes
documents as arrays of token numbers, gives bits a prediction. A million tokens take a few seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class _Order:
    """The n-grams of one length at every prediction: the number of each, and of its context, (predictions,) each."""

    gram: np.ndarray
    context: np.ndarray


def kneser_ney(training: Sequence[np.ndarray], held_out: Sequence[np.ndarray], *, tokens: int, order: int) -> float:
    """Return the bits a prediction of held-out documents by n-grams of `order` tokens, counted in training.

    A document is an array of token numbers, the start token first, the end token last; every token but the start token
    is predicted, from the tokens before it in its document. `tokens`: the size of the vocabulary.
    """
    probability = kneser_ney_probabilities(training, held_out, tokens=tokens, order=order)
    return float(-np.log2(probability).mean())


def kneser_ney_probabilities(
    training: Sequence[np.ndarray], held_out: Sequence[np.ndarray], *, tokens: int, order: int
) -> np.ndarray:
    """Return the probability of each prediction of the held-out documents in their order: (predictions,) in (0, 1].

    Let c be the counts of n-grams: at the highest order, how often each occurs; below, how many different tokens it
    follows. D = n1 / (n1 + 2 n2), with n1 n-grams of count 1 and n2 of count 2. Then

        p(w | h) = max(c(hw) - D, 0) / c(h) + D * types(h) / c(h) * p(w | h without its first token)

    down to the uniform distribution over all tokens that can be predicted. An unseen context leaves it to the shorter.
    """
    documents = [*training, *held_out]
    is_training = np.repeat(
        [True] * len(training) + [False] * len(held_out), [len(document) - 1 for document in documents]
    )
    orders = _number_ngrams(documents, order)
    levels: list[tuple[np.ndarray, np.ndarray, np.ndarray, float]] = []
    rows = np.flatnonzero(is_training)  # below the highest order: one row for each different longer n-gram
    for grams in reversed(orders):
        counts = np.bincount(grams.gram[rows], minlength=int(grams.gram.max()) + 1).astype(np.float64)
        kinds, first = np.unique(grams.gram[rows], return_index=True)
        rows = rows[first]
        context_of_kind = grams.context[rows]
        size = int(grams.context.max()) + 1
        totals = np.bincount(context_of_kind, counts[kinds], minlength=size)
        types = np.bincount(context_of_kind, minlength=size)
        levels.append((counts, totals, types, _discount(counts[kinds])))
    measured = ~is_training
    probability = np.full(int(measured.sum()), 1 / (tokens - 1))  # the start token is never predicted
    for grams, (counts, totals, types, discount) in zip(orders, reversed(levels), strict=True):
        context, gram = grams.context[measured], grams.gram[measured]
        total = totals[context]
        is_seen = total > 0
        divisor = np.where(is_seen, total, 1)
        mixed = np.maximum(counts[gram] - discount, 0) / divisor + discount * types[context] / divisor * probability
        probability = np.where(is_seen, mixed, probability)
    return probability


def _discount(counts: np.ndarray) -> float:
    """Return the discount of an order from its counts, one half where there is nothing to estimate it from."""
    once, twice = float((counts == 1).sum()), float((counts == 2).sum())
    return once / (once + 2 * twice) if once and twice else 0.5


def _number_ngrams(documents: Sequence[np.ndarray], order: int) -> list[_Order]:
    """Return the n-grams of lengths 1 to `order` that end at each prediction, numbered from 0, equal ones alike.

    Before its beginning a document is taken to have start tokens only.
    """
    tokens = np.concatenate([document[1:] for document in documents]).astype(np.int32)
    lengths = np.array([len(document) - 1 for document in documents])
    is_first = np.zeros(len(tokens), bool)
    is_first[np.cumsum(lengths) - lengths] = True
    size = int(tokens.max()) + 2
    orders = [_Order(tokens, np.zeros_like(tokens))]
    ending = tokens + 1  # the n-gram that ends at each token; 0 is the one of start tokens alone
    for _ in range(order - 1):
        context = np.where(is_first, 0, np.roll(ending, 1))
        pairs = context.astype(np.int64) * size + tokens + 1
        ending = np.unique(pairs, return_inverse=True)[1].astype(np.int32) + 1
        orders.append(_Order(ending - 1, context))
    return orders
