"""A network's performance beyond its training range."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from lstmgallery.desk.experiments.frontier import FURTHEST, first_failure
from lstmgallery.desk.results import Results
from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import network_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.marks.palette import shades
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table, around
from lstmgallery.press.marks.right import RightBySize, RightRow
from lstmgallery.press.marks.text import brief, number
from lstmgallery.tasks.facets import Dose, Sizes


class FrontierBlock(Block):
    """A network's frontier: where it is right, its best neuron's memory there, or the text it writes."""

    kind: Literal["frontier"]
    network: str
    show: Literal["right", "memory", "written"] = "right"

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        place = (*path, "network")
        if subject := checker.subject(document, place, self.network, is_neuron=False):
            if subject.network.task.sizes is None:
                checker.unfit(document, place, subject.network, Sizes.needed)
            elif self.show == "written" and subject.network.task.dose is None:
                checker.unfit(document, place, subject.network, Dose.needed)

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        results = studio.results_of(subjects[self.network])
        network = results.network
        found = frontier(results)
        assert found is not None
        columns = ["size", "variant", "prompt", "expected", "written", "right"]
        path = network_path(network.name)
        if self.show == "right":
            part = Part(network.title, path, RightBySize(found.rows, found.sentence), found.sentence, found.right_table)
        else:
            plot = found.memory if self.show == "memory" else found.written
            assert plot is not None
            part = Part(network.title, path, plot, plot.summary, plot.table)
            columns.append("memory")
        return Drawing.of(part, data=results.frontier[columns])


@dataclass(frozen=True)
class Frontier:
    """A network's frontier: where it is right beyond training, and its best neuron's memory, which explains why."""

    sentence: str
    rows: tuple[RightRow, ...]
    right_table: Table
    memory: Plot
    written: Plot | None
    layer: int
    neuron: int
    trained: int
    shown: str  # the sequences shown in the plots, if not all


def frontier(results: Results) -> Frontier | None:
    """Return the frontier of a network; None if its task has a single size."""
    table, task = results.frontier, results.network.task
    sizes = task.sizes
    if sizes is None:
        return None
    layer, neuron = results.best
    failure = first_failure(table)
    if failure is None:
        sentence = f"Trained on 1 to {sizes.longest} {sizes.name}, it is right at every size tested, up to {FURTHEST}."
    else:
        wrong = table[~table["right"] & table["is_trained"] & (table["size"] == failure)].iloc[0]
        variant = f" ({sizes.variants}: {wrong['variant']})" if wrong["variant"] else ""
        end = "" if wrong["ended"] else " and does not stop"
        sentence = (
            f"Trained on 1 to {sizes.longest} {sizes.name}, it first fails at {failure}{variant}: "
            f"it should write {_shortened(wrong['expected'])} but writes {_shortened(wrong['written'])}{end}."
        )
    shown = table if sizes.plain is None else table[table["variant"] == sizes.plain]
    memory = results.network.kind[results.network.kind.memory]
    rows = draw_right(table)
    return Frontier(
        sentence=sentence,
        rows=rows,
        right_table=Table(
            (sizes.variants or "sequence", f"{sizes.name} it gets right"),
            tuple((row.variant or task.form.partition(",")[0], row.sizes_right) for row in rows),
        ),
        memory=plot_memory(
            shown.drop_duplicates(["size", "variant"]),
            trained=sizes.longest,
            name=f"{memory.name} of neuron {neuron}",
            size_name=sizes.name,
            variant_name=sizes.variants,
        ),
        written=plot_written(shown, task.dose) if task.dose else None,
        layer=layer,
        neuron=neuron,
        trained=sizes.longest,
        shown=f"{sizes.plain_words} " if sizes.plain_words else "",
    )


def _shortened(text: str) -> str:
    """Return a text of one repeated letter as its count, any other unchanged, cut if it is long."""
    if len(text) > 3 and len(set(text)) == 1:
        return f"{len(text)} {text[0]}’s"
    if not text:
        return "nothing"
    return text if len(text) <= 24 else f"{text[:24]}… ({len(text)} tokens)"


def plot_memory(frontier: pd.DataFrame, *, trained: int, name: str, size_name: str, variant_name: str) -> Plot:
    """Plot one neuron's memory at the delimiter over the sizes tried, a line per variant; wrong ones stand out."""
    frame = Frame((1, int(frontier["size"].max())), around(frontier["memory"], has_zero=True), width=900, height=240)
    series = []
    for _, part in frontier.groupby("variant", sort=True):
        series.append(Series("line", "faint", frame.points(part["size"], part["memory"])))
        for is_right, style in ((True, "main"), (False, "wrong")):
            chosen = part[part["right"] == is_right]
            points = tuple(
                frame.point(row.size, row.memory, f"{row.size} {size_name}: {number(row.memory, 2)}")
                for row in chosen.itertuples()
            )
            series.append(Series("dots", style, points, radius=2.6))
    ends = frontier.sort_values("size").groupby("variant")["memory"]
    summary = "; ".join(
        f"{name} at the delimiter{f' ({variant_name}: {variant})' if variant else ''} goes "
        f"from {brief(values.iloc[0])} to {brief(values.iloc[-1])}"
        for variant, values in ends
    )
    rows = tuple(
        (str(size), variant or "–", number(memory, 2), "yes" if right else "no")
        for size, variant, memory, right in frontier[["size", "variant", "memory", "right"]].to_numpy()
    )
    return frame.plot(
        *series,
        x_name=f"{size_name} read",
        summary=summary + ".",
        table=Table((size_name, variant_name or "variant", name, "right"), rows),
        bands=(frame.band(1, trained),),
    )


