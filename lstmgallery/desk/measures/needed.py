"""`neurons needed`: the number of best neurons to change at once."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import pandas as pd

from lstmgallery.desk.experiments import EXPERIMENT_NEEDED, experiments_of
from lstmgallery.desk.experiments.experiment import ENOUGH
from lstmgallery.desk.grammar import Words
from lstmgallery.desk.measures.measure import Measure
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.measures.requirements import require
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Place


@dataclass(frozen=True)
class Needed(Measure):
    """The smallest number of best neurons to change at once for the full effect."""

    begins: ClassVar[tuple[str, ...]] = ("neurons",)
    has_control: ClassVar[bool] = False

    @classmethod
    def from_line(cls, words: Words, subject: Subject) -> Self:
        network, at = subject.network, words.at
        words.take()
        words.expect("needed")
        require(experiments_of(network.task), network, EXPERIMENT_NEEDED, at=at)
        return cls()

    def take(self, trained: MeasuredNetwork, places: tuple[Place, ...]) -> Measurement:  # noqa: ARG002
        experiment, *_ = experiments_of(trained.network.task)
        ranked = trained.best_for_task()
        rows: list[dict[str, Any]] = []
        for size in range(1, len(ranked) + 1):
            table = trained.changed(tuple(ranked[:size]))
            row = table[table["measure"] == experiment.result].iloc[0]
            rows.append({"neurons": size, str(row["measure"]): float(row["value"]), "sequences": int(row["sequences"])})
            if row["value"] >= ENOUGH:  # stop here: every larger group takes a run of its own
                data = pd.DataFrame(rows)
                return Measurement(float(size), rows[0]["sequences"], "sequence", "count", data=data)
        data = pd.DataFrame(rows)
        reason = "changing all neurons at once is not enough"
        return Measurement(None, rows[0]["sequences"], "sequence", reason=reason, data=data)
