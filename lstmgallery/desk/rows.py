"""Rows of the tables of results as values: scores and roles, effects of interventions, nearest relatives.

The fields are the columns, described in `store.RESULT_COLUMNS`; missing numbers are NaN.
"""

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import pandas as pd

from lstmgallery.network import Place


@dataclass(frozen=True)
class RoleRow:
    """One score of the role scan, a role or not, with the values it has to beat."""

    layer: int
    neuron: int
    signal: str
    feature: str
    phase: str
    measure: str
    score: float
    first_half: float
    second_half: float
    direction: int
    low: float
    high: float
    precision: float
    recall: float
    separates: bool  # pandas.NA where precision is missing
    null_mean: float
    null_p99: float
    p: float
    untrained_median: float
    untrained_p95: float
    untrained_max: float
    by_step: float
    by_delimiter: float
    by_token: float
    by_token_before: float
    steps: int
    positives: float
    same_as: str
    standing: str


@dataclass(frozen=True)
class Effect:
    """One measure of the network with an intervention, and without it; layer and neuron 0 mean several neurons."""

    layer: int
    neuron: int
    intervention: str
    signal: str
    amount: float
    condition: str
    measure: str
    value: float
    baseline: float
    sequences: int


@dataclass(frozen=True)
class Relative:
    """A neuron's nearest relative in its layer."""

    layer: int
    neuron: int
    nearest: int
    correlation: float


Row = TypeVar("Row", RoleRow, Effect, Relative)


def row_from(record: Any, kind: type[Row]) -> Row:
    """Return a row from a record that pandas yields, without its further columns."""
    return kind(**{field.name: getattr(record, field.name) for field in fields(kind)})


def rows_by_neuron(table: pd.DataFrame, kind: type[Row]) -> dict[Place, list[Row]]:
    """Return the rows of each neuron, in the order of the table."""
    rows: dict[Place, list[Row]] = {}
    for record in table.itertuples():
        row = row_from(record, kind)
        rows.setdefault((row.layer, row.neuron), []).append(row)
    return rows
