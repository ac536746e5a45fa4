"""The command line: `build`, the default command, and the others; errors without a traceback.

Each command imports its own code, so help appears at once.
"""

import errno
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from lstmgallery import __version__
from lstmgallery.console import ConsoleProgress, print_pinned, print_problems, print_search, print_states, print_summary
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.press.marks.text import count
from lstmgallery.scaffold import TASKS, Scaffold, scaffold_network, scaffold_writeup

EPILOG = """\b
Examples:
  python build_site.py                         train what is new, write site/
  python build_site.py --network counter       work on one network
  lstmgallery serve                            see every save in the browser
  lstmgallery new network my-counter           begin a network
  lstmgallery new writeup my-counter           begin a write-up
  lstmgallery pin my-counter                   keep the network that was trained
  lstmgallery status                           see what is pinned, current and swept

build_site.py, python -m lstmgallery and lstmgallery are the same program. A network is one file in content/networks/,
a write-up one in content/writeups/. COMMAND --help explains each command.
"""
BUILD_EPILOG = """\b
Examples:
  python build_site.py                         train what is new, write site/
  python build_site.py --quick                 leave the other seeds out
  python build_site.py --network counter       work on one network
  python build_site.py --retrain --quick       train what is pinned too, and show that
  python build_site.py --output /tmp/gallery   leave site/ alone

A network with pinned weights beside its file is not trained: those are shown. The sweep trains every seed here. What is
trained and traced is kept in build/ and used again as long as the network, the code and the libraries stay the same.
Look at the result with: python -m http.server -d site
"""
SERVE_EPILOG = """\b
Examples:
  lstmgallery serve --quick --open             begin to write, with the gallery beside the editor
  lstmgallery serve --network counter          train no other network
  lstmgallery serve --port 0                   listen on any free port

Save a file in content/ or in the theme, and open pages load again. What is wrong with it is shown over the last good
page until it is mended. A network whose specification changed is trained first. site/ is left alone.
"""
NEW_EPILOG = """\b
Examples:
  lstmgallery new network long-counter --task counting --title "Long counter"
  lstmgallery new writeup how-it-counts --title "How it counts"
"""
NETWORK_EPILOG = """\b
Examples:
  lstmgallery new network long-counter
  lstmgallery new network patient --task state-memory --title "A patient network"

The name is the network's address in the site: lowercase letters, digits and single hyphens.
"""
WRITEUP_EPILOG = """\b
Examples:
  lstmgallery new writeup how-it-counts
  lstmgallery new writeup how-it-counts --title "How a network counts"

The slug is the write-up's address in the site: lowercase letters, digits and single hyphens. The file shows one of
each kind of block, drawn from and measured on the first network of the content folder.
"""
PIN_EPILOG = """\b
Examples:
  lstmgallery build --quick --retrain          train every network anew
  lstmgallery pin counter                      keep the counter that was trained
  lstmgallery pin                              keep all that were trained here

Pinned weights stand beside the network's file, in content/networks/NAME.npz, and are content: commit them. Builds show
them on every machine, and what the write-ups say of them stays true.
"""
SEARCH_EPILOG = """\b
Examples:
  lstmgallery search counter --best "first failure" --seeds 64
  lstmgallery search counter --best "best(remaining) | r2 of cell with remaining" \\
      --where "first failure at least 20" --pin
  lstmgallery search selective-counter --vary units=8,20 --vary task.most_ignored=5,15 --seeds 8 \\
      --lowest "best(remaining) | mean of input_gate where token == X" --save

A measure is written as in a write-up; who is measured stands before a bar, and is the network itself where there is
none. --pin keeps the winner, with the record of the search: its page then says how it was chosen.
"""
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

Command = Callable[..., Any]


def _folder(*names: str, default: str, help: str) -> Callable[[Command], Command]:  # noqa: A002
    kind = click.Path(path_type=Path)
    return click.option(*names, type=kind, default=Path(default), show_default=True, help=help)


content_option = _folder("--content", default="content", help="Folder with site.yaml, the networks and the write-ups.")
cache_option = _folder("--cache", default="build", help="Folder for weights, traces and measurements.")
network_option = click.option(
    "-n",
    "--network",
    metavar="NAME",
    help="Train and trace this network alone. Others are shown if nothing about them has changed.",
)
seeds_option = click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="Under how many seeds each network is trained, its own first, to see how general a finding is.",
)
quick_option = click.option(
    "--quick", is_flag=True, help="Leave the other seeds out: they take most of the time of a first build."
)
title_option = click.option("--title", help="What it is called; made from its address where left out.")


