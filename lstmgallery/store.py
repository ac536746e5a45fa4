"""Traces and weights in files: the seam between the lab and the press, and the only module that knows the schema.

`activations.parquet` holds one row per (layer, neuron, sequence, step) and one float32 column per signal, sorted in
that order, one row group per neuron, so reading one neuron is fast. `steps.parquet` holds one row per (sequence,
step): token, next_token, predicted_token, probability of the next token, loss in nats, split, and the task's features.
Both describe themselves as JSON under the metadata key `lstmgallery`; any Parquet reader can use them alone.
"""

import hashlib
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
from lstmgallery.tasks.truths import PLACES, step_truths
from lstmgallery.whole import parse_json

SCHEMA_VERSION = 1
METADATA_KEY = b"lstmgallery"
ACTIVATIONS, STEPS, CURVE = "activations.parquet", "steps.parquet", "training.parquet"
EQUATIONS, MOMENTS, RELATIVES = "equations.parquet", "moments.parquet", "relatives.parquet"
ROLES, CONTROLS, INTERVENTIONS = "roles.parquet", "controls.parquet", "interventions.parquet"
FRONTIER, SEEDS = "frontier.parquet", "seeds.parquet"
CONTEXTS, CHARACTERS = "contexts.parquet", "characters.parquet"  # of text alone
WEIGHTS, UNTRAINED, VOCABULARY = "weights.npz", "untrained.npz", "vocabulary.json"
SEED_WEIGHTS = "seeds.npz"
FILES = (  # of a network's results
    *(ACTIVATIONS, STEPS, CURVE, EQUATIONS, MOMENTS, RELATIVES, ROLES, CONTROLS, INTERVENTIONS, FRONTIER, SEEDS),
    *(CONTEXTS, CHARACTERS, WEIGHTS, UNTRAINED, VOCABULARY, SEED_WEIGHTS),
)
SHOWN, HELD_OUT = "figure", "held_out"

STEP_COLUMNS = {
    "sequence": "Number of the sequence, from 0; those shown on pages come first.",
    "step": "Number of the step within its sequence; step 0 reads the start token.",
    "token": "The token read at this step.",
    "next_token": "The token that follows in the sequence.",
    "predicted_token": "The network's most likely next token.",
    "probability": "The probability the network assigns to the next token.",
    "loss": "The negative logarithm of that probability, in nats.",
    "split": f"{SHOWN} for the sequences shown on pages, {HELD_OUT} for those used in measurements.",
}

