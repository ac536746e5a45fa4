"""The unit in which a network's loss is given: nats a token, of real text bits a character, as its corpus is.

Tables of results hold nats throughout.
"""

import math
from dataclasses import dataclass

from lstmgallery.network import Network


@dataclass(frozen=True)
class LossUnit:
    """A unit of loss: its name, and its size in nats a token."""

    words: str
    nats: float

    def of(self, loss: float) -> float:
        """Return a loss in nats a token in this unit."""
        return loss / self.nats


NATS = LossUnit("nats per token", 1.0)
BITS = LossUnit("bits per character", math.log(2))  # every token of real text is a character, or the end


def loss_unit(network: Network) -> LossUnit:
    """Return the unit in which the loss of a network is given."""
    return BITS if network.task.text else NATS