class Commands(click.Group):
    """A group that runs `build` by default and lists its options in the help."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {*ctx.help_option_names, "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["build", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("Options of build, which runs where no command is named"):
            records = (option.get_help_record(ctx) for option in build.params)
            formatter.write_dl([record for record in records if record])


@click.group(cls=Commands, context_settings=SETTINGS, epilog=EPILOG, subcommand_metavar="| COMMAND ...")
@click.version_option(__version__, prog_name="lstmgallery")
def main() -> None:
    """Build a gallery of neurons: train small recurrent networks, record everything they compute, check it against
    their equations, and write a static site that shows it."""


@main.command(epilog=BUILD_EPILOG, context_settings=SETTINGS)
@content_option
@cache_option
@_folder(
    "-o", "--output", default="site", help="Folder of the site. Replaced in one step, and only if this tool made it."
)
@network_option
@click.option("--retrain", is_flag=True, help="Retrain the networks, pinned ones included, even if nothing changed.")
@seeds_option
@quick_option
@click.option(
    "--strict",
    is_flag=True,
    help="Publish nothing while a claim of a write-up does not hold; warn of claims that untrained networks meet too.",
)
def build(
    content: Path, cache: Path, output: Path, network: str | None, retrain: bool, seeds: int, quick: bool, strict: bool
) -> None:
    """Train what is new and write the site.

    Only what has changed is done again. The old site stays in place until the new one is whole.
    """
    from lstmgallery.build import Project, build_gallery

    console = Console(stderr=True)
    began = time.perf_counter()
    project = Project(content=content, build=cache, site=output)
    stopped = "Stopped; nothing was published. What was finished is kept."
    with _errors_told(console, "nothing was published", stopped), ConsoleProgress(console) as progress:
        seeds = 0 if quick else seeds
        summary = build_gallery(project, progress, only=network, retrain=retrain, seeds=seeds, strict=strict)
    print_summary(Console(), summary, output, time.perf_counter() - began)


@main.command(epilog=SERVE_EPILOG, context_settings=SETTINGS)
@content_option
@cache_option
@network_option
@seeds_option
@quick_option
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="Port of 127.0.0.1 to listen on; 0 for any that is free.",
)
@click.option("--open", "opens", is_flag=True, help="Open the gallery in a browser.")
def serve(content: Path, cache: Path, network: str | None, seeds: int, quick: bool, port: int, opens: bool) -> None:
    """Show the gallery on this machine and follow every save.

    The networks are brought up to date first, as by build.
    """
    from lstmgallery.build import Project
    from lstmgallery.preview.serve import serve as serve_preview

    console = Console(stderr=True)
    project = Project(content=content, build=cache)
    with _errors_told(console, "nothing is served", "The preview has ended."):
        serve_preview(project, console, port=port, opens=opens, only=network, seeds=0 if quick else seeds)


@main.command(epilog=PIN_EPILOG, context_settings=SETTINGS)
@click.argument("networks", nargs=-1, metavar="[NETWORK]...")
@content_option
@cache_option
def pin(networks: tuple[str, ...], content: Path, cache: Path) -> None:
    """Keep what was trained last beside the network's file, so that every build shows it.

    Where none is named, all that were trained here are pinned. It prints what is replaced, and which claims of the
    write-ups change their verdict.
    """
    from lstmgallery.pinning import pin_networks

    with _errors_told(Console(stderr=True), "no more was pinned", "Stopped."):
        for pinned in pin_networks(content, cache, networks, date.today()):
            print_pinned(Console(), pinned)


@main.command(context_settings=SETTINGS)
@click.argument("networks", nargs=-1, required=True, metavar="NETWORK...")
@content_option
def unpin(networks: tuple[str, ...], content: Path) -> None:
    """Remove the pinned weights of networks; the next build trains them."""
    from lstmgallery.pinning import unpin_network

    with _errors_told(Console(stderr=True), "no more was removed", "Stopped."):
        for name in networks:
            print(f"removed {unpin_network(content, name)}; the next build trains {name}")


@main.command(context_settings=SETTINGS)
@content_option
@cache_option
def status(content: Path, cache: Path) -> None:
    """List the networks: pinned or trained here, results current or stale, seeds swept."""
    from lstmgallery.build import Project
    from lstmgallery.status import read_states

    console = Console(stderr=True)
    with _errors_told(console, "nothing was changed", "Stopped."):
        print_states(Console(), read_states(Project(content=content, build=cache), ConsoleProgress(console)))


@main.command(epilog=SEARCH_EPILOG, context_settings=SETTINGS)
@click.argument("network")
@click.option("--best", metavar="MEASURE", help="The measure whose highest value wins.")
@click.option("--lowest", metavar="MEASURE", help="The measure whose lowest value wins.")
@click.option("--where", multiple=True, metavar="CONDITION", help="What else has to hold: a measure and its bound.")
@click.option("--also", multiple=True, metavar="MEASURE", help="What else to measure and show.")
@click.option(
    "--vary", multiple=True, metavar="KEY=VALUES", help="Numbers of the front matter to try, such as units=8,20."
)
@click.option(
    "--seeds", type=click.IntRange(min=1), default=16, show_default=True, help="How many seeds to try, from 1 on."
)
@click.option("--pin", "pins", is_flag=True, help="Pin the winner and write its seed into the network's file.")
@click.option(
    "--save", "saves", is_flag=True, help="Keep the record beside the network's file, for a figure of a write-up."
)
@content_option
@cache_option
def search(
    network: str,
    best: str | None,
    lowest: str | None,
    where: tuple[str, ...],
    also: tuple[str, ...],
    vary: tuple[str, ...],
    seeds: int,
    pins: bool,
    saves: bool,
    content: Path,
    cache: Path,
) -> None:
    """Train NETWORK under many seeds, and with other recipes, for the one that shows something best.

    One of --best and --lowest says what decides. Only networks that meet the success criterion count. What was trained
    is kept: to ask again for something else takes no more training.
    """
    from lstmgallery import search as searching

    if (best is None) == (lowest is None):
        raise click.UsageError("expected one of --best and --lowest")
    console = Console(stderr=True)
    today = date.today()
    with _errors_told(console, "nothing was pinned or saved", "Stopped; what was trained is kept."):
        with ConsoleProgress(console) as progress:
            wanted = searching.parse_wanted(
                content, network, best=best or lowest or "", is_lowest=best is None, where=where, also=also
            )
            recipes = searching.parse_recipes(content, network, vary)
            if pins:
                searching.check_can_pin(network, [recipe for recipe, _ in recipes])
            found = searching.search(
                content,
                cache,
                network,
                wanted,
                recipes=recipes,
                seeds=range(1, seeds + 1),
                progress=progress,
                today=today,
            )
        print_search(Console(), found.search, searching.rank(found.search), [each.key for each in wanted.questions])
        if saves:
            print(f"saved {searching.save(content, network, found)}")
        if pins:
            print_pinned(Console(), searching.pin_winner(content, network, found, today))


@main.group(epilog=NEW_EPILOG, context_settings=SETTINGS)
def new() -> None:
    """Begin a network or a write-up with a file that is valid as it is."""


@new.command("network", epilog=NETWORK_EPILOG, context_settings=SETTINGS)
@click.argument("name")
@click.option(
    "--task", type=click.Choice(list(TASKS)), default="counting", show_default=True, help="What the network learns."
)
@title_option
@content_option
def new_network(name: str, task: str, title: str | None, content: Path) -> None:
    """Write content/networks/NAME.md: a network that trains as it is."""
    _begin(lambda: scaffold_network(content, name, task=task, title=title))


@new.command("writeup", epilog=WRITEUP_EPILOG, context_settings=SETTINGS)
@click.argument("slug")
@title_option
@content_option
def new_writeup(slug: str, title: str | None, content: Path) -> None:
    """Write content/writeups/SLUG.md: a write-up with one of each kind of block."""
    _begin(lambda: scaffold_writeup(content, slug, title=title, published=date.today()))


def _begin(scaffold: Callable[[], Scaffold]) -> None:
    with _errors_told(Console(stderr=True), "nothing was written", "Stopped."):
        made = scaffold()
        print(f"{made.path}\n{made.next}")


@contextmanager
def _errors_told(console: Console, outcome: str, stopped: str) -> Iterator[None]:
    """Print users' mistakes and exit with 1; after Ctrl-C print `stopped` and exit with 130; never a traceback."""
    try:
        yield
        return
    except GalleryError as error:
        problems = error.problems
    except OSError as error:  # a full disk, a folder owned by somebody else
        if error.errno == errno.EPIPE:  # the reader of the pipe has gone, which is no error
            raise
        hint = "see that the folder may be written and that the disk has room"
        message = f"the system refuses it: {error.strerror or error}"
        problems = (Problem(str(error.filename or "this machine"), message, hint=hint),)
    except KeyboardInterrupt:
        console.print(stopped)
        sys.exit(130)
    print_problems(console, problems)
    console.print(f"{count(len(problems), 'error')}; {outcome}.", highlight=False)
    sys.exit(1)
