"""The files of a build hold the values that another computation finds, from the weights and the texts alone."""

import ast
import concurrent.futures
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import lstmgallery.build
import lstmgallery.stages
from lstmgallery.build import build_gallery
from lstmgallery.network import Network
from lstmgallery.project import Project
from lstmgallery.workers import Result, Workers
from tests.audit import chance, recompute
from tests.audit.claims import BOUND, CLAIMS, audit_claim, measure_claim
from tests.audit.reading import Files, language, read_files
from tests.conftest import folders_in, random_weights, record

NETWORK = """\
---
title: {name}
summary: A small network that a test trains.
task: {{{task}}}
cell: {cell}
layers: {layers}
units: {units}
training: {{steps: {steps}, learning_rate: 0.02}}
figures: [{shown}]
---
"""
NETWORKS: dict[str, dict[str, Any]] = {
    "count": {"task": "kind: counting, longest: 7", "shown": "aXb, aaaXbbb", "steps": 200},
    "ignore": {
        "task": "kind: selective-counting, longest: 4, most_ignored: 1",
        "shown": "aXaYbb",
        "steps": 100,
        "cell": "coupled",
    },
    "remember": {
        "task": "kind: state-memory, longest_wait: 5",
        "shown": "AxYa",
        "steps": 100,
        "units": 4,
        "cell": "peephole",
    },
    "copy": {"task": "kind: copying", "shown": "abcXabc", "steps": 100, "cell": "gru", "layers": 2},
}
DEFAULTS = {"cell": "lstm", "layers": 1, "units": 6}

PLACE = ["layer", "neuron"]


@dataclass(frozen=True)
class Audit:
    """The function that computes a table again, the columns that identify its rows, and the tolerance."""

    recompute: Callable[[Files], pd.DataFrame]
    keys: list[str]
    tolerance: float


AUDITS = {
    "activations": Audit(recompute.activations, [*PLACE, "sequence", "step"], 1e-5),
    "steps": Audit(recompute.steps, ["sequence", "step"], 1e-5),
    "moments": Audit(recompute.moments, [*PLACE, "signal"], 1e-9),
    "relatives": Audit(recompute.relatives, PLACE, 1e-7),
    "roles": Audit(recompute.roles, [*PLACE, "signal", "feature", "phase"], 1e-9),
    "controls": Audit(recompute.controls, ["feature", "phase", "network"], 1e-9),
    "interventions": Audit(recompute.interventions, [*PLACE, "intervention", "signal", "condition", "measure"], 1e-9),
    "frontier": Audit(recompute.frontier, ["size", "variant"], 1e-6),
    "seeds": Audit(recompute.seeds, ["seed", "finding"], 1e-6),
}
each_network = pytest.mark.parametrize("name", NETWORKS)
each_table = pytest.mark.parametrize("table", AUDITS)


class Inline(Workers):
    """Workers in this process: starting processes would take longer than their work."""

    def submit(self, work: Callable[..., Result], *arguments: Any) -> "concurrent.futures.Future[Result]":
        done: concurrent.futures.Future[Result] = concurrent.futures.Future()
        done.set_result(work(*arguments))
        return done


def draw_seeds(network: Network, seeds: Sequence[int]) -> dict[int, dict[str, np.ndarray]]:
    """Draw weights instead of training them in a sweep; the network's own seed is still trained."""
    return {seed: random_weights(network, seed=seed) for seed in seeds}


