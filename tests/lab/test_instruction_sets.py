"""Equal networks are equal to the bit on every x86-64 processor.

Other processors are stood in for by this one, told to use fewer of its instructions: XLA, which compiles, by its flags;
oneDNN, which picks its kernels while it runs, by its own variable. A product that is left to either of them shows here.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstmgallery.machine import is_x86_64
from lstmgallery.pins import hash_weights
from tests.conftest import ROOT, small_network, write_small_content

pytestmark = pytest.mark.skipif(not is_x86_64(), reason="equal bits are promised on x86-64 alone")

PROCESSORS = {
    "this one": {},
    "without AVX": {"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2"},
    "with other kernels": {"ONEDNN_MAX_CPU_ISA": "SSE41", "DNNL_MAX_CPU_ISA": "SSE41"},
}
TRAIN = """
import sys
from pathlib import Path

import numpy as np

from lstmgallery.lab.trace import trace
from lstmgallery.lab.train import train
from lstmgallery.network import read_network

network, _ = read_network(Path(sys.argv[1]))
trained = train(network, report=lambda *_: None)
traced = trace(network, trained.weights, ["aXb", "aaaXbbb"])
np.savez(
    sys.argv[2],
    logits=traced.logits,
    **{f"after/{name}": values for name, values in trained.weights.items()},
    **{f"before/{name}": values for name, values in trained.untrained.items()},
    **{f"trace/{layer}": values for layer, values in enumerate(traced.signals)},
)
"""
CASES: dict[str, dict[str, Any]] = {"one layer": {}, "two layers of another cell": {"cell": "gru", "layers": 2}}


def train_elsewhere(folder: Path, *options: str, **settings: str) -> dict[str, np.ndarray]:
    """Train the small network in `folder` in a process with these settings; return all arrays that come of it."""
    usual = {name: value for name, value in os.environ.items() if name not in ("XLA_FLAGS", "ONEDNN_MAX_CPU_ISA")}
    arguments = [sys.executable, *options, "-c", TRAIN, str(folder / "networks" / "small.md"), str(folder / "all.npz")]
    environment = {**usual, "CUDA_VISIBLE_DEVICES": "-1", **settings}
    run = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    with np.load(folder / "all.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module", params=CASES)
def by_processor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, np.ndarray]]:
    """What training and tracing give on each processor, for one network."""
    found = {}
    for name, settings in PROCESSORS.items():
        folder = tmp_path_factory.mktemp("processor")
        small_network(folder, **CASES[request.param])
        found[name] = train_elsewhere(folder, **settings)
    return found


@pytest.mark.parametrize("other", [*PROCESSORS][1:])
def test_weights_and_traces_are_the_same_to_the_bit_on_other_processors(
    by_processor: dict[str, dict[str, np.ndarray]], other: str
) -> None:
    here, elsewhere = by_processor["this one"], by_processor[other]
    assert here.keys() == elsewhere.keys()
    assert [name for name in here if here[name].tobytes() != elsewhere[name].tobytes()] == []
    assert hash_weights(here, {}) == hash_weights(elsewhere, {})


def test_training_moves_every_weight_that_is_compared(by_processor: dict[str, dict[str, np.ndarray]]) -> None:
    arrays = by_processor["this one"]
    names = [name.removeprefix("after/") for name in arrays if name.startswith("after/")]
    assert [name for name in names if np.array_equal(arrays[f"before/{name}"], arrays[f"after/{name}"])] == []


def test_training_does_not_depend_on_which_warnings_are_errors(tmp_path: Path) -> None:
    write_small_content(tmp_path, "small")
    usual = train_elsewhere(tmp_path)
    strict = train_elsewhere(tmp_path, "-W", "error::DeprecationWarning")
    assert [name for name in usual if usual[name].tobytes() != strict[name].tobytes()] == []
