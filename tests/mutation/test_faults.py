"""The possible faults: each is one change, and leaves a file that Python still compiles."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.mutation.faults import find_faults

PYTHON = """
def f(a: int = 3, *, key="<"):
    assert a > 2
    if not a and key:
        g(a, strict=True)
    return max(abs(a), -1, key=len) if a <= 2.5 else zip(a, a, strict=True)
"""
SCRIPT = "if (a && !b) { c(); }\nd += e ? Math.abs(-1) : f ?? 2.5;\n"


def changes(folder: Path, name: str, source: str) -> set[str]:
    (folder / name).write_text(source)
    return {str(fault) for fault in find_faults(folder, name)}


def test_faults_of_python(tmp_path: Path) -> None:
    assert changes(tmp_path, "a.py", PYTHON) == {
        "a.py:2: 3 -> 4",
        "a.py:4: not a -> (a)",
        "a.py:4: not a and key -> (not (not a and key))",
        "a.py:4: and -> or",
        "a.py:5: g(a, strict=True) -> pass",
        "a.py:6: max -> min",
        "a.py:6: abs(a) -> (a)",
        "a.py:6: -1 -> (1)",
        "a.py:6: 1 -> 2",
        "a.py:6: key=len -> nothing",
        "a.py:6: <= -> <",
        "a.py:6: 2.5 -> (2.5 + 0.5)",
    }


def test_faults_of_a_script(tmp_path: Path) -> None:
    assert changes(tmp_path, "a.js", SCRIPT) == {
        "a.js:1: (a && !b) -> (!((a && !b)))",
        "a.js:1: && -> ||",
        "a.js:1: !b -> (b)",
        "a.js:1: c(); -> ;",
        "a.js:2: += -> -=",
        "a.js:2: e -> (!(e))",
        "a.js:2: Math.abs(-1) -> (-1)",
        "a.js:2: -1 -> (1)",
        "a.js:2: 1 -> 2",
        "a.js:2: ?? -> &&",
        "a.js:2: 2.5 -> (2.5 + 0.5)",
    }


@pytest.mark.parametrize("path", ["lstmgallery/desk/roles.py", "lstmgallery/press/marks/plots.py", "build_site.py"])
def test_every_fault_of_a_module_compiles(path: str) -> None:
    source = (ROOT / path).read_bytes()
    faults = find_faults(ROOT, path)
    assert faults
    for fault in faults:
        assert fault.plant(source) != source
        compile(fault.plant(source), path, "exec", dont_inherit=True)
