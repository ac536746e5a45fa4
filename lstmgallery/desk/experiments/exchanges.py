"""Exchange memories between twin sequences, which differ in the fact to hold.

Where the network holds the fact in these memories, it writes the twin's answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.experiments.experiment import Group, Intervention
from lstmgallery.desk.reference import write_on
from lstmgallery.network import Network
from lstmgallery.tasks.facets import Twins
from lstmgallery.tasks.task import Task


@dataclass(frozen=True)
class Exchanges:
    """Memories overwritten, just before the delimiter, by those in the twin: the share of answers turned."""

    result: ClassVar[str] = "turned"
    needed: ClassVar[str] = Twins.needed

    twins: Twins

    @classmethod
    def of(cls, task: Task) -> Self | None:
        return cls(task.twins) if task.twins else None

    @property
    def outcome(self) -> str:
        return f"the other {self.twins.what} comes out in nearly every sequence"

    @property
    def unit(self) -> str:
        return f"share with the other {self.twins.what}"

    @property
    def change(self) -> str:
        return f"set, just before the delimiter, to its value in the twin sequence with the other {self.twins.what}"

    def measure(self, network: Network, weights: Arrays, groups: Sequence[Group]) -> Iterator[dict[str, Any]]:
        memory = network.kind.memory
        prompts, answers = zip(*(prompted for pair in self.twins.pairs for prompted in pair), strict=True)
        twin_of = np.arange(len(prompts)) ^ 1
        _, _, held = write_on(network, weights, [prompt[:-1] for prompt in prompts], at_most=0)
        at = max(map(len, prompts)) - 1  # `write_on` reads the last token before every delimiter at this step

        def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:
            if signal == memory and step == at:
                for number, group in enumerate(groups):
                    rows = slice(number * len(prompts), (number + 1) * len(prompts))
                    for of_layer, neuron in group.places:
                        if of_layer == layer:
                            values[rows, neuron - 1] = held[layer - 1][memory][twin_of, neuron - 1]
            return values

        texts, _, _ = write_on(network, weights, prompts * len(groups), at_most=1, change=change)
        other = [answers[twin] for twin in twin_of]
        for number, group in enumerate(groups):
            of_group = texts[number * len(prompts) : (number + 1) * len(prompts)]
            turned = np.mean([text == answer for text, answer in zip(of_group, other, strict=True)])
            changed = Intervention(group.listed, "exchange", memory)
            yield changed.row(float("nan"), group.condition, "turned", float(turned), 0.0, len(prompts))
