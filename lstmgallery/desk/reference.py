"""The networks in NumPy, float64: the reference for checking traces, and the place to intervene.

Written from the equations, independently of the Keras cells, so that each can catch the other's mistakes. A `Reader`
reads many sequences in parallel, one step at a time; a `Change` can modify any signal on the way.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

import numpy as np

from lstmgallery.cells.reference import Arrays, SignalChange, Step, keep
from lstmgallery.cells.table import CellKind
from lstmgallery.network import Network
from lstmgallery.tasks.vocabulary import END, START

Change = Callable[[int, int, str, np.ndarray], np.ndarray]  # (layer, step, signal, values) -> values


def step_of(kind: CellKind) -> Step:
    """Return one step of a kind of cell."""
    step: Step = import_module(f"lstmgallery.cells.{kind.key}.reference").step
    return step


def layer_weights(weights: Arrays, layer: int) -> dict[str, np.ndarray]:
    """Return one layer's weights in float64, without the layer's name as a prefix."""
    prefix = f"layer_{layer}/"
    return {
        name.removeprefix(prefix): values.astype(np.float64)
        for name, values in weights.items()
        if name.startswith(prefix)
    }


def one_hot(network: Network, tokens: Iterable[str]) -> np.ndarray:
    """Return (rows, vocabulary) float64 with a single 1 in each row."""
    vocabulary = network.task.vocabulary
    return np.eye(len(vocabulary))[vocabulary.numbers(tokens)]


class Reader:
    """A network reading `rows` sequences in parallel from a zero state.

    After `read`, `signals[layer - 1][signal]` is (rows, units). `step` counts the steps read so far.
    """

    def __init__(self, network: Network, weights: Arrays, rows: int, change: Change | None = None):
        self.network = network
        self.change = change
        self.step = 0
        self._step = step_of(network.kind)
        self.layers = [layer_weights(weights, layer) for layer in network.layer_numbers]
        self.readout = (weights["readout/kernel"].astype(np.float64), weights["readout/bias"].astype(np.float64))
        zero = {key: np.zeros((rows, network.units)) for key in network.kind.state}
        self.signals: list[dict[str, np.ndarray]] = [zero for _ in self.layers]
        self._one_hot = np.eye(len(network.task.vocabulary))

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


def read_logits(network: Network, weights: Arrays, reads: np.ndarray, change: Change | None = None) -> np.ndarray:
    """Read rows of tokens, (rows, time); return the logits of the next tokens, (rows, time, vocabulary)."""
    reader = Reader(network, weights, rows=len(reads), change=change)
    return np.stack([reader.read(tokens) for tokens in reads.T], axis=1)


def read_signals(
    network: Network, weights: Arrays, sequences: Sequence[str], *, change: Change | None = None
) -> list[dict[str, np.ndarray]]:
    """Run a network over sequences; return each layer's signals, each (rows, units), rows as in a table of steps."""
    reads, _, is_step = network.task.vocabulary.encode(sequences)
    reader = Reader(network, weights, rows=len(sequences), change=change)
    steps = []
    for tokens in reads.T:
        reader.read(tokens)
        steps.append(list(reader.signals))
    return [
        {key: np.stack([step[layer][key] for step in steps], axis=1)[is_step] for key in network.kind.keys}
        for layer in range(network.layers)
    ]


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
