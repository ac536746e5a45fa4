"""Tokens, and sequences as padded arrays of token indices."""

from collections.abc import Sequence

import numpy as np

# Longer than one character, so no character of a text can be mistaken for them.
START = "<start>"
END = "<end>"


def with_start(sequence: str) -> list[str]:
    """Return the tokens a network reads for `sequence`: the start token, then each character."""
    return [START, *sequence]


def encode(sequences: Sequence[str], vocabulary: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (reads, next, is_step) for a batch of sequences, each (sequences, longest + 1).

    `reads` are the tokens read, the start token first; `next` those to predict, the end token last (int32);
    `is_step` is False in the padding after shorter sequences.
    """
    start, end, *_ = range(len(vocabulary))
    index = {token: at for at, token in enumerate(vocabulary)}
    longest = max(map(len, sequences))
    reads = np.full((len(sequences), longest + 1), end, np.int32)
    following = np.full_like(reads, end)
    is_step = np.zeros(reads.shape, bool)
    for row, sequence in enumerate(sequences):
        tokens = [index[token] for token in sequence]
        reads[row, : len(tokens) + 1] = [start, *tokens]
        following[row, : len(tokens)] = tokens
        is_step[row, : len(tokens) + 1] = True
    return reads, following, is_step
