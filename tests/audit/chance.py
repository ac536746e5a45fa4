"""Chance and untrained networks, from shuffles, resamples and untrained networks of our own.

A value that depends on random draws is not recomputed but bounded, by two columns: `p >=` and `p <=`.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from tests.audit.reading import Files
from tests.audit.scoring import Columns, Target, find_targets, held_out, levels_of, rerun

SHUFFLES, RESAMPLES, DRAWS = 2_000, 2_000, 100
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


def best_scores(levels: np.ndarray, target: Target, truth: np.ndarray) -> np.ndarray:
    """Return (shuffles,), the best score of any column against each shuffled truth.

    `levels`: (n, columns) and `truth`: (shuffles, n), both at the target's rows.
    """
    one, two = target.of_halves
    if target.measure == "r2":
        there = _lines(levels[one], truth[:, one], levels[two], truth[:, two])
        back = _lines(levels[two], truth[:, two], levels[one], truth[:, one])
    else:
        first, second = _areas(levels[one], truth[:, one]), _areas(levels[two], truth[:, two])
        there, back = np.where(first >= 0.5, second, 1 - second), np.where(second >= 0.5, first, 1 - first)
    best: np.ndarray = ((there + back) / 2).max(axis=1)
    return best


def _lines(x: np.ndarray, y: np.ndarray, x_new: np.ndarray, y_new: np.ndarray) -> np.ndarray:
    """Return (shuffles, columns), `r2` of every column of x, (n, columns), and every row of y, (shuffles, n)."""
    x_new, x = x_new - x.mean(axis=0), x - x.mean(axis=0)
    off = y_new - y.mean(axis=1, keepdims=True)
    size = (x**2).sum(axis=0)
    slope = (y - y.mean(axis=1, keepdims=True)) @ x / np.where(size > 1e-9, size, np.inf)
    errors = (off**2).sum(axis=1, keepdims=True) - 2 * slope * (off @ x_new) + slope**2 * (x_new**2).sum(axis=0)
    explained: np.ndarray = 1 - errors / ((y_new - y_new.mean(axis=1, keepdims=True)) ** 2).sum(axis=1, keepdims=True)
    return explained


def _areas(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return (shuffles, columns), `auc` of every column of x, (n, columns), and every row of y, (shuffles, n)."""
    in_order = np.sort(x, axis=0)
    sides = [
        [np.searchsorted(column, own, side) for column, own in zip(in_order.T, x.T, strict=True)] for side in SIDES
    ]
    is_lower = np.mean(sides, axis=0).T  # (n, columns), the lower values and half of the equal ones
    yes = y.sum(axis=1, keepdims=True)
    areas: np.ndarray = (y @ is_lower - yes**2 / 2) / (yes * (y.shape[1] - yes))
    return areas


def side_by_side(columns: Columns) -> np.ndarray:
    """Return the levels of all signals, (held-out rows, columns)."""
    return np.stack([levels_of(values) for values in columns.values()], axis=1)


def bound_by_chance(
    scored: pd.DataFrame, table: pd.DataFrame, columns: Columns, targets: Sequence[Target]
) -> pd.DataFrame:
    """Return bounds of `null_mean`, `null_p99` and `p` for the rows of `scored`, from shuffles of our own.

    The bounds of the mean are five standard errors of our shuffles and of the gallery's 2,000 together, those of the
    percentile are the quantiles of ours that are four off, and half a unit of the second digit is added to both.
    """
    levels, orders = side_by_side(columns), draw_orders(table)
    best, bounds = {}, {}
    places: dict[bytes, np.ndarray] = {}  # targets with the same rows are shuffled alike
    for target in targets:
        if target.rows.tobytes() not in places:
            places[target.rows.tobytes()] = shuffle_places(table, target, orders)
        scores = best_scores(levels[target.rows], target, target.truth[places[target.rows.tobytes()]])
        off = 5 * scores.std() * np.sqrt(1 / SHUFFLES + 1 / 2_000) + 0.005
        low, high = np.quantile(scores, [0.977, 0.999])
        key = target.feature, target.phase
        best[key], bounds[key] = scores, (scores.mean() - off, scores.mean() + off, low - 0.005, high + 0.005)
    names = ["null_mean >=", "null_mean <=", "null_p99 >=", "null_p99 <="]
    keys = [*zip(scored["feature"], scored["phase"], strict=True)]
    return pd.DataFrame([bounds[key] for key in keys], columns=names).join(_bounds_of_p(scored, best, keys))


def draw_orders(table: pd.DataFrame) -> np.ndarray:
    """Return (shuffles, sequences), random orders of the sequences of the first half, then of those of the second."""
    random = np.random.default_rng(20_240_607)
    first, second = (np.unique(table["sequence"][table["half"] == half]) for half in (0, 1))
    return np.array([[*random.permutation(first), *random.permutation(second)] for _ in range(SHUFFLES)])


