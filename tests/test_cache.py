"""A stage runs again when its code, its specification, its inputs or its libraries change, and only then."""

import ast
import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import lstmgallery
from lstmgallery import cache
from lstmgallery.cache import (
    PACKAGE,
    Stage,
    code_fingerprint,
    damage,
    file_hash,
    imported_modules,
    is_current,
    replacing,
    stage_key,
)
from tests.conftest import run_python

CODE = ("lstmgallery.desk.examine", "lstmgallery.stages")
FINGERPRINT = "from lstmgallery.cache import code_fingerprint; print(code_fingerprint('lstmgallery.lab.train'))"


def make_stage(folder: Path, *, key: str = "key") -> Stage:
    return Stage("train", folder, key, ("one.txt", "two.txt"))


def run_stage(stage: Stage, *, text: str = "made") -> None:
    with replacing(stage) as into:
        for name in stage.outputs:
            (into / name).write_text(f"{text} {name}", encoding="utf-8")


def test_a_finished_stage_is_current(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    assert not is_current(stage)
    run_stage(stage)
    assert is_current(stage)
    assert damage(stage) == []


def test_a_stage_with_another_key_is_not_current(tmp_path: Path) -> None:
    run_stage(make_stage(tmp_path))
    assert not is_current(make_stage(tmp_path, key="other"))


def test_a_touched_file_is_still_current(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    run_stage(stage)
    os.utime(tmp_path / "one.txt", (1, 1))
    assert is_current(stage)


def test_a_changed_output_is_reported_with_place_and_mend(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    run_stage(stage)
    (tmp_path / "two.txt").write_text("changed", encoding="utf-8")
    assert not is_current(stage)
    (problem,) = damage(stage)
    assert problem.place == str(tmp_path / "two.txt")
    written, found = (hashlib.sha256(text).hexdigest()[:12] for text in (b"made two.txt", b"changed"))
    assert problem.message == f"expected the file that was written here (SHA-256 {written}…), found {found}…"
    assert problem.hint == "the stage will run again"


def test_a_missing_output_is_reported(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    run_stage(stage)
    (tmp_path / "one.txt").unlink()
    assert not is_current(stage)
    (problem,) = damage(stage)
    assert problem.place == str(tmp_path / "one.txt")
    assert problem.message.endswith("found no file…")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "7", '"text"', "{}", '{"key": "key"}', '{"key": "key", "outputs": 3}'],
)
def test_a_stamp_that_is_none_is_reported_and_never_current(tmp_path: Path, text: str) -> None:
    stage = make_stage(tmp_path)
    run_stage(stage)
    stage.stamp.write_text(text, encoding="utf-8")
    assert not is_current(stage)
    (problem,) = damage(stage)
    assert problem.place == str(stage.stamp)
    message = "expected the stamp of a finished stage, found other content"
    assert (problem.message, problem.hint) == (message, "the stage will run again")


def test_a_stamp_that_is_no_text_is_reported(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    run_stage(stage)
    stage.stamp.write_bytes(b"\xff\xfe\x00")
    assert not is_current(stage)
    assert len(damage(stage)) == 1


def test_a_failing_stage_leaves_the_earlier_results(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    run_stage(stage, text="first")

    def fail_midway() -> None:
        with replacing(make_stage(tmp_path, key="other")) as into:
            (into / "one.txt").write_text("second one.txt", encoding="utf-8")
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        fail_midway()
    assert is_current(stage)
    assert (tmp_path / "one.txt").read_text(encoding="utf-8") == "first one.txt"
    assert sorted(file.name for file in tmp_path.iterdir()) == [".train.json", "one.txt", "two.txt"]


def test_a_stage_that_leaves_out_a_file_fails(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    with pytest.raises(FileNotFoundError), replacing(stage) as into:
        (into / "one.txt").write_text("made", encoding="utf-8")
    assert not is_current(stage)


def test_a_stage_killed_between_its_files_is_not_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = make_stage(tmp_path)
    run_stage(stage)
    moved: list[Path] = []
    replace = os.replace

    def killed(one: Path, other: Path) -> None:
        if moved:
            raise KeyboardInterrupt
        moved.append(other)
        replace(one, other)

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        run_stage(stage, text="again")
    assert moved == [tmp_path / "one.txt"]
    assert not is_current(stage)
    assert damage(stage) == []  # nobody changed a file


def test_what_a_killed_stage_left_half_done_is_removed(tmp_path: Path) -> None:
    partial = tmp_path / ".train.partial"
    partial.mkdir()
    (partial / "stray.txt").write_text("left over", encoding="utf-8")
    run_stage(make_stage(tmp_path))
    assert sorted(file.name for file in tmp_path.iterdir()) == [".train.json", "one.txt", "two.txt"]


@pytest.fixture
def given(tmp_path: Path) -> Callable[..., str]:
    """A stage's key from parts that a test can vary."""
    (tmp_path / "input.txt").write_text("input", encoding="utf-8")

    def key(
        *, code: tuple[str, str] = CODE, units: int = 6, text: str = "input", libraries: tuple[str, ...] = ("numpy",)
    ) -> str:
        (tmp_path / "input.txt").write_text(text, encoding="utf-8")
        work, caller = code
        given = [tmp_path / "input.txt"]
        return stage_key([work], caller=caller, spec={"units": units}, inputs=given, libraries=libraries)

    return key


def test_equal_parts_give_equal_keys(given: Callable[..., str]) -> None:
    assert given() == given()


@pytest.mark.parametrize(
    "change",
    [
        {"units": 7},
        {"text": "another input"},
        {"libraries": ("numpy", "pandas")},
        {"code": ("lstmgallery.lab.train", "lstmgallery.stages")},
        {"code": ("lstmgallery.desk.examine", "lstmgallery.cli")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_part_changes_the_key(given: Callable[..., str], change: dict[str, object]) -> None:
    assert given(**change) != given()


def key_of(*inputs: Path, spec: Mapping[str, object] = MappingProxyType({})) -> str:
    work, caller = CODE
    return stage_key([work], caller=caller, spec=dict(spec), inputs=inputs, libraries=["numpy"])


def test_the_order_of_a_specification_and_of_inputs_does_not_change_the_key(tmp_path: Path) -> None:
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    one.write_text("one", encoding="utf-8")
    other.write_text("other", encoding="utf-8")
    keys = {key_of(one, other, spec={"units": 6, "seed": 1}), key_of(other, one, spec={"seed": 1, "units": 6})}
    assert len(keys) == 1


def test_two_inputs_that_change_places_change_the_key(tmp_path: Path) -> None:
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    keys = set()
    for text in ("first", "second"):
        one.write_text(text, encoding="utf-8")
        other.write_text({"first": "second", "second": "first"}[text], encoding="utf-8")
        keys |= {key_of(one, other), key_of(other, one)}
    assert len(keys) == 2


def test_the_version_of_a_library_changes_the_key(given: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = given()
    monkeypatch.setattr("lstmgallery.cache._version", lambda _: "0.0.1")
    assert given() != before


def copy_package(folder: Path) -> Path:
    package = folder / "lstmgallery"
    shutil.copytree(Path(lstmgallery.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    return package


def fingerprint_in(folder: Path) -> str:
    run = run_python("-c", FINGERPRINT, cwd=folder)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize(
    ("module", "is_part"),
    [
        ("lab/train.py", True),  # itself
        ("lab/__init__.py", True),  # the package it stands in
        ("cells/layer.py", True),  # through lab.model
        ("cells/lstm/layer.py", True),  # imported by its name
        ("cells/lstm/diagram.py", False),
        ("cells/lstm/reference.py", False),
        ("tasks/languages/counting.py", True),  # through network and tasks
        ("cells/table.py", True),
        ("press/pages.py", False),
        ("desk/moments.py", False),
        ("cli.py", False),
    ],
)
def test_the_fingerprint_follows_the_imports(tmp_path: Path, module: str, is_part: bool) -> None:
    package = copy_package(tmp_path)
    before = fingerprint_in(tmp_path)
    with (package / module).open("a", encoding="utf-8") as file:
        file.write("# another comment\n")
    assert (fingerprint_in(tmp_path) != before) == is_part


def test_the_fingerprint_is_the_same_wherever_the_package_lies(tmp_path: Path) -> None:
    copy_package(tmp_path)
    assert fingerprint_in(tmp_path) == code_fingerprint("lstmgallery.lab.train")


def test_a_file_is_read_again_only_if_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_TICK_NS", 0)
    file = tmp_path / "a"
    file.write_bytes(b"one")
    times = file.stat()
    first = file_hash(file)
    read: list[str] = []
    really = hashlib.file_digest

    def note(stream: Any, digest: str) -> Any:
        read.append(stream.name)
        return really(stream, digest)

    monkeypatch.setattr(hashlib, "file_digest", note)
    assert (file_hash(file), read) == (first, [])
    time.sleep(0.05)  # more than a tick
    file.write_bytes(b"two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # as an editor may set them
    assert file_hash(file) != first
    assert read == [str(file)]


def test_a_file_that_has_just_changed_is_read_again(tmp_path: Path) -> None:
    for content in (b"one", b"two", b"one"):
        (tmp_path / "a").write_bytes(content)
        assert file_hash(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_imports_inside_functions_are_found() -> None:
    source = "import os\ndef work():\n    from lstmgallery.lab.train import train\n    import lstmgallery.store\n"
    found = imported_modules(source)
    assert found == ["lstmgallery.lab.train", "lstmgallery.lab.train.train", "lstmgallery.store"]


def test_all_imports_of_this_package_are_found() -> None:
    for file in PACKAGE.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        expected: set[str] = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module:
                expected |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                expected |= {alias.name for alias in node.names}
        ours = {name for name in expected if name.split(".")[0] == PACKAGE.name}
        assert ours <= set(imported_modules(source)), file


def test_an_import_from_the_package_it_stands_in_names_no_module() -> None:
    assert imported_modules("from . import store\nfrom lstmgallery import cache\n") == [
        "lstmgallery",
        "lstmgallery.cache",
    ]


def test_a_stage_that_the_system_refuses_names_its_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as raised, replacing(make_stage(tmp_path)):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert raised.value.filename == str(tmp_path)


def test_a_file_that_a_stage_did_not_stamp_is_reported(tmp_path: Path) -> None:
    run_stage(Stage("train", tmp_path, "key", ("one.txt",)))
    (tmp_path / "two.txt").write_text("from elsewhere", encoding="utf-8")
    (problem,) = damage(make_stage(tmp_path))
    assert problem.place == str(tmp_path / "two.txt")
    assert "expected the file that was written here (SHA-256 nothing…)" in problem.message


def test_a_stamp_holds_no_path_and_no_time(tmp_path: Path) -> None:
    stamps = []
    for name in ("one", "other"):
        stage = make_stage(tmp_path / name)
        stage.folder.mkdir()
        run_stage(stage)
        stamps.append(json.loads(stage.stamp.read_text(encoding="utf-8")))
    assert stamps[0] == stamps[1]
