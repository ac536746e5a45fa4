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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lstmgallery import store
from lstmgallery.cache import Stage, damage, file_hash, is_current, library_versions, replacing, stage_key
from lstmgallery.cells.reference import Arrays
from lstmgallery.corpora import measure_ngrams, record_corpus, train_on_corpus
from lstmgallery.desk.equations import TOLERANCE, require_equations
from lstmgallery.desk.examine import examine
from lstmgallery.desk.findings import SeedAnswer, find_findings, tabulate
from lstmgallery.desk.reference import read_step_logits
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.machine import instruction_set
from lstmgallery.network import Network
from lstmgallery.origin import Origin
from lstmgallery.pins import Pin, retrain_command
from lstmgallery.progress import Progress
from lstmgallery.workers import Workers

if TYPE_CHECKING:
    from lstmgallery.lab.criterion import Criterion

LAB_LIBRARIES = ("tensorflow", "keras", "numpy")
CHECKPOINT = ".training.npz"
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


def _measure(stage: Stage, network: Network, about: Mapping[str, Any]) -> float:
    """Measure a traced network; return the seconds that took. Can run in a process of its own."""
    began, folder = time.perf_counter(), stage.folder
    with replacing(stage) as into:
        examination = examine(
            network,
            weights=store.read_weights(folder / store.WEIGHTS),
            untrained=store.read_weights(folder / store.UNTRAINED),
            steps=store.read_steps(folder),
            layers={layer: store.read_layer(folder, network, layer) for layer in network.layer_numbers},
            held_out=network.split().held_out,
        )
        require_equations(network, examination.residuals)
        tables = {
            store.MOMENTS: examination.moments,
            store.RELATIVES: examination.relatives,
            store.ROLES: examination.roles.table,
            store.CONTROLS: examination.roles.untrained,
            store.INTERVENTIONS: examination.interventions,
            store.FRONTIER: examination.frontier,
            store.CONTEXTS: examination.contexts,
            store.CHARACTERS: examination.characters,
        }
        store.write_results(into / store.EQUATIONS, examination.residuals, {**about, "tolerance": TOLERANCE})
        for name, table in tables.items():
            if table is not None:
                store.write_results(into / name, table, about)
    return time.perf_counter() - began


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
        """`seeds`: the number of seeds to train the network under, if it is swept; 0 leaves the sweep out.

        `pin`: the weights to show; if None the network is trained.
        """
        self.network = network
        self.folder = folder
        self.progress = progress
        self.workers = workers
        self.seeds = seeds if network.is_swept else 0
        self.pin = pin

    def prepare(self, *, retrain: bool) -> Iterator[StageRun]:
        """Train and trace if necessary; `retrain` trains in any case."""
        yield self._run(self._train_stage(), self._train, is_forced=retrain)
        yield self._run(self._trace_stage(), self._trace)

    def compare_seeds(self) -> Iterator[StageRun]:
        """Train under other seeds and compare them, if that is asked for and necessary."""
        if self.seeds:
            yield self._run(self._sweep_stage(), self._sweep)
            yield self._run(self._compare_stage(), self._compare)

    def _run(self, stage: Stage, work: Callable[[Path], None], *, is_forced: bool = False) -> StageRun:
        began = time.perf_counter()
        was_cached = not is_forced and is_current(stage)
        if not was_cached:
            self._warn_of_damage(stage)
            with replacing(stage) as into:
                work(into)
            self.progress.finish()
        return self._ran(stage, was_cached=was_cached, seconds=time.perf_counter() - began)

    def _warn_of_damage(self, stage: Stage) -> None:
        for problem in damage(stage):
            self.progress.warn(problem)

    def _ran(self, stage: Stage, *, was_cached: bool, seconds: float) -> StageRun:
        is_pinned = self.pin is not None and stage.name == "train"
        return StageRun(self.network.name, stage.name, was_cached, seconds, is_pinned)

    @staticmethod
    def measure_all(works: "Sequence[NetworkWork]", workers: Workers, progress: Progress) -> Iterator[StageRun]:
        """Measure networks that are traced, as far as necessary, in several processes if there are several."""
        waiting = []
        for work in works:
            stage = work._measure_stage()
            if is_current(stage):
                yield work._ran(stage, was_cached=True, seconds=0.0)
            else:
                work._warn_of_damage(stage)
                waiting.append((work, stage))
        if not waiting:
            return
        name = waiting[0][0].network.name if len(waiting) == 1 else f"{len(waiting)} networks"
        progress.start(name, "measure", len(waiting))
        if len(waiting) == 1:
            work, stage = waiting[0]
            yield work._ran(stage, was_cached=False, seconds=_measure(stage, work.network, work._about(FILE_LIBRARIES)))
        else:
            waiting.sort(key=lambda each: -each[0].network.layers * each[0].network.units)  # the longest first
            tasks = {
                workers.submit(_measure, stage, work.network, work._about(FILE_LIBRARIES)): (work, stage)
                for work, stage in waiting
            }
            for done, task in enumerate(concurrent.futures.as_completed(tasks), start=1):
                work, stage = tasks[task]
                progress.advance(done, work.network.name)
                yield work._ran(stage, was_cached=False, seconds=task.result())
        progress.finish()

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
            return all(is_current(stage_of()) for stage_of in self._stages())
        except FileNotFoundError:  # an input of a later stage is missing
            return False

    def _stages(self) -> Iterator[Callable[[], Stage]]:
        yield from (self._train_stage, self._trace_stage, self._measure_stage)
        if self.seeds:
            yield from (self._sweep_stage, self._compare_stage)

    def _train_stage(self) -> Stage:
        outputs = (store.WEIGHTS, store.UNTRAINED, store.VOCABULARY, store.CURVE)
        if self.pin is not None:
            code = ["lab.criterion", "pins"]
            return self._stage("train", code, outputs, self.network.training_spec, [self.pin.file])
        spec = {**self.network.training_spec, "instruction_set": instruction_set()}
        if (text := self.network.task.text) and (corpus := text.corpus):
            return self._stage("train", ["lab.train_text"], outputs, {**spec, "corpus": corpus.fingerprint}, [])
        return self._stage("train", ["lab.train"], outputs, spec, [])

    def _train(self, into: Path) -> None:
        if self.pin is not None:
            self._unpack(into, self.pin)
            return
        if self.network.task.text:
            self._train_text(into)
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

    def _train_text(self, into: Path) -> None:
        """Train on the network's corpus; an earlier training that was stopped goes on from its checkpoint."""
        from lstmgallery.lab.text_spec import TextSpec

        self.progress.start(self.network.name, "train", TextSpec.of(self.network).total)
        checkpoint = self.folder / CHECKPOINT
        trained = train_on_corpus(self.network, report=self.progress.advance, checkpoint=checkpoint)
        self.progress.start(self.network.name, "n-grams")
        record = record_corpus(self.network, trained, measure_ngrams(self.network))
        origin = Origin.here(library_versions(LAB_LIBRARIES))
        about = {"corpus": record.model_dump(mode="json")}
        self._write_trained(into, trained.weights, trained.untrained, trained.curve, None, origin, about)
        checkpoint.unlink(missing_ok=True)

    def _unpack(self, into: Path, pin: Pin) -> None:
        """Write out the pinned weights after checking that they meet the criterion here, if it is required."""
        self.progress.start(self.network.name, "pin")
        header = pin.header
        criterion = None
        if not self.network.task.text:
            from lstmgallery.lab.criterion import check_weights

            criterion = check_weights(self.network, pin.weights, steps=header.steps)
        if criterion and not criterion.is_enough(self.network):
            name = self.network.name
            hint = f"train a new one: {retrain_command(name)}, then lstmgallery pin {name}"
            raise GalleryError(
                Problem(str(pin.file), f"the pinned weights miss the success criterion: {criterion.words}", hint=hint)
            )
        curve = pd.DataFrame(header.curve.model_dump(exclude_none=True))
        pinned: dict[str, Any] = {"pin": {"sha256": header.sha256, "date": header.date.isoformat()}}
        if header.corpus is not None:
            pinned["corpus"] = header.corpus.model_dump(mode="json")
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
        columns = store.TEXT_CURVE_COLUMNS if self.network.task.text else None
        store.write_results(into / store.CURVE, curve, about, columns=columns)

    def _trace_stage(self) -> Stage:
        inputs = [self.folder / name for name in (store.WEIGHTS, store.CURVE)]
        code = ["lab.trace", "desk.reference"]
        spec = self.network.spec
        if self.network.task.text:  # compiled
            spec = {**spec, "instruction_set": instruction_set()}
        return self._stage("trace", code, (store.ACTIVATIONS, store.STEPS), spec, inputs)

    def _trace(self, into: Path) -> None:
        self.progress.start(self.network.name, "trace")
        from lstmgallery.lab.trace import trace

        network = self.network
        split = self.network.split()
        weights = store.read_weights(self.folder / store.WEIGHTS)
        stored = split.held_out[: network.task.text.stored_sequences] if network.task.text else split.held_out
        traced = trace(network, weights, [*network.shown, *stored])
        if rest := split.held_out[len(stored) :]:
            logits = np.concatenate([traced.logits, read_step_logits(network, weights, rest)])
            traced = dataclasses.replace(traced, sequences=(*traced.sequences, *rest), logits=logits)
        about = self._about((*LAB_LIBRARIES, *FILE_LIBRARIES)) | {
            "stored_steps": traced.signals[0].shape[1],
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
            *((store.CONTEXTS, store.CHARACTERS) if self.network.task.text else ()),
        )
        return self._stage("measure", ["desk.examine"], outputs, self.network.spec, inputs)

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
