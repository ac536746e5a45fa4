"""Pages and files of every kind of cell follow from its folder, and networks that learned nothing are shown so."""

import json
import re

import pandas as pd
import pyarrow.parquet as pq
import pytest

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.table import CellKind
from tests.conftest import Gallery

each_kind = pytest.mark.parametrize("kind", CELL_KINDS.values(), ids=CELL_KINDS)


def folder_of(kind: CellKind) -> str:
    return kind.key.replace("_", "-")


def read(gallery: Gallery, path: str) -> str:
    return " ".join((gallery.project.site / path).read_text(encoding="utf-8").split())


@each_kind
def test_the_pages_of_a_neuron_show_every_signal_and_every_update(gallery_of_cells: Gallery, kind: CellKind) -> None:
    for layer in (1, 2):
        page = read(gallery_of_cells, f"networks/{folder_of(kind)}/layer-{layer}/neuron-6.html")
        assert set(re.findall(r'<tr data-signal="(\w+)">', page)) == set(kind.keys)
        assert page.count("data-equation") >= len(kind.updates)
    assert not (gallery_of_cells.project.site / "networks" / folder_of(kind) / "layer-3").exists()


@each_kind
def test_the_legend_lists_every_signal_with_its_equation(gallery_of_cells: Gallery, kind: CellKind) -> None:
    page = read(gallery_of_cells, "how-to-read.html")
    start = page.index(f'<h2 id="{kind.key}">The signals of {kind.article} {kind.title}</h2>')
    table = page[start : page.index("</table>", start)]
    for signal in kind.signals:
        assert f"{signal.symbol} = {kind.formula(signal.key)}" in table
        assert signal.sentence in table


@each_kind
def test_the_table_of_activations_has_a_column_for_every_signal(gallery_of_cells: Gallery, kind: CellKind) -> None:
    file = gallery_of_cells.project.build / folder_of(kind) / "activations.parquet"
    assert set(pq.read_schema(file).names) == {"layer", "neuron", "sequence", "step", *kind.keys}


@each_kind
def test_every_equation_is_checked(gallery_of_cells: Gallery, kind: CellKind) -> None:
    table = pd.read_parquet(gallery_of_cells.project.build / folder_of(kind) / "equations.parquet")
    found = set(table[["equation", "signal"]].itertuples(index=False, name=None))
    updates = {("update", update.signal) for update in kind.updates}
    assert found == updates | {("recomputed", key) for key in kind.keys}


@each_kind
def test_the_explorer_has_every_weight(gallery_of_cells: Gallery, kind: CellKind) -> None:
    script = (gallery_of_cells.project.site / "explorer" / f"{folder_of(kind)}.js").read_text(encoding="utf-8")
    data = json.loads(script[script.index("{") : script.rindex("}") + 1])["data"]
    own = {f"layer_{layer}/{name}" for layer in (1, 2) for name in kind.weight_shapes(1, 1)}
    assert set(data["weights"]) == own | {"readout/kernel", "readout/bias"}
    assert data["cell"] == kind.key


@each_kind
def test_only_what_a_cell_has_is_explained(gallery_of_cells: Gallery, kind: CellKind) -> None:
    name = folder_of(kind)
    for path in (f"networks/{name}/index.html", f"networks/{name}/layer-1/neuron-1.html", f"explorer/{name}.html"):
        page = read(gallery_of_cells, path)
        assert ("</span> gates</span>" in page) == bool(kind.gates)  # the legend of colours
        assert ("spans ± " in page) == (kind.memory == "cell" and "neuron-1" not in path)
    assert ('<h2 id="gates">' in read(gallery_of_cells, f"networks/{name}/index.html")) == bool(kind.gates)


def test_a_network_that_did_not_learn_its_task_says_so(gallery_of_cells: Gallery) -> None:
    page = read(gallery_of_cells, "networks/rnn/index.html")
    assert re.search(r"<dt>[\d.]+ %</dt><dd>of 3 sequences of the training range with every determined token", page)
    assert 'the network <a href="#training">did not learn its task</a>' in page
    assert "The criterion is missed: the network did not learn its task." in page
    assert "Never are all sequences right; at most 25 % are, after 200 steps." in page
    index = read(gallery_of_cells, "index.html")
    assert index.count("it did not learn its task: after 200 training steps, it writes ") == len(CELL_KINDS)