_NEURONS_AT_ONCE = 16  # taken from the traces together: a neuron's values are far apart in memory
_PLACE = {"layer": "Number of the layer, from 1.", "neuron": "Number of the neuron in its layer, from 1."}
_SIGNAL = {"signal": "The signal, as in the table of signals."}
RESULT_COLUMNS: dict[str, dict[str, str]] = {
    CURVE: {
        "step": "Training steps done.",
        "loss": "Mean loss of the steps since the previous row, in nats per token.",
        "right": "Share of the checked sequences with every determined token predicted.",
    },
    EQUATIONS: {
        **_PLACE,
        "equation": "update: from the other signals of the step; recomputed: from weights, input and earlier state.",
        **_SIGNAL,
        "residual": "Largest absolute difference, as a share of its tolerance, of the stored and the recomputed value.",
        "tolerance": "Largest residual allowed there: 1e-5, or ten steps of float32 at that value if that is more.",
        "sequence": "Sequence of that difference.",
        "step": "Step of that difference.",
    },
    MOMENTS: {
        **_PLACE,
        **_SIGNAL,
        "steps": "Held-out steps.",
        "minimum": "Lowest value.",
        "mean": "Mean value.",
        "maximum": "Highest value.",
        "shut": "Share of steps with a value below 0.1.",
        "open": "Share of steps with a value above 0.9.",
    },
    RELATIVES: {
        **_PLACE,
        "nearest": "The other neuron of the layer whose memory correlates most with this one's.",
        "correlation": "That correlation, from -1 to 1.",
    },
    ROLES: {
        **_PLACE,
        **_SIGNAL,
        "feature": "A count, or one value of a category or of the next token, as name=value.",
        "phase": "The steps scored: all, or those before, at or after the delimiter.",
        "measure": "r2 of a straight line, or auc.",
        "score": "The mean of both halves of the sequences, each scored with what was fitted on the other.",
        "first_half": "The score on the first half of a fit on that half, by which `best(...)` chooses neurons.",
        "second_half": "The same on the second half, reported for chosen neurons.",
        "direction": "1 where the signal is high when the feature is, -1 where it is low.",
        "low": "Lower end of the 95 % interval of the score, from 1,000 resamples of whole sequences.",
        "high": "Upper end of that interval.",
        "precision": "Of the steps on the feature's side of the best threshold, the share that has the feature.",
        "recall": "Of the steps that have the feature, the share on its side of the best threshold.",
        "separates": "Whether one threshold separates all steps with the feature from all without.",
        "null_mean": "Mean over shuffles of the best score of all neurons and signals, to two digits.",
        "null_p99": "The 99th percentile of the same, to two digits.",
        "p": "(1 + k) / (1 + n), where k of n shuffles contain a result at least as extreme anywhere in the scan.",
        "untrained_median": "Median over untrained networks of the best score of all neurons and signals.",
        "untrained_p95": "The 95th percentile of the same, to two digits like the median.",
        "untrained_max": "The highest of the same, to two digits.",
        "by_step": "Score of the best function of the step number.",
        "by_delimiter": "Score of the best function of the steps since the delimiter.",
        "by_token": "Score of the best function of the token read.",
        "by_token_before": "Score of the best function of the previous token.",
        "steps": "Steps scored.",
        "positives": "Steps with the yes/no feature; missing for a count.",
        "same_as": "Other features that are the same on these steps, a JSON list; opposite ones after `not `.",
        "standing": "The first rule that the score fails: small, chance, untrained, baseline or few; or role.",
    },
    CONTROLS: {
        "feature": "As in the table of roles.",
        "phase": "As in the table of roles.",
        "network": "Number of the untrained network, from 1; network 1 is the network's own initial state.",
        "score": "The best score of all its neurons and signals.",
    },
    INTERVENTIONS: {
        "layer": "Number of the layer, from 1; 0 where several neurons are changed at once.",
        "neuron": "Number of the neuron in its layer, from 1; 0 where several are changed at once.",
        "intervention": "zero, mean, shut, open, add or exchange.",
        "signal": "The signal that is changed.",
        "amount": "The value it is held at, or the counts added.",
        "condition": "n: the a's read; k: how many of the best neurons are changed at once.",
        "measure": "loss (nats per token), right (share of sequences), right_1 to right_3, written, slope, or "
        "turned (share of sequences that switch to the other letter).",
        "value": "The measure with the intervention.",
        "baseline": "The measure without it.",
        "sequences": "Sequences it was measured on.",
    },
    FRONTIER: {
        "size": "Number of a's or x's, also beyond the training range.",
        "variant": "The number of X's, or the first letter.",
        "is_trained": "Whether training had this variant.",
        "prompt": "What the network read.",
        "expected": "The correct output.",
        "written": "What it wrote, decoding greedily.",
        "ended": "Whether it wrote the end token by itself.",
        "right": "Whether it wrote the correct output and ended.",
        "memory": "Memory at the delimiter of the best neuron for the task.",
    },
    CONTEXTS: {
        **_PLACE,
        "kind": "strongest, middle or random.",
        "rank": "Number of the place within its kind, from 1.",
        "passage": "Number of the passage among the held-out ones, from 0.",
        "step": "Step of the place.",
        "first": "Step of the first value.",
        "values": "The memory at that step and those after it, to three digits.",
    },
    CHARACTERS: {
        **_PLACE,
        "when": "read, or next.",
        "token": "The character.",
        "shift": "Mean memory at these steps less the mean of all steps, in standard deviations of the memory.",
        "steps": "Held-out steps that read it, or before it.",
    },
    SEEDS: {
        "seed": "The seed of the initial weights and batches.",
        "finding": "What was asked.",
        "value": "The answer.",
        "layer": "Layer of the neuron measured; missing if the whole network was.",
        "neuron": "Number of that neuron.",
        "is_yes": "Whether the answer is yes; missing unless it is a yes/no question.",
    },
}

TEXT_CURVE_COLUMNS = {
    "step": "Training steps done.",
    "characters": "Characters read in training, ends of documents included.",
    "training_bits": "Mean bits a character of the steps since the previous row, with dropout.",
    "validation_bits": "Bits a character on the validation documents, with rounded weights; missing without them.",
}


@dataclass(frozen=True)
class Trace:
    """The signals and logits of a network reading `sequences`: rows are steps, one sequence after another.

    `signals`: for each layer, (signals, rows, units) float32 in the order of the table of signals, of the first rows.
    `logits`: (rows, tokens), of all rows.
    """

    sequences: tuple[str, ...]
    signals: tuple[np.ndarray, ...]
    logits: np.ndarray


