"""Score every signal of every neuron against every target: R² of a straight line for a count, AUC for a yes/no feature.

Takes activations, neuron by neuron, and targets; gives a row for each (layer, neuron, signal, target). Line and
direction are fitted on one half of the sequences and scored on the other, so R² can be negative and AUC can fall below
one half. Signals are read to a resolution of `RESOLUTION`: finer differences do not count, and all sums are sums of
whole numbers, the same on every machine in any order.

Activations are processed in batches of neurons, so the batch size bounds memory.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lstmgallery.cells.reference import Signals
from lstmgallery.desk.targets import R2, Halves, Target
from lstmgallery.network import Network

RESOLUTION = 0.01
COLUMNS_AT_ONCE = 256  # signals of neurons scored together
SCORES = ["layer", "neuron", "signal", "feature", "phase", "measure", "score", "first_half", "second_half", "direction"]
SCORE_ORDER = ["layer", "neuron", "feature", "phase", "signal"]
Neuron = tuple[int, int, Mapping[str, np.ndarray]]  # layer, neuron, signals of (held-out rows,)


@dataclass(frozen=True)
class Columns:
    """Signals of some neurons as columns: `levels` is (held-out rows, columns), whole multiples of `RESOLUTION`."""

    names: tuple[tuple[int, int, str], ...]  # layer, neuron, signal
    levels: np.ndarray


@dataclass(frozen=True)
class Fits:
    """Scores of columns for truths, each (columns, truths).

    `forth` is fitted on the first half and scored on the second, `back` the reverse; `own` is fitted and scored on the
    first half. `direction` is 1 if the signal is high when the truth is, -1 if it is low.
    """

    forth: np.ndarray
    back: np.ndarray
    own: np.ndarray
    direction: np.ndarray

    @property
    def score(self) -> np.ndarray:
        both: np.ndarray = (self.forth + self.back) / 2
        return both


def each_neuron(network: Network, layers: Sequence[Signals]) -> Iterator[Neuron]:
    """Yield (layer, neuron, signals of (rows,)) for every neuron."""
    for layer, signals in enumerate(layers, start=1):
        for unit in range(network.units):
            yield layer, unit + 1, {key: values[:, unit] for key, values in signals.items()}


def in_batches(neurons: Iterable[Neuron]) -> Iterator[Columns]:
    """Yield the signals of all neurons in batches of about `COLUMNS_AT_ONCE` columns."""
    names: list[tuple[int, int, str]] = []
    levels: list[np.ndarray] = []
    for layer, neuron, signals in neurons:
        if names and len(names) + len(signals) > COLUMNS_AT_ONCE:
            yield Columns(tuple(names), np.stack(levels, axis=1))
            names, levels = [], []
        names += [(layer, neuron, signal) for signal in signals]
        levels += [read_levels(values) for values in signals.values()]
    if names:
        yield Columns(tuple(names), np.stack(levels, axis=1))


def read_levels(values: np.ndarray) -> np.ndarray:
    """Return a signal rounded to `RESOLUTION`, in whole multiples of it, float64."""
    return np.round(values.astype(np.float64) / RESOLUTION)


def score_neurons(neurons: Iterable[Neuron], targets: Sequence[Target]) -> pd.DataFrame:
    """Score neurons against all targets.

    Columns: layer, neuron, signal, feature, phase, measure, score (mean of both halves, each scored with the fit on the
    other), first_half (fitted and scored on the first half), second_half (fitted on the first half, scored on the
    second), direction. Sorted by layer, neuron, feature, phase and signal.
    """
    found = [
        (columns.names, target, fits) for columns in in_batches(neurons) for target, fits in fit_all(columns, targets)
    ]
    layers, places, signals = zip(*(name for names, _, _ in found for name in names), strict=True)
    sizes = [len(names) for names, _, _ in found]
    keys = np.repeat(np.array([target.key for _, target, _ in found], dtype=object), sizes, axis=0)
    values = {
        "score": [fits.score for _, _, fits in found],
        "first_half": [fits.own for _, _, fits in found],
        "second_half": [fits.forth for _, _, fits in found],
        "direction": [fits.direction for _, _, fits in found],
    }
    scores = pd.DataFrame(
        {
            "layer": layers,
            "neuron": places,
            "signal": signals,
            **dict(zip(("feature", "phase", "measure"), keys.T, strict=True)),
            **{key: np.concatenate(parts)[:, 0] for key, parts in values.items()},
        }
    )
    return scores[SCORES].sort_values(SCORE_ORDER, ignore_index=True)


def best_scores(neurons: Iterable[Neuron], targets: Sequence[Target]) -> np.ndarray:
    """Return (targets,), the best score of any signal of any neuron."""
    best = {target.key: -np.inf for target in targets}
    for columns in in_batches(neurons):
        for target, fits in fit_all(columns, targets):
            best[target.key] = max(best[target.key], float(fits.score.max()))
    return np.array(list(best.values()))


def fit_all(columns: Columns, targets: Sequence[Target]) -> Iterator[tuple[Target, Fits]]:
    """Yield each target with the scores of all columns for it, (columns, 1)."""
    for _, sharing in by_mask(targets):
        prepared = prepare(columns, sharing[0])
        for target in sharing:
            truths = target.truths[0][:, None], target.truths[1][:, None]
            yield target, prepared.fit(target.measure, truths)


def by_mask(targets: Iterable[Target]) -> Iterator[tuple[int, list[Target]]]:
    """Yield groups of targets that are scored on the same rows."""
    ordered = sorted(targets, key=lambda target: target.mask)
    for mask, sharing in itertools.groupby(ordered, key=lambda target: target.mask):
        yield mask, list(sharing)


class Prepared:
    """Columns at the rows of one mask, with the intermediate values that all scores share, computed on first use."""

    def __init__(self, values: Halves):
        self.values = values  # for each half, (rows, columns)
        self._ranks: Halves | None = None

    @property
    def ranks(self) -> Halves:
        """For each half, twice the rank of each value in its column; ties share their mean rank."""
        if self._ranks is None:
            first, second = (np.stack([twice_ranks(column) for column in values.T], axis=1) for values in self.values)
            self._ranks = first, second
        return self._ranks

    def fit(self, measure: str, truths: Halves) -> Fits:
        """Return the scores of each column for each truth; `truths`: for each half, (rows, truths), whole numbers."""
        return self._fit_lines(truths) if measure == R2 else self._fit_directions(truths)

    def _fit_directions(self, truths: Halves) -> Fits:
        return fit_directions(*(area(ranks, truth) for ranks, truth in zip(self.ranks, truths, strict=True)))

    def _fit_lines(self, truths: Halves) -> Fits:
        one, other = (line_sums(values, truth) for values, truth in zip(self.values, truths, strict=True))
        return fit_lines(one, other)


def prepare(columns: Columns, target: Target) -> Prepared:
    """Return the columns at the rows of a target."""
    first, second = (columns.levels[rows] for rows in target.rows)
    return Prepared((first, second))


def twice_ranks(values: np.ndarray) -> np.ndarray:
    """Return twice the rank of each value, whole numbers from 2 on; ties share their mean rank."""
    low = values.min()
    if values.max() - low < 100 * len(values):
        codes = (values - low).astype(np.int64)
        counts = np.bincount(codes)
    else:
        _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    found: np.ndarray = (2.0 * counts.cumsum() - counts + 1)[codes]
    return found


@dataclass(frozen=True)
class LineSums:
    """The sums for a straight line of y over x: over the rows of a half, each broadcasting to (columns, truths)."""

    n: np.ndarray | float
    x: np.ndarray
    y: np.ndarray
    xx: np.ndarray
    xy: np.ndarray
    yy: np.ndarray


def line_sums(values: np.ndarray, truths: np.ndarray) -> LineSums:
    """Return the sums of a half: `values` (rows, columns), `truths` (rows, truths), all whole numbers."""
    return LineSums(
        n=float(len(values)),
        x=values.sum(axis=0)[:, None],
        y=truths.sum(axis=0)[None, :],
        xx=(values**2).sum(axis=0)[:, None],
        xy=values.T @ truths,
        yy=(truths**2).sum(axis=0)[None, :],
    )


def fit_lines(one: LineSums, other: LineSums) -> Fits:
    """Fit y = a + b x on one half and return 1 - SSE / SST on the other, both ways, and on the first half alone."""
    slope = _slope(one)
    return Fits(
        forth=_explained(one, slope, other),
        back=_explained(other, _slope(other), one),
        own=_explained(one, slope, one),
        direction=np.where(slope >= 0, 1, -1),
    )


def fit_directions(one: np.ndarray, other: np.ndarray) -> Fits:
    """Return the AUC of each half in the direction fitted on the other, from the areas of both halves."""
    rises = one >= 0.5
    return Fits(
        forth=np.where(rises, other, 1 - other),
        back=np.where(other >= 0.5, one, 1 - one),
        own=np.where(rises, one, 1 - one),
        direction=np.where(rises, 1, -1),
    )


def area(ranks: np.ndarray, truths: np.ndarray) -> np.ndarray:
    """Return (columns, truths), the AUC of each column: `ranks` twice the ranks, (rows, columns).

    Mann and Whitney 1947. NaN if a truth holds everywhere or nowhere.
    """
    positive = truths.sum(axis=0)
    negative = len(truths) - positive
    found: np.ndarray = (ranks.T @ truths - positive * (positive + 1)) / (2 * positive * negative)
    return found


def _slope(sums: LineSums) -> np.ndarray:
    spread, shared = _spread(sums), _shared(sums)
    is_spread = np.broadcast_to(spread > 0, shared.shape)
    slope: np.ndarray = np.divide(shared, spread, out=np.zeros_like(shared), where=is_spread)
    return slope


def _explained(fitted: LineSums, slope: np.ndarray, scored: LineSums) -> np.ndarray:
    """Return the share of the variance of y in `scored` explained by the line fitted on `fitted`."""
    total = (scored.n * scored.yy - scored.y**2) / scored.n
    offset = (scored.y / scored.n - fitted.y / fitted.n) - slope * (scored.x / scored.n - fitted.x / fitted.n)
    errors = total + (slope**2 * _spread(scored) - 2 * slope * _shared(scored)) / scored.n + scored.n * offset**2
    varies = np.broadcast_to(total > 0, errors.shape)  # a resample may hold a single value
    explained: np.ndarray = 1 - np.divide(errors, total, out=np.full_like(errors, np.nan), where=varies)
    return explained


def _spread(sums: LineSums) -> np.ndarray:
    """Return n times the sum of squares of x about its mean: exactly zero if x is constant."""
    spread: np.ndarray = sums.n * sums.xx - sums.x**2
    return spread


def _shared(sums: LineSums) -> np.ndarray:
    shared: np.ndarray = sums.n * sums.xy - sums.x * sums.y
    return shared
