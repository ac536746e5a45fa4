"""Change one neuron while the network reads or writes, and measure what breaks: causes, not correlations.

Takes a network, its weights and sequences, gives rows of (layer, neuron, intervention, signal, amount, condition,
measure, value, baseline, sequences). All neurons are changed in one batched computation, a block of rows for each.
Neuron 0 of layer 0 means several neurons changed at once: the `k` that carry the task's main feature best.

- `zero`, `mean`: the memory held at zero, or at its mean, from the first step to the last.
- `shut`, `open`: one gate held at 0 or at 1.
- `add`: at the delimiter, `amount` counts are added to the cell, one count being the effect of one more counted token.
- `exchange`: at the last token before the delimiter, the memory is overwritten with the memory in the twin sequence,
  which differs in the information to hold.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.counts import count_units
from lstmgallery.desk.reference import Change, read_logits, write_on
from lstmgallery.network import Network
from lstmgallery.tasks.facets import Dose, Twins

Place = tuple[int, int]  # (layer, neuron), from 1
ALL: Place = (0, 0)
ROWS_AT_ONCE = 20_000
DOSES = (-3, -2, -1, 0, 1, 2, 3)


@dataclass(frozen=True)
class Group:
    """Neurons changed at once, and the place and condition they are listed under."""

    listed: Place
    condition: str
    places: tuple[Place, ...]


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
    ranked: Sequence[Place],
) -> pd.DataFrame:
    """Return all interventions on all neurons.

    `memory_means`: each neuron's mean memory over the held-out steps. `ranked`: all neurons, the best carriers of the
    task's main feature first; if the task has an intervention of its own, the first 1, 2, 3, ... of them are also
    changed at once.
    """
    rows = [*measure_holds(network, weights, sequences, _every_hold(network, memory_means))]
    groups = [Group(place, "", (place,)) for place in memory_means]
    groups += [Group(ALL, f"k={k}", tuple(ranked[:k])) for k in range(1, len(ranked) + 1)]
    return pd.DataFrame([*rows, *measure_changes(network, weights, groups)])


def measure_changes(network: Network, weights: Arrays, groups: Sequence[Group]) -> Iterator[dict[str, Any]]:
    """Change each group by the task's own interventions: add doses, exchange twins; yield nothing without either."""
    if network.task.dose is not None:
        yield from measure_doses(network, weights, groups, dose=network.task.dose)
    if network.task.twins is not None:
        yield from measure_exchanges(network, weights, groups, twins=network.task.twins)


def _every_hold(network: Network, memory_means: dict[Place, float]) -> Iterator[Hold]:
    memory = network.kind.memory
    gates = [signal.key for signal in network.kind.signals if signal.palette == "gate"]
    for place, mean in memory_means.items():
        yield Hold(place, "zero", memory, 0.0)
        yield Hold(place, "mean", memory, mean)
        for gate in gates:
            yield Hold(place, "shut", gate, 0.0)
            yield Hold(place, "open", gate, 1.0)


def measure_holds(
    network: Network, weights: Arrays, sequences: Sequence[str], holds: Iterable[Hold]
) -> Iterator[dict[str, Any]]:
    """Hold one signal of one neuron, and measure the loss and the right answers on `sequences`."""
    reads, following, is_step = network.task.vocabulary.encode(sequences)
    determined = np.zeros(reads.shape, bool)
    for row, sequence in enumerate(sequences):
        determined[row, : len(sequence) + 1] = network.task.determined(sequence)
    baseline = _results(network, read_logits(network, weights, reads), following, is_step, determined)
    waiting = list(holds)
    at_once = max(1, ROWS_AT_ONCE // len(sequences))
    for first in range(0, len(waiting), at_once):
        batch = waiting[first : first + at_once]
        logits = read_logits(network, weights, np.tile(reads, (len(batch), 1)), _holding(batch, len(sequences)))
        for hold, part in zip(batch, np.split(logits, len(batch)), strict=True):
            for measure, value in _results(network, part, following, is_step, determined).items():
                held = _Row(hold.place, hold.name, hold.signal)
                yield held.of(hold.value, "", measure, value, baseline[measure], len(sequences))


def _holding(holds: Sequence[Hold], rows_each: int) -> Change:
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
    """Return the loss in nats a token, the share of sequences right, and the share right at each position of answers.

    Answers that differ in length have no positions.
    """
    shifted = logits - logits.max(axis=2, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=2))
    chosen = np.take_along_axis(shifted, following[:, :, None], axis=2)[:, :, 0]
    is_right = logits.argmax(axis=2) == following
    results = {
        "loss": float((log_total - chosen)[is_step].mean()),
        "right": float((is_right | ~determined).all(axis=1).mean()),
    }
    delimiter = determined.argmax(axis=1)[0]
    for place in range(network.task.rule.answer_length):
        results[f"right_{place + 1}"] = float(is_right[:, delimiter + place].mean())
    return results


def measure_doses(
    network: Network, weights: Arrays, groups: Sequence[Group], *, dose: Dose
) -> Iterator[dict[str, Any]]:
    """Add to the cells of each group at the delimiter and let the network write on."""
    memory, delimiter, longest = network.kind.memory, network.task.rule.delimiter, dose.longest
    counts = np.arange(1, longest + 1)
    units = count_units(network, weights, dose)
    sizes = [int(n) for n in counts if n + DOSES[0] >= 1 and n + DOSES[-1] <= longest] or [longest]
    doses = np.repeat(DOSES, len(sizes))
    baselines = np.tile(sizes, len(DOSES))
    each = len(doses)  # rows of one group
    at = max(sizes) + 1  # `write_on` reads the last token of every prompt at this step

    def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:
        if signal == memory and step == at:
            for number, group in enumerate(groups):
                for of_layer, neuron in group.places:
                    if of_layer == layer:
                        values[number * each : (number + 1) * each, neuron - 1] += doses * units[layer - 1][neuron - 1]
        return values

    prompts = [dose.counted * n + delimiter for n in baselines] * len(groups)
    texts, _, _ = write_on(network, weights, prompts, at_most=2 * longest + 10, change=change)
    written = np.array([len(text) - len(text.lstrip(dose.written)) for text in texts]).reshape(len(groups), each)
    for group, of_group in zip(groups, written, strict=True):
        row = _Row(group.listed, "add", memory)
        if group.listed != ALL:
            for added, n, count in zip(doses, baselines, of_group, strict=True):
                yield row.of(float(added), f"n={n}", "written", float(count), float(n), 1)
        slope = float(np.polyfit(doses, of_group - baselines, 1)[0])
        yield row.of(float("nan"), group.condition, "slope", slope, 0.0, each)


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


def measure_exchanges(
    network: Network, weights: Arrays, groups: Sequence[Group], *, twins: Twins
) -> Iterator[dict[str, Any]]:
    """Give each group of neurons, just before the delimiter, its memory in the twin sequence."""
    memory = network.kind.memory
    prompts = [prompt for pair in twins.pairs for prompt in pair]
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
    other = [network.task.rule.answer(prompts[twin]) for twin in twin_of]
    for number, group in enumerate(groups):
        of_group = texts[number * len(prompts) : (number + 1) * len(prompts)]
        turned = np.mean([text == answer for text, answer in zip(of_group, other, strict=True)])
        row = _Row(group.listed, "exchange", memory)
        yield row.of(float("nan"), group.condition, "turned", float(turned), 0.0, len(prompts))


@dataclass(frozen=True)
class _Row:
    """The beginning of a row: the neurons changed, and the change."""

    place: Place
    intervention: str
    signal: str

    def of(
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
