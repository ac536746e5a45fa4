"""Generalisation beyond the training range: the network writes on, greedily, for every size.

Takes a network and its weights, gives one row per size and variant: the expected text, the written text, whether it is
right, and the memory of one neuron at the delimiter, which explains why.
"""

import pandas as pd

from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.reference import write_on
from lstmgallery.network import Network

FURTHEST = 100  # sizes tried, far beyond three times the training range of the shipped networks
ATTEMPT = ["size", "variant", "prompt", "expected", "written", "right"]  # the columns a claim publishes
SPARE = 10  # surplus tokens a network may write before it is stopped


def find_frontier(
    network: Network, weights: Arrays, *, layer: int, neuron: int, trained_only: bool = False
) -> pd.DataFrame:
    """Return the frontier of a network, with the memory of (layer, neuron) at the delimiter.

    `trained_only` leaves out the variants absent from training.

    Columns: size, variant, is_trained (whether training had that variant), prompt, expected, written, ended, right,
    memory. Empty if the task has a single size.
    """
    every = (each for size in range(1, FURTHEST + 1) for each in network.task.stretched(size))
    found = [each for each in every if each.is_trained or not trained_only]
    columns = ["size", "variant", "is_trained", "prompt", "expected", "written", "ended", "right", "memory"]
    if not found:
        return pd.DataFrame(columns=columns)
    prompts = [each.prompt for each in found]
    expected = [each.answer for each in found]
    written, ended, signals = write_on(network, weights, prompts, at_most=max(map(len, expected)) + SPARE)
    table = pd.DataFrame(
        {
            "size": [each.size for each in found],
            "variant": [each.variant for each in found],
            "is_trained": [each.is_trained for each in found],
            "prompt": prompts,
            "expected": expected,
            "written": written,
            "ended": ended,
            "memory": signals[layer - 1][network.kind.memory][:, neuron - 1],
        }
    )
    table["right"] = (table["written"] == table["expected"]) & table["ended"]
    return table[columns]


def first_failure(frontier: pd.DataFrame) -> int | None:
    """Return the smallest size at which a variant seen in training is wrong, or None if there is none."""
    wrong = frontier.loc[~frontier["right"].astype(bool) & frontier["is_trained"].astype(bool), "size"]
    return None if wrong.empty else int(wrong.min())
