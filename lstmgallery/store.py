"""Traces and weights in files: the seam between the lab and the press, and the only place that knows the schema.

`activations.parquet` holds one row per (layer, neuron, sequence, step) and one float32 column per signal, sorted in
that order, one row group a neuron, so that one neuron is one small read. `steps.parquet` holds one row per (sequence,
step): token, next_token, predicted_token, probability of the next token, loss in nats, split, and the task's features.
Both carry what they are in the metadata key `lstmgallery`, as JSON; any reader of Parquet can use them alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.network import Network
from lstmgallery.tasks import END, START

SCHEMA_VERSION = 1
METADATA_KEY = b"lstmgallery"
ACTIVATIONS, STEPS, CURVE = "activations.parquet", "steps.parquet", "training.parquet"
EQUATIONS, MOMENTS, RELATIVES = "equations.parquet", "moments.parquet", "relatives.parquet"
ROLES, INTERVENTIONS = "roles.parquet", "interventions.parquet"
FRONTIER, SEEDS = "frontier.parquet", "seeds.parquet"
WEIGHTS, UNTRAINED, VOCABULARY = "weights.npz", "untrained.npz", "vocabulary.json"
FIGURE, HELD_OUT = "figure", "held_out"

STEP_COLUMNS = {
    "sequence": "Number of the sequence, from 0; the figure sequences come first.",
    "step": "Number of the step within its sequence; step 0 reads the start token.",
    "token": "The token read at this step.",
    "next_token": "The token that follows in the sequence.",
    "predicted_token": "The token that the network thinks most likely to follow.",
    "probability": "The probability that the network gives the next token.",
    "loss": "The negative logarithm of that probability, in nats.",
    "split": f"{FIGURE} for the sequences shown in figures, {HELD_OUT} for those that measurements are made on.",
}


@dataclass(frozen=True)
class Trace:
    """What a network computed while it read `sequences`: rows are their steps, one sequence after the other.

    `signals`: for each layer, (signals, rows, units) float32 in the order of the table of signals.
    `logits`: (rows, tokens) float32.
    """

    sequences: tuple[str, ...]
    signals: tuple[np.ndarray, ...]
    logits: np.ndarray


def read_tokens(sequence: str) -> list[str]:
    """Return the tokens read while a network reads `sequence`: the start token, then each character."""
    return [START, *sequence]


def write_trace(folder: Path, network: Network, trace: Trace, *, figures: int, about: Mapping[str, Any]) -> None:
    """Write `activations.parquet` and `steps.parquet`; the first `figures` sequences are those of the figures."""
    features = {feature.key: feature.sentence for feature in network.task.features}
    steps = _step_table(network, trace, figures)
    write_table(folder / STEPS, steps, {**about, "columns": {**STEP_COLUMNS, **features}})

    columns = {key: STEP_COLUMNS[key] for key in ("sequence", "step")}
    columns |= {"layer": "Number of the layer, from 1.", "neuron": "Number of the neuron in its layer, from 1."}
    columns |= {signal.key: f"{signal.name}. {signal.sentence}" for signal in network.kind.signals}
    schema = pa.schema(
        [(key, pa.int32()) for key in ("sequence", "step", "layer", "neuron")]
        + [(key, pa.float32()) for key in network.kind.keys],
        metadata=_metadata({**about, "columns": columns}),
    )
    place = {"sequence": steps["sequence"], "step": steps["step"]}
    with pq.ParquetWriter(folder / ACTIVATIONS, schema, compression="zstd") as writer:
        for layer, signals in enumerate(trace.signals, start=1):
            for neuron in range(1, network.units + 1):
                values = dict(zip(network.kind.keys, signals[:, :, neuron - 1], strict=True))
                rows = pd.DataFrame({**place, "layer": layer, "neuron": neuron, **values})
                writer.write_table(pa.Table.from_pandas(rows, schema, preserve_index=False), row_group_size=len(rows))


def _step_table(network: Network, trace: Trace, figures: int) -> pd.DataFrame:
    vocabulary = np.array(network.task.vocabulary, dtype=object)
    truths = step_truths(network, trace.sequences)
    logits = trace.logits.astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))  # (rows, tokens)
    index = {token: at for at, token in enumerate(vocabulary)}
    following = [index[token] for token in truths["next_token"]]
    chosen = log_probabilities[np.arange(len(following)), following]
    found = {
        "predicted_token": vocabulary[log_probabilities.argmax(axis=1)],
        "probability": np.exp(chosen).astype(np.float32),
        "loss": (-chosen).astype(np.float32),
        "split": np.where(truths["sequence"] < figures, FIGURE, HELD_OUT),
    }
    places = list(STEP_COLUMNS)[:4]
    return pd.concat([truths[places], pd.DataFrame(found), truths.drop(columns=places)], axis=1)


def step_truths(network: Network, sequences: Sequence[str]) -> pd.DataFrame:
    """Return what is known of every step before any network reads it: sequence, step, token, next_token, features."""
    rows: dict[str, list[Any]] = {key: [] for key in list(STEP_COLUMNS)[:4]}
    truths: dict[str, list[Any]] = {feature.key: [] for feature in network.task.features}
    for number, sequence in enumerate(sequences):
        steps = len(sequence) + 1
        rows["sequence"] += [number] * steps
        rows["step"] += range(steps)
        rows["token"] += read_tokens(sequence)
        rows["next_token"] += [*sequence, END]
        for key, values in network.task.ground_truth(sequence).items():
            truths[key] += values
    counts = [feature.key for feature in network.task.features if feature.kind == "count"]
    return pd.DataFrame({**rows, **truths}).astype(dict.fromkeys(["sequence", "step", *counts], "int32"))


def read_steps(folder: Path) -> pd.DataFrame:
    """Return `steps.parquet`: one row per step, sorted by sequence and step."""
    return read_table(folder / STEPS)


def read_neuron(folder: Path, *, layer: int, neuron: int) -> pd.DataFrame:
    """Return one neuron's rows of `activations.parquet`, reading only its row group."""
    return read_table(folder / ACTIVATIONS, filters=[("layer", "==", layer), ("neuron", "==", neuron)])


