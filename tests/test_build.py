"""A build redoes only what changed, and a failed build leaves everything unchanged."""

import json
import os
import posixpath
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import filelock
import pytest

import lstmgallery.lab.trace
import lstmgallery.lab.train
from lstmgallery.build import Summary, build_gallery
from lstmgallery.cache import file_hash
from lstmgallery.errors import GalleryError
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.project import HOLDER, Project, in_use
from tests.conftest import (
    Gallery,
    files_of,
    folders_in,
    options,
    record,
    results_of,
    run_python,
    start_python,
    write_small_content,
)

BUILD_AND_TELL = """
import json, sys
from pathlib import Path
from lstmgallery.build import build_gallery
from lstmgallery.project import Project
from tests.conftest import record
content, build, site = map(Path, sys.argv[1:])
summary = build_gallery(Project(content=content, build=build, site=site), record())
print(json.dumps({
    "run": [run.stage for run in summary.runs if not run.was_cached],
    "tensorflow": sorted({name.split(".")[0] for name in sys.modules} & {"tensorflow", "keras"}),
    "written": summary.published.written,
    "removed": len(summary.published.gone),
}))
"""


def stages_run(summary: Summary) -> list[str]:
    return [f"{run.network} {run.stage}" for run in summary.runs if not run.was_cached]


def rebuild(project: Project, **arguments: Any) -> list[str]:
    """Build again and return the stages run."""
    return stages_run(build_gallery(project, record(), **arguments))


def change_network(project: Project, old: str, new: str, *, name: str = "small") -> None:
    file = project.content / "networks" / f"{name}.md"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def times_of(folder: Path) -> dict[str, int]:
    files = [file for file in folder.rglob("*") if file.is_file() and file.name != ".lock"]
    return {file.relative_to(folder).as_posix(): file.stat().st_mtime_ns for file in files}


def test_a_build_runs_every_stage_of_every_network(gallery: Gallery) -> None:
    names = [entry.network.name for entry in read_content(gallery.project.content).networks]
    expected = [f"{name} {stage}" for name in names for stage in ("train", "trace", "measure")]
    assert [f"{run.network} {run.stage}" for run in gallery.summary.runs] == expected


def test_a_build_leaves_every_page_it_counts(gallery: Gallery) -> None:
    pages = list(gallery.project.site.rglob("*.html"))
    content = read_content(gallery.project.content)
    of_writeups = sum(1 + len(writeup.figures) for writeup in content.articles)
    networks = [entry.network for entry in content.networks]
    of_networks = sum(2 + network.layers * network.units for network in networks)  # a page, an explorer, neurons
    assert len(pages) == gallery.summary.pages == 6 + of_networks + of_writeups


def test_a_second_build_runs_no_stage_and_changes_no_file(small_project: Project) -> None:
    site, build = times_of(small_project.site), times_of(small_project.build)
    summary = build_gallery(small_project, record())
    assert stages_run(summary) == []
    assert summary.published is not None
    assert (summary.published.written, len(summary.published.gone)) == (0, 0)
    assert (times_of(small_project.site), times_of(small_project.build)) == (site, build)


def test_a_build_with_nothing_to_train_imports_no_tensorflow(small_project: Project) -> None:
    folders = [str(folder) for folder in (small_project.content, small_project.build, small_project.site)]
    run = run_python("-c", BUILD_AND_TELL, *folders)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {"run": [], "tensorflow": [], "written": 0, "removed": 0}


def test_a_new_summary_is_rendered_without_training(small_project: Project) -> None:
    change_network(small_project, "A small network that a test trains.", "Another summary.")
    assert rebuild(small_project) == []
    page = (small_project.site / "networks" / "small" / "index.html").read_text(encoding="utf-8")
    assert "Another summary." in page
    assert "that a test trains" not in page


