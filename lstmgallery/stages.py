"""The stages of one network, train to compare: what each needs, what it leaves in `build/<network>/`.

A stage runs only when its key has changed. TensorFlow is imported inside the stages that train or trace and nowhere
else, so a build with nothing to train never starts it.
"""

import concurrent.futures
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from lstmgallery import store
from lstmgallery.cache import Stage, damage, file_hash, is_current, library_versions, replacing, stage_key
from lstmgallery.desk.equations import TOLERANCE, require_equations
from lstmgallery.desk.findings import find_findings, tabulate
from lstmgallery.desk.measure import measure
from lstmgallery.desk.reference import Arrays
from lstmgallery.errors import Problem
from lstmgallery.network import Network
from lstmgallery.tasks import Split

LAB_LIBRARIES = ("tensorflow", "keras", "numpy")
FILE_LIBRARIES = ("numpy", "pandas", "pyarrow")
Result = TypeVar("Result")


class Progress(Protocol):
    """Where a build says what it is doing. `at` and `total` count steps, sequences or pages."""

    def start(self, name: str, stage: str, total: int | None = None) -> None: ...
    def advance(self, at: int, note: str = "") -> None: ...
    def finish(self) -> None: ...
    def warn(self, problem: Problem) -> None: ...


@dataclass(frozen=True)
class StageRun:
    """One stage of one network in this build."""

    network: str
    stage: str
    was_cached: bool
    seconds: float


class Workers:
    """Processes for work that fills only one processor; started when first needed, one for each processor."""

    def __init__(self) -> None:
        self.processes = os.cpu_count() or 1
        self._pool: concurrent.futures.ProcessPoolExecutor | None = None

    def pool(self) -> concurrent.futures.ProcessPoolExecutor:
        """Return the processes, starting them if need be."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
            self._pool = concurrent.futures.ProcessPoolExecutor(
                self.processes, mp_context=context, initializer=_use_one_thread
            )
        return self._pool

    def submit(self, work: Callable[..., Result], *arguments: Any) -> "concurrent.futures.Future[Result]":
        """Do `work` in one of the processes. They leave Ctrl-C to this one, from their first moment on."""
        pool = self.pool()
        if not hasattr(signal, "pthread_sigmask"):
            return pool.submit(work, *arguments)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a process inherits what is blocked
        try:
            return pool.submit(work, *arguments)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is None:
            return
        if kind is not None:  # nobody waits for what they would have found
            for process in multiprocessing.active_children():
                process.terminate()
        self._pool.shutdown(cancel_futures=True)


def _use_one_thread() -> None:
    """Keep TensorFlow, not yet imported in this process, from starting threads that only get in each other's way."""
    os.environ["TF_NUM_INTRAOP_THREADS"] = "1"


def _train_seeds(network: Network, seeds: Sequence[int]) -> dict[int, Arrays]:
    """Train under each seed and return its weights. Runs in a process of its own."""
    from lstmgallery.lab.train import train_seeds

    silent = train_seeds(network, seeds, report=lambda steps, right: None)  # noqa: ARG005
    return {trained.seed: trained.weights for trained in silent}


def _find_findings(network: Network, weights: Arrays) -> dict[str, tuple[float, int, int]]:
    """Return the findings of one seed's weights. Runs in a process of its own."""
    held_out = network.task.split(seed=network.seed, held_out=network.held_out).held_out
    found: dict[str, tuple[float, int, int]] = find_findings(network, weights, held_out)
    return found


