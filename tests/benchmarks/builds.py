"""Whole builds of plain write-ups, beside MkDocs and Pelican, and builds of the shipped gallery.

Processes from start to end. Every program builds the same texts of 600 words with its usual theme, once after the
other. All of ours are about one network, whose results are there. Cold builds begin without a site and without anything
kept but the results of networks. A straight line through the medians gives the time to start and the time for each
page. The first build of the gallery trains, or checks the pins of, every network; other seeds are left out.
"""

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstmgallery.kept import FILE
from lstmgallery.project import Project
from lstmgallery.unchanged import STAMP
from tests.benchmarks.peers import ENVIRONMENT, run_quietly
from tests.benchmarks.tables import Table
from tests.conftest import ROOT, folders_in, options

PAGES, MANY = (50, 400, 1_000, 4_000), 4_000  # write-ups; from so many on, one round
ROUNDS = 3
WORDS = (
    *("memory", "gate", "state", "neuron", "count", "letter", "cell", "hidden", "forget", "open", "shut", "network"),
    *("learns", "reads", "writes", "step", "token", "value", "grows", "falls", "after", "before", "each", "text"),
)
FRONT = "---\ntitle: Page {n}\nsummary: A plain page, number {n}.\npublished: 2026-01-02\norder: {n}\n---\n\n"
PELICAN_FRONT = "Title: Page {n}\nDate: 2026-01-02\nSummary: A plain page, number {n}.\nSlug: page-{n}\n\n"


# A process inherits the memory of the one that starts it as its peak, so a small one starts it.
LAUNCH = """
import json, os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
seconds = time.perf_counter() - began
print(json.dumps([seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Cost:
    """The cost of a process: seconds from start to end and of the processors, and the most memory in bytes."""

    seconds: float
    busy: float
    memory: int


def measure(*, quick: bool) -> list[Table]:
    """Return the seconds of cold builds, of builds again, and of those of the gallery."""
    prepare()
    folder = ENVIRONMENT / "work"
    shutil.rmtree(folder, ignore_errors=True)
    sizes = PAGES[:1] if quick else PAGES
    sites = {size: Sites(folder / str(size), size) for size in sizes}
    cold: dict[str, dict[int, list[Cost]]] = {name: {size: [] for size in sizes} for name in KINDS}
    again: dict[str, dict[int, list[Cost]]] = {name: {size: [] for size in sizes} for name in WARM}
    for size in sizes:
        for _ in range(ROUNDS if size < MANY else 1):
            for name, build in KINDS.items():
                cold[name][size].append(build(sites[size]))
            for name, rebuild in WARM.items():
                again[name][size].append(rebuild(sites[size]))
    tables = [table("cold", cold, sizes), table("again", again, sizes)]
    return tables if quick else [*tables, table_of_gallery(Sites(folder / "gallery", 0))]


class Sites:
    """The same write-ups as sources of each program, in one folder."""

    def __init__(self, folder: Path, size: int):
        self.project: Project = folders_in(folder / "ours")
        self.mkdocs, self.pelican = folder / "mkdocs", folder / "pelican"
        if not size:
            shutil.copytree(ROOT / "content", self.project.content)
            return
        (self.project.content / "networks").mkdir(parents=True)
        (self.project.content / "writeups").mkdir()
        shutil.copy(ROOT / "content" / "site.yaml", self.project.content)
        for file in (ROOT / "content" / "networks").glob("counter.*"):
            shutil.copy(file, self.project.content / "networks")
        shutil.copytree(ENVIRONMENT / "counter", self.project.build / "counter")
        (self.mkdocs / "docs").mkdir(parents=True)
        (self.pelican / "content").mkdir(parents=True)
        (self.mkdocs / "mkdocs.yml").write_text("site_name: Plain\n", encoding="utf-8")
        settings = "SITENAME = 'Plain'\nPATH = 'content'\nDEFAULT_LANG = 'en'\nTIMEZONE = 'UTC'\nSITEURL = ''\n"
        (self.pelican / "pelicanconf.py").write_text(settings, encoding="utf-8")
        (self.mkdocs / "docs" / "index.md").write_text("# Plain\n", encoding="utf-8")
        for n, text in enumerate(texts(size)):
            name, linked = f"page-{n}.md", f"page-{(7 * n) % size}.md"
            body, of_pelican = text.replace("LINK", linked), text.replace("LINK", f"{{filename}}{linked}")
            written = {
                self.project.content / "writeups": FRONT.format(n=n) + body,
                self.mkdocs / "docs": f"# Page {n}\n\n{body}",
                self.pelican / "content": PELICAN_FRONT.format(n=n) + of_pelican,
            }
            for where, source in written.items():
                (where / name).write_text(source, encoding="utf-8")

    def edit(self) -> None:
        """Save one write-up with another paragraph."""
        file = sorted((self.project.content / "writeups").glob("*.md"))[0]
        with file.open("a", encoding="utf-8") as stream:
            stream.write(f"\nSaved at {time.time_ns()}.\n")


def texts(size: int) -> Iterable[str]:
    """Yield the bodies of write-ups: about 600 words with headings, lists, links, code and emphasis."""
    chosen = random.Random(size)

    def words(number: int) -> str:
        return " ".join(chosen.choice(WORDS) for _ in range(number))

    def part(number: int) -> str:
        lists = f"- {words(12)}\n- `code` {words(9)}"
        return f"## Part {number}\n\nA {words(60)}. A [link](LINK) and *emphasis*.\n\n{lists}\n\n{words(60)}.\n"

    for _ in range(size):
        yield "\n".join(map(part, range(1, 5)))


def prepare() -> None:
    """Make the results of one network."""
    if not (ENVIRONMENT / "counter").exists():
        project = folders_in(ENVIRONMENT / "first")
        (project.content / "networks").mkdir(parents=True)
        shutil.copy(ROOT / "content" / "site.yaml", project.content)
        for file in (ROOT / "content" / "networks").glob("counter.*"):
            shutil.copy(file, project.content / "networks")
        run_quietly(sys.executable, "-m", "lstmgallery", *options(project))
        shutil.move(project.build / "counter", ENVIRONMENT / "counter")
        shutil.rmtree(ENVIRONMENT / "first")


def cost(*command: str, cwd: Path = ROOT) -> Cost:
    """Run a command and return what it cost, the processes that it started included."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(ENVIRONMENT / "bytecode")
    run = subprocess.run(
        [sys.executable, "-I", "-c", LAUNCH, *command], cwd=cwd, env=environment, stdout=subprocess.PIPE, check=True
    )
    return Cost(*json.loads(run.stdout.splitlines()[-1]))


