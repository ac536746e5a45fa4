"""The console output of a build: progress, problems, the summary."""

import codecs
import io
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from lstmgallery.errors import Problem
from lstmgallery.press.marks.text import count, data_size
from lstmgallery.report import Report

if TYPE_CHECKING:
    from lstmgallery.checking import Checked
    from lstmgallery.clean import Waste
    from lstmgallery.comparing import Record
    from lstmgallery.listing import Unread
    from lstmgallery.pinning import Pinned
    from lstmgallery.searches import Search, Trial
    from lstmgallery.status import NetworkStatus

VERDICT_WORDS = {"holds": "holds", "fails": "fails", "unmeasured": "cannot be measured"}
WAS = {"holds": "held", "fails": "failed", "unmeasured": "could not be measured"}
ASCII = {
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": "-",
    "−": "-",
    "…": "...",
    "×": "x",
    "²": "^2",
    "·": "-",
}
STEERING = {  # control characters but tabs and line ends, and those that reverse the direction of writing
    code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    for code in (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_BRACKETS = re.compile(r"(\\*\[[a-z#/@][^[]*?\])|\\\[")  # what rich takes for markup: [red], and the backslash of \[
TOTAL = "total"  # the name of the seconds of a whole build
MOST_TRIALS = 12  # rows in a search's table


def terminal(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: `:x:` is not an emoji."""
    return Console(stderr=stderr, emoji=False)


def print_whatever_comes() -> None:
    """Let output reach terminals and pipes that lack a letter: in ASCII, or escaped, instead of ending in an error."""
    codecs.register_error("lstmgallery", _in_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="lstmgallery")


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    plain = (ASCII.get(letter) or letter.encode("ascii", "backslashreplace").decode() for letter in letters)
    return "".join(plain), error.end


def _shown(text: str) -> str:
    """Return text from files as it is printed: no markup, and no characters that steer a terminal."""
    return _BRACKETS.sub(lambda match: escape(match[1]) if match[1] else r"\\[", text.translate(STEERING))


def print_problems(console: Console, problems: Iterable[Problem]) -> None:
    """Print each problem with its place and its fix; text from files is never parsed as markup."""
    for problem in problems:
        console.print(f"[red]error:[/] {_shown(str(problem))}", highlight=False, soft_wrap=True)


def print_unread(console: Console, unread: Iterable["Unread | str"]) -> None:
    """Name what looks like content and is not read."""
    for each in unread:
        console.print(_shown(f"not read: {each}"), highlight=False, soft_wrap=True)


class ConsoleProgress:
    """Progress bars on a terminal; elsewhere, one line for each stage that runs."""

    def __init__(self, console: Console):
        self.console = console
        self.bars = Progress(
            TextColumn("{task.fields[name]:<20} {task.description:<8}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self.current: TaskID | None = None
        self.has_warned = False

    def __enter__(self) -> "ConsoleProgress":
        self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bars.stop()

    def start(self, name: str, stage: str, total: int | None = None) -> None:
        if not self.console.is_terminal:
            self.console.print(f"{name}: {stage}", highlight=False)
        self.current = self.bars.add_task(stage, name=name, note="", total=total)

    def advance(self, at: int, note: str = "") -> None:
        if self.current is not None:
            total = self.bars.tasks[self.current].total
            self.bars.update(self.current, completed=at, note=note, total=max(total or at, at))

    def finish(self) -> None:
        if self.current is not None:
            total = self.bars.tasks[self.current].total or 1
            self.bars.update(self.current, total=total, completed=total)
        self.current = None

    def warn(self, problem: Problem) -> None:
        self.has_warned = True
        self.console.print(f"[yellow]warning:[/] {_shown(str(problem))}", highlight=False, soft_wrap=True)


def print_report(
    console: Console, report: Report, output: Path, seconds: Mapping[str, float], *, is_verbose: bool = False
) -> None:
    """Print a build's report: each network's stages, then claims, pages and bytes, and the seconds of its parts.

    `is_verbose` lists what is counted else: claims left out, claims that hold without training, files removed.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("network")
    stages = list(dict.fromkeys(each.stage for each in report.stages))
    for stage in stages:
        table.add_column(stage, justify="right")
    for name in dict.fromkeys(each.network for each in report.stages):
        outcomes = {each.stage: each.outcome for each in report.stages if each.network == name}
        table.add_row(name, *(outcomes.get(stage, "") for stage in stages))
    console.print(table)
    for name in report.skipped:
        console.print(f"skipped: {name} (its results are stale; build without --network)", highlight=False)
    for draft in report.held_back:
        console.print(_shown(f"draft: {draft} (to publish it: --drafts)"), highlight=False, soft_wrap=True)
    print_unread(console, report.unread)
    for name in report.set_aside:
        console.print(f"retrained: {name} (to keep it: lstmgallery pin {name})", highlight=False)
    if report.claims:
        left_out, empty = len(report.left_out), len(report.doubts)
        held = report.claims - len(report.wrong) - left_out
        about = f"; {left_out} about other seeds, skipped by this build" if left_out else ""
        untrained = f", {empty} of these not because of training" if empty else ""
        claims = f"claims: {held} of {report.claims} hold{untrained}{about}"
        console.print(claims, highlight=False, soft_wrap=True)
    for each in report.wrong:
        console.print(f"[red]{each.verdict}:[/] {_shown(each.problem)}", highlight=False, soft_wrap=True)
    if is_verbose:
        for word, those in (("left out", report.left_out), ("doubtful", report.doubts), ("removed", report.gone)):
            for name in those:
                console.print(_shown(f"{word}: {name}"), highlight=False, soft_wrap=True)
    if report.by_file:
        console.print(_shown(f"replaced file by file: {report.by_file}"), highlight=False, soft_wrap=True)
    console.print(
        f"{count(report.pages, 'page')}, {data_size(report.size)} in {output}: "
        f"{report.written:,} written, {report.unchanged:,} unchanged, {len(report.gone):,} removed",
        highlight=False,
        soft_wrap=True,
    )
    parts = ", ".join(f"{name} {spent:.1f} s" for name, spent in seconds.items() if name != TOTAL)
    console.print(f"{parts}{parts and '; '}{TOTAL} {seconds[TOTAL]:.1f} s", highlight=False)


def print_pinned(console: Console, pinned: "Pinned") -> None:
    """Print the new pin, the one it replaces, and the claims whose verdict changes."""

    def line(text: str) -> None:
        console.print(_shown(text), highlight=False, soft_wrap=True)

    header = pinned.header
    line(f"{pinned.network}: pinned in {pinned.file} (seed {header.network['seed']}, {header.steps:,} steps)")
    old = pinned.replaced
    if old is not None and old.sha256 == header.sha256:
        line("  same weights as the pinned ones")
    elif old is not None:
        line(f"  replaces the pin of {old.date} (seed {old.network['seed']}, {old.steps:,} steps)")
    for change in pinned.changes:
        before = "" if change.before is None else f"{WAS[change.before]}; it now "
        value = "" if change.value is None else f" ({change.value:.4g}, expected {change.claim.expectation})"
        line(f"  the claim {change.writeup}#{change.claim.id} {before}{VERDICT_WORDS[change.after]}{value}")
    line("  commit it with the content; builds will show it")


def print_copies(console: Console, record: "Record") -> None:
    """Print what a network wrote, how much of it is copied, and what texts it never saw share with its training."""

    def line(text: str) -> None:
        console.print(_shown(text), highlight=False, soft_wrap=True, markup=False)

    from lstmgallery.copies import SMALLEST_MARGIN  # imports NumPy, which other commands can do without

    usual = record.copies.usual
    line(f"{record.network}: compared in {record.file}")
    for name, (middle, largest), copies in (
        (f"{usual.texts} texts it wrote", usual.written, usual.copies),
        ("held-out documents", usual.held_out, usual.held_out_copies),
    ):
        words = f"median {middle} characters, at most {largest}; {count(copies, 'copy', 'copies')}"
        line(f"  longest run in a training text, of {name}: {words}")
    for compared, text in record.texts:
        remark = "a copy, " if compared.is_copy else ""
        close = ", a close call: another seed is safer" if compared.margin < SMALLEST_MARGIN else ""
        line(f"  seed {compared.seed}: {remark}{compared.longest} of {compared.characters} characters{close}")
        line(f"    {compared.start}{text}".replace("\n", "\n    "))
    line("  look at each text, and commit the record with the content")


def print_checked(console: Console, checked: "Checked", site: Path, *, is_verbose: bool = False) -> None:
    """Print what was verified, and the largest pages if `is_verbose`."""
    found = f"{count(checked.pages, 'page')}, {count(checked.files, 'file')}, {data_size(checked.size)}"
    rest = "all as they were built, nothing added; every link leads somewhere, every page has its policy"
    console.print(_shown(f"{site}: {found}: {rest}"), highlight=False, soft_wrap=True)
    if is_verbose:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("largest pages", overflow="fold")
        for name in ("size", "compressed"):
            table.add_column(name, justify="right")
        for page in checked.largest:
            table.add_row(_shown(page.path), data_size(page.size), data_size(page.sent))
        console.print(table)


def print_waste(console: Console, waste: Sequence["Waste"]) -> None:
    """Print what can be removed, with its size, and what stays in its folders."""
    for each in waste:
        text = f"{each.path}: {each.why} ({count(len(each.files), 'file')}, {data_size(each.size)})"
        console.print(_shown(text), highlight=False, soft_wrap=True)
        for file in each.left:
            console.print(_shown(f"  {file} stays: it is none of this tool's files"), highlight=False, soft_wrap=True)
    if not waste:
        console.print("There is nothing to remove.", highlight=False)


def print_states(console: Console, states: Iterable["NetworkStatus"]) -> None:
    """Print a table of the networks and their states."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("network", "weights", "results", "seeds swept"):
        table.add_column(name)
    for state in states:
        table.add_row(state.network, state.weights, state.results, state.seeds)
    console.print(table)


def print_search(console: Console, search: "Search", ranked: Sequence["Trial"], shown: Sequence[str]) -> None:
    """Print a search's results: the best networks, with the measures `shown`, and how often each condition holds."""
    from lstmgallery.desk.claims import parse_expectation

    tried = len(search.trials)
    met = sum(trial.is_met for trial in search.trials)
    if search.has_criterion:
        console.print(f"{met} of {tried} networks meet the success criterion", highlight=False)
    for condition in search.conditions:
        values = [value for value in search.values_of(condition.measure) if value is not None]
        holding = sum(map(parse_expectation(condition.expect).is_met, values))
        text = f"{condition.measure} {condition.expect}: {holding} of {tried}"
        console.print(_shown(text), highlight=False, soft_wrap=True)
    if not ranked:
        return
    console.print(f"the {search.wins} {_shown(search.best)}:", highlight=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in dict.fromkeys(key for recipe in search.recipes for key in recipe):
        table.add_column(key, justify="right")
    for name in ("seed", "steps", *(measure.partition(": ")[2] for measure in shown)):
        table.add_column(_shown(name), justify="right", overflow="fold")
    for trial in ranked[:MOST_TRIALS]:
        found = [trial.values[search.measures.index(measure)] for measure in shown]
        table.add_row(
            *map(str, search.recipes[trial.recipe].values()),
            str(trial.seed),
            f"{trial.steps:,}",
            *("–" if each is None else f"{each:.4g}" for each in found),
        )
    console.print(table)
    if len(ranked) > MOST_TRIALS:
        console.print(f"and {len(ranked) - MOST_TRIALS} more", highlight=False)
