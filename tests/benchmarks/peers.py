"""The programs that ours are timed beside: their environment, and contenders as processes."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from types import TracebackType

from tests.conftest import ROOT

ENVIRONMENT = ROOT / ".benchmarks"
PEERS = ("mkdocs==1.6.1", "pelican[markdown]==4.11.0", "torch==2.13.0", "numpy")
PYTHON = ENVIRONMENT / "bin" / "python"
_INSTALLED = ENVIRONMENT / "installed.txt"


def prepare_environment() -> None:
    """Install the peers by their pinned versions, if they are not there."""
    if _INSTALLED.exists() and _INSTALLED.read_text(encoding="utf-8") == "\n".join(PEERS):
        return
    run_quietly(sys.executable, "-m", "venv", "--without-pip", str(ENVIRONMENT))
    pip = [sys.executable, "-m", "pip"] if shutil.which("pip") is None else ["pip"]
    run_quietly(*pip, "--python", str(PYTHON), "install", "--quiet", *PEERS)
    _INSTALLED.write_text("\n".join(PEERS), encoding="utf-8")


def run_quietly(*command: str) -> None:
    """Run a command that has to succeed."""
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


class Contender:
    """A program of `contenders/` as a process: it waits while others are timed."""

    def __init__(self, name: str, *, is_peer: bool = False):
        """`is_peer`: run it in the environment of the peers."""
        python = str(PYTHON) if is_peer else sys.executable
        inherited = {key: value for key, value in os.environ.items() if key != "XLA_FLAGS"}
        settings = {**inherited, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
        self._process = subprocess.Popen(
            [python, "-m", f"tests.benchmarks.contenders.{name}"],
            cwd=ROOT,
            env=settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def time(self, work: str, **case: float | bool) -> float:
        """Return the seconds of a work; the first time, it prepares the case."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"work": work, **case}) + "\n")
        self._process.stdin.flush()
        return float(json.loads(self._process.stdout.readline()))

    def __enter__(self) -> "Contender":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()


def alternate(works: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, list[float]]:
    """Run all works in turn, several times over, so that their ratios hold where the machine's speed drifts."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(work())
    return found


def ratio(theirs: list[float], ours: list[float]) -> float:
    """Return the median over rounds of their seconds divided by ours."""
    return statistics.median(their / our for their, our in zip(theirs, ours, strict=True))
