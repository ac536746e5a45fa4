"""How cost grows with units, layers, lengths and networks: whole builds of small galleries in one process.

Each case changes one number of a counting network, trained for the same number of steps; the exponent e of
cost ~ number^e is fitted to all values of that number. 0 is a cost that does not grow, 1 one that grows as fast.
"""

import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lstmgallery.build import Summary, build_gallery
from tests.benchmarks.tables import Table
from tests.conftest import folders_in, record

USUAL = {"units": 16, "layers": 1, "longest": 10, "networks": 1}
CASES = {"units": (16, 32, 64, 128), "layers": (1, 2, 4), "longest": (10, 20, 40), "networks": (2, 4, 8)}
WORDS = {"units": "units", "layers": "layers", "longest": "longest count", "networks": "networks"}
ROUNDS = 3
STEPS = 1_000  # so many that compiling does not hide them
FRONT = """\
---
title: Network {number}
summary: Network {number} of the benchmark.
task: {{kind: counting, longest: {longest}}}
units: {units}
layers: {layers}
seed: {number}
training: {{steps: {steps}, most_steps: {steps}, goal: optional}}
figures: [aXb]
---

Text.
"""


def measure(*, quick: bool) -> list[Table]:
    """Return the seconds of each stage in the smallest and the largest case, and the fitted exponents."""
    cases = {"networks": (1, 2)} if quick else CASES
    costs: dict[str, dict[int, dict[str, float]]] = {}
    for what, numbers in cases.items():
        costs[what] = {number: median_costs(what, number, 1 if quick else ROUNDS) for number in numbers}
    stages = list(next(iter(costs[next(iter(cases))].values())))
    rows = []
    for stage in stages:
        cells = [stage]
        for what, numbers in cases.items():
            values = [costs[what][number][stage] for number in numbers]
            exponent = np.polyfit(np.log(numbers), np.log(values), 1)[0]
            unit = "MB" if stage == "results" else "s"
            cells.append(f"{exponent:.1f} ({values[0]:.2f}–{values[-1]:.2f} {unit})")
        rows.append(cells)
    heads = [f"{WORDS[what]}, {numbers[0]} to {numbers[-1]}" for what, numbers in cases.items()]
    return [Table(["stage", *heads], rows)]


def median_costs(what: str, number: int, rounds: int) -> dict[str, float]:
    """Return the median seconds of each stage, and the megabytes of results, in galleries of one case."""
    found = [build_case({**USUAL, what: number}) for _ in range(rounds)]
    return {stage: float(np.median([each[stage] for each in found])) for stage in found[0]}


def build_case(case: Mapping[str, int]) -> dict[str, float]:
    """Build a gallery of equal networks, and return what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        project = folders_in(Path(folder))
        (project.content / "networks").mkdir(parents=True)
        site = {"title": "Growth", "tagline": "For a benchmark.", "description": "A gallery that a benchmark builds."}
        (project.content / "site.yaml").write_text(json.dumps(site), encoding="utf-8")
        shape = {key: case[key] for key in ("units", "layers", "longest")}
        for number in range(1, case["networks"] + 1):
            text = FRONT.format(number=number, steps=STEPS, **shape)
            (project.content / "networks" / f"network-{number}.md").write_text(text, encoding="utf-8")
        summary = Summary()
        began = time.perf_counter()
        build_gallery(project, record(), summary=summary)
        whole = time.perf_counter() - began
        found = dict.fromkeys(("train", "trace", "measure"), 0.0)
        for run in summary.runs:
            found[run.stage] += run.seconds
        megabytes = sum(file.stat().st_size for file in project.build.rglob("*") if file.is_file()) / 1e6
        return {**found, **summary.seconds, "whole build": whole, "results": megabytes}
