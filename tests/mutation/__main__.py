"""The command: draw faults, plant each in a copy of the last commit, and run the tests that reach it."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue

import click
import pytest
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.conftest import RESULTS
from tests.mutation.chosen import CHOSEN
from tests.mutation.faults import Fault, find_faults
from tests.mutation.watch import FOLDER, Watched, read_watched

ROOT = Path(__file__).resolve().parent.parent.parent
COPIES = 2  # as many faults are tried at a time
LONGEST = 40.0  # seconds of tests that a fault is given, the quickest first
LONGEST_OF_SCRIPTS = 240.0  # of tests of scripts, in the order of their files: which of them reach a line is not known
KEPT = "gallery"  # what the first run measured of the gallery, for all others
STARTING = 60.0  # processor seconds that a run may take beside its tests: to start, and to build the gallery
SLACK = 3  # times the seconds of its tests that a run may take; a fault that needs more never ends


@dataclass(frozen=True)
class Room:
    """A part of the code, without what others wrote: its files, the usual number of faults, the share to be noticed."""

    files: tuple[str, ...]
    sample: int
    bar: float

    def paths(self, root: Path) -> list[str]:
        found = {path.relative_to(root).as_posix() for pattern in self.files for path in root.glob(pattern)}
        return sorted(path for path in found if "/vendor/" not in path)


ROOMS = {
    "desk": Room(("lstmgallery/desk/**/*.py", "lstmgallery/cells/*/reference.py"), 60, 0.90),
    "tasks": Room(("lstmgallery/tasks/**/*.py",), 30, 0.90),
    "lab": Room(("lstmgallery/lab/*.py", "lstmgallery/cells/**/layer.py"), 30, 0.90),
    "store": Room(("lstmgallery/store.py",), 20, 0.90),
    "cache": Room(("lstmgallery/cache.py",), 20, 0.90),
    "publish": Room(("lstmgallery/publish.py",), 20, 0.90),
    "press": Room(("lstmgallery/press/**/*.py",), 60, 0.85),
    "scripts": Room(("lstmgallery/**/*.js",), 60, 0.85),
}
SCRIPT_TESTS = {  # a browser runs the scripts, so that no line of theirs is watched: which tests run which folder
    "lstmgallery/press/theme/explorer/text": ("explorer_text",),
    "lstmgallery/press/theme/explorer": ("explorer_parts", "explorer", "explorer_exact", "explorer_text"),
    "lstmgallery/cells": ("explorer_parts", "explorer_exact"),
    "lstmgallery/press/theme/front": ("front",),
    "lstmgallery/press/theme/static": ("strips", "writeups", "networks", "finding", "game"),
    "lstmgallery/preview": ("preview",),
}


@dataclass(frozen=True)
class Outcome:
    """The result of a fault: `noticed`, `survived`, or `unreached` if no test runs its lines."""

    fault: str
    start: int
    result: str
    by: str = ""


def take_sample(root: Path, room: str, count: int, seed: int) -> list[Fault]:
    """Draw faults of a room without replacement: the same ones for the same seed and the same code."""
    faults = [fault for path in ROOMS[room].paths(root) for fault in find_faults(root, path)]
    return random.Random(f"{seed} {room}").sample(faults, min(count, len(faults)))


def choose_tests(watched: Watched, fault: Fault) -> list[list[str]]:
    """Return the tests to try a fault with, in rounds."""
    if not fault.path.endswith(".js"):
        own, others = watched.find_tests(fault.path, fault.lines)
    else:
        files = [
            f"tests/browser/test_{name}.py"
            for name in next(names for folder, names in SCRIPT_TESTS.items() if fault.path.startswith(folder))
        ]
        own, *of_others = ([name for name in watched.tests if name.startswith(f"{file}::")] for file in files)
        others = [name for names in of_others for name in names]
    longest = LONGEST_OF_SCRIPTS if fault.path.endswith(".js") else LONGEST
    rounds = [_within(watched, own, longest), _within(watched, others, longest)]
    return [names for names in rounds if names]


def _within(watched: Watched, names: list[str], longest: float) -> list[str]:
    """Return the first tests, as many as so many seconds allow."""
    seconds = itertools.accumulate(watched.tests[name].seconds for name in names)
    return [name for name, so_far in zip(names, seconds, strict=True) if so_far <= longest or name == names[0]]


def try_fault(copy: Path, fault: Fault, watched: Watched) -> Outcome:
    """Plant a fault in a copy of the project, run the tests until one fails, and remove the fault."""
    rounds = choose_tests(watched, fault)
    if not rounds:
        return Outcome(str(fault), fault.start, "unreached")
    with planted(copy / fault.path, fault):
        for tests in rounds:
            limit = STARTING + SLACK * sum(watched.tests[name].seconds for name in tests)
            if by := _run(copy, tests, round(limit)):
                return Outcome(str(fault), fault.start, "noticed", by)
    return Outcome(str(fault), fault.start, "survived")


def _run(copy: Path, tests: list[str], limit: int) -> str:
    """Run tests in a copy for at most `limit` processor seconds; return the first failed one, or nothing if all passed.

    Processor time, not time of day: a busy machine must not turn faults that survive into noticed ones.
    """
    chosen = copy.parent / f"{copy.name}-tests"
    chosen.write_text("\n".join(tests), encoding="utf-8")
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *files]
    command += ["-p", "tests.mutation.chosen"]
    limited = ["sh", "-c", 'ulimit -t "$0" && exec "$@"', str(limit), *command]
    environment = {**os.environ, CHOSEN: str(chosen), RESULTS: str(copy.parent / KEPT)}
    run = subprocess.run(limited, cwd=copy, env=environment, capture_output=True, text=True)
    if -run.returncode in (signal.SIGXCPU, signal.SIGKILL):
        return "it does not end"
    if run.returncode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return ""
    failed = [line.split(" - ")[0] for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0] if failed else "the tests do not start"


@contextmanager
def planted(file: Path, fault: Fault) -> Iterator[None]:
    """Keep a fault in a file. The file's time moves by a second each time, or Python would not compile it again."""
    source = file.read_bytes()
    clock = file.stat().st_mtime
    file.write_bytes(fault.plant(source))
    os.utime(file, (clock + 2, clock + 2))
    try:
        yield
    finally:
        file.write_bytes(source)
        os.utime(file, (clock + 4, clock + 4))