def plot_written(frontier: pd.DataFrame, dose: Dose) -> Plot:
    """Plot the number of tokens written over the number read and counted."""
    read_name, written_name = f"{dose.counted}’s", f"{dose.written}’s"
    sizes = frontier["size"].tolist()
    written = [len(text) - len(text.lstrip(dose.written)) for text in frontier["written"]]
    frame = Frame((1, max(sizes)), around([*written, *sizes]), width=440, height=240)
    ideal = Series("line", "faint", frame.points((1, max(sizes)), (1, max(sizes))))
    right = frontier["right"].tolist()
    groups = {
        style: tuple(
            frame.point(n, m, f"{n} {read_name}, {m} {written_name}")
            for n, m, is_right in zip(sizes, written, right, strict=True)
            if is_right == wanted
        )
        for style, wanted in (("main", True), ("wrong", False))
    }
    wrong = [(n, m) for n, m, is_right in zip(sizes, written, right, strict=True) if not is_right]
    summary = f"Every count up to {max(sizes)} is right."
    if wrong:
        summary = (
            f"The first failure: {wrong[0][0]} {read_name}, {wrong[0][1]} {written_name}. "
            f"At {wrong[-1][0]} {read_name} it writes {wrong[-1][1]}."
        )
    rows = tuple((str(n), str(m), "yes" if r else "no") for n, m, r in zip(sizes, written, right, strict=True))
    return frame.plot(
        ideal,
        *(Series("dots", style, points, radius=2.6) for style, points in groups.items()),
        x_name=f"{read_name} read",
        summary=summary,
        table=Table((f"{read_name} read", f"{written_name} written", "right"), rows),
        bands=(frame.band(1, dose.longest),),
    )


def draw_right(frontier: pd.DataFrame) -> tuple[RightRow, ...]:
    """Draw where a network is right: a row for each variant, a column for each size."""
    shares = frontier.astype({"right": float}).pivot_table(index="variant", columns="size", values="right")
    order = sorted(shares.index, key=lambda variant: (len(variant), variant))
    rows = []
    for variant in order:
        values = shares.loc[variant]
        wrong = values[values < 1]
        summary = "right at every size" if wrong.empty else f"first wrong at {wrong.index[0]}"
        names = tuple(shades("gate", values.to_numpy(), low=0.0, high=1.0))
        rows.append(RightRow(variant, names, summary, _runs(values.index[values == 1].tolist())))
    return tuple(rows)


def _runs(sizes: Sequence[int]) -> str:
    """Return whole numbers as ranges: 1 to 13, 15, 17 to 19."""
    runs: list[list[int]] = []
    for size in sizes:
        if runs and size == runs[-1][-1] + 1:
            runs[-1].append(size)
        else:
            runs.append([size])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs) or "none"
