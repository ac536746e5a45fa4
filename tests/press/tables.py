"""Results of an invented network: only the tables that a test gives, each row a dictionary of its columns.

The values of a usual row are all different, so that a wrong column shows.
"""

from dataclasses import fields
from typing import Any

from lstmgallery.desk.results import Results
from lstmgallery.desk.targets import POOLED
from lstmgallery.network import Network, Training
from lstmgallery.tasks import AnyTask
from lstmgallery.tasks.languages.counting import Counting

COUNTING = Counting(kind="counting", longest=10)
UNITS = 3


def results_of(task: AnyTask = COUNTING, *, shown: tuple[str, ...] = ("a",), **tables: Any) -> Results:
    """Return the results of a network of one layer of three neurons, with only the given tables."""
    network = Network(
        name="planted",
        title="Planted",
        summary="By hand.",
        task=task,
        units=UNITS,
        training=Training(),
        shown=shown,
    )
    return Results(**{**dict.fromkeys(field.name for field in fields(Results)), "network": network, **tables})


def best_row(neuron: int, **values: Any) -> dict[str, Any]:
    """Return the headline row of a neuron: by default, its cell state counts."""
    usual = {
        "layer": 1, "neuron": neuron, "signal": "cell", "feature": "remaining", "phase": POOLED, "measure": "r2",
        "score": 0.96, "first_half": 0.965, "second_half": 0.955, "low": 0.951, "high": 0.968, "p": 0.0005,
        "direction": 1.0, "standing": "role", "bits": 1.0, "strength": 3, "separates": False,
        "precision": float("nan"), "recall": float("nan"), "steps": 1_200, "positives": 300.0, "same_as": "[]",
        "null_mean": 0.01, "null_p99": 0.04, "untrained_median": 0.2, "untrained_p95": 0.35, "untrained_max": 0.41,
        "by_step": 0.3, "by_delimiter": 0.55, "by_token": 0.12, "by_token_before": 0.2,
    }  # fmt: skip
    return {**usual, **values}


def done_to(
    neuron: int, intervention: str, measure: str, baseline: float, value: float, **values: Any
) -> dict[str, Any]:
    """Return one row of the table of interventions; neuron 0 of layer 0 means several neurons at once."""
    usual = {
        "layer": int(neuron > 0), "neuron": neuron, "intervention": intervention, "signal": "cell", "measure": measure,
        "baseline": baseline, "value": value, "amount": float("nan"), "condition": "all", "sequences": 40,
    }  # fmt: skip
    return {**usual, **values}
