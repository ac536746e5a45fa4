"""The stages of one network, train to compare: their inputs, and their outputs in `build/<network>/`.

A pinned network is not trained: its weights come from the pin and are checked like any others. A stage runs only when
its key has changed. TensorFlow is imported only inside the stages that train or trace, so a build with nothing to train
never starts it.
"""

import concurrent.futures
import dataclasses
import math
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lstmgallery import store
from lstmgallery.cache import Stage, damage, file_hash, is_current, library_versions, replacing, stage_key
from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.equations import TOLERANCE, require_equations
from lstmgallery.desk.examine import examine
from lstmgallery.desk.findings import SeedAnswer, find_findings, tabulate
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.machine import Origin, instruction_set
from lstmgallery.network import Network
from lstmgallery.pins import Pin, retrain_command
from lstmgallery.progress import Progress
from lstmgallery.workers import Workers

if TYPE_CHECKING:
    from lstmgallery.lab.criterion import Criterion

LAB_LIBRARIES = ("tensorflow", "keras", "numpy")
FILE_LIBRARIES = ("numpy", "pandas", "pyarrow")


@dataclass(frozen=True)
class StageRun:
    """One stage of one network in this build."""

    network: str
    stage: str
    was_cached: bool
    seconds: float
    is_pinned: bool = False  # whether the stage used pinned weights instead of training


def _train_seeds(network: Network, seeds: Sequence[int]) -> dict[int, Arrays]:
    """Train under each seed and return its weights. Runs in a process of its own."""
    from lstmgallery.lab.train import train_seeds

    silent = train_seeds(network, seeds, report=lambda steps, right: None)  # noqa: ARG005
    return {trained.seed: trained.weights for trained in silent}


def _find_findings(network: Network, weights: Arrays) -> dict[str, SeedAnswer]:
    """Return the findings of one seed's weights. Runs in a process of its own."""
    held_out = network.split().held_out
    found: dict[str, SeedAnswer] = find_findings(network, weights, held_out)
    return found


def largest_difference(one: Arrays, other: Arrays) -> float:
    """Return the largest absolute difference of two sets of weights; 0 if they are bit-equal."""
    return max(float(np.abs(one[name].astype(np.float64) - other[name]).max()) for name in one)