def read_layer(folder: Path, network: Network, layer: int) -> dict[str, np.ndarray]:
    """Return the signals of one layer, each (rows, units) float32, rows in the order of `read_steps`."""
    rows = read_table(folder / ACTIVATIONS, filters=[("layer", "==", layer)])
    return {key: rows[key].to_numpy().reshape(network.units, -1).T for key in network.kind.keys}


def read_about(file: Path) -> dict[str, Any]:
    """Return what a file of ours says about itself: the JSON under its metadata key."""
    metadata = pq.read_schema(file).metadata or {}
    about: dict[str, Any] = json.loads(metadata[METADATA_KEY])
    return about


def write_weights(file: Path, weights: Mapping[str, np.ndarray]) -> None:
    """Write plain arrays under Keras's names: `weights.npz`, or `untrained.npz` for what training began with."""
    np.savez(file, allow_pickle=False, **weights)


def read_weights(file: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a file of weights by name."""
    with np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def write_vocabulary(folder: Path, vocabulary: tuple[str, ...]) -> None:
    """Write `vocabulary.json`, the tokens in the order of the network's inputs and outputs."""
    (folder / VOCABULARY).write_text(json.dumps(vocabulary, ensure_ascii=False) + "\n", encoding="utf-8")


def write_table(file: Path, frame: pd.DataFrame, about: Mapping[str, Any]) -> None:
    """Write one table of results, with what it is about in its metadata."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **_metadata(about)})
    pq.write_table(table, file, compression="zstd")


def read_table(file: Path, **options: Any) -> pd.DataFrame:
    """Return a table of ours; `options` go to `pandas.read_parquet`. Raises `GalleryError` if it cannot be read."""
    try:
        return pd.read_parquet(file, **options)
    except (OSError, pa.ArrowException, KeyError) as error:
        message = f"expected a Parquet file of this tool, found one that cannot be read ({type(error).__name__})"
        raise GalleryError(Problem(str(file), message, hint="delete it and build again")) from None


def _metadata(about: Mapping[str, Any]) -> dict[bytes, bytes]:
    described = {"schema_version": SCHEMA_VERSION, **about}
    return {METADATA_KEY: json.dumps(described, ensure_ascii=False, sort_keys=True).encode()}
