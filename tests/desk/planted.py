"""Planted neurons, whose function is known beforehand: set by their weights or by their signals.

The counting network has weights. Neuron 1 counts: its cell gains a tenth for each a and loses a tenth for each b.
Neuron 2 remembers that the X has been read. Neuron 3 follows the input and is read by nobody.

The deep counter counts in its second layer, with neuron 3.

The latch and the vote remember a letter. In the latch one neuron holds it, not the first one, and another passes it on
without holding it. In the vote four neurons hold it, and the answer is what more of them say, b where they are divided.

Where signals are planted, they stand along steps of other tasks, which no network has read.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lstmgallery.desk.rows import RoleRow
from lstmgallery.desk.scores import Neuron
from lstmgallery.network import Network, Training
from lstmgallery.tasks import AnyTask
from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting
from lstmgallery.tasks.languages.state_memory import StateMemory
from lstmgallery.tasks.truths import step_truths
from tests.audit.reading import HELD_OUT, Arrays, Files, read, truths
from tests.conftest import language_of, random_weights

OPEN = 20.0  # a gate with this bias is open to nine digits
END, FIRST, WAIT, ANSWER = 1, [2, 3], 4, [6, 7]  # numbers of the tokens <end>, A and B, x, a and b


def counting_network() -> Network:
    """Return the network of the weights below."""
    return Network(
        name="planted",
        title="Planted",
        summary="Counts by design.",
        task=Counting(kind="counting", longest=10),
        cell="lstm",
        layers=1,
        units=3,
        training=Training(),
        shown=("aaXbb",),
    )


def counting_weights() -> dict[str, np.ndarray]:
    """Return weights under the names of `weights.npz`; tokens are <start>, <end>, a, b, X; gates i f g o."""
    units, tokens = 3, 5
    kernel = np.zeros((tokens, 4 * units))
    candidate = slice(2 * units, 3 * units)
    a, b, x = 2, 3, 4
    kernel[a, candidate] = [np.arctanh(0.1), 0.0, 0.3]
    kernel[b, candidate] = [-np.arctanh(0.1), 0.0, -0.2]
    kernel[x, candidate] = [0.0, 5.0, 0.1]
    bias = np.zeros(4 * units)
    bias[:units] = bias[units : 2 * units] = bias[3 * units :] = OPEN
    readout = np.zeros((units, tokens))
    readout[0, [1, b]] = [-100.0, 100.0]  # few owed: the end; some owed: a b
    readout[1, [1, b]] = 50.0
    readout_bias = np.array([0.0, 5.0, 20.0, -5.0, 0.0])
    return {
        "layer_1/kernel": kernel,
        "layer_1/recurrent_kernel": np.zeros((units, 4 * units)),
        "layer_1/bias": bias,
        "readout/kernel": readout,
        "readout/bias": readout_bias,
    }


def deep_counting_network() -> Network:
    """Return the network of the deep counter's weights."""
    return counting_network().model_copy(update={"name": "deep", "layers": 2})


def deep_counting_weights() -> dict[str, np.ndarray]:
    """Return the weights of a counter of two layers.

    Layer 1: neuron 1 passes on the X, neuron 2 each a and b; neuron 3 counts the a's, and nobody reads it. Layer 2:
    neuron 1 does nothing, neuron 2 remembers that the X has been read, neuron 3 counts.
    """
    first, second = np.zeros((5, 3)), np.zeros((3, 3))
    first[4, 0] = 1.0
    first[[2, 3], 1] = 0.1, -0.1
    first[2, 2] = 0.3
    second[[0, 1], [1, 2]] = 5.0, 1.0
    weights = counting_weights()
    readout = weights["readout/kernel"][[2, 1, 0]]  # the counter is the last neuron here
    return _stack(_layer(first, keeps=(3,)), _layer(second, keeps=(2, 3)), readout=readout) | {
        "readout/bias": weights["readout/bias"]
    }