def write_trace(folder: Path, network: Network, trace: Trace, *, shown: int, about: Mapping[str, Any]) -> None:
    """Write `activations.parquet` and `steps.parquet`; the first `shown` sequences are those shown on pages."""
    features = {feature.key: feature.sentence for feature in network.task.features}
    steps = _step_table(network, trace, shown)
    _write_table(folder / STEPS, steps, {**about, "columns": {**STEP_COLUMNS, **features}})

    rows = trace.signals[0].shape[1]
    place = {key: steps[key].to_numpy(np.int32)[:rows] for key in ("sequence", "step")}
    write_signals(folder / ACTIVATIONS, network, trace.signals, place, about)


def write_signals(
    file: Path,
    network: Network,
    signals: Sequence[np.ndarray],
    place: Mapping[str, np.ndarray],
    about: Mapping[str, Any],
) -> None:
    """Write `activations.parquet`: the signals of each layer, (signals, rows, units), at rows of a `place` in the text.

    `place`: the numbers of sequence and step, each (rows,) int32.
    """
    columns = {**{key: STEP_COLUMNS[key] for key in place}, **_PLACE}
    columns |= {signal.key: f"{signal.name}. {signal.sentence}" for signal in network.kind.signals}
    schema = pa.schema(
        [(key, pa.int32()) for key in (*place, *_PLACE)] + [(key, pa.float32()) for key in network.kind.keys],
        metadata=_metadata({**about, "columns": columns}),
    )
    rows = signals[0].shape[1]
    at = [pa.array(values) for values in place.values()]
    # Signals rarely repeat a value, so looking for repeated ones costs more time than it saves bytes.
    with pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=[*place, *_PLACE]) as writer:
        for layer, of_layer in enumerate(signals, start=1):
            for first in range(0, network.units, _NEURONS_AT_ONCE):
                block = np.ascontiguousarray(of_layer[:, :, first : first + _NEURONS_AT_ONCE].transpose(2, 0, 1))
                for neuron, values in enumerate(block, start=first + 1):
                    numbers = [pa.array(np.full(rows, number, np.int32)) for number in (layer, neuron)]
                    arrays = [*at, *numbers, *map(pa.array, values)]
                    writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=max(1, rows))


def _step_table(network: Network, trace: Trace, shown: int) -> pd.DataFrame:
    truths = step_truths(network.task, trace.sequences)
    logits = trace.logits.astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))  # (rows, tokens)
    vocabulary = network.task.vocabulary
    chosen = log_probabilities[np.arange(len(truths)), vocabulary.numbers(truths["next_token"])]
    found = {
        "predicted_token": np.array(vocabulary, dtype=object)[log_probabilities.argmax(axis=1)],
        "probability": np.exp(chosen).astype(np.float32),
        "loss": (-chosen).astype(np.float32),
        "split": np.where(truths["sequence"] < shown, SHOWN, HELD_OUT),
    }
    return pd.concat([truths[[*PLACES]], pd.DataFrame(found), truths.drop(columns=[*PLACES])], axis=1)


def read_steps(folder: Path) -> pd.DataFrame:
    """Return `steps.parquet`: one row per step, sorted by sequence and step."""
    return read_table(folder / STEPS)


def is_held_out(steps: pd.DataFrame) -> np.ndarray:
    """Return for each row of `steps.parquet` whether its sequence is held out."""
    held_out: np.ndarray = (steps["split"] == HELD_OUT).to_numpy()
    return held_out


def read_layer(folder: Path, network: Network, layer: int) -> dict[str, np.ndarray]:
    """Return the stored signals of one layer, each (rows, units) float32: those of the first rows of `read_steps`."""
    file = folder / ACTIVATIONS
    keys = network.kind.keys
    try:
        with pq.ParquetFile(file) as parquet:
            groups = [(layer - 1) * network.units + at for at in range(network.units)]
            found = [_place_of(parquet.metadata.row_group(group)) for group in groups]
            if found != [(layer, neuron) for neuron in network.neuron_numbers]:
                raise ValueError("other neurons")
            rows = parquet.metadata.row_group(groups[0]).num_rows
            values = {key: np.empty(network.units * rows, np.float32) for key in keys}
            for first in range(0, network.units, _NEURONS_AT_ONCE):  # together they would need the memory twice
                table = parquet.read_row_groups(groups[first : first + _NEURONS_AT_ONCE], columns=[*keys])
                for key in keys:
                    parts = [part.to_numpy() for part in table[key].chunks]
                    np.concatenate(parts, out=values[key][first * rows :][: len(table)])
        return {key: each.reshape(network.units, rows).T for key, each in values.items()}
    except Exception as error:  # Arrow raises what it likes at damaged files
        raise _unreadable(file, error) from None


