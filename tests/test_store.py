"""The Parquet files describe themselves: pandas alone reads the gallery's numbers from them."""

import hashlib
import importlib.metadata
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lstmgallery import store
from lstmgallery.errors import GalleryError
from lstmgallery.network import Network
from tests.conftest import Gallery, random_weights, small_network
from tests.strips import read_strips

NETWORKS = ("copy-machine", "counter", "selective-counter", "state-memorizer")
SIGNALS = ["cell", "hidden", "candidate", "input_gate", "forget_gate", "output_gate"]
UNITS = {"copy-machine": (2, 20), "counter": (1, 10), "selective-counter": (1, 8), "state-memorizer": (1, 20)}
FEATURES = {
    "copy-machine": {"phase", "position", "first", "second", "third", "next_letter"},
    "counter": {"phase", "a_count", "remaining"},
    "selective-counter": {"phase", "a_count", "remaining", "x_count"},
    "state-memorizer": {"phase", "letter", "x_count"},
}
COUNTS = {"position", "a_count", "remaining", "x_count"}


@pytest.fixture(params=NETWORKS)
def folder(gallery: Gallery, request: pytest.FixtureRequest) -> Path:
    """The folder of each shipped network's results in turn."""
    return gallery.project.build / str(request.param)


def data_of_pages(folder: Path, layer: int, neuron: int) -> list[dict[str, Any]]:
    """Rebuild the contents of a neuron's page from the two files alone: tokens and signals of every sequence shown."""
    activations = pd.read_parquet(
        folder / "activations.parquet", filters=[("layer", "==", layer), ("neuron", "==", neuron)]
    )
    steps = pd.read_parquet(folder / "steps.parquet")
    rows = steps.merge(activations, on=["sequence", "step"], validate="one_to_one").query("split == 'figure'")
    return [
        {"tokens": of_sequence["token"].tolist(), **{key: of_sequence[key].tolist() for key in SIGNALS}}
        for _, of_sequence in rows.groupby("sequence")
    ]


def about(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pq.read_schema(file).metadata[b"lstmgallery"])
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_a_neuron_page_shows_what_the_files_hold(gallery: Gallery, name: str) -> None:
    layer, neuron = UNITS[name][0], UNITS[name][1] - 3
    page = gallery.project.site / "networks" / name / f"layer-{layer}" / f"neuron-{neuron}.html"
    expected = data_of_pages(gallery.project.build / name, layer, neuron)
    shown = read_strips(page.read_text(encoding="utf-8"))
    assert len(shown) == len(expected) >= 3
    for strip, data in zip(shown, expected, strict=True):
        assert strip.tokens == ["⊳", *data["tokens"][1:]]
        assert list(strip.values) == SIGNALS
        for key in SIGNALS:
            printed = [float(value.replace("\N{MINUS SIGN}", "-")) for value in strip.values[key]]
            assert strip.glyphs[key] == strip.tokens
            np.testing.assert_allclose(printed, data[key], rtol=0, atol=0.000501)


def test_the_activations_have_the_documented_schema(folder: Path) -> None:
    schema = pq.read_schema(folder / "activations.parquet")
    places = [(name, pa.int32()) for name in ("sequence", "step", "layer", "neuron")]
    assert [(field.name, field.type) for field in schema] == places + [(name, pa.float32()) for name in SIGNALS]


def test_the_activations_are_sorted_and_whole(folder: Path) -> None:
    layers, units = UNITS[folder.name]
    steps = pd.read_parquet(folder / "steps.parquet")
    rows = pd.read_parquet(folder / "activations.parquet")
    keys = ["layer", "neuron", "sequence", "step"]
    assert rows[keys].equals(rows[keys].sort_values(keys).reset_index(drop=True))
    assert len(rows) == layers * units * len(steps) == len(rows[keys].drop_duplicates())
    assert np.isfinite(rows[SIGNALS].to_numpy()).all()


