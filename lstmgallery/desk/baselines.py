"""Baselines without a neuron: how well the position of a step and the latest tokens predict a target.

Each baseline is a reading of the step: its number, the steps since the delimiter, the token read, the token before. Its
score is that of the best possible function of the reading, fitted and scored on the same steps: for a count the mean
of each value (R² = 1 - within-value variance / total variance), for a yes/no feature the share of each value (AUC). So
a signal that is merely such a function cannot score higher.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lstmgallery.desk.scores import area
from lstmgallery.desk.targets import R2, Target, steps_since, tokens_before
from lstmgallery.network import Network

BASELINES = {
    "by_step": "step number",
    "by_delimiter": "steps since the delimiter",
    "by_token": "token read",
    "by_token_before": "previous token",
}


def score_baselines(network: Network, held_out: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """Return a table with a row for each target, in order, and a column for each of `BASELINES`.

    `by_delimiter` is missing for a task without a rule.
    """
    readings = {
        "by_step": held_out["step"].to_numpy(),
        "by_token": held_out["token"].to_numpy(),
        "by_token_before": tokens_before(held_out),
    }
    if rule := network.task.rule:
        readings["by_delimiter"] = steps_since(held_out, rule.delimiter)
    codes = {key: pd.factorize(values)[0] for key, values in readings.items()}
    rows = [np.concatenate(target.rows) for target in targets]
    return pd.DataFrame(
        {
            key: [
                _best_function(target, codes[key][at]) if key in codes else np.nan
                for target, at in zip(targets, rows, strict=True)
            ]
            for key in BASELINES
        }
    )


def _best_function(target: Target, reading: np.ndarray) -> float:
    """Return the score of the best function of a reading, given as integer codes (rows,)."""
    truth = target.truth
    size = np.bincount(reading)
    total = np.bincount(reading, truth)
    mean = np.divide(total, size, out=np.zeros(len(size)), where=size > 0)
    if target.measure == R2:
        within = (truth**2).sum() - (mean * total).sum()
        return float(1 - within / ((truth - truth.mean()) ** 2).sum())
    ranks = 2 * pd.Series(mean[reading]).rank().to_numpy()
    return float(area(ranks[:, None], truth[:, None])[0, 0])
