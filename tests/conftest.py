"""What many tests stand on: the shipped gallery, built once for real, and small networks of their own."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from lstmgallery.build import Project, Summary, build_gallery
from lstmgallery.errors import Problem
from lstmgallery.network import Network, read_network

ROOT = Path(__file__).parent.parent

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
    """A `Progress` that remembers what it was told."""

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
    """Return a `Progress` that has been told nothing yet."""
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


@dataclass(frozen=True)
class Gallery:
    """A gallery that was built, and what its build reported."""

    project: Project
    summary: Summary


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """The shipped content, trained and published for real, once for the whole run."""
    folder = tmp_path_factory.mktemp("gallery")
    project = Project(content=ROOT / "content", build=folder / "build", site=folder / "site")
    return Gallery(project, build_gallery(project, record()))
