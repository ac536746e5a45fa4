"""The state of each network: pinned or trained here, results current or stale, seeds swept."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstmgallery import store
from lstmgallery.pins import Pin
from lstmgallery.press.manuscript.content import NetworkContent, read_content
from lstmgallery.progress import Progress
from lstmgallery.project import Project
from lstmgallery.stages import NetworkWork
from lstmgallery.workers import Workers


@dataclass(frozen=True)
class NetworkStatus:
    """One network in words: its weights, its results, its sweep."""

    network: str
    weights: str
    results: str
    seeds: str


def read_states(project: Project, progress: Progress) -> list[NetworkStatus]:
    """Return the state of every network, in the order of the index, changing nothing."""
    with Workers() as workers:
        return [
            _state(project, entry, progress, workers) for entry in read_content(project.content, drafts=False).networks
        ]


def _is_other(folder: Path, pin: Pin) -> bool:
    """Return whether `folder` has weights that differ from the pinned ones."""
    try:
        found = store.read_weights(folder / store.WEIGHTS)
    except (OSError, ValueError, zipfile.BadZipFile):
        return False
    return found.keys() != pin.weights.keys() or any(
        not np.array_equal(found[name], each) for name, each in pin.weights.items()
    )


def _state(project: Project, entry: NetworkContent, progress: Progress, workers: Workers) -> NetworkStatus:
    name = entry.network.name
    folder = project.build / name

    def is_current(seeds: int) -> bool:
        return NetworkWork(entry.network, folder, progress, workers, seeds=seeds, pin=entry.pin).is_current()

    try:
        about = store.read_about(folder / store.CURVE)
    except (OSError, KeyError, ValueError):
        about = None
    weights = "not trained"
    if entry.pin is not None:
        weights = f"pinned {entry.pin.header.date.isoformat()}"
        weights += "; another one trained here" if _is_other(folder, entry.pin) else ""
    elif about is not None and "pin" not in about:
        weights = "trained here"
    results = "none" if about is None else "current" if is_current(0) else "stale"
    swept = NetworkWork.count_swept(folder)
    seeds = "none" if not swept else str(swept) if is_current(swept) else f"{swept}, stale"
    return NetworkStatus(name, weights, results, seeds)
