"""The ground truth of sequences as a table: what every step reads, and its features, whatever network reads them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from lstmgallery.tasks.task import Task
from lstmgallery.tasks.vocabulary import END, with_start

PLACES = ("sequence", "step", "token", "next_token")


def step_truths(task: Task, sequences: Sequence[str]) -> pd.DataFrame:
    """Return a row for each step of each sequence: `PLACES`, then the task's features."""
    rows: dict[str, list[Any]] = {key: [] for key in (*PLACES, *(feature.key for feature in task.features))}
    for number, sequence in enumerate(sequences):
        steps = len(sequence) + 1
        rows["sequence"] += [number] * steps
        rows["step"] += range(steps)
        rows["token"] += with_start(sequence)
        rows["next_token"] += [*sequence, END]
        for key, values in task.ground_truth(sequence).items():
            rows[key] += values
    kinds = {"sequence": "int32", "step": "int32"}
    for feature in task.features:
        if feature.kind == "count":  # where it is missing somewhere, the column has to hold NaN
            kinds[feature.key] = "float64" if None in rows[feature.key] else "int32"
    return pd.DataFrame(rows).astype(kinds)