def test_a_link_to_a_fragment_that_no_page_turns_out_to_have_is_a_mistake_in_its_file(small_project: Project) -> None:
    links = "[a](../explorer/small.html#text=aX) [b](../explorer/small.html#txt) [c](../neurons.html#filters)"
    change_network(small_project, "Prose of the small network.", links)
    site = files_of(small_project.site)
    with pytest.raises(GalleryError) as raised:
        build_gallery(small_project, record())
    first, second = raised.value.problems
    file = str(small_project.content / "networks" / "small.md")
    line = 1 + (small_project.content / "networks" / "small.md").read_text("utf-8").split("\n").index(links)
    assert (first.place, first.line, first.column) == (file, line, links.index("../explorer/small.html#txt") + 1)
    assert first.message == "the link points to a missing fragment of explorer/small.html"
    assert (second.place, second.column, second.hint) == (file, links.index("../n") + 1, "did you mean 'filter'?")
    assert files_of(small_project.site) == site


def test_verdicts_that_are_no_text_are_written_anew(small_project: Project) -> None:
    (small_project.build / "claims.json").write_bytes(b"\xff\xfe junk")
    build_gallery(small_project, record())
    assert json.loads((small_project.build / "claims.json").read_text(encoding="utf-8")) == []


def test_new_prose_is_rendered_without_training(small_project: Project) -> None:
    change_network(small_project, "Prose of the small network.", "Other *prose*.")
    assert rebuild(small_project) == []
    page = (small_project.site / "networks" / "small" / "index.html").read_text(encoding="utf-8")
    assert "<p>Other <em>prose</em>.</p>" in page


def test_new_figures_are_traced_without_training(small_project: Project) -> None:
    weights = file_hash(small_project.build / "small" / "weights.npz")
    change_network(small_project, "[aXb, aaaXbbb]", "[aaXbb]")
    assert rebuild(small_project) == ["small trace", "small measure"]
    assert file_hash(small_project.build / "small" / "weights.npz") == weights
    page = small_project.site / "networks" / "small" / "layer-1" / "neuron-1.html"
    assert "Sequence aaXbb" in page.read_text(encoding="utf-8")


def test_another_seed_is_trained(small_project: Project) -> None:
    weights = file_hash(small_project.build / "small" / "weights.npz")
    change_network(small_project, "seed: 1", "seed: 2")
    assert rebuild(small_project) == ["small train", "small trace", "small measure"]
    assert file_hash(small_project.build / "small" / "weights.npz") != weights


def test_retraining_gives_the_same_bytes_again(small_project: Project) -> None:
    before = results_of(small_project)
    assert rebuild(small_project, retrain=True) == ["small train"]  # equal weights leave the later stages current
    assert results_of(small_project) == before


@pytest.mark.usefixtures("trained_once")
@pytest.mark.parametrize(
    ("name", "rerun"),
    [
        ("weights.npz", ["small train"]),
        ("activations.parquet", ["small trace"]),
        ("steps.parquet", ["small trace"]),
        ("moments.parquet", ["small measure"]),
    ],
)
def test_a_damaged_file_is_reported_and_made_again(small_project: Project, name: str, rerun: list[str]) -> None:
    before = results_of(small_project)
    file = small_project.build / "small" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    found = file_hash(file)
    progress = record()
    summary = build_gallery(small_project, progress)
    assert stages_run(summary) == rerun
    (problem,) = progress.problems
    assert problem.place == str(file)
    assert problem.message.startswith("expected the file that was written here (SHA-256 ")
    assert problem.message.endswith(f"found {found[:12]}…")
    assert problem.hint == "the stage will run again"
    assert results_of(small_project) == before


@pytest.mark.parametrize("text", ["", '{"key": "0', "[1, 2]"])
def test_an_invalid_stamp_is_reported_and_made_again(small_project: Project, text: str) -> None:
    before = results_of(small_project)
    stamp = small_project.build / "small" / ".measure.json"
    stamp.write_text(text, encoding="utf-8")
    progress = record()
    assert stages_run(build_gallery(small_project, progress)) == ["small measure"]
    assert [problem.place for problem in progress.problems] == [str(stamp)]
    assert results_of(small_project) == before


