"""Whether anything has changed since the last build: if not, there is nothing to read, to measure or to render.

A build that ends well leaves a stamp beside its results: a hash of everything it depends on and of everything it made.
The next build compares them before it imports anything large. The stamp says nothing about parts: if it differs, the
build decides for each stage and each page. Costs a read of every file: 10,000 small ones take half a second.
"""

import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from lstmgallery.exchange import MARKER
from lstmgallery.kept import FILE
from lstmgallery.machine import fix_instruction_set
from lstmgallery.project import HOLDER, Project, in_use
from lstmgallery.report import Report, read_report
from lstmgallery.trees import digest, tree_hash

STAMP = ".built.json"
PACKAGE = Path(__file__).parent
_UNRELATED = {".lock", HOLDER, STAMP, FILE, f"{FILE}-journal"}  # of the results


def sources_hash(project: Project, options: Mapping[str, Any]) -> str:
    """Return a hash of everything a build depends on but its own results: content, code, libraries, options.

    Take it before the build reads anything: what is saved meanwhile belongs to the next build.
    """
    places = {name: os.path.realpath(folder) for name, folder in vars(project).items()}
    environment = dict(os.environ)
    fix_instruction_set(environment)  # as a build that trains does, so that it leaves the flags as it finds them
    flags = environment.get("XLA_FLAGS", "")
    return digest([places, dict(options), flags, program_hash(), tree_hash(project.content)])


def program_hash() -> str:
    """Return a hash of what makes pages: this package with its templates, styles and scripts, Python, the libraries."""
    code = tree_hash(PACKAGE, lambda path: "__pycache__" not in Path(path).parts)
    return digest([code, sys.version, _libraries()])


def read_unchanged(project: Project, sources: str) -> Report | None:
    """Return the report of the last build if another would find nothing to do; `sources` is their hash now.

    Raises `InUseError` if another build is running.
    """
    if not (project.build / STAMP).is_file():
        return None
    with in_use(project.build):
        return read_report(project.build / STAMP, sources, partial(_made_hash, project))


def keep_report(project: Project, sources: str, report: Report) -> None:
    """Write the stamp of a build that ended well, inside `in_use`; `sources` is their hash before and after it."""
    report.again().write(project.build / STAMP, sources, _made_hash(project))


def _made_hash(project: Project) -> str:
    """Return a hash of the results and of the site."""
    site = Path(os.path.realpath(project.site))
    left_over = sorted(name for name in os.listdir(site.parent) if name.startswith(f".{site.name}."))
    results = tree_hash(project.build, lambda path: path not in _UNRELATED)
    published = tree_hash(site, lambda path: not _is_owners(path))
    return digest([results, published, left_over])


def _is_owners(path: str) -> bool:
    """Return whether a path of the site is its owner's: publication leaves names that begin with a dot alone."""
    return path.startswith(".") and not path.startswith(MARKER)


def _libraries() -> list[str]:
    """Return the installed libraries with their versions, as the folders of their metadata are named."""
    found = set()
    for folder in sys.path:
        if os.path.isdir(folder):
            found |= {name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))}
    return sorted(found)
