"""The evidence for the headlines of networks and neurons: tables, plots and sentences made from results."""

from collections import defaultdict
from dataclasses import dataclass

from lstmgallery.desk.baselines import BASELINES
from lstmgallery.desk.findings import findings_of
from lstmgallery.desk.loss import loss_unit
from lstmgallery.desk.relatives import DUPLICATE
from lstmgallery.desk.results import Results
from lstmgallery.desk.roles import ROLE, best_baseline
from lstmgallery.desk.rows import Effect, RoleRow
from lstmgallery.press.figures.beside import plot_beside
from lstmgallery.press.figures.seeds import plot_seeds
from lstmgallery.press.marks.plots import Plot, Table
from lstmgallery.press.marks.text import count, interval, number, percent, plain
from lstmgallery.press.pages.sentences import (
    alias_words,
    cases_words,
    feature_words,
    measured_on,
    row_sentence,
    score_of,
    score_words,
)

DEAD = 0.05  # a neuron is dead if its hidden state never leaves ± this
ROLES_SHOWN = 6
_HELD = {"zero": "{} held at 0", "mean": "{} held at its mean", "shut": "{} held shut", "open": "{} held open"}


@dataclass(frozen=True)
class Headline:
    """A neuron's headline: a sentence on its role, or on the lack of one, and the basis of its score."""

    sentence: str
    has_role: bool
    score: str
    score_words: str
    interval: str
    cases: str
    aliases: str
    untrained_p95: str
    untrained_range: str
    beside: Plot
    before: str  # the result measured at zero, without holding anything
    at_zero: str
    held_at: str


@dataclass(frozen=True)
class Role:
    """One role of a neuron, and the values it had to beat, as printed text."""

    signal: str
    feature: str
    aliases: str
    phase: str
    score: str
    interval: str
    cases: str
    precision: str
    recall: str
    null_p99: str
    untrained_p95: str
    baseline: str


@dataclass(frozen=True)
class Ranked:
    """One line of a network's ranking of neurons."""

    layer: int
    neuron: int
    role: str
    aliases: str
    has_role: bool
    score: str
    interval: str
    cases: str
    null_p99: str
    untrained_p95: str
    baseline: str
    at_zero: str
    remarks: str


@dataclass(frozen=True)
class Seeds:
    """One finding over seeds: its plot and, for a yes/no question, the number of seeds with a yes."""

    words: str
    verdict: str
    spread: str
    plot: Plot


def headline(results: Results, layer: int, neuron: int) -> Headline:
    """Return the headline of a neuron."""
    row = results.best_row_of(layer, neuron)
    network = results.network
    before, at_zero = held_words(results, layer, neuron)
    untrained = results.controls[row.feature, row.phase]
    return Headline(
        sentence=row_sentence(network, row),
        has_role=row.standing == ROLE,
        score=score_of(row),
        score_words=score_words(network, row),
        interval=_interval(row),
        cases=cases_words(row),
        aliases=alias_words(network, row.same_as),
        untrained_p95=number(row.untrained_p95, 2),
        untrained_range=f"median {number(row.untrained_median, 2)}, highest {number(row.untrained_max, 2)} of "
        f"{len(untrained)}",
        beside=plot_beside(row, untrained, name=f"neuron {neuron}", words=score_words(network, row)),
        before=before,
        at_zero=at_zero,
        held_at=held_at(results),
    )


def held_at(results: Results) -> str:
    """Return in words the value at which memories were held: zero, or their mean where only that was measured."""
    is_mean = results.held_memory(1, 1).intervention == "mean"
    return "its mean" if is_mean else "zero"


def held_on(results: Results) -> str:
    """Return in words the sequences that the network read with neurons held: all that are measured, or the first."""
    if not results.network.task.text:
        return measured_on(results)
    return f"the first {count(results.held_memory(1, 1).sequences, 'held-out sequence')}"


def roles(results: Results, layer: int, neuron: int) -> tuple[Role, ...]:
    """Return a neuron's most informative roles, each with the values it had to beat."""
    network = results.network
    return tuple(
        Role(
            signal=network.kind[row.signal].name,
            feature=feature_words(network, row.feature),
            aliases=alias_words(network, row.same_as),
            phase=row.phase,
            score=score_of(row),
            interval=_interval(row),
            cases=cases_words(row),
            precision="–" if row.precision != row.precision else percent(row.precision),
            recall="" if row.recall != row.recall else percent(row.recall),
            null_p99=number(row.null_p99, 2),
            untrained_p95=number(row.untrained_p95, 2),
            baseline=_baseline(row),
        )
        for row in results.roles_of(layer, neuron)[:ROLES_SHOWN]
    )


def holds_table(results: Results, layer: int, neuron: int) -> Table:
    """Return the effects of holding a neuron's memory or one of its gates: loss and sequences right."""
    done: dict[tuple[str, str], dict[str, Effect]] = defaultdict(dict)
    for row in results.interventions_on(layer, neuron):
        if row.intervention in _HELD:
            done[row.intervention, row.signal][row.measure] = row
    places = sorted({measure for found in done.values() for measure in found if measure.startswith("right_")})
    measures = ["right", *places] if results.network.task.rule else []
    unit = loss_unit(results.network)
    rows = []
    for (intervention, signal), found in done.items():
        loss = found["loss"]
        before, after = (number(unit.of(each)) for each in (loss.baseline, loss.value))
        rows.append(
            (
                _HELD[intervention].format(results.network.kind[signal].name),
                f"{before} → {after}",
                *(f"{percent(found[key].baseline)} → {percent(found[key].value)}" for key in measures),
            )
        )
    heads = {"right": "Sequences right", **{place: f"Letter {place[-1]} right" for place in places}}
    return Table(("Intervention", f"Loss, {unit.words}", *(heads[measure] for measure in measures)), tuple(rows))


