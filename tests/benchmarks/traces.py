"""Traces as files: written and read, beside PyArrow with the same columns.

A layer of LSTMs of made-up signals. "PyArrow" writes the arrays themselves, a row group for each neuron, with the same
compression. Of the file, the share is what has to be read for one neuron: its row group and the footer.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lstmgallery import store
from lstmgallery.network import Network
from tests.benchmarks.peers import alternate, ratio
from tests.benchmarks.tables import Table, spread
from tests.browser.text_pages import LETTERS, text_network

CASES = ((256, 1_000), (20, 1_000))  # (units, sequences)
LENGTH = 99  # and the start token
ROUNDS = 3
NEURONS = 20  # read one after the other


def measure(*, quick: bool) -> list[Table]:
    """Return the speed of writing and of reading a layer, and what one neuron costs."""
    cases, rounds = (CASES[1:], 2) if quick else (CASES, ROUNDS)
    rows = []
    for units, sequences in cases:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            network = text_network(folder, layers=1, units=units)
            trace = made_up_trace(network, sequences)
            columns = len(network.kind.keys) + 4  # the place
            megabytes = 4 * columns * units * trace.signals[0].shape[1] / 1e6
            works: dict[str, Callable[[], float]] = {
                "written": partial(time_write, folder, network, trace),
                "written by PyArrow": partial(time_plain_write, folder / "plain.parquet", network, trace),
                "read": partial(time_read, folder, network),
                "read by PyArrow": partial(time_plain_read, folder / store.ACTIVATIONS),
                "one neuron": partial(time_neuron, folder, network),
            }
            found = alternate(works, rounds=rounds)
            rates = {name: spread([megabytes / seconds for seconds in times]) for name, times in found.items()}
            rows.append(
                [
                    f"{units}, {trace.signals[0].shape[1]:,}",
                    f"{rates['written']} MB/s, {ratio(found['written by PyArrow'], found['written']):.0%} of PyArrow",
                    f"{rates['read']} MB/s, {ratio(found['read by PyArrow'], found['read']):.0%} of PyArrow",
                    f"{spread([1_000 * seconds for seconds in found['one neuron']], '.1f')} ms",
                    f"{share_of_neuron(folder / store.ACTIVATIONS):.2%}",
                ]
            )
    return [Table(["units, steps", "written", "read", "one neuron read", "of the file"], rows)]


def made_up_trace(network: Network, sequences: int) -> store.Trace:
    """Return a trace whose signals move as those of a trained network do: slowly, with noise."""
    chosen = np.random.default_rng(1)
    texts = ["".join(row) for row in chosen.choice(LETTERS, size=(sequences, LENGTH))]
    steps = sequences * (LENGTH + 1)
    signals = np.empty((len(network.kind.keys), steps, network.units), np.float32)
    for signal in signals:
        signal[:] = np.tanh(np.sin(np.arange(steps)[:, None] / 9) + 0.1 * chosen.standard_normal(signal.shape))
    return store.Trace(tuple(texts), (signals,), np.zeros((steps, len(network.task.vocabulary)), np.float32))


def place_of(trace: store.Trace) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of sequence and step of every row."""
    sequences, length = len(trace.sequences), LENGTH + 1
    return np.repeat(np.arange(sequences, dtype=np.int32), length), np.tile(
        np.arange(length, dtype=np.int32), sequences
    )


def time_write(folder: Path, network: Network, trace: store.Trace) -> float:
    """Return the seconds to write the signals as builds do."""
    sequence, step = place_of(trace)
    began = time.perf_counter()
    store.write_signals(
        folder / store.ACTIVATIONS, network, trace.signals, {"sequence": sequence, "step": step}, about={}
    )
    return time.perf_counter() - began


def time_plain_write(file: Path, network: Network, trace: store.Trace) -> float:
    """Return the seconds in which PyArrow writes the same columns."""
    signals = trace.signals[0]
    rows = signals.shape[1]
    sequence, step = place_of(trace)
    layer = np.ones(rows, np.int32)
    keys = ["sequence", "step", "layer", "neuron", *network.kind.keys]
    began = time.perf_counter()
    writer = None
    for neuron in network.neuron_numbers:
        number = np.full(rows, neuron, np.int32)
        columns = [sequence, step, layer, number, *(np.ascontiguousarray(each[:, neuron - 1]) for each in signals)]
        table = pa.table(dict(zip(keys, columns, strict=True)))
        writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=rows)
    assert writer is not None
    writer.close()
    return time.perf_counter() - began


def time_read(folder: Path, network: Network) -> float:
    """Return the seconds to read a layer as builds do."""
    began = time.perf_counter()
    store.read_layer(folder, network, 1)
    return time.perf_counter() - began


def time_plain_read(file: Path) -> float:
    """Return the seconds in which PyArrow reads the same file."""
    began = time.perf_counter()
    pq.read_table(file)
    return time.perf_counter() - began


def time_neuron(folder: Path, network: Network) -> float:
    """Return the seconds to read all signals of one neuron."""
    neurons = np.linspace(1, network.units, NEURONS).astype(int).tolist()
    began = time.perf_counter()
    for neuron in neurons:
        store.read_table(folder / store.ACTIVATIONS, filters=[("layer", "==", 1), ("neuron", "==", neuron)])
    return (time.perf_counter() - began) / len(neurons)


def share_of_neuron(file: Path) -> float:
    """Return the share of a file's bytes that belong to its first row group or to its footer."""
    metadata = pq.read_metadata(file)
    group = metadata.row_group(0)
    own = sum(group.column(at).total_compressed_size for at in range(group.num_columns))
    return float((own + metadata.serialized_size) / file.stat().st_size)