def latch_network() -> Network:
    """Return the network of the latch's weights."""
    task = StateMemory(kind="state-memory", longest_wait=5)
    return network_of(task).model_copy(update={"name": "latch", "layers": 2, "shown": ("AxYa",)})


def latch_weights() -> dict[str, np.ndarray]:
    """Return the weights of the latch, which always writes the letter and then the end.

    Layer 1: neuron 1 counts the x's, neuron 2 holds the letter, neuron 3 sees the answer. Layer 2 holds nothing:
    neuron 1 passes on the answer, neuron 2 the count, neuron 3 the letter.
    """
    first, second = np.zeros((8, 3)), np.zeros((3, 3))
    first[WAIT, 0] = 0.1
    first[FIRST, 1] = 0.5, -0.5
    first[ANSWER, 2] = 1.0
    second[[2, 0, 1], [0, 1, 2]] = 3.0
    readout = np.zeros((3, 8))
    readout[0, END] = 50.0  # louder than the letter
    readout[2, ANSWER] = 10.0, -10.0
    return _stack(_layer(first, keeps=(1, 2)), _layer(second), readout=readout)


def vote_network() -> Network:
    """Return the network of the vote's weights."""
    return latch_network().model_copy(update={"name": "vote", "units": 6})


VOTERS = (2, 3, 5, 6)


def vote_weights() -> dict[str, np.ndarray]:
    """Return the weights of the vote, which always writes the letter and then the end.

    Layer 1 holds nothing: neuron 1 passes on the letter at the step it is read, neuron 2 each x, neuron 4 the answer.
    Layer 2: neuron 1 counts the x's, neuron 4 passes on the answer, and the other four hold the letter, each with one
    vote. Of these, neuron 2 forgets it as soon as the answer is read, so the other three encode the letter better.
    """
    first, second, forget = np.zeros((8, 6)), np.zeros((6, 6)), np.zeros((6, 6))
    first[FIRST, 0] = 0.5, -0.5
    first[WAIT, 1] = 0.1
    first[ANSWER, 3] = 1.0
    second[0, [voter - 1 for voter in VOTERS]] = 1.0
    second[1, 0], second[3, 3] = 1.0, 3.0
    forget[3, 1] = -5 * OPEN
    readout = np.zeros((6, 8))
    readout[3, END] = 200.0
    for voter in VOTERS:
        readout[voter - 1, ANSWER] = 10.0, -10.0
    weights = _stack(_layer(first), _layer(second, keeps=(1, *VOTERS), forget=forget), readout=readout)
    weights["readout/bias"][ANSWER] = 0.0, 1.0
    return weights


def divided_weights(network: Network, *, seed: int) -> dict[str, np.ndarray]:
    """Return random weights of a network that answers a to one half of all prompts, and b to the other."""
    weights = random_weights(network, seed=seed)
    weights["readout/bias"][ANSWER] = 30.0, 30.0  # louder than all other tokens
    prompts = [sequence[:-1] for sequence in language_of(network).sequences()]
    reading = read(as_files(network, weights).model(), prompts)
    a, b = reading.at_end(reading.logits)[:, ANSWER].T
    weights["readout/bias"][ANSWER[1]] += np.median(a - b)
    return weights


TO_COPY = ("aaaXaaa", "baaXbaa", "cbaXcba", "cccXccc")  # an a comes first in one, second in two, third in three


def guessing_weights(network: Network, *, seed: int) -> dict[str, np.ndarray]:
    """Return random weights of a copying network that always writes one of the three letters."""
    weights = random_weights(network, seed=seed)
    weights["readout/kernel"] *= 3
    weights["readout/bias"][2:5] += 3.0
    return weights


def as_files(network: Network, weights: Arrays, sequences: Sequence[str] = ()) -> Files:
    """Return a network in the form read by the audit, with the held-out steps of `sequences` as the only table."""
    about = {"network": network.model_dump(), "vocabulary": network.task.vocabulary}
    steps = truths(network.task.kind, sequences).assign(split=HELD_OUT)
    return Files(about, weights, untrained={}, seeds={}, tables={"steps": steps})


