"""A measure under each recipe of a saved search, or several measures under one recipe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
import pydantic

from lstmgallery.desk.claims import parse_expectation
from lstmgallery.desk.subjects import Subject
from lstmgallery.errors import nearest
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.network import Network
from lstmgallery.press.addresses import network_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.marks.plots import Frame, Plot, Series, Table, around, aside, plot_nothing
from lstmgallery.press.marks.strips import Point
from lstmgallery.press.marks.text import brief, count, number
from lstmgallery.searches import Recipe, Search

ROW_PX, HEAD_PX = 30, 15  # the height of a recipe, and of a line of the heads of columns
CHARACTER_PX, TICK_PX = 6.6, 7  # the width of a character beside the rows, and the way from there to the plane
GAP = 2  # characters between columns
KINDS_IN_WORDS = {"auc": "AUC", "r2": "R²"}


class SearchBlock(Block):
    """The deciding measure of a saved search under each recipe, or several measures in the networks of one recipe.

    `measures`: the names of rows, and what is measured, `best(remaining): r2 of cell with remaining`, as the record of
    the search writes it after the name of the network.
    """

    kind: Literal["search"]
    network: str
    measures: dict[str, str] | None = pydantic.Field(None, min_length=1)

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        place = (*path, "network")
        subject = checker.subject(document, place, self.network, is_neuron=False)
        if subject is None:
            return
        name = subject.network.name
        if name not in checker.searched:
            message = f"expected a network with a saved search, found {name}"
            hint = f"create one: lstmgallery search {name} --vary ... --save"
            checker.problems.append(document.problem(place, message, hint=hint))
            return
        known = checker.searched[name]
        for row, measure in (self.measures or {}).items():
            if known is not None and f"{name} {measure}" not in known:
                message = f"expected a measure of the saved search of {name}, found {measure!r}"
                choices = [key.removeprefix(f"{name} ") for key in known if key.startswith(f"{name} ")]
                hint = nearest(measure, choices) or f"measure it: lstmgallery search {name} --also ... --save"
                checker.problems.append(document.problem((*path, "measures", row), message, hint=hint))

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        network = subjects[self.network].network
        search = studio.searches[network.name]
        numbers = [
            {
                **search.recipes[trial.recipe],
                "seed": trial.seed,
                "learned": trial.is_met,
                **dict(zip(search.measures, trial.values, strict=True)),
            }
            for trial in sorted(search.trials, key=lambda trial: (trial.recipe, trial.seed))
        ]
        plot = (
            _plot_recipes(network, search) if self.measures is None else _plot_measures(network, search, self.measures)
        )
        title = f"{network.title}, {count(len(search.trials), 'network')}, searched {search.date.isoformat()}"
        part = Part(title, network_path(network.name), plot, plot.summary, table=plot.table)
        return Drawing.of(part, data=pd.DataFrame(numbers))


def _plot_recipes(network: Network, search: Search) -> Plot:
    bound = next((parse_expectation(each.expect) for each in search.conditions if each.measure == search.best), None)
    rows = []
    for at, recipe in enumerate(search.recipes):
        values = tuple(value for value in search.values_of(search.best, recipe=at) if value is not None)
        passing = None if bound is None else sum(map(bound.is_met, values))
        name = recipe_words(recipe) or "as in the gallery"
        settings = tuple(f"{value:,g}" for value in recipe.values())
        rows.append(SearchRow(name, values, len(search.of_recipe(at)), passing, settings))
    who, _, measure = search.best.partition(": ")
    words = f"{measure}, {who.removeprefix(network.name).strip()}".strip(", ")
    line = bound.bounds[0][1] if bound is not None and len(bound.bounds) == 1 else None
    keys = tuple(map(key_words, search.recipes[0]))
    return plot_search(rows, words=words, bound=line, expected="" if bound is None else str(bound), keys=keys)


def _plot_measures(network: Network, search: Search, measures: Mapping[str, str]) -> Plot:
    """Plot measures in the networks of the recipe that a network has; that network’s own values are marked."""
    trials = search.trials_like(network.training_spec)
    rows = []
    for name, measure in measures.items():
        at = search.measures.index(f"{network.name} {measure}")
        by_seed = {trial.seed: trial.values[at] for trial in trials if trial.is_met}
        values = tuple(value for value in by_seed.values() if value is not None)
        rows.append(SearchRow(name, values, len(trials), own=by_seed.get(network.seed)))
    kinds = {measure.rpartition(": ")[2].partition(" ")[0] for measure in measures.values()}
    words = ", ".join(KINDS_IN_WORDS.get(kind, kind) for kind in sorted(kinds))
    return plot_search(rows, words=words, bound=None, expected="", head="measure")


def recipe_words(recipe: Recipe) -> str:
    """Return a recipe as a row's name: `units 8, most ignored 15`."""
    return ", ".join(f"{key_words(key)} {value:,g}" for key, value in recipe.items())


