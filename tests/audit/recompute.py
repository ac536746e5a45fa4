"""Every table of a network's folder, computed again from the weights and the texts alone, one function per table.

Each takes the `Files` of a network and gives a table with the columns of the file. A value that depends on random
draws, or that was rounded, is bounded by two columns: `p >=` and `p <=`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tests.audit.causes import (
    add_counts,
    exchange,
    first_failure,
    hold,
    reading_results,
    slope_of_doses,
    write_frontier,
)
from tests.audit.chance import bound_by_chance, bound_certainty
from tests.audit.reading import HELD_OUT, SHOWN, SIGNALS, Arrays, Files, log_softmax, read, truths
from tests.audit.scoring import (
    Target,
    auc,
    feature_values,
    find_targets,
    held_out,
    main_ranking,
    rank,
    rerun,
    score_all,
    score_signal,
    traced,
)


def activations(files: Files) -> pd.DataFrame:
    """Return every signal of every neuron at every step of every sequence, those shown first."""
    texts = files.texts(SHOWN) + files.texts(HELD_OUT)
    reading = read(files.model(), texts)
    place = truths(files.kind, texts)[["sequence", "step"]]
    parts = []
    for layer, neuron in files.places:
        signals = reading.signals[layer - 1].items()
        values = {key: reading.of_steps(values)[:, neuron - 1] for key, values in signals}
        parts.append(place.assign(layer=layer, neuron=neuron, **values))
    return pd.concat(parts, ignore_index=True)


def steps(files: Files) -> pd.DataFrame:
    """Return every step with its ground truth and the network's prediction."""
    shown = files.texts(SHOWN)
    texts = shown + files.texts(HELD_OUT)
    table = truths(files.kind, texts)
    model = files.model()
    reading = read(model, texts)
    chances = reading.of_steps(log_softmax(reading.logits))  # (rows, tokens)
    following = [model.tokens.index(token) for token in table["next_token"]]
    chosen = chances[np.arange(len(table)), following]
    return table.assign(
        split=np.where(table["sequence"] < len(shown), SHOWN, HELD_OUT),
        predicted_token=[model.tokens[at] for at in chances.argmax(axis=1)],
        probability=np.exp(chosen),
        loss=-chosen,
    )


def moments(files: Files) -> pd.DataFrame:
    """Return the range and mean of every signal, and how often it is below 0.1 and above 0.9."""
    rows = [
        {
            **dict(zip(("layer", "neuron", "signal"), name, strict=True)),
            "steps": len(values),
            "minimum": min(values),
            "mean": sum(values) / len(values),
            "maximum": max(values),
            "shut": sum(value < 0.1 for value in values) / len(values),
            "open": sum(value > 0.9 for value in values) / len(values),
        }
        for name, values in traced(files).items()
    ]
    return pd.DataFrame(rows)


def relatives(files: Files) -> pd.DataFrame:
    """Return, for each neuron, the other neuron of its layer with the most correlated memory."""
    signals, rows = traced(files), []
    for layer, neuron in files.places:
        own = signals[layer, neuron, files.memory]
        others = [other for of_layer, other in files.places if of_layer == layer and other != neuron]
        by_other = {other: float(np.corrcoef(own, signals[layer, other, files.memory])[0, 1]) for other in others}
        nearest = max(others, key=lambda other: abs(by_other[other]))
        rows.append({"layer": layer, "neuron": neuron, "nearest": nearest, "correlation": by_other[nearest]})
    return pd.DataFrame(rows)


def roles(files: Files) -> pd.DataFrame:
    """Return the table of roles; `standing` is decided with the stored `null_p99`, `p` and `untrained_p95`."""
    table, columns = held_out(files), traced(files)
    targets = find_targets(table)
    key = ["feature", "phase"]
    rows = score_all(columns, targets)
    rows = rows.merge(beside(files, table, targets), on=key).merge(baselines(table, targets), on=key)
    rows = rows.join(bound_by_chance(rows, table, columns, targets))
    place = ["layer", "neuron", "signal", *key]
    stored = files.tables["roles"][[*place, "null_p99", "p", "untrained_p95"]]
    rows["standing"] = [standing(row) for row in rows.merge(stored, on=place, how="left").itertuples()]
    return rows.join(bound_certainty(rows, table, columns, targets))


