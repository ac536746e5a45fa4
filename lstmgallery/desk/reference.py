"""The networks in NumPy, float64: the reference that traces are checked against, and the place to intervene.

Written from the equations and not from the Keras cells, so that each can catch the other's mistakes. A `Reader` reads
many sequences side by side, one step at a time; whatever it computes can be changed on the way by a `Change`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from lstmgallery.network import Network
from lstmgallery.tasks.vocabulary import encode

Signals = Mapping[str, np.ndarray]
Arrays = Mapping[str, np.ndarray]
SignalChange = Callable[[str, np.ndarray], np.ndarray]  # (signal, values) -> values
Change = Callable[[int, int, str, np.ndarray], np.ndarray]  # (layer, step, signal, values) -> values


def keep(_: str, values: np.ndarray) -> np.ndarray:
    """Change nothing."""
    return values


def lstm_step(x: np.ndarray, previous: Signals, weights: Arrays, change: SignalChange = keep) -> dict[str, np.ndarray]:
    """Return the six signals of one LSTM step, each changed by `change` before anything else reads it.

    x: (rows, inputs); previous: hidden and cell, each (rows, units); weights: kernel, recurrent_kernel and bias in
    Keras's gate order i f g o. Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000.
    """
    z = x @ weights["kernel"] + previous["hidden"] @ weights["recurrent_kernel"] + weights["bias"]
    i, f, g, o = np.split(z, 4, axis=-1)
    i, f = change("input_gate", sigmoid(i)), change("forget_gate", sigmoid(f))
    g, o = change("candidate", np.tanh(g)), change("output_gate", sigmoid(o))
    c = change("cell", f * previous["cell"] + i * g)
    h = change("hidden", o * np.tanh(c))
    return {"cell": c, "hidden": h, "candidate": g, "input_gate": i, "forget_gate": f, "output_gate": o}


def gru_step(x: np.ndarray, previous: Signals, weights: Arrays, change: SignalChange = keep) -> dict[str, np.ndarray]:
    """Return the four signals of one GRU step (Cho et al. 2014; Keras's gate order z r g, reset after the product)."""
    x_z, x_r, x_g = np.split(x @ weights["kernel"] + weights["bias"][0], 3, axis=-1)
    u_z, u_r, u_g = np.split(previous["hidden"] @ weights["recurrent_kernel"] + weights["bias"][1], 3, axis=-1)
    z, r = change("update_gate", sigmoid(x_z + u_z)), change("reset_gate", sigmoid(x_r + u_r))
    g = change("candidate", np.tanh(x_g + r * u_g))
    h = change("hidden", z * previous["hidden"] + (1 - z) * g)
    return {"hidden": h, "candidate": g, "update_gate": z, "reset_gate": r}


STEPS = {"lstm": lstm_step, "gru": gru_step}


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Return the logistic function, written so that no argument overflows."""
    value: np.ndarray = 0.5 * (1 + np.tanh(0.5 * z))
    return value


def layer_weights(weights: Arrays, layer: int) -> dict[str, np.ndarray]:
    """Return one layer's weights in float64, without the layer's name before theirs."""
    prefix = f"layer_{layer}/"
    return {
        name.removeprefix(prefix): values.astype(np.float64)
        for name, values in weights.items()
        if name.startswith(prefix)
    }


def one_hot(network: Network, tokens: Iterable[str]) -> np.ndarray:
    """Return (rows, vocabulary) float64 with a single 1 in each row."""
    index = {token: at for at, token in enumerate(network.task.vocabulary)}
    return np.eye(len(index))[[index[token] for token in tokens]]


class Reader:
    """A network reading `rows` sequences side by side from a zero state.

    After `read`, `signals[layer - 1][signal]` is (rows, units). `step` counts the steps read so far.
    """

    def __init__(self, network: Network, weights: Arrays, rows: int, change: Change | None = None):
        self.network = network
        self.change = change
        self.step = 0
        self.layers = [layer_weights(weights, layer) for layer in range(1, network.layers + 1)]
        self.readout = (weights["readout/kernel"].astype(np.float64), weights["readout/bias"].astype(np.float64))
        zero = {key: np.zeros((rows, network.units)) for key in network.kind.state}
        self.signals: list[dict[str, np.ndarray]] = [zero for _ in self.layers]
        self._one_hot = np.eye(len(network.task.vocabulary))

    def read(self, tokens: np.ndarray) -> np.ndarray:
        """Read one token in each row, given as numbers (rows,); return the logits of the next, (rows, vocabulary)."""
        flow = self._one_hot[tokens]
        for layer, weights in enumerate(self.layers, start=1):
            change = keep if self.change is None else self._change_of(layer)
            step = STEPS[self.network.cell]
            self.signals[layer - 1] = step(flow, self.signals[layer - 1], weights, change)
            flow = self.signals[layer - 1]["hidden"]
        self.step += 1
        kernel, bias = self.readout
        logits: np.ndarray = flow @ kernel + bias
        return logits

    def _change_of(self, layer: int) -> SignalChange:
        change, step = self.change, self.step
        assert change is not None
        return lambda signal, values: change(layer, step, signal, values)


def run_reference(network: Network, weights: Arrays, sequence: str) -> list[dict[str, np.ndarray]]:
    """Run the network freely along one sequence; return each layer's signals, each (steps, units)."""
    index = {token: at for at, token in enumerate(network.task.vocabulary)}
    reader = Reader(network, weights, rows=1)
    steps = []
    for token in (network.task.vocabulary[0], *sequence):
        reader.read(np.array([index[token]]))
        steps.append(list(reader.signals))
    return [
        {key: np.concatenate([step[layer][key] for step in steps]) for key in network.kind.keys}
        for layer in range(network.layers)
    ]


def read_logits(network: Network, weights: Arrays, reads: np.ndarray, change: Change | None = None) -> np.ndarray:
    """Read rows of tokens, (rows, time); return the logits of the next tokens, (rows, time, vocabulary)."""
    reader = Reader(network, weights, rows=len(reads), change=change)
    return np.stack([reader.read(tokens) for tokens in reads.T], axis=1)


def read_signals(network: Network, weights: Arrays, sequences: Sequence[str]) -> list[dict[str, np.ndarray]]:
    """Run a network over sequences; return each layer's signals, each (rows, units), rows as in a table of steps."""
    reads, _, is_step = encode(sequences, network.task.vocabulary)
    reader = Reader(network, weights, rows=len(sequences))
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
    """Let the network go on writing behind each prompt, always its first choice, until it writes the end token.

    Prompts are read so that all end at the same step, number `longest prompt`: shorter ones wait in the zero state.
    Returns what was written, whether it came to an end within `at_most` tokens, and each layer's signals at the last
    token of the prompt, each (rows, units).
    """
    vocabulary = network.task.vocabulary
    index = {token: at for at, token in enumerate(vocabulary)}
    longest = max(map(len, prompts))
    reads = np.zeros((len(prompts), longest + 1), int)  # token 0 is the start token
    for row, prompt in enumerate(prompts):
        reads[row, longest - len(prompt) + 1 :] = [index[token] for token in prompt]
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
        is_going &= choice != 1  # token 1 is the end token
        if not is_going.any():
            break
        for row in np.flatnonzero(is_going).tolist():
            written[row].append(vocabulary[choice[row]])
        logits = reader.read(choice)
    return ["".join(tokens) for tokens in written], ~is_going, at_prompt_end
