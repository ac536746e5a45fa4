"""The command: stop a build at each of its file-system calls, in each way, and look at what it leaves.

python -m tests.crash                        every call of a build that renders, and of one that trains
python -m tests.crash --points 40 --seed 2   a sample
"""

import json
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

import lstmgallery.build
import lstmgallery.cli
import lstmgallery.exchange
import lstmgallery.pinning
from lstmgallery.clock import today
from lstmgallery.project import Project
from lstmgallery.publish import DONE, NOTHING, PARTLY
from tests.conftest import files_of, folders_in, options, write_small_content
from tests.crash.stops import WAYS, Stop, run_stopped

OWNERS = {".htaccess": b"the owner's", ".well-known/a/token": b"the owner's, too"}
STOPPED = {"SIGKILL": -9, "SIGTERM": -15}
KINDS = ("render", "train", "pin")  # builds: of other texts, of a network to train, of one that is pinned
WRITEUP = "---\ntitle: {0}\nsummary: Of {0}.\npublished: 2026-01-02\norder: 1\n---\n\nWords of {0}. See [it]({0}.md).\n"


@dataclass(frozen=True)
class Trial:
    """One build that was stopped: at which call, in which way, and what was wrong then; nothing if all was well."""

    kind: str
    way: str
    exchanges: bool  # whether the system can exchange folders
    at: int
    found: str  # the site that it left: old, new, none or mixed
    wrong: str


class Crash:
    """A gallery with an old site, a change of its content, and the new site that a build of it gives."""

    def __init__(self, root: Path, kind: str):
        self.kind = kind
        self.ready = root / kind / "ready"
        self.place = root / kind / "tried"
        self.output = root / f"{kind}.txt"
        project = folders_in(self.ready)
        write_small_content(project.content, "small")
        (project.content / "writeups").mkdir()
        for name in ("one", "two"):
            (project.content / "writeups" / f"{name}.md").write_text(WRITEUP.format(name), encoding="utf-8")
        self._run(project, Stop(self.ready, "", 0))
        for path, content in OWNERS.items():
            (project.site / path).parent.mkdir(parents=True, exist_ok=True)
            (project.site / path).write_bytes(content)
        self.old = files_of(project.site)
        (project.content / "writeups" / "two.md").unlink()
        (project.content / "writeups" / "three.md").write_text(WRITEUP.format("three"), encoding="utf-8")
        if kind == "train":
            network = project.content / "networks" / "small.md"
            network.write_text(network.read_text(encoding="utf-8").replace("units: 6", "units: 7"), encoding="utf-8")
        elif kind == "pin":
            lstmgallery.pinning.pin_networks(project.content, project.build, (), today())
        tried = self._copy()
        status, self.calls = self._run(tried, Stop(self.place, "", 0))
        assert status == 0, self.output.read_text(encoding="utf-8")
        self.new = files_of(tried.site)
        self.whole = self._everything()

    def try_at(self, way: str, at: int, *, exchanges: bool) -> Trial:
        """Stop the build at one of its calls, build again, and say what was left and what was wrong."""
        project = self._copy()
        really_exchange = lstmgallery.exchange._exchange
        if not exchanges:
            lstmgallery.exchange._exchange = lambda *_: False
        try:
            status, _ = self._run(project, Stop(self.place, way, at))
        finally:
            lstmgallery.exchange._exchange = really_exchange
        said = self.output.read_text(encoding="utf-8")
        found = self._kind_of(project.site)
        wrong = self._wrong(found, status, said, way, exchanges=exchanges)
        again, _ = self._run(project, Stop(self.place, "", 0))
        if not wrong and again != 0:
            wrong = f"the next build failed: {self.output.read_text(encoding='utf-8')}"
        if not wrong and (left := self._everything()) != self.whole:
            wrong = f"the next build left other files: {sorted(left ^ self.whole)}"
        if not wrong and files_of(project.site) != self.new:
            wrong = "the next build did not publish the new site"
        return Trial(self.kind, way, exchanges, at, found, wrong)

    def _wrong(self, found: str, status: int, said: str, way: str, *, exchanges: bool) -> str:
        if found == "mixed":
            return "the site is neither the old nor the new one"
        if found == "none" and (exchanges or way not in STOPPED):  # between two steps there is none for a moment
            return "there is no site"
        if "Traceback" in said or status == 99:
            return f"a traceback: {said}"
        if way in STOPPED:
            return "" if status in (0, STOPPED[way]) else f"status {status}: {said}"
        if status == 0:
            return "" if found == "new" else f"success, but the site is {found}"
        told = {NOTHING: "old", DONE: "new", PARTLY: "mixed"}
        outcome = next((site for words, site in told.items() if words in said), "nothing")
        return "" if outcome == found else f"told of {outcome}, found {found}: {said}"

    def _kind_of(self, site: Path) -> str:
        if not site.exists():
            return "none"
        found = files_of(site)
        return "old" if found == self.old else "new" if found == self.new else "mixed"

    def _run(self, project: Project, stop: Stop) -> tuple[int, int]:
        arguments = ["build", *options(project)]
        return run_stopped(partial(lstmgallery.cli.main, arguments), stop, self.output)

    def _copy(self) -> Project:
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.ready, self.place, symlinks=True)
        return folders_in(self.place)

    def _everything(self) -> set[str]:
        return {path.relative_to(self.place).as_posix() for path in self.place.rglob("*")}


def trials(kind: str, points: int | None, seed: int, root: Path) -> list[Trial]:
    """Try a kind of build: at a sample of its calls, or at all of them, in all ways."""
    crash = Crash(root, kind)
    cases = [(way, at, exchanges) for way in WAYS for exchanges in (True, False) for at in range(1, crash.calls + 1)]
    if points is not None:
        cases = random.Random(seed).sample(cases, min(points, len(cases)))
    console = Console(stderr=True)
    shown = track(cases, description=f"{kind}: {crash.calls} calls", console=console, disable=not console.is_terminal)
    return [crash.try_at(way, at, exchanges=exchanges) for way, at, exchanges in shown]


@click.command()
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="The kind of build, by default all.")
@click.option("--points", type=click.IntRange(min=1), help="So many calls of each kind, drawn by chance; else all.")
@click.option("--seed", default=1, show_default=True, help="Of the drawing.")
@click.option("--json", "as_json", is_flag=True, help="Print the trials as JSON.")
def main(kinds: tuple[str, ...], points: int | None, seed: int, as_json: bool) -> None:
    """Stop builds at their file-system calls and look at what they leave."""
    with tempfile.TemporaryDirectory() as folder:
        found = [each for kind in kinds or KINDS for each in trials(kind, points, seed, Path(folder).resolve())]
    if as_json:
        print(json.dumps([asdict(each) for each in found]))
        return
    counted = Counter((each.kind, each.way, each.exchanges, each.found) for each in found)
    table = Table("build", "stopped by", "exchanges folders", "site", "trials", box=None)
    for (kind, way, exchanges, site), number in sorted(counted.items()):
        table.add_row(kind, way, "yes" if exchanges else "no", site, f"{number:,}")
    console = Console()
    console.print(table)
    wrong = [each for each in found if each.wrong]
    for each in wrong:
        console.print(
            f"{each.kind}, {each.way} at call {each.at}, exchanges {each.exchanges}: {each.wrong}", markup=False
        )
    console.print(f"{len(found):,} trials, {len(wrong):,} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    main()
