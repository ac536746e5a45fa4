"""What a person reads on the console while a gallery is built and after: progress, problems, the summary."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from lstmgallery.errors import Problem
from lstmgallery.press.text import count, data_size

if TYPE_CHECKING:
    from lstmgallery.build import Summary


def print_problems(console: Console, problems: Iterable[Problem]) -> None:
    """Print each mistake with its place and its mend; text from files is never taken for markup."""
    for problem in problems:
        console.print(f"[red]error:[/] {escape(str(problem))}", highlight=False, soft_wrap=True)


class ConsoleProgress:
    """Progress bars on a terminal; on anything else one line for each stage that runs."""

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
        self.console.print(f"[yellow]damaged:[/] {escape(str(problem))}", highlight=False, soft_wrap=True)


def print_summary(console: Console, summary: "Summary", output: Path, seconds: float) -> None:
    """Print what was done: each network's stages, then pages, bytes and time."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("network")
    stages = list(dict.fromkeys(run.stage for run in summary.runs))
    for stage in stages:
        table.add_column(stage, justify="right")
    for name in dict.fromkeys(run.network for run in summary.runs):
        runs = {run.stage: run for run in summary.runs if run.network == name}
        table.add_row(name, *("cached" if runs[key].was_cached else f"{runs[key].seconds:.1f} s" for key in stages))
    console.print(table)
    for name in summary.skipped:
        console.print(f"left out: {name} (its results are not current; build without --network)", highlight=False)
    wrong = [each for each in summary.claims if each.verdict != "holds"]
    if summary.claims:
        held = len(summary.claims) - len(wrong)
        console.print(f"claims: {held} of {len(summary.claims)} hold", highlight=False)
    for each in wrong:
        console.print(f"[red]{each.verdict}:[/] {escape(str(each.problem))}", highlight=False, soft_wrap=True)
    published = summary.published
    if published is not None:
        console.print(
            f"{count(summary.pages, 'page')}, {data_size(published.size)} in {output}: "
            f"{published.written:,} written, {published.unchanged:,} unchanged, {published.removed:,} removed",
            highlight=False,
            soft_wrap=True,
        )
    stages_seconds = ", ".join(f"{name} {spent:.1f} s" for name, spent in summary.seconds.items())
    console.print(f"{stages_seconds}; all in {seconds:.1f} s", highlight=False)
