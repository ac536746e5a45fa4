"""Add counts to a network's memories at the delimiter, one count being the effect of one more counted token.

Where the network counts in these memories, it writes as many more tokens as were added.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.experiments.experiment import ALL, Group, Intervention
from lstmgallery.desk.reference import write_on
from lstmgallery.network import Network, Place
from lstmgallery.tasks.facets import Dose
from lstmgallery.tasks.task import Task

DOSES = (-3, -2, -1, 0, 1, 2, 3)


@dataclass(frozen=True)
class Doses:
    """Counts added to the memories at the delimiter: the slope is in tokens written for each count."""

    result: ClassVar[str] = "slope"
    needed: ClassVar[str] = Dose.needed

    dose: Dose

    @classmethod
    def of(cls, task: Task) -> Self | None:
        return cls(task.dose) if task.dose else None

    @property
    def outcome(self) -> str:
        return f"each added count yields one more {self.dose.written}"

    @property
    def unit(self) -> str:
        return f"{self.dose.written}’s per count added"

    @property
    def change(self) -> str:
        return f"shifted at the delimiter by the amount that one more {self.dose.counted} would have added"

    def measure(self, network: Network, weights: Arrays, groups: Sequence[Group]) -> Iterator[dict[str, Any]]:
        memory, longest = network.kind.memory, self.dose.longest
        counts = np.arange(1, longest + 1)
        units = count_units(network, weights, self.dose)
        sizes = [int(n) for n in counts if n + DOSES[0] >= 1 and n + DOSES[-1] <= longest] or [longest]
        doses = np.repeat(DOSES, len(sizes))
        baselines = np.tile(sizes, len(DOSES))
        each = len(doses)  # rows of one group
        at = max(sizes) + 1  # `write_on` reads the last token of every prompt at this step

        def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:
            if signal == memory and step == at:
                for number, group in enumerate(groups):
                    rows = slice(number * each, (number + 1) * each)
                    for of_layer, neuron in group.places:
                        if of_layer == layer:
                            values[rows, neuron - 1] += doses * units[layer - 1][neuron - 1]
            return values

        prompts = [self.dose.prompt(int(n)) for n in baselines] * len(groups)
        texts, _, _ = write_on(network, weights, prompts, at_most=2 * longest + 10, change=change)
        written = np.array([self.dose.count(text) for text in texts]).reshape(len(groups), each)
        for group, of_group in zip(groups, written, strict=True):
            changed = Intervention(group.listed, "add", memory)
            if group.listed != ALL:
                for added, n, count in zip(doses, baselines, of_group, strict=True):
                    yield changed.row(float(added), f"n={n}", "written", float(count), float(n), 1)
            slope = float(np.polyfit(doses, of_group - baselines, 1)[0])
            yield changed.row(float("nan"), group.condition, "slope", slope, 0.0, each)


def count_units(network: Network, weights: Arrays, dose: Dose) -> list[np.ndarray]:
    """Return the size of one count in each neuron's memory, for each layer, (neurons,).

    It is the slope of the memory at the delimiter over the counts in training.
    """
    counts = np.arange(1, dose.longest + 1)
    _, _, at_delimiter = write_on(network, weights, [dose.prompt(int(n)) for n in counts], at_most=0)
    return [np.polyfit(counts, signals[network.kind.memory], 1)[0] for signals in at_delimiter]


def write_with_counts(
    network: Network, weights: Arrays, prompts: Sequence[str], *, place: Place, counts: float, at_most: int
) -> tuple[list[str], np.ndarray]:
    """Let a counting network write on with `counts` added to one cell at the last token of every prompt.

    Returns the text written after each prompt, and whether it ended within `at_most` tokens.
    """
    assert network.task.dose is not None
    of_layer, neuron = place
    added = counts * count_units(network, weights, network.task.dose)[of_layer - 1][neuron - 1]
    at = max(map(len, prompts))  # `write_on` reads the last token of every prompt at this step

    def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:
        if (layer, step, signal) == (of_layer, at, network.kind.memory):
            values[:, neuron - 1] += added
        return values

    written, ended, _ = write_on(network, weights, prompts, at_most=at_most, change=change)
    return written, ended
