"""A file is written whole, or not at all; and a new site is on the disk before it takes the old one's place."""

import os
import stat
from pathlib import Path

import pytest

from lstmgallery import exchange as exchanging
from lstmgallery import publish as publishing
from lstmgallery.whole import write_whole


def test_a_file_is_replaced_with_its_mode_and_the_link_to_it(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    write_whole(file, b"one")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, b"two")
    assert link.is_symlink()
    assert file.read_bytes() == b"two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "link"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_an_error_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    file = tmp_path / "file"
    write_whole(file, b"one")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, b"two")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"file": b"one"}


def test_what_is_written_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    really_sync, really_replace = os.fsync, os.replace

    def sync(opened: int) -> None:
        done.append("disk")
        really_sync(opened)

    def replace(old: Path, new: Path) -> None:
        done.append("name")
        really_replace(old, new)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    write_whole(tmp_path / "file", b"one")
    assert done == ["disk", "name"]


def test_a_site_is_on_the_disk_before_it_takes_the_place_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    really_flush, really_exchange = exchanging.flush, exchanging.exchange_folders

    def flush(folder: Path) -> None:
        assert (folder / "index.html").exists()
        done.append("disk")
        really_flush(folder)

    def exchange(*folders: Path) -> None:
        done.append("exchange")
        really_exchange(*folders)

    monkeypatch.setattr(publishing, "flush", flush)
    monkeypatch.setattr(publishing, "exchange_folders", exchange)
    publishing.publish({"index.html": b"<p>One</p>"}, tmp_path / "site")
    assert done == ["disk", "exchange"]
