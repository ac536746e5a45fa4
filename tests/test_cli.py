"""The command line reports its work in a few lines, and errors without a traceback.

Most commands run in this process; those that train, those that are interrupted and every way to call the program run
in one of their own.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import lstmgallery.cli
from lstmgallery.cli import main
from lstmgallery.console import ConsoleProgress, print_problems, terminal
from lstmgallery.errors import Problem
from lstmgallery.project import Project
from lstmgallery.unchanged import STAMP
from tests.conftest import (
    ROOT,
    Gallery,
    files_of,
    folders_in,
    options,
    published_in,
    results_of,
    run_python,
    write_small_content,
)

WAYS = {"entry": ["build_site.py"], "module": ["-m", "lstmgallery"]}


@dataclass(frozen=True)
class CommandRun:
    """A build of the small gallery by the command line, in a new process."""

    project: Project
    result: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def command_run(tmp_path_factory: pytest.TempPathFactory) -> CommandRun:
    """The small gallery, built from nothing by `python build_site.py`; never changed by a test."""
    project = folders_in(tmp_path_factory.mktemp("command-run"))
    write_small_content(project.content, "small")
    return CommandRun(project, run_python("build_site.py", *options(project)))


def run_here(*arguments: str) -> Result:
    """Run the program in this process; return its exit code and its output."""
    return CliRunner().invoke(main, arguments, prog_name="lstmgallery", catch_exceptions=False)


@pytest.mark.parametrize("way", WAYS)
def test_help_names_every_option_with_an_example(way: str) -> None:
    run = run_python(*WAYS[way], "--help")
    assert (run.returncode, run.stderr) == (0, "")
    for word in ("--content", "--cache", "--output", "--network", "--retrain", "--version", "Examples:"):
        assert word in run.stdout
    assert run.stdout.startswith("Usage: " + {"entry": "build_site.py", "module": "lstmgallery"}[way])


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("build", ["--content", "--cache", "--output", "--network", "--retrain", "--seeds", "--quick"]),
        ("serve", ["--content", "--cache", "--network", "--seeds", "--quick", "--port", "--open", "8000"]),
        ("pin", ["[NETWORK]...", "--content", "--cache", "Commit them"]),
        (
            "search",
            ["NETWORK", "--best", "--lowest", "--where", "--also", "--vary", "--seeds", "--pin", "--save", "--cache"],
        ),
        ("new", ["network", "writeup"]),
        ("new network", ["NAME", "--task", "counting|selective-counting|state-memory|copying", "--title", "--content"]),
        ("new writeup", ["SLUG", "--title", "--content"]),
    ],
)
def test_each_command_explains_itself_with_an_example(command: str, words: list[str]) -> None:
    done = run_here(*command.split(), "--help")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: lstmgallery {command} ")
    assert [word for word in (*words, "Examples:") if word not in done.stdout] == []


def test_help_waits_for_nothing_that_only_a_build_needs() -> None:
    code = "import lstmgallery.cli, sys; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = set(run_python("-c", code).stdout.split())
    assert "click" in loaded
    assert loaded & {"jinja2", "markdown", "pandas", "pyarrow", "sklearn", "tensorflow", "watchfiles"} == set()


def test_the_help_lists_every_command() -> None:
    done = run_here("-h")
    assert [
        name
        for name in ("build", "serve", "new", "pin", "unpin", "status", "search")
        if f"\n  {name} " not in done.stdout
    ] == []


@pytest.mark.parametrize("way", WAYS)
def test_the_version_is_that_of_the_package(way: str) -> None:
    run = run_python(*WAYS[way], "--version")
    assert (run.returncode, run.stdout) == (0, f"lstmgallery, version {lstmgallery.__version__}\n")


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--network"], ["counter"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    done = run_here(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_build_is_what_runs_where_no_command_is_named(small_project: Project) -> None:
    done = run_here("build", *options(small_project))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1].split() == ["small", "cached", "cached", "cached"]


def test_interrupting_a_training_ends_with_130_and_leaves_nothing_half_done(
    small_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = files_of(small_project.site)
    file = small_project.content / "networks" / "small.md"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("steps: 200", "steps: 1000000\n  most_steps: 1000000"), encoding="utf-8")
    with monkeypatch.context() as patched:  # Ctrl-C comes in the middle of the training, after its first steps
        patched.setattr(ConsoleProgress, "advance", lambda *_: signal.raise_signal(signal.SIGINT))
        done = run_here("build", *options(small_project))
    assert done.stderr == "small: train\nStopped; nothing was published. Finished stages and checkpoints are kept.\n"
    assert done.exit_code == 130
    assert files_of(small_project.site) == site
    assert list((small_project.build / "small").glob("*.partial")) == []
    file.write_text(text, encoding="utf-8")
    run = run_python("build_site.py", *options(small_project))
    assert run.stdout.splitlines()[1].split() == ["small", "cached", "cached", "cached"]


def test_broken_content_ends_with_1_and_leaves_the_old_site(small_project: Project) -> None:
    site = files_of(small_project.site)
    file = small_project.content / "networks" / "small.md"
    text = file.read_text(encoding="utf-8").replace("units: 6", "units: six").replace("kind: counting", "kind: couting")
    file.write_text(text, encoding="utf-8")
    done = run_here(*options(small_project))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {file}:5:9: task.kind: expected one of counting, selective-counting, state-memory, copying, text, "
        "found 'couting'\n"
        "      kind: couting\n"
        "            ^\n"
        "    did you mean 'counting'?\n"
        f'error: {file}:9:8: units: expected a whole number, found "six"\n'
        "    units: six\n"
        "           ^\n"
        "2 errors; nothing was published.\n"
    )
    assert files_of(small_project.site) == site


def test_content_that_looks_like_markup_is_printed_as_it_is(small_project: Project) -> None:
    file = small_project.content / "networks" / "small.md"
    text = file.read_text(encoding="utf-8").replace("seed: 1", "'[red]seed[/]': 1")
    file.write_text(text, encoding="utf-8")
    done = run_here(*options(small_project))
    assert done.exit_code == 1
    assert "unknown key '[red]seed[/]'" in done.stderr


def test_a_name_of_bytes_that_are_no_letters_is_one_mistake(small_project: Project) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    text = "---\ntitle: T\nsummary: S.\npublished: 2026-01-02\n---\n\nText.\n"
    (small_project.content / "writeups").mkdir(exist_ok=True)
    (small_project.content / "writeups" / name).write_text(text, encoding="utf-8")
    done = run_python("build_site.py", *options(small_project))
    assert done.returncode == 1
    assert "expected a name of lowercase letters, digits and single hyphens, found" in done.stderr
    assert "1 error; nothing was published." in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_below_the_output_of_an_unchanged_build_is_one_error(small_project: Project) -> None:
    command = [sys.executable, "build_site.py", *options(small_project)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=ROOT, check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "nothing has changed since the last build" in done.stderr


def test_the_names_of_emoji_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_problems(terminal(), [Problem("some.md", "write :x: or :smile:")])
    assert "write :x: or :smile:" in capsys.readouterr().out


def test_a_backslash_before_a_bracket_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    message = r"write \[^1] or \[red]x[/] or \\[ or [a] \n"
    print_problems(Console(), [Problem("some.md", message)])
    assert message in capsys.readouterr().out


def test_a_folder_without_content_ends_with_1(tmp_path: Path) -> None:
    project = Project(content=tmp_path / "nowhere", build=tmp_path / "build", site=tmp_path / "site")
    done = run_here(*options(project))
    assert done.exit_code == 1
    assert f"{project.content}: expected the content folder, found none" in done.stderr
    assert "lstmgallery init" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_network_ends_with_1(small_project: Project) -> None:
    done = run_here(*options(small_project), "--network", "smal")
    assert done.exit_code == 1
    assert "error: --network: expected the name of a network in" in done.stderr
    assert "did you mean 'small'?" in done.stderr


def test_a_training_build_says_nothing_but_what_it_does(command_run: CommandRun) -> None:
    result = command_run.result
    assert result.returncode == 0
    assert result.stderr == "small: train\nsmall: trace\nsmall: measure\nsite: render\n"
    assert (command_run.project.build / STAMP).is_file()  # so that the next build finds nothing to do


def test_the_summary_says_what_was_trained_and_what_was_written(command_run: CommandRun) -> None:
    lines = [line.rstrip() for line in command_run.result.stdout.splitlines()]
    assert lines[0].split() == ["network", "train", "trace", "measure"]
    assert re.fullmatch(r"small +\d+\.\d s +\d+\.\d s +\d+\.\d s", lines[1])
    site = files_of(command_run.project.site)
    size = f"{sum(map(len, site.values())) / 1000:.0f} kB"
    written = f"{len(published_in(command_run.project.site))} written, 0 unchanged, 0 removed"
    assert lines[2] == f"14 pages, {size} in {command_run.project.site}: {written}"
    assert re.fullmatch(r"render \d+\.\d s, publish \d+\.\d s; total \d+\.\d s", lines[3])
    assert len(lines) == 4


def test_equal_sources_give_equal_sites_in_other_folders_and_processes(
    small_gallery: Gallery, command_run: CommandRun
) -> None:
    assert command_run.result.returncode == 0, command_run.result.stderr
    one, other = files_of(small_gallery.project.site), files_of(command_run.project.site)
    assert sorted(one) == sorted(other)
    assert [path for path in one if one[path] != other[path]] == []
    assert results_of(small_gallery.project) == results_of(command_run.project)


def test_the_summary_of_a_second_build_says_cached(small_project: Project) -> None:
    done = run_here(*options(small_project))
    assert done.exit_code == 0
    assert done.stderr == "site: render\n"
    lines = done.stdout.splitlines()
    assert lines[1].split() == ["small", "cached", "cached", "cached"]
    assert lines[2].endswith(f": 0 written, {len(published_in(small_project.site))} unchanged, 0 removed")


def test_the_summary_names_what_was_left_out(small_project: Project) -> None:
    write_small_content(small_project.content, "other")
    done = run_here(*options(small_project), "-n", "small")
    assert done.exit_code == 0
    assert "skipped: other (its results are stale; build without --network)\n" in done.stdout


def test_a_damaged_result_is_named_and_made_again(small_project: Project) -> None:
    file = small_project.build / "small" / "moments.parquet"
    file.write_bytes(b"")
    done = run_here(*options(small_project))
    assert done.exit_code == 0
    assert f"warning: {file}: expected the file that was written here (SHA-256 " in done.stderr
    assert "the stage will run again" in done.stderr


def test_a_foreign_folder_is_refused(small_project: Project, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "letter.txt").write_bytes(b"dear")
    project = Project(content=small_project.content, build=small_project.build, site=foreign)
    done = run_here(*options(project))
    assert done.exit_code == 1
    assert done.stderr.startswith(f"error: {foreign}: expected a folder created by this tool")
    assert files_of(foreign) == {"letter.txt": b"dear"}


def test_a_folder_that_the_system_refuses_is_named(small_project: Project) -> None:
    project = replace(small_project, site=small_project.site.parent / ("x" * 300))
    done = run_here(*options(project))
    assert done.exit_code == 1
    assert done.stderr == (
        f"error: {project.site}: the system refused: File name too long\n"
        "    check that the folder is writable and the disk has space\n"
        "1 error; nothing was published.\n"
    )


@pytest.mark.parametrize("retrain", [False, True], ids=["publish", "train"])
def test_a_disk_that_takes_no_more_ends_with_1_and_leaves_the_old_site(small_project: Project, retrain: bool) -> None:
    before = [files_of(folder) for folder in (small_project.site, small_project.build)]
    settings = small_project.content / "site.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("Small", "Large"), encoding="utf-8")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, usual[1]))
    try:
        done = run_here(*options(small_project), *(["--retrain"] if retrain else []))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert done.exit_code == 1
    assert f"error: {small_project.site.parent}" in done.stderr
    assert "the system refused: File too large\n    check that the folder is writable" in done.stderr
    assert "1 error; nothing was published." in done.stderr
    assert [files_of(folder) for folder in (small_project.site, small_project.build)] == before
    assert not list(small_project.site.parent.glob(".*"))


def test_the_command_runs_from_any_folder_with_its_usual_names(small_project: Project) -> None:
    folder = small_project.content.parent
    package = Path(lstmgallery.__file__).parent
    shutil.copytree(package, folder / "lstmgallery", ignore=shutil.ignore_patterns("__pycache__"))
    run = run_python("-m", "lstmgallery", "--seeds", "2", cwd=folder)
    assert run.returncode == 0, run.stderr
    assert "14 pages" in run.stdout
    assert set(pd.read_parquet(folder / "build" / "small" / "seeds.parquet")["seed"]) == {1, 2}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_output_reaches_a_pipe_that_lacks_its_letters(small_project: Project, encoding: str) -> None:
    file = small_project.content / "networks" / "small.md"
    file.write_text(file.read_text(encoding="utf-8").replace("title: Small", "title: “Näme” – 例"), encoding="utf-8")
    (small_project.content / "writeups").mkdir()
    (small_project.content / "writeups" / "größe–例.markdown").write_text("", encoding="utf-8")
    command = [sys.executable, "-m", "lstmgallery", *options(small_project)]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    run = subprocess.run(command, cwd=ROOT, capture_output=True, env=environment, timeout=120)
    assert (run.returncode, run.stderr.count(b"Traceback")) == (0, 0)
    named = {"ascii": b"gr\\xf6\\xdfe-\\u4f8b", "latin-1": "größe-\\u4f8b".encode("latin-1")}
    assert named.get(encoding, "größe–例".encode()) + b".markdown: rename it to" in run.stdout


def test_names_of_files_steer_no_terminal(small_project: Project) -> None:
    (small_project.content / "writeups").mkdir()
    (small_project.content / "writeups" / "a\x1b]0;owned\x07\u202eb.markdown").touch()
    done = run_here(*options(small_project))
    assert done.exit_code == 0
    assert "a\\x1b]0;owned\\x07\\u202eb.markdown: rename it to" in done.stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)


def test_a_name_that_is_no_text_is_printed(small_project: Project) -> None:
    (small_project.content / "writeups").mkdir()
    os.close(os.open(bytes(small_project.content / "writeups") + b"/\xff.markdown", os.O_CREAT))
    run = run_python("-m", "lstmgallery", *options(small_project))
    assert run.returncode == 0, run.stderr
    assert "\\udcff.markdown: rename it to" in run.stdout


def test_the_summary_names_drafts_and_what_is_not_read(small_project: Project) -> None:
    folder = small_project.content / "writeups"
    folder.mkdir()
    front = "title: T\nsummary: S.\npublished: 2026-01-02\ndraft: true\n"
    (folder / "one.md").write_text(f"---\n{front}---\n\nAbout {{small 1}}.\n", encoding="utf-8")
    (folder / "two.MD").write_text("", encoding="utf-8")
    done = run_here(*options(small_project))
    assert f"draft: {folder / 'one.md'} (to publish it: --drafts)\n" in done.stdout
    assert f"not read: {folder / 'two.MD'}: rename it to two.md\n" in done.stdout


def test_an_error_after_the_exchange_says_that_the_site_is_published(
    small_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lstmgallery.cli, "print_report", refuse)
    done = run_here(*options(small_project))
    assert done.exit_code == 1
    assert "1 error; the new site is published." in done.stderr


def test_a_link_to_the_site_is_followed(small_project: Project) -> None:
    link = small_project.site.with_name("link")
    link.symlink_to(small_project.site)
    change = small_project.content / "site.yaml"
    change.write_text(change.read_text(encoding="utf-8").replace("Small", "Large"), encoding="utf-8")
    done = run_here(*options(replace(small_project, site=link)))
    assert done.exit_code == 0
    assert "Large gallery" in (small_project.site / "index.html").read_text(encoding="utf-8")
    assert link.is_symlink()


def test_a_mount_point_says_that_it_was_replaced_file_by_file(
    small_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os.path, "ismount", lambda path: str(path) == str(small_project.site))
    change = small_project.content / "site.yaml"
    change.write_text(change.read_text(encoding="utf-8").replace("Small", "Large"), encoding="utf-8")
    done = run_here(*options(small_project))
    assert done.exit_code == 0
    assert "replaced file by file: the folder is a mount point\n" in done.stdout