def shuffle_places(table: pd.DataFrame, target: Target, orders: np.ndarray) -> np.ndarray:
    """Return (shuffles, n), the place that the truth of each place is taken from.

    The features of whole sequences are laid end to end in each order, and read off again from first to last.
    """
    sequence = table["sequence"].to_numpy()[target.rows]
    at_of = [np.flatnonzero(sequence == number) for number in range(orders.max() + 1)]
    places = np.empty((len(orders), len(target.rows)), int)
    in_order = np.argsort(target.half, kind="stable")  # the places of the first half, then those of the second
    places[:, in_order] = [np.concatenate([at_of[number] for number in order]) for order in orders.tolist()]
    return places


def _bounds_of_p(
    scored: pd.DataFrame, best: Mapping[tuple[str, str], np.ndarray], keys: list[tuple[str, str]]
) -> pd.DataFrame:
    """Return bounds of p, the share of shuffles with a score at least as extreme as a score.

    Extremeness is -log(1 - score), in standard deviations of the same under shuffles. To keep a score of 1
    finite, the finest step of its scale is added: one over the pairs, or over the steps of a count.
    """
    pairs = scored["positives"] * (scored["steps"] - scored["positives"])
    finest = (1 / pairs.fillna(scored["steps"])).to_numpy()
    of_key = dict(zip(keys, finest, strict=True))
    left = {key: -np.log(1 - scores + of_key[key]) for key, scores in best.items()}
    scale = {key: (values.mean(), max(values.std(), 1e-3)) for key, values in left.items()}
    furthest = np.max([(values - scale[key][0]) / scale[key][1] for key, values in left.items()], axis=0)
    own = -np.log(1 - scored["score"].to_numpy() + finest)
    distance = np.array([(value - scale[key][0]) / scale[key][1] for value, key in zip(own, keys, strict=True)])
    unsure = 0.15 + 0.08 * np.abs(distance)  # mean and spread of each null are themselves estimates
    shares = [np.array([(furthest >= far).mean() for far in distance + by]) for by in (unsure, -unsure)]
    off = [5 * np.sqrt(share * (1 - share) * (1 / SHUFFLES + 1 / 2_000)) + 0.005 for share in shares]
    return pd.DataFrame({"p >=": np.maximum(shares[0] - off[0], 0), "p <=": shares[1] + off[1]})


def bound_certainty(
    scored: pd.DataFrame, table: pd.DataFrame, columns: Columns, targets: Sequence[Target]
) -> pd.DataFrame:
    """Return bounds of `low` and `high`, and the results of a threshold, for the rows of `scored`.

    They are missing where a score fails a rule before `baseline`, the latter for counts too.
    """
    times = resample(table)
    by_key = {(target.feature, target.phase): target for target in targets}
    rows = []
    for row in scored.itertuples():
        sure: dict[str, object] = {"separates": None}
        if row.standing in ("baseline", "few", "role"):
            target, x = by_key[row.feature, row.phase], levels_of(columns[row.layer, row.neuron, row.signal])
            sure |= interval(x, target, times)
            if row.measure == "auc":
                sure |= threshold(row.direction * x[target.rows], target)
        rows.append(sure)
    names = ["low >=", "low <=", "high >=", "high <=", "precision", "recall", "separates"]
    return pd.DataFrame(rows, columns=names)


def resample(table: pd.DataFrame) -> np.ndarray:
    """Return (resamples, held-out rows), how often each row's sequence is drawn, with replacement, within its half."""
    random = np.random.default_rng(20_240_608)
    times = np.zeros((RESAMPLES, table["sequence"].max() + 1))
    for half in (0, 1):
        sequences = np.unique(table["sequence"][table["half"] == half])
        for row in times:
            np.add.at(row, random.choice(sequences, len(sequences)), 1)
    return times[:, table["sequence"]]


def interval(x: np.ndarray, target: Target, times: np.ndarray) -> dict[str, float]:
    """Return bounds of the ends of a score's 95 % interval; `x` and `times` are of all held-out rows.

    The gallery takes its ends from 1,000 resamples: each bound is a quantile of ours, four standard errors off.
    """
    rows = [target.rows[of_half] for of_half in target.of_halves]
    truths = [target.truth[of_half] for of_half in target.of_halves]
    halves = [(x[at], truth, times[:, at]) for at, truth in zip(rows, truths, strict=True)]
    if target.measure == "r2":
        there, back = weighted_r2(*halves), weighted_r2(*reversed(halves))
    else:
        one, two = (weighted_auc(*of_half) for of_half in halves)
        there, back = np.where(one >= 0.5, two, 1 - two), np.where(two >= 0.5, one, 1 - one)
    ends = np.nanquantile((there + back) / 2, [0.001, 0.055, 0.945, 0.999]) + np.array([-0.01, 0.01, -0.01, 0.01])
    return dict(zip(("low >=", "low <=", "high >=", "high <="), ends.tolist(), strict=True))


