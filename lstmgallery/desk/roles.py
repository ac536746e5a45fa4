"""Score every signal of every neuron against every feature of its task, and say which scores mean something.

Takes held-out activations and ground truth, gives one row per (layer, neuron, signal, feature, phase). Nothing is
picked by eye: the scan is exhaustive, and every score stands beside what the same scan finds where there is nothing
to be found.

- A count is scored by R² of a straight line through the signal, a yes/no feature by the area under the ROC curve (AUC).
  Line and direction are fitted on one half of the sequences and scored on the other, so R² can be negative and AUC can
  fall below one half. Signals are read to a resolution of `RESOLUTION`: finer differences than that do not count.
- Null: the features of whole sequences are laid end to end in a random order and cut again at the old lengths, so every
  value keeps its frequency and its neighbours, and only the pairing with the activations is lost. The null of a feature
  is the best score that any signal of any neuron reaches.
- Control: the best score that any signal of any neuron reaches in the untrained network of the same shape and seed.
- Role: a score that beats its null and its control, and is no smaller than `SMALLEST`.
- p: in how many shuffles anything in the whole scan stands out as far as this score, in standard deviations of its own
  null. So `ERROR_RATE` is the chance that a network in which there is nothing to be found gets any role at all.

Activations are taken neuron by neuron and merged by maxima, so memory is bounded by one neuron.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lstmgallery.network import Network
from lstmgallery.tasks.language import PHASES

SHUFFLES = 200
ERROR_RATE = 0.01
RESOLUTION = 0.01
POOLED = "all"
NEXT_TOKEN = "next_token"
ROUNDING = 1e-9  # the same score computed beside more or fewer shuffles may differ by this
FEWEST_ROWS = 4  # of either half, and of either class, below which nothing is scored

R2, AUC = "r2", "auc"
SMALLEST = {R2: 0.5, AUC: 0.75}  # below this a signal is not said to carry a feature, however sure its score is


@dataclass(frozen=True)
class Target:
    """What a signal is scored against: a feature, or one value of it, within a phase or over all of them.

    `rows`: for each half, the held-out rows that count. `truths`: for each half, (rows, 1 + shuffles) float64; the
    first column is the truth, the others its shuffles.
    """

    feature: str
    phase: str
    measure: str
    rows: tuple[np.ndarray, np.ndarray]
    truths: tuple[np.ndarray, np.ndarray]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.feature, self.phase, self.measure

    @property
    def steps(self) -> int:
        return sum(len(rows) for rows in self.rows)

    @property
    def positives(self) -> float:
        """How many of the steps have a yes/no feature; not a number for a count."""
        return float("nan") if self.measure == R2 else float(sum(truth[:, 0].sum() for truth in self.truths))


@dataclass(frozen=True)
class Scan:
    """Scores of some neurons: `scores` as rows, `best` the best score of each target in truth and in each shuffle."""

    scores: pd.DataFrame
    best: np.ndarray  # (targets, 1 + shuffles)


def find_targets(network: Network, held_out: pd.DataFrame, *, seed: int, shuffles: int = SHUFFLES) -> list[Target]:
    """Return every target that the held-out steps can be scored against; `seed` draws the shuffles."""
    sequences = held_out["sequence"].to_numpy()
    numbers, order = np.unique(sequences, return_inverse=True)
    random = np.random.default_rng([seed, 2])
    halves = [np.flatnonzero(np.arange(len(numbers)) % 2 == half) for half in (0, 1)]
    orders = [[random.permutation(half) for _ in range(shuffles)] for half in halves]
    phase = held_out["phase"].to_numpy()
    targets = []
    for feature, measure, values, is_known in _truths(network, held_out):
        for name in (POOLED, *PHASES):
            counted = is_known if name == POOLED else is_known & (phase == name)
            rows, truths = [], []
            for half, shuffled in zip(halves, orders, strict=True):
                of_half = np.flatnonzero(counted & np.isin(order, half))
                rows.append(of_half)
                truths.append(_with_shuffles(values[of_half], order[of_half], shuffled))
            if all(_can_be_scored(measure, truth[:, 0]) for truth in truths):
                targets.append(Target(feature, name, measure, (rows[0], rows[1]), (truths[0], truths[1])))
    return targets


def without_shuffles(targets: Iterable[Target]) -> list[Target]:
    """Return the targets with the truth alone, for a scan that needs no null."""
    return [replace(target, truths=(target.truths[0][:, :1], target.truths[1][:, :1])) for target in targets]


def scan_neurons(neurons: Iterable[tuple[int, int, Mapping[str, np.ndarray]]], targets: list[Target]) -> Scan:
    """Score neurons, given as (layer, neuron, signals of (held-out rows,)), against all targets."""
    rows = []
    best = np.full((len(targets), targets[0].truths[0].shape[1]), -np.inf)
    for layer, neuron, signals in neurons:
        values = np.stack([np.round(each.astype(np.float64) / RESOLUTION) for each in signals.values()], axis=1)
        for at, target in enumerate(targets):
            scores, directions = _score(values, target)  # (signals, 1 + shuffles), (signals,)
            np.maximum(best[at], scores.max(axis=0), out=best[at])
            rows += [
                (layer, neuron, signal, *target.key, score, direction)
                for signal, score, direction in zip(signals, scores[:, 0].tolist(), directions.tolist(), strict=True)
            ]
    columns = ["layer", "neuron", "signal", "feature", "phase", "measure", "score", "direction"]
    return Scan(pd.DataFrame(rows, columns=columns), best)


def merge(scans: Iterable[Scan]) -> Scan:
    """Join the scans of different neurons; the order does not matter."""
    parts = list(scans)
    scores = pd.concat([part.scores for part in parts]).sort_values(
        ["layer", "neuron", "feature", "phase", "signal"], ignore_index=True
    )
    return Scan(scores, np.maximum.reduce([part.best for part in parts]))


def find_roles(trained: Scan, untrained: Scan, targets: list[Target]) -> pd.DataFrame:
    """Set every score beside its null and its control, and say which are roles.

    Columns: layer, neuron, signal, feature, phase, measure, score, direction (1 where the signal is high when the
    feature is, -1 where it is low), null_mean, null_p99, p, control, has_role, steps (scored), positives (of a yes/no
    feature; missing for a count).
    """
    null = trained.best[:, 1:]  # (targets, shuffles)
    finest = np.array([_finest(target) for target in targets])
    left = -np.log(1 - null + finest[:, None])
    mean, spread = left.mean(axis=1), np.maximum(left.std(axis=1), 1e-3)
    furthest = ((left - mean[:, None]) / spread[:, None]).max(axis=0)  # (shuffles,): what chance alone stands out by
    beside = pd.DataFrame(
        {
            "null_mean": null.mean(axis=1),
            "finest": finest,
            "mean": mean,
            "null_p99": np.quantile(null, 0.99, axis=1),
            "spread": spread,
            "control": untrained.best[:, 0],
            "steps": [target.steps for target in targets],
            "positives": [target.positives for target in targets],
        },
        index=pd.MultiIndex.from_tuples([target.key for target in targets], names=["feature", "phase", "measure"]),
    )
    roles = trained.scores.join(beside, on=["feature", "phase", "measure"])
    distance = ((-np.log(1 - roles["score"] + roles["finest"]) - roles["mean"]) / roles["spread"]).to_numpy()
    exceeded = len(furthest) - np.searchsorted(np.sort(furthest), distance, side="left")
    roles["p"] = (1 + exceeded) / (1 + len(furthest))
    beats_null = (roles["score"] > roles["null_p99"]) & (roles["p"] <= ERROR_RATE)
    is_large = roles["score"] >= roles["measure"].map(SMALLEST)
    beats_control = roles["score"] > roles["control"] + ROUNDING
    roles["has_role"] = beats_null & is_large & beats_control
    columns = ["layer", "neuron", "signal", "feature", "phase", "measure", "score", "direction"]
    return roles[[*columns, "null_mean", "null_p99", "p", "control", "has_role", "steps", "positives"]]


def rank_neurons(roles: pd.DataFrame, feature: str, *, signals: Iterable[str], phase: str = POOLED) -> pd.DataFrame:
    """Return the best row of each neuron for `feature` among `signals`, the winner first: `best(<feature>)`.

    `feature` is a column's name, or one with a value (`letter=A`); a name alone stands for all its values. Equal scores
    are ordered by layer, neuron, feature and signal.
    """
    matches = (roles["feature"] == feature) | roles["feature"].str.startswith(f"{feature}=")
    wanted = roles[matches & (roles["phase"] == phase) & roles["signal"].isin(list(signals))]
    order = ["score", "layer", "neuron", "feature", "signal"]
    ranked = wanted.sort_values(order, ascending=[False, True, True, True, True])
    return ranked.drop_duplicates(["layer", "neuron"]).reset_index(drop=True)


def headline_roles(roles: pd.DataFrame, signals: Sequence[str]) -> pd.DataFrame:
    """Return the rows that are roles, each neuron's most telling one first.

    `telling` is in bits a step: what a score tells of its feature beyond what its null and control tell, times the
    share of steps at which the feature is known. A fit of R² tells -log2(1 - R²) / 2 bits, as a Gaussian channel does
    (Cover and Thomas 2006); of a yes/no feature of entropy H, an AUC is taken to tell (2 AUC - 1) H. It only orders
    what has already been found. Equal ones are ordered by phase (pooled first), feature and the order of `signals`.
    """
    found = roles[roles["has_role"]].copy()
    share = found["positives"] / found["steps"]
    entropy = -(share * np.log2(share) + (1 - share) * np.log2(1 - share)).fillna(0)

    def bits(score: pd.Series) -> pd.Series:
        of_count = -np.log2(np.clip(1 - score, 1 / found["steps"], 1)) / 2
        return of_count.where(found["measure"] == R2, np.maximum(2 * score - 1, 0) * entropy)

    floor = np.maximum(found["control"], found["null_p99"])
    found["telling"] = ((bits(found["score"]) - bits(floor)) * found["steps"] / roles["steps"].max()).round(6)
    found["phase_order"] = found["phase"].map({name: at for at, name in enumerate((POOLED, *PHASES))})
    found["signal_order"] = found["signal"].map({name: at for at, name in enumerate(signals)})
    order = ["layer", "neuron", "telling", "phase_order", "feature", "signal_order"]
    ordered = found.sort_values(order, ascending=[True, True, False, True, True, True], ignore_index=True)
    return ordered.drop(columns=["phase_order", "signal_order"])


def _finest(target: Target) -> float:
    """Return the smallest step in which a target's score can move."""
    pairs = target.steps if target.measure == R2 else target.positives * (target.steps - target.positives)
    return 1 / pairs


