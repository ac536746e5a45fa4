"""The scan's results by chance: the null distribution of every target.

The features of whole sequences are permuted within each half: laid end to end in a random order and cut again at the
old lengths. Every value keeps its frequency and its neighbours; only the pairing with the activations is lost. The null
of a target is the best score of any signal of any neuron. All targets share the same permutations, so the most extreme
score of the whole scan can be compared with the most extreme score by chance.

Permuting only sequences of equal length would also keep every value's step. But then anything determined by the length
of a sequence, such as its end, would never change, and no reader knows the length in advance. The information in a
step's position is scored by `baselines` instead.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from lstmgallery.desk.effort import FULL
from lstmgallery.desk.scores import Neuron, by_mask, in_batches, prepare
from lstmgallery.desk.targets import Halves, Target, divide, number_sequences

SHUFFLES_AT_ONCE = 250


class Shuffles:
    """Random orders of the sequences of each half, `count` of them, generated from `seed`."""

    def __init__(self, held_out: pd.DataFrame, *, seed: int, count: int = FULL.shuffles):
        self.count = count
        self._sequence = number_sequences(held_out)
        random = np.random.default_rng([seed, 2])
        half = divide(held_out)
        sequences = [np.unique(self._sequence[half == number]) for number in (0, 1)]
        self._orders = [random.permuted(np.tile(each, (count, 1)), axis=1) for each in sequences]

    def places(self, target: Target) -> Iterator[Halves]:
        """Yield, a few shuffles at a time and for each half, (rows, shuffles): the row moved to each place."""
        for first in range(0, self.count, SHUFFLES_AT_ONCE):
            one, other = (
                _places(self._sequence[rows], orders[first : first + SHUFFLES_AT_ONCE])
                for rows, orders in zip(target.rows, self._orders, strict=True)
            )
            yield one, other


def best_by_chance(neurons: Iterable[Neuron], targets: Sequence[Target], shuffles: Shuffles) -> np.ndarray:
    """Return (targets, shuffles), the best score of any signal of any neuron against each shuffled target."""
    best = np.full((len(targets), shuffles.count), -np.inf)
    number = {target.key: at for at, target in enumerate(targets)}
    for columns in in_batches(neurons):
        for _, sharing in by_mask(targets):
            prepared = prepare(columns, sharing[0])
            at = 0
            for one, other in shuffles.places(sharing[0]):
                part = slice(at, at + one.shape[1])
                at = part.stop
                for target in sharing:
                    truths = target.truths[0][one], target.truths[1][other]
                    scores = prepared.fit(target.measure, truths).score.max(axis=0)
                    of_target = best[number[target.key], part]
                    np.maximum(of_target, scores, out=of_target)
    return best


def _places(sequence: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Return (rows, shuffles): the rows of whole sequences laid end to end in each order.

    `sequence` is the sequence of each row, ascending; `orders` is (shuffles, sequences).
    """
    starts = np.searchsorted(sequence, orders, side="left")
    lengths = np.searchsorted(sequence, orders, side="right") - starts
    ends = lengths.cumsum(axis=1)
    shift = starts - (ends - lengths)
    within = np.arange(len(sequence))
    return np.stack([np.repeat(*each) + within for each in zip(shift, lengths, strict=True)], axis=1)
