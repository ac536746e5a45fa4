"""Change one neuron while the network reads or writes, and see what breaks: causes, not correlations.

Takes a network, its weights and sequences, gives rows of (layer, neuron, intervention, signal, amount, condition,
measure, value, baseline, sequences). All neurons are changed in one batched computation, a block of rows for each.
Neuron 0 of layer 0 stands for all neurons that are named together.

- `zero`, `mean`: the memory held at zero, or at its mean, from the first step to the last.
- `shut`, `open`: one gate held at 0 or at 1.
- `add`: at the delimiter, `amount` counts are added to the cell, in units of what one more a adds to it there.
- `exchange`: at the last token before the delimiter, the memory is overwritten with what it holds in the twin sequence
  that began with the other letter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lstmgallery.desk.reference import Arrays, Change, read_all, write_on
from lstmgallery.network import Network
from lstmgallery.tasks.copying import Copying
from lstmgallery.tasks.counting import Counting, SelectiveCounting
from lstmgallery.tasks.encoding import encode
from lstmgallery.tasks.state_memory import StateMemory

Place = tuple[int, int]  # (layer, neuron), from 1
ALL: Place = (0, 0)
ROWS_AT_ONCE = 20_000
DOSES = (-3, -2, -1, 0, 1, 2, 3)


@dataclass(frozen=True)
class Hold:
    """One neuron's signal held at a value from the first step to the last."""

    place: Place
    name: str
    signal: str
    value: float


def measure_causes(
    network: Network,
    weights: Arrays,
    sequences: Sequence[str],
    *,
    memory_means: dict[Place, float],
    together: Sequence[Place],
) -> pd.DataFrame:
    """Return all interventions on all neurons.

    `memory_means`: each neuron's mean memory over the held-out steps. `together`: the neurons that share the task's
    main role, which are also changed all at once where the task has an intervention of its own.
    """
    rows = [*_measure_holds(network, weights, sequences, _every_hold(network, memory_means))]
    groups = [(place, [place]) for place in memory_means] + ([(ALL, list(together))] if together else [])
    if isinstance(network.task, Counting | SelectiveCounting):
        rows += _measure_doses(network, weights, groups, longest=network.task.longest)
    if isinstance(network.task, StateMemory):
        rows += _measure_exchanges(network, weights, groups)
    return pd.DataFrame(rows)


def _every_hold(network: Network, memory_means: dict[Place, float]) -> Iterator[Hold]:
    memory = network.kind.memory
    gates = [signal.key for signal in network.kind.signals if signal.palette == "gate"]
    for place, mean in memory_means.items():
        yield Hold(place, "zero", memory, 0.0)
        yield Hold(place, "mean", memory, mean)
        for gate in gates:
            yield Hold(place, "shut", gate, 0.0)
            yield Hold(place, "open", gate, 1.0)


def _measure_holds(
    network: Network, weights: Arrays, sequences: Sequence[str], holds: Iterable[Hold]
) -> Iterator[dict[str, Any]]:
    reads, following, is_step = encode(sequences, network.task.vocabulary)
    determined = np.zeros(reads.shape, bool)
    for row, sequence in enumerate(sequences):
        determined[row, : len(sequence) + 1] = network.task.determined(sequence)
    baseline = _results(network, read_all(network, weights, reads)[0], following, is_step, determined)
    waiting = list(holds)
    at_once = max(1, ROWS_AT_ONCE // len(sequences))
    for first in range(0, len(waiting), at_once):
        batch = waiting[first : first + at_once]
        logits, _ = read_all(network, weights, np.tile(reads, (len(batch), 1)), _holding(batch, len(sequences)))
        for hold, part in zip(batch, np.split(logits, len(batch)), strict=True):
            for measure, value in _results(network, part, following, is_step, determined).items():
                yield {
                    "layer": hold.place[0],
                    "neuron": hold.place[1],
                    "intervention": hold.name,
                    "signal": hold.signal,
                    "amount": hold.value,
                    "condition": "",
                    "measure": measure,
                    "value": value,
                    "baseline": baseline[measure],
                    "sequences": len(sequences),
                }


def _holding(holds: Sequence[Hold], rows_each: int) -> Change:
    """Return a change in which block k of the rows obeys hold k."""
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
    """Return the loss in nats a token, the share of sequences right, and for copying the share right at each place."""
    shifted = logits - logits.max(axis=2, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=2))
    chosen = np.take_along_axis(shifted, following[:, :, None], axis=2)[:, :, 0]
    is_right = logits.argmax(axis=2) == following
    results = {
        "loss": float((log_total - chosen)[is_step].mean()),
        "right": float((is_right | ~determined).all(axis=1).mean()),
    }
    if isinstance(network.task, Copying):
        delimiter = determined.argmax(axis=1)[0]
        for place in range(3):
            results[f"right_{place + 1}"] = float(is_right[:, delimiter + place].mean())
    return results