def _place_of(group: pq.RowGroupMetaData) -> tuple[int, int] | None:
    """Return the layer and the neuron of a row group that is about one neuron."""
    columns = {group.column(at).path_in_schema: group.column(at).statistics for at in range(group.num_columns)}
    layer, neuron = (columns[key] for key in _PLACE)
    is_one = layer.min == layer.max and neuron.min == neuron.max
    return (layer.min, neuron.min) if is_one else None


def read_about(file: Path) -> dict[str, Any]:
    """Return a file's description of itself: the JSON under its metadata key.

    Raises FileNotFoundError without a file, and `GalleryError` if it says nothing of itself.
    """
    try:
        metadata = pq.read_schema(file).metadata or {}
        about: dict[str, Any] = dict(parse_json(metadata[METADATA_KEY]))
    except FileNotFoundError:
        raise
    except Exception as error:  # Arrow and JSON raise what they like at damaged files
        raise _unreadable(file, error) from None
    return about


def write_weights(file: Path, weights: Mapping[str, np.ndarray]) -> None:
    """Write plain arrays under Keras's names: `weights.npz`, or `untrained.npz` for the initial weights."""
    np.savez(file, **weights)  # type: ignore[arg-type]


def read_weights(file: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a file of weights by name."""
    with np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def read_traced_weights(folder: Path) -> dict[str, np.ndarray]:
    """Return the weights in a network's folder. Raises `GalleryError` if its traces came from other weights."""
    file, traces = folder / WEIGHTS, folder / STEPS
    found, expected = hashlib.sha256(file.read_bytes()).hexdigest(), read_about(traces)["weights_sha256"]
    if found != expected:
        message = f"expected the weights that {traces} was recorded from (SHA-256 {expected}), found others ({found})"
        raise GalleryError(Problem(str(file), message, hint="delete both and build again"))
    return read_weights(file)


def write_seed_weights(file: Path, by_seed: Mapping[int, Mapping[str, np.ndarray]]) -> None:
    """Write the weights of several seeds into one file, under names such as `seed_2/layer_1/kernel`."""
    write_weights(file, {f"seed_{seed}/{key}": each for seed in sorted(by_seed) for key, each in by_seed[seed].items()})


def read_seed_weights(file: Path) -> dict[int, dict[str, np.ndarray]]:
    """Return the weights of each seed, as passed to `write_seed_weights`."""
    by_seed: dict[int, dict[str, np.ndarray]] = {}
    for key, each in read_weights(file).items():
        seed, _, name = key.partition("/")
        by_seed.setdefault(int(seed.removeprefix("seed_")), {})[name] = each
    return by_seed


def write_vocabulary(folder: Path, vocabulary: tuple[str, ...]) -> None:
    """Write `vocabulary.json`, the tokens in the order of the network's inputs and outputs."""
    (folder / VOCABULARY).write_text(json.dumps(vocabulary, ensure_ascii=False) + "\n", encoding="utf-8")


def write_results(
    file: Path, frame: pd.DataFrame, about: Mapping[str, Any], *, columns: Mapping[str, str] | None = None
) -> None:
    """Write a table of results, with exactly these `columns`, those in `RESULT_COLUMNS` by default, in that order."""
    columns = RESULT_COLUMNS[file.name] if columns is None else columns
    if list(frame.columns) != list(columns):
        raise ValueError(f"{file.name}: expected the columns {list(columns)}, received {list(frame.columns)}")
    _write_table(file, frame, {**about, "columns": columns})


def _write_table(file: Path, frame: pd.DataFrame, about: Mapping[str, Any]) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **_metadata(about)})
    pq.write_table(table, file, compression="zstd")


def read_table(file: Path, **options: Any) -> pd.DataFrame:
    """Return a stored table; `options` go to `pandas.read_parquet`. Raises `GalleryError` if it cannot be read."""
    try:
        return pd.read_parquet(file, **options)
    except Exception as error:  # Arrow and pandas raise what they like at damaged files
        raise _unreadable(file, error) from None


def _unreadable(file: Path, error: Exception) -> GalleryError:
    message = f"expected a Parquet file of this tool, found one that cannot be read ({type(error).__name__})"
    return GalleryError(Problem(str(file), message, hint="delete it and build again"))


def _metadata(about: Mapping[str, Any]) -> dict[bytes, bytes]:
    described = {"schema_version": SCHEMA_VERSION, **about}
    return {METADATA_KEY: json.dumps(described, ensure_ascii=False, sort_keys=True).encode()}
