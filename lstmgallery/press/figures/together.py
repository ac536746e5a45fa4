"""The effect of changing the best 1, 2, 3, ... neurons at once."""

from collections.abc import Mapping, Sequence
from typing import Literal

from lstmgallery.desk.experiments import EXPERIMENT_NEEDED, experiments_of
from lstmgallery.desk.experiments.experiment import neurons_needed
from lstmgallery.desk.results import Results
from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import network_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table, around
from lstmgallery.press.marks.text import number


class TogetherBlock(Block):
    """The effect of changing the best 1, 2, 3, ... neurons at once."""

    kind: Literal["together"]
    network: str

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        place = (*path, "network")
        subject = checker.subject(document, place, self.network, is_neuron=False)
        if subject and not experiments_of(subject.network.task):
            checker.unfit(document, place, subject.network, EXPERIMENT_NEEDED)

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        results = studio.results_of(subjects[self.network])
        plot = groups_plot(results)
        assert plot is not None
        data = results.interventions
        part = Part(results.network.title, network_path(results.network.name), plot, plot.summary, plot.table)
        return Drawing.of(part, data=data[data["layer"] == 0])


def groups_plot(results: Results) -> Plot | None:
    """Return a plot of changing the best 1, 2, 3, ... neurons at once; None for tasks without such an experiment."""
    experiments = experiments_of(results.network.task)
    if not experiments:
        return None
    experiment = experiments[0]
    values = [row.value for row in results.interventions_on(0, 0) if row.measure == experiment.result]
    summary = f"Even with all neurons changed at once, it does not hold that {experiment.outcome}."
    if enough := neurons_needed(values):
        who = "one neuron alone" if enough == 1 else f"{enough} neurons at once"
        summary = f"Change {who}, and {experiment.outcome}."
    return plot_groups(values, summary=summary, measure=experiment.unit)


def plot_groups(values: Sequence[float], *, summary: str, measure: str) -> Plot:
    """Plot the effect of changing the best 1, 2, 3, ... neurons at once."""
    sizes = list(range(1, len(values) + 1))
    frame = Frame((1, max(len(values), 2)), around([*values, 0.0, 1.0]))
    full = Series("line", "faint", frame.points((1, len(values)), (1, 1)))
    line = Series("line", "main", frame.points(sizes, values))
    dots = Series("dots", "main", frame.points(sizes, values))
    table = Table(
        ("neurons changed", measure), tuple((str(k), number(v, 2)) for k, v in zip(sizes, values, strict=True))
    )
    return frame.plot(full, line, dots, x_name="neurons changed at once", summary=summary, table=table)
