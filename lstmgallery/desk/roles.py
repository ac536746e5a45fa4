"""Decide which scores are roles: a neuron has a role if it encodes a feature better than any control.

Takes held-out activations and ground truth, gives one row per (layer, neuron, signal, feature, phase). Nothing is
picked by eye: the scan is exhaustive, and every score is listed with the values it has to beat. The rules, in order; a
score's `standing` is the first rule it fails, or `role`:

- `small`: it is at least `SMALLEST`.
- `chance`: it is above the 99th percentile of its null (`chance`), and in at most `ERROR_RATE` of the shuffles is any
  score of the whole scan as extreme, in standard deviations of its own null (p). So `ERROR_RATE` is the probability
  that any score of a network with nothing to find passes this rule.
- `untrained`: it is above the 95th percentile of the best score of an untrained network (`untrained`), by at least
  `MARGIN`.
- `baseline`: it is above the scores of the step number, the steps since the delimiter, the token read and the token
  before, without any neuron (`baselines`), by at least `MARGIN`.
- `few`: it rests on at least `FEWEST_CASES` steps, of either class if there are two.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lstmgallery.desk.baselines import BASELINES, score_baselines
from lstmgallery.desk.certainty import Resamples, best_threshold
from lstmgallery.desk.chance import Shuffles, best_by_chance
from lstmgallery.desk.effort import FULL, Effort
from lstmgallery.desk.rows import RoleRow
from lstmgallery.desk.scores import SCORES, Neuron, best_scores, read_levels, score_neurons
from lstmgallery.desk.targets import AUC, OPPOSITE, POOLED, R2, Target, feature_order, find_aliases, find_targets
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.network import Network

ERROR_RATE = 0.01
SMALLEST = {R2: 0.5, AUC: 0.75}  # below this a signal does not carry a feature, however certain its score
# The margin of a role over untrained networks and over the baselines. R² varies more among untrained networks.
MARGIN = {R2: 0.1, AUC: 0.05}
FEWEST_CASES = 20
COUNTS, FOLLOWS = 0.95, 0.8  # smallest R² of a count described as counted, or followed
NEARLY_ALWAYS, MOSTLY = 0.95, 0.8  # smallest precision and recall for these words
STANDINGS = ("small", "chance", "untrained", "baseline", "few", "role")  # worst first
ROLE = "role"
LEAST_SPREAD = 1e-3  # of a null: against a constant one every score would be extreme
ROUNDING = 1e-9  # scores that differ by no more are equal
DIGITS = 2  # decimals of a percentile of shuffles or of untrained networks

_OF_STRENGTH = ["measure", "score", "precision", "recall", "separates"]
_KEY = ["feature", "phase", "measure"]
_SHARED = ["untrained_median", "untrained_p95", "untrained_max", *BASELINES, "steps", "positives", "same_as"]


@dataclass(frozen=True)
class Roles:
    """The results of a scan. `table`: the rows; `untrained`: feature, phase, network (from 1) and its best score."""

    table: pd.DataFrame
    untrained: pd.DataFrame


def find_roles(
    network: Network,
    held_out: pd.DataFrame,
    neurons: Sequence[Neuron],
    untrained: Iterable[Iterable[Neuron]],
    effort: Effort = FULL,
) -> Roles:
    """Score every signal of `neurons` on the held-out steps, and decide which scores are roles.

    `untrained`: the neurons of untrained networks of the same shape, on the same steps, network by network. The columns
    of the table are described in `store.RESULT_COLUMNS`; `low` to `separates` are missing for scores that fail a rule
    before `baseline`, and the last three of them for counts.
    """
    targets = find_targets(network, held_out)
    if not targets:
        message = f"expected a feature to score on the {len(held_out):,} steps held out, found none that is there often"
        raise GalleryError(Problem(network.name, message, hint="give the network more, or longer, texts"))
    best_untrained = np.stack([best_scores(each, targets) for each in untrained], axis=1)
    by_chance = best_by_chance(neurons, targets, Shuffles(held_out, seed=network.seed, count=effort.shuffles))
    left = _left(by_chance, targets)
    beside = _values_to_beat(network, held_out, targets, by_chance, best_untrained)
    beside["mean"], beside["spread"] = left.mean(axis=1), np.maximum(left.std(axis=1), LEAST_SPREAD)
    rows = score_neurons(neurons, targets).join(beside, on=_KEY)
    furthest = ((left - beside["mean"].to_numpy()[:, None]) / beside["spread"].to_numpy()[:, None]).max(axis=0)
    rows["p"] = _p(rows, furthest)
    rows["standing"] = _standing(rows)
    rows = rows.join(_certainty(rows, Resamples(held_out, seed=network.seed, count=effort.resamples), neurons, targets))
    certain = ["low", "high", "precision", "recall", "separates"]
    table = rows[[*SCORES, *certain, "null_mean", "null_p99", "p", *_SHARED, "standing"]]
    names = pd.DataFrame([target.key[:2] for target in targets], columns=["feature", "phase"])
    each = [names.assign(network=at + 1, score=best_untrained[:, at]) for at in range(best_untrained.shape[1])]
    return Roles(table, pd.concat(each, ignore_index=True))


def rank_neurons(
    scores: pd.DataFrame, feature: str | None, *, signals: Iterable[str], phase: str = POOLED
) -> pd.DataFrame:
    """Return the best row of each neuron for `feature` among `signals`, the winner first: `best(<feature>)`.

    Neurons are chosen on the first half of the sequences, by `first_half`, and measured on the second. `feature` is a
    column's name, or one with a value (`letter=A`); a name alone means all its values, and None all features: then
    2 AUC - 1 is compared with R². Ties are ordered by layer, neuron, feature and signal.
    """
    wanted = scores[(scores["phase"] == phase) & scores["signal"].isin(list(signals))]
    if feature is not None:
        wanted = wanted[_is_about(wanted, feature)]
    height = wanted["first_half"].where(wanted["measure"] == R2, 2 * wanted["first_half"] - 1)
    order = ["height", "layer", "neuron", "feature", "signal"]
    ranked = wanted.assign(height=height).sort_values(order, ascending=[False, True, True, True, True])
    return ranked.drop_duplicates(["layer", "neuron"]).drop(columns="height").reset_index(drop=True)


def rank_carriers(roles: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return the best row of each neuron for the task's headline feature, the winner first.

    Without such a feature all are compared, of the neurons that have a role if there are any.
    """
    headline = network.task.headline
    are_roles = roles["standing"] == ROLE
    rows = roles[are_roles] if headline is None and are_roles.any() else roles
    return rank_neurons(rows, headline, signals=network.kind.memories)