def key_words(key: str) -> str:
    """Return a key of the front matter in words: `most ignored`."""
    return key.rpartition(".")[2].replace("_", " ")


@dataclass(frozen=True)
class SearchRow:
    """A recipe or a measure of a search.

    `values`: those of the networks that learned the task; `trained`: the number of networks; `passing`: the number that
    pass the bound, if there is one. `settings`: the values of the keys that were varied. `own`: the value of the
    network that is shown.
    """

    name: str
    values: tuple[float, ...]
    trained: int
    passing: int | None = None
    settings: tuple[str, ...] = ()
    own: float | None = None


def plot_search(
    rows: Sequence[SearchRow],
    *,
    words: str,
    bound: float | None,
    expected: str,
    keys: tuple[str, ...] = (),
    head: str = "recipe",
) -> Plot:
    """Plot a search: a row per recipe or measure, a dot per network, a line at the median, a ring around the own value.

    If several `keys` were varied, their values stand in columns beside the rows, in place of the names.
    """
    everything = [value for row in rows for value in row.values]
    if not everything:
        return plot_nothing("No network of this search learned the task.")
    ends = around([*everything, *([] if bound is None else [bound])], margin=0.04)
    columns = Columns(keys, [row.settings for row in rows]) if len(keys) > 1 else None
    names = [row.name for row in rows] if columns is None else columns.lines
    above = 0 if columns is None else columns.head_lines * HEAD_PX
    frame = Frame(
        ends,
        (len(rows) - 0.5, -0.5 - above / ROW_PX),
        width=760,
        height=58 + ROW_PX * len(rows) + above,
        left=min(400, 20 + round(CHARACTER_PX * max(map(len, names)))),
    )
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
        if row.own is not None:
            mark = next(dot for dot, value in zip(dots, sorted(row.values), strict=True) if value == row.own)
            series.append(Series("dots", "own", (mark,), radius=6))
    summary = "; ".join(
        f"{row.name}: " + (f"median {brief(float(np.median(row.values)))}" if row.values else "none learned the task")
        for row in rows
    )
    has_own = any(row.own is not None for row in rows)
    counted = "learned the task" if head == "recipe" else "measured"
    heads = [head, "trained", counted, "lowest", "median", "highest"]
    heads += [expected] * bool(expected) + ["this network"] * has_own
    table_rows = []
    for row in rows:
        values = np.array(row.values, float)
        found = (values.min(), float(np.median(values)), values.max()) if len(values) else ()
        numbers = tuple(map(number, found)) or ("–",) * 3
        passing = () if row.passing is None else (f"{row.passing} of {row.trained}",)
        own = ("–" if row.own is None else number(row.own),) * has_own
        table_rows.append((row.name, str(row.trained), str(len(values)), *numbers, *passing, *own))
    table = Table(tuple(heads), tuple(table_rows))
    plot = frame.plot(*series, x_name=words, summary=f"{words}, {summary}.", table=table)
    ticks = tuple(frame.point(frame.x[0], at, name) for at, name in enumerate(names))
    return replace(plot, y_ticks=ticks, labels=() if columns is None else columns.heads(frame))


class Columns:
    """The settings of recipes as lines of equal width, a column for each key, and the heads of the columns."""

    def __init__(self, keys: Sequence[str], settings: Sequence[tuple[str, ...]]):
        self.words = [key.split() for key in keys]
        cells = zip(*settings, strict=True)
        self.widths = [max(map(len, (*words, *column))) + GAP for words, column in zip(self.words, cells, strict=True)]
        self.head_lines = max(map(len, self.words))
        self.lines = ["".join(map(_padded, row, self.widths)) for row in settings]

    def heads(self, frame: Frame) -> tuple[Point, ...]:
        """Return each word of the keys above its column, those of a key below each other."""
        found = []
        right = float(frame.left - TICK_PX)
        for words, width in zip(reversed(self.words), reversed(self.widths), strict=True):
            for up, word in enumerate(reversed(words)):
                y = frame.point(0, 0).y - ROW_PX / 2 - HEAD_PX * (up + 0.5)
                found.append(Point(round(right - CHARACTER_PX * len(word), 1), round(y, 1), word))
            right -= CHARACTER_PX * width
        return tuple(reversed(found))


def _padded(cell: str, width: int) -> str:
    return cell.rjust(width, "\u00a0")
