"""A complete build: read the content, bring every network up to date, plan the site, render, publish.

`load` does all but the last two: the preview calls it after every save and renders only requested pages.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import filelock

from lstmgallery.desk.results import Results, read_results
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.listing import Unread
from lstmgallery.network import Network, slug_fault, unknown_network
from lstmgallery.press.addresses import network_path
from lstmgallery.press.manuscript.content import Content, read_content
from lstmgallery.press.pages.plan import Make, plan_site
from lstmgallery.progress import Progress
from lstmgallery.publish import NOTHING, Published, check_site, files_in, publish
from lstmgallery.stages import NetworkWork, StageRun
from lstmgallery.verify import CLAIMS, KEPT, Verified, answer_questions, verify, write_claims
from lstmgallery.workers import Workers


@dataclass(frozen=True)
class Project:
    """The folders of a gallery: the authors' content, the results kept between builds, the published site."""

    content: Path = Path("content")
    build: Path = Path("build")
    site: Path = Path("site")


class InUseError(GalleryError):
    """Another build is running in the same folder; retry once it has finished."""


@dataclass
class Summary:
    """The work done by a build."""

    runs: list[StageRun] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    claims: list[Verified] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
    held_back: tuple[str, ...] = ()  # drafts
    pages: int = 0
    published: Published | None = None
    outcome: str = NOTHING  # what an error or Ctrl-C would have to say of the site


@dataclass(frozen=True)
class Loaded:
    """An up-to-date gallery: a function for each file of its site, and the stages that had to run."""

    plan: dict[str, Make]
    runs: list[StageRun]
    skipped: list[str]
    verified: list[Verified]
    set_aside: list[str]  # pinned networks that were retrained
    content: Content  # all of it


@dataclass(frozen=True)
class Read:
    """The results of one network, and the stamps of its stages when they were read."""

    stamps: tuple[bytes, ...]
    results: Results


def build_gallery(
    project: Project,
    progress: Progress,
    *,
    only: str | None = None,
    retrain: bool = False,
    seeds: int = 0,
    strict: bool = False,
    leave_out: bool = False,
    drafts: bool = False,
    today: date | None = None,
    summary: Summary | None = None,
) -> Summary:
    """Bring `project.site` up to date with `project.content`; the arguments are those of `load`.

    `strict` refuses to publish if a claim fails, and warns about claims that hold without training. `leave_out` lets
    published pages go that `only` leaves out. `today`: the day after which dates of write-ups are warned about.
    `summary` is filled in as the build goes on, and returned. Raises
    `GalleryError` for everything a person can fix; the old site stays unchanged, unless `summary.outcome` says
    otherwise.
    """
    summary = Summary() if summary is None else summary
    check_content(project, only, retrain=retrain, drafts=drafts)
    _check_apart(project)
    check_site(project.site)
    with in_use(project.build):
        loaded = load(project, progress, only=only, retrain=retrain, seeds=seeds, drafts=drafts)
        for writeup in loaded.content.writeups:
            if today is not None and writeup.front.published > today:
                progress.warn(_early(project.content / writeup.file, writeup.front.published))
        summary.runs, summary.skipped, summary.set_aside = loaded.runs, loaded.skipped, loaded.set_aside
        summary.claims, summary.unread = loaded.verified, loaded.content.unread
        summary.held_back = loaded.content.held_back
        if only is None:
            write_claims(project.build / CLAIMS, loaded.verified)
        refused = [each for each in loaded.verified if each.verdict != "holds" and not each.is_left_out]
        if strict and (wrong := [each.problem for each in refused]):
            raise GalleryError(wrong)
        for each in loaded.verified if strict else ():
            if each.doubt is not None:
                progress.warn(each.doubt)
        if not leave_out:
            _check_kept(loaded, project.site)
        files = _timed(summary, "render", lambda: _render(loaded.plan, progress))
        summary.pages = sum(path.endswith(".html") for path in files)
        summary.published = _timed(
            summary, "publish", lambda: publish(files, project.site, partial(setattr, summary, "outcome"))
        )
    return summary


