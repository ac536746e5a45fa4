"""Targets, and the score of one signal for one target, by pairs and by lines.

Held-out rows are the steps of the held-out sequences, one sequence after the other. `Columns` are signals along them:
by (layer, neuron, signal), (held-out rows,) float64.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.audit.reading import HELD_OUT, SIGNALS, Arrays, Files, read, truths

Columns = Mapping[tuple[int, int, str], np.ndarray]

PHASES = ("all", "before", "delimiter", "after")
MAIN_FEATURE = {
    "counting": "remaining",
    "selective-counting": "remaining",
    "state-memory": "letter",
    "copying": "next_letter",
}


def held_out(files: Files) -> pd.DataFrame:
    """Return the ground truth of the held-out rows, and the `half` of each: sequences are dealt in turn, 0 first."""
    table = truths(files.kind, files.texts(HELD_OUT))
    return table.assign(half=table["sequence"] % 2)


def traced(files: Files) -> Columns:
    """Return the signals that were stored, along the held-out rows."""
    stored = files.tables["activations"].merge(files.tables["steps"][["sequence", "step", "split"]])
    stored = stored[stored["split"] == HELD_OUT].sort_values(["sequence", "step"])
    return {
        (layer, neuron, signal): part[signal].to_numpy(np.float64)
        for (layer, neuron), part in stored.groupby(["layer", "neuron"])
        for signal in SIGNALS[files.spec["cell"]]
    }


def rerun(files: Files, weights: Arrays) -> Columns:
    """Return the signals of the network with other weights, along the held-out rows."""
    reading = read(files.model(weights), files.texts(HELD_OUT))
    flat = [{key: reading.of_steps(values) for key, values in signals.items()} for signals in reading.signals]
    return {
        (layer, neuron, signal): flat[layer - 1][signal][:, neuron - 1]
        for layer, neuron in files.places
        for signal in SIGNALS[files.spec["cell"]]
    }


@dataclass(frozen=True)
class Target:
    """A feature on some held-out rows. `rows`: (n,), ascending; `truth`: (n,), a count, or 1 for yes and 0 for no.

    `half`: (n,), 0 or 1. `measure` is `r2` for a count, `auc` for a yes/no feature.
    """

    feature: str
    phase: str
    measure: str
    rows: np.ndarray
    truth: np.ndarray
    half: np.ndarray

    @property
    def of_halves(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows of the first half, and those of the second."""
        return self.half == 0, self.half == 1


def find_targets(table: pd.DataFrame, only: Iterable[str] | None = None) -> list[Target]:
    """Return the targets of the held-out rows: all features, or those of some names, in every phase."""
    targets = []
    for feature, values in feature_values(table).items():
        if only is not None and not {feature, feature.partition("=")[0]} & set(only):
            continue
        for phase in PHASES:
            rows = np.flatnonzero(values.notna() & ((table["phase"] == phase) | (phase == "all")))
            truth, half = values.to_numpy(np.float64)[rows], table["half"].to_numpy()[rows]
            target = Target(feature, phase, "auc" if "=" in feature else "r2", rows, truth, half)
            if all(is_enough(target.measure, truth[of_half]) for of_half in target.of_halves):
                targets.append(target)
    return targets


