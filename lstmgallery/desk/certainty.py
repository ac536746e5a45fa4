"""The certainty of scores: bootstrap intervals, and the precision and recall of one threshold.

The bootstrap draws whole sequences, with replacement, within each half, and scores each draw as the scan does: fitted
on one half, scored on the other, averaged over both ways (Efron 1979; sequences are independent, steps are not).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lstmgallery.desk.effort import FULL
from lstmgallery.desk.scores import LineSums, fit_directions, fit_lines
from lstmgallery.desk.targets import R2, Target, divide, number_sequences

INTERVAL = 0.95  # the share of resamples inside the interval


@dataclass(frozen=True)
class Threshold:
    """The result of classifying a yes/no feature by one threshold on a signal.

    `precision`: of the steps on the feature's side of the threshold, the share with the feature; `recall`: of the steps
    with the feature, the share on that side. The threshold has the highest F1 on the other half. `separates`: whether
    one threshold separates all steps with the feature from all without it.
    """

    precision: float
    recall: float
    separates: bool


class Resamples:
    """The number of times each held-out sequence is drawn in each of `count` resamples, generated from `seed`."""

    def __init__(self, held_out: pd.DataFrame, *, seed: int, count: int = FULL.resamples):
        self._sequence = number_sequences(held_out)
        random = np.random.default_rng([seed, 3])
        half = divide(held_out)
        self._times = np.zeros((self._sequence.max() + 1, count))
        for number in (0, 1):
            chosen = np.unique(self._sequence[half == number])
            times = random.multinomial(len(chosen), np.full(len(chosen), 1 / len(chosen)), size=count)
            self._times[chosen] = times.T

    def interval(self, levels: np.ndarray, target: Target) -> tuple[float, float]:
        """Return the interval of the score of a signal, `levels` (held-out rows,), for a target."""
        halves = [(levels[rows], truth, rows) for rows, truth in zip(target.rows, target.truths, strict=True)]
        if target.measure == R2:
            fits = fit_lines(*(self._sums(*half) for half in halves))
        else:
            fits = fit_directions(*(self._areas(*half) for half in halves))
        scores = fits.score.ravel()
        edge = (1 - INTERVAL) / 2
        low, high = np.quantile(scores[np.isfinite(scores)], [edge, 1 - edge])
        return float(low), float(high)

    def _sums(self, x: np.ndarray, y: np.ndarray, rows: np.ndarray) -> LineSums:
        """Return the sums of a half in every resample, (1, resamples)."""
        of_rows = np.stack([np.ones(len(x)), x, y, x * x, x * y, y * y])
        sequence = self._sequence[rows]
        starts = np.flatnonzero(np.diff(sequence, prepend=-1))
        of_sequences = np.add.reduceat(of_rows, starts, axis=1)  # (6, sequences)
        n, *sums = (part[None, :] for part in of_sequences @ self._times[sequence[starts]])
        return LineSums(np.maximum(n, 1), *sums)

    def _areas(self, x: np.ndarray, y: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the AUC of a half in every resample, (resamples,)."""
        levels, codes = np.unique(x, return_inverse=True)
        sequences, numbers = np.unique(self._sequence[rows], return_inverse=True)
        shape = len(sequences), len(levels)
        cells = numbers * len(levels) + codes
        is_there = y > 0
        times = self._times[sequences].T  # (resamples, sequences)
        positive = times @ np.bincount(cells[is_there], minlength=shape[0] * shape[1]).reshape(shape)
        negative = times @ np.bincount(cells[~is_there], minlength=shape[0] * shape[1]).reshape(shape)
        below = negative.cumsum(axis=1) - negative / 2
        pairs = positive.sum(axis=1) * negative.sum(axis=1)
        found: np.ndarray = np.divide(
            (positive * below).sum(axis=1), pairs, out=np.full(len(pairs), np.nan), where=pairs > 0
        )
        return found


def best_threshold(levels: np.ndarray, target: Target, direction: int) -> Threshold:
    """Return the best threshold on a signal, `levels` (held-out rows,), that is high or low where a target is."""
    first, second = (direction * levels[rows] for rows in target.rows)
    of_first, of_second = (truth > 0 for truth in target.truths)
    hits = alarms = 0
    for x_fit, y_fit, x, y in ((first, of_first, second, of_second), (second, of_second, first, of_first)):
        is_on = x >= _threshold(x_fit, y_fit)
        hits += int((is_on & y).sum())
        alarms += int(is_on.sum())
    x, y = np.concatenate([first, second]), np.concatenate([of_first, of_second])
    return Threshold(
        precision=hits / alarms if alarms else 0.0,
        recall=hits / int(y.sum()),
        separates=bool(x[y].min() > x[~y].max()),
    )


def _threshold(x: np.ndarray, y: np.ndarray) -> float:
    """Return the threshold with the highest F1: the middle of the gap below the lowest value classified as positive."""
    levels = np.unique(x)
    positive = len(x[y]) - np.searchsorted(np.sort(x[y]), levels, side="left")  # at or above each level
    negative = len(x[~y]) - np.searchsorted(np.sort(x[~y]), levels, side="left")
    f1 = 2 * positive / (positive + negative + y.sum())
    at = int(f1.argmax())
    return float(levels[0] if at == 0 else (levels[at - 1] + levels[at]) / 2)
