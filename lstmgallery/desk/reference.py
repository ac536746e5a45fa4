"""The networks in NumPy, float64 unless asked otherwise: the reference for checking traces, and the place to intervene.

Written from the equations, independently of the Keras cells, so that each can catch the other's mistakes. A `Reader`
reads many sequences in parallel, one step at a time; a `Change` can modify any signal on the way.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from lstmgallery.cells.reference import Arrays, SignalChange, Step, keep
from lstmgallery.cells.table import CellKind
from lstmgallery.network import Network
from lstmgallery.tasks.vocabulary import END, START

Precision = type[np.floating[Any]]
Change = Callable[[int, int, str, np.ndarray], np.ndarray]  # (layer, step, signal, values) -> values
SEQUENCES_AT_ONCE = 400  # read side by side: bounds the memory of what is not kept


def step_of(kind: CellKind) -> Step:
    """Return one step of a kind of cell."""
    step: Step = import_module(f"lstmgallery.cells.{kind.key}.reference").step
    return step


def layer_weights(weights: Arrays, layer: int, *, dtype: Precision = np.float64) -> dict[str, np.ndarray]:
    """Return one layer's weights in a precision, without the layer's name as a prefix."""
    prefix = f"layer_{layer}/"
    return {
        name.removeprefix(prefix): values.astype(dtype) for name, values in weights.items() if name.startswith(prefix)
    }


def one_hot(network: Network, tokens: Iterable[str]) -> np.ndarray:
    """Return (rows, vocabulary) float64 with a single 1 in each row."""
    vocabulary = network.task.vocabulary
    return np.eye(len(vocabulary))[vocabulary.numbers(tokens)]


class Reader:
    """A network reading `rows` sequences in parallel from a zero state, computing in `dtype`.

    After `read`, `signals[layer - 1][signal]` is (rows, units). `step` counts the steps read so far.
    """

    def __init__(
        self,
        network: Network,
        weights: Arrays,
        rows: int,
        change: Change | None = None,
        *,
        dtype: Precision = np.float64,
    ):
        self.network = network
        self.change = change
        self.step = 0
        self._step = step_of(network.kind)
        self.layers = [layer_weights(weights, layer, dtype=dtype) for layer in network.layer_numbers]
        self.readout = (weights["readout/kernel"].astype(dtype), weights["readout/bias"].astype(dtype))
        zero = {key: np.zeros((rows, network.units), dtype) for key in network.kind.state}
        self.signals: list[dict[str, np.ndarray]] = [zero for _ in self.layers]
        self._one_hot = np.eye(len(network.task.vocabulary), dtype=dtype)

    def read(self, tokens: np.ndarray) -> np.ndarray:
        """Read one token per row, given as indices (rows,); return the logits of the next, (rows, vocabulary)."""
        flow = self._one_hot[tokens]
        for layer, weights in enumerate(self.layers, start=1):
            change = keep if self.change is None else self._change_of(layer)
            self.signals[layer - 1] = self._step(flow, self.signals[layer - 1], weights, change)
            flow = self.signals[layer - 1]["hidden"]
        self.step += 1
        kernel, bias = self.readout
        logits: np.ndarray = flow @ kernel + bias
        return logits

    def _change_of(self, layer: int) -> SignalChange:
        change, step = self.change, self.step
        assert change is not None
        return lambda signal, values: change(layer, step, signal, values)


def read_logits(
    network: Network,
    weights: Arrays,
    reads: np.ndarray,
    change: Change | None = None,
    *,
    precision: Precision = np.float64,
) -> np.ndarray:
    """Read rows of tokens, (rows, time); return the logits of the next tokens, (rows, time, vocabulary)."""
    reader = Reader(network, weights, rows=len(reads), change=change, dtype=precision)
    return np.stack([reader.read(tokens) for tokens in reads.T], axis=1)


def read_step_logits(network: Network, weights: Arrays, sequences: Sequence[str]) -> np.ndarray:
    """Return the logits of the next tokens, (rows, vocabulary), rows as in a table of steps; in bounded memory."""
    found = []
    for first in range(0, len(sequences), SEQUENCES_AT_ONCE):
        reads, _, is_step = network.task.vocabulary.encode(sequences[first : first + SEQUENCES_AT_ONCE])
        found.append(read_logits(network, weights, reads)[is_step])
    return np.concatenate(found)


def read_signals(
    network: Network,
    weights: Arrays,
    sequences: Sequence[str],
    *,
    change: Change | None = None,
    precision: Precision = np.float64,
    dtype: Precision = np.float64,
) -> list[dict[str, np.ndarray]]:
    """Run a network over sequences; return each layer's signals, each (rows, units), rows as in a table of steps.

    They are computed in `precision` and kept in `dtype`.
    """
    steps = sum(map(len, sequences)) + len(sequences)
    found = [{key: np.empty((steps, network.units), dtype) for key in network.kind.keys} for _ in network.layer_numbers]
    row = 0
    for first in range(0, len(sequences), SEQUENCES_AT_ONCE):
        batch = sequences[first : first + SEQUENCES_AT_ONCE]
        reads, _, is_step = network.task.vocabulary.encode(batch)
        reader = Reader(network, weights, rows=len(batch), change=change, dtype=precision)
        starts = row + np.cumsum([0, *(len(sequence) + 1 for sequence in batch)])
        for at, tokens in enumerate(reads.T):
            reader.read(tokens)
            going = is_step[:, at]
            rows = starts[:-1][going] + at
            for of_layer, signals in zip(found, reader.signals, strict=True):
                for key, values in of_layer.items():
                    values[rows] = signals[key][going]
        row = int(starts[-1])
    return found


def write_on(
    network: Network, weights: Arrays, prompts: Sequence[str], *, at_most: int, change: Change | None = None
) -> tuple[list[str], np.ndarray, list[dict[str, np.ndarray]]]:
    """Let the network continue each prompt greedily until it writes the end token.

    All prompts end at the same step, the length of the longest: shorter ones wait in the zero state. Returns the texts
    written, whether each ended within `at_most` tokens, and each layer's signals at the last token of the prompt, each
    (rows, units).
    """
    vocabulary = network.task.vocabulary
    start, end = vocabulary.numbers([START, END])
    longest = max(map(len, prompts))
    reads = np.full((len(prompts), longest + 1), start)
    for row, prompt in enumerate(prompts):
        reads[row, longest - len(prompt) + 1 :] = vocabulary.numbers(prompt)
    waits = longest - np.array([len(prompt) for prompt in prompts])
    reader = Reader(network, weights, rows=len(prompts), change=change)
    logits = np.zeros((len(prompts), len(vocabulary)))
    for number, tokens in enumerate(reads.T):
        logits = reader.read(tokens)
        is_waiting = number < waits
        if is_waiting.any():
            for signals in reader.signals:
                for key in network.kind.state:
                    signals[key] = np.where(is_waiting[:, None], 0.0, signals[key])
    at_prompt_end = [dict(signals) for signals in reader.signals]
    written: list[list[str]] = [[] for _ in prompts]
    is_going = np.ones(len(prompts), bool)
    for _ in range(at_most):
        choice = logits.argmax(axis=1)
        is_going &= choice != end
        if not is_going.any():
            break
        for row in np.flatnonzero(is_going).tolist():
            written[row].append(vocabulary[choice[row]])
        logits = reader.read(choice)
    return ["".join(tokens) for tokens in written], ~is_going, at_prompt_end
