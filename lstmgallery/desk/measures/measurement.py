"""The result of a measure: a value, its kind, and its data."""

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from lstmgallery.desk.measures.condition import Condition

ValueKind = Literal["number", "share", "count", "size"]


@dataclass(frozen=True)
class Measurement:
    """A measured value: `value` is None if nothing could be measured, and `reason` says why.

    `n` is the sample size, in `unit`s. `data` holds exactly those values, one per row. `kind` is the kind of value: a
    plain number, a share of 1, a whole count, or a tried size (`FURTHEST` + 1 means any larger one).
    """

    value: float | None
    n: int = 0
    unit: str = "step"
    kind: ValueKind = "number"
    reason: str = ""
    data: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False)


def nothing_passes(condition: Condition, unit: str = "step") -> Measurement:
    """Return an empty measurement because no `unit` (a step or a size) satisfies a condition."""
    reason = f"no measured {unit} satisfies {condition.text}" if condition.text else f"no {unit}s"
    return Measurement(None, reason=reason)
