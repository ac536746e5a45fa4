"""Neurons that are set by hand, so that what they do is known beforehand: by their weights, or by their signals.

The counting network has weights. Neuron 1 counts: its cell gains a tenth for each a and loses a tenth for each b.
Neuron 2 remembers that the X has been read. Neuron 3 follows the input and is read by nobody.

Where signals are planted, they stand along steps of other tasks, which no network has read.
"""

import numpy as np
import pandas as pd

from lstmgallery import store
from lstmgallery.desk.scores import Neuron
from lstmgallery.network import Network, Training
from lstmgallery.tasks import AnyTask
from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting

OPEN = 20.0  # a gate with this bias is open to nine digits


def counting_network() -> Network:
    """Return the network that the weights below belong to."""
    return Network(
        name="planted",
        title="Planted",
        summary="Counts by design.",
        task=Counting(kind="counting", longest=10),
        cell="lstm",
        layers=1,
        units=3,
        training=Training(),
        figures=("aaXbb",),
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


def network_of(task: AnyTask) -> Network:
    """Return a network of another task."""
    return counting_network().model_copy(update={"task": task})


def picky_network() -> Network:
    """Return a network whose task has sequences enough to score against."""
    return network_of(SelectiveCounting(kind="selective-counting", longest=10, most_ignored=5))


def sample_steps(network: Network, *, sequences: int = 200, seed: int = 7) -> pd.DataFrame:
    """Return the steps of random sequences with their ground truth."""
    random = np.random.default_rng(seed)
    return store.step_truths(network, [network.task.sample(random) for _ in range(sequences)])


def plant(*signals: np.ndarray | pd.Series) -> list[Neuron]:
    """Return a neuron for each of some cell states, numbered from 1; each is far finer than signals are read."""
    return [(1, at, {"cell": 10 * np.asarray(values, np.float64)}) for at, values in enumerate(signals, start=1)]


def noise(steps: pd.DataFrame, seed: int) -> np.ndarray:
    """Return a signal that knows nothing, normally distributed."""
    return np.random.default_rng([seed, 8]).normal(size=len(steps))


def know_nothing(steps: pd.DataFrame, *, networks: int = 5) -> list[list[Neuron]]:
    """Return the neurons of several networks, to stand for untrained ones, that know nothing of the task."""
    return [plant(*(noise(steps, 100 * number + at) for at in range(4))) for number in range(1, networks + 1)]


def read_flag(steps: pd.DataFrame, column: str, value: str) -> np.ndarray:
    """Return 1 where a column has a value, else 0, (rows,) float64."""
    flag: np.ndarray = (steps[column] == value).to_numpy(np.float64)
    return flag
