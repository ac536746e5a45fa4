"""The command line: `build`, the default command, and the others; errors without a traceback.

Each command imports its own code, so help appears at once.
"""

import errno
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from lstmgallery import __version__
from lstmgallery.clock import today
from lstmgallery.console import (
    TOTAL,
    ConsoleProgress,
    print_checked,
    print_copies,
    print_pinned,
    print_problems,
    print_report,
    print_search,
    print_states,
    print_waste,
    print_whatever_comes,
    terminal,
)
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.garbage import collect_rarely
from lstmgallery.press.marks.text import count
from lstmgallery.project import Project, in_use
from lstmgallery.unchanged import keep_report, read_unchanged, sources_hash

if TYPE_CHECKING:
    from lstmgallery.scaffold import Scaffold

EPILOG = """\b
Examples:
  python build_site.py                         train what changed, write site/
  python build_site.py --network counter       train one network only
  lstmgallery serve                            preview, reloading on every save
  lstmgallery init                             begin a gallery in this folder
  lstmgallery new network my-counter           create a network
  lstmgallery new writeup my-counter           create a write-up
  lstmgallery pin my-counter                   pin the trained weights
  lstmgallery status                           list what is pinned, current and swept
  lstmgallery check                            verify the finished site
  lstmgallery clean                            remove old results

build_site.py, python -m lstmgallery and lstmgallery are the same program. Each network is a file in content/networks/,
each write-up a file in content/writeups/. Run COMMAND --help for details.

The exit status is 0 if all was done, 1 after mistakes, 2 for options that do not exist, and 130 after Ctrl-C.
"""
BUILD_EPILOG = """\b
Examples:
  python build_site.py                         train what changed, write site/
  python build_site.py --quick                 skip the other seeds
  python build_site.py --network counter       train one network only
  python build_site.py --retrain --quick       retrain pinned networks too, and show the result
  python build_site.py --output /tmp/gallery   write to another folder

Pinned networks are not trained: the site shows their pinned weights. The seed sweep trains every seed on this machine.
Weights and traces are cached in build/ and reused until the network, the code or the libraries change.
View the site with: python -m http.server -d site
"""
SERVE_EPILOG = """\b
Examples:
  lstmgallery serve --quick --open             start writing, with the gallery open in a browser
  lstmgallery serve --network counter          train one network only
  lstmgallery serve --port 0                   listen on any free port

Open pages reload when a file in content/ or in the theme is saved. Errors are shown over the last good page until they
are fixed. Networks whose specification changed are trained first. site/ is not touched.
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
  lstmgallery new network novel --text novel.txt --document paragraph --minutes 10
  lstmgallery new network reviews --text reviews.csv --column review

The name becomes the network's address on the site: lowercase letters, digits and single hyphens.
"""
WRITEUP_EPILOG = """\b
Examples:
  lstmgallery new writeup how-it-counts
  lstmgallery new writeup how-it-counts --title "How a network counts"

The slug becomes the write-up's address on the site: lowercase letters, digits and single hyphens. The new file contains
one block of each kind, about the first network of the content folder.
"""
PIN_EPILOG = """\b
Examples:
  lstmgallery build --quick --retrain          retrain every network
  lstmgallery pin counter                      pin the trained counter
  lstmgallery pin                              pin every network trained here

Pinned weights are stored beside the network's file, in content/networks/NAME.npz. Commit them: builds then show them on
every machine, and what the write-ups say about them stays true.
"""
COPIES_EPILOG = """\b
Examples:
  lstmgallery copies tweets                    compare the texts that figures show it write
  lstmgallery copies                           compare those of every network

Run it where the text is that the network was trained on, and commit the record, content/networks/NAME.copies.json: it
holds hashes and lengths, and nothing of that text. Builds then say under each figure how much is copied.
"""
SEARCH_EPILOG = """\b
Examples:
  lstmgallery search counter --best "first failure" --seeds 64
  lstmgallery search counter --best "best(remaining) | r2 of cell with remaining" \\
      --where "first failure at least 20" --pin
  lstmgallery search selective-counter --vary units=8,20 --vary task.most_ignored=5,15 --seeds 8 \\
      --lowest "best(remaining) | mean of input_gate where token == X" --save

Write a measure as in a write-up, with its subject before a bar; without a bar, the whole network is measured. --pin
pins the winner with the record of the search, and the network's page then says how it was chosen.
"""
INIT_EPILOG = """\b
Examples:
  lstmgallery init                             begin a gallery here
  lstmgallery init my-gallery --title "My gallery"
"""
CHECK_EPILOG = """\b
Examples:
  lstmgallery check                            verify site/
  lstmgallery check /srv/www/gallery           verify a copy of it

Verified are the hash of every file, that none was added, every link and fragment, and the Content-Security-Policy.
Names that begin with a dot are yours and not looked at.
"""
CLEAN_EPILOG = """\b
Examples:
  lstmgallery clean                            remove what no build needs again
  lstmgallery clean --all                      remove all results; the next build trains and measures again
  lstmgallery clean --all --yes                without asking

What will be removed is listed first. Files that this tool did not write are never removed, nor is the site.
"""
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

