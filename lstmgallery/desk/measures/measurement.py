"""What a measure gives: a value, how it is to be read, and what it was measured on."""

from dataclasses import dataclass, field

import pandas as pd

from lstmgallery.desk.measures.condition import Condition


@dataclass(frozen=True)
class Measurement:
    """What was found: `value` is None where nothing could be measured, and `reason` says why.

    `n` counts what it was measured on, in `unit`s. `data` holds exactly those values, a row each. `kind` says how the
    value is to be read: a plain number, a share of 1, a whole count, or a size that was tried (one beyond `FURTHEST`
    stands for any larger one).
    """

    value: float | None
    n: int = 0
    unit: str = "step"
    kind: str = "number"
    reason: str = ""
    data: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False)


def nothing_passes(condition: Condition) -> Measurement:
    """Return that there is nothing to measure under a condition."""
    return Measurement(None, reason=f"nothing that was measured has {condition.text}" if condition.text else "no steps")