def exchange_sentence(results: Results, layer: int, neuron: int) -> str | None:
    """Return the effect of writing the twin's memory into a neuron; None if sequences have no twins."""
    twins = results.network.task.twins
    if twins is None:
        return None
    turned = next(row for row in results.interventions_on(layer, neuron) if row.measure == "turned")
    memory = results.network.kind[results.network.kind.memory].name.lower()
    other = f"the other {twins.what}"
    return (
        f"With its {memory} overwritten, just before the delimiter, by its value in the twin sequence that began "
        f"with {other}, the network writes {other} in {percent(turned.value)} of "
        f"{count(turned.sequences, 'sequence')}."
    )


def rank(results: Results) -> tuple[Ranked, ...]:
    """Return all neurons, the strongest role first, ties by the most informative, those without a role last."""
    rows = results.best_rows.assign(is_last=results.best_rows["standing"] != ROLE)
    order = ["strength", "bits", "layer", "neuron"]
    with_role = rows[~rows["is_last"]].sort_values(order, ascending=[False, False, True, True])
    without = rows[rows["is_last"]].sort_values(["layer", "neuron"])
    places = [(row.layer, row.neuron) for part in (with_role, without) for row in part.itertuples()]
    return tuple(_ranked(results, results.best_row_of(*place)) for place in places)


def missing(results: Results) -> str:
    """Return in words the kinds drawn at least twice as often as they are held out; empty if there are none."""
    rare = [share for share in results.about["held_out"]["shares"] if share["held_out"] < share["drawn"] / 2]
    return "; ".join(
        f"those with {share['value']} {share['name']}, {percent(share['drawn'])} of what the task draws and "
        f"{percent(share['held_out'])} of what was held out"
        for share in rare
    )


def seeds(results: Results) -> tuple[Seeds, ...]:
    """Return each finding over seeds; empty if the sweep was left out."""
    if results.seeds is None or results.seeds_about is None:
        return ()
    found = []
    for finding in findings_of(results.network):
        table = results.seeds[results.seeds["finding"] == finding.key]
        values = table["value"].dropna()
        if values.empty:
            continue
        bounds = [bound for _, bound in finding.expectation.bounds] if finding.expectation else []
        own = results.seeds_about["shown"][finding.key]
        plot = plot_seeds(values, words=finding.words, bounds=bounds, own=own)
        verdict = ""
        if finding.expectation:
            verdict = f"{finding.expectation} in {int(table['is_yes'].sum())} of {len(table)} seeds"
        spread = f"Lowest {plain(values.min())}, median {plain(values.median())}, highest {plain(values.max())}."
        found.append(Seeds(finding.words, verdict, spread, plot))
    return tuple(found)


def seeds_table(results: Results) -> Table:
    """Return the numbers of the sweep: a row per seed, a column per finding."""
    assert results.seeds is not None
    findings = findings_of(results.network)
    wide = results.seeds.pivot_table(index="seed", columns="finding", values="value")
    heads = ("seed", *(finding.words for finding in findings))
    rows = tuple((str(seed), *(number(row[each.key]) for each in findings)) for seed, row in wide.iterrows())
    return Table(heads, rows)


def _ranked(results: Results, row: RoleRow) -> Ranked:
    return Ranked(
        layer=row.layer,
        neuron=row.neuron,
        role=row_sentence(results.network, row),
        aliases=alias_words(results.network, row.same_as),
        has_role=row.standing == ROLE,
        score=score_of(row),
        interval=_interval(row),
        cases=cases_words(row),
        null_p99=number(row.null_p99, 2),
        untrained_p95=number(row.untrained_p95, 2),
        baseline=_baseline(row),
        at_zero=held_words(results, row.layer, row.neuron)[1],
        remarks=", ".join(_remarks(results, row.layer, row.neuron)),
    )


def _interval(row: RoleRow) -> str:
    return interval(row.low, row.high) if row.low == row.low else ""


def _baseline(row: RoleRow) -> str:
    key, score = best_baseline(row)
    return f"{number(score, 2)} ({BASELINES[key]})"


def _remarks(results: Results, layer: int, neuron: int) -> list[str]:
    remarks = []
    hidden = results.moments[layer, neuron, "hidden"]
    if max(abs(hidden.minimum), abs(hidden.maximum)) < DEAD:
        remarks.append("dead")
    near = results.relative_of(layer, neuron)
    if near is not None and abs(near.correlation) >= DUPLICATE:
        remarks.append(f"{'duplicate' if near.correlation > 0 else 'mirror image'} of {near.nearest}")
    for gate in results.network.kind.gates:
        moment = results.moments[layer, neuron, gate.key]
        if moment.open >= 0.95:
            remarks.append(f"{gate.symbol} open")
        if moment.shut >= 0.95:
            remarks.append(f"{gate.symbol} shut")
    return remarks


def held_words(results: Results, layer: int, neuron: int) -> tuple[str, str]:
    """Return the share of sequences right, without a rule the loss: as it is, and with the memory held."""
    held = results.held_memory(layer, neuron)
    if held.measure == "right":
        return percent(held.baseline), percent(held.value)
    unit = loss_unit(results.network)
    return number(unit.of(held.baseline)), number(unit.of(held.value))