def test_a_row_group_is_one_neuron(folder: Path) -> None:
    file = pq.ParquetFile(folder / "activations.parquet")
    layers, units = UNITS[folder.name]
    found = [
        tuple(set(file.read_row_group(at, columns=["layer", "neuron"])[key].to_pylist()) for key in ("layer", "neuron"))
        for at in range(file.num_row_groups)
    ]
    assert found == [({layer}, {neuron}) for layer in range(1, layers + 1) for neuron in range(1, units + 1)]


def read_neuron(folder: Path, *, layer: int, neuron: int) -> pd.DataFrame:
    """Return one neuron's rows as the README reads them."""
    place = [("layer", "==", layer), ("neuron", "==", neuron)]
    return pd.read_parquet(folder / "activations.parquet", filters=place)


def test_one_neuron_is_one_small_read(folder: Path) -> None:
    one = read_neuron(folder, layer=1, neuron=2)
    whole = pd.read_parquet(folder / "activations.parquet")
    pd.testing.assert_frame_equal(one, whole.query("layer == 1 and neuron == 2").reset_index(drop=True))


def test_the_steps_have_the_documented_columns(folder: Path) -> None:
    schema = pq.read_schema(folder / "steps.parquet")
    base = ["sequence", "step", "token", "next_token", "predicted_token", "probability", "loss", "split"]
    assert schema.names[:8] == base
    assert set(schema.names[8:]) == FEATURES[folder.name]
    types = {name: schema.field(name).type for name in schema.names}
    numbers = {"sequence", "step"} | (COUNTS & set(schema.names))
    assert {types[name] for name in numbers} == {pa.int32()}
    assert {types["probability"], types["loss"]} == {pa.float32()}
    texts = set(schema.names) - numbers - {"probability", "loss"}
    assert all(pa.types.is_string(types[name]) or pa.types.is_large_string(types[name]) for name in texts)


def test_the_steps_are_sequences_from_start_to_end(folder: Path) -> None:
    steps = pd.read_parquet(folder / "steps.parquet")
    assert steps[["sequence", "step"]].equals(steps[["sequence", "step"]].sort_values(["sequence", "step"]))
    assert steps["sequence"].unique().tolist() == list(range(steps["sequence"].nunique()))
    for _, rows in steps.groupby("sequence"):
        assert rows["step"].tolist() == list(range(len(rows)))
        assert rows["token"].iloc[0] == "<start>"
        assert rows["next_token"].tolist() == [*rows["token"].iloc[1:], "<end>"]


def test_the_sequences_shown_come_first_and_as_the_author_gave_them(folder: Path) -> None:
    steps = pd.read_parquet(folder / "steps.parquet").query("split == 'figure'")
    found = ["".join(rows["token"].iloc[1:]) for _, rows in steps.groupby("sequence")]
    assert found == about(folder / "steps.parquet")["network"]["shown"]


def test_losses_are_the_logarithms_of_probabilities(folder: Path) -> None:
    steps = pd.read_parquet(folder / "steps.parquet")
    assert steps["probability"].between(0, 1).all()
    np.testing.assert_allclose(np.exp(-steps["loss"].astype(float)), steps["probability"], rtol=1e-5, atol=1e-7)


def test_the_probabilities_are_what_the_stored_weights_say(folder: Path) -> None:
    layers, units = UNITS[folder.name]
    steps = pd.read_parquet(folder / "steps.parquet")
    rows = pd.read_parquet(folder / "activations.parquet", filters=[("layer", "==", layers)])
    hidden = rows["hidden"].to_numpy(float).reshape(units, -1).T  # (rows, units)
    vocabulary = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
    with np.load(folder / "weights.npz") as weights:
        logits = hidden @ weights["readout/kernel"] + weights["readout/bias"]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    chosen = shares[np.arange(len(steps)), [vocabulary.index(token) for token in steps["next_token"]]]
    np.testing.assert_allclose(steps["probability"], chosen, rtol=0, atol=1e-4)
    assert steps["predicted_token"].tolist() == [vocabulary[at] for at in logits.argmax(axis=1)]


