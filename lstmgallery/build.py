"""A complete build: read the content, bring every network up to date, plan the site, render, publish.

`load` does all but the last two: the preview calls it after every save and renders only requested pages.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from lstmgallery.desk.claims import Answer
from lstmgallery.desk.results import Results, read_results
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.kept import FILE, Keep, Kept, Under, make_anew
from lstmgallery.links import lacks_fragment
from lstmgallery.listing import Unread
from lstmgallery.network import Network, slug_fault, unknown_network
from lstmgallery.ondemand import OnDemand
from lstmgallery.press.addresses import network_path
from lstmgallery.press.manuscript.content import Content, read_content
from lstmgallery.press.manuscript.writeups import Front
from lstmgallery.press.pages.plan import Make, plan_site
from lstmgallery.press.pages.rendering import keep_templates
from lstmgallery.progress import Guard, Progress
from lstmgallery.project import Project, in_use
from lstmgallery.publish import NOTHING, Published, check_site, files_in, publish, recover
from lstmgallery.report import CACHED, PINNED, Report, Stated, Wrong
from lstmgallery.stages import NetworkWork, StageRun
from lstmgallery.unchanged import program_hash
from lstmgallery.verify import CLAIMS, KEPT, Verified, answer_questions, verify, write_claims
from lstmgallery.workers import Workers


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
    reads_corpora: bool = False  # whether it depends on files beside the content
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

    stamps: tuple[str, ...]
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
    finish: Callable[[Summary], None] = lambda summary: None,  # noqa: ARG005
) -> Summary:
    """Bring `project.site` up to date with `project.content`; the arguments are those of `load`.

    `strict` refuses to publish if a claim fails, or holds without training and does not say so, or if there is anything
    to warn about; old folders that could not be removed are errors after publishing. `leave_out` lets published pages
    go that `only` leaves out. `today`: the day after which dates of write-ups are warned about. `summary` is filled in
    as the build goes on, and returned; `finish` is called with it at the end, before another build can begin. Raises
    `GalleryError` for everything a person can fix; the old site stays unchanged, unless `summary.outcome` says
    otherwise.
    """
    summary = Summary() if summary is None else summary
    guard = Guard(progress, is_strict=strict)
    recover(project.site)
    with Kept(project.build / FILE) as kept:
        keep = Under(kept.take, program_hash())
        content = check_content(project, only, retrain=retrain, drafts=drafts, keep=keep)
        _check_apart(project)
        check_site(project.site)
        with in_use(project.build):
            loaded = load(project, content, guard, only=only, retrain=retrain, seeds=seeds, keep=keep)
            for writeup in loaded.content.articles:
                if today is not None and writeup.front.published > today:
                    guard.warn(_early(project.content / writeup.file, writeup.front))
            for problem in loaded.content.uncompared():
                guard.warn(problem)
            summary.runs, summary.skipped, summary.set_aside = loaded.runs, loaded.skipped, loaded.set_aside
            summary.claims, summary.unread = loaded.verified, loaded.content.unread
            summary.held_back = loaded.content.held_back
            texts = [each.network.task.text for each in loaded.content.networks]
            summary.reads_corpora = any(text is not None and text.corpus is not None for text in texts)
            if only is None:
                write_claims(project.build / CLAIMS, loaded.verified)
            wrong = [each.problem for each in loaded.verified if each.is_wrong]
            guard.refuse(wrong + [each.doubt for each in loaded.verified if each.doubt is not None])
            if not leave_out:
                _check_kept(loaded, project.site)
            files = _timed(summary, "render", lambda: _render(loaded.plan, progress))
            _check_unsure(loaded.content, files)
            summary.pages = sum(path.endswith(".html") for path in files)
            published = _timed(
                summary, "publish", lambda: publish(files, project.site, partial(setattr, summary, "outcome"), keep)
            )
            summary.published = published
            for problem in published.left:
                guard.warn(problem)
            kept.save()
            guard.refuse()
            finish(summary)
    return summary


def report_of(summary: Summary) -> Report:
    """Return the report of a finished build."""
    claims, published = summary.claims, summary.published
    assert published is not None
    return Report(
        stages=tuple(Stated(run.network, run.stage, _outcome(run)) for run in summary.runs),
        skipped=tuple(summary.skipped),
        set_aside=tuple(summary.set_aside),
        held_back=summary.held_back,
        unread=tuple(map(str, summary.unread)),
        claims=len(claims),
        left_out=tuple(each.place for each in claims if each.is_left_out),
        doubts=tuple(str(each.doubt) for each in claims if each.doubt is not None),
        wrong=tuple(Wrong(each.verdict, str(each.problem)) for each in claims if each.is_wrong),
        by_file=published.by_file,
        pages=summary.pages,
        size=published.size,
        written=published.written,
        unchanged=published.unchanged,
        gone=published.gone,
    )


def _outcome(run: StageRun) -> str:
    if run.is_pinned:
        return PINNED
    return CACHED if run.was_cached else f"{run.seconds:.1f} s"


def load(
    project: Project,
    content: Content,
    progress: Progress,
    *,
    only: str | None = None,
    retrain: bool = False,
    seeds: int = 0,
    read: dict[str, Read] | None = None,
    keep: Keep = make_anew,
) -> Loaded:
    """Bring every network up to date with `content`, as `check_content` read it, and plan the site.

    `only` trains, traces and measures that network alone; other networks are shown if their results are current and
    left out if not. `retrain` trains pinned and unchanged networks too. `seeds`: the number of seeds each network is
    trained under to see how general its findings are, 0 for none. `read` caches results between a caller's calls,
    and has them read at once. `keep` keeps pages and answers; its own inputs are this package and its libraries.
    Call it inside `in_use`. Raises `GalleryError` for everything a person can fix.
    """
    whole = content
    runs: list[StageRun] = []
    skipped = []
    shown = []
    set_aside: list[str] = []
    with Workers() as workers:
        works: list[NetworkWork] = []
        for entry in content.networks:
            folder = project.build / entry.network.name
            is_set_aside = retrain and only in (None, entry.network.name) and entry.is_pinned
            set_aside += [entry.network.name] if is_set_aside else []
            work = NetworkWork(entry.network, folder, progress, workers, seeds=seeds, pin=entry.pin)
            if not folder.exists():
                any(work.adopt(each) for each in _unclaimed(project.build, content))
            if only in (None, entry.network.name):
                works.append(work)
                runs += work.prepare(retrain=retrain)
                shown.append(entry)
            elif work.is_current():
                shown.append(entry)
            else:
                skipped.append(entry.network.name)
        runs += NetworkWork.measure_all(works, workers, progress)
        for work in works:
            runs += work.compare_seeds()
        order = [work.network.name for work in works]
        runs.sort(key=lambda run: order.index(run.network))  # by network; its stages stay in order
        content = content.only({entry.network.name for entry in shown})
        stamps = {entry.network.name: _stamps(project.build / entry.network.name) for entry in content.networks}
        entries = {entry.network.name: entry for entry in content.networks}
        now = {} if read is None else read

        def read_one(name: str) -> Results:
            network = entries[name].network
            with_seeds = seeds > 0 and network.is_swept
            return _read_anew(network, project.build, stamps[name], now, with_seeds=with_seeds)

        results = OnDemand(entries, read_one)
        if read is not None:  # another build may replace them once this one has let go of the folder
            list(results.values())
        questions = {question.key: question for writeup in content.articles for question in writeup.questions}
        claimed = {claim.question.key for writeup in content.articles for claim in writeup.claims}

        def answer() -> dict[str, Answer]:
            found = answer_questions(content, [*results.values()], progress, workers, with_seeds=seeds > 0)
            return {key: each.without_data for key, each in found.items()}

        measured = [[entry.network.spec, stamps[entry.network.name]] for entry in content.networks]
        found = keep(["answers", measured, seeds > 0, sorted(questions), sorted(claimed)], answer)

    def data_of(key: str) -> pd.DataFrame:
        trained = results[questions[key].subject.network.name].trained
        return found[key].with_data(questions[key], trained).measurement.data

    keep_templates(keep)
    plan = plan_site(content, results, found, Under(keep, [_inputs(content, stamps), seeds > 0]), data_of)
    return Loaded(plan, runs, skipped, verify(content, found), set_aside, whole)


def _inputs(content: Content, stamps: Mapping[str, tuple[str, ...]]) -> Any:
    """Return what every page is made of: the settings, the networks, their results; not the texts."""
    of_networks = [
        [
            repr(entry.network),
            entry.is_pinned,
            None if entry.search is None else entry.search.model_dump_json(),
            None if entry.copies is None else entry.copies.model_dump_json(),
            stamps[entry.network.name],
        ]
        for entry in content.networks
    ]
    front = None if content.front is None else content.front.text
    return [content.site.model_dump_json(), front, of_networks]


def _stamps(folder: Path) -> tuple[str, ...]:
    """Return the stamps of a network's stages: they change with its results."""
    return tuple(file.read_text(encoding="utf-8") for file in sorted(folder.glob(".*.json")) if file.name != KEPT)


