"""The size of one count: the amount one more counted token adds, at the delimiter, to each neuron's memory."""

import numpy as np

from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.reference import write_on
from lstmgallery.network import Network
from lstmgallery.tasks.facets import Dose


def count_units(network: Network, weights: Arrays, dose: Dose) -> list[np.ndarray]:
    """Return for each layer, (neurons,), the slope of the memory at the delimiter over the counts in training."""
    counts = np.arange(1, dose.longest + 1)
    prompts = [dose.counted * n + network.task.rule.delimiter for n in counts]
    _, _, at_delimiter = write_on(network, weights, prompts, at_most=0)
    return [np.polyfit(counts, signals[network.kind.memory], 1)[0] for signals in at_delimiter]
