"""Files that others may have changed, by chance or on purpose: read as they are, or refused, and nothing else.

Content that travels (records of searches and of copied text) and what builds keep (stamps, reports, checkpoints,
tables). Weights are in `test_pins.py`, the text of authors in `test_broken_content.py`.
"""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lstmgallery import store
from lstmgallery.cache import Stage, damage, is_current
from lstmgallery.copies import Compared, Copies, Usual, read_copies, write_copies
from lstmgallery.errors import GalleryError
from lstmgallery.kept import Kept
from lstmgallery.lab.checkpoint import read_checkpoint, write_checkpoint
from lstmgallery.network import Network
from lstmgallery.report import Report, Stated, Wrong, read_report
from lstmgallery.searches import read_search, write_search
from tests.conftest import search_record, small_network

CHANGES = 150  # of each kind of file
LONGEST_SECONDS = 5.0  # of one reading: generous, as machines are busy
JUNK: tuple[Any, ...] = (
    None, True, -1, 10**30, 1e308, "", "x", "\u202e</script>", "../../x", [], {}, [[]], {"": None}, "NaN", [1] * 1000,
)  # fmt: skip

Read = Callable[[Path], Any]


def write_record_of_a_search(file: Path, network: Network) -> None:
    write_search(file, search_record(network))


def write_record_of_copies(file: Path, _: Network) -> None:
    text = Compared(start="a", seed=1, sha256="1" * 64, characters=9, longest=3, margin=0.5)
    usual = Usual(texts=2, written=(3, 4), held_out=(1, 2), copies=0, held_out_copies=0)
    write_copies(file, Copies(weights="0" * 64, corpus="2" * 64, usual=usual, texts=(text,)))


def write_stamp(file: Path, _: Network) -> None:
    file.write_text(json.dumps({"key": "k", "outputs": {"a.txt": "0" * 64}}), encoding="utf-8")


def write_last_report(file: Path, _: Network) -> None:
    report = Report((Stated("a", "train", "1 s"),), ("b",), wrong=(Wrong("fails", "it"),), pages=3, gone=("x.html",))
    report.write(file, "sources", "made")


def read_stamp(file: Path) -> None:
    stage = Stage("stage", file.parent, "k", ("a.txt",))
    file.rename(stage.stamp)
    try:
        assert not is_current(stage)
        assert isinstance(damage(stage), list)
    finally:
        stage.stamp.rename(file)


TEXTS: dict[str, tuple[Callable[[Path, Network], None], Read]] = {
    "search": (write_record_of_a_search, read_search),
    "copies": (write_record_of_copies, read_copies),
    "stamp": (write_stamp, read_stamp),
    "report": (write_last_report, lambda file: read_report(file, "sources", lambda: "made")),
}


def outcome(read: Read, file: Path) -> GalleryError | None:
    """Read a file in time; return the error by which it is refused. Whatever else is raised fails the test."""
    began, refused = time.monotonic(), None
    try:
        read(file)
    except GalleryError as error:
        refused = error
    assert time.monotonic() - began < LONGEST_SECONDS
    if refused is not None:
        assert {problem.place for problem in refused.problems} == {str(file)}
        assert len(str(refused)) < 2_000
    return refused


def changed_bytes(data: bytes, chance: random.Random) -> bytes:
    """Return a file with a flipped bit, cut off, with a piece gone, doubled or overwritten, or with another in it."""
    at, to = sorted(chance.randrange(len(data)) for _ in range(2))
    junk = chance.choice([b"\x00", b"\xff\xfe", b"{", b'"', b"}" * 9, b"\n", bytes(chance.randbytes(8))])
    flipped = bytes([data[at] ^ 1 << chance.randrange(8)])
    return chance.choice(
        [
            data[:at] + flipped + data[at + 1 :],
            data[:at],
            data[:at] + data[to:],
            data[:to] + data[at:],
            data[:at] + junk + data[at:],
            data[:at] + junk + data[at + len(junk) :],
        ]
    )


