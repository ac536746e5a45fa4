"""Decide whether a stage has to run: a cache keyed by content, never by clock.

A stage's key hashes its own code (and all modules of this package that it imports), its specification, its inputs and
the versions of its libraries. A stamp beside its outputs holds that key and the hash of every output, so both stale
and damaged files are detected.
"""

import ast
import functools
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstmgallery.errors import Problem, naming
from lstmgallery.whole import parse_json

PACKAGE = Path(__file__).parent
_IMPORT = re.compile(
    rf"^[ \t]*(?:from ({PACKAGE.name}[\w.]*) import (\([^)]*\)|.*)|import ({PACKAGE.name}[\w.]*))", re.MULTILINE
)
_NAME = re.compile(r"(\w+)(?: as \w+)?")
_HASHES: dict[Path, tuple[tuple[int, ...], str]] = {}  # of files read by this process, with their states
_TICK_NS = 1_000_000_000  # longer than any clock of files takes from one time to the next


@dataclass(frozen=True)
class Stage:
    """One stage of one network: `outputs` are the names of the files it writes to `folder`."""

    name: str
    folder: Path
    key: str
    outputs: tuple[str, ...]

    @property
    def stamp(self) -> Path:
        return self.folder / f".{self.name}.json"


def stage_key(code: Iterable[str], *, caller: str, spec: Any, inputs: Iterable[Path], libraries: Iterable[str]) -> str:
    """Return the key of a stage.

    `code` names the modules that do the work, hashed with all their imports, and `caller` the module that calls them,
    hashed alone; `spec` is JSON; `inputs` are the files the stage reads.
    """
    parts = {
        "code": [*map(code_fingerprint, code), file_hash(_source_file(caller))],
        "spec": spec,
        "inputs": {file.name: file_hash(file) for file in inputs},
        "libraries": library_versions(libraries),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Return the installed versions of libraries, without importing them."""
    return {name: _version(name) for name in names}


@functools.cache  # looking one up takes a millisecond, and every stage of every network asks for several
def _version(name: str) -> str:
    return importlib.metadata.version(name)


def is_current(stage: Stage) -> bool:
    """Return whether the stage's outputs exist, are undamaged, and were made under its key."""
    return _stamped_key(stage) == stage.key and not damage(stage)


def damage(stage: Stage) -> list[Problem]:
    """Return a problem for each output changed since the stage wrote it; none if it never ran under its key."""
    try:
        stamp = parse_json(stage.stamp.read_bytes())
        key, hashes = str(stamp["key"]), {str(name): str(each) for name, each in stamp["outputs"].items()}
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        message = "expected the stamp of a finished stage, found other content"
        return [Problem(str(stage.stamp), message, hint="the stage will run again")]
    if key != stage.key:
        return []
    problems = []
    for name in stage.outputs:
        expected = hashes.get(name, "nothing")
        file = stage.folder / name
        found = file_hash(file) if file.is_file() else "no file"
        if found != expected:
            message = f"expected the file that was written here (SHA-256 {expected[:12]}…), found {found[:12]}…"
            problems.append(Problem(str(file), message, hint="the stage will run again"))
    return problems


@contextmanager
def replacing(stage: Stage) -> Iterator[Path]:
    """Yield a folder for the outputs; move them into place and stamp them if the block succeeds."""
    partial = stage.folder / f".{stage.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        with naming(stage.folder):
            yield partial
            stage.stamp.unlink(missing_ok=True)
            hashes = {name: file_hash(partial / name) for name in stage.outputs}
            for name in stage.outputs:
                os.replace(partial / name, stage.folder / name)
            stamp = partial / stage.stamp.name
            stamp.write_text(json.dumps({"key": stage.key, "outputs": hashes}, indent=1) + "\n", encoding="utf-8")
            os.replace(stamp, stage.stamp)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def file_hash(file: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    A preview asks for those of the same sixty megabytes after every save: a process reads a file again only if the
    system says that it has changed. What it says of the last moment is not trusted: clocks of files tick slowly.
    """
    found = file.stat()
    state = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    known = _HASHES.get(file)
    if known is not None and known[0] == state:
        return known[1]
    with file.open("rb") as stream:
        made = hashlib.file_digest(stream, "sha256").hexdigest()
    if time.time_ns() - found.st_ctime_ns > _TICK_NS:
        _HASHES[file] = state, made
    return made


@functools.cache
def code_fingerprint(module: str) -> str:
    """Return a hash of the source of `module` and of every module of this package it imports, directly or not."""
    sources: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if not name or name in sources or not (file := _source_file(name)).is_file():
            continue
        sources[name], imports = _read_module(file)
        waiting += [*imports, name.rpartition(".")[0]]
    return hashlib.sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()


@functools.cache
def _read_module(file: Path) -> tuple[str, tuple[str, ...]]:
    """Return the source of a module and what it imports; most modules are part of several fingerprints."""
    source = file.read_text(encoding="utf-8")
    return source, tuple(imported_modules(source))


def imported_modules(source: str) -> list[str]:
    """Return every module of this package that a source text imports, at the top or inside a function.

    Read by a pattern, since parsing takes a tenth of a second a build: a text that looks like an import counts as one,
    and names that are no modules are found too.
    """
    found = []
    for module, names, whole in _IMPORT.findall(source):
        found += [module, *(f"{module}.{name}" for name in _NAME.findall(names))] if module else [whole]
    if "import_module" in source:
        calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
        for call in calls:
            if ast.unparse(call.func) == "import_module":
                found += _modules_like(call.args[0])
    return found


def _modules_like(name: ast.expr) -> list[str]:
    """Return every module of this package whose name matches an f-string, any text in place of a value."""
    parts = [part.value if isinstance(part, ast.Constant) else "*" for part in getattr(name, "values", [name])]
    pattern = "".join(map(str, parts)).removeprefix(f"{PACKAGE.name}.").replace(".", "/")
    files = sorted(PACKAGE.glob(f"{pattern}.py"))
    return [".".join((PACKAGE.name, *file.relative_to(PACKAGE).with_suffix("").parts)) for file in files]


def _source_file(module: str) -> Path:
    """Return the file of a module of this package, or a package's `__init__`; for any other name, a missing file."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _stamped_key(stage: Stage) -> str | None:
    try:
        return str(parse_json(stage.stamp.read_bytes())["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
