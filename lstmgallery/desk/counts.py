"""How much one count is: what one more a adds, at the delimiter, to each neuron's memory."""

import numpy as np

from lstmgallery.desk.reference import Arrays, write_on
from lstmgallery.network import Network


def count_units(network: Network, weights: Arrays, *, longest: int) -> list[np.ndarray]:
    """Return for each layer, (neurons,), the slope of the memory at the delimiter over 1 to `longest` a's."""
    counts = np.arange(1, longest + 1)
    _, _, at_delimiter = write_on(network, weights, ["a" * n + network.task.delimiter for n in counts], at_most=0)
    return [np.polyfit(counts, signals[network.kind.memory], 1)[0] for signals in at_delimiter]
