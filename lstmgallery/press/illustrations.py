"""Draw the figure blocks of write-ups: from a block and the networks' results, an `Illustration`.

Each kind of block has one function here that gives its parts (strips, rows of shades, plots, lists, a diagram) and the
numbers of exactly what they show. Sequences are run again through the network's own weights, so any sequence can be
drawn, not only those that were traced.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.table import Signal
from lstmgallery.desk.claims import Answers, parse_expectation
from lstmgallery.desk.interventions import Place, write_with_counts
from lstmgallery.desk.reference import run_reference, write_on
from lstmgallery.desk.subjects import Subject
from lstmgallery.network import Network
from lstmgallery.press import blocks, evidence, plots
from lstmgallery.press.addresses import network_path, neuron_path
from lstmgallery.press.blocks import Claim, Figure
from lstmgallery.press.diagrams import draw_cell
from lstmgallery.press.explorer import add_counts, explorer_url
from lstmgallery.press.figures import MiniStrip, Token, draw_mini_strip, draw_strip, largest_size, show_tokens
from lstmgallery.press.results import Results
from lstmgallery.press.text import brief, count
from lstmgallery.searches import Recipe, Search
from lstmgallery.store import read_tokens

Signals = dict[str, np.ndarray]  # of one layer along one sequence: (steps, units)
LONGEST_WRITTEN = 40  # tokens that a network may write too many in a list of what it writes


@dataclass(frozen=True)
class HeatRow:
    """One neuron in a panel of rows of shades."""

    neuron: int
    path: str
    strip: MiniStrip


@dataclass(frozen=True)
class Heat:
    """One signal of all neurons of a layer along one sequence."""

    symbol: str
    name: str
    range: str
    tokens: tuple[Token, ...]
    rows: tuple[HeatRow, ...]


@dataclass(frozen=True)
class Written:
    """One line of a list: a prompt, what was written behind it, and whether that is right, where the language says."""

    prompt: str
    written: str
    is_right: bool | None
    changed: str | None  # what was written when the network was changed


@dataclass(frozen=True)
class Listing:
    """What a network writes behind prompts; `change` says in words what was changed."""

    rows: tuple[Written, ...]
    change: str


@dataclass(frozen=True)
class Equations:
    """The equations of a cell, a line for each of its signals."""

    signals: tuple[Signal, ...]


@dataclass(frozen=True)
class Part:
    """One drawing of a figure: its title with a link, and what is drawn. `summary` states what it shows in words."""

    kind: Literal["strip", "heat", "plot", "right", "listing", "cell", "equations"]
    title: str
    path: str | None
    drawn: Any
    summary: str
    table: plots.Table | None = None
    explorer: str = ""  # the address that opens the explorer where this is to be seen, where there is one


@dataclass(frozen=True)
class Illustration:
    """A figure block, drawn: its parts, in columns side by side, and the numbers of what they show."""

    figure: Figure
    columns: tuple[tuple[Part, ...], ...]
    data: pd.DataFrame

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for column in self.columns for part in column)

    @property
    def is_wide(self) -> bool:
        """Whether there is more than one column."""
        return len(self.columns) > 1

    @property
    def kind(self) -> str:
        return str(self.figure.block.kind)

    @property
    def frame_height(self) -> int:
        """How high a frame in another page has to be to show the figure whole, in pixels: about that."""
        heights = {"strip": 40, "heat": 24, "plot": 330, "right": 20, "listing": 34, "cell": 420, "equations": 320}
        rows = {"strip": lambda drawn: 2 + len(drawn.rows), "heat": lambda drawn: 2 + len(drawn.rows)}
        rows |= {"right": lambda drawn: 3 + len(drawn.rows), "listing": lambda drawn: 1 + len(drawn.rows)}
        each = [heights[part.kind] * rows.get(part.kind, lambda _: 1)(part.drawn) + 30 for part in self.parts]
        return 170 + (max(each) * max(map(len, self.columns)) if self.is_wide else sum(each))

    @property
    def palettes(self) -> set[str]:
        """The colour scales that a legend has to explain."""
        found: set[str] = set()
        for part in self.parts:
            if part.kind == "strip":
                found |= {row.signal.palette for row in part.drawn.rows}
            elif part.kind == "heat":
                shade = part.drawn.rows[0].strip.shades[0]
                found.add("memory" if shade.startswith("m") else "gate")
        return found


@dataclass(frozen=True)
class Studio:
    """What figures are drawn from: the results of each network by its name, and the answers of the claims."""

    results: Mapping[str, Results]
    answers: Answers
    claims: Mapping[str, Claim]
    searches: Mapping[str, Search] = field(default_factory=dict)  # saved ones, by network

    def draw(self, figure: Figure) -> Illustration:
        """Draw one figure block."""
        drawn = [self._draw_block(block, figure.subjects) for block in figure.parts]
        block = figure.block
        if not isinstance(block, blocks.ComparisonBlock):
            parts, data = drawn[0]
            columns = (tuple(parts),) if parts[0].kind == "strip" else tuple((part,) for part in parts)
            return Illustration(figure, columns, data)
        sides = (block.left, block.right)
        titled = tuple(
            tuple(replace(part, title=part.title if at else side.title) for at, part in enumerate(parts))
            for side, (parts, _) in zip(sides, drawn, strict=True)
        )
        labelled = [data.assign(side=side.title) for side, (_, data) in zip(sides, drawn, strict=True)]
        data = pd.concat(labelled, ignore_index=True)
        return Illustration(figure, titled, data[["side", *(c for c in data.columns if c != "side")]])

    def _draw_block(self, block: Any, subjects: Mapping[str, Subject]) -> tuple[list[Part], pd.DataFrame]:
        makers: dict[type, Callable[[Any, Mapping[str, Subject]], tuple[list[Part], pd.DataFrame]]] = {
            blocks.StripBlock: self._strip,
            blocks.OverviewBlock: self._overview,
            blocks.LineBlock: self._line,
            blocks.ValuesBlock: self._values,
            blocks.FrontierBlock: self._frontier,
            blocks.DoseBlock: self._dose,
            blocks.TogetherBlock: self._together,
            blocks.SaturationBlock: self._saturation,
            blocks.CellBlock: self._cell,
            blocks.GeneratedBlock: self._generated,
            blocks.SeedsBlock: self._seeds,
            blocks.SearchBlock: self._search,
        }
        return next(make for model, make in makers.items() if isinstance(block, model))(block, subjects)

    def results_of(self, subject: Subject) -> Results:
        """Return the results of a subject's network."""
        return self.results[subject.network.name]

    def place_of(self, subject: Subject) -> Place:
        """Return the one neuron that a subject names."""
        return subject.places(self.results_of(subject).trained)[0]

    def signals(self, network: Network, sequence: str) -> list[Signals]:
        """Return every signal of each layer along a sequence."""
        return run_reference(network, self.results[network.name].trained.weights, sequence)

    def _strip(self, block: blocks.StripBlock, subjects: Mapping[str, Subject]) -> tuple[list[Part], pd.DataFrame]:
        parts, tables = [], []
        for text in block.named.values():
            subject = subjects[text]
            network = subject.network
            layer, neuron = self.place_of(subject)
            of_layer = [self.signals(network, sequence)[layer - 1] for sequence in block.sequences]
            memory = network.kind.memory
            values = [{key: each[:, neuron - 1] for key, each in signals.items()} for signals in of_layer]
            largest = max(largest_size(each[memory]) for each in values)
            of_all = max(largest_size(signals[memory]) for signals in of_layer)
            extent = (min(float(v[memory].min()) for v in values), max(float(v[memory].max()) for v in values))
            shown = block.signals or network.kind.keys
            for sequence, signals in zip(block.sequences, values, strict=True):
                strip = draw_strip(
                    network.kind,
                    read_tokens(sequence),
                    signals,
                    largest=largest,
                    largest_of_layer=of_all,
                    extent=extent,
                    shown=shown,
                )
                summary = f"{name_of(network, layer, neuron)}: {strip.line.summary}"
                path = neuron_path(network.name, layer, neuron)
                title = name_of(network, layer, neuron) if sequence == block.sequences[0] else ""
                live = explorer_url(network.name, text=sequence, layer=layer, neuron=neuron)
                parts.append(Part("strip", title, path, strip, summary, explorer=live))
                tables.append(_step_table(network, sequence, {key: signals[key] for key in shown}, layer, neuron))
        return parts, pd.concat(tables, ignore_index=True)

    def _overview(
        self, block: blocks.OverviewBlock, subjects: Mapping[str, Subject]
    ) -> tuple[list[Part], pd.DataFrame]:
        subject = subjects[block.of]
        network = subject.network
        layers = self.signals(network, block.sequence)
        parts, tables = [], []
        for layer in [subject.layer] if subject.layer else range(1, network.layers + 1):
            signals = layers[layer - 1]
            largest = largest_size(signals[network.kind.memory])
            for key in block.signals:
                signal = network.kind[key]
                rows = tuple(
                    HeatRow(
                        neuron,
                        neuron_path(network.name, layer, neuron),
                        draw_mini_strip(signal, signals[key][:, neuron - 1], largest=largest),
                    )
                    for neuron in range(1, network.units + 1)
                )
                bounds = f"±{brief(largest)}" if signal.low is None else f"{signal.low:g} … {signal.high:g}"
                heat = Heat(
                    signal.symbol, signal.name, bounds.replace("-", "−"), show_tokens(read_tokens(block.sequence)), rows
                )
                of_layer = f", layer {layer}" if network.layers > 1 else ""
                title = f"{signal.name} of {count(network.units, 'neuron')}{of_layer}"
                near = float((np.abs(signals[key]) < 0.1).mean())
                summary = f"{title}, reading {block.sequence}: {100 * near:.0f} % of the values are within 0.1 of zero"
                live = explorer_url(network.name, text=block.sequence, layer=layer, signal=key)
                parts.append(Part("heat", title, network_path(network.name), heat, summary, explorer=live))
            for neuron in range(1, network.units + 1):
                values = {key: signals[key][:, neuron - 1] for key in block.signals}
                tables.append(_step_table(network, block.sequence, values, layer, neuron))
        return parts, pd.concat(tables, ignore_index=True)

    def _line(self, block: blocks.LineBlock, subjects: Mapping[str, Subject]) -> tuple[list[Part], pd.DataFrame]:
        lines: dict[str, np.ndarray] = {}
        tables = []
        for text in block.neurons:
            network = subjects[text].network
            layer, neuron = self.place_of(subjects[text])
            signals = self.signals(network, block.sequence)[layer - 1]
            for key in block.signals:
                name = network.kind[key].symbol if len(block.signals) > 1 else ""
                who = name_of(network, layer, neuron).lower() if len(block.neurons) > 1 else ""
                lines[" ".join(filter(None, (name, who))) or network.kind[key].symbol] = signals[key][:, neuron - 1]
            values = {key: signals[key][:, neuron - 1] for key in block.signals}
            tables.append(_step_table(network, block.sequence, values, layer, neuron))
        tokens = show_tokens(read_tokens(block.sequence))
        names = " and ".join(network.kind[key].name.lower() for key in block.signals)
        plot = plots.plot_steps(lines, [token.glyph for token in tokens], name=names)
        title = name_of(network, layer, neuron) if len(block.neurons) == 1 else ""
        path = neuron_path(network.name, layer, neuron) if title else None
        live = explorer_url(network.name, text=block.sequence, layer=layer, neuron=neuron)
        part = Part("plot", title, path, plot, plot.summary, plot.table, live)
        return [part], pd.concat(tables, ignore_index=True)

    def _values(self, block: blocks.ValuesBlock, subjects: Mapping[str, Subject]) -> tuple[list[Part], pd.DataFrame]:
        subject = subjects[block.neuron]
        network = subject.network
        layer, neuron = self.place_of(subject)
        trained = self.results_of(subject).trained
        token = block.token or network.task.rule.delimiter
        at = (trained.steps["token"] == token) & trained.steps[block.by].notna()
        data = trained.steps.loc[at, ["sequence", "step", "token", block.by]].reset_index(drop=True)
        data[block.signal] = trained.layers[layer - 1][block.signal][at.to_numpy(), neuron - 1]
        data.insert(1, "text", [trained.sequences[number] for number in self._numbers(trained, data["sequence"])])
        feature = next(each for each in network.task.features if each.key == block.by)
        name = network.kind[block.signal].name.lower()
        plot = plots.plot_values(data, block.signal, block.by, name=f"{name} at {token}", words=feature.words)
        part = Part(
            "plot",
            name_of(network, layer, neuron),
            neuron_path(network.name, layer, neuron),
            plot,
            plot.summary,
            plot.table,
        )
        return [part], data.assign(network=network.name, layer=layer, neuron=neuron)

    @staticmethod
    def _numbers(trained: Any, sequences: pd.Series) -> list[int]:
        order = {number: at for at, number in enumerate(sorted(trained.steps["sequence"].unique().tolist()))}
        return [order[number] for number in sequences.tolist()]

    def _frontier(
        self, block: blocks.FrontierBlock, subjects: Mapping[str, Subject]
    ) -> tuple[list[Part], pd.DataFrame]:
        results = self.results_of(subjects[block.network])
        network = results.network
        found = evidence.frontier(results)
        assert found is not None
        columns = ["size", "variant", "prompt", "expected", "written", "right"]
        path = network_path(network.name)
        if block.show == "right":
            part = Part("right", network.title, path, found, found.sentence, found.right_table)
        else:
            plot = found.memory if block.show == "memory" else found.written
            assert plot is not None
            part = Part("plot", network.title, path, plot, plot.summary, plot.table)
            columns.append("memory")
        return [part], results.frontier[columns]

    def _dose(self, block: blocks.DoseBlock, subjects: Mapping[str, Subject]) -> tuple[list[Part], pd.DataFrame]:
        subject = subjects[block.neuron]
        network = subject.network
        layer, neuron = self.place_of(subject)
        results = self.results_of(subject)
        plot = evidence.dose_plot(results, layer, neuron)
        assert plot is not None
        path = neuron_path(network.name, layer, neuron)
        data = results.interventions
        is_it = (data["layer"] == layer) & (data["neuron"] == neuron) & (data["intervention"] == "add")
        return [Part("plot", name_of(network, layer, neuron), path, plot, plot.summary, plot.table)], data[is_it]

    def _together(
        self, block: blocks.TogetherBlock, subjects: Mapping[str, Subject]
    ) -> tuple[list[Part], pd.DataFrame]:
        results = self.results_of(subjects[block.network])
        plot = evidence.groups_plot(results)
        assert plot is not None
        data = results.interventions
        part = Part("plot", results.network.title, network_path(results.network.name), plot, plot.summary, plot.table)
        return [part], data[data["layer"] == 0]

    def _saturation(
        self, block: blocks.SaturationBlock, subjects: Mapping[str, Subject]
    ) -> tuple[list[Part], pd.DataFrame]:
        subject = subjects[block.of]
        network, results = subject.network, self.results_of(subject)
        parts, rows = [], []
        for layer in [subject.layer] if subject.layer else range(1, network.layers + 1):
            for gate, plot in evidence.saturation_plots(results, layer):
                key = next(signal.key for signal in network.kind.signals if signal.name == gate)
                if block.gates is not None and key not in block.gates:
                    continue
                of_layer = f", layer {layer}" if network.layers > 1 else ""
                parts.append(Part("plot", gate + of_layer, network_path(network.name), plot, plot.summary, plot.table))
                for neuron in range(1, network.units + 1):
                    moment = results.moments[layer, neuron, key]
                    rows.append((network.name, layer, neuron, key, moment.shut, moment.open, moment.steps))
        columns = ["network", "layer", "neuron", "gate", "shut", "open", "steps"]
        return parts, pd.DataFrame(rows, columns=columns)

    def _cell(self, block: blocks.CellBlock, subjects: Mapping[str, Subject]) -> tuple[list[Part], pd.DataFrame]:
        assert not subjects
        diagram = draw_cell(block.cell, highlight=block.highlight)
        data = pd.DataFrame([(edge.source, edge.target) for edge in diagram.edges])
        data.columns = pd.Index(["from", "to"])
        parts = [Part("cell", diagram.title, None, diagram, diagram.summary)]
        if block.equations:
            signals = CELL_KINDS[block.cell].signals
            summary = "; ".join(f"{signal.name}: {signal.symbol} = {signal.formula}" for signal in signals)
            parts.append(Part("equations", "Its equations", None, Equations(signals), summary))
        return parts, data

    def _generated(
        self, block: blocks.GeneratedBlock, subjects: Mapping[str, Subject]
    ) -> tuple[list[Part], pd.DataFrame]:
        results = self.results_of(subjects[block.network])
        network, weights = results.network, results.trained.weights
        at_most = max(map(len, block.prompts)) + LONGEST_WRITTEN
        written, _, _ = write_on(network, weights, block.prompts, at_most=at_most)
        changed: Sequence[str | None] = [None] * len(written)
        change = ""
        if block.add is not None:
            layer, neuron = self.place_of(subjects[block.add.neuron])
            counts = block.add.counts
            changed, _ = write_with_counts(
                network, weights, block.prompts, place=(layer, neuron), counts=counts, at_most=at_most
            )
            change = f"{counts:+d} in the cell of {name_of(network, layer, neuron).lower()}".replace("-", "−")
        rows = tuple(
            Written(prompt, text, self._is_right(network, prompt, text), other)
            for prompt, text, other in zip(block.prompts, written, changed, strict=True)
        )
        wrong = sum(row.is_right is False for row in rows)
        summary = f"{len(rows) - wrong} of {len(rows)} are right" if rows[0].is_right is not None else "What it writes"
        data = pd.DataFrame([(row.prompt, row.written, row.is_right, row.changed) for row in rows])
        data.columns = pd.Index(["prompt", "written", "right", "changed"])
        prompt = block.prompts[-1]
        changes = []
        if block.add is not None:
            place = self.place_of(subjects[block.add.neuron])
            changes = [add_counts(*place, network.kind.memory, block.add.counts, step=len(prompt))]
        live = explorer_url(network.name, text=prompt, do=changes, write="greedy")
        path = network_path(network.name)
        part = Part("listing", network.title, path, Listing(rows, change), summary, explorer=live)
        return [part], data.dropna(axis=1, how="all")

    @staticmethod
    def _is_right(network: Network, prompt: str, written: str) -> bool | None:
        """Say whether what was written is what the language wants; None where it leaves a choice."""
        wanted = network.task.rule.answer(prompt)
        return written == wanted if network.task.rule.is_followed(prompt + wanted) else None

    def _seeds(self, block: blocks.SeedsBlock, subjects: Mapping[str, Subject]) -> tuple[list[Part], pd.DataFrame]:  # noqa: ARG002
        claim = self.claims[block.claim]
        answer = self.answers[claim.question.key]
        values = {} if answer.by_seed is None else {s: v for s, v in answer.by_seed.items() if v is not None}
        data = pd.DataFrame({"seed": list(values), "value": list(values.values())})
        over = claim.question.over
        passed = claim.expectation.bounds if over is None else ((over.operator, over.bound),) if over.operator else ()
        bounds = [bound for _, bound in passed]
        words = f"{claim.question.of_one.text} in {len(values)} seeds"
        network = claim.question.subject.network
        title = f"{network.title}, {len(values)} seeds"
        if data.empty:
            left_out = "The sweep of other seeds was left out of this build."
            plot = plots.plot_nothing(left_out if answer.by_seed is None else "It could be measured under no seed.")
            return [Part("plot", network.title, network_path(network.name), plot, plot.summary)], data
        shown = answer.own if answer.is_over_seeds else answer.value
        own = None if shown is None or not math.isfinite(shown) else shown
        plot = plots.plot_seeds(data["value"], words=words, bounds=bounds, own=own)
        return [Part("plot", title, f"{network_path(network.name)}#seeds", plot, plot.summary)], data

    def _search(self, block: blocks.SearchBlock, subjects: Mapping[str, Subject]) -> tuple[list[Part], pd.DataFrame]:
        network = subjects[block.network].network
        search = self.searches[network.name]
        bound = next(
            (parse_expectation(each.expect) for each in search.conditions if each.measure == search.best), None
        )
        rows = []
        numbers: list[dict[str, Any]] = []
        for at, recipe in enumerate(search.recipes):
            values = tuple(value for value in search.values_of(search.best, recipe=at) if value is not None)
            passing = None if bound is None else sum(map(bound.is_met, values))
            name = recipe_words(recipe) or "as in the gallery"
            rows.append(plots.Tried(name, values, len(search.of_recipe(at)), passing))
            for trial in search.of_recipe(at):
                measured = dict(zip(search.measures, trial.values, strict=True))
                numbers.append({**recipe, "seed": trial.seed, "learned": trial.is_met, **measured})
        who, _, measure = search.best.partition(": ")
        words = f"{measure}, {who.removeprefix(network.name).strip()}".strip(", ")
        line = bound.bounds[0][1] if bound is not None and len(bound.bounds) == 1 else None
        plot = plots.plot_search(rows, words=words, bound=line, expected="" if bound is None else str(bound))
        title = f"{network.title}, {count(len(search.trials), 'network')}, searched {search.date.isoformat()}"
        part = Part("plot", title, network_path(network.name), plot, plot.summary, table=plot.table)
        return [part], pd.DataFrame(numbers)


def recipe_words(recipe: Recipe) -> str:
    """Return a recipe as a row's name: `units 8, most ignored 15`."""
    return ", ".join(f"{key.rpartition('.')[2].replace('_', ' ')} {value:,g}" for key, value in recipe.items())


def name_of(network: Network, layer: int, neuron: int) -> str:
    """Return a neuron's name in a title."""
    return f"Neuron {neuron}" + (f" of layer {layer}" if network.layers > 1 else "")


def _step_table(
    network: Network, sequence: str, signals: Mapping[str, np.ndarray], layer: int, neuron: int
) -> pd.DataFrame:
    """Return one neuron's signals along one sequence, a row for each step."""
    tokens = read_tokens(sequence)
    return pd.DataFrame(
        {
            "network": network.name,
            "layer": layer,
            "neuron": neuron,
            "sequence": sequence,
            "step": range(len(tokens)),
            "token": tokens,
            **signals,
        }
    )