def feature_values(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Return every count unchanged, and every value of a category as 1 or 0, missing where the category is missing."""
    values_of = {}
    for name in table.columns.drop(["sequence", "step", "token", "half"]):
        column = table[name]
        if pd.api.types.is_numeric_dtype(column):
            values_of[name] = column
        else:
            known = column.dropna()
            values_of |= {
                f"{name}={value}": (known == value).astype(float).reindex(table.index) for value in sorted(set(known))
            }
    return values_of


def is_enough(measure: str, truth: np.ndarray) -> bool:
    """Return whether a half can be scored: four rows, of each class if there are two, and three different counts."""
    if measure == "r2":
        return len(truth) >= 4 and len(set(truth)) > 2
    return bool(truth.sum() >= 4 and (1 - truth).sum() >= 4)


def levels_of(values: np.ndarray) -> np.ndarray:
    """Return a signal rounded for scoring, in whole multiples of 0.01."""
    levels: np.ndarray = np.round(values / 0.01)
    return levels


def r2(x: np.ndarray, y: np.ndarray, x_new: np.ndarray, y_new: np.ndarray) -> float:
    """Fit a line to (x, y) and return 1 - SSE / SST at (x_new, y_new)."""
    slope = slope_of(x, y)
    errors = y_new - (y.mean() + slope * (x_new - x.mean()))
    return float(1 - (errors**2).sum() / ((y_new - y_new.mean()) ** 2).sum())


def slope_of(x: np.ndarray, y: np.ndarray) -> float:
    """Return the slope of the least-squares line; 0 if x is constant."""
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / (x @ x)) if np.ptp(x) else 0.0


def auc(x: np.ndarray, truth: np.ndarray) -> float:
    """Return the share of yes/no pairs with the yes higher; a tie counts half."""
    difference = x[truth == 1][:, None] - x[truth == 0][None, :]
    return float(((difference > 0) + 0.5 * (difference == 0)).mean())


@dataclass(frozen=True)
class Score:
    """A signal's score for a target; `first_half` is fitted and scored there, `second_half` fitted on the first."""

    score: float
    first_half: float
    second_half: float
    direction: int


def score_signal(values: np.ndarray, target: Target) -> Score:
    """Score one signal, (held-out rows,), against one target."""
    x = levels_of(values)[target.rows]
    (x_1, y_1), (x_2, y_2) = ((x[of_half], target.truth[of_half]) for of_half in target.of_halves)
    if target.measure == "r2":
        second, first = r2(x_1, y_1, x_2, y_2), r2(x_2, y_2, x_1, y_1)
        direction = 1 if slope_of(x_1, y_1) >= 0 else -1
        return Score((first + second) / 2, r2(x_1, y_1, x_1, y_1), second, direction)
    one, two = auc(x_1, y_1), auc(x_2, y_2)
    second, first = two if one >= 0.5 else 1 - two, one if two >= 0.5 else 1 - one
    return Score((first + second) / 2, max(one, 1 - one), second, 1 if one >= 0.5 else -1)


def score_all(columns: Columns, targets: Sequence[Target]) -> pd.DataFrame:
    """Return every signal's score against every target."""
    rows = [
        (*name, target.feature, target.phase, target.measure, *vars(score_signal(values, target)).values())
        for target in targets
        for name, values in columns.items()
    ]
    names = ["layer", "neuron", "signal", "feature", "phase", "measure", "score", "first_half", "second_half"]
    return pd.DataFrame(rows, columns=[*names, "direction"])


def rank(scores: pd.DataFrame, feature: str, signals: Iterable[str], *, phase: str = "all") -> pd.DataFrame:
    """Return each neuron's best row for a feature, or any value of it, by the first half; the best neuron first."""
    is_asked = names_feature(scores, feature) & scores["phase"].eq(phase) & scores["signal"].isin(list(signals))
    order = ["first", "layer", "neuron", "feature", "signal"]
    ordered = scores[is_asked].assign(first=-scores["first_half"].round(9)).sort_values(order)
    return ordered.drop_duplicates(["layer", "neuron"]).drop(columns="first").reset_index(drop=True)


def names_feature(scores: pd.DataFrame, feature: str) -> pd.Series:
    """Return for each row whether it is about a feature, or about a value of it."""
    return scores["feature"].eq(feature) | scores["feature"].str.startswith(f"{feature}=")


def main_ranking(files: Files, columns: Columns, signals: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the neurons by how well they carry the main feature of the task, in memory or hidden state."""
    feature = MAIN_FEATURE[files.kind]
    signals = {files.memory, "hidden"} if signals is None else signals
    shown = {name: values for name, values in columns.items() if name[2] in signals}
    return rank(score_all(shown, find_targets(held_out(files), [feature])), feature, signals)
