"""Tokens, and sequences as padded arrays of token numbers."""

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

# Longer than one character, so no character of a text can be mistaken for them.
START = "<start>"
END = "<end>"
UNKNOWN = "<unknown>"


class Vocabulary(tuple[str, ...]):
    """The tokens of a network, each once, in the order of its inputs and outputs; among them `START` and `END`.

    With `UNKNOWN` among them, tokens that are not in the vocabulary are read as that one.
    """

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {token: number for number, token in enumerate(self)}

    def numbers(self, tokens: Iterable[str]) -> list[int]:
        """Return the position of each token in the vocabulary, from 0.

        Raises `KeyError` for a token that is not in a vocabulary without `UNKNOWN`.
        """
        if (unknown := self._numbers.get(UNKNOWN)) is None:
            return [self._numbers[token] for token in tokens]
        return [self._numbers.get(token, unknown) for token in tokens]

    def encode(self, sequences: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (reads, next, is_step) for a batch of sequences, each (sequences, longest + 1).

        `reads` are the numbers of the tokens read, the start token first; `next` of those to predict, the end token
        last (int32); `is_step` is False in the padding after shorter sequences.
        """
        start, end = self.numbers([START, END])
        longest = max(map(len, sequences))
        reads = np.full((len(sequences), longest + 1), end, np.int32)
        following = np.full_like(reads, end)
        is_step = np.zeros(reads.shape, bool)
        for row, sequence in enumerate(sequences):
            tokens = self.numbers(sequence)
            reads[row, : len(tokens) + 1] = [start, *tokens]
            following[row, : len(tokens)] = tokens
            is_step[row, : len(tokens) + 1] = True
        return reads, following, is_step


def with_start(sequence: str) -> list[str]:
    """Return the tokens a network reads for `sequence`: the start token, then each character."""
    return [START, *sequence]