def changed_values(value: Any, chance: random.Random) -> Any:
    """Return JSON with one value, key or member exchanged for something else, left out or doubled."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(list(value))
        if chance.random() < 0.1:
            return {name: each for name, each in value.items() if name != key}
        if chance.random() < 0.1:
            return {**value, str(chance.choice(JUNK)): value[key]}
        return {**value, key: changed_values(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        at = chance.randrange(len(value))
        return [
            *value[:at],
            *chance.choice([[], [changed_values(value[at], chance)], [value[at]] * 2]),
            *value[at + 1 :],
        ]
    return chance.choice(JUNK)


@pytest.mark.parametrize("kind", TEXTS)
def test_a_changed_file_of_text_is_read_or_refused(kind: str, tmp_path: Path) -> None:
    write, read = TEXTS[kind]
    file = tmp_path / "small.json"
    write(file, small_network(tmp_path / "content"))
    assert outcome(read, file) is None
    data, chance = file.read_bytes(), random.Random(kind)
    refused = 0
    for _ in range(CHANGES):
        file.write_bytes(changed_bytes(data, chance))
        refused += outcome(read, file) is not None
        file.write_text(json.dumps(changed_values(json.loads(data), chance)), encoding="utf-8")
        refused += outcome(read, file) is not None
    assert refused > CHANGES or kind in ("stamp", "report")  # which are made again


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(
    "data", [b"[" * 200_000, b'{"a":' * 200_000, b'{"format": ' + b"9" * 100_000 + b"}", b"\xef\xbb\xbf{}"]
)
def test_a_file_that_is_deep_or_long_is_read_or_refused(kind: str, data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "small.json"
    file.write_bytes(data)
    outcome(TEXTS[kind][1], file)


def test_changed_tables_are_read_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "training.parquet"
    columns = store.RESULT_COLUMNS[file.name]
    rows = pd.DataFrame({name: np.arange(40.0) for name in columns})
    store.write_results(file, rows, {"criterion": None})
    data, chance = file.read_bytes(), random.Random(1)
    refused = 0
    for _ in range(2 * CHANGES):
        file.write_bytes(changed_bytes(data, chance))
        refused += outcome(store.read_table, file) is not None
        refused += outcome(store.read_about, file) is not None
    assert refused > CHANGES


def test_a_table_that_says_nothing_of_itself_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "training.parquet"
    pd.DataFrame({"step": [1]}).to_parquet(file)
    error = outcome(store.read_about, file)
    assert error is not None
    assert error.problems[0].hint == "delete it and build again"


def test_changed_checkpoints_are_read_or_none(tmp_path: Path) -> None:
    file = tmp_path / ".training.npz"
    write_checkpoint(file, "k", {"step": 3}, {"carried/0": np.ones((3, 2), np.float32)})
    data, chance = file.read_bytes(), random.Random(2)
    for _ in range(2 * CHANGES):
        file.write_bytes(changed_bytes(data, chance))
        found = read_checkpoint(file, "k")
        assert found is None or list(found[0]) == ["step"]


def test_a_checkpoint_with_a_deep_head_is_none(tmp_path: Path) -> None:
    file = tmp_path / ".training.npz"
    np.savez(file, header=np.array("[" * 200_000))
    assert read_checkpoint(file, "k") is None


def test_changed_values_kept_between_builds_are_made_again_or_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    with Kept(file) as kept:
        assert kept.take("key", lambda: b"value") == b"value"
        kept.save()
    (stored,) = [each for each in tmp_path.rglob("*") if each.is_file()]
    data, chance = stored.read_bytes(), random.Random(3)
    for _ in range(CHANGES):
        stored.write_bytes(changed_bytes(data, chance))
        with Kept(file) as kept:
            assert kept.take("key", lambda: b"value") == b"value"
