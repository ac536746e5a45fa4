"""How much is measured: fewer shuffles, controls and interventions for networks that read much with many neurons.

The work of a scan grows with neurons times steps. A network of a language has some tens of thousands of these, a
network of text some millions.
"""

from dataclasses import dataclass

import numpy as np

from lstmgallery.desk.reference import Precision
from lstmgallery.network import Network

MUCH = 1_000_000  # neurons times held-out steps


@dataclass(frozen=True)
class Effort:
    """The effort of measuring a network.

    `shuffles`: of the null; at least 100, so that p can fall below `roles.ERROR_RATE`. `untrained`: untrained networks
    scanned, the network's own initial state included; `controls`: the first of these, on which claims are measured.
    `resamples`: of each interval. `held_steps`: steps on which neurons are held, None for all; `holds_gates`: whether
    gates are held too, besides memories; `precision`: of reading, float32 being three times as fast.
    """

    shuffles: int
    untrained: int
    controls: int
    resamples: int
    held_steps: int | None
    holds_gates: bool
    precision: Precision


FULL = Effort(
    shuffles=2_000,
    untrained=100,
    controls=40,
    resamples=1_000,
    held_steps=None,
    holds_gates=True,
    precision=np.float64,
)
LIGHT = Effort(
    shuffles=100,
    untrained=5,
    controls=5,
    resamples=300,
    held_steps=2_000,
    holds_gates=False,
    precision=np.float32,
)


def effort_for(network: Network) -> Effort:
    """Return the effort of measuring a network on its held-out sequences."""
    text = network.task.text
    return LIGHT if text and network.layers * network.units * text.measured_steps > MUCH else FULL
