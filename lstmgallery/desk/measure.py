"""Everything the desk finds out about one network, in one call: takes its traces and weights, gives tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lstmgallery.desk.equations import check_equations
from lstmgallery.desk.moments import finish, merge, moments_of
from lstmgallery.desk.reference import Signals
from lstmgallery.network import Network
from lstmgallery.store import HELD_OUT


@dataclass(frozen=True)
class Measured:
    """Tables of one network: `residuals` of the equation check, `moments` of every signal on held-out steps."""

    residuals: pd.DataFrame
    moments: pd.DataFrame


def measure(
    network: Network,
    *,
    weights: Mapping[str, np.ndarray],
    steps: pd.DataFrame,
    layers: Mapping[int, Signals],
) -> Measured:
    """Measure a network: `layers[layer][signal]` is (rows, units), rows in the order of `steps`."""
    is_held_out = (steps["split"] == HELD_OUT).to_numpy()
    parts = [
        moments_of({key: values[is_held_out] for key, values in signals.items()}, layer=layer)
        for layer, signals in layers.items()
    ]
    return Measured(
        residuals=check_equations(network, weights, steps, layers.__getitem__),
        moments=finish(merge(parts)),
    )
