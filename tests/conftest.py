"""Shared fixtures: the shipped gallery, built once, and small networks."""

import copy
import functools
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import filelock
import hypothesis
import numpy as np
import pytest

from lstmgallery import kept, unchanged
from lstmgallery.build import Summary, build_gallery
from lstmgallery.cells import CELL_KINDS
from lstmgallery.errors import Problem
from lstmgallery.exchange import MANIFEST
from lstmgallery.garbage import collect_rarely
from lstmgallery.network import Network, read_network
from lstmgallery.origin import Origin
from lstmgallery.pinning import describe
from lstmgallery.pins import Curve, pin_path, write_pin
from lstmgallery.project import Project
from lstmgallery.searches import Requirement, Search, Trial
from lstmgallery.tasks.languages.language import Language

collect_rarely()

RESULTS = "LSTMGALLERY_RESULTS"  # names a folder that keeps the results of the gallery
ROOT = Path(__file__).parent.parent

# No example is timed: on a busy machine the same example takes ten times as long.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

SMALL = """\
---
title: Small
summary: A small network that a test trains.
task:
  kind: counting
  longest: 3
cell: {cell}
layers: {layers}
units: 6
seed: 1
training:
  steps: 200
figures: [aXb, aaaXbbb]
---

Prose of the small network.
"""


@dataclass
class Record:
    """A `Progress` that records its calls."""

    started: list[tuple[str, str]]
    problems: list[Problem]

    def start(self, name: str, stage: str, total: int | None = None) -> None:  # noqa: ARG002
        self.started.append((name, stage))

    def advance(self, at: int, note: str = "") -> None:
        pass

    def finish(self) -> None:
        pass

    def warn(self, problem: Problem) -> None:
        self.problems.append(problem)


def record() -> Record:
    """Return a `Progress` with no calls yet."""
    return Record([], [])


