"""The files of findings: every column documented, every number on the pages taken from them."""

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

from lstmgallery import store
from lstmgallery.press.text import number
from tests.conftest import ROOT, Gallery

NETWORKS = ("counter", "selective-counter", "state-memorizer", "copy-machine")
each_network = pytest.mark.parametrize("name", NETWORKS)


@each_network
@pytest.mark.parametrize("file", [*sorted({*store.RESULT_COLUMNS} - {store.SEEDS}), store.STEPS, store.ACTIVATIONS])
def test_every_column_is_described_in_the_file(gallery: Gallery, name: str, file: str) -> None:
    path = gallery.project.build / name / file
    about = json.loads(pq.read_schema(path).metadata[b"lstmgallery"])
    assert set(about["columns"]) == set(pd.read_parquet(path).columns)
    assert all(sentence.endswith(".") for sentence in about["columns"].values())


@pytest.mark.parametrize("file", store.RESULT_COLUMNS)
def test_every_column_is_named_in_the_readme(file: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [column for column in store.RESULT_COLUMNS[file] if f"`{column}`" not in text and column not in text]
    assert f"`{file}`" in text
    assert not missing


@each_network
def test_every_signal_of_every_neuron_was_scored(gallery: Gallery, name: str) -> None:
    folder = gallery.project.build / name
    roles = pd.read_parquet(folder / "roles.parquet")
    activations = pd.read_parquet(folder / "activations.parquet", columns=["layer", "neuron"])
    scored = roles[["layer", "neuron"]].drop_duplicates()
    assert len(scored) == len(activations.drop_duplicates())
    assert roles.groupby(["layer", "neuron", "feature", "phase"]).size().eq(6).all()
    assert roles["null_mean"].le(roles["null_p99"] + 1e-12).all()
    assert roles["p"].between(1 / 201, 1).all()
    beats = (roles["score"] > roles["null_p99"]) & (roles["score"] > roles["control"]) & (roles["p"] <= 0.01)
    assert beats[roles["has_role"]].all()
    assert roles["has_role"].any()


@each_network
def test_a_neurons_page_shows_its_score_and_what_zeroing_it_does(gallery: Gallery, name: str) -> None:
    folder = gallery.project.build / name
    done = pd.read_parquet(folder / "interventions.parquet").query("intervention == 'zero' and measure == 'loss'")
    for row in done.itertuples():
        page = gallery.project.site / "networks" / name / f"layer-{row.layer}" / f"neuron-{row.neuron}.html"
        assert f"{number(row.baseline)} → {number(row.value)}" in page.read_text(encoding="utf-8")


@each_network
def test_a_page_without_a_role_says_so_and_no_other_does(gallery: Gallery, name: str) -> None:
    roles = pd.read_parquet(gallery.project.build / name / "roles.parquet")
    for (layer, neuron), part in roles.groupby(["layer", "neuron"]):
        page = gallery.project.site / "networks" / name / f"layer-{layer}" / f"neuron-{neuron}.html"
        text = page.read_text(encoding="utf-8").lower()
        assert ("no role found" in text) == (not part["has_role"].any())


def test_moving_the_counters_cell_moves_the_bs(gallery: Gallery) -> None:
    done = pd.read_parquet(gallery.project.build / "counter" / "interventions.parquet")
    together = done[(done["layer"] == 0) & (done["measure"] == "slope")]
    assert together["value"].iloc[-1] == pytest.approx(1.0, abs=0.25)