def _truths(network: Network, held_out: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Yield (feature, measure, values, whether they are known) for every count and every value of a category."""
    for feature in network.task.features:
        column = held_out[feature.key]
        is_known = column.notna().to_numpy()
        if feature.kind == "count":
            yield feature.key, R2, column.to_numpy(np.float64), is_known
        else:
            for value in sorted(column.dropna().unique()):
                yield f"{feature.key}={value}", AUC, (column == value).to_numpy(np.float64), is_known
    is_known = np.ones(len(held_out), bool)
    for token in network.task.vocabulary:
        yield f"{NEXT_TOKEN}={token}", AUC, (held_out["next_token"] == token).to_numpy(np.float64), is_known


def _with_shuffles(values: np.ndarray, sequences: np.ndarray, orders: list[np.ndarray]) -> np.ndarray:
    """Return (rows, 1 + shuffles): the values, then the values of whole sequences laid end to end in other orders."""
    blocks = {number: values[sequences == number] for number in np.unique(sequences)}
    empty = values[:0]
    shuffled = [np.concatenate([blocks.get(number, empty) for number in order]) for order in orders]
    return np.stack([values, *shuffled], axis=1)


def _can_be_scored(measure: str, truth: np.ndarray) -> bool:
    if len(truth) < FEWEST_ROWS:
        return False
    if measure == R2:
        return len(np.unique(truth)) > 2
    return bool(min(truth.sum(), (1 - truth).sum()) >= FEWEST_ROWS)


def _score(values: np.ndarray, target: Target) -> tuple[np.ndarray, np.ndarray]:
    """Return (signals, 1 + shuffles) scores, the mean of both halves, and (signals,) directions in truth.

    `values` is (held-out rows, signals).
    """
    one, other = (values[rows] for rows in target.rows)
    of_one, of_other = target.truths
    score = _r2 if target.measure == R2 else _auc
    forth, direction = score(one, of_one, other, of_other)
    back, _ = score(other, of_other, one, of_one)
    return (forth + back) / 2, direction


def _r2(x_fit: np.ndarray, y_fit: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit y = a + b x on one half, return 1 - SSE / SST on the other, by way of its sums, and the sign of b."""
    x_mean, y_mean = x_fit.mean(axis=0), y_fit.mean(axis=0)
    spread = ((x_fit - x_mean) ** 2).sum(axis=0)[:, None]  # (signals, 1)
    shared = (x_fit - x_mean).T @ (y_fit - y_mean)  # (signals, 1 + shuffles)
    slope = np.divide(shared, spread, out=np.zeros_like(shared), where=spread > 0)
    intercept = y_mean - slope * x_mean[:, None]
    dx, dy = x - x.mean(axis=0), y - y.mean(axis=0)
    offset = y.mean(axis=0) - intercept - slope * x.mean(axis=0)[:, None]
    total = (dy**2).sum(axis=0)
    errors = total - 2 * slope * (dx.T @ dy) + slope**2 * (dx**2).sum(axis=0)[:, None] + len(x) * offset**2
    return 1 - errors / total, np.where(slope[:, 0] >= 0, 1, -1)


def _auc(x_fit: np.ndarray, y_fit: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the AUC on one half in the direction that the other half suggests, and that direction in truth.

    Mann and Whitney 1947.
    """
    rises = _area(x_fit, y_fit) >= 0.5
    area = _area(x, y)
    return np.where(rises, area, 1 - area), np.where(rises[:, 0], 1, -1)


def _area(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    ranks = pd.DataFrame(x).rank().to_numpy(np.float64)  # ties share their mean rank
    positive = y.sum(axis=0)
    negative = len(y) - positive
    area: np.ndarray = (ranks.T @ y - positive * (positive + 1) / 2) / (positive * negative)
    return area
