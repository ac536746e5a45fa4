"""The installed package: a wheel with all of its files, built without a trace in the source tree."""

import re
import shutil
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from tests.conftest import ROOT, files_of, run_python

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a wheel's sources, with a folder of results from a build of the gallery."""
    folder = tmp_path_factory.mktemp("source")
    shutil.copytree(ROOT / "lstmgallery", folder / "lstmgallery", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "build" / "counter").mkdir(parents=True)
    (folder / "build" / "counter" / "weights.npz").write_bytes(b"weights")
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the wheel by their paths."""
    before = files_of(source)
    output = tmp_path_factory.mktemp("wheel")
    run = run_python("-m", "hatchling", "build", "-t", "wheel", "-d", str(output), cwd=source)
    assert run.returncode == 0, run.stderr
    assert files_of(source) == before  # build/ is the cache of results: nothing may be left in it
    (file,) = output.iterdir()
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(wheel: dict[str, bytes]) -> Message:
    (path,) = [path for path in wheel if path.endswith(".dist-info/METADATA")]
    return Parser().parsestr(wheel[path].decode("utf-8"))


def test_a_wheel_holds_every_file_of_the_package_but_its_documents(source: Path, wheel: dict[str, bytes]) -> None:
    files = {f"lstmgallery/{path}": content for path, content in files_of(source / "lstmgallery").items()}
    installed = {path: content for path, content in wheel.items() if ".dist-info/" not in path}
    assert installed == {path: content for path, content in files.items() if not path.endswith(".md")}
    assert {Path(path).suffix for path in installed} >= {".py", ".html", ".css", ".js", ".svg", ".xml", ".typed"}


def test_a_wheel_has_the_version_that_the_program_prints(wheel: dict[str, bytes]) -> None:
    run = run_python("-m", "lstmgallery", "--version")
    assert run.stdout.split()[-1] == metadata(wheel)["Version"]


def test_the_supported_versions_of_python_are_the_same_wherever_they_are_named() -> None:
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()  # type: ignore[union-attr]
    supported = [f"3.{minor}" for minor in range(int(low), int(high))]
    classifiers = [text.removeprefix("Programming Language :: Python :: ") for text in PROJECT["classifiers"]]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [text for text in classifiers if re.fullmatch(r"3\.\d+", text)] == supported
    assert f"Python {', '.join(supported[:-1])} or {supported[-1]}" in readme


def test_a_package_that_ships_its_types_says_so(wheel: dict[str, bytes]) -> None:
    assert wheel["lstmgallery/py.typed"] == b""
    assert "Typing :: Typed" in metadata(wheel).get_all("Classifier", [])