def test_a_failing_stage_leaves_results_and_site_as_they_were(
    small_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    site, results = files_of(small_project.site), results_of(small_project)
    change_network(small_project, "[aXb, aaaXbbb]", "[aaXbb]")
    monkeypatch.setattr(lstmgallery.lab.trace, "trace", fail)
    with pytest.raises(RuntimeError, match="the disk is full"):
        build_gallery(small_project, record())
    assert results_of(small_project) == results
    assert files_of(small_project.site) == site


def test_traces_that_break_their_equations_are_not_published(
    small_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = lstmgallery.lab.trace.trace

    def half_a_step_late(*arguments: Any) -> Any:
        traced = trace(*arguments)
        traced.signals[0][3, :-1] = traced.signals[0][3, 1:]  # the input gate of the step after
        return traced

    site = files_of(small_project.site)
    change_network(small_project, "[aXb, aaaXbbb]", "[aaXbb]")
    monkeypatch.setattr(lstmgallery.lab.trace, "trace", half_a_step_late)
    with pytest.raises(GalleryError) as raised:
        build_gallery(small_project, record())
    assert len(raised.value.problems) == 6
    assert all("expected the stored input_gate to obey" in problem.message for problem in raised.value.problems)
    assert files_of(small_project.site) == site


def test_a_network_that_misses_the_criterion_leaves_the_site_as_it_was(small_project: Project) -> None:
    site = files_of(small_project.site)
    change_network(small_project, "  steps: 200", "  steps: 1\n  most_steps: 20")
    with pytest.raises(GalleryError, match="after 20 training steps"):
        build_gallery(small_project, record())
    assert files_of(small_project.site) == site


def test_broken_content_stops_a_build_before_it_touches_anything(small_project: Project) -> None:
    site, results = files_of(small_project.site), results_of(small_project)
    change_network(small_project, "units: 6", "units: six")
    with pytest.raises(GalleryError, match="units: expected a whole number"):
        build_gallery(small_project, record())
    assert files_of(small_project.site) == site
    assert results_of(small_project) == results


def test_one_network_alone_leaves_out_what_was_never_built(small_project: Project) -> None:
    write_small_content(small_project.content, "other")
    summary = build_gallery(small_project, record(), only="small")
    assert [run.network for run in summary.runs] == ["small"] * 3
    assert summary.skipped == ["other"]
    assert not (small_project.site / "networks" / "other").exists()
    assert (small_project.site / "networks" / "small" / "index.html").is_file()


@pytest.mark.usefixtures("trained_once")
def test_links_that_people_write_lead_from_their_pages_and_are_words_where_those_are_left_out(
    small_project: Project,
) -> None:
    write_small_content(small_project.content, "other")
    links = "[a](../networks/other.md#gates), [b](../explorer/other.html#text=aX), [c](../writeups/about-other.md)"
    change_network(small_project, "Prose of", f"See {links}, [d](#gates) and [e](https://example.org/?a&b). Prose of")
    (small_project.content / "writeups").mkdir()
    for name in ("small", "other"):
        front = "title: Title\nsummary: Summary.\npublished: 2026-01-02\n"
        text = f"---\n{front}---\n\nAbout {{{name} 1}}. See {links}, [d](#main) and [e](https://example.org/?a&b).\n"
        (small_project.content / "writeups" / f"about-{name}.md").write_text(text, encoding="utf-8")
    pages = {"networks/small/index.html": "#gates", "writeups/about-small.html": "#main"}

    def shown(page: str) -> str:
        return (small_project.site / page).read_text(encoding="utf-8")

    assert build_gallery(small_project, record(), only="small").skipped == ["other"]
    for page, own in pages.items():
        rest = f'<a href="{own}">d</a> and <a href="https://example.org/?a&amp;b">e</a>.'
        assert f"See <a>a</a>, <a>b</a>, <a>c</a>, {rest}" in shown(page)
    assert not (small_project.site / "writeups" / "about-other.html").exists()
    build_gallery(small_project, record())
    others = ("networks/other/index.html#gates", "explorer/other.html#text=aX", "writeups/about-other.html")
    for page in pages:
        hrefs = [posixpath.relpath(other, posixpath.dirname(page)) for other in others]
        ways = ", ".join(f'<a href="{href}">{word}</a>' for href, word in zip(hrefs, "abc", strict=True))
        assert f"See {ways}, " in shown(page)


@pytest.mark.usefixtures("trained_once")
def test_one_network_alone_shows_the_others_that_are_current(small_project: Project) -> None:
    build = small_project.build
    write_small_content(small_project.content, "other")
    assert rebuild(small_project, only="other") == ["other train", "other trace", "other measure"]
    assert (small_project.site / "networks" / "small" / "index.html").is_file()
    assert {"small", "other"} <= {folder.name for folder in build.iterdir()}


@pytest.mark.parametrize("inner", ["content", "build"])
@pytest.mark.parametrize("is_same", [False, True])
def test_a_site_that_holds_what_it_is_made_from_is_refused(small_project: Project, inner: str, is_same: bool) -> None:
    folder = small_project.site / inner
    shutil.move(getattr(small_project, inner), folder)
    site = folder if is_same else small_project.site
    project = replace(small_project, **{inner: folder, "site": site})
    before = files_of(small_project.site)
    with pytest.raises(GalleryError) as raised:
        build_gallery(project, record())
    (problem,) = raised.value.problems
    assert problem.place == str(site)
    assert problem.message == f"expected a folder for the site alone, found one that contains {folder}"
    assert files_of(small_project.site) == before


def test_an_unknown_network_is_refused_with_the_nearest_name(small_project: Project) -> None:
    with pytest.raises(GalleryError) as raised:
        build_gallery(small_project, record(), only="smal")
    (problem,) = raised.value.problems
    assert problem.place == "--network"
    assert problem.message == (f"expected the name of a network in {small_project.content / 'networks'}, found 'smal'")
    assert problem.hint == "did you mean 'small'?"


@pytest.mark.usefixtures("trained_once")
def test_a_removed_network_leaves_the_site(small_project: Project) -> None:
    write_small_content(small_project.content, "other")
    (small_project.content / "networks" / "small.md").unlink()
    build_gallery(small_project, record())
    assert not (small_project.site / "networks" / "small").exists()
    assert (small_project.site / "networks" / "other" / "layer-1" / "neuron-6.html").is_file()


def test_two_builds_cannot_use_one_folder(small_project: Project) -> None:
    site = files_of(small_project.site)
    with filelock.FileLock(small_project.build / ".lock"), pytest.raises(GalleryError) as raised:
        build_gallery(small_project, record())
    (problem,) = raised.value.problems
    assert problem.place == str(small_project.build)
    assert problem.message == "another build is using this folder"
    assert problem.hint == "wait for it, or choose another --cache"
    assert files_of(small_project.site) == site


def test_a_build_that_is_refused_a_folder_names_the_process_that_uses_it(small_project: Project) -> None:
    with in_use(small_project.build), pytest.raises(GalleryError) as raised:
        build_gallery(small_project, record())
    (problem,) = raised.value.problems
    assert re.fullmatch(
        rf"wait for it \(process {os.getpid()} on .+, since \d.+\), or choose another --cache", str(problem.hint)
    )
    assert not (small_project.build / HOLDER).exists()


def test_a_mistake_in_the_content_does_not_keep_the_old_site_from_coming_back(small_project: Project) -> None:
    site = files_of(small_project.site)
    os.rename(small_project.site, small_project.site.parent / ".site.previous")
    change_network(small_project, "title: Small", "titel: Small")
    with pytest.raises(GalleryError):
        build_gallery(small_project, record())
    assert files_of(small_project.site) == site


def test_a_folder_that_is_not_ours_stops_a_build_before_it_trains(tmp_path: Path) -> None:
    project = folders_in(tmp_path)
    write_small_content(project.content, "small")
    project.site.mkdir()
    (project.site / "thesis.tex").write_text("years of work", encoding="utf-8")
    progress = record()
    with pytest.raises(GalleryError, match="expected a folder created by this tool"):
        build_gallery(project, progress)
    assert progress.started == []
    assert files_of(project.site) == {"thesis.tex": b"years of work"}


def test_a_cache_that_is_a_file_is_reported(small_project: Project, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder", encoding="utf-8")
    project = Project(content=small_project.content, build=file, site=small_project.site)
    with pytest.raises(GalleryError) as raised:
        build_gallery(project, record())
    (problem,) = raised.value.problems
    assert problem.place == str(file)
    assert problem.message == "cannot create a folder for results (File exists)"
    assert problem.hint == "choose another --cache"


def test_a_build_killed_while_it_trains_leaves_the_old_site_and_a_cache_that_goes_on(small_project: Project) -> None:
    site = files_of(small_project.site)
    change_network(small_project, "steps: 200", "steps: 1000000\n  most_steps: 1000000")
    with start_python("build_site.py", *options(small_project)) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "small: train\n"
        process.kill()
    assert process.returncode == -9
    assert files_of(small_project.site) == site
    change_network(small_project, "steps: 1000000\n  most_steps: 1000000", "steps: 200")
    assert rebuild(small_project) == []


def test_nothing_a_build_keeps_names_a_folder_of_this_machine(small_gallery: Gallery) -> None:
    project = small_gallery.project
    folder = os.fsencode(project.build.parent)
    kept = {**files_of(project.site), **results_of(project)}
    assert [path for path, content in kept.items() if folder in content] == []


@pytest.mark.usefixtures("trained_once")
def test_a_renamed_network_is_not_trained_again(small_project: Project) -> None:
    networks = small_project.content / "networks"
    weights = file_hash(small_project.build / "small" / "weights.npz")
    (networks / "small.md").rename(networks / "tiny.md")
    assert rebuild(small_project) == ["tiny trace", "tiny measure"]  # their files name the network
    assert file_hash(small_project.build / "tiny" / "weights.npz") == weights
    assert not (small_project.build / "small").exists()
    assert (small_project.site / "networks" / "tiny" / "index.html").is_file()
    assert not (small_project.site / "networks" / "small").exists()
    assert rebuild(small_project) == []


@pytest.mark.usefixtures("trained_once")
def test_a_network_renamed_and_changed_is_trained(small_project: Project) -> None:
    networks = small_project.content / "networks"
    change_network(small_project, "seed: 1", "seed: 2")
    (networks / "small.md").rename(networks / "tiny.md")
    assert rebuild(small_project) == ["tiny train", "tiny trace", "tiny measure"]
    assert (small_project.build / "small").is_dir()


@pytest.mark.usefixtures("trained_once")
def test_the_results_of_a_network_that_is_still_there_stay_its_own(small_project: Project) -> None:
    networks = small_project.content / "networks"
    shutil.copy(networks / "small.md", networks / "tiny.md")
    assert rebuild(small_project) == ["tiny train", "tiny trace", "tiny measure"]


@pytest.mark.usefixtures("trained_once")
def test_a_build_of_one_network_removes_no_pages_unless_it_is_asked_to(small_project: Project) -> None:
    write_small_content(small_project.content, "other")
    (small_project.content / "writeups").mkdir()
    front = "title: Title\nsummary: Summary.\npublished: 2026-01-02\n"
    text = f"---\n{front}---\n\nAbout {{small 1}}.\n"
    (small_project.content / "writeups" / "about.md").write_text(text, encoding="utf-8")
    build_gallery(small_project, record())
    before = files_of(small_project.site)
    change_network(small_project, "steps: 200", "steps: 201")
    change_network(small_project, "seed: 1", "seed: 2", name="other")
    summary = Summary()
    with pytest.raises(GalleryError) as raised:
        build_gallery(small_project, record(), only="other", summary=summary)
    (problem,) = raised.value.problems
    assert problem.message.endswith(
        "found stale ones: small; without them these pages would be removed: "
        "networks/small/index.html, writeups/about.html"
    )
    assert "--leave-out" in str(problem.hint)
    assert stages_run(summary)[0] == "other train"
    assert summary.outcome == "nothing was published"
    assert files_of(small_project.site) == before
    build_gallery(small_project, record(), only="other", leave_out=True)
    assert not (small_project.site / "networks" / "small").exists()
    assert not (small_project.site / "writeups" / "about.html").exists()


def write_draft(project: Project, name: str, text: str, front: str = "draft: true") -> Path:
    file = project.content / "writeups" / f"{name}.md"
    file.parent.mkdir(exist_ok=True)
    lines = ["---", "title: Title", "summary: Summary.", "published: 2026-01-02", front, "---", "", text, ""]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def pages_that_name_it(site: Path) -> str:
    """Return the text of a neuron's page and of the search's, which list the write-ups."""
    names = ("networks/small/layer-1/neuron-1.html", "search.html")
    return "".join((site / name).read_text(encoding="utf-8") for name in names)


def test_a_draft_is_published_only_where_drafts_are_asked_for(small_project: Project) -> None:
    settings = small_project.content / "site.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "base_url: https://example.org/\n", encoding="utf-8")
    draft = write_draft(small_project, "one", "About {small 1}.")
    write_draft(
        small_project, "two", "See [the first](one.md), [its page](../writeups/one.html). {small 1}", "order: 2"
    )
    summary = build_gallery(small_project, record())
    assert summary.held_back == (str(draft),)
    site = small_project.site
    assert not (site / "writeups" / "one.html").exists()
    page = (site / "writeups" / "two.html").read_text(encoding="utf-8")
    assert "See <a>the first</a>, <a>its page</a>" in page
    build_gallery(small_project, record(), drafts=True)
    page = (site / "writeups" / "one.html").read_text(encoding="utf-8")
    assert "<strong>Draft</strong>" in page
    assert '<meta name="robots" content="noindex">' in page
    assert re.findall('one.html">Title</a>(.*?)(?:: Summary|\n)', pages_that_name_it(site)) == [" (draft)"] * 2
    assert '"Draft"' in (site / "assets" / "search-index.js").read_text(encoding="utf-8")
    for name in ("feed.xml", "sitemap.xml"):
        listed = (site / name).read_text(encoding="utf-8")
        assert "writeups/two.html" in listed
        assert "writeups/one.html" not in listed
    build_gallery(small_project, record())
    assert not (site / "writeups" / "one.html").exists()


def test_mistakes_in_a_draft_stop_no_build_that_leaves_it_out(small_project: Project) -> None:
    write_draft(small_project, "one", "About {small 99} and [nothing](nothing.md).\n\n```figure\nid: x\n```")
    build_gallery(small_project, record())
    with pytest.raises(GalleryError, match="99"):
        build_gallery(small_project, record(), drafts=True)


def test_a_day_that_is_yet_to_come_is_published_with_a_warning(small_project: Project) -> None:
    file = write_draft(small_project, "one", "About {small 1}.", "order: 2")
    for today, places in ((date(2026, 1, 1), [str(file)]), (date(2026, 1, 2), [])):
        progress = record()
        build_gallery(small_project, progress, today=today)
        assert [problem.place for problem in progress.problems] == places
        assert all("the write-up is published now" in problem.message for problem in progress.problems)
        assert all(problem.hint == "to keep it back, add: draft: true" for problem in progress.problems)
        assert (small_project.site / "writeups" / "one.html").is_file()
    write_draft(small_project, "one", "About {small 1}.")
    progress = record()
    build_gallery(small_project, progress, drafts=True, today=date(2026, 1, 1))
    assert [problem.hint for problem in progress.problems] == ["to keep it back, build without --drafts"]


def test_a_change_before_the_publication_is_a_mistake(small_project: Project) -> None:
    file = write_draft(small_project, "one", "About {small 1}.", "updated: 2026-01-01")
    with pytest.raises(GalleryError) as raised:
        build_gallery(small_project, record())
    (problem,) = raised.value.problems
    assert (problem.place, problem.line, problem.column) == (str(file), 5, 10)
    assert problem.message == "updated: expected a day from published (2026-01-02) on, found 2026-01-01"
