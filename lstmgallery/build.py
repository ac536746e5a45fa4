"""A build from beginning to end: read the content, bring every network up to date, render, publish."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filelock

from lstmgallery.desk.claims import Answers
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.press.content import Content, read_content
from lstmgallery.press.pages import plan_site
from lstmgallery.press.results import read_results
from lstmgallery.publish import Published, check_site, publish
from lstmgallery.stages import NetworkWork, Progress, StageRun, Workers
from lstmgallery.verify import CLAIMS, Verified, answer_questions, verify, write_claims


@dataclass(frozen=True)
class Project:
    """The folders of a gallery: what people wrote, what is kept between builds, what is published."""

    content: Path = Path("content")
    build: Path = Path("build")
    site: Path = Path("site")


@dataclass
class Summary:
    """What a build did."""

    runs: list[StageRun] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    claims: list[Verified] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    pages: int = 0
    published: Published | None = None


def build_gallery(
    project: Project,
    progress: Progress,
    *,
    only: str | None = None,
    retrain: bool = False,
    seeds: int = 0,
    strict: bool = False,
) -> Summary:
    """Bring `project.site` up to date with `project.content`.

    `only` trains, traces and measures that network alone; of the others, those whose results are current are shown
    and the rest are left out. `retrain` trains even where nothing changed. `seeds`: under how many seeds each network
    is trained to see how general its findings are, 0 for none. `strict` refuses to publish while
    a claim does not hold. Raises `GalleryError` for everything a
    person can mend; the old site stays as it was.
    """
    content = read_content(project.content)
    check_site(project.site)
    _require_network(content, only, project)
    _make_folder(project.build)
    with _locked(project.build / ".lock"), Workers() as workers:
        summary = Summary()
        shown = []
        for entry in content.networks:
            folder = project.build / entry.network.name
            work = NetworkWork(entry.network, folder, progress, workers, seeds=seeds)
            if only in (None, entry.network.name):
                summary.runs += work.run(retrain=retrain)
                shown.append(entry)
            elif work.is_current():
                shown.append(entry)
            else:
                summary.skipped.append(entry.network.name)
        content = content.only({entry.network.name for entry in shown})
        answers = _timed(
            summary,
            "verify",
            lambda: answer_questions(content, project.build, progress, workers, with_seeds=seeds > 0),
        )
        summary.claims = verify(content, answers)
        if only is None:
            write_claims(project.build / CLAIMS, summary.claims)
        if strict and (wrong := [each.problem for each in summary.claims if each.verdict != "holds"]):
            raise GalleryError(wrong)
        files = _timed(summary, "render", lambda: _render(project, content, answers, progress, with_seeds=seeds > 0))
        summary.pages = sum(path.endswith(".html") for path in files)
        summary.published = _timed(summary, "publish", lambda: publish(files, project.site))
    return summary


def _render(
    project: Project, content: Content, answers: Answers, progress: Progress, *, with_seeds: bool
) -> dict[str, bytes]:
    results = [
        read_results(entry.network, project.build / entry.network.name, with_seeds=with_seeds)
        for entry in content.networks
    ]
    plan = plan_site(content, results, answers)
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


def _require_network(content: Content, only: str | None, project: Project) -> None:
    names = [entry.network.name for entry in content.networks]
    if only is not None and only not in names:
        message = f"expected the name of a network in {project.content / 'networks'}, found {only!r}"
        raise GalleryError(Problem("--network", message, hint=nearest(only, names)))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"expected a folder to keep results in, cannot make one ({error.strerror})"
        raise GalleryError(Problem(str(folder), message, hint="choose another --cache")) from None


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    lock = filelock.FileLock(file)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        message = "another build is using this folder"
        raise GalleryError(Problem(str(file.parent), message, hint="wait for it, or choose another --cache")) from None
    try:
        yield
    finally:
        lock.release()