class Audited:
    """The files of a gallery and their expected contents, computed on demand."""

    def __init__(self, project: Project):
        self.files = {name: read_files(project.build / name) for name in NETWORKS}
        self.claims: dict[str, dict[str, Any]] = {
            claim["id"]: claim for claim in json.loads((project.build / "claims.json").read_text(encoding="utf-8"))
        }
        self.folder = project.build
        self._expected: dict[tuple[str, str], pd.DataFrame] = {}
        self._claims: dict[str, dict[str, Any]] = {}

    def expected(self, name: str, table: str) -> pd.DataFrame:
        """Return the expected table of a network."""
        if (name, table) not in self._expected:
            self._expected[name, table] = AUDITS[table].recompute(self.files[name])
        return self._expected[name, table]

    def expected_claim(self, claim_id: str) -> dict[str, Any]:
        """Return the expected entry of a claim in `claims.json`."""
        if claim_id not in self._claims:
            claim = CLAIMS[claim_id]
            self._claims[claim_id] = audit_claim(claim, self.files[claim.network])
        return self._claims[claim_id]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """A gallery of small networks with two seeds each, and a write-up with all claims; never changed by a test."""
    project = folders_in(tmp_path_factory.mktemp("audited"))
    for folder in ("networks", "writeups"):
        (project.content / folder).mkdir(parents=True)
    site = "title: Small gallery\ntagline: For a test.\ndescription: A gallery that a test builds.\n"
    (project.content / "site.yaml").write_text(site, encoding="utf-8")
    for name, given in NETWORKS.items():
        text = NETWORK.format(name=name, **{**DEFAULTS, **given})
        (project.content / "networks" / f"{name}.md").write_text(text, encoding="utf-8")
    (project.content / "writeups" / "claims.md").write_text(write_claims(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lstmgallery.build, "Workers", Inline)
        patch.setattr(lstmgallery.stages, "_train_seeds", draw_seeds)
        build_gallery(project, record(), seeds=2)
    return Audited(project)


def write_claims() -> str:
    """Return a write-up that makes all claims; each expects its value to be at least `BOUND`."""
    text = "---\ntitle: Claims\nsummary: What the small networks do.\npublished: 2024-02-03\n---\n\nMeasured:\n"
    for claim_id, claim in CLAIMS.items():
        who = "neuron" if claim.is_of_neuron else "network"
        lines = [f"id: {claim_id}", f"{who}: {claim.subject}", "says: It does.", f"measure: {claim.measure}"]
        text += "\n```claim\n" + "\n".join([*lines, f"expect: at least {BOUND}"]) + "\n```\n"
    return text


def complaints(audit: Audit, stored: pd.DataFrame, expected: pd.DataFrame) -> list[str]:
    """Return the columns in which a table differs from the expected one, each with its first row.

    Rows are matched by their keys, those with equal keys in their order. `expected` has each column, or its bounds.
    """

    def by_key(table: pd.DataFrame) -> pd.DataFrame:
        if "same_as" in table:  # a list in no order that means anything
            table = table.assign(same_as=[json.dumps(sorted(json.loads(names))) for names in table["same_as"]])
        return table.assign(nth=table.groupby(audit.keys).cumcount()).set_index([*audit.keys, "nth"]).sort_index()

    stored, expected = by_key(stored), by_key(expected)
    if not stored.index.equals(expected.index):
        return [f"rows: expected {len(expected)}, found {len(stored)}, or rows of other keys"]
    wrong = []
    for column in stored:
        low, high = (expected[column if column in expected else f"{column} {sign}"] for sign in (">=", "<="))
        values = stored[column]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            is_right = values.between(low - audit.tolerance, high + audit.tolerance) | (values.isna() & low.isna())
        else:
            is_right = (values == low).fillna(False) | (values.isna() & low.isna())
        if not is_right.all():
            at = is_right.index[~is_right.to_numpy(bool)][0]
            wrong.append(f"{column} at {at}: expected {low[at]} to {high[at]}, found {values[at]}")
    return wrong


def changed(values: pd.Series) -> pd.Series:
    """Return a column with its first value changed: a number raised, a yes or no turned over, a text replaced."""
    values = values.copy()
    at = values.first_valid_index()
    if pd.api.types.is_bool_dtype(values):
        values[at] = not values[at]
    elif pd.api.types.is_numeric_dtype(values):
        values[at] += 1 if pd.api.types.is_integer_dtype(values) else 0.25
    else:
        values[at] = '["something else"]'
    return values


def complaints_of_claim(stored: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Return the fields of a claim that differ from the expected ones, and the tallies that do not fit their values."""
    values_of = {"seeds": stored["by_seed"] and [*stored["by_seed"].values()], "untrained": stored["by_untrained"]}
    if "seeds" in stored["measure"]:
        values_of["seeds"] = None
    tallies = {
        key: values and {"holding": count_holding(values), "total": len(values)} for key, values in values_of.items()
    }
    first = stored["by_untrained"] and stored["by_untrained"][0]
    return [
        f"{key}: expected {wanted}, found {found}"
        for key, wanted, found in [
            *((key, wanted, {**stored, "first_untrained": first}[key]) for key, wanted in expected.items()),
            *((key, tally, stored[key]) for key, tally in tallies.items()),
        ]
        if not is_near(found, wanted)
    ]


def count_holding(values: Sequence[float | None]) -> int:
    """Return the number of values that every claim expects."""
    return sum(value is not None and value >= BOUND for value in values)


def is_near(found: Any, wanted: Any) -> bool:
    """Return whether numbers differ only by rounding, and other values not at all."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(is_near(found[key], wanted[key]) for key in found)
    if isinstance(found, float) and isinstance(wanted, float):
        return abs(found - wanted) <= 1e-6
    return bool(found == wanted)


@each_network
@each_table
def test_a_table_holds_what_another_computation_finds(audited: Audited, name: str, table: str) -> None:
    stored, expected = audited.files[name].tables[table], audited.expected(name, table)
    assert complaints(AUDITS[table], stored, expected) == []


@each_table
def test_a_changed_value_is_noticed_in_every_column(audited: Audited, table: str) -> None:
    def is_noticed(name: str, column: str) -> bool:
        stored = audited.files[name].tables[table]
        wrong = stored.assign(**{column: changed(stored[column])})
        return complaints(AUDITS[table], wrong, audited.expected(name, table)) != []

    networks_of: dict[str, list[str]] = {}
    for name, files in audited.files.items():
        for column in files.tables[table]:
            has_values = files.tables[table][column].notna().any()
            networks_of.setdefault(column, []).extend([name] if has_values else [])
    for column, names in networks_of.items():
        assert any(is_noticed(name, column) for name in names), column


@each_network
def test_a_missing_row_is_noticed(audited: Audited, name: str) -> None:
    for table, audit in AUDITS.items():
        stored = audited.files[name].tables[table]
        if len(stored):
            assert complaints(audit, stored.iloc[1:], audited.expected(name, table)) != [], table


@each_network
def test_the_sequences_are_those_shown_and_the_language(audited: Audited, name: str) -> None:
    files = audited.files[name]
    assert files.texts("figure") == [*files.spec["shown"]]
    assert sorted(files.texts("held_out")) == sorted(language(files.spec["task"]))


@each_network
def test_untrained_networks_reach_what_networks_of_another_drawing_reach(audited: Audited, name: str) -> None:
    key = ["feature", "phase"]
    stored = audited.files[name].tables["controls"].groupby(key)["score"].agg(["mean", "var", "count"])
    drawn = chance.untrained(audited.files[name]).groupby(key)["score"].agg(["mean", "var", "count"])
    error = np.sqrt(stored["var"] / stored["count"] + drawn["var"] / drawn["count"])
    off = (stored["mean"] - drawn["mean"]).abs()
    assert off[off > 5 * error + 0.005].to_dict() == {}


@each_network
def test_the_shown_network_is_asked_what_the_seeds_are_asked(audited: Audited, name: str) -> None:
    files = audited.files[name]
    about = json.loads(pq.read_schema(audited.folder / name / "seeds.parquet").metadata[b"lstmgallery"])
    expected = {finding: value for finding, value, *_ in recompute.findings(files, files.weights)}
    assert about["shown"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("claim_id", CLAIMS)
def test_a_claim_is_what_another_computation_finds(audited: Audited, claim_id: str) -> None:
    assert complaints_of_claim(audited.claims[claim_id], audited.expected_claim(claim_id)) == []


def test_a_changed_claim_is_noticed(audited: Audited) -> None:
    for claim_id, stored in audited.claims.items():
        by_seed, by_untrained = stored["by_seed"] or {}, stored["by_untrained"] or [None]
        others = {
            "value": off_by(stored["value"], 0.01),
            "verdict": "fails" if stored["verdict"] == "holds" else "holds",
            "by_seed": by_seed and {**by_seed, "1": off_by(by_seed["1"], 0.01)},
            "by_untrained": [off_by(by_untrained[0], 0.01), *by_untrained[1:]],
            "null_p99": off_by(stored["null_p99"], 0.01),
            "standing": stored["standing"] and "none",
            **{key: stored[key] and {**stored[key], "holding": -1} for key in ("seeds", "untrained")},
        }
        for key, other in others.items():
            is_of_all = (
                key == "by_untrained" and len(by_untrained) == 1
            )  # over seeds: of all untrained networks at once
            if stored[key] is not None and other != stored[key] and not is_of_all:
                wrong = {**stored, key: other}
                assert complaints_of_claim(wrong, audited.expected_claim(claim_id)) != [], f"{claim_id}: {key}"


def off_by(value: float | None, by: float) -> float | None:
    """Return another value, if there is one."""
    return None if value is None else value + by


@pytest.mark.parametrize(
    "claim_id", [name for name, claim in CLAIMS.items() if claim.is_of_untrained and not claim.is_of_neuron]
)
def test_what_untrained_networks_do_is_what_networks_of_another_drawing_do(audited: Audited, claim_id: str) -> None:
    claim, files = CLAIMS[claim_id], audited.files[CLAIMS[claim_id].network]
    random = np.random.default_rng(20_240_610)
    drawn = [measure_claim(claim, files, chance.draw_untrained(files, random)) for _ in range(chance.DRAWS)]
    one, other = (pd.Series(values, dtype=float) for values in (audited.claims[claim_id]["by_untrained"][1:], drawn))
    assert abs(one.mean() - other.mean()) <= 5 * np.sqrt(one.var() / len(one) + other.var() / len(other)) + 1e-9


@pytest.mark.parametrize("file", sorted(Path(__file__).parent.glob("*.py")), ids=lambda file: file.stem)
def test_the_audit_shares_no_code_with_what_it_audits(file: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    ours = {name for name in imported if name.startswith("lstmgallery")}
    assert not any(name.startswith("lstmgallery.desk") for name in ours)
    assert file.stem == "test_audit" or not ours
