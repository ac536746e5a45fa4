"""The stages of one network: train, trace, measure; what each needs, what it leaves in `build/<network>/`.

A stage runs only when its key has changed. TensorFlow is imported inside the stages that train or trace and nowhere
else, so a build with nothing to train never starts it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lstmgallery import store
from lstmgallery.cache import Stage, damage, file_hash, is_current, library_versions, replacing, stage_key
from lstmgallery.desk.equations import TOLERANCE, require_equations
from lstmgallery.desk.measure import measure
from lstmgallery.errors import Problem
from lstmgallery.network import Network

LAB_LIBRARIES = ("tensorflow", "keras", "numpy")
FILE_LIBRARIES = ("numpy", "pandas", "pyarrow")


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


class NetworkWork:
    """The stages of one network: what each needs, makes and costs."""

    def __init__(self, network: Network, folder: Path, progress: Progress):
        self.network = network
        self.folder = folder
        self.progress = progress

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

    def _train_stage(self) -> Stage:
        outputs = (store.WEIGHTS, store.VOCABULARY, store.CURVE)
        return self._stage("train", "lab.train", outputs, self.network.training_spec, [])

    def _train(self, into: Path) -> None:
        self.progress.start(self.network.name, "train", self.network.training.steps)
        from lstmgallery.lab.train import train

        trained = train(
            self.network,
            report=lambda steps, right: self.progress.advance(steps, f"{right:.0%} of sequences right"),
        )
        store.write_weights(into, trained.weights, self.network.task.vocabulary)
        about = self._about(LAB_LIBRARIES) | {
            "network": self.network.training_spec,
            "criterion": trained.criterion.to_json(),
        }
        store.write_table(into / store.CURVE, trained.curve, about)

    def _trace_stage(self) -> Stage:
        inputs = [self.folder / name for name in (store.WEIGHTS, store.CURVE)]
        return self._stage("trace", "lab.trace", (store.ACTIVATIONS, store.STEPS), self.network.spec, inputs)

    def _trace(self, into: Path) -> None:
        self.progress.start(self.network.name, "trace")
        from lstmgallery.lab.trace import trace

        network = self.network
        split = network.task.split(seed=network.seed, held_out=network.held_out)
        traced = trace(network, store.read_weights(self.folder), [*network.figures, *split.held_out])
        about = self._about((*LAB_LIBRARIES, *FILE_LIBRARIES)) | {
            "weights_sha256": file_hash(self.folder / store.WEIGHTS),
            "criterion": store.read_about(self.folder / store.CURVE)["criterion"],
            "held_out": {"sequences": len(split.held_out), "is_whole_language": split.is_whole},
        }
        store.write_trace(into, network, traced, figures=len(network.figures), about=about)

    def _measure_stage(self) -> Stage:
        inputs = [self.folder / name for name in (store.WEIGHTS, store.ACTIVATIONS, store.STEPS)]
        return self._stage("measure", "desk.measure", (store.EQUATIONS, store.MOMENTS), self.network.spec, inputs)

    def _measure(self, into: Path) -> None:
        self.progress.start(self.network.name, "measure")
        network, about = self.network, self._about(FILE_LIBRARIES)
        measured = measure(
            network,
            weights=store.read_weights(self.folder),
            steps=store.read_steps(self.folder),
            layers={layer: store.read_layer(self.folder, network, layer) for layer in range(1, network.layers + 1)},
        )
        require_equations(network, measured.residuals)
        store.write_table(into / store.EQUATIONS, measured.residuals, about | {"tolerance": TOLERANCE})
        store.write_table(into / store.MOMENTS, measured.moments, about)

    def _stage(self, name: str, module: str, outputs: tuple[str, ...], spec: Any, inputs: list[Path]) -> Stage:
        libraries = dict.fromkeys((*LAB_LIBRARIES, *FILE_LIBRARIES) if module.startswith("lab") else FILE_LIBRARIES)
        code = (f"lstmgallery.{module}", __name__)
        return Stage(name, self.folder, stage_key(code, spec=spec, inputs=inputs, libraries=libraries), outputs)

    def _about(self, libraries: tuple[str, ...]) -> dict[str, Any]:
        return {
            "network": self.network.spec,
            "seed": self.network.seed,
            "vocabulary": list(self.network.task.vocabulary),
            "libraries": library_versions(libraries),
        }
