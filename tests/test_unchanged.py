"""A build in which nothing has changed says what the last one said, and does nothing; any change is noticed."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import lstmgallery.build
import lstmgallery.unchanged
from lstmgallery.cli import main
from lstmgallery.project import Project, in_use
from lstmgallery.trees import tree_hash
from lstmgallery.unchanged import STAMP, program_hash, read_unchanged, sources_hash
from tests.conftest import Gallery, files_of, folders_in, options, run_python

HEAVY = {"numpy", "pandas", "pyarrow", "pydantic", "jinja2", "markdown", "tensorflow", "lstmgallery.build"}
LOADED = f"""
import runpy, sys
sys.argv[0] = "build_site.py"
try:
    runpy.run_path("build_site.py", run_name="__main__")
finally:
    print(sorted({HEAVY} & set(sys.modules)), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def stamped(small_gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small gallery with a write-up and a stamp; never changed by a test."""
    project = folders_in(tmp_path_factory.mktemp("stamped"))
    for name in ("content", "build", "site"):
        shutil.copytree(getattr(small_gallery.project, name), getattr(project, name))
    (project.content / "writeups").mkdir()
    front = "---\ntitle: One\nsummary: S.\npublished: 2026-01-02\n---\n\n"
    (project.content / "writeups" / "one.md").write_text(f"{front}About {{small 1}}.\n", encoding="utf-8")
    (project.content / "writeups" / "two.MD").write_text("", encoding="utf-8")
    build(project)
    return project


@pytest.fixture
def project(stamped: Project, tmp_path: Path) -> Project:
    """A copy of it, with a stamp of its own, for one test to change."""
    copy = folders_in(tmp_path)
    for name in ("content", "build", "site"):
        shutil.copytree(getattr(stamped, name), getattr(copy, name))
    build(copy)
    return copy


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The builds that began, by the names of their sites."""
    found: list[str] = []
    really = lstmgallery.build.build_gallery

    def build_gallery(project: Project, *arguments: object, **options: object) -> object:
        found.append(project.site.name)
        return really(project, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(lstmgallery.build, "build_gallery", build_gallery)
    return found


def build(project: Project, *more: str) -> str:
    """Build by the command line; return what it prints."""
    done = CliRunner().invoke(main, [*options(project), *more], prog_name="lstmgallery", catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def without_seconds(printed: str) -> list[str]:
    return printed.splitlines()[:-1]


def test_a_build_with_nothing_to_do_reads_no_results_and_prints_what_a_whole_one_prints(
    project: Project, begun: list[str]
) -> None:
    unchanged = build(project)
    assert begun == []
    (project.build / STAMP).unlink()
    whole = build(project)
    assert begun == ["site"]
    assert without_seconds(unchanged) == without_seconds(whole)
    assert "two.MD: rename it to two.md" in unchanged


def test_a_build_with_nothing_to_do_imports_nothing_large(project: Project) -> None:
    run = run_python("-c", LOADED, *options(project))
    assert (run.returncode, run.stderr) == (0, "[]\n")
    assert "0 written" in run.stdout


def test_results_and_site_are_read_only_if_the_sources_are_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    monkeypatch.setattr(lstmgallery.unchanged, "tree_hash", lambda folder, _: read.append(folder))
    assert read_unchanged(project, "other sources") is None
    assert read == []
    stamped = json.loads((project.build / STAMP).read_text(encoding="utf-8"))
    assert read_unchanged(project, stamped["sources"]) is None  # they have another hash now
    assert read == [project.build, project.site]


def test_a_build_with_nothing_to_do_changes_no_file(project: Project) -> None:
    before = files_of(project.site.parent)
    build(project)
    assert files_of(project.site.parent) == before


CHANGES: dict[str, Callable[[Project], object]] = {
    "a text": lambda project: (project.content / "writeups" / "one.md").write_text(
        "---\ntitle: One\nsummary: S.\npublished: 2026-01-02\n---\n\nNothing.\n"
    ),
    "a new file": lambda project: (project.content / "writeups" / "three.MD").touch(),
    "a file gone": lambda project: (project.content / "writeups" / "two.MD").unlink(),
    "a file renamed": lambda project: (project.content / "writeups" / "two.MD").rename(project.content / "two.MD"),
    "results damaged": lambda project: (project.build / "small" / "weights.npz").write_bytes(b"damaged"),
    "results gone": lambda project: (project.build / "small" / "steps.parquet").unlink(),
    "claims gone": lambda project: (project.build / "claims.json").unlink(),
    "a page damaged": lambda project: (project.site / "index.html").write_bytes(b"damaged"),
    "a page gone": lambda project: (project.site / "404.html").unlink(),
    "a page more": lambda project: (project.site / "more.html").write_bytes(b"more"),
    "a page that is a link": lambda project: _link(project.site / "index.html"),
    "permissions of a page": lambda project: (project.site / "index.html").chmod(0o600),
    "another marker": lambda project: (project.site / ".lstmgallery").write_bytes(b"edited"),
    "a killed publication": lambda project: project.site.with_name(".site.previous").mkdir(),
    "a damaged stamp": lambda project: (project.build / STAMP).write_text("[]", encoding="utf-8"),
}


def _link(page: Path) -> None:
    """Put a link to the same bytes in place of a page."""
    elsewhere = page.parent.parent / "elsewhere.html"
    page.rename(elsewhere)
    page.symlink_to(elsewhere)


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_noticed(project: Project, begun: list[str], change: str) -> None:
    CHANGES[change](project)
    build(project)
    assert begun == ["site"]
    build(project)
    assert begun == ["site"]  # and once only


def test_a_page_damaged_in_place_is_noticed_whatever_its_time_says(project: Project, begun: list[str]) -> None:
    page = project.site / "index.html"
    old, times = page.read_bytes(), page.stat()
    page.write_bytes(old[:-1] + b" ")
    os.utime(page, ns=(times.st_atime_ns, times.st_mtime_ns))
    build(project)
    assert begun == ["site"]
    assert page.read_bytes() == old


def test_a_new_time_alone_changes_nothing(project: Project, begun: list[str]) -> None:
    for file in (project.content / "site.yaml", project.site / "index.html", project.build / "small" / "weights.npz"):
        os.utime(file, (time.time(), time.time() - 1000))
    build(project)
    assert begun == []


def test_what_the_owner_keeps_in_the_site_changes_nothing(project: Project, begun: list[str]) -> None:
    (project.site / ".git").mkdir()
    (project.site / ".git" / "config").touch()
    build(project)
    assert begun == []


@pytest.mark.parametrize("option", ["--drafts", "--strict", "--network=small", "--retrain"])
def test_other_options_are_another_build(project: Project, begun: list[str], option: str) -> None:
    build(project, option)
    assert begun == ["site"]


@pytest.mark.parametrize("part", ["program_hash", "_libraries"])
def test_other_code_and_other_libraries_are_another_build(
    project: Project, begun: list[str], part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lstmgallery.unchanged, part, lambda: "other")
    build(project)
    assert begun == ["site"]


def test_the_hash_of_the_code_is_that_of_every_file_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = shutil.copytree(lstmgallery.unchanged.PACKAGE, tmp_path / "package")
    monkeypatch.setattr(lstmgallery.unchanged, "PACKAGE", package)
    before = program_hash()
    (package / "__pycache__" / "more.pyc").parent.mkdir(exist_ok=True)
    (package / "__pycache__" / "more.pyc").touch()
    assert program_hash() == before
    for name in ("errors.py", "press/theme/templates/base.html", "press/theme/static/strip.js", "cells/lstm/step.js"):
        with (package / name).open("a", encoding="utf-8") as stream:
            stream.write("\n")
        assert program_hash() != before, name
        before = program_hash()


def test_a_build_that_warned_warns_again(project: Project, begun: list[str]) -> None:
    writeup = project.content / "writeups" / "one.md"
    text = writeup.read_text(encoding="utf-8")
    writeup.write_text(text.replace("2026-01-02", "2999-01-02"), encoding="utf-8")
    build(project)
    build(project)
    assert begun == ["site", "site"]


def test_what_is_saved_while_a_build_runs_belongs_to_the_next(project: Project) -> None:
    before = sources_hash(project, {})
    (project.content / "writeups" / "two.MD").write_text("saved", encoding="utf-8")
    assert sources_hash(project, {}) != before


def test_a_build_in_the_same_folder_is_waited_for(project: Project) -> None:
    with in_use(project.build):
        done = CliRunner().invoke(main, options(project), prog_name="lstmgallery")
    assert done.exit_code == 1
    assert "another build is using this folder" in done.stderr


def test_a_missing_content_folder_is_reported_as_ever(project: Project) -> None:
    shutil.rmtree(project.content)
    done = CliRunner().invoke(main, options(project), prog_name="lstmgallery")
    assert done.exit_code == 1
    assert "expected the content folder, found none" in done.stderr


def test_the_hash_of_a_folder_knows_paths_kinds_and_links(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_bytes(b"1")
    found = [tree_hash(tmp_path)]
    (tmp_path / "a" / "round").symlink_to(tmp_path)  # a circle ends
    found.append(tree_hash(tmp_path))
    os.mkfifo(tmp_path / "pipe")  # and nobody waits for a pipe
    found.append(tree_hash(tmp_path))
    (tmp_path / "a" / "one").rename(tmp_path / "a" / "two")
    found.append(tree_hash(tmp_path))
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    found.append(tree_hash(tmp_path))
    assert len(set(found)) == len(found)
    assert tree_hash(tmp_path) == found[-1]


def test_a_stamp_says_nothing_of_paths_and_times(project: Project) -> None:
    kept = json.loads((project.build / STAMP).read_text(encoding="utf-8"))
    assert kept.keys() == {"sources", "made", "report"}