def test_enough_is_held_out(folder: Path) -> None:
    steps = pd.read_parquet(folder / "steps.parquet").query("split == 'held_out'")
    sequences = ["".join(rows["token"].iloc[1:]) for _, rows in steps.groupby("sequence")]
    stated = about(folder / "steps.parquet")["held_out"]
    whole = {"counter": 10, "state-memorizer": 40, "copy-machine": 27}
    assert len(set(sequences)) == len(sequences) == stated["sequences"] == whole.get(folder.name, 400)
    assert stated["is_whole_language"] == (folder.name in whole)


@pytest.mark.parametrize("name", ["activations.parquet", "steps.parquet"])
def test_a_trace_file_says_what_it_is(folder: Path, name: str) -> None:
    found = about(folder / name)
    assert found["schema_version"] == 1
    assert found["network"]["name"] == folder.name
    assert found["seed"] == found["network"]["seed"] > 0
    assert found["network"]["cell"] == "lstm"
    assert (found["network"]["layers"], found["network"]["units"]) == UNITS[folder.name]
    assert found["vocabulary"] == json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
    assert found["vocabulary"][:2] == ["<start>", "<end>"]
    assert found["weights_sha256"] == hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest()
    criterion = found["criterion"]
    assert criterion["sequences_right"] == criterion["sequences"] > 0
    assert criterion["tokens_right"] == criterion["tokens"] > 0
    expected = {library: importlib.metadata.version(library) for library in ("tensorflow", "keras", "numpy", "pandas")}
    assert expected.items() <= found["libraries"].items()
    assert set(found["columns"]) == set(pq.read_schema(folder / name).names)


def test_the_weights_have_the_names_and_shapes_of_keras(folder: Path) -> None:
    layers, units = UNITS[folder.name]
    tokens = len(json.loads((folder / "vocabulary.json").read_text(encoding="utf-8")))
    expected = {"readout/kernel": (units, tokens), "readout/bias": (tokens,)}
    for layer in range(1, layers + 1):
        expected |= {
            f"layer_{layer}/kernel": (tokens if layer == 1 else units, 4 * units),
            f"layer_{layer}/recurrent_kernel": (units, 4 * units),
            f"layer_{layer}/bias": (4 * units,),
        }
    with np.load(folder / "weights.npz", allow_pickle=False) as weights:
        assert {name: weights[name].shape for name in weights} == expected
        assert {weights[name].dtype for name in weights} == {np.dtype(np.float32)}


def test_a_layer_is_read_in_the_order_of_the_steps(gallery: Gallery, tmp_path: Path) -> None:
    folder = gallery.project.build / "counter"
    network = small_network(tmp_path).model_copy(update={"units": 10})
    layer = store.read_layer(folder, network, 1)
    whole = pd.read_parquet(folder / "activations.parquet")
    for neuron in (1, 10):
        values = whole.query(f"neuron == {neuron}")["forget_gate"].to_numpy()
        np.testing.assert_array_equal(layer["forget_gate"][:, neuron - 1], values)


@pytest.fixture
def traced(tmp_path: Path) -> tuple[Path, Network, store.Trace]:
    """The folder of an invented trace of two layers and three sequences, the first of them shown."""
    network = small_network(tmp_path, layers=2)
    random = np.random.default_rng(1)
    rows, tokens = 4 + 6 + 4, len(network.task.vocabulary)
    signals = random.normal(size=(2, len(SIGNALS), rows, network.units)).astype(np.float32)
    trace = store.Trace(("aXb", "aaXbb", "aXb"), tuple(signals), random.normal(size=(rows, tokens)).astype(np.float32))
    store.write_weights(tmp_path / "weights.npz", {"readout/bias": np.zeros(2)})
    sha256 = hashlib.sha256((tmp_path / "weights.npz").read_bytes()).hexdigest()
    store.write_trace(tmp_path, network, trace, shown=1, about={"weights_sha256": sha256, "name": "⊳"})
    return tmp_path, network, trace


