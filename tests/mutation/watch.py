"""A pytest plugin that records the lines of the package that each test runs, and its duration.

    LSTMGALLERY_WATCH=<folder> pytest -p tests.mutation.watch -n 2

Lines run by a fixture of a module or a session count for every test with the fixture.
"""

import json
import os
import time
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage
import pytest

FOLDER = "LSTMGALLERY_WATCH"
SLOW = 10.0  # seconds of a fixture that makes it a slow one
FIXTURE = "fixture "  # before the name of a fixture, where else the name of a test is


@dataclass
class Test:
    """A test's record: the seconds of its call, and its fixtures."""

    __test__ = False
    seconds: float = 0.0
    fixtures: list[str] = field(default_factory=list)


class Watch:
    """The record of one process of the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.coverage = coverage.Coverage(
            data_file=str(folder / "lines"), data_suffix=True, source_pkgs=["lstmgallery"], config_file=False
        )
        self.coverage.set_option("run:disable_warnings", ["already-imported", "module-not-measured"])
        self.context = ""
        self.tests: dict[str, Test] = defaultdict(Test)
        self.fixtures: dict[str, float] = {}

    def switch(self, context: str) -> None:
        self.context = context
        self.coverage.switch_context(context)

    def pytest_sessionstart(self) -> None:
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self.switch(item.nodeid)
        self.tests[item.nodeid].fixtures = sorted(getattr(item, "fixturenames", ()))
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":
            return (yield)
        before, began = self.context, time.perf_counter()
        self.switch(FIXTURE + fixturedef.argname)
        try:
            return (yield)
        finally:
            self.switch(before)
            self.fixtures[fixturedef.argname] = time.perf_counter() - began

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        began = time.perf_counter()
        try:
            return (yield)
        finally:
            self.tests[item.nodeid].seconds += time.perf_counter() - began

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        self.coverage.save()
        known = {"tests": {name: vars(test) for name, test in self.tests.items()}, "fixtures": self.fixtures}
        (self.folder / f"tests-{os.getpid()}.json").write_text(json.dumps(known), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Watch this process of the run, unless it distributes the tests to others."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        config.pluginmanager.register(Watch(Path(os.environ[FOLDER])))


@dataclass(frozen=True)
class Watched:
    """The record of a run: the tests, the seconds of each shared fixture, and the tests of each file and line."""

    tests: dict[str, Test]
    fixtures: dict[str, float]
    runners: dict[str, dict[int, set[str]]]

    def find_tests(self, path: str, lines: tuple[int, int]) -> tuple[list[str], list[str]]:
        """Return the tests that run any of these lines (first, last), or any of the file if these run on import.

        Those named after the module come first; in both groups, the quickest come first and tests
        with a slow fixture last.
        """
        runners = self.runners.get(path, {})
        names = set().union(*(runners.get(line, set()) for line in range(lines[0], lines[1] + 1)))
        names = names - {""} or set().union(*runners.values())
        fixtures = {name.removeprefix(FIXTURE) for name in names if name.startswith(FIXTURE)}
        tests = [name for name, test in self.tests.items() if name in names or fixtures.intersection(test.fixtures)]
        tests.sort(key=lambda name: (self._is_slow(name), self.tests[name].seconds, name))
        own = [name for name in tests if f"test_{Path(path).stem}.py" in name and not self._is_slow(name)]
        return own, [name for name in tests if name not in set(own)]

    def _is_slow(self, name: str) -> bool:
        return max((self.fixtures.get(fixture, 0.0) for fixture in self.tests[name].fixtures), default=0.0) > SLOW


def read_watched(folder: Path, root: Path) -> Watched:
    """Read the record in `folder` of a run on the checkout at `root`."""
    tests: dict[str, Test] = {}
    fixtures: dict[str, float] = {}
    for file in sorted(folder.glob("tests-*.json")):
        known = json.loads(file.read_text(encoding="utf-8"))
        tests |= {name: Test(**test) for name, test in known["tests"].items()}
        for name, seconds in known["fixtures"].items():
            fixtures[name] = max(seconds, fixtures.get(name, 0.0))
    runners: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file in sorted(folder.glob("lines.*")):
        data = coverage.CoverageData(str(file))
        data.read()
        for path in data.measured_files():
            for line, contexts in data.contexts_by_lineno(path).items():
                runners[Path(path).relative_to(root).as_posix()][line].update(contexts)
    return Watched(tests, fixtures, runners)