def copy_commit(folder: Path) -> list[Path]:
    """Return copies of the last commit below a folder."""
    copies = [folder / f"copy-{number}" for number in range(1, COPIES + 1)]
    for copy in copies:
        if not copy.is_dir():
            subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(copy)], check=True)
    return copies


def watch(copy: Path, folder: Path, tests: str) -> Watched:
    """Run tests once in a copy, record the lines each test runs, and keep the results of the gallery's build."""
    watched, done = folder / "watched", folder / f"is-watched-{tests.replace('/', '-')}"
    if not done.is_file():
        watched.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.mutation.watch", "-n", str(COPIES), tests]
        command += ["--dist", "loadfile", "--no-loadscope-reorder"]
        subprocess.run(
            command, cwd=copy, env={**os.environ, FOLDER: str(watched), RESULTS: str(folder / KEPT)}, check=True
        )
        done.touch()
    return read_watched(watched, copy)


def try_all(faults: list[Fault], copies: list[Path], folder: Path, console: Console) -> dict[tuple[str, int], Outcome]:
    """Try each untried fault, and return the outcomes of all."""
    kept = folder / "outcomes.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.is_file() else []
    outcomes = {(each.fault, each.start): each for each in (Outcome(**json.loads(line)) for line in lines)}
    waiting = [fault for fault in faults if (str(fault), fault.start) not in outcomes]
    if not waiting:
        return outcomes
    is_scripts = all(fault.path.endswith(".js") for fault in waiting)
    watched = watch(copies[0], folder, "tests/browser" if is_scripts else "tests")
    free: SimpleQueue[Path] = SimpleQueue()
    for copy in copies:
        free.put(copy)
    lock = threading.Lock()

    def work(fault: Fault) -> None:
        copy = free.get()
        try:
            outcome = try_fault(copy, fault, watched)
        finally:
            free.put(copy)
        with lock, kept.open("a", encoding="utf-8") as file:
            outcomes[outcome.fault, outcome.start] = outcome
            file.write(json.dumps(asdict(outcome)) + "\n")

    with ThreadPoolExecutor(len(copies)) as pool:
        list(track(pool.map(work, waiting), "Faults", len(waiting), console=console))
    return outcomes


@click.command(epilog="Results are kept below .mutation/, by commit: a run that was stopped goes on where it was.")
@click.argument("rooms", nargs=-1, type=click.Choice(list(ROOMS)))
@click.option("--sample", type=click.IntRange(1), help="Faults for each room.  [default: 20 to 60, by room]")
@click.option("--seed", default=1, show_default=True, help="Which sample is drawn.")
@click.option("--list", "is_listed", is_flag=True, help="Show the faults of the sample, and run nothing.")
def main(rooms: tuple[str, ...], sample: int | None, seed: int, is_listed: bool) -> None:
    """Plant small faults, one at a time, and count the noticed ones; exit with 1 if they are too few.

    The faults are planted in copies of the last commit. It takes hours for all ROOMS.
    """
    console = Console()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background commands ignore Ctrl-C
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    folder = ROOT / ".mutation" / commit.stdout.strip()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    copies = copy_commit(folder)
    samples = {room: take_sample(copies[0], room, sample or ROOMS[room].sample, seed) for room in rooms or ROOMS}
    faults = [fault for faults in samples.values() for fault in faults]
    if is_listed:
        click.echo("\n".join(map(str, faults)))
        return
    outcomes = try_all(faults, copies, folder, console)
    table = Table("room", "planted", "noticed", "survived", "unreached", "share", "at least")
    is_enough = True
    for room, faults in samples.items():
        found = [outcomes[str(fault), fault.start] for fault in faults]
        counts = [sum(each.result == result for each in found) for result in ("noticed", "survived", "unreached")]
        share = counts[0] / len(found)
        is_enough &= share >= ROOMS[room].bar
        table.add_row(room, *map(str, (len(found), *counts)), f"{share:.0%}", f"{ROOMS[room].bar:.0%}")
        for each in found:
            if each.result != "noticed":
                console.print(f"{each.result}: {each.fault}", highlight=False, markup=False, soft_wrap=True)
    console.print(table)
    sys.exit(not is_enough)


if __name__ == "__main__":
    main(prog_name="python -m tests.mutation")
