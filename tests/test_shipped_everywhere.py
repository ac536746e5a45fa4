"""The shipped gallery is the same on any processor and in any folder: its networks are pinned."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lstmgallery.build import Project
from tests.conftest import ROOT, Gallery, files_of, options

# What another processor would have libraries choose: XLA's code, and oneDNN's kernels.
OTHERS = {
    "older": {"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2", "ONEDNN_MAX_CPU_ISA": "SSE41"},
    "newest": {"XLA_FLAGS": "--xla_cpu_max_isa=AVX512"},
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_build_on_another_processor_gives_the_same_site(gallery: Gallery, tmp_path: Path, other: str) -> None:
    project = Project(content=ROOT / "content", build=tmp_path / "results", site=tmp_path / "elsewhere")
    command = [sys.executable, "build_site.py", *options(project), "--strict"]
    environment = {**os.environ, **OTHERS[other]}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    here, there = files_of(gallery.project.site), files_of(project.site)
    assert [path for path in sorted({*here, *there}) if here.get(path) != there.get(path)] == []


def test_a_build_trains_none_of_the_shipped_networks(gallery: Gallery) -> None:
    trained = [run for run in gallery.summary.runs if run.stage == "train"]
    assert len(trained) == 4
    assert all(run.is_pinned for run in trained)