def _unclaimed(build: Path, content: Content) -> list[Path]:
    """Return the results of networks that have gone, or have another name now."""
    names = {entry.network.name for entry in content.networks}
    found = (each for each in build.iterdir() if each.is_dir() and slug_fault(each.name) is None)
    return sorted(each for each in found if each.name not in names)


def check_content(
    project: Project,
    only: str | None = None,
    *,
    retrain: bool = False,
    drafts: bool = False,
    keep: Keep = make_anew,
) -> Content:
    """Return all content, or raise `GalleryError` with every mistake in it; `only` must name a network.

    `retrain` ignores the pins of the networks to train. Without `drafts`, write-ups that are drafts are left out.
    `keep` keeps write-ups; its own inputs are this package and its libraries.
    """
    skipped = retrain and (only is None or (only,))
    content = read_content(project.content, without_pins=skipped, drafts=drafts, keep=keep)
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


def _early(file: Path, front: Front) -> Problem:
    message = f"published: {front.published} is yet to come; the write-up is published now, under that date"
    hint = "to keep it back, build without --drafts" if front.draft else "to keep it back, add: draft: true"
    return Problem(str(file), message, hint=hint)


def _check_unsure(content: Content, files: Mapping[str, bytes]) -> None:
    """Raise `GalleryError` for links in content to fragments that the rendered pages lack."""
    problems = []
    for link in content.unsure:
        ids = lacks_fragment(link.page, files[link.page], link.fragment) if link.page in files else None
        if ids is not None:
            problems.append(replace(link.problem, hint=nearest(link.fragment, ids)))
    if problems:
        raise GalleryError(problems)


def _check_kept(loaded: Loaded, site: Path) -> None:
    """Raise `GalleryError` if publishing would remove pages of networks and write-ups that were left out."""
    left_out = [network_path(name) for name in loaded.skipped]
    left_out += [writeup.path for writeup in loaded.content.articles]
    published = files_in(site)
    if lost := [path for path in left_out if path in published and path not in loaded.plan]:
        stale = ", ".join(loaded.skipped)
        message = f"expected the results of all published networks, found stale ones: {stale}; "
        message += f"without them these pages would be removed: {', '.join(lost)}"
        hint = "build without --network to bring them up to date, or add --leave-out to publish without them"
        raise GalleryError(Problem(str(site), message, hint=hint))


def _read_anew(
    network: Network, build: Path, stamps: tuple[str, ...], read: dict[str, Read], *, with_seeds: bool
) -> Results:
    """Return a network's results, from `read` if no stage has run since; title and summary are always read again."""
    if network.name not in read or read[network.name].stamps != stamps:
        read[network.name] = Read(stamps, read_results(network, build / network.name, with_seeds=with_seeds))
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