def load(
    project: Project,
    progress: Progress,
    *,
    only: str | None = None,
    retrain: bool = False,
    seeds: int = 0,
    read: dict[str, Read] | None = None,
    drafts: bool = False,
) -> Loaded:
    """Bring every network up to date with `project.content` and plan the site, without rendering it.

    `only` trains, traces and measures that network alone; other networks are shown if their results are current and
    left out if not. `retrain` trains pinned and unchanged networks too. `seeds`: the number of seeds each network is
    trained under to see how general its findings are, 0 for none. `read` caches results between a caller's calls.
    `drafts` shows write-ups that are drafts too.
    Call it inside `in_use`. Raises `GalleryError` for everything a person can fix.
    """
    content = whole = check_content(project, only, retrain=retrain, drafts=drafts)
    read = {} if read is None else read
    runs: list[StageRun] = []
    skipped = []
    shown = []
    set_aside: list[str] = []
    with Workers() as workers:
        for entry in content.networks:
            folder = project.build / entry.network.name
            is_set_aside = retrain and only in (None, entry.network.name) and entry.is_pinned
            set_aside += [entry.network.name] if is_set_aside else []
            work = NetworkWork(entry.network, folder, progress, workers, seeds=seeds, pin=entry.pin)
            if not folder.exists():
                any(work.adopt(each) for each in _unclaimed(project.build, content))
            if only in (None, entry.network.name):
                runs += work.run(retrain=retrain)
                shown.append(entry)
            elif work.is_current():
                shown.append(entry)
            else:
                skipped.append(entry.network.name)
        content = content.only({entry.network.name for entry in shown})
        results = [_read_anew(entry.network, project.build, read, with_seeds=seeds > 0) for entry in content.networks]
        answers = answer_questions(content, results, progress, workers, with_seeds=seeds > 0)
    plan = plan_site(content, results, answers)
    return Loaded(plan, runs, skipped, verify(content, answers), set_aside, whole)


def _unclaimed(build: Path, content: Content) -> list[Path]:
    """Return the results of networks that have gone, or have another name now."""
    names = {entry.network.name for entry in content.networks}
    found = (each for each in build.iterdir() if each.is_dir() and slug_fault(each.name) is None)
    return sorted(each for each in found if each.name not in names)


def check_content(project: Project, only: str | None = None, *, retrain: bool = False, drafts: bool = False) -> Content:
    """Return all content, or raise `GalleryError` with every mistake in it; `only` must name a network.

    `retrain` ignores the pins of the networks to train. Without `drafts`, write-ups that are drafts are left out.
    """
    content = read_content(project.content, without_pins=retrain and (only or True), drafts=drafts)
    names = [entry.network.name for entry in content.networks]
    if only is not None and only not in names:
        raise unknown_network("--network", project.content / "networks", only, names)
    return content


def _check_apart(project: Project) -> None:
    """Raise `GalleryError` if publishing would delete the sources of the site."""
    site = project.site.resolve()
    for folder in (project.content, project.build):
        if folder.resolve().is_relative_to(site):
            message = f"expected a folder for the site alone, found one that contains {folder}"
            hint = "a build replaces everything in it; choose another --output"
            raise GalleryError(Problem(str(project.site), message, hint=hint))


def _early(file: Path, published: date) -> Problem:
    message = f"published: {published} is yet to come; the write-up is published now, under that date"
    return Problem(str(file), message, hint="to keep it back, add: draft: true")


def _check_kept(loaded: Loaded, site: Path) -> None:
    """Raise `GalleryError` if publishing would remove pages of networks and write-ups that were left out."""
    left_out = [network_path(name) for name in loaded.skipped]
    left_out += [writeup.path for writeup in loaded.content.writeups]
    published = files_in(site)
    if lost := [path for path in left_out if path in published and path not in loaded.plan]:
        stale = ", ".join(loaded.skipped)
        message = f"expected the results of all published networks, found stale ones: {stale}; "
        message += f"without them these pages would be removed: {', '.join(lost)}"
        hint = "build without --network to bring them up to date, or add --leave-out to publish without them"
        raise GalleryError(Problem(str(site), message, hint=hint))


def _read_anew(network: Network, build: Path, read: dict[str, Read], *, with_seeds: bool) -> Results:
    """Return a network's results, from `read` if no stage has run since; title and summary are always read again."""
    folder = build / network.name
    stamps = tuple(file.read_bytes() for file in sorted(folder.glob(".*.json")) if file.name != KEPT)
    if network.name not in read or read[network.name].stamps != stamps:
        read[network.name] = Read(stamps, read_results(network, folder, with_seeds=with_seeds))
    found = read[network.name].results
    return found if found.network == network else replace(found, network=network)


def _render(plan: dict[str, Make], progress: Progress) -> dict[str, bytes]:
    progress.start("site", "render", len(plan))
    files = {}
    for done, (path, make) in enumerate(plan.items(), start=1):
        files[path] = make()
        progress.advance(done)
    progress.finish()
    return files


def _timed(summary: Summary, name: str, work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    done = work()
    summary.seconds[name] = time.perf_counter() - began
    return done


@contextmanager
def in_use(build: Path) -> Iterator[None]:
    """Lock a results folder against other builds, creating it if it is missing."""
    try:
        build.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot create a folder for results ({error.strerror})"
        raise GalleryError(Problem(str(build), message, hint="choose another --cache")) from None
    lock = filelock.FileLock(build / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        message = "another build is using this folder"
        raise InUseError(Problem(str(build), message, hint="wait for it, or choose another --cache")) from None
    try:
        yield
    finally:
        lock.release()