def test_a_trace_is_read_back_neuron_by_neuron(traced: tuple[Path, Network, store.Trace]) -> None:
    folder, network, trace = traced
    for layer, signals in enumerate(trace.signals, start=1):
        whole = store.read_layer(folder, network, layer)
        for neuron in range(1, network.units + 1):
            rows = read_neuron(folder, layer=layer, neuron=neuron)
            assert rows["sequence"].tolist() == [0] * 4 + [1] * 6 + [2] * 4
            assert rows["step"].tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3]
            assert (set(rows["layer"]), set(rows["neuron"])) == ({layer}, {neuron})
            for at, key in enumerate(SIGNALS):
                np.testing.assert_array_equal(rows[key], signals[at, :, neuron - 1])
                np.testing.assert_array_equal(whole[key][:, neuron - 1], signals[at, :, neuron - 1])


def test_a_step_has_its_tokens_its_truth_and_what_the_network_makes_of_it(
    traced: tuple[Path, Network, store.Trace],
) -> None:
    folder, network, trace = traced
    steps = store.read_steps(folder)
    assert steps["token"].tolist() == ["<start>", *"aXb", "<start>", *"aaXbb", "<start>", *"aXb"]
    assert steps["next_token"].tolist() == [*"aXb", "<end>", *"aaXbb", "<end>", *"aXb", "<end>"]
    assert steps["remaining"].tolist() == [0, 1, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1, 1, 0]
    assert steps["split"].tolist() == ["figure"] * 4 + ["held_out"] * 10
    assert {str(steps[key].dtype) for key in ("sequence", "step", "a_count", "remaining")} == {"int32"}
    logits = trace.logits.astype(float)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    following = [network.task.vocabulary.index(token) for token in steps["next_token"]]
    chosen = shares[np.arange(len(steps)), following]
    np.testing.assert_allclose(steps["probability"], chosen, rtol=1e-6)
    np.testing.assert_allclose(steps["loss"], -np.log(chosen), rtol=1e-6)
    assert steps["predicted_token"].tolist() == [network.task.vocabulary[at] for at in logits.argmax(axis=1)]


def test_files_of_a_trace_are_packed_and_describe_every_column(traced: tuple[Path, Network, store.Trace]) -> None:
    folder, network, _ = traced
    for name in ("activations.parquet", "steps.parquet"):
        file = pq.ParquetFile(folder / name)
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"
        assert [*about(folder / name)["columns"]] == sorted(file.schema_arrow.names)
        assert store.read_about(folder / name) == about(folder / name)
    assert about(folder / "steps.parquet")["columns"]["remaining"] == network.task.features[2].sentence
    groups = pq.ParquetFile(folder / "activations.parquet").metadata
    assert [groups.row_group(at).num_rows for at in range(groups.num_row_groups)] == [14] * 2 * network.units


def test_weights_are_read_beside_their_traces_and_refused_beside_others(
    traced: tuple[Path, Network, store.Trace],
) -> None:
    folder, _, _ = traced
    assert [*store.read_traced_weights(folder)] == ["readout/bias"]
    store.write_weights(folder / "weights.npz", {"readout/bias": np.ones(2)})
    with pytest.raises(GalleryError, match=r"expected the weights that .*steps\.parquet was recorded from") as raised:
        store.read_traced_weights(folder)
    (problem,) = raised.value.problems
    assert (problem.place, problem.hint) == (str(folder / "weights.npz"), "delete both and build again")