Half = tuple[np.ndarray, np.ndarray, np.ndarray]  # x (n,), truth (n,), how often each row is drawn (resamples, n)


def weighted_r2(fit: Half, new: Half) -> np.ndarray:
    """Return (resamples,), `r2` of each resample, fitted on one half and scored on the other; nan if undefined."""
    (x, y, w), (x_new, y_new, w_new) = fit, new
    n, n_new = (np.maximum(times.sum(axis=1), 1) for times in (w, w_new))
    x_mean, y_mean = w @ x / n, w @ y / n
    off_x, off_y = x - x_mean[:, None], y - y_mean[:, None]  # (resamples, n)
    size = (w * off_x**2).sum(axis=1)
    slope = (w * off_x * off_y).sum(axis=1) / np.where(size > 1e-9, size, np.inf)
    errors = y_new - y_mean[:, None] - slope[:, None] * (x_new - x_mean[:, None])
    total = (w_new * (y_new - (w_new @ y_new / n_new)[:, None]) ** 2).sum(axis=1)
    explained: np.ndarray = 1 - (w_new * errors**2).sum(axis=1) / np.where(total > 1e-9, total, np.nan)
    return explained


def weighted_auc(x: np.ndarray, truth: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return (resamples,), `auc` of each resample of a half; nan without both a yes and a no."""
    yes, no = w[:, truth == 1], w[:, truth == 0]
    is_higher = (np.sign(x[truth == 1][:, None] - x[truth == 0][None, :]) + 1) / 2
    pairs = yes.sum(axis=1) * no.sum(axis=1)
    area: np.ndarray = ((yes @ is_higher) * no).sum(axis=1) / np.where(pairs > 0, pairs, np.nan)
    return area


def threshold(x: np.ndarray, target: Target) -> dict[str, object]:
    """Return precision and recall at the other half's best F1 threshold, and whether one threshold separates all rows.

    `x`: (n,), high where the feature is. The threshold lies halfway between the lowest value that is taken for the
    feature and the next one below.
    """
    hits = taken = 0
    for fit, new in (target.of_halves, target.of_halves[::-1]):
        levels, is_there = sorted(set(x[fit])), target.truth[fit] == 1
        are_taken = [x[fit] >= level for level in levels]
        f1 = [2 * (is_taken & is_there).sum() / (is_taken.sum() + is_there.sum()) for is_taken in are_taken]
        at = f1.index(max(f1))
        is_taken = x[new] >= (levels[max(at - 1, 0)] + levels[at]) / 2
        hits += (is_taken & (target.truth[new] == 1)).sum()
        taken += is_taken.sum()
    is_there = target.truth == 1
    return {
        "precision": hits / max(taken, 1),
        "recall": hits / is_there.sum(),
        "separates": bool(x[is_there].min() > x[~is_there].max()),
    }


def draw_untrained(files: Files, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw initial weights: kernels Glorot uniform, recurrent ones orthogonal, biases 0 but for gates.

    A forget gate's is 1; where an input gate decides about forgetting, its own is -1."""
    drawn = {}
    for name, values in files.untrained.items():
        drawn[name] = np.zeros(values.shape)
        if name.endswith("recurrent_kernel"):
            rows, _, other = np.linalg.svd(random.normal(size=values.shape), full_matrices=False)
            drawn[name] = rows @ other
        elif name.endswith("kernel"):
            limit = np.sqrt(6 / sum(values.shape))
            drawn[name] = random.uniform(-limit, limit, values.shape)
        elif name.endswith("bias") and name != "readout/bias":
            units = files.spec["units"]
            if files.spec["cell"] in ("lstm", "peephole"):
                drawn[name][units : 2 * units] = 1
            elif files.spec["cell"] == "coupled":
                drawn[name][:units] = -1
    return drawn


def untrained(files: Files) -> pd.DataFrame:
    """Return the best scores of `DRAWS` untrained networks of our own drawing: feature, phase, network, score."""
    random = np.random.default_rng(20_240_609)
    targets = find_targets(held_out(files))
    rows = []
    for network in range(DRAWS):
        levels = side_by_side(rerun(files, draw_untrained(files, random)))
        for target in targets:
            score = best_scores(levels[target.rows], target, target.truth[None, :])[0]
            rows.append({"feature": target.feature, "phase": target.phase, "network": network, "score": score})
    return pd.DataFrame(rows)
