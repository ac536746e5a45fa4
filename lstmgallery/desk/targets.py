"""What signals are scored against: every feature of a task, within every phase, on held-out steps.

Takes the ground truth of held-out steps, gives targets: a count, or one value of a category or of the next token, and
the steps on which it is known. Held-out sequences are divided into two halves, taken in turn, so that whatever is
fitted or chosen on one can be scored on the other.

Some targets are one and the same on the steps that are scored ("the next token is the end" where "the b's still owed
are 0"). What tells one tells the other, so all of them are named together.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lstmgallery.network import Network

POOLED = "all"
NEXT_TOKEN = "next_token"
TOKEN, TOKEN_BEFORE = "token", "token_before"
OPPOSITE = "not "  # before the name of a feature that is there exactly where another is not
FEWEST_ROWS = 4  # of either half, and of either class, below which nothing is scored

R2, AUC = "r2", "auc"
Halves = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Target:
    """What a signal is scored against: a feature, or one value of it, within a phase or over all of them.

    `rows`: for each half, the held-out rows that count, (n,). `truths`: for each half, what is true at them, (n,)
    float64 whole numbers: a count, or 1 where the yes/no feature is there. Targets of equal `mask` have equal rows.
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
        """How many of the steps have a yes/no feature; not a number for a count."""
        return float("nan") if self.measure == R2 else float(sum(truth.sum() for truth in self.truths))

    @property
    def truth(self) -> np.ndarray:
        """The truth at all rows, one half after the other."""
        return np.concatenate(self.truths)


def find_targets(
    network: Network,
    held_out: pd.DataFrame,
    *,
    features: Collection[str] | None = None,
    phases: Collection[str] | None = None,
) -> list[Target]:
    """Return every target that the held-out steps can be scored against, or those of some features and phases alone.

    `features` are names of columns (`letter`) or of single values (`letter=A`).
    """
    half_of = divide(held_out)
    phase = held_out["phase"].to_numpy()
    masks: dict[bytes, tuple[int, Halves]] = {}
    targets = []
    for feature, measure, values, is_known in _truths(network, held_out):
        if features is not None and not {feature, feature.partition("=")[0]} & set(features):
            continue
        for name in (POOLED, *network.task.phases) if phases is None else phases:
            counted = is_known if name == POOLED else is_known & (phase == name)
            rows = np.flatnonzero(counted & (half_of == 0)), np.flatnonzero(counted & (half_of == 1))
            mask, rows = masks.setdefault(counted.tobytes(), (len(masks), rows))
            truths = values[rows[0]], values[rows[1]]
            if all(_can_be_scored(measure, truth) for truth in truths):
                targets.append(Target(feature, name, measure, mask, rows, truths))
    return targets


def divide(held_out: pd.DataFrame) -> np.ndarray:
    """Return for each row the half, 0 or 1, that its sequence is in: sequences go to the halves in turn."""
    return number_sequences(held_out) % 2


def number_sequences(held_out: pd.DataFrame) -> np.ndarray:
    """Return for each row the number of its sequence among the held-out ones, from 0."""
    numbers: np.ndarray = np.unique(held_out["sequence"].to_numpy(), return_inverse=True)[1]
    return numbers


def steps_since_delimiter(held_out: pd.DataFrame) -> np.ndarray:
    """Return for each row how many steps ago the delimiter was read; -1 where it has not been yet."""
    step = held_out["step"].to_numpy()
    delimiter = np.where(held_out["phase"] == "delimiter", step, -1)
    at = pd.Series(delimiter).groupby(held_out["sequence"].to_numpy()).transform("max").to_numpy()
    return np.where(held_out["phase"] == "before", -1, step - at)


def tokens_before(held_out: pd.DataFrame) -> np.ndarray:
    """Return for each row the token read one step earlier; an empty text at step 0."""
    before: np.ndarray = np.where(held_out["step"] == 0, "", held_out["token"].shift(fill_value=""))
    return before


def find_aliases(
    network: Network, held_out: pd.DataFrame, targets: Collection[Target]
) -> dict[tuple[str, str, str], str]:
    """Return for each target, by its key, the JSON list of other features that are the same on its steps.

    A yes/no feature is the same as one that is there at the same steps, and the opposite of one that is there at all
    others, written with `not ` before it; besides all of the task's, single values of counts, the token read and the
    token before are looked at. A count is the same as one that differs from it by a constant, or by its sign too.
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
    """Return the place of each feature's column in the task's own order, the next token last."""
    return {key: at for at, key in enumerate((*(feature.key for feature in network.task.features), NEXT_TOKEN))}


def _same(measure: str, one: np.ndarray, other: np.ndarray) -> int:
    """Return 1 where two truths are the same, -1 where they are opposite, 0 where they differ."""
    if measure == AUC:
        return 1 if np.array_equal(one, other) else -1 if np.array_equal(one, 1 - other) else 0
    if len(np.unique(one - other)) == 1:
        return 1
    return -1 if len(np.unique(one + other)) == 1 else 0


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
        yield f"{NEXT_TOKEN}={token}", AUC, (held_out[NEXT_TOKEN] == token).to_numpy(np.float64), is_known


def _flags(network: Network, held_out: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Yield every yes/no feature, single counts and the last two tokens read as 1 and 0, nan where it is not known."""
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
