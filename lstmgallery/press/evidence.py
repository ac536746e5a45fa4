"""What stands behind a network's and a neuron's headline: tables, plots and sentences made from its results."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from lstmgallery.desk.findings import findings_of
from lstmgallery.desk.frontier import FURTHEST, first_failure
from lstmgallery.desk.relatives import DUPLICATE
from lstmgallery.press import plots
from lstmgallery.press.plots import Plot, Table
from lstmgallery.press.results import Results
from lstmgallery.press.sentences import (
    feature_words,
    measure_name,
    no_role_sentence,
    role_sentence,
    score_words,
)
from lstmgallery.press.text import count, number, percent, plain
from lstmgallery.tasks.counting import Counting, SelectiveCounting
from lstmgallery.tasks.state_memory import StateMemory

DEAD = 0.05  # a neuron whose hidden state never leaves ± this is called dead
ROLES_SHOWN = 6
_HELD = {"zero": "{} held at 0", "mean": "{} held at its mean", "shut": "{} held shut", "open": "{} held open"}


@dataclass(frozen=True)
class Headline:
    """What is said of a neuron first: its role in a sentence, or that none was found, and the score behind it."""

    sentence: str
    has_role: bool
    score: str
    score_words: str
    null_p99: str
    null_mean: str
    control: str
    p: str
    right_before: str
    right_at_zero: str


@dataclass(frozen=True)
class Ranked:
    """One line of a network's ranking of neurons."""

    layer: int
    neuron: int
    role: str
    score: str
    null_p99: str
    control: str
    right_at_zero: str
    remarks: str


@dataclass(frozen=True)
class Seeds:
    """One finding over seeds: its plot, and in how many seeds the answer is yes, where it is asked so."""

    words: str
    verdict: str
    spread: str
    plot: Plot


def headline(results: Results, layer: int, neuron: int) -> Headline:
    """Return the headline of a neuron."""
    roles = results.roles_of(layer, neuron)
    row = roles[0] if roles else results.best_score_of(layer, neuron)
    network = results.network
    zero = _held(results, layer, neuron, "zero", "right")
    return Headline(
        sentence=role_sentence(network, row) if roles else no_role_sentence(network, row),
        has_role=bool(roles),
        score=f"{measure_name(row.measure)} {number(row.score)}",
        score_words=score_words(network, row),
        null_p99=number(row.null_p99),
        null_mean=number(row.null_mean),
        control=number(row.control),
        p=number(row.p),
        right_before=percent(zero.baseline),
        right_at_zero=percent(zero.value),
    )


def roles_table(results: Results, layer: int, neuron: int) -> Table:
    """Return a neuron's most telling roles, with null and control."""
    rows = tuple(
        (
            results.network.kind[row.signal].name,
            feature_words(results.network, row.feature),
            row.phase,
            f"{measure_name(row.measure)} {number(row.score)}",
            number(row.null_p99),
            number(row.control),
            number(row.p),
        )
        for row in results.roles_of(layer, neuron)[:ROLES_SHOWN]
    )
    return Table(("Signal", "Feature", "Phase", "Score", "Null, 99th percentile", "Untrained", "p"), rows)


def holds_table(results: Results, layer: int, neuron: int) -> Table:
    """Return what breaks when a neuron's memory or one of its gates is held: loss and sequences right."""
    done: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for row in results.interventions_on(layer, neuron):
        if row.intervention in _HELD:
            done[row.intervention, row.signal][row.measure] = row
    places = sorted({measure for found in done.values() for measure in found if measure.startswith("right_")})
    rows = []
    for (intervention, signal), found in done.items():
        loss = found["loss"]
        rows.append(
            (
                _HELD[intervention].format(results.network.kind[signal].name),
                f"{number(loss.baseline)} → {number(loss.value)}",
                *(f"{percent(found[key].baseline)} → {percent(found[key].value)}" for key in ("right", *places)),
            )
        )
    heads = ("What was done", "Loss, nats a token", "Sequences right")
    return Table((*heads, *(f"Letter {place[-1]} right" for place in places)), tuple(rows))