def beside(files: Files, table: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """Return, for each target, its cases, its identical features, and the best scores of untrained networks."""
    untrained = dict(iter(files.tables["controls"].groupby(["feature", "phase"])["score"]))
    flags = find_flags(table)
    rows = []
    for target in targets:
        scores = untrained.get((target.feature, target.phase), [np.nan])
        row: dict[str, object] = {
            "feature": target.feature,
            "phase": target.phase,
            "steps": len(target.rows),
            "positives": target.truth.sum() if target.measure == "auc" else np.nan,
            "same_as": json.dumps(same_as(target, targets, flags), ensure_ascii=False),
        }
        for name, level in (("untrained_median", 0.5), ("untrained_p95", 0.95), ("untrained_max", 1.0)):
            value = np.quantile(scores, level)
            row |= {f"{name} >=": value - 0.005, f"{name} <=": value + 0.005}  # stored to two digits
        rows.append(row)
    return pd.DataFrame(rows)


def same_as(target: Target, targets: Sequence[Target], flags: Mapping[str, np.ndarray]) -> list[str]:
    """Return, sorted, all other features that are the same on a target's rows; opposite ones after `not `.

    Counts are the same if they differ by a constant, and opposite if they add up to one; they have to be scored on the
    same rows. Yes/no features are compared with all of `flags`.
    """
    if target.measure == "auc":
        others = {name: values[target.rows] for name, values in flags.items()}
        same = [name for name, truth in others.items() if (truth == target.truth).all()]
        opposite = [name for name, truth in others.items() if (truth == 1 - target.truth).all()]
    else:
        counts = [other for other in targets if other.measure == "r2" and np.array_equal(other.rows, target.rows)]
        same = [count.feature for count in counts if np.ptp(count.truth - target.truth) == 0]
        opposite = [count.feature for count in counts if np.ptp(count.truth + target.truth) == 0]
    return sorted([*(name for name in same if name != target.feature), *(f"not {name}" for name in opposite)])


def find_flags(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return every yes/no feature, single count and one of the last two tokens read as 1 or 0, nan where unknown.

    Each is (held-out rows,).
    """
    features = feature_values(table)
    flags = {name: values.to_numpy(np.float64) for name, values in features.items() if "=" in name}
    counts = {name: values for name, values in features.items() if "=" not in name}
    for name, column in {**counts, "token": table["token"], "token_before": token_before(table)}.items():
        for value in set(column) - {""}:
            flags[f"{name}={value}"] = (column == value).to_numpy(np.float64)
    return flags


def token_before(table: pd.DataFrame) -> pd.Series:
    """Return the token read one step earlier, an empty text at the first step."""
    return table.groupby("sequence")["token"].shift().fillna("")


def baselines(table: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """Return the score of the best function of a step's place, or of a token read, per target, on the same rows."""
    delimiter = table["step"].where(table["phase"] == "delimiter").groupby(table["sequence"]).transform("max")
    readings = {
        "by_step": table["step"],
        "by_delimiter": (table["step"] - delimiter).clip(lower=-1),
        "by_token": table["token"],
        "by_token_before": token_before(table),
    }
    rows = []
    for target in targets:
        truth = pd.Series(target.truth)
        row: dict[str, object] = {"feature": target.feature, "phase": target.phase}
        for name, reading in readings.items():
            best = truth.groupby(reading.to_numpy()[target.rows]).transform("mean")
            explained = 1 - ((truth - best) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
            row[name] = explained if target.measure == "r2" else auc(best.to_numpy(), target.truth)
        rows.append(row)
    return pd.DataFrame(rows)


def standing(row: Any) -> str:
    """Return the first rule that a score fails, or `role`."""
    baseline = max(row.by_step, row.by_delimiter, row.by_token, row.by_token_before)
    margin = 0.1 if row.measure == "r2" else 0.05
    cases = row.steps if np.isnan(row.positives) else min(row.positives, row.steps - row.positives)
    passes = {
        "small": row.score >= (0.5 if row.measure == "r2" else 0.75),
        "chance": row.score > row.null_p99 and row.p <= 0.01,
        "untrained": row.score >= row.untrained_p95 + margin - 1e-9,
        "baseline": row.score >= baseline + margin - 1e-9,
        "few": cases >= 20,
    }
    return next((rule for rule, is_passed in passes.items() if not is_passed), "role")


def controls(files: Files) -> pd.DataFrame:
    """Return the best score of each target in the network before training; the 99 others are only bounded."""
    columns = rerun(files, files.untrained)
    rows = []
    for target in find_targets(held_out(files)):
        best = max(score_signal(values, target).score for values in columns.values())
        for network in range(1, 101):
            low, high = (best, best) if network == 1 else (-np.inf, 1.0)
            row = {"feature": target.feature, "phase": target.phase, "network": network}
            rows.append({**row, "score >=": low, "score <=": high})
    return pd.DataFrame(rows)


def interventions(files: Files) -> pd.DataFrame:
    """Return the effects of holding every signal of every neuron, and of the task's own intervention."""
    columns = traced(files)
    texts, model = files.texts(HELD_OUT), files.model()
    baseline = reading_results(files, model, texts)
    rows = []
    for layer, neuron in files.places:
        mean = float(columns[layer, neuron, files.memory].mean())
        gates = [signal for signal in SIGNALS[files.spec["cell"]] if signal.endswith("_gate")]
        holds = [("zero", files.memory, 0.0), ("mean", files.memory, mean)]
        holds += [(how, gate, amount) for gate in gates for how, amount in (("shut", 0.0), ("open", 1.0))]
        for how, signal, amount in holds:
            results = reading_results(files, model, texts, hold((layer, neuron), signal, amount))
            for measure, value in results.items():
                row = (layer, neuron, how, signal, amount, "", measure, value, baseline[measure], len(texts))
                rows.append(row)
    ranked = main_ranking(files, columns)
    best = [*zip(ranked["layer"], ranked["neuron"], strict=True)]
    groups = [(place, "", [place]) for place in files.places]
    groups += [((0, 0), f"k={k}", best[:k]) for k in range(1, len(best) + 1)]
    for place, condition, changed in groups:
        if files.kind == "state-memory":
            turned, sequences = exchange(files, model, changed)
            rows.append((*place, "exchange", files.memory, np.nan, condition, "turned", turned, 0.0, sequences))
        elif files.kind != "copying":
            doses = add_counts(files, model, changed)
            if len(condition) == 0:
                rows += [
                    (*place, "add", files.memory, float(dose), f"n={n}", "written", float(count), float(n), 1)
                    for dose, n, count in doses
                ]
            slope = slope_of_doses(doses)
            rows.append((*place, "add", files.memory, np.nan, condition, "slope", slope, 0.0, len(doses)))
    names = ["layer", "neuron", "intervention", "signal", "amount", "condition", "measure", "value", "baseline"]
    return pd.DataFrame(rows, columns=[*names, "sequences"])


def frontier(files: Files) -> pd.DataFrame:
    """Return the network's output at every size, with the memory of its best neuron at the delimiter."""
    best = main_ranking(files, traced(files)).iloc[0]
    return write_frontier(files, files.model(), (int(best["layer"]), int(best["neuron"])))


def seeds(files: Files) -> pd.DataFrame:
    """Return the findings of every seed of the sweep."""
    rows = [(seed, *finding) for seed, weights in files.seeds.items() for finding in findings(files, weights)]
    return pd.DataFrame(rows, columns=["seed", "finding", "value", "layer", "neuron", "is_yes"])


Answer = tuple[str, float, int | None, int | None, bool | None]


def findings(files: Files, weights: Arrays) -> list[Answer]:
    """Return (finding, value, layer, neuron, whether it is a yes) of one seed; None if there is none.

    A neuron is chosen on the first half of the held-out sequences, and measured on the second.
    """
    columns, table = rerun(files, weights), held_out(files)
    if files.kind == "copying":
        last = {name: values for name, values in columns.items() if name[0] == files.spec["layers"]}
        scores = score_all(last, find_targets(table, ["next_letter"]))
        best = {letter: rank(scores, f"next_letter={letter}", ["hidden"]).iloc[0] for letter in "abc"}
        return [
            (f"reader_auc_{letter}", value, int(row["layer"]), int(row["neuron"]), value >= 0.95)
            for letter, row in best.items()
            for value in [float(row["second_half"])]
        ]
    best_row = main_ranking(files, columns, [files.memory]).iloc[0]
    place = layer, neuron = int(best_row["layer"]), int(best_row["neuron"])
    failure = float(first_failure(write_frontier(files, files.model(weights), place)))
    value = float(best_row["second_half"])
    if files.kind == "state-memory":
        return [("latch_auc", value, *place, value >= 0.99), ("first_failure", failure, None, None, None)]
    findings_of_seed: list[Answer] = [("counter_r2", value, *place, value >= 0.95)]
    if files.kind == "selective-counting":
        gate = columns[layer, neuron, "input_gate"]
        on = {token: float(gate[(table["token"] == token) & (table["half"] == 1)].mean()) for token in "Xa"}
        findings_of_seed.append(("input_gate_on_x", on["X"], *place, on["X"] <= 0.1))
        findings_of_seed.append(("input_gate_on_a", on["a"], *place, None))
    return [*findings_of_seed, ("first_failure", failure, None, None, None)]