def test_what_is_said_of_a_file_is_plain_text_and_the_same_in_any_order(tmp_path: Path) -> None:
    frame = pd.DataFrame([(1, 0.5, 0.25)], columns=["step", "loss", "right"])
    for name, said in (("one", {"a": 1, "b": "⊳"}), ("other", {"b": "⊳", "a": 1})):
        (tmp_path / name).mkdir()
        store.write_results(tmp_path / name / "training.parquet", frame, said)
    one, other = (tmp_path / name / "training.parquet" for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    assert "⊳".encode() in pq.read_schema(one).metadata[b"lstmgallery"]
    assert pq.ParquetFile(one).metadata.row_group(0).column(0).compression == "ZSTD"
    pd.testing.assert_frame_equal(store.read_table(one), frame)
    store.write_vocabulary(tmp_path, ("⊳", "a"))
    assert (tmp_path / "vocabulary.json").read_text(encoding="utf-8") == '["⊳", "a"]\n'


@pytest.mark.parametrize("columns", [["loss", "step", "right"], ["step", "loss"], ["step", "loss", "right", "more"]])
def test_results_with_other_columns_than_the_documented_ones_are_refused(tmp_path: Path, columns: list[str]) -> None:
    with pytest.raises(ValueError, match=r"training\.parquet: expected the columns"):
        store.write_results(tmp_path / "training.parquet", pd.DataFrame([range(len(columns))], columns=columns), {})
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_the_neurons_that_are_asked_for_is_reported(tmp_path: Path) -> None:
    pd.DataFrame({"layer": [1]}).to_parquet(tmp_path / "activations.parquet")
    with pytest.raises(GalleryError, match="expected a Parquet file of this tool"):
        store.read_table(tmp_path / "activations.parquet", filters=[("neuron", "==", 1)])


def test_a_layer_whose_neurons_are_not_in_their_places_is_reported(traced: tuple[Path, Network, store.Trace]) -> None:
    folder, network, _ = traced
    file = folder / "activations.parquet"
    with pq.ParquetFile(file) as parquet:
        groups = [parquet.read_row_group(at) for at in range(parquet.num_row_groups)]
    with pq.ParquetWriter(file, groups[0].schema) as writer:
        for group in reversed(groups):
            writer.write_table(group)
    with pytest.raises(GalleryError, match="expected a Parquet file of this tool"):
        store.read_layer(folder, network, 1)
    with pytest.raises(GalleryError, match="expected a Parquet file of this tool"):
        store.read_layer(folder, network, 3)


def test_a_file_that_is_no_parquet_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "steps.parquet"
    file.write_bytes(b"PAR1 but not really PAR1")
    with pytest.raises(GalleryError, match="expected a Parquet file of this tool, found one that cannot be read"):
        store.read_table(file)


def test_the_weights_of_seeds_come_back_as_they_were_given(tmp_path: Path) -> None:
    network = small_network(tmp_path, layers=2)
    given = {seed: random_weights(network, seed=seed) for seed in (1, 2, 10)}
    store.write_seed_weights(tmp_path / "seeds.npz", given)
    found = store.read_seed_weights(tmp_path / "seeds.npz")
    assert list(found) == [1, 2, 10]
    for seed, weights in given.items():
        assert list(found[seed]) == list(weights)
        for name, values in weights.items():
            np.testing.assert_array_equal(found[seed][name], values, strict=True)


def test_the_weights_of_seeds_are_plain_arrays_under_their_seed_and_name(tmp_path: Path) -> None:
    store.write_seed_weights(tmp_path / "seeds.npz", {7: {"layer_1/kernel": np.eye(2), "readout/bias": np.zeros(3)}})
    with np.load(tmp_path / "seeds.npz", allow_pickle=False) as arrays:
        assert set(arrays) == {"seed_7/layer_1/kernel", "seed_7/readout/bias"}
        np.testing.assert_array_equal(arrays["seed_7/layer_1/kernel"], np.eye(2))


def test_the_order_in_which_seeds_were_done_leaves_no_trace(tmp_path: Path) -> None:
    weights = {seed: {"readout/bias": np.full(2, seed, np.float32)} for seed in (1, 2, 3)}
    store.write_seed_weights(tmp_path / "one.npz", weights)
    store.write_seed_weights(tmp_path / "other.npz", {seed: weights[seed] for seed in (3, 1, 2)})
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()