def dose_plot(results: Results, layer: int, neuron: int) -> Plot | None:
    """Return the dose-response line of a counting network's neuron; None for other tasks."""
    done = results.interventions_on(layer, neuron)
    slope = next((row.value for row in done if row.measure == "slope"), None)
    if slope is None:
        return None
    doses = [row for row in done if row.measure == "written"]
    return plots.plot_doses(doses, slope=slope, name=f"neuron {neuron}")


def exchange_sentence(results: Results, layer: int, neuron: int) -> str | None:
    """Return what writing the other letter's memory into a neuron does; None where there is no other letter."""
    turned = next((row for row in results.interventions_on(layer, neuron) if row.measure == "turned"), None)
    if turned is None:
        return None
    memory = results.network.kind[results.network.kind.memory].name.lower()
    return (
        f"With its {memory} overwritten, just before the delimiter, by what it holds in the twin sequence that began "
        f"with the other letter, the other letter comes out in {percent(turned.value)} of "
        f"{count(turned.sequences, 'sequence')}."
    )


def groups_plot(results: Results) -> Plot | None:
    """Return what changing the best 1, 2, 3, ... neurons at once does; None for tasks without such an intervention."""
    values = [row.value for row in results.interventions_on(0, 0)]
    if not values:
        return None
    enough = next((k for k, value in enumerate(values, start=1) if value >= 0.95), None)
    if isinstance(results.network.task, StateMemory):
        what, measure = "the other letter comes out in nearly every sequence", "share with the other letter"
    else:
        what, measure = "each count added brings one more b", "b’s for each count added"
    summary = f"Even with all neurons changed at once it does not hold that {what}."
    if enough:
        who = "one neuron alone" if enough == 1 else f"{enough} neurons at once"
        summary = f"Change {who}, and {what}."
    return plots.plot_groups(values, summary=summary, measure=measure)


def rank(results: Results) -> tuple[Ranked, ...]:
    """Return all neurons, the most telling role first, those without a role last."""
    network = results.network
    roles = results.roles.drop_duplicates(["layer", "neuron"]).sort_values(
        ["telling", "layer", "neuron"], ascending=[False, True, True]
    )
    lines = [_ranked(results, row, role_sentence(network, row)) for row in roles.itertuples()]
    named = {(line.layer, line.neuron) for line in lines}
    rest = results.best_scores.sort_values(["layer", "neuron"])
    lines += [
        _ranked(results, row, "No role found.") for row in rest.itertuples() if (row.layer, row.neuron) not in named
    ]
    return tuple(lines)


def saturation_plots(results: Results, layer: int) -> tuple[tuple[str, Plot], ...]:
    """Return for each gate of a layer how often it is shut and open, neuron by neuron."""
    gates = [signal for signal in results.network.kind.signals if signal.palette == "gate"]
    found = []
    for gate in gates:
        moments = [results.moments[layer, unit, gate.key] for unit in range(1, results.network.units + 1)]
        plot = plots.plot_saturation(gate.name, [m.shut for m in moments], [m.open for m in moments])
        found.append((gate.name, plot))
    return tuple(found)


@dataclass(frozen=True)
class Frontier:
    """How far a network goes beyond its training: where it is right, and its best neuron's memory, which shows why."""

    sentence: str
    rows: tuple[plots.RightRow, ...]
    right_table: Table
    memory: Plot
    written: Plot | None
    layer: int
    neuron: int
    trained: int
    shown: str  # which sequences the plots show, where not all