def headline_roles(roles: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return the rows that are roles, each neuron's most informative first: see `order_rows`."""
    return order_rows(roles[roles["standing"] == ROLE], roles, network)


def best_rows(roles: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return one row per neuron: the most informative of those with the best standing, a role or not.

    Of rows that fail a rule before `baseline`, the highest score is chosen: 2 AUC - 1 is compared with R². Rows that
    fail a rule and rest on too few steps besides come last: on ten steps of thousands, some signal scores high.
    """
    ordered = order_rows(roles, roles, network)
    standing = ordered["standing"].map(STANDINGS.index)
    is_scant = (standing < STANDINGS.index("few")) & (_cases(ordered) < FEWEST_CASES)
    height = ordered["score"].where(ordered["measure"] == R2, 2 * ordered["score"] - 1)
    is_short = standing < STANDINGS.index("baseline")
    best = ordered.assign(is_scant=is_scant, best=standing, height=height.where(is_short, 0)).sort_values(
        ["layer", "neuron", "is_scant", "best", "height"], ascending=[True, True, True, False, False], kind="stable"
    )
    best = best.drop_duplicates(["layer", "neuron"]).drop(columns=["is_scant", "best", "height"])
    return best.reset_index(drop=True)


def order_rows(rows: pd.DataFrame, roles: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return rows of the table, each neuron's best first, with one row per group of identical features.

    `strength` is how well a signal encodes its feature (`find_strength`), on however few steps: exact rows come before
    rough ones. Within a strength, the most informative comes first. `bits` is the information, per step, of a
    score about its feature beyond the values it has to beat, times the share of steps at which the feature is known. A
    fit of R² gives -log2(1 - R²) / 2 bits, as a Gaussian channel does (Cover and Thomas 2006); for a yes/no feature of
    entropy H, an AUC is taken to give (2 AUC - 1) H. It only orders existing findings. Ties are ordered by phase
    (pooled first), the task's order of features, and the cell's order of signals.

    Of features identical on the steps scored, the one that the same signal encodes best over all steps is kept.
    """
    signals = network.kind.keys
    rows = rows.copy()
    rows["strength"] = [find_strength(row) for row in rows[_OF_STRENGTH].itertuples()]
    rows["bits"] = _information(rows, roles["steps"].max())
    rows["phase_order"] = rows["phase"].map({name: at for at, name in enumerate((POOLED, *network.task.phases))})
    rows["feature_order"] = rows["feature"].str.partition("=", expand=False).str[0].map(feature_order(network))
    rows["signal_order"] = rows["signal"].map({name: at for at, name in enumerate(signals)})
    place = ["layer", "neuron", "signal", "feature"]
    pooled = roles[roles["phase"] == POOLED].set_index(place)["score"].rename("over_all_steps")
    rows = rows.join(pooled, on=place)
    pairs = rows[["feature", "same_as"]].drop_duplicates()  # many rows, few pairs
    groups = [_group(feature, same_as) for feature, same_as in pairs.itertuples(index=False)]
    rows = rows.merge(pairs.assign(same=groups), on=["feature", "same_as"], how="left")
    by_rule = rows.sort_values(
        ["over_all_steps", "feature_order", "feature"], ascending=[False, True, True], kind="stable"
    )
    rows = by_rule.drop_duplicates(["layer", "neuron", "signal", "phase", "same"])
    order = ["layer", "neuron", "strength", "bits", "phase_order", "feature_order", "feature", "signal_order"]
    ordered = rows.sort_values(order, ascending=[True, True, False, False, *[True] * 4], ignore_index=True)
    return ordered.drop(columns=["phase_order", "feature_order", "signal_order", "over_all_steps", "same"])


def find_strength(row: RoleRow) -> int:
    """Return how well a signal encodes its feature, from 0 to 3.

    A count: 3 if it is counted, 2 if it is followed. A yes/no feature: 3 only if one threshold separates all steps, and
    the steps of each half when chosen on the other; else 2 or 1 by the lower of precision and recall.
    """
    if row.measure == R2:
        return 3 if row.score >= COUNTS else 2 if row.score >= FOLLOWS else 0
    sure = min(row.precision, row.recall)
    if sure == 1 and row.separates:
        return 3
    return 2 if sure >= NEARLY_ALWAYS else 1 if sure >= MOSTLY else 0


def find_chosen(
    roles: pd.DataFrame,
    place: tuple[int, int],
    feature: str,
    *,
    signals: Iterable[str],
    phase: str,
    direction: int | None,
) -> Any:
    """Return the row by which `best(<feature>)` chose a neuron; of ties the one with the best standing.

    `direction` 1 or -1: the neuron was chosen among those that are high, or low, where the feature is.
    """
    layer, neuron = place
    is_it = (roles["layer"] == layer) & (roles["neuron"] == neuron) & roles["signal"].isin(list(signals))
    rows = roles[
        is_it
        & _is_about(roles, feature)
        & (roles["phase"] == phase)
        & roles["direction"].isin([direction or 1, direction or -1])
    ]
    best = rows.assign(rank=rows["standing"].map(STANDINGS.index)).sort_values(
        ["first_half", "rank", "feature", "signal"], ascending=[False, False, True, True]
    )
    return next(best.itertuples())


def _is_about(scores: pd.DataFrame, feature: str) -> pd.Series:
    """Return the rows about a feature; a column's name alone means all its values."""
    of_feature: pd.Series = (scores["feature"] == feature) | scores["feature"].str.startswith(f"{feature}=")
    return of_feature


def best_baseline(row: RoleRow) -> tuple[str, float]:
    """Return the baseline that predicts a row's target best, and its score."""
    scores = {key: float(getattr(row, key)) for key in BASELINES}
    key = max(scores, key=lambda key: -np.inf if np.isnan(scores[key]) else scores[key])
    return key, scores[key]


def _values_to_beat(
    network: Network, held_out: pd.DataFrame, targets: Sequence[Target], by_chance: np.ndarray, untrained: np.ndarray
) -> pd.DataFrame:
    """Return the values that a score of each target has to beat, a row per target by key."""
    aliases = find_aliases(network, held_out, targets)
    beside = pd.DataFrame(
        {
            "finest": [_finest(target) for target in targets],
            "null_mean": by_chance.mean(axis=1).round(DIGITS),
            "null_p99": np.quantile(by_chance, 0.99, axis=1).round(DIGITS),
            "untrained_median": np.median(untrained, axis=1).round(DIGITS),
            "untrained_p95": np.quantile(untrained, 0.95, axis=1).round(DIGITS),
            "untrained_max": untrained.max(axis=1).round(DIGITS),
            "steps": [target.steps for target in targets],
            "positives": [target.positives for target in targets],
            "same_as": [aliases[target.key] for target in targets],
        }
    ).join(score_baselines(network, held_out, targets))
    beside.index = pd.MultiIndex.from_tuples([target.key for target in targets], names=_KEY)
    return beside


def _p(rows: pd.DataFrame, furthest: np.ndarray) -> np.ndarray:
    """Return for each row (1 + k) / (1 + n), where k of the n shuffles have a score at least as extreme.

    A score's extremeness is its distance from the mean of its own null on the scale -log(1 - score), in standard
    deviations; `furthest`, (shuffles,), is the largest of any score in each shuffle.
    """
    distance = ((-np.log(1 - rows["score"] + rows["finest"]) - rows["mean"]) / rows["spread"]).to_numpy()
    exceeded = len(furthest) - np.searchsorted(np.sort(furthest), distance, side="left")
    p: np.ndarray = (1 + exceeded) / (1 + len(furthest))
    return p


def _left(by_chance: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    finest = np.array([_finest(target) for target in targets])
    left: np.ndarray = -np.log(1 - by_chance + finest[:, None])
    return left


def _finest(target: Target) -> float:
    """Return the smallest step between possible scores of a target."""
    pairs = target.steps if target.measure == R2 else target.positives * (target.steps - target.positives)
    return 1 / pairs


def _cases(rows: pd.DataFrame) -> pd.Series:
    """Return the steps that each score rests on: those of the rarer class, if there are two."""
    return np.fmin(rows["positives"].fillna(rows["steps"]), rows["steps"] - rows["positives"].fillna(0))


def _standing(rows: pd.DataFrame) -> np.ndarray:
    """Return for each row the first rule it fails, or `role`."""
    baseline = rows[list(BASELINES)].max(axis=1)
    margin = rows["measure"].map(MARGIN)
    passes = {
        "small": rows["score"] >= rows["measure"].map(SMALLEST),
        "chance": (rows["score"] > rows["null_p99"]) & (rows["p"] <= ERROR_RATE),
        "untrained": rows["score"] >= rows["untrained_p95"] + margin - ROUNDING,
        "baseline": rows["score"] >= baseline + margin - ROUNDING,
        "few": _cases(rows) >= FEWEST_CASES,
    }
    return np.select([~each for each in passes.values()], list(passes), default=ROLE)


def _certainty(
    rows: pd.DataFrame, resamples: Resamples, neurons: Iterable[Neuron], targets: Sequence[Target]
) -> pd.DataFrame:
    """Return, for each score that beats chance and untrained networks, its interval and its best threshold."""
    by_key = {target.key: target for target in targets}
    asked = rows[rows["standing"].isin(["baseline", "few", ROLE])]
    levels = {(layer, neuron): signals for layer, neuron, signals in neurons}
    found = []
    for row in asked.itertuples():
        target = by_key[row.feature, row.phase, row.measure]
        signal = read_levels(levels[row.layer, row.neuron][row.signal])
        low, high = resamples.interval(signal, target)
        of_row = {"low": low, "high": high}
        if row.measure == AUC:
            threshold = best_threshold(signal, target, row.direction)
            of_row |= {"precision": threshold.precision, "recall": threshold.recall, "separates": threshold.separates}
        found.append(of_row)
    kinds = {**dict.fromkeys(["low", "high", "precision", "recall"], "float64"), "separates": "boolean"}
    return pd.DataFrame(found, index=asked.index, columns=[*kinds]).astype(kinds)


def _information(rows: pd.DataFrame, most_steps: int) -> pd.Series:
    share = rows["positives"] / rows["steps"]
    entropy = -(share * np.log2(share) + (1 - share) * np.log2(1 - share)).fillna(0)

    def bits(score: pd.Series) -> pd.Series:
        of_count = -np.log2(np.clip(1 - score, 1 / rows["steps"], 1)) / 2
        return of_count.where(rows["measure"] == R2, np.maximum(2 * score - 1, 0) * entropy)

    floor = rows[["untrained_p95", "null_p99", *BASELINES]].max(axis=1)
    information: pd.Series = ((bits(rows["score"]) - bits(floor)) * rows["steps"] / most_steps).round(6)
    return information


def _group(feature: str, same_as: str) -> str:
    """Return one text for all identical, or opposite, features."""
    return " ".join(sorted({feature, *(each.removeprefix(OPPOSITE) for each in json.loads(same_as))}))