def write_small_content(folder: Path, *names: str, cell: str = "lstm", layers: int = 1) -> Path:
    """Write a content folder with one small network for each of `names`; return the folder."""
    (folder / "networks").mkdir(parents=True, exist_ok=True)
    site = "title: Small gallery\ntagline: For a test.\ndescription: A gallery that a test builds.\n"
    (folder / "site.yaml").write_text(site, encoding="utf-8")
    for name in names:
        text = SMALL.format(cell=cell, layers=layers)
        (folder / "networks" / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def small_network(folder: Path, *, cell: str = "lstm", layers: int = 1) -> Network:
    """Return the small network, read from a file in `folder`."""
    content = write_small_content(folder, "small", cell=cell, layers=layers)
    return read_network(content / "networks" / "small.md")[0]


def language_of(network: Network) -> Language:
    """Return the language of a network."""
    assert isinstance(network.task, Language)
    return network.task


def random_weights(network: Network, *, seed: int, scale: float = 1.0) -> dict[str, np.ndarray]:
    """Return weights of the network's names and shapes, float32, large enough to move every gate."""
    random = np.random.default_rng(seed)
    scales = {"readout/bias": 1.0}
    return {
        name: random.normal(0, scales.get(name, scale), shape).astype(np.float32)
        for name, shape in network.weight_shapes.items()
    }


def search_record(network: Network, **changes: Any) -> Search:
    """Return an invented record of a search: two recipes, three seeds each, two measures."""
    name = network.name
    values = {(0, 1): (0.5, 3.0), (0, 2): (0.9, None), (0, 3): (None, 4.0), (1, 1): (0.25, 8.0), (1, 2): (0.75, 8.0)}
    trials = [
        Trial(recipe=recipe, seed=seed, steps=200, is_met=True, values=found)
        for (recipe, seed), found in values.items()
    ]
    missed = Trial(recipe=1, seed=3, steps=20_000, is_met=False, values=(1.0, 1.0))
    given = {
        "network": network.training_spec,
        "recipes": ({"units": 6}, {"units": 8}),
        "measures": (f"{name} best(remaining): r2 of cell with remaining", f"{name}: first failure"),
        "best": f"{name} best(remaining): r2 of cell with remaining",
        "conditions": (Requirement(measure=f"{name}: first failure", expect="at least 4"),),
        "trials": (*trials, missed),
        "origin": Origin.here({"numpy": "2"}),
        "date": date(2026, 1, 2),
    }
    return Search(**{**given, **changes})


def run_python(*arguments: str, cwd: Path = ROOT, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run this Python in a new process that can import the package, and return its output."""
    return subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=timeout)


def start_python(*arguments: str) -> subprocess.Popen[str]:
    """Start this Python in a process that handles Ctrl-C, unlike a shell's background process."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen([sys.executable, "-u", *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, usual)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path, as bytes."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def published_in(site: Path) -> dict[str, bytes]:
    """Return the files of a site but the list of them, which changes with any."""
    return {path: content for path, content in files_of(site).items() if path != MANIFEST}


def results_of(project: Project) -> dict[str, bytes]:
    """Return the results of the stages, without the lock and without what only makes the next build quick."""
    found = files_of(project.build).items()
    return {path: content for path, content in found if path not in (".lock", unchanged.STAMP, kept.FILE)}


@functools.cache
def variants() -> set[str]:
    """Return the names of the shipped networks that are variants of others."""
    files = (ROOT / "content" / "networks").glob("*.md")
    return {file.stem for file in files if "\nvariant_of:" in file.read_text(encoding="utf-8")}


def is_sampled(path: str) -> bool:
    """Return whether a slow test looks at a page: of a layer at 20 neurons, of a variant at 3, and at every 32nd."""
    neuron = re.fullmatch(r"networks/([^/]+)/layer-\d+/neuron-(\d+)\.html", path)
    first = 3 if neuron and neuron[1] in variants() else 20
    return neuron is None or int(neuron[2]) <= first or int(neuron[2]) % 32 == 0


def folders_in(folder: Path) -> Project:
    """Return the three folders of a project below one folder."""
    return Project(content=folder / "content", build=folder / "build", site=folder / "site")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run tests of the gallery last, so that one process builds it while the others run the rest."""

    def needs_gallery(item: pytest.Item) -> bool:
        return "gallery" in getattr(item, "fixturenames", ())

    files = {item.path: False for item in items}
    for item in items:
        files[item.path] |= needs_gallery(item)
    first = next((path for path, is_needed in files.items() if is_needed), None)
    items.sort(key=lambda item: 0 if item.path == first else 1 + files[item.path])


@dataclass(frozen=True)
class Gallery:
    """A built gallery, and the report of its build."""

    project: Project
    summary: Summary


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """The shipped content with its pinned networks, measured and published once for the whole run.

    No seed is trained: claims over seeds are tested on the small network. Where several processes run the tests,
    one of them builds it, and the others wait and find it. A folder that `RESULTS` names keeps its results for the next
    run, which starts with them, as a build does: the mutation run builds it many times.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "gallery"
    folder.mkdir(exist_ok=True)
    kept = folder / "gallery.pickle"
    with filelock.FileLock(folder / ".lock"):
        if not kept.is_file():
            project = Project(content=ROOT / "content", build=folder / "build", site=folder / "site")
            results = Path(os.environ.get(RESULTS) or folder / "no results")
            if results.is_dir():
                shutil.copytree(results, project.build)
            built = Gallery(project, build_gallery(project, record()))
            if RESULTS in os.environ and not results.is_dir():
                shutil.copytree(project.build, results)
            kept.write_bytes(pickle.dumps(built))
        found: Gallery = pickle.loads(kept.read_bytes())
    return found


_TRAININGS: dict[str, Any] = {}


def remember_trainings(patched: pytest.MonkeyPatch) -> None:
    """Reuse the result of an earlier training of an equal network in this process, whatever its name."""
    from lstmgallery.lab import train as lab

    really_train = lab.train

    def train(network: Network, *, report: Callable[[int, float], None]) -> Any:
        spec = {key: value for key, value in network.training_spec.items() if key != "name"}
        key = json.dumps(spec, sort_keys=True)
        if key not in _TRAININGS:
            _TRAININGS[key] = really_train(network, report=report)
        return copy.deepcopy(_TRAININGS[key])

    patched.setattr(lab, "train", train)


@pytest.fixture
def trained_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train equal networks only once for all tests with this fixture: compiling a training takes seconds.

    That equal networks are trained to equal bits is tested in tests/lab, and by tests that do without this.
    """
    remember_trainings(monkeypatch)


@pytest.fixture(scope="session")
def small_gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """A gallery of one small network, `small`; never changed by a test."""
    project = folders_in(tmp_path_factory.mktemp("small-gallery"))
    write_small_content(project.content, "small")
    with pytest.MonkeyPatch.context() as patched:
        remember_trainings(patched)
        return Gallery(project, build_gallery(project, record()))


@pytest.fixture(scope="session")
def gallery_of_cells(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """A gallery with a network for each kind of cell, named after it; never changed by a test.

    Their weights are pinned random numbers, so nothing is trained, and none has learned its task.
    """
    project = folders_in(tmp_path_factory.mktemp("gallery-of-cells"))
    for cell in CELL_KINDS:
        name = cell.replace("_", "-")
        write_small_content(project.content, name, cell=cell, layers=2)
        file = project.content / "networks" / f"{name}.md"
        file.write_text(file.read_text("utf-8").replace("steps: 200", "steps: 200\n  goal: optional"), encoding="utf-8")
        network, _ = read_network(file)
        weights, untrained = random_weights(network, seed=1), random_weights(network, seed=2)
        curve = Curve(step=(100, 200), loss=(1.5, 1.25), right=(0.0, 0.25))
        origin, today = Origin.here({"numpy": "2"}), date(2026, 1, 2)
        header = describe(network, weights, untrained, criterion=None, curve=curve, origin=origin, today=today)
        write_pin(pin_path(project.content, name), header, weights, untrained)
    return Gallery(project, build_gallery(project, record()))


@pytest.fixture
def small_project(small_gallery: Gallery, tmp_path: Path) -> Project:
    """A copy of the small gallery, modification times included, for one test to change."""
    original, project = small_gallery.project, folders_in(tmp_path)
    for name in ("content", "build", "site"):
        shutil.copytree(getattr(original, name), getattr(project, name))
    return project


def options(project: Project) -> list[str]:
    """Return the command line's options for the folders of a project, other seeds left out."""
    return ["--quick", "--content", str(project.content), "--cache", str(project.build), "--output", str(project.site)]
