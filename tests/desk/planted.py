"""A counting network whose weights are set by hand, so that what its neurons do is known beforehand.

Neuron 1 counts: its cell gains a tenth for each a and loses a tenth for each b. Neuron 2 remembers that the X has been
read. Neuron 3 follows the input and is read by nobody.
"""

import numpy as np

from lstmgallery.network import Network, Training
from lstmgallery.tasks.counting import Counting

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
