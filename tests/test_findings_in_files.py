"""The files of findings: every column is documented, and every number on the pages comes from them."""

import json
import re
from html import unescape

import pandas as pd
import pyarrow.parquet as pq
import pytest

from lstmgallery import store
from lstmgallery.desk.baselines import BASELINES
from lstmgallery.desk.effort import FULL
from lstmgallery.desk.roles import ERROR_RATE, FEWEST_CASES, MARGIN, ROLE, ROUNDING, STANDINGS, best_rows
from lstmgallery.network import read_network
from lstmgallery.press.marks.text import number
from lstmgallery.press.pages.sentences import row_sentence
from tests.conftest import Gallery
from tests.documents import ARCHITECTURE, section, spans, table

NETWORKS = ("counter", "selective-counter", "state-memorizer", "copy-machine")
each_network = pytest.mark.parametrize("name", NETWORKS)


FILES = [
    *sorted({*store.RESULT_COLUMNS} - {store.SEEDS, store.CONTEXTS, store.CHARACTERS}),
    store.STEPS,
    store.ACTIVATIONS,
]


@each_network
@pytest.mark.parametrize("file", FILES)
def test_every_column_is_described_in_the_file(gallery: Gallery, name: str, file: str) -> None:
    path = gallery.project.build / name / file
    about = json.loads(pq.read_schema(path).metadata[b"lstmgallery"])
    assert set(about["columns"]) == set(pd.read_parquet(path).columns)
    assert all(sentence.endswith(".") for sentence in about["columns"].values())


@pytest.mark.parametrize("file", store.RESULT_COLUMNS)
def test_every_column_is_documented(file: str) -> None:
    (row,) = [row for row in table(ARCHITECTURE, "file").rows if spans(row[0]) == [file]]
    named = {*re.findall(r"\w+", row[1]), *spans(row[2])}
    for heading in re.findall(r"\(#(\w+)\)", row[2]):
        named |= {*spans(section(ARCHITECTURE, heading.capitalize()))}
    assert {*store.RESULT_COLUMNS[file]} - named == set()


@each_network
def test_every_signal_of_every_neuron_was_scored(gallery: Gallery, name: str) -> None:
    folder = gallery.project.build / name
    roles = pd.read_parquet(folder / "roles.parquet")
    activations = pd.read_parquet(folder / "activations.parquet", columns=["layer", "neuron"])
    scored = roles[["layer", "neuron"]].drop_duplicates()
    assert len(scored) == len(activations.drop_duplicates())
    assert roles.groupby(["layer", "neuron", "feature", "phase"]).size().eq(6).all()
    assert set(roles["standing"]) <= set(STANDINGS)
    assert roles["null_mean"].le(roles["null_p99"]).all()
    assert roles["p"].between(1 / (1 + FULL.shuffles), 1).all()


@each_network
def test_every_role_beats_chance_untrained_networks_and_what_needs_no_neuron(gallery: Gallery, name: str) -> None:
    roles = pd.read_parquet(gallery.project.build / name / "roles.parquet")
    kept = roles[roles["standing"] == ROLE]
    assert not kept.empty
    assert kept["p"].le(ERROR_RATE).all()
    assert kept["score"].gt(kept["null_p99"]).all()
    for beaten in ("untrained_p95", *BASELINES):
        assert kept["score"].ge(kept[beaten] + kept["measure"].map(MARGIN) - ROUNDING).all()
    assert kept["positives"].fillna(kept["steps"]).ge(FEWEST_CASES).all()
    assert kept["score"].between(kept["low"], kept["high"]).mean() > 0.9  # a bootstrap is not centred on the score


@each_network
def test_untrained_networks_are_kept_one_by_one_and_summed_up_in_the_table_of_roles(
    gallery: Gallery, name: str
) -> None:
    folder = gallery.project.build / name
    controls = pd.read_parquet(folder / "controls.parquet").groupby(["feature", "phase"])
    assert controls["network"].agg(list).map(lambda numbers: numbers == [*range(1, FULL.untrained + 1)]).all()
    summed = pd.read_parquet(folder / "roles.parquet").groupby(["feature", "phase"]).first()
    for column, found in {
        "untrained_median": controls["score"].median(),
        "untrained_p95": controls["score"].quantile(0.95),
        "untrained_max": controls["score"].max(),
    }.items():
        assert (summed[column] - found).abs().max() <= 0.005 + 1e-9


@each_network
def test_a_neurons_page_shows_its_score_and_what_zeroing_it_does(gallery: Gallery, name: str) -> None:
    folder = gallery.project.build / name
    done = pd.read_parquet(folder / "interventions.parquet").query("intervention == 'zero' and measure == 'loss'")
    for row in done.itertuples():
        page = gallery.project.site / "networks" / name / f"layer-{row.layer}" / f"neuron-{row.neuron}.html"
        assert f"{number(row.baseline)} → {number(row.value)}" in page.read_text(encoding="utf-8")


@each_network
def test_a_page_begins_with_what_the_best_row_of_its_neuron_says(gallery: Gallery, name: str) -> None:
    network = read_network(gallery.project.content / "networks" / f"{name}.md")[0]
    roles = pd.read_parquet(gallery.project.build / name / "roles.parquet")
    for row in best_rows(roles, network).itertuples():
        page = gallery.project.site / "networks" / name / f"layer-{row.layer}" / f"neuron-{row.neuron}.html"
        text = " ".join(unescape(page.read_text(encoding="utf-8")).split())
        assert " ".join(row_sentence(network, row).split()) in text
        assert ("No role found" in text) == (row.standing in ("small", "chance", "untrained", "few"))


def test_moving_the_counters_cell_moves_the_bs(gallery: Gallery) -> None:
    done = pd.read_parquet(gallery.project.build / "counter" / "interventions.parquet")
    together = done[(done["layer"] == 0) & (done["measure"] == "slope")]
    assert together["value"].iloc[-1] == pytest.approx(1.0, abs=0.25)
