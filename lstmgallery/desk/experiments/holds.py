"""Hold one signal of one neuron at a value from the first step to the last, and measure the loss and the answers.

- `zero`, `mean`: the memory held at zero, or at its mean.
- `shut`, `open`: one gate held at 0 or at 1.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.experiments.experiment import Intervention
from lstmgallery.desk.reference import Change as SignalChange
from lstmgallery.desk.reference import Precision, read_logits
from lstmgallery.network import Network, Place

ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Hold:
    """One neuron's signal held at a value from the first step to the last."""

    place: Place
    name: str
    signal: str
    value: float


def every_hold(network: Network, memory_means: Mapping[Place, float]) -> Iterator[Hold]:
    """Yield each way to hold each neuron: its memory, then its gates."""
    memory = network.kind.memory
    for place, mean in memory_means.items():
        yield Hold(place, "zero", memory, 0.0)
        yield Hold(place, "mean", memory, mean)
        for gate in network.kind.gates:
            yield Hold(place, "shut", gate.key, 0.0)
            yield Hold(place, "open", gate.key, 1.0)


def memory_holds(network: Network, memory_means: Mapping[Place, float]) -> Iterator[Hold]:
    """Yield each neuron's memory held at its mean."""
    return (Hold(place, "mean", network.kind.memory, mean) for place, mean in memory_means.items())


def measure_holds(
    network: Network,
    weights: Arrays,
    sequences: Sequence[str],
    holds: Iterable[Hold],
    *,
    precision: Precision = np.float64,
) -> Iterator[dict[str, Any]]:
    """Hold one signal of one neuron, and measure the loss and the right answers on `sequences`."""
    reads, following, is_step = network.task.vocabulary.encode(sequences)
    determined = np.zeros(reads.shape, bool)
    for row, sequence in enumerate(sequences):
        determined[row, : len(sequence) + 1] = network.task.determined(sequence)
    read = partial(read_logits, network, weights, precision=precision)
    baseline = _results(network, read(reads), following, is_step, determined)
    waiting = list(holds)
    at_once = max(1, ROWS_AT_ONCE // len(sequences))
    for first in range(0, len(waiting), at_once):
        batch = waiting[first : first + at_once]
        logits = read(np.tile(reads, (len(batch), 1)), _holding(batch, len(sequences)))
        for hold, part in zip(batch, np.split(logits, len(batch)), strict=True):
            for measure, value in _results(network, part, following, is_step, determined).items():
                held = Intervention(hold.place, hold.name, hold.signal)
                yield held.row(hold.value, "", measure, value, baseline[measure], len(sequences))


def _holding(holds: Sequence[Hold], rows_each: int) -> SignalChange:
    """Return a change that applies hold k to block k of the rows."""
    blocks: dict[tuple[int, str], list[tuple[slice, int, float]]] = {}
    for at, hold in enumerate(holds):
        layer, neuron = hold.place
        rows = slice(at * rows_each, (at + 1) * rows_each)
        blocks.setdefault((layer, hold.signal), []).append((rows, neuron - 1, hold.value))

    def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:  # noqa: ARG001
        for rows, unit, value in blocks.get((layer, signal), ()):
            values[rows, unit] = value
        return values

    return change


def _results(
    network: Network, logits: np.ndarray, following: np.ndarray, is_step: np.ndarray, determined: np.ndarray
) -> dict[str, float]:
    """Return the loss in nats a token, and of a task with a rule the share of sequences right.

    Where answers are equally long, the share right at each of their positions follows.
    """
    shifted = logits - logits.max(axis=2, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=2))
    chosen = np.take_along_axis(shifted, following[:, :, None], axis=2)[:, :, 0]
    results = {"loss": float((log_total - chosen)[is_step].mean(dtype=np.float64))}
    if rule := network.task.rule:
        is_right = logits.argmax(axis=2) == following
        results["right"] = float((is_right | ~determined).all(axis=1).mean())
        delimiter = determined.argmax(axis=1)[0]
        for place in range(rule.answer_length):
            results[f"right_{place + 1}"] = float(is_right[:, delimiter + place].mean())
    return results