def build_ours(sites: Sites) -> Cost:
    """Build without a site and without kept pages."""
    shutil.rmtree(sites.project.site, ignore_errors=True)
    for name in (FILE, STAMP):
        (sites.project.build / name).unlink(missing_ok=True)
    return build_again(sites)


def build_again(sites: Sites) -> Cost:
    """Build with everything that is kept."""
    return cost(sys.executable, "build_site.py", *options(sites.project))


def build_edited(sites: Sites) -> Cost:
    """Save one write-up, and build."""
    sites.edit()
    return build_again(sites)


def build_mkdocs(sites: Sites) -> Cost:
    """Build from nothing with MkDocs."""
    shutil.rmtree(sites.mkdocs / "site", ignore_errors=True)
    return cost(str(ENVIRONMENT / "bin" / "mkdocs"), "build", "--quiet", cwd=sites.mkdocs)


def build_pelican(sites: Sites) -> Cost:
    """Build from nothing with Pelican."""
    shutil.rmtree(sites.pelican / "output", ignore_errors=True)
    return cost(str(ENVIRONMENT / "bin" / "pelican"), "--quiet", "content", cwd=sites.pelican)


KINDS: dict[str, Callable[[Sites], Cost]] = {
    "lstmgallery": build_ours,
    "MkDocs 1.6.1": build_mkdocs,
    "Pelican 4.11.0": build_pelican,
}
WARM: dict[str, Callable[[Sites], Cost]] = {"nothing changed": build_again, "one write-up saved": build_edited}


def table(what: str, costs: dict[str, dict[int, list[Cost]]], sizes: Sequence[int]) -> Table:
    """Return the median seconds for each number of pages, the line through them, and the most memory."""
    heads = [what, *(f"{size:,} pages" for size in sizes), "to start", "a page", "processor time", "memory"]
    rows = []
    for name, by_size in costs.items():
        medians = [statistics.median(each.seconds for each in by_size[size]) for size in sizes]
        line = ["–", "–"]
        if len(sizes) > 1:
            slope, start = np.polyfit(sizes, medians, 1)
            line = [f"{start:.2f} s", f"{1000 * slope:.1f} ms"] if start > 0 else line
        busy = statistics.median(each.busy for each in by_size[sizes[-1]])
        memory = max(each.memory for each in by_size[sizes[-1]])
        seconds = [f"{median:.2f} s" for median in medians]
        rows.append([name, *seconds, *line, f"{busy:.2f} s", f"{memory / 1e6:.0f} MB"])
    return Table(heads, rows)


def table_of_gallery(gallery: Sites) -> Table:
    """Return the seconds of builds of the shipped gallery, other seeds left out."""
    first = build_again(gallery)
    kinds = {"pages anew": build_ours, "one write-up saved": build_edited, "nothing changed": build_again}
    found = {name: [build(gallery) for _ in range(ROUNDS)] for name, build in kinds.items()}
    rows = []
    for name, costs in {"first build, other seeds left out": [first], **found}.items():
        seconds = statistics.median(each.seconds for each in costs)
        busy = statistics.median(each.busy for each in costs)
        memory = max(each.memory for each in costs)
        rows.append([name, f"{seconds:.2f} s", f"{busy:.2f} s", f"{memory / 1e6:.0f} MB"])
    return Table(["the shipped gallery", "seconds", "processor time", "memory"], rows)