def frontier(results: Results) -> Frontier | None:
    """Return the frontier of a network; None where its task has one size only."""
    table, task = results.frontier, results.network.task
    if table.empty:
        return None
    trained = task.longest_wait if isinstance(task, StateMemory) else task.longest  # type: ignore[union-attr]
    best = results.main_ranking.iloc[0]
    failure = first_failure(table)
    if failure is None:
        sentence = f"Trained on 1 to {trained} {task.size_name}, it is right at every size tried, up to {FURTHEST}."
    else:
        wrong = table[~table["right"] & table["is_trained"] & (table["size"] == failure)].iloc[0]
        variant = f" ({task.variant_name}: {wrong['variant']})" if wrong["variant"] else ""
        end = "" if wrong["ended"] else " and does not stop"
        sentence = (
            f"Trained on 1 to {trained} {task.size_name}, it first fails at {failure}{variant}: "
            f"it should write {_shortened(wrong['expected'])} and writes {_shortened(wrong['written'])}{end}."
        )
    shown = table[table["variant"] == "0"] if isinstance(task, SelectiveCounting) else table
    memory = results.network.kind[results.network.kind.memory]
    rows = plots.draw_right(table)
    return Frontier(
        sentence=sentence,
        rows=rows,
        right_table=Table(
            (task.variant_name or "sequence", f"{task.size_name} at which it is right"),
            tuple((row.variant or task.form.partition(",")[0], row.sizes_right) for row in rows),
        ),
        memory=plots.plot_memory(
            shown.drop_duplicates(["size", "variant"]),
            trained=trained,
            name=f"{memory.name} of neuron {int(best['neuron'])}",
            size_name=task.size_name,
            variant_name=task.variant_name,
        ),
        written=plots.plot_written(shown, trained=trained) if isinstance(task, Counting | SelectiveCounting) else None,
        layer=int(best["layer"]),
        neuron=int(best["neuron"]),
        trained=trained,
        shown="Sequences without X’s. " if isinstance(task, SelectiveCounting) else "",
    )


def seeds(results: Results) -> tuple[Seeds, ...]:
    """Return each finding over seeds; empty where the sweep was left out."""
    if results.seeds is None or results.seeds_about is None:
        return ()
    found = []
    for finding in findings_of(results.network):
        table = results.seeds[results.seeds["finding"] == finding.key]
        values = table["value"]
        plot = plots.plot_seeds(finding, values, own=results.seeds_about["shown"][finding.key])
        verdict = ""
        if table["is_yes"].notna().all():
            bound = f"at least {finding.at_least:g}" if finding.at_least is not None else f"at most {finding.at_most:g}"
            verdict = f"{bound} in {int(table['is_yes'].sum())} of {len(table)} seeds"
        spread = f"Lowest {plain(values.min())}, median {plain(values.median())}, highest {plain(values.max())}."
        found.append(Seeds(finding.words, verdict, spread, plot))
    return tuple(found)


def seeds_table(results: Results) -> Table:
    """Return the numbers of the sweep: a row for each seed, a column for each finding."""
    assert results.seeds is not None
    findings = findings_of(results.network)
    wide = results.seeds.pivot_table(index="seed", columns="finding", values="value")
    heads = ("seed", *(finding.words for finding in findings))
    rows = tuple((str(seed), *(number(row[each.key]) for each in findings)) for seed, row in wide.iterrows())
    return Table(heads, rows)


def _ranked(results: Results, row: Any, role: str) -> Ranked:
    zero = _held(results, row.layer, row.neuron, "zero", "right")
    return Ranked(
        layer=row.layer,
        neuron=row.neuron,
        role=role,
        score=f"{measure_name(row.measure)} {number(row.score)}",
        null_p99=number(row.null_p99),
        control=number(row.control),
        right_at_zero=percent(zero.value),
        remarks=", ".join(_remarks(results, row.layer, row.neuron)),
    )


def _remarks(results: Results, layer: int, neuron: int) -> list[str]:
    remarks = []
    hidden = results.moments[layer, neuron, "hidden"]
    if max(abs(hidden.minimum), abs(hidden.maximum)) < DEAD:
        remarks.append("dead")
    near = results.relative_of(layer, neuron)
    if near is not None and abs(near.correlation) >= DUPLICATE:
        remarks.append(f"{'duplicate' if near.correlation > 0 else 'mirror image'} of {near.nearest}")
    for signal in results.network.kind.signals:
        if signal.palette == "gate":
            moment = results.moments[layer, neuron, signal.key]
            if moment.open >= 0.95:
                remarks.append(f"{signal.symbol} open")
            if moment.shut >= 0.95:
                remarks.append(f"{signal.symbol} shut")
    return remarks


def _held(results: Results, layer: int, neuron: int, intervention: str, measure: str) -> Any:
    done = results.interventions_on(layer, neuron)
    return next(row for row in done if (row.intervention, row.measure) == (intervention, measure))


def _shortened(text: str) -> str:
    """Return a text of one repeated letter as its count, any other as it is, cut where it is long."""
    if len(text) > 3 and len(set(text)) == 1:
        return f"{len(text)} {text[0]}’s"
    if not text:
        return "nothing"
    return text if len(text) <= 24 else f"{text[:24]}… ({len(text)} tokens)"