Command = Callable[..., Any]


def _folder(*names: str, default: str, help: str) -> Callable[[Command], Command]:  # noqa: A002
    kind = click.Path(path_type=Path)
    return click.option(*names, type=kind, default=Path(default), show_default=True, help=help)


content_option = _folder("--content", default="content", help="Folder with site.yaml, the networks and the write-ups.")
cache_option = _folder("--cache", default="build", help="Folder for weights, traces and measurements.")
output_option = _folder(
    "-o", "--output", default="site", help="Folder of the site. Replaced in one step, and only if this tool created it."
)
network_option = click.option(
    "-n",
    "--network",
    metavar="NAME",
    help="Train and trace this network only. Others are shown if their results are current.",
)
leave_out_option = click.option(
    "--leave-out",
    is_flag=True,
    help="With --network: publish without networks whose results are stale, and remove their pages.",
)
seeds_option = click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="Number of seeds to train each network with, its own included, to see how general a finding is.",
)
quick_option = click.option(
    "--quick", is_flag=True, help="Skip the other seeds, which take most of the time of a first build."
)
title_option = click.option("--title", help="Title; by default derived from the address.")


class _TaskKind(click.ParamType[str]):
    """A kind of task. The kinds are imported only where they are asked for."""

    name = "task"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return _task_kinds().get_metavar(param, ctx)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return _task_kinds().convert(value, param, ctx)


def _task_kinds() -> click.Choice[str]:
    from lstmgallery.tasks import TASKS

    return click.Choice(list(TASKS))


