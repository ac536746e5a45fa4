"""A table of several networks of one task: whether they learned it, how fast, how far, and what was found in them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import pandas as pd

from lstmgallery.desk.findings import NetworkFinding
from lstmgallery.desk.subjects import Subject
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.figures.frontiers import spread_words
from lstmgallery.press.figures.trained import FAILURE, Trained, TrainedBlock, read_trained, shared_findings
from lstmgallery.press.marks.numbers import Numbers
from lstmgallery.press.marks.plots import Table
from lstmgallery.press.marks.text import number, plain


class TableBlock(TrainedBlock):
    """Networks of one task over seeds, a row for each network."""

    kind: Literal["table"]

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        networks = [subjects[text].network for text in self.networks]
        rows = read_trained(studio, networks)
        findings = [each for each in shared_findings(networks) if each.key != FAILURE]
        drawn = Numbers(tabulate_trained(rows, findings), f"Networks of the task {networks[0].task.form}")
        summary = "; ".join(f"{row[0]}: {', '.join(row[1:])}" for row in drawn.table.rows)
        tables = []
        for row in rows:
            own = {"seed": row.network.seed, "learned": row.learned, "steps": row.steps, **row.own}
            seeds = row.seeds if len(row.seeds) else pd.DataFrame([own])
            tables.append(seeds.astype(object).assign(network=row.network.name, source=row.source or "shown"))
        data = pd.concat(tables, ignore_index=True)
        columns = ["network", "source", *(name for name in data.columns if name not in ("network", "source"))]
        return Drawing.of(Part("", None, drawn, summary), data=data[columns])


def tabulate_trained(rows: Sequence[Trained], findings: Sequence[NetworkFinding]) -> Table:
    """Return the table: a network without other seeds has its own values, as those of one network."""
    asked = [head for each in findings for head in _heads(each)]
    heads = (
        "cell",
        "networks",
        "learned",
        "steps until right, median",
        "first failure, lowest",
        "median",
        "highest",
        *asked,
    )
    return Table(heads, tuple((row.name, *_cells(row, findings)) for row in rows))


def _heads(finding: NetworkFinding) -> Iterator[str]:
    if finding.expectation is not None:
        yield f"{finding.words}: {finding.expectation}"
    yield "median" if finding.expectation is not None else finding.words


def _cells(row: Trained, findings: Sequence[NetworkFinding]) -> Iterator[str]:
    has_seeds = len(row.seeds) > 0
    learned = row.seeds["learned"].dropna() if has_seeds else pd.Series([row.learned])
    steps = row.seeds["steps"].dropna() if has_seeds else pd.Series([row.steps]).dropna()
    total = max(1, len(row.seeds))
    yield str(total)
    yield f"{int(learned.sum())} of {len(learned)}" if len(learned) else "–"
    yield plain(round(float(steps.median()))) if len(steps) else "–"
    yield from spread_words(row.values(FAILURE))
    for finding in findings:
        values = row.values(finding.key)
        if finding.expectation is not None:
            yield f"{sum(map(finding.expectation.is_met, values))} of {total}"
        yield number(float(values.median()), 3) if len(values) else "–"
