"""The output for each count added to a cell."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from lstmgallery.desk.results import Results
from lstmgallery.desk.rows import Effect
from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import neuron_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio, name_of
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table, around
from lstmgallery.press.marks.strips import brief_tick
from lstmgallery.press.marks.text import number
from lstmgallery.tasks.facets import Dose


class DoseBlock(Block):
    """More b's for each count added to a cell."""

    kind: Literal["dose-response"]
    neuron: str

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        subject = checker.subject(document, (*path, "neuron"), self.neuron, is_neuron=True)
        if subject and subject.network.task.dose is None:
            checker.unfit(document, (*path, "neuron"), subject.network, Dose.needed)

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        subject = subjects[self.neuron]
        network = subject.network
        layer, neuron = studio.place_of(subject)
        results = studio.results_of(subject)
        plot = dose_plot(results, layer, neuron)
        assert plot is not None
        path = neuron_path(network.name, layer, neuron)
        data = results.interventions
        is_it = (data["layer"] == layer) & (data["neuron"] == neuron) & (data["intervention"] == "add")
        return Drawing.of(Part(name_of(network, layer, neuron), path, plot, plot.summary, plot.table), data=data[is_it])


def dose_plot(results: Results, layer: int, neuron: int) -> Plot | None:
    """Return the dose-response line of a counting network's neuron; None for other tasks."""
    done = results.interventions_on(layer, neuron)
    dose = results.network.task.dose
    if dose is None:
        return None
    slope = next(row.value for row in done if row.measure == "slope")
    rows = [row for row in done if row.measure == "written"]
    return plot_doses(rows, dose, slope=slope, name=f"neuron {neuron}")


def plot_doses(rows: Sequence[Effect], dose: Dose, *, slope: float, name: str) -> Plot:
    """Plot the number of additional tokens written against the counts added to a cell."""
    read_name, written_name = f"{dose.counted}’s", f"{dose.written}’s"
    amounts, more = [row.amount for row in rows], [row.value - row.baseline for row in rows]
    ends = around([*amounts, *more, -3.0, 3.0])
    frame = Frame((min(amounts) - 0.4, max(amounts) + 0.4), ends)
    ideal = Series("line", "faint", frame.points((-3, 3), (-3, 3)))
    counts = Counter(zip(amounts, more, strict=True))
    dots = tuple(
        frame.point(x, y, f"{brief_tick(x)} added, {brief_tick(y)} more {written_name}, {n} times")
        for (x, y), n in sorted(counts.items())
    )
    fit = Series("line", "main", frame.points((-3, 3), (-3 * slope, 3 * slope)))
    summary = f"Each count added to {name} yields {number(slope, 2)} more {written_name}."
    cells = tuple(
        (row.condition, brief_tick(row.amount), brief_tick(row.baseline), brief_tick(row.value)) for row in rows
    )
    return frame.plot(
        ideal,
        fit,
        Series("dots", "main", dots, radius=4.5),
        x_name="counts added at the delimiter",
        summary=summary,
        table=Table((read_name, "added", f"{written_name} without", f"{written_name} with"), cells),
    )
