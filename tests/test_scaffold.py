"""Files written by `new` are valid as they are, and existing files are never overwritten."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import lstmgallery.scaffold
from lstmgallery.cells import CELL_KINDS
from lstmgallery.errors import GalleryError
from lstmgallery.frontmatter import read_markdown
from lstmgallery.network import read_network
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.scaffold import Gallery, scaffold_gallery, scaffold_network, scaffold_writeup
from lstmgallery.tasks import TASKS
from tests.conftest import ROOT, run_python, write_small_content

DAY = date(2026, 11, 22)


def blocks_of(body: str) -> dict[str, dict[str, Any]]:
    """Return the blocks of a write-up by their kind, read as YAML."""
    return {kind: yaml.safe_load(text) for kind, text in re.findall(r"```(\w+)\n(.*?)```", body, flags=re.DOTALL)}


@pytest.mark.parametrize("task", TASKS)
def test_a_new_network_of_every_task_is_valid(task: str, tmp_path: Path) -> None:
    made = scaffold_network(tmp_path, "my-network", task=task, title=None)
    network, document = read_network(made.path)
    assert made.path == tmp_path / "networks" / "my-network.md"
    assert (network.title, network.task.kind) == ("My network", task)
    assert len(network.shown) > 1
    assert "Markdown" in document.body
    assert "--network my-network" in made.next


@pytest.mark.parametrize("task", TASKS)
def test_a_new_writeup_is_about_the_first_network(task: str, tmp_path: Path) -> None:
    first = scaffold_network(tmp_path, "zebra", task=task, title=None).path
    first.write_text(first.read_text(encoding="utf-8").replace("task:", "order: 1\ntask:"), encoding="utf-8")
    scaffold_network(tmp_path, "ant", task="counting", title=None)
    made = scaffold_writeup(tmp_path, "my-story", title=None, published=DAY)
    document = read_markdown(made.path)
    assert document.values["title"] == "My story"
    assert (document.values["order"], document.values["published"]) == (100, "2026-11-22")
    blocks = blocks_of(document.body)
    assert sorted(blocks) == ["claim", "figure"]
    network, _ = read_network(first)
    feature = network.task.headline
    assert blocks["figure"]["sequences"] == [network.shown[0]]
    for block in blocks.values():
        assert re.fullmatch(rf"zebra best\({feature}(=\w)?\)", block["neuron"])
    assert blocks["claim"]["measure"].split()[-1] == blocks["claim"]["neuron"].removeprefix("zebra best(")[:-1]
    assert "{zebra best(" in document.body


@pytest.mark.parametrize("cell", CELL_KINDS)
@pytest.mark.parametrize("task", TASKS)
def test_new_networks_and_writeups_are_valid_content(task: str, cell: str, tmp_path: Path) -> None:
    write_small_content(tmp_path)
    network = scaffold_network(tmp_path, "my-network", task=task, title=None).path
    network.write_text(network.read_text(encoding="utf-8").replace("task:", f"cell: {cell}\ntask:"), encoding="utf-8")
    scaffold_writeup(tmp_path, "my-story", title=None, published=DAY)
    content = read_content(tmp_path)
    (writeup,) = content.writeups
    assert writeup.front.published == DAY
    assert (len(writeup.figures), len(writeup.claims)) == (1, 1)


def test_a_writeup_on_a_gru_names_the_signals_that_a_gru_has(tmp_path: Path) -> None:
    write_small_content(tmp_path, "small", cell="gru")
    made = scaffold_writeup(tmp_path, "my-story", title=None, published=DAY)
    blocks = blocks_of(read_markdown(made.path).body)
    assert blocks["figure"]["signals"] == ["hidden"]
    assert blocks["claim"]["measure"] == "r2 of hidden with remaining"


@pytest.mark.parametrize("title", ["Yes", "12", "a: b", "# one", "“quoted” 'and' \"quoted\"", "two\nlines", "{x}"])
def test_any_title_is_kept_as_it_was_given(title: str, tmp_path: Path) -> None:
    assert read_network(scaffold_network(tmp_path, "one", task="counting", title=title).path)[0].title == title


def test_a_title_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="expected a title of 1 to 80 characters, found 81"):
        scaffold_network(tmp_path, "one", task="counting", title="x" * 81)
    assert list(tmp_path.rglob("*.md")) == []


@pytest.mark.parametrize("name", ["Upper", "two--hyphens", "-a", "a-", "a b", "../up", "a/b", "", "ä", "a.md"])
def test_a_name_that_is_no_address_is_refused(name: str, tmp_path: Path) -> None:
    write_small_content(tmp_path, "small")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(GalleryError, match="expected a name of lowercase letters, digits and single hyphens"):
        scaffold_network(tmp_path, name, task="counting", title="Title")
    with pytest.raises(GalleryError, match="expected a name of lowercase letters, digits and single hyphens"):
        scaffold_writeup(tmp_path, name, title="Title", published=DAY)
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_is_written_over(tmp_path: Path) -> None:
    write_small_content(tmp_path, "small")
    file = tmp_path / "networks" / "small.md"
    text = file.read_text(encoding="utf-8")
    run = run_python("-m", "lstmgallery", "new", "network", "small", "--content", str(tmp_path))
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == (
        f"error: {file}: a network of this name already exists\n"
        "    edit that file, or choose another name\n"
        "1 error; nothing was written.\n"
    )
    assert file.read_text(encoding="utf-8") == text


def test_the_command_prints_the_path_and_what_to_do_next(tmp_path: Path) -> None:
    write_small_content(tmp_path, "small")
    run = run_python("-m", "lstmgallery", "new", "writeup", "my-story", "--title", "Mine", "--content", str(tmp_path))
    assert (run.returncode, run.stderr) == (0, "")
    path, following = run.stdout.splitlines()
    assert path == str(tmp_path / "writeups" / "my-story.md")
    assert "lstmgallery serve" in following
    document = read_markdown(Path(path))
    assert document.values["title"] == "Mine"
    date.fromisoformat(document.values["published"])


def test_a_writeup_without_a_network_says_how_to_begin_one(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="lstmgallery new network"):
        scaffold_writeup(tmp_path, "my-story", title=None, published=DAY)


def test_a_folder_that_is_not_there_is_not_made_and_the_error_names_the_command_that_begins_a_gallery(
    tmp_path: Path,
) -> None:
    with pytest.raises(GalleryError, match="expected the content folder, found none") as raised:
        scaffold_network(tmp_path / "nowhere", "one", task="counting", title=None)
    assert list(tmp_path.iterdir()) == []
    assert "lstmgallery init" in str(raised.value)


def begin(folder: Path, title: str | None = None) -> Gallery:
    return scaffold_gallery(folder, title=title, published=DAY, version="1.2.3")


@pytest.mark.parametrize("there", ["nothing", "a folder", "an empty content folder"])
def test_a_new_gallery_is_valid_as_it_is(tmp_path: Path, there: str) -> None:
    folder = tmp_path / "my gallery"
    if there != "nothing":
        (folder / "content" if "content" in there else folder).mkdir(parents=True)
    made = begin(folder, "Yes: “mine”")
    content = read_content(folder / "content")
    assert content.site.title == "Yes: “mine”"
    assert [entry.network.name for entry in content.networks] == ["counter"]
    (writeup,) = content.writeups
    assert (writeup.front.published, len(writeup.claims), len(writeup.figures)) == (DAY, 1, 1)
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(folder).as_posix() for file in made.written)
    assert files == [
        ".github/workflows/pages.yml",
        ".gitignore",
        "content/networks/counter.md",
        "content/site.yaml",
        "content/writeups/how-it-counts.md",
        "requirements.txt",
    ]
    assert made.next == f"Look at it while you write: cd '{folder}' && lstmgallery serve --quick --open"


def test_a_new_gallery_ignores_what_a_build_writes_and_its_workflow_publishes_it(tmp_path: Path) -> None:
    begin(tmp_path)
    assert {"/build/", "/site/"} <= set((tmp_path / ".gitignore").read_text(encoding="utf-8").split())
    assert (tmp_path / "requirements.txt").read_text(encoding="utf-8") == "lstmgallery==1.2.3\n"
    workflow = yaml.safe_load((tmp_path / ".github" / "workflows" / "pages.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["pages"]["steps"]
    assert {"run": "lstmgallery build --quick"} in steps
    assert [step["with"]["path"] for step in steps if "pages-artifact" in step.get("uses", "")] == ["site"]


def test_a_gallery_begins_beside_files_that_are_there_and_leaves_them_alone(tmp_path: Path) -> None:
    for name in (".gitignore", "README.md"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    made = begin(tmp_path)
    assert made.kept == (tmp_path / ".gitignore",)
    assert {(tmp_path / name).read_text(encoding="utf-8") for name in (".gitignore", "README.md")} == {"mine"}


def test_no_gallery_begins_where_there_is_content(tmp_path: Path) -> None:
    write_small_content(tmp_path / "content", "small")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(GalleryError, match="expected a folder without content"):
        begin(tmp_path)
    with pytest.raises(GalleryError, match="expected a title of 1 to 80 characters"):
        begin(tmp_path / "other", "x" * 81)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_gallery_that_cannot_be_written_is_one_clear_error_and_leaves_no_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lstmgallery.scaffold, "_create", refuse)
    with pytest.raises(GalleryError, match="cannot be written: No space left on device"):
        begin(tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(GalleryError, match=r"cannot be written: (File exists|Not a directory)"):
        begin(tmp_path / "file")


def test_the_command_begins_a_gallery_here(tmp_path: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from lstmgallery.cli import main; main(['init'])"
    run = run_python("-c", program, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[0] == "content/site.yaml"
    assert run.stdout.splitlines()[-1] == "Look at it while you write: lstmgallery serve --quick --open"
    assert len(read_content(tmp_path / "content").writeups) == 1
