"""What is content is read, what looks like it is named, and what cannot be listed is never an empty folder."""

import os
import stat
from pathlib import Path

import pytest

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.listing import list_files, list_unread
from lstmgallery.press.manuscript.content import read_content
from tests.conftest import write_small_content

WRITEUP = "---\ntitle: Title\nsummary: A summary.\npublished: 2026-01-02\n---\n\n{small 1} counts.\n"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder with a network and a write-up."""
    folder = write_small_content(tmp_path / "content", "small")
    (folder / "writeups").mkdir()
    (folder / "writeups" / "one.md").write_text(WRITEUP, encoding="utf-8")
    return folder


def unread(content: Path) -> dict[str, str]:
    """Return the reasons for everything that is not read, by its path in the content folder."""
    return {each.file.relative_to(content).as_posix(): each.reason for each in list_unread(content)}


def problems_of(content: Path) -> list[tuple[str, str]]:
    with pytest.raises(GalleryError) as raised:
        read_content(content)
    return [(os.path.relpath(each.place, content), each.message) for each in raised.value.problems]


@pytest.mark.parametrize(
    "name", [".#one.md", "._one.md", ".one.md.swp", "one.md~", "#one.md#", "~$one.md", ".DS_Store", "Thumbs.db"]
)
def test_files_of_editors_and_systems_are_neither_content_nor_named(content: Path, name: str) -> None:
    for folder in ("networks", "writeups", "."):
        (content / folder / name).write_bytes(b"\0\5\26\7\xff")
    assert [writeup.file for writeup in read_content(content).writeups] == ["writeups/one.md"]
    assert unread(content) == {}


def test_the_dangling_link_of_an_editor_is_ignored(content: Path) -> None:
    (content / "writeups" / ".#one.md").symlink_to("user@host.1:1")
    (content / "networks" / ".#small.md").symlink_to("user@host.1:1")
    assert len(read_content(content).networks) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("two.markdown", "rename it to two.md"),
        ("three.MD", "rename it to three.md"),
        ("four.md.txt", "rename it to four.md"),
        ("five.mdx", "rename it to five.md"),
        ("2026/six.md", "folders in here are not read: move it to writeups/"),
        ("2026/05/seven.markdown", "folders in here are not read: move it to writeups/"),
        ("README.md", "a README is not content"),
        ("readme.md", "a README is not content"),
        ("Readme.markdown", "a README is not content"),
    ],
)
def test_what_looks_like_a_writeup_and_is_not_read_is_named(content: Path, name: str, reason: str) -> None:
    (content / "writeups" / name).parent.mkdir(parents=True, exist_ok=True)
    (content / "writeups" / name).write_text(WRITEUP, encoding="utf-8")
    assert unread(content) == {f"writeups/{name}": reason}
    found = read_content(content)
    assert len(found.writeups) == 1
    assert [str(each) for each in found.unread] == [f"{content / 'writeups' / name}: {reason}"]


@pytest.mark.parametrize(("name", "new"), [("small.NPZ", "small.npz"), ("small.Search.json", "small.search.json")])
def test_what_looks_like_a_pin_or_a_search_and_is_not_read_is_named(content: Path, name: str, new: str) -> None:
    (content / "networks" / name).write_bytes(b"")
    assert unread(content) == {f"networks/{name}": f"rename it to {new}"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("counting.md", "move it to networks/, writeups/ or comparisons/"),
        ("site.yml", "rename it to site.yaml"),
        ("Writeups/two.md", "writeups/ is read, Writeups/ is not"),
        ("write-ups/two.md", "writeups/ is read, write-ups/ is not"),
        ("network/two.md", "networks/ is read, network/ is not"),
        ("drafts/two.md", "move it to networks/, writeups/ or comparisons/"),
    ],
)
def test_content_beside_its_folders_is_named(content: Path, name: str, reason: str) -> None:
    (content / name).parent.mkdir(exist_ok=True)
    (content / name).write_text(WRITEUP, encoding="utf-8")
    assert unread(content) == {name: reason}


def test_other_files_beside_the_folders_are_not_named(content: Path) -> None:
    for name in ("README.md", "CHANGELOG.md", "notes/idea.md", "writeups/photo.png", "writeups/data/values.csv"):
        (content / name).parent.mkdir(exist_ok=True)
        (content / name).write_text("No front matter.", encoding="utf-8")
    assert unread(content) == {}


def test_pipes_and_folders_of_a_files_name_are_named_and_not_opened(content: Path) -> None:
    os.mkfifo(content / "writeups" / "pipe.md")
    os.mkfifo(content / "networks" / "small.npz")
    os.mkfifo(content / "pipe.md")
    (content / "writeups" / "folder.md").mkdir()
    assert unread(content) == {
        "networks/small.npz": "expected a file, found a pipe, a socket or a device",
        "writeups/folder.md": "expected a file, found a folder",
        "writeups/pipe.md": "expected a file, found a pipe, a socket or a device",
    }
    assert len(read_content(content).writeups) == 1


def test_settings_in_a_pipe_are_an_error_and_are_not_waited_for(content: Path) -> None:
    (content / "site.yaml").unlink()
    os.mkfifo(content / "site.yaml")
    assert problems_of(content) == [("site.yaml", "expected a file, found a folder, a pipe or a device")]


def test_links_to_files_are_read_and_links_in_a_circle_end(content: Path) -> None:
    (content / "writeups" / "two.md").symlink_to("one.md")
    (content / "writeups" / "inner").mkdir()
    (content / "writeups" / "inner" / "again").symlink_to(content / "writeups")
    assert len(read_content(content).writeups) == 2
    assert unread(content) == {}


@pytest.mark.parametrize(
    "name",
    [
        "site.yaml",
        "writeups/two.md",
        "networks/two.md",
        "networks/small.npz",
        "networks/small.search.json",
        "texts/one.txt",
    ],
)
def test_a_link_out_of_the_content_is_an_error_that_says_nothing_of_what_it_leads_to(
    content: Path, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_text("root:x:0:0\n", encoding="utf-8")
    (content / name).parent.mkdir(exist_ok=True)
    (content / name).unlink(missing_ok=True)
    (content / name).symlink_to(secret)
    message = f"expected a file or folder of the content, found a link out of it ({secret})"
    assert problems_of(content) == [(name, message)]


@pytest.mark.parametrize("name", ["writeups", "networks", "texts"])
def test_a_folder_that_is_a_link_out_of_the_content_is_one_error(
    content: Path, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("elsewhere") / name
    (content / name).mkdir(exist_ok=True)
    (content / name).rename(away)
    (content / name).symlink_to(away)
    message = f"expected a file or folder of the content, found a link out of it ({away})"
    assert set(problems_of(content)) == {(name, message)}
    assert len(problems_of(content)) == 1


def test_content_may_be_a_link_itself(content: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    link = tmp_path_factory.mktemp("elsewhere") / "content"
    link.symlink_to(content)
    assert len(read_content(link).writeups) == 1


@pytest.mark.parametrize(
    "name", ["writeups/two.md", "networks/two.md", "networks/small.npz", "networks/small.search.json"]
)
def test_a_link_that_leads_nowhere_is_an_error_wherever_content_is_read(content: Path, name: str) -> None:
    (content / name).symlink_to("../not-mounted")
    ((place, message),) = problems_of(content)
    assert place == name
    assert message.startswith(("expected ", "cannot be read"))


@pytest.mark.parametrize("name", ["writeups", "networks"])
def test_a_folder_that_is_a_link_to_nowhere_is_one_error(content: Path, name: str) -> None:
    (content / name).rename(content / "elsewhere")
    (content / name).symlink_to("../not-mounted")
    message = "expected a folder, found a link that leads nowhere (../not-mounted)"
    assert problems_of(content) == [(name, message)]


@pytest.mark.parametrize("name", ["writeups", "networks", "."])
def test_a_folder_that_is_a_file_is_one_error(content: Path, name: str) -> None:
    (content / name).resolve().rename(content.parent / "elsewhere")
    (content / name).resolve().write_text("by mistake", encoding="utf-8")
    assert problems_of(content) == [(name, "expected a folder, found a file")]


@pytest.mark.parametrize("name", ["writeups", "networks", "."])
def test_a_folder_that_refuses_to_be_listed_is_one_error(
    content: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_names = os.listdir

    def refuse(folder: Path) -> list[str]:
        if Path(folder) == content / name:
            raise PermissionError(13, "Permission denied", str(folder))
        return list_names(folder)

    monkeypatch.setattr(os, "listdir", refuse)
    message = "expected a folder that can be listed, found one that cannot: Permission denied"
    assert problems_of(content) == [(name, message)]


def test_a_folder_below_that_cannot_be_listed_is_named(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (content / "writeups" / "closed").mkdir()
    list_names = os.listdir

    def refuse(folder: Path) -> list[str]:
        if Path(folder).name == "closed":
            raise PermissionError(13, "Permission denied", str(folder))
        return list_names(folder)

    monkeypatch.setattr(os, "listdir", refuse)
    assert unread(content) == {"writeups/closed": "folders in here are not read, and this one cannot be listed"}


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list_files(tmp_path / "writeups") == ()
    (problem,) = _problems(tmp_path / "content")
    assert problem.message == "expected the content folder, found none"
    assert "lstmgallery init" in str(problem.hint)


def _problems(content: Path) -> tuple[Problem, ...]:
    with pytest.raises(GalleryError) as raised:
        read_content(content)
    return raised.value.problems


def test_content_without_settings_names_their_keys_and_the_command_that_begins_a_gallery(content: Path) -> None:
    (content / "site.yaml").unlink()
    (problem,) = _problems(content)
    assert problem.message == "expected a file, found none"
    assert all(word in str(problem.hint) for word in ("title", "tagline", "description", "lstmgallery init"))


@pytest.mark.parametrize("name", ["site.yml", "Site.yaml"])
def test_settings_of_another_name_are_the_hint_where_none_are_found(content: Path, name: str) -> None:
    (content / "site.yaml").rename(content / name)
    (problem,) = _problems(content)
    assert problem.hint == f"not read: {content / name}: rename it to site.yaml"


def test_networks_by_other_names_are_the_hint_where_none_is_found(content: Path) -> None:
    (content / "writeups" / "one.md").unlink()
    (content / "networks" / "small.md").rename(content / "networks" / "small.markdown")
    (problem,) = _problems(content)
    assert problem.message == "expected at least one network, a file such as counter.md, found none"
    assert problem.hint == f"not read: {content / 'networks' / 'small.markdown'}: rename it to small.md"


def test_the_files_that_are_read_are_in_order(content: Path) -> None:
    for name in ("b.md", "a.md", "c.md"):
        (content / "writeups" / name).write_text(WRITEUP, encoding="utf-8")
    files = list_files(content / "writeups")
    assert [file.name for file in files] == ["a.md", "b.md", "c.md", "one.md"]
    assert all(stat.S_ISREG(file.stat().st_mode) for file in files)
