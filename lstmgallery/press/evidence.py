"""The evidence for a network's and a neuron's headline: tables, plots and sentences made from its results."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from lstmgallery.desk.baselines import BASELINES
from lstmgallery.desk.findings import findings_of
from lstmgallery.desk.frontier import FURTHEST, first_failure
from lstmgallery.desk.relatives import DUPLICATE
from lstmgallery.desk.roles import ROLE, best_baseline
from lstmgallery.press import plots
from lstmgallery.press.plots import Plot, Table
from lstmgallery.press.results import Results
from lstmgallery.press.sentences import alias_words, cases_words, feature_words, row_sentence, score_of, score_words
from lstmgallery.press.text import count, interval, number, percent, plain

DEAD = 0.05  # a neuron whose hidden state never leaves ± this is called dead
ROLES_SHOWN = 6
_HELD = {"zero": "{} held at 0", "mean": "{} held at its mean", "shut": "{} held shut", "open": "{} held open"}


@dataclass(frozen=True)
class Headline:
    """What is said of a neuron first: its role in a sentence, or that none was found, and what its score rests on."""

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
    right_before: str
    right_at_zero: str


@dataclass(frozen=True)
class Role:
    """One role of a neuron, and what it had to beat, in print."""

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
    row = results.best_row_of(layer, neuron)
    network = results.network
    zero = _held(results, layer, neuron, "zero", "right")
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
        beside=plots.plot_beside(row, untrained, name=f"neuron {neuron}", words=score_words(network, row)),
        right_before=percent(zero.baseline),
        right_at_zero=percent(zero.value),
    )


def roles(results: Results, layer: int, neuron: int) -> tuple[Role, ...]:
    """Return a neuron's most telling roles, each beside what it had to beat."""
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
    dose = results.network.task.dose
    if dose is None:
        return None
    slope = next(row.value for row in done if row.measure == "slope")
    rows = [row for row in done if row.measure == "written"]
    return plots.plot_doses(rows, dose, slope=slope, name=f"neuron {neuron}")


def exchange_sentence(results: Results, layer: int, neuron: int) -> str | None:
    """Return what writing the twin's memory into a neuron does; None where sequences have no twins."""
    twins = results.network.task.twins
    if twins is None:
        return None
    turned = next(row for row in results.interventions_on(layer, neuron) if row.measure == "turned")
    memory = results.network.kind[results.network.kind.memory].name.lower()
    other = f"the other {twins.what}"
    return (
        f"With its {memory} overwritten, just before the delimiter, by what it holds in the twin sequence that began "
        f"with {other}, {other} comes out in {percent(turned.value)} of "
        f"{count(turned.sequences, 'sequence')}."
    )


def groups_plot(results: Results) -> Plot | None:
    """Return what changing the best 1, 2, 3, ... neurons at once does; None for tasks without such an intervention."""
    values = [row.value for row in results.interventions_on(0, 0)]
    if dose := results.network.task.dose:
        what, measure = f"each count added brings one more {dose.written}", f"{dose.written}’s for each count added"
    elif twins := results.network.task.twins:
        what = f"the other {twins.what} comes out in nearly every sequence"
        measure = f"share with the other {twins.what}"
    else:
        return None
    enough = next((k for k, value in enumerate(values, start=1) if value >= 0.95), None)
    summary = f"Even with all neurons changed at once it does not hold that {what}."
    if enough:
        who = "one neuron alone" if enough == 1 else f"{enough} neurons at once"
        summary = f"Change {who}, and {what}."
    return plots.plot_groups(values, summary=summary, measure=measure)


def rank(results: Results) -> tuple[Ranked, ...]:
    """Return all neurons, the strongest role first, among equals the most telling, those without a role last."""
    rows = results.best_rows.assign(is_last=results.best_rows["standing"] != ROLE)
    order = ["strength", "telling", "layer", "neuron"]
    with_role = rows[~rows["is_last"]].sort_values(order, ascending=[False, False, True, True])
    without = rows[rows["is_last"]].sort_values(["layer", "neuron"])
    return tuple(_ranked(results, row) for part in (with_role, without) for row in part.itertuples())


def saturation_plots(results: Results, layer: int) -> tuple[tuple[str, Plot], ...]:
    """Return for each gate of a layer how often it is shut and open, neuron by neuron."""
    gates = [signal for signal in results.network.kind.signals if signal.palette == "gate"]
    found = []
    for gate in gates:
        moments = [results.moments[layer, unit, gate.key] for unit in range(1, results.network.units + 1)]
        plot = plots.plot_saturation(gate.name, [m.shut for m in moments], [m.open for m in moments])
        found.append((gate.name, plot))
    return tuple(found)


def missing(results: Results) -> str:
    """Return in words what the task draws at least twice as often as it was held out; nothing where there is none."""
    rare = [share for share in results.about["held_out"]["shares"] if share["held_out"] < share["drawn"] / 2]
    return "; ".join(
        f"those with {share['value']} {share['name']}, {percent(share['drawn'])} of what the task draws and "
        f"{percent(share['held_out'])} of what was held out"
        for share in rare
    )


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
    sizes = task.sizes
    if sizes is None:
        return None
    best = results.main_ranking.iloc[0]
    failure = first_failure(table)
    if failure is None:
        sentence = f"Trained on 1 to {sizes.longest} {sizes.name}, it is right at every size tried, up to {FURTHEST}."
    else:
        wrong = table[~table["right"] & table["is_trained"] & (table["size"] == failure)].iloc[0]
        variant = f" ({sizes.variants}: {wrong['variant']})" if wrong["variant"] else ""
        end = "" if wrong["ended"] else " and does not stop"
        sentence = (
            f"Trained on 1 to {sizes.longest} {sizes.name}, it first fails at {failure}{variant}: "
            f"it should write {_shortened(wrong['expected'])} and writes {_shortened(wrong['written'])}{end}."
        )
    shown = table if sizes.plain is None else table[table["variant"] == sizes.plain]
    memory = results.network.kind[results.network.kind.memory]
    rows = plots.draw_right(table)
    return Frontier(
        sentence=sentence,
        rows=rows,
        right_table=Table(
            (sizes.variants or "sequence", f"{sizes.name} at which it is right"),
            tuple((row.variant or task.form.partition(",")[0], row.sizes_right) for row in rows),
        ),
        memory=plots.plot_memory(
            shown.drop_duplicates(["size", "variant"]),
            trained=sizes.longest,
            name=f"{memory.name} of neuron {int(best['neuron'])}",
            size_name=sizes.name,
            variant_name=sizes.variants,
        ),
        written=plots.plot_written(shown, task.dose) if task.dose else None,
        layer=int(best["layer"]),
        neuron=int(best["neuron"]),
        trained=sizes.longest,
        shown=f"{sizes.plain_words} " if sizes.plain_words else "",
    )


def seeds(results: Results) -> tuple[Seeds, ...]:
    """Return each finding over seeds; empty where the sweep was left out."""
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
        plot = plots.plot_seeds(values, words=finding.words, bounds=bounds, own=own)
        verdict = ""
        if finding.expectation:
            verdict = f"{finding.expectation} in {int(table['is_yes'].sum())} of {len(table)} seeds"
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


def _ranked(results: Results, row: Any) -> Ranked:
    zero = _held(results, row.layer, row.neuron, "zero", "right")
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
        right_at_zero=percent(zero.value),
        remarks=", ".join(_remarks(results, row.layer, row.neuron)),
    )


def _interval(row: Any) -> str:
    return interval(row.low, row.high) if row.low == row.low else ""


def _baseline(row: Any) -> str:
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