class NetworkWork:
    """The stages of one network: what each needs, makes and costs."""

    def __init__(self, network: Network, folder: Path, progress: Progress, workers: "Workers", *, seeds: int):
        """`seeds`: under how many seeds the network is trained again; 0 leaves the sweep out."""
        self.network = network
        self.folder = folder
        self.progress = progress
        self.workers = workers
        self.seeds = seeds

    def run(self, *, retrain: bool) -> Iterator[StageRun]:
        """Run every stage that is not current; `retrain` runs the training even if it is."""
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
            yield StageRun(self.network.name, stage.name, was_cached, seconds)

    def is_current(self) -> bool:
        """Say whether nothing of this network would have to run."""
        try:
            return all(is_current(stage_of()) for stage_of, _ in self._stages())
        except FileNotFoundError:  # an input of a later stage is not there
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
        return self._stage("train", ["lab.train"], outputs, self.network.training_spec, [])

    def _train(self, into: Path) -> None:
        self.progress.start(self.network.name, "train", self.network.training.steps)
        from lstmgallery.lab.train import train

        trained = train(
            self.network,
            report=lambda steps, right: self.progress.advance(steps, f"{right:.0%} of sequences right"),
        )
        store.write_weights(into / store.WEIGHTS, trained.weights)
        store.write_weights(into / store.UNTRAINED, trained.untrained)
        store.write_vocabulary(into, self.network.task.vocabulary)
        about = self._about(LAB_LIBRARIES) | {
            "network": self.network.training_spec,
            "criterion": trained.criterion.to_json(),
        }
        store.write_results(into / store.CURVE, trained.curve, about)

    def _trace_stage(self) -> Stage:
        inputs = [self.folder / name for name in (store.WEIGHTS, store.CURVE)]
        return self._stage("trace", ["lab.trace"], (store.ACTIVATIONS, store.STEPS), self.network.spec, inputs)

    def _trace(self, into: Path) -> None:
        self.progress.start(self.network.name, "trace")
        from lstmgallery.lab.trace import trace

        network = self.network
        split = self._split()
        weights = store.read_weights(self.folder / store.WEIGHTS)
        traced = trace(network, weights, [*network.figures, *split.held_out])
        about = self._about((*LAB_LIBRARIES, *FILE_LIBRARIES)) | {
            "weights_sha256": file_hash(self.folder / store.WEIGHTS),
            "criterion": store.read_about(self.folder / store.CURVE)["criterion"],
            "held_out": {"sequences": len(split.held_out), "is_whole_language": split.is_whole},
        }
        store.write_trace(into, network, traced, figures=len(network.figures), about=about)

    def _measure_stage(self) -> Stage:
        inputs = [self.folder / name for name in (store.WEIGHTS, store.UNTRAINED, store.ACTIVATIONS, store.STEPS)]
        outputs = (
            *(store.EQUATIONS, store.MOMENTS, store.RELATIVES),
            *(store.ROLES, store.INTERVENTIONS, store.FRONTIER),
        )
        return self._stage("measure", ["desk.measure"], outputs, self.network.spec, inputs)

    def _measure(self, into: Path) -> None:
        self.progress.start(self.network.name, "measure")
        network, about = self.network, self._about(FILE_LIBRARIES)
        measured = measure(
            network,
            weights=store.read_weights(self.folder / store.WEIGHTS),
            untrained=store.read_weights(self.folder / store.UNTRAINED),
            steps=store.read_steps(self.folder),
            layers={layer: store.read_layer(self.folder, network, layer) for layer in range(1, network.layers + 1)},
            held_out=self._split().held_out,
        )
        require_equations(network, measured.residuals)
        store.write_results(into / store.EQUATIONS, measured.residuals, about | {"tolerance": TOLERANCE})
        store.write_results(into / store.MOMENTS, measured.moments, about)
        store.write_results(into / store.RELATIVES, measured.relatives, about)
        store.write_results(into / store.ROLES, measured.roles, about)
        store.write_results(into / store.INTERVENTIONS, measured.interventions, about)
        store.write_results(into / store.FRONTIER, measured.frontier, about)

    def _sweep_stage(self) -> Stage:
        spec = {**self.network.training_spec, "seeds": self.seeds}
        return self._stage("sweep", ["lab.train"], (store.SEED_WEIGHTS,), spec, [self.folder / store.WEIGHTS])

    def _sweep(self, into: Path) -> None:
        """Train under other seeds, in as many processes as there are processors; each starts TensorFlow by itself.

        Under its own seed the network has been trained already: equal networks give bit-equal weights.
        """
        own = self.network.seed
        self.progress.start(self.network.name, "sweep", self.seeds)
        by_seed: dict[int, Arrays] = {own: store.read_weights(self.folder / store.WEIGHTS)}
        others = range(own + 1, own + self.seeds)
        shares = [others[at :: self.workers.processes] for at in range(self.workers.processes)]
        tasks = [self.workers.submit(_train_seeds, self.network, share) for share in shares if share]
        for task in concurrent.futures.as_completed(tasks):
            by_seed |= task.result()
            self.progress.advance(len(by_seed))
        store.write_seed_weights(into / store.SEED_WEIGHTS, by_seed)

    def _compare_stage(self) -> Stage:
        inputs = [self.folder / store.SEED_WEIGHTS]
        return self._stage("compare", ["desk.findings"], (store.SEEDS,), self.network.training_spec, inputs)

    def _compare(self, into: Path) -> None:
        weights = store.read_seed_weights(self.folder / store.SEED_WEIGHTS)
        self.progress.start(self.network.name, "compare", len(weights))
        tasks = {seed: self.workers.submit(_find_findings, self.network, each) for seed, each in weights.items()}
        by_seed = {}
        for done, (seed, task) in enumerate(tasks.items(), start=1):
            by_seed[seed] = task.result()
            self.progress.advance(done)
        store.write_results(into / store.SEEDS, tabulate(self.network, by_seed), self._about(FILE_LIBRARIES))

    def _split(self) -> Split:
        return self.network.task.split(seed=self.network.seed, held_out=self.network.held_out)

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
