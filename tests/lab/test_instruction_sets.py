"""Equal networks are equal to the bit on every x86-64 processor.

This processor imitates others by using fewer of its instructions: XLA, which compiles, by its flags; oneDNN,
which picks its kernels at run time, by its own variable. A product left to either of them would fail here.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstmgallery.machine import is_x86_64
from lstmgallery.pins import hash_weights
from tests.conftest import ROOT, small_network

pytestmark = pytest.mark.skipif(not is_x86_64(), reason="equal bits are promised on x86-64 alone")

PROCESSORS = {
    "this one": {},
    "without AVX": {
        "XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "DNNL_MAX_CPU_ISA": "SSE41",
    },
}
TRAIN = """
import sys
from pathlib import Path

import numpy as np

from lstmgallery.lab.trace import trace
from lstmgallery.lab.train import train
from lstmgallery.network import read_network

for folder in map(Path, sys.argv[1:]):
    network, _ = read_network(folder / "networks" / "small.md")
    trained = train(network, report=lambda *_: None)
    traced = trace(network, trained.weights, ["aXb", "aaaXbbb"])
    np.savez(
        folder / "all.npz",
        logits=traced.logits,
        **{f"after/{name}": values for name, values in trained.weights.items()},
        **{f"before/{name}": values for name, values in trained.untrained.items()},
        **{f"trace/{layer}": values for layer, values in enumerate(traced.signals)},
    )
"""
CASES: dict[str, dict[str, Any]] = {"one layer": {}, "two layers of another cell": {"cell": "gru", "layers": 2}}
STRICT = ("-W", "error::DeprecationWarning")

Arrays = dict[str, np.ndarray]
each_case = pytest.mark.parametrize("case", CASES)


def train_elsewhere(folder: Path, *options: str, cases: Iterable[str] = CASES, **settings: str) -> dict[str, Arrays]:
    """Train small networks in a new process with these settings; return all resulting arrays by case."""
    usual = {name: value for name, value in os.environ.items() if name not in ("XLA_FLAGS", "ONEDNN_MAX_CPU_ISA")}
    folders = {case: folder / case for case in cases}
    for case, of_case in folders.items():
        small_network(of_case, **CASES[case])
    arguments = [sys.executable, *options, "-c", TRAIN, *map(str, folders.values())]
    environment = {**usual, "CUDA_VISIBLE_DEVICES": "-1", **settings}
    run = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    found = {}
    for case, of_case in folders.items():
        with np.load(of_case / "all.npz") as arrays:
            found[case] = dict(arrays)
    return found


@pytest.fixture(scope="module")
def by_processor(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Arrays]]:
    """The results of training and tracing on each processor, by case."""
    return {
        name: train_elsewhere(tmp_path_factory.mktemp("processor"), **settings) for name, settings in PROCESSORS.items()
    }


@each_case
@pytest.mark.parametrize("other", [*PROCESSORS][1:])
def test_weights_and_traces_are_the_same_to_the_bit_on_other_processors(
    by_processor: dict[str, dict[str, Arrays]], case: str, other: str
) -> None:
    here, elsewhere = by_processor["this one"][case], by_processor[other][case]
    assert here.keys() == elsewhere.keys()
    assert [name for name in here if here[name].tobytes() != elsewhere[name].tobytes()] == []
    assert hash_weights(here, {}) == hash_weights(elsewhere, {})


@each_case
def test_training_moves_every_weight_that_is_compared(by_processor: dict[str, dict[str, Arrays]], case: str) -> None:
    arrays = by_processor["this one"][case]
    names = [name.removeprefix("after/") for name in arrays if name.startswith("after/")]
    assert names
    assert [name for name in names if np.array_equal(arrays[f"before/{name}"], arrays[f"after/{name}"])] == []


def test_training_does_not_depend_on_which_warnings_are_errors(
    by_processor: dict[str, dict[str, Arrays]], tmp_path: Path
) -> None:
    usual = by_processor["this one"]["one layer"]
    strict = train_elsewhere(tmp_path, *STRICT, cases=["one layer"])["one layer"]
    assert usual.keys() == strict.keys()
    assert [name for name in usual if usual[name].tobytes() != strict[name].tobytes()] == []
