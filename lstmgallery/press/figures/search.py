"""A measure under each recipe of a saved search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from lstmgallery.desk.claims import parse_expectation
from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import network_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table, around, aside, plot_nothing
from lstmgallery.press.marks.text import brief, count, number
from lstmgallery.searches import Recipe


class SearchBlock(Block):
    """A measure under each recipe of a saved search."""

    kind: Literal["search"]
    network: str

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        place = (*path, "network")
        subject = checker.subject(document, place, self.network, is_neuron=False)
        if subject and subject.network.name not in checker.searched:
            name = subject.network.name
            message = f"expected a network with a saved search, found {name}"
            hint = f"create one: lstmgallery search {name} --vary ... --save"
            checker.problems.append(document.problem(place, message, hint=hint))

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        network = subjects[self.network].network
        search = studio.searches[network.name]
        bound = next(
            (parse_expectation(each.expect) for each in search.conditions if each.measure == search.best), None
        )
        rows = []
        numbers: list[dict[str, float | None]] = []
        for at, recipe in enumerate(search.recipes):
            values = tuple(value for value in search.values_of(search.best, recipe=at) if value is not None)
            passing = None if bound is None else sum(map(bound.is_met, values))
            name = recipe_words(recipe) or "as in the gallery"
            rows.append(RecipeRow(name, values, len(search.of_recipe(at)), passing))
            for trial in search.of_recipe(at):
                measured = dict(zip(search.measures, trial.values, strict=True))
                numbers.append({**recipe, "seed": trial.seed, "learned": trial.is_met, **measured})
        who, _, measure = search.best.partition(": ")
        words = f"{measure}, {who.removeprefix(network.name).strip()}".strip(", ")
        line = bound.bounds[0][1] if bound is not None and len(bound.bounds) == 1 else None
        plot = plot_search(rows, words=words, bound=line, expected="" if bound is None else str(bound))
        title = f"{network.title}, {count(len(search.trials), 'network')}, searched {search.date.isoformat()}"
        part = Part(title, network_path(network.name), plot, plot.summary, table=plot.table)
        return Drawing.of(part, data=pd.DataFrame(numbers))


def recipe_words(recipe: Recipe) -> str:
    """Return a recipe as a row's name: `units 8, most ignored 15`."""
    return ", ".join(f"{key.rpartition('.')[2].replace('_', ' ')} {value:,g}" for key, value in recipe.items())


@dataclass(frozen=True)
class RecipeRow:
    """One recipe of a search: its name, the values of the networks that learned the task, the number that did not."""

    name: str
    values: tuple[float, ...]
    trained: int
    passing: int | None  # the number that pass the bound, if there is one


def plot_search(rows: Sequence[RecipeRow], *, words: str, bound: float | None, expected: str) -> Plot:
    """Plot a measure under each recipe of a search: a row per recipe, a dot per network, a line at the median."""
    everything = [value for row in rows for value in row.values]
    if not everything:
        return plot_nothing("No network of this search learned the task.")
    ends = around([*everything, *([] if bound is None else [bound])], margin=0.04)
    label = max(len(row.name) for row in rows)
    left = min(300, 20 + round(6.3 * label))
    frame = Frame(ends, (len(rows) - 0.5, -0.5), width=760, height=58 + 30 * len(rows), left=left)
    series: list[Series] = []
    if bound is not None:
        series.append(Series("line", "faint", frame.points((bound, bound), frame.y)))
    for at, row in enumerate(rows):
        spread = aside(len(row.values), lanes=7, pitch=0.07)
        dots = tuple(
            frame.point(value, at + across, f"{row.name}: {number(value)}")
            for value, across in zip(sorted(row.values), spread, strict=True)
        )
        series.append(Series("dots", "main", dots, radius=3.6))
        if row.values:
            middle = float(np.median(row.values))
            series.append(Series("line", "own-line", frame.points((middle, middle), (at - 0.36, at + 0.36))))
    summary = "; ".join(
        f"{row.name}: " + (f"median {brief(float(np.median(row.values)))}" if row.values else "none learned the task")
        for row in rows
    )
    heads = ("recipe", "trained", "learned the task", "lowest", "median", "highest", expected)
    table_rows = []
    for row in rows:
        values = np.array(row.values, float)
        found = (values.min(), float(np.median(values)), values.max()) if len(values) else ()
        numbers = tuple(map(number, found)) or ("–",) * 3
        passing = () if row.passing is None else (f"{row.passing} of {row.trained}",)
        table_rows.append((row.name, str(row.trained), str(len(values)), *numbers, *passing))
    table = Table(heads if expected else heads[:-1], tuple(table_rows))
    plot = frame.plot(*series, x_name=words, summary=f"{words}, {summary}.", table=table)
    return replace(plot, y_ticks=tuple(frame.point(frame.x[0], at, row.name) for at, row in enumerate(rows)))
