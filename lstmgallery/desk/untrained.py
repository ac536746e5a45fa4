"""Untrained networks of the same shape, as a control: what a network shows without training.

Initial weights are drawn in NumPy, with the distributions of Keras: kernels uniform within ±√(6 / (inputs + outputs))
(Glorot and Bengio 2010), recurrent kernels orthogonal (Saxe et al. 2014), biases by the cell's table. So they are the
same wherever a gallery is built, and drawing them needs no TensorFlow. They only run forwards.
"""

from collections.abc import Iterator

import numpy as np

from lstmgallery.cells.reference import Arrays
from lstmgallery.network import Network


def untrained_networks(network: Network, own: Arrays, count: int) -> Iterator[Arrays]:
    """Yield the weights of `count` networks: the initial weights `own`, and others drawn the same way."""
    yield own
    for number in range(1, count):
        yield draw_weights(network, number)


def draw_weights(network: Network, number: int) -> dict[str, np.ndarray]:
    """Return initial weights under the names of `weights.npz`, float32; `number` is the index of the draw."""
    random = np.random.default_rng([network.seed, 5, number])
    weights = {}
    for name, shape in network.weight_shapes.items():
        if name.endswith("recurrent_kernel"):
            drawn = _orthogonal(random, shape)
        elif name.endswith("kernel"):
            drawn = random.uniform(-1, 1, shape) * np.sqrt(6 / sum(shape))
        else:
            layer, _, own = name.partition("/")
            row = [0.0] if layer == "readout" else network.kind.initial_row(own, network.units)
            drawn = np.broadcast_to(row, shape)
        if name == "layer_1/kernel" and network.task.text:
            drawn = drawn * network.task.text.input_scale
        weights[name] = drawn.astype(np.float32)
    return weights


def _orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return a uniformly distributed matrix with orthonormal rows (Q, with the signs of R's diagonal taken out)."""
    q, r = np.linalg.qr(random.normal(size=shape[::-1]))
    matrix: np.ndarray = (q * np.sign(np.diag(r))).T
    return matrix
