"""Experiments: change neurons while the network reads or writes, and measure what breaks: causes, not correlations.

- `holds`: a memory held at zero or at its mean, a gate held shut or open, from the first step to the last.
- `doses`, `exchanges`: a task's own experiments, for tasks with the facet they need, on one neuron or several at once.
- `frontier`: the network unchanged, on sequences larger than in training.

An experiment of a task's own is a module here and one line in `EXPERIMENTS`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.effort import FULL, Effort
from lstmgallery.desk.experiments.doses import Doses
from lstmgallery.desk.experiments.exchanges import Exchanges
from lstmgallery.desk.experiments.experiment import ALL, Experiment, Group
from lstmgallery.desk.experiments.holds import every_hold, measure_holds, memory_holds
from lstmgallery.network import Network, Place
from lstmgallery.tasks.task import Task

EXPERIMENTS: tuple[type[Experiment], ...] = (Doses, Exchanges)
EXPERIMENT_NEEDED = " or ".join(experiment.needed for experiment in EXPERIMENTS)


def experiments_of(task: Task) -> list[Experiment]:
    """Return the experiments that a task has the facets for."""
    return [experiment for kind in EXPERIMENTS if (experiment := kind.of(task))]


def measure_causes(
    network: Network,
    weights: Arrays,
    sequences: Sequence[str],
    *,
    memory_means: Mapping[Place, float],
    ranked: Sequence[Place],
    effort: Effort = FULL,
) -> pd.DataFrame:
    """Return the effects of all experiments on all neurons, a row each.

    `memory_means`: each neuron's mean memory over the held-out steps. `ranked`: all neurons, the best carriers of the
    task's headline feature first; a task's own experiments also change the first 1, 2, 3, ... of them at once.
    `effort`: whether gates are held shut and open, and memories at zero, besides memories at their means; precision.
    """
    holds = every_hold(network, memory_means) if effort.holds_gates else memory_holds(network, memory_means)
    rows = [*measure_holds(network, weights, sequences, holds, precision=effort.precision)]
    groups = [Group(place, "", (place,)) for place in memory_means]
    groups += [Group(ALL, f"k={k}", tuple(ranked[:k])) for k in range(1, len(ranked) + 1)]
    return pd.DataFrame([*rows, *measure_changes(network, weights, groups)])


def measure_changes(network: Network, weights: Arrays, groups: Sequence[Group]) -> Iterator[dict[str, Any]]:
    """Change each group by the task's own experiments; yield nothing if it has none."""
    for experiment in experiments_of(network.task):
        yield from experiment.measure(network, weights, groups)
