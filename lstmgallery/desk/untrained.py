"""Networks of the same shape that were never trained, as many as it takes to see what no training brings.

Initial weights are drawn here, in NumPy, as Keras draws those that training begins with: kernels uniform within
±√(6 / (inputs + outputs)) (Glorot and Bengio 2010), recurrent kernels orthogonal (Saxe et al. 2014), biases as the
cell's table says. So they are the same wherever a gallery is built, and
drawing them needs no TensorFlow. Only forward passes are made.
"""

import numpy as np

from lstmgallery.cells.reference import Arrays
from lstmgallery.network import Network

UNTRAINED = 100  # of which the network before its own training is the first
ASKED = 40  # of these, the first, are asked what write-ups claim


def untrained_networks(network: Network, own: Arrays) -> list[Arrays]:
    """Return the weights of `UNTRAINED` networks: what training began with, `own`, and others drawn like it."""
    return [own, *(draw_weights(network, number) for number in range(1, UNTRAINED))]


def draw_weights(network: Network, number: int) -> dict[str, np.ndarray]:
    """Return initial weights under the names of `weights.npz`, float32; `number` tells one draw from another."""
    random = np.random.default_rng([network.seed, 5, number])
    weights = {}
    for name, shape in network.weight_shapes.items():
        if name.endswith("recurrent_kernel"):
            drawn = _orthogonal(random, shape)
        elif name.endswith("kernel"):
            drawn = random.uniform(-1, 1, shape) * np.sqrt(6 / sum(shape))
        else:
            is_readout = name == "readout/bias"
            drawn = np.zeros(shape) if is_readout else np.broadcast_to(network.kind.initial_bias(network.units), shape)
        weights[name] = drawn.astype(np.float32)
    return weights


def _orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return a matrix with orthonormal rows, uniform among all of them (the signs of R's diagonal taken out of Q)."""
    q, r = np.linalg.qr(random.normal(size=shape[::-1]))
    matrix: np.ndarray = (q * np.sign(np.diag(r))).T
    return matrix
