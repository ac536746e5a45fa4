"""A neuron's quantities at every step: `cell`, `abs(cell)`, or `change(cell)`, its difference from the step before.

`read_values` gives the values of a quantity as a table: most measures are computed from one, and publish it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.condition import Condition
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Network, Place


@dataclass(frozen=True)
class Quantity:
    """A signal, its absolute value (`abs`) or its change from the step before (`change`)."""

    signal: str
    wrappers: tuple[str, ...] = ()  # from the inside out

    @property
    def text(self) -> str:
        text = self.signal
        for wrapper in self.wrappers:
            text = f"{wrapper}({text})"
        return text

    def of(self, trained: MeasuredNetwork, place: Place) -> np.ndarray:
        """Return one neuron's values at every held-out step."""
        layer, neuron = place
        values = trained.layers[layer - 1][self.signal][:, neuron - 1].astype(np.float64)
        for wrapper in self.wrappers:
            if wrapper == "abs":
                values = np.abs(values)
            else:
                before = np.where(trained.steps["step"].to_numpy() == 0, 0.0, np.roll(values, 1))
                values = values - before
        return values


def take_quantity(words: Words, network: Network) -> Quantity:
    """Take a quantity of a network's cells."""
    wrappers: list[str] = []
    while words.peek() in ("abs", "change"):
        wrappers.append(words.take().text)
        words.expect("(")
    signal = words.choose("a signal", network.kind.keys)
    for _ in wrappers:
        words.expect(")")
    return Quantity(signal, tuple(reversed(wrappers)))


def read_values(
    trained: MeasuredNetwork, places: tuple[Place, ...], quantity: Quantity, condition: Condition, *columns: str
) -> pd.DataFrame:
    """Return a row for each neuron and step of a condition: the place, the token, the value, and more `columns`."""
    chosen = condition.of(trained.steps)
    steps = trained.steps.loc[chosen, list(dict.fromkeys(["sequence", "step", "token", *columns]))]
    parts = []
    for layer, neuron in places:
        values = {quantity.text: quantity.of(trained, (layer, neuron))[chosen]}
        parts.append(steps.assign(layer=layer, neuron=neuron, **values))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