class NetworkWork:
    """The stages of one network: the inputs, outputs and cost of each."""

    def __init__(
        self,
        network: Network,
        folder: Path,
        progress: Progress,
        workers: "Workers",
        *,
        seeds: int,
        pin: Pin | None = None,
    ):
        """`seeds`: the number of seeds to train the network under; 0 leaves the sweep out.

        `pin`: the weights to show; if None the network is trained.
        """
        self.network = network
        self.folder = folder
        self.progress = progress
        self.workers = workers
        self.seeds = seeds
        self.pin = pin

    def run(self, *, retrain: bool) -> Iterator[StageRun]:
        """Run every stage that is not current; `retrain` runs training in any case."""
        for stage_of, work in self._stages():
            stage = stage_of()
            is_forced = retrain and stage.name == "train"
            began = time.perf_counter()
            was_cached = not is_forced and is_current(stage)
            if not was_cached:
                for problem in damage(stage):
                    self.progress.warn(problem)
                with replacing(stage) as into:
                    work(into)
                self.progress.finish()
            seconds = time.perf_counter() - began
            is_pinned = self.pin is not None and stage.name == "train"
            yield StageRun(self.network.name, stage.name, was_cached, seconds, is_pinned)

    @classmethod
    def count_swept(cls, folder: Path) -> int:
        """Return the number of seeds in the latest sweep of the network in `folder`; 0 if there was none."""
        try:
            return len(store.read_seed_weights(folder / store.SEED_WEIGHTS))
        except (OSError, ValueError, zipfile.BadZipFile):
            return 0

    def adopt(self, folder: Path) -> bool:
        """Take over the results in `folder` if they are this network's under another name; return whether they are.

        Its weights, or those of its other seeds, were then made by the very stage that would make them here.
        """
        swept = self.count_swept(folder)
        other = NetworkWork(self.network, folder, self.progress, self.workers, seeds=swept, pin=self.pin)
        stages = [other._train_stage, *([other._sweep_stage] if swept else [])]
        try:
            is_same = any(is_current(stage_of()) for stage_of in stages)
        except FileNotFoundError:  # the sweep of a network whose weights have gone
            return False
        if is_same:
            folder.rename(self.folder)
        return is_same

    def is_current(self) -> bool:
        """Return whether no stage of this network has to run."""
        try:
            return all(is_current(stage_of()) for stage_of, _ in self._stages())
        except FileNotFoundError:  # an input of a later stage is missing
            return False

    def _stages(self) -> Iterator[tuple[Callable[[], Stage], Callable[[Path], None]]]:
        yield self._train_stage, self._train
        yield self._trace_stage, self._trace
        yield self._measure_stage, self._measure
        if self.seeds:
            yield self._sweep_stage, self._sweep
            yield self._compare_stage, self._compare

    def _train_stage(self) -> Stage:
        outputs = (store.WEIGHTS, store.UNTRAINED, store.VOCABULARY, store.CURVE)
        if self.pin is not None:
            code = ["lab.criterion", "pins"]
            return self._stage("train", code, outputs, self.network.training_spec, [self.pin.file])
        spec = {**self.network.training_spec, "instruction_set": instruction_set()}
        return self._stage("train", ["lab.train"], outputs, spec, [])

    def _train(self, into: Path) -> None:
        if self.pin is not None:
            self._unpack(into, self.pin)
            return
        self.progress.start(self.network.name, "train", self.network.training.steps)
        from lstmgallery.lab.train import train

        trained = train(
            self.network,
            report=lambda steps, right: self.progress.advance(
                steps, "" if math.isnan(right) else f"{right:.0%} of sequences right"
            ),
        )
        origin = Origin.here(library_versions(LAB_LIBRARIES))
        self._write_trained(into, trained.weights, trained.untrained, trained.curve, trained.criterion, origin, {})

    def _unpack(self, into: Path, pin: Pin) -> None:
        """Write out the pinned weights after checking that they meet the criterion here."""
        self.progress.start(self.network.name, "pin")
        from lstmgallery.lab.criterion import check_weights

        header = pin.header
        criterion = check_weights(self.network, pin.weights, steps=header.steps)
        if criterion and not criterion.is_met:
            name = self.network.name
            hint = f"train a new one: {retrain_command(name)}, then lstmgallery pin {name}"
            raise GalleryError(
                Problem(str(pin.file), f"the pinned weights miss the success criterion: {criterion.words}", hint=hint)
            )
        curve = pd.DataFrame(header.curve.model_dump())
        pinned = {"pin": {"sha256": header.sha256, "date": header.date.isoformat()}}
        self._write_trained(into, pin.weights, pin.untrained, curve, criterion, header.origin, pinned)

    def _write_trained(
        self,
        into: Path,
        weights: Arrays,
        untrained: Arrays,
        curve: pd.DataFrame,
        criterion: "Criterion | None",
        origin: Origin,
        pinned: dict[str, Any],
    ) -> None:
        store.write_weights(into / store.WEIGHTS, weights)
        store.write_weights(into / store.UNTRAINED, untrained)
        store.write_vocabulary(into, self.network.task.vocabulary)
        about = self._about(()) | {
            "network": self.network.training_spec,
            "criterion": criterion and criterion.to_json(),
            "origin": origin.model_dump(mode="json"),
            "libraries": origin.libraries,
            **pinned,
        }
        store.write_results(into / store.CURVE, curve, about)

    def _trace_stage(self) -> Stage:
        inputs = [self.folder / name for name in (store.WEIGHTS, store.CURVE)]
        return self._stage("trace", ["lab.trace"], (store.ACTIVATIONS, store.STEPS), self.network.spec, inputs)

    def _trace(self, into: Path) -> None:
        self.progress.start(self.network.name, "trace")
        from lstmgallery.lab.trace import trace

        network = self.network
        split = self.network.split()
        weights = store.read_weights(self.folder / store.WEIGHTS)
        traced = trace(network, weights, [*network.shown, *split.held_out])
        about = self._about((*LAB_LIBRARIES, *FILE_LIBRARIES)) | {
            "weights_sha256": file_hash(self.folder / store.WEIGHTS),
            "criterion": store.read_about(self.folder / store.CURVE)["criterion"],
            "held_out": {
                "sequences": len(split.held_out),
                "is_whole_language": split.is_whole,
                "shares": [dataclasses.asdict(share) for share in split.shares],
            },
        }
        store.write_trace(into, network, traced, shown=len(network.shown), about=about)

    def _measure_stage(self) -> Stage:
        inputs = [self.folder / name for name in (store.WEIGHTS, store.UNTRAINED, store.ACTIVATIONS, store.STEPS)]
        outputs = (
            *(store.EQUATIONS, store.MOMENTS, store.RELATIVES),
            *(store.ROLES, store.CONTROLS, store.INTERVENTIONS, store.FRONTIER),
        )
        return self._stage("measure", ["desk.examine"], outputs, self.network.spec, inputs)

    def _measure(self, into: Path) -> None:
        self.progress.start(self.network.name, "measure")
        network, about = self.network, self._about(FILE_LIBRARIES)
        examination = examine(
            network,
            weights=store.read_weights(self.folder / store.WEIGHTS),
            untrained=store.read_weights(self.folder / store.UNTRAINED),
            steps=store.read_steps(self.folder),
            layers={layer: store.read_layer(self.folder, network, layer) for layer in network.layer_numbers},
            held_out=network.split().held_out,
        )
        require_equations(network, examination.residuals)
        store.write_results(into / store.EQUATIONS, examination.residuals, about | {"tolerance": TOLERANCE})
        store.write_results(into / store.MOMENTS, examination.moments, about)
        store.write_results(into / store.RELATIVES, examination.relatives, about)
        store.write_results(into / store.ROLES, examination.roles.table, about)
        store.write_results(into / store.CONTROLS, examination.roles.untrained, about)
        store.write_results(into / store.INTERVENTIONS, examination.interventions, about)
        store.write_results(into / store.FRONTIER, examination.frontier, about)

    def _sweep_stage(self) -> Stage:
        spec = {**self.network.training_spec, "seeds": self.seeds, "instruction_set": instruction_set()}
        inputs = [self.folder / store.WEIGHTS] if self.pin is None else []  # pinned, it is trained here like the others
        return self._stage("sweep", ["lab.train"], (store.SEED_WEIGHTS,), spec, inputs)

    def _sweep(self, into: Path) -> None:
        """Train under other seeds, with one process per processor; each starts its own TensorFlow.

        An unpinned network is not trained again under its own seed: equal networks give bit-equal weights.
        """
        own = self.network.seed
        self.progress.start(self.network.name, "sweep", self.seeds)
        by_seed: dict[int, Arrays] = {}
        if self.pin is None:
            by_seed[own] = store.read_weights(self.folder / store.WEIGHTS)
        left = [seed for seed in range(own, own + self.seeds) if seed not in by_seed]
        shares = [left[at :: self.workers.processes] for at in range(self.workers.processes)]
        tasks = [self.workers.submit(_train_seeds, self.network, share) for share in shares if share]
        for task in concurrent.futures.as_completed(tasks):
            by_seed |= task.result()
            self.progress.advance(len(by_seed))
        store.write_seed_weights(into / store.SEED_WEIGHTS, by_seed)

    def _compare_stage(self) -> Stage:
        inputs = [self.folder / name for name in (store.SEED_WEIGHTS, store.WEIGHTS)]
        return self._stage("compare", ["desk.findings"], (store.SEEDS,), self.network.training_spec, inputs)

    def _compare(self, into: Path) -> None:
        weights = store.read_seed_weights(self.folder / store.SEED_WEIGHTS)
        self.progress.start(self.network.name, "compare", len(weights))
        tasks = {seed: self.workers.submit(_find_findings, self.network, each) for seed, each in weights.items()}
        by_seed = {}
        for done, (seed, task) in enumerate(tasks.items(), start=1):
            by_seed[seed] = task.result()
            self.progress.advance(done)
        shown = store.read_weights(self.folder / store.WEIGHTS)
        of_shown = self.workers.submit(_find_findings, self.network, shown).result()
        about = self._about(FILE_LIBRARIES) | {
            "origin": Origin.here(library_versions(LAB_LIBRARIES)).model_dump(mode="json"),
            "shown": {finding: found.value for finding, found in of_shown.items()},
            "own_seed_differs_by": largest_difference(shown, weights[self.network.seed]),
        }
        store.write_results(into / store.SEEDS, tabulate(self.network, by_seed), about)

    def _stage(self, name: str, modules: list[str], outputs: tuple[str, ...], spec: Any, inputs: list[Path]) -> Stage:
        uses_lab = any(module.startswith("lab") for module in modules)
        libraries = dict.fromkeys((*LAB_LIBRARIES, *FILE_LIBRARIES) if uses_lab else FILE_LIBRARIES)
        code = [f"lstmgallery.{module}" for module in modules]
        key = stage_key(code, caller=__name__, spec=spec, inputs=inputs, libraries=libraries)
        return Stage(name, self.folder, key, outputs)

    def _about(self, libraries: tuple[str, ...]) -> dict[str, Any]:
        return {
            "network": self.network.spec,
            "seed": self.network.seed,
            "vocabulary": list(self.network.task.vocabulary),
            "libraries": library_versions(libraries),
        }
