"""The command line: options, progress, the summary, and errors without a traceback."""

import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from lstmgallery import __version__
from lstmgallery.build import Project, Summary, build_gallery
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.press.text import count, data_size

EPILOG = """\b
Examples:
  python build_site.py                         train what is new, write site/
  python build_site.py --network counter       work on one network
  python build_site.py --output /tmp/gallery   leave site/ alone

A network is one file in content/networks/. What is trained and traced is kept in build/ and used again as long as the
network, the code and the libraries stay the same. Look at the result with: python -m http.server -d site
"""


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)
@click.version_option(__version__, prog_name="lstmgallery")
@click.option(
    "--content",
    type=click.Path(path_type=Path),
    default=Path("content"),
    show_default=True,
    help="Folder with site.yaml and the networks.",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    default=Path("build"),
    show_default=True,
    help="Folder for weights, traces and measurements.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("site"),
    show_default=True,
    help="Folder of the site. Replaced in one step, and only if this tool made it.",
)
@click.option(
    "-n",
    "--network",
    metavar="NAME",
    help="Train and trace this network alone. Others are shown if nothing about them has changed.",
)
@click.option("--retrain", is_flag=True, help="Train again even where nothing has changed.")
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="Under how many seeds each network is trained again, to see how general a finding is.",
)
@click.option("--quick", is_flag=True, help="Leave the other seeds out: a first build takes a third of the time.")
def main(content: Path, cache: Path, output: Path, network: str | None, retrain: bool, seeds: int, quick: bool) -> None:
    """Build a gallery of neurons: train small recurrent networks, record everything they compute, check it against
    their equations, and write a static site that shows it.

    Only what has changed is done again. The old site stays in place until the new one is whole.
    """
    console = Console(stderr=True)
    began = time.perf_counter()
    try:
        with ConsoleProgress(console) as progress:
            project = Project(content=content, build=cache, site=output)
            summary = build_gallery(project, progress, only=network, retrain=retrain, seeds=0 if quick else seeds)
    except GalleryError as error:
        for problem in error.problems:
            console.print(f"[red]error:[/] {escape(str(problem))}", highlight=False, soft_wrap=True)
        console.print(f"{count(len(error.problems), 'error')}; nothing was published.", highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("Stopped; nothing was published. What was finished is kept.")
        sys.exit(130)
    print_summary(Console(), summary, output, time.perf_counter() - began)


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


def print_summary(console: Console, summary: Summary, output: Path, seconds: float) -> None:
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
