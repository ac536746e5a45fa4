"""The targets that signals are scored against: every feature of a task, within every phase, on held-out steps.

Takes the ground truth of held-out steps, gives targets: a count, or one value of a category or of the next token, and
the steps at which it is known. Held-out sequences alternate between two halves, so fits and choices made on one half
can be scored on the other.

Some targets are identical on the steps scored ("the next token is the end" and "the b's still owed are 0"). A signal
that encodes one encodes the other, so they are named together.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lstmgallery.network import Network
from lstmgallery.tasks.task import YES

POOLED = "all"
NEXT_TOKEN = "next_token"
TOKEN, TOKEN_BEFORE = "token", "token_before"
OPPOSITE = "not "  # prefix for a feature that is the exact opposite of another
FEWEST_ROWS = 4  # of either half and either class: with fewer nothing is scored

R2, AUC = "r2", "auc"
Halves = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Target:
    """A feature, or one value of it, within a phase or over all of them.

    `rows`: for each half, the held-out rows scored, (n,). `truths`: for each half, the values at them, (n,) float64
    whole numbers: a count, or 1 where the yes/no feature holds. Targets of equal `mask` have equal rows.
    """

    feature: str
    phase: str
    measure: str
    mask: int
    rows: Halves
    truths: Halves

    @property
    def key(self) -> tuple[str, str, str]:
        return self.feature, self.phase, self.measure

    @property
    def steps(self) -> int:
        return sum(map(len, self.rows))

    @property
    def positives(self) -> float:
        """The number of steps with a yes/no feature; NaN for a count."""
        return float("nan") if self.measure == R2 else float(sum(truth.sum() for truth in self.truths))

    @property
    def truth(self) -> np.ndarray:
        """The truth at all rows, the second half after the first."""
        return np.concatenate(self.truths)


def find_targets(
    network: Network,
    held_out: pd.DataFrame,
    *,
    features: Collection[str] | None = None,
    phases: Collection[str] | None = None,
) -> list[Target]:
    """Return every target of the held-out steps, or only those of some features and phases.

    `features` are names of columns (`letter`) or of single values (`letter=A`).
    """
    half_of = divide(held_out)
    masks: dict[bytes, tuple[int, Halves]] = {}
    targets = []
    for feature, measure, values, is_known in _truths(network, held_out):
        if features is not None and not {feature, feature.partition("=")[0]} & set(features):
            continue
        for name in (POOLED, *network.task.phases) if phases is None else phases:
            counted = is_known if name == POOLED else is_known & (held_out["phase"] == name).to_numpy()
            rows = np.flatnonzero(counted & (half_of == 0)), np.flatnonzero(counted & (half_of == 1))
            mask, rows = masks.setdefault(counted.tobytes(), (len(masks), rows))
            truths = values[rows[0]], values[rows[1]]
            if all(_can_be_scored(measure, truth) for truth in truths):
                targets.append(Target(feature, name, measure, mask, rows, truths))
    return targets


def divide(held_out: pd.DataFrame) -> np.ndarray:
    """Return for each row the half of its sequence, 0 or 1: sequences alternate between the halves."""
    return number_sequences(held_out) % 2


def number_sequences(held_out: pd.DataFrame) -> np.ndarray:
    """Return for each row the index of its sequence among the held-out ones, from 0."""
    numbers: np.ndarray = np.unique(held_out["sequence"].to_numpy(), return_inverse=True)[1]
    return numbers


def steps_since(held_out: pd.DataFrame, delimiter: str) -> np.ndarray:
    """Return for each row the number of steps since the delimiter was first read in its sequence; -1 before it."""
    step = held_out["step"]
    at = step.where(held_out["token"] == delimiter).groupby(held_out["sequence"].to_numpy()).transform("min")
    since = (step - at).to_numpy()
    return np.where(since >= 0, since, -1)


def tokens_before(held_out: pd.DataFrame) -> np.ndarray:
    """Return for each row the token read one step earlier; an empty string at step 0."""
    before: np.ndarray = np.where(held_out["step"] == 0, "", held_out["token"].shift(fill_value=""))
    return before


def find_aliases(
    network: Network, held_out: pd.DataFrame, targets: Collection[Target]
) -> dict[tuple[str, str, str], str]:
    """Return for each target, by key, the JSON list of other features that are identical on its steps.

    Yes/no features are identical if they hold at the same steps, opposite if each holds exactly where the other does
    not; opposite ones are listed after `not `. Candidates are all features of the task, single values of counts, the
    token read and the token before. Counts are identical if they differ only by a constant, or also by their sign.
    """
    flags = dict(_flags(network, held_out))
    counts = [target for target in targets if target.measure == R2]
    found = {}
    for target in targets:
        truth, rows = target.truth, np.concatenate(target.rows)
        if target.measure == R2:
            others = {other.feature: other.truth for other in counts if other.mask == target.mask}
        else:
            others = {name: values[rows] for name, values in flags.items()}
        signs = {name: _same(target.measure, truth, other) for name, other in others.items() if name != target.feature}
        names = [name if sign > 0 else OPPOSITE + name for name, sign in signs.items() if sign]
        found[target.key] = json.dumps(names, ensure_ascii=False)
    return found


def feature_order(network: Network) -> Mapping[str, int]:
    """Return the position of each feature's column in the task's own order, the next token last."""
    return {key: at for at, key in enumerate((*(feature.key for feature in network.task.features), NEXT_TOKEN))}


def _same(measure: str, one: np.ndarray, other: np.ndarray) -> int:
    """Return 1 if two truths are identical, -1 if they are opposite, 0 otherwise."""
    if measure == AUC:
        return 1 if np.array_equal(one, other) else -1 if np.array_equal(one, 1 - other) else 0
    if len(np.unique(one - other)) == 1:
        return 1
    return -1 if len(np.unique(one + other)) == 1 else 0


def _truths(network: Network, held_out: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Yield (feature, measure, values, mask of known values) for every count and every value of a category."""
    for feature in network.task.features:
        if not feature.is_scanned:
            continue
        column = held_out[feature.key]
        is_known = column.notna().to_numpy()
        if feature.kind == "count":
            yield feature.key, R2, column.to_numpy(np.float64), is_known
        else:
            for value in [YES] if feature.is_flag else sorted(column.dropna().unique()):
                yield f"{feature.key}={value}", AUC, (column == value).to_numpy(np.float64), is_known
    is_known = np.ones(len(held_out), bool)
    for token in () if network.task.text else network.task.vocabulary:  # real text has features of the next one
        yield f"{NEXT_TOKEN}={token}", AUC, (held_out[NEXT_TOKEN] == token).to_numpy(np.float64), is_known


def _flags(network: Network, held_out: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Yield every yes/no feature, single counts and the last two tokens read, as 1 and 0, NaN where unknown."""
    for feature, measure, values, is_known in _truths(network, held_out):
        if measure == AUC:
            yield feature, np.where(is_known, values, np.nan)
        else:
            for value in np.unique(values[is_known]):
                yield f"{feature}={value:.0f}", np.where(is_known, values == value, np.nan)
    for key, column in ((TOKEN, held_out[TOKEN].to_numpy()), (TOKEN_BEFORE, tokens_before(held_out))):
        for token in network.task.vocabulary:
            yield f"{key}={token}", (column == token).astype(np.float64)


def _can_be_scored(measure: str, truth: np.ndarray) -> bool:
    if len(truth) < FEWEST_ROWS:
        return False
    if measure == R2:
        return len(np.unique(truth)) > 2
    return bool(min(truth.sum(), (1 - truth).sum()) >= FEWEST_ROWS)
