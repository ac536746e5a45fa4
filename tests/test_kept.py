"""Values are kept under what they were made from, and made again if anything of it is another, or they are damaged."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lstmgallery import kept as kept_module
from lstmgallery.kept import FILE, Kept, Under, make_anew
from lstmgallery.ondemand import OnDemand


class Maker:
    """Makes values and counts how often."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def of(self, value: str) -> Callable[[], str]:
        def make() -> str:
            self.made.append(value)
            return value

        return make


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FILE


def test_a_value_is_made_once_for_equal_inputs() -> None:
    maker, kept = Maker(), Kept()
    assert [kept.take(["a", 1], maker.of("x")) for _ in range(2)] == ["x", "x"]
    assert kept.take(["a", 2], maker.of("y")) == "y"
    assert maker.made == ["x", "y"]


def test_a_value_is_kept_for_the_next_build(file: Path) -> None:
    maker = Maker()
    for _ in range(2):
        kept = Kept(file)
        assert kept.take(["a"], maker.of("x")) == "x"
        kept.save()
    assert maker.made == ["x"]


def test_without_an_end_nothing_is_kept(file: Path) -> None:
    Kept(file).take(["a"], Maker().of("x"))
    assert not file.exists()


def test_what_a_build_did_not_ask_for_is_dropped(file: Path) -> None:
    maker = Maker()
    for asked in (["a", "b"], ["b"], ["a", "b"]):
        kept = Kept(file)
        for each in asked:
            kept.take(each, maker.of(each))
        kept.save()
    assert maker.made == ["a", "b", "a"]


def test_in_memory_what_was_not_asked_for_since_the_last_load_is_dropped() -> None:
    maker, kept = Maker(), Kept()
    for asked in (["a", "b"], ["b"], ["a", "b"]):
        for each in asked:
            kept.take(each, maker.of(each))
        kept.forget_unasked()
    assert maker.made == ["a", "b", "a"]


def test_inputs_around_others_are_part_of_the_key() -> None:
    maker, kept = Maker(), Kept()
    for around in ("one", "other", "one"):
        Under(Under(kept.take, around), ["more"])("a", maker.of(around))
    assert maker.made == ["one", "other"]


def test_a_value_that_cannot_be_made_is_not_kept() -> None:
    kept = Kept()

    def fail() -> str:
        raise ValueError("not made")

    with pytest.raises(ValueError, match="not made"):
        kept.take("a", fail)
    assert kept.take("a", lambda: "x") == "x"


def test_false_values_and_bytes_are_kept_as_they_are(file: Path) -> None:
    values: list[Any] = [b"bytes\0", 0, "", [], None]
    for made in (values, ["other"] * len(values)):
        kept = Kept(file)
        found = [kept.take(at, lambda value=value: value) for at, value in enumerate(made)]  # type: ignore[misc]
        kept.save()
    assert found == values


class Trap:
    """A value that leaves a file behind as soon as it is unpickled."""

    def __init__(self, sprung: Path):
        self.sprung = sprung

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.sprung,)


@pytest.mark.parametrize("origin", ["another user", "another key"])
def test_what_somebody_else_signed_is_made_again_unread(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: str
) -> None:
    sprung = tmp_path / "sprung"
    with monkeypatch.context() as patched:
        if origin == "another user":
            patched.setattr(kept_module, "own_secret", lambda: b"of somebody else")
        foreign = Kept(file)
        foreign.take("a" if origin == "another user" else "b", lambda: Trap(sprung))
        foreign.save()
    if origin == "another key":
        moved = hashlib.sha256(json.dumps("a").encode()).hexdigest()
        _execute(file, f"UPDATE kept SET key = '{moved}'")
    own = Kept(file)
    assert own.take("a", Maker().of("x")) == "x"
    assert not sprung.exists()


def test_a_secret_is_made_once_for_its_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / name)
    make = kept_module.own_secret.__wrapped__
    first = make()
    file = tmp_path / "lstmgallery" / kept_module.SECRET
    assert first == make() == file.read_bytes()
    assert first is not None
    assert len(first) == kept_module.SECRET_BYTES
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"cut")
    assert make() not in (first, b"cut")


def test_without_a_place_for_a_secret_nothing_is_kept(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / "a file" / name)
    monkeypatch.setattr(kept_module, "own_secret", kept_module.own_secret.__wrapped__)
    kept = Kept(file)
    assert kept.take("a", Maker().of("x")) == "x"
    kept.save()
    assert not file.exists()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no database": lambda file: file.write_bytes(b"something else"),
    "cut off": lambda file: os.truncate(file, file.stat().st_size // 2),
    "another table": lambda file: _execute(file, "DROP TABLE kept"),
    "another value": lambda file: _execute(file, "UPDATE kept SET value = x'80054b012e'"),
    "no value": lambda file: _execute(file, "UPDATE kept SET value = 7"),
    "gone": lambda file: file.unlink(),
}


def _execute(file: Path, command: str) -> None:
    database = sqlite3.connect(file)
    with database:
        database.execute(command)
    database.close()


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_made_again_and_kept_again(file: Path, damage: str) -> None:
    maker = Maker()
    for number in range(4):
        kept = Kept(file)
        assert [kept.take(name, maker.of(name * 5_000)) for name in "ab"] == ["a" * 5_000, "b" * 5_000]
        kept.save()
        if number == 1:
            DAMAGES[damage](file)
    again = Kept(file)
    assert [again.take(name, maker.of("made again")) for name in "ab"] == ["a" * 5_000, "b" * 5_000]
    assert maker.made[:2] == ["a" * 5_000, "b" * 5_000]
    assert set(maker.made[2:]) <= {"a" * 5_000, "b" * 5_000}
    assert maker.made[2:]


def test_a_file_that_cannot_be_written_keeps_nothing_and_is_no_error(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "gone" / FILE)
    kept.take("a", Maker().of("x"))
    kept.save()
    assert list(tmp_path.iterdir()) == []


def test_a_build_that_fails_closes_the_file_and_leaves_it_as_it_was(file: Path) -> None:
    kept = Kept(file)
    kept.take("a", Maker().of("x"))
    kept.save()
    before = file.read_bytes()
    with Kept(file) as failed:
        failed.take("b", Maker().of("y"))
    assert failed._stored is None
    assert file.read_bytes() == before


def test_making_anew_keeps_nothing() -> None:
    maker = Maker()
    assert [make_anew("a", maker.of("x")) for _ in range(2)] == ["x", "x"]
    assert maker.made == ["x", "x"]


def test_a_mapping_on_demand_makes_each_value_once_and_knows_its_names() -> None:
    made: list[str] = []
    values = OnDemand(["b", "a"], lambda name: made.append(name) or name.upper())  # type: ignore[func-returns-value]
    assert (list(values), len(values), "a" in values, made) == (["b", "a"], 2, True, [])
    assert [values["a"], values["a"], values.get("c")] == ["A", "A", None]
    assert made == ["a"]
    with pytest.raises(KeyError):
        values["c"]