def _measure_doses(
    network: Network, weights: Arrays, groups: list[tuple[Place, list[Place]]], *, longest: int
) -> Iterator[dict[str, Any]]:
    """Add to the cell of each group at the delimiter and let the network write on."""
    memory, delimiter = network.kind.memory, network.task.delimiter
    counts = np.arange(1, longest + 1)
    prompts = ["a" * n + delimiter for n in counts]
    _, _, at_delimiter = write_on(network, weights, prompts, at_most=0)
    units = [np.polyfit(counts, signals[memory], 1)[0] for signals in at_delimiter]  # for each layer, (neurons,)
    sizes = [int(n) for n in counts if n + DOSES[0] >= 1 and n + DOSES[-1] <= longest] or [longest]
    runs = [(group, dose, n) for group in groups for dose in DOSES for n in sizes]
    rows = {(layer, neuron): np.zeros(len(runs)) for _, places in groups for layer, neuron in places}
    for row, ((_, places), dose, _) in enumerate(runs):
        for layer, neuron in places:
            rows[layer, neuron][row] = dose * units[layer - 1][neuron - 1]
    at = max(sizes)  # `write_on` reads every prompt's last token at the step of the longest prompt's length

    def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:
        if signal == memory and step == at + 1:
            for (of_layer, neuron), added in rows.items():
                if of_layer == layer:
                    values[:, neuron - 1] += added
        return values

    texts, _, _ = write_on(
        network, weights, ["a" * n + delimiter for _, _, n in runs], at_most=2 * longest + 10, change=change
    )
    written = np.array([_leading(text, "b") for text in texts])
    for at_group, (place, _) in enumerate(groups):
        of_group = [row for row, run in enumerate(runs) if run[0] is groups[at_group]]
        doses = np.array([runs[row][1] for row in of_group])
        responses = np.array([written[row] - runs[row][2] for row in of_group])
        for row in of_group:
            _, dose, n = runs[row]
            yield _row(place, "add", memory, float(dose), f"n={n}", "written", float(written[row]), float(n), 1)
        slope = float(np.polyfit(doses, responses, 1)[0])
        yield _row(place, "add", memory, float("nan"), "", "slope", slope, 1.0, len(sizes))


def _measure_exchanges(
    network: Network, weights: Arrays, groups: list[tuple[Place, list[Place]]]
) -> Iterator[dict[str, Any]]:
    """Give each group of neurons, just before the delimiter, what it holds in the twin with the other letter."""
    task = network.task
    assert isinstance(task, StateMemory)
    memory = network.kind.memory
    waits = range(1, task.longest_wait + 1)
    prompts = [letter + "x" * wait + task.delimiter for wait in waits for letter in "AB"]
    twins = np.arange(len(prompts)) ^ 1
    before, _, held = write_on(network, weights, [prompt[:-1] for prompt in prompts], at_most=0)
    del before
    stop = max(waits) + 1  # the step of the last token before the delimiter
    blocks = [slice(at * len(prompts), (at + 1) * len(prompts)) for at in range(len(groups))]

    def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:
        if signal == memory and step == stop:
            for block, (_, places) in zip(blocks, groups, strict=True):
                for of_layer, neuron in places:
                    if of_layer == layer:
                        values[block, neuron - 1] = held[layer - 1][memory][twins, neuron - 1]
        return values

    texts, _, _ = write_on(network, weights, prompts * len(groups), at_most=1, change=change)
    expected = [prompt[0].lower() for prompt in prompts]
    other = [prompts[twin][0].lower() for twin in twins]
    for block, (place, _) in zip(blocks, groups, strict=True):
        of_group = texts[block]
        kept = np.mean([text == letter for text, letter in zip(of_group, expected, strict=True)])
        turned = np.mean([text == letter for text, letter in zip(of_group, other, strict=True)])
        yield _row(place, "exchange", memory, float("nan"), "", "turned", float(turned), 0.0, len(prompts))
        yield _row(place, "exchange", memory, float("nan"), "", "kept", float(kept), 1.0, len(prompts))


def _leading(text: str, letter: str) -> int:
    return len(text) - len(text.lstrip(letter))


def _row(
    place: Place,
    intervention: str,
    signal: str,
    amount: float,
    condition: str,
    measure: str,
    value: float,
    baseline: float,
    sequences: int,
) -> dict[str, Any]:
    return {
        "layer": place[0],
        "neuron": place[1],
        "intervention": intervention,
        "signal": signal,
        "amount": amount,
        "condition": condition,
        "measure": measure,
        "value": value,
        "baseline": baseline,
        "sequences": sequences,
    }