class Commands(click.Group):
    """A group that runs `build` by default and lists its options in the help."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {*ctx.help_option_names, "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["build", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("Options of build, the default command"):
            records = (option.get_help_record(ctx) for option in build.params)
            formatter.write_dl([record for record in records if record])


@click.group(cls=Commands, context_settings=SETTINGS, epilog=EPILOG, subcommand_metavar="| COMMAND ...")
@click.version_option(__version__, prog_name="lstmgallery")
def main() -> None:
    """Build a gallery of neurons: train small recurrent networks, record everything they compute, check it against
    their equations, and write a static site that shows it."""
    print_whatever_comes()
    collect_rarely()


@main.command(epilog=BUILD_EPILOG, context_settings=SETTINGS)
@content_option
@cache_option
@output_option
@network_option
@leave_out_option
@click.option("--drafts", is_flag=True, help="Publish write-ups that are drafts too.")
@click.option("--retrain", is_flag=True, help="Retrain the networks, pinned ones included, even if nothing changed.")
@seeds_option
@quick_option
@click.option(
    "--strict",
    is_flag=True,
    help="Publish only if every claim of every write-up holds, and not in untrained networks too, and there is nothing "
    "to warn about.",
)
@click.option("-v", "--verbose", is_flag=True, help="List what the summary counts: claims left out, files removed.")
def build(
    content: Path,
    cache: Path,
    output: Path,
    network: str | None,
    leave_out: bool,
    drafts: bool,
    retrain: bool,
    seeds: int,
    quick: bool,
    strict: bool,
    verbose: bool,
) -> None:
    """Train what changed and write the site.

    Later builds redo only what changed. The old site stays in place until the new one is complete.
    """
    console = terminal(stderr=True)
    began = time.perf_counter()
    project = Project(content=content, build=cache, site=output)
    seeds = 0 if quick else seeds
    options = {"only": network, "leave_out": leave_out, "drafts": drafts, "seeds": seeds, "strict": strict}
    stopped = "Stopped; {outcome}. Finished stages and checkpoints are kept."
    with _reporting_errors(console, "nothing was published", stopped):
        sources = sources_hash(project, options)
        last = None if retrain else read_unchanged(project, sources)
    if last is not None:
        with _reporting_errors(console, "nothing has changed since the last build", stopped):
            spent = {TOTAL: time.perf_counter() - began}
            print_report(terminal(), last, output, spent, is_verbose=verbose)
        return
    from lstmgallery.build import Summary, build_gallery, report_of

    def keep_stamp(summary: Summary) -> None:
        is_same = sources_hash(project, options) == sources  # nothing was saved while the build ran
        is_whole = is_same and not summary.reads_corpora  # no hash covers a corpus, which lies beside the content
        if is_whole and not retrain and not progress.has_warned:  # a build that warned does so again
            keep_report(project, sources, report_of(summary))

    summary = Summary()
    with _reporting_errors(console, lambda: summary.outcome, stopped):
        with ConsoleProgress(console) as progress:
            build_gallery(
                project,
                progress,
                only=network,
                retrain=retrain,
                seeds=seeds,
                strict=strict,
                leave_out=leave_out,
                drafts=drafts,
                today=today(),
                summary=summary,
                finish=keep_stamp,
            )
        report, seconds = report_of(summary), {**summary.seconds, TOTAL: time.perf_counter() - began}
        print_report(terminal(), report, output, seconds, is_verbose=verbose)


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
    help="Port of 127.0.0.1 to listen on; 0 picks a free one.",
)
@click.option("--open", "opens", is_flag=True, help="Open the gallery in a browser.")
def serve(content: Path, cache: Path, network: str | None, seeds: int, quick: bool, port: int, opens: bool) -> None:
    """Preview the gallery on this machine, reloading on every save.

    Networks are brought up to date first, as in build.
    """
    from lstmgallery.preview.serve import serve as serve_preview

    console = terminal(stderr=True)
    project = Project(content=content, build=cache)
    with _reporting_errors(console, "nothing was served", "The preview has ended."):
        serve_preview(project, console, port=port, opens=opens, only=network, seeds=0 if quick else seeds)


@main.command(epilog=PIN_EPILOG, context_settings=SETTINGS)
@click.argument("networks", nargs=-1, metavar="[NETWORK]...")
@content_option
@cache_option
def pin(networks: tuple[str, ...], content: Path, cache: Path) -> None:
    """Store the last trained weights beside the network's file, so that every build shows them.

    Without NETWORK, pin every network trained here. Prints what is replaced and which claims change their verdict.
    """
    from lstmgallery.pinning import pin_networks

    with _reporting_errors(terminal(stderr=True), "nothing else was pinned", "Stopped."):
        for pinned in pin_networks(content, cache, networks, today()):
            print_pinned(terminal(), pinned)


@main.command(context_settings=SETTINGS)
@click.argument("networks", nargs=-1, required=True, metavar="NETWORK...")
@content_option
def unpin(networks: tuple[str, ...], content: Path) -> None:
    """Remove the pinned weights of networks; the next build trains them."""
    from lstmgallery.pinning import unpin_network

    with _reporting_errors(terminal(stderr=True), "nothing else was removed", "Stopped."):
        for name in networks:
            print(f"removed {unpin_network(content, name)}; the next build trains {name}")


@main.command(epilog=COPIES_EPILOG, context_settings=SETTINGS)
@click.argument("networks", nargs=-1, metavar="[NETWORK]...")
@content_option
@cache_option
def copies(networks: tuple[str, ...], content: Path, cache: Path) -> None:
    """Compare what networks of text write with their training texts, and keep the result beside their files.

    Without NETWORK, compare every network whose texts a figure shows. Needs the text it was trained on.
    """
    from lstmgallery.comparing import compare_networks

    console = terminal(stderr=True)
    with _reporting_errors(console, "nothing else was compared", "Stopped."), ConsoleProgress(console) as progress:
        for record in compare_networks(content, cache, networks, progress):
            print_copies(terminal(), record)


@main.command(epilog=CHECK_EPILOG, context_settings=SETTINGS)
@click.argument("site", type=click.Path(path_type=Path), default=Path("site"))
@click.option("-v", "--verbose", is_flag=True, help="List the largest pages.")
def check(site: Path, verbose: bool) -> None:
    """Verify a finished SITE, by default site/: it is whole, nothing was added, and every link leads somewhere."""
    from lstmgallery.checking import check_tree

    with _reporting_errors(terminal(stderr=True), "nothing was changed", "Stopped."):
        print_checked(terminal(), check_tree(site), site, is_verbose=verbose)


@main.command(epilog=CLEAN_EPILOG, context_settings=SETTINGS)
@content_option
@cache_option
@output_option
@click.option("--all", "everything", is_flag=True, help="Remove the results of all networks, not only old ones.")
@click.option("--yes", is_flag=True, help="Remove without asking.")
def clean(content: Path, cache: Path, output: Path, everything: bool, yes: bool) -> None:
    """Remove old results, after saying which: those of networks that have gone, and what killed builds left."""
    from lstmgallery.clean import find_waste, remove

    project = Project(content=content, build=cache, site=output)
    outcome = "nothing was removed"
    with _reporting_errors(terminal(stderr=True), lambda: outcome, "Stopped; {outcome}."), ExitStack() as locks:
        if project.build.exists():
            locks.enter_context(in_use(project.build))
        waste = find_waste(project, everything=everything)
        print_waste(terminal(), waste)
        if waste and (yes or click.confirm("Remove this?")):
            outcome = "a part was removed"
            remove(waste)
            print("removed")
        elif waste:
            print(outcome)


@main.command(context_settings=SETTINGS)
@content_option
@cache_option
def status(content: Path, cache: Path) -> None:
    """List the networks: pinned or trained here, results current or stale, seeds swept."""
    from lstmgallery.status import read_states

    console = terminal(stderr=True)
    with _reporting_errors(console, "nothing was changed", "Stopped."):
        print_states(terminal(), read_states(Project(content=content, build=cache), ConsoleProgress(console)))


@main.command(epilog=SEARCH_EPILOG, context_settings=SETTINGS)
@click.argument("network")
@click.option("--best", metavar="MEASURE", help="The measure whose highest value wins.")
@click.option("--lowest", metavar="MEASURE", help="The measure whose lowest value wins.")
@click.option("--where", multiple=True, metavar="CONDITION", help="Additional condition: a measure and its bound.")
@click.option("--also", multiple=True, metavar="MEASURE", help="Additional measure to show.")
@click.option(
    "--vary", multiple=True, metavar="KEY=VALUES", help="Values of a front matter key to try, such as units=8,20."
)
@click.option(
    "--seeds", type=click.IntRange(min=1), default=16, show_default=True, help="Number of seeds to try, from 1 up."
)
@click.option("--pin", "pins", is_flag=True, help="Pin the winner and write its seed into the network's file.")
@click.option(
    "--save", "saves", is_flag=True, help="Save the record beside the network's file, for use in write-up figures."
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
    """Train NETWORK with many seeds, and optionally with other recipes, and pick the best by a measure.

    Give exactly one of --best and --lowest. Only networks that meet the success criterion count. Trained networks are
    kept: a search by another measure needs no more training.
    """
    from lstmgallery import search as searching

    if (best is None) == (lowest is None):
        raise click.UsageError("expected one of --best and --lowest")
    console = terminal(stderr=True)
    outcome = "nothing was pinned or saved"
    with _reporting_errors(console, lambda: outcome, "Stopped; {outcome}. Trained networks are kept."):
        day = today()
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
                today=day,
            )
        if saves:
            saved = searching.save(content, network, found)
            outcome = "the search was saved, nothing was pinned"
        if pins:
            pinned = searching.pin_winner(content, network, found, day)
            outcome = "the winner was pinned"
        print_search(terminal(), found.search, searching.rank(found.search), [each.key for each in wanted.questions])
        if saves:
            print(f"saved {saved}")
        if pins:
            print_pinned(terminal(), pinned)


@main.command(epilog=INIT_EPILOG, context_settings=SETTINGS)
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--title", help="Title of the gallery.")
def init(folder: Path, title: str | None) -> None:
    """Begin a gallery in FOLDER, by default the current one: settings, a network and a write-up that build as they are.

    Adds a .gitignore, a requirements.txt and a workflow for GitHub Pages. Existing files are never overwritten.
    """
    from lstmgallery.scaffold import scaffold_gallery

    with _reporting_errors(terminal(stderr=True), "nothing more was written", "Stopped."):
        made = scaffold_gallery(folder, title=title, published=today(), version=__version__)
        for file in made.written:
            print(file)
        for file in made.kept:
            print(f"kept: {file}")
        print(made.next)


@main.group(epilog=NEW_EPILOG, context_settings=SETTINGS)
def new() -> None:
    """Create a network or a write-up from a valid template."""


@new.command("network", epilog=NETWORK_EPILOG, context_settings=SETTINGS)
@click.argument("name")
@click.option("--task", type=_TaskKind(), default="counting", show_default=True, help="What the network learns.")
@click.option(
    "--text",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Learn to read a text of yours instead: a file, a folder, or files of a pattern such as 'texts/*.txt'.",
)
@click.option("--column", metavar="NAME", help="The column of a table's text.  [default: text, else tweet]")
@click.option("--document", metavar="UNIT", help="What is read from a zero state: line, paragraph, file or row.")
@click.option("--encoding", metavar="NAME", help="The encoding of the text, such as cp1252.  [default: utf-8]")
@click.option(
    "--minutes", type=click.FloatRange(min=0, min_open=True, max=10_000), help="Time to train on text.  [default: 2]"
)
@title_option
@content_option
@click.pass_context
def new_network(
    context: click.Context,
    name: str,
    task: str,
    text: Path | None,
    column: str | None,
    document: str | None,
    encoding: str | None,
    minutes: float | None,
    title: str | None,
    content: Path,
) -> None:
    """Create content/networks/NAME.md, a network that is ready to train."""
    from lstmgallery.network import MINUTES
    from lstmgallery.scaffold import scaffold_network, scaffold_text

    named = {"column": column, "document": document, "encoding": encoding}
    settings = {key: value for key, value in named.items() if value is not None}
    if text is None and (given := [*settings, *(["minutes"] if minutes is not None else [])]):
        raise click.UsageError(f"--{given[0]} needs --text")
    if text is None:
        _begin(lambda: scaffold_network(content, name, task=task, title=title))
        return
    if context.get_parameter_source("task") is not click.core.ParameterSource.DEFAULT:
        raise click.UsageError("expected one of --task and --text: a network of a text learns what follows in it")
    time = MINUTES if minutes is None else minutes
    if math.isnan(time):
        raise click.BadParameter("expected a number", param_hint="--minutes")
    _begin(lambda: scaffold_text(content, name, text, title=title, settings=settings, minutes=time))


@new.command("writeup", epilog=WRITEUP_EPILOG, context_settings=SETTINGS)
@click.argument("slug")
@title_option
@content_option
def new_writeup(slug: str, title: str | None, content: Path) -> None:
    """Create content/writeups/SLUG.md, a write-up with one block of each kind."""
    from lstmgallery.scaffold import scaffold_writeup

    _begin(lambda: scaffold_writeup(content, slug, title=title, published=today()))


def _begin(scaffold: "Callable[[], Scaffold]") -> None:
    with _reporting_errors(terminal(stderr=True), "nothing was written", "Stopped."):
        made = scaffold()
        print("\n".join(filter(None, (str(made.path), made.note, made.next))))


@contextmanager
def _reporting_errors(console: Console, outcome: str | Callable[[], str], stopped: str) -> Iterator[None]:
    """Print users' mistakes and the outcome and exit with 1; after Ctrl-C print `stopped` and exit with 130.

    Never a traceback. A function is asked for the outcome only then, so it can tell what was done until then.
    """

    def words() -> str:
        return outcome if isinstance(outcome, str) else outcome()

    try:
        yield
        return
    except GalleryError as error:
        problems = error.problems
    except OSError as error:  # a full disk, a folder owned by somebody else
        if error.errno == errno.EPIPE:  # the reader of the pipe has gone, which is no error
            raise
        hint = "check that the folder is writable and the disk has space"
        message = f"the system refused: {error.strerror or error}"
        problems = (Problem(str(error.filename or "this machine"), message, hint=hint),)
    except KeyboardInterrupt:
        console.print(stopped.format(outcome=words()), highlight=False, soft_wrap=True)
        sys.exit(130)
    print_problems(console, problems)
    console.print(f"{count(len(problems), 'error')}; {words()}.", highlight=False, soft_wrap=True)
    sys.exit(1)