def _layer(candidate: np.ndarray, *, keeps: Sequence[int] = (), forget: np.ndarray | None = None) -> list[np.ndarray]:
    """Return kernel, recurrent kernel and bias of a layer that ignores its own state.

    `candidate` is (inputs, units). The neurons of `keeps` add to their cells and never forget, unless the kernel
    `forget` shuts their forget gates; the others hold what they read for one step.
    """
    inputs, units = candidate.shape
    always = np.full(units, OPEN)
    kept = np.where(np.isin(np.arange(1, units + 1), keeps), OPEN, -OPEN)
    nothing = np.zeros((inputs, units))
    kernel = np.hstack([nothing, nothing if forget is None else forget, candidate, nothing])
    return [kernel, np.zeros((units, 4 * units)), np.concatenate([always, kept, np.zeros(units), always])]


def _stack(*layers: list[np.ndarray], readout: np.ndarray) -> dict[str, np.ndarray]:
    """Return layers and a readout without bias under the names of `weights.npz`."""
    names = ("kernel", "recurrent_kernel", "bias")
    weights = {
        f"layer_{number}/{name}": values
        for number, layer in enumerate(layers, start=1)
        for name, values in zip(names, layer, strict=True)
    }
    return weights | {"readout/kernel": readout, "readout/bias": np.zeros(readout.shape[1])}


def network_of(task: AnyTask) -> Network:
    """Return a network of another task."""
    return counting_network().model_copy(update={"task": task})


def picky_network() -> Network:
    """Return a network with enough sequences to score."""
    return network_of(SelectiveCounting(kind="selective-counting", longest=10, most_ignored=5))


def sample_steps(network: Network, *, sequences: int = 200, seed: int = 7) -> pd.DataFrame:
    """Return the steps of random sequences with their ground truth."""
    random = np.random.default_rng(seed)
    return step_truths(network.task, [language_of(network).sample(random) for _ in range(sequences)])


def plant(*signals: np.ndarray | pd.Series) -> list[Neuron]:
    """Return a neuron for each of some cell states, numbered from 1, with values finer than the scoring resolution."""
    return [(1, at, {"cell": 10 * np.asarray(values, np.float64)}) for at, values in enumerate(signals, start=1)]


def noise(steps: pd.DataFrame, seed: int) -> np.ndarray:
    """Return normally distributed noise as a signal."""
    return np.random.default_rng([seed, 8]).normal(size=len(steps))


def know_nothing(steps: pd.DataFrame, *, networks: int = 5) -> list[list[Neuron]]:
    """Return the neurons of several networks of noise, in place of untrained ones."""
    return [plant(*(noise(steps, 100 * number + at) for at in range(4))) for number in range(1, networks + 1)]


def read_flag(steps: pd.DataFrame, column: str, value: str) -> np.ndarray:
    """Return 1 where a column has a value, else 0, (rows,) float64."""
    flag: np.ndarray = (steps[column] == value).to_numpy(np.float64)
    return flag


def role_row() -> RoleRow:
    """Return a row of the table of roles: a cell state that counts the b's still owed."""
    missing = float("nan")
    return RoleRow(
        layer=1, neuron=1, signal="cell", feature="remaining", phase="all", measure="r2", score=0.99,
        first_half=0.99, second_half=0.99, direction=1, low=0.985, high=0.994, precision=missing, recall=missing,
        separates=False, null_mean=0.1, null_p99=0.3, p=0.0005, untrained_median=0.2, untrained_p95=0.4,
        untrained_max=0.5, by_step=0.2, by_delimiter=0.4, by_token=0.3, by_token_before=0.1, steps=1_200,
        positives=missing, same_as="[]", standing="role",
    )  # fmt: skip
