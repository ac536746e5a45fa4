"""The parts of an experiment: the neurons it changes together, the rows it measures, and what counts as enough.

Experiments give rows of (layer, neuron, intervention, signal, amount, condition, measure, value, baseline, sequences).
All neurons are changed in one batched computation, a block of rows for each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

from lstmgallery.cells.reference import Arrays
from lstmgallery.network import Network, Place
from lstmgallery.tasks.task import Task

ALL: Place = (0, 0)  # several neurons changed at once
ENOUGH = 0.95  # a slope or a share that counts as the full effect


@dataclass(frozen=True)
class Group:
    """Neurons changed at once, and the place and condition they are listed under."""

    listed: Place
    condition: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Intervention:
    """The beginning of a row: the neurons changed, and the change."""

    place: Place
    intervention: str
    signal: str

    def row(
        self, amount: float, condition: str, measure: str, value: float, baseline: float, sequences: int
    ) -> dict[str, Any]:
        return {
            "layer": self.place[0],
            "neuron": self.place[1],
            "intervention": self.intervention,
            "signal": self.signal,
            "amount": amount,
            "condition": condition,
            "measure": measure,
            "value": value,
            "baseline": baseline,
            "sequences": sequences,
        }


class Experiment(Protocol):
    """An experiment of a task's own, on groups of neurons: it needs some facet of the task.

    `result` is the measure that is near 1 if the neurons changed are enough.
    """

    result: ClassVar[str]
    needed: ClassVar[str]  # the networks with the facet, in words

    @classmethod
    def of(cls, task: Task) -> Self | None:
        """Return the experiment for a task, or None if the task lacks the facet."""

    @property
    def outcome(self) -> str:
        """The outcome if the neurons are enough, as a clause."""

    @property
    def unit(self) -> str:
        """The result, in words."""

    @property
    def change(self) -> str:
        """The change to each neuron, as a clause about it."""

    def measure(self, network: Network, weights: Arrays, groups: Sequence[Group]) -> Iterator[dict[str, Any]]:
        """Change each group of neurons and yield the rows measured."""


def neurons_needed(values: Sequence[float]) -> int | None:
    """Return how many neurons are enough, if changing 1, 2, 3, ... of them has these effects; None if all are not."""
    return next((size for size, value in enumerate(values, start=1) if value >= ENOUGH), None)
