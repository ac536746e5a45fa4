"""The shipped gallery is the same on any processor and in any folder: its networks are pinned."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from lstmgallery.press.manuscript.content import read_content
from lstmgallery.project import Project
from lstmgallery.stages import StageRun
from tests.conftest import ROOT, Gallery, files_of, options

# What an older processor would have libraries choose: XLA's code, and oneDNN's kernels. NumPy knows neither, so what it
# measures of equal traces need not be measured again.
OLDER = {"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2", "ONEDNN_MAX_CPU_ISA": "SSE41"}
COMPUTED = (".train.json", "weights.npz", ".trace.json", "activations.parquet", "steps.parquet")  # by TensorFlow


def test_a_build_on_another_processor_gives_the_same_site(gallery: Gallery, tmp_path: Path) -> None:
    """Pages are kept: they are made anew as soon as the results that they show differ."""
    project = Project(content=ROOT / "content", build=tmp_path / "results", site=tmp_path / "elsewhere")
    shutil.copytree(gallery.project.build, project.build, ignore=shutil.ignore_patterns(*COMPUTED))
    command = [sys.executable, "build_site.py", *options(project), "--strict"]
    environment = {**os.environ, **OLDER}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    ran = [line for line in run.stderr.splitlines() if re.fullmatch(r"[\w-]+: \w+", line) and line != "site: render"]
    assert ran == [f"{each.network}: {stage}" for each in trained_in(gallery) for stage in ("pin", "trace")]
    here, there = files_of(gallery.project.site), files_of(project.site)
    assert [path for path in sorted({*here, *there}) if here.get(path) != there.get(path)] == []


def trained_in(gallery: Gallery) -> list[StageRun]:
    return [run for run in gallery.summary.runs if run.stage == "train"]


def test_a_build_trains_none_of_the_shipped_networks(gallery: Gallery) -> None:
    assert len(trained_in(gallery)) == len(read_content(gallery.project.content).networks)
    assert all(run.is_pinned for run in trained_in(gallery))
