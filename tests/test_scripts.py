"""Rules for every script that a page loads, from any part of the package."""

import json
from pathlib import Path

import pytest

from tests import types_of_scripts
from tests.check import CHECKS
from tests.conftest import ROOT

SCRIPTS = sorted(file for file in (ROOT / "lstmgallery").rglob("*.js") if "vendor" not in file.parts)
CASES = sorted((ROOT / "tests" / "js").glob("*.js"))
LONGEST = 120  # characters of a line, as ruff has it for Python


def test_there_are_scripts_of_every_part() -> None:
    assert {"explorer", "static", "preview"} <= {script.parent.name for script in SCRIPTS}


@pytest.mark.parametrize("script", [*SCRIPTS, *CASES], ids=lambda script: f"{script.parent.name}-{script.stem}")
def test_no_line_of_a_script_is_too_long(script: Path) -> None:
    lines = enumerate(script.read_text(encoding="utf-8").splitlines(), start=1)
    assert [number for number, line in lines if len(line) > LONGEST] == []


def test_the_types_of_all_scripts_are_checked_strictly() -> None:
    config = json.loads(types_of_scripts.CONFIG.read_text(encoding="utf-8"))
    assert config["include"] == ["../lstmgallery/**/*.js"]
    assert config["exclude"] == ["../lstmgallery/press/theme/vendor"]  # what others wrote
    assert config["compilerOptions"]["checkJs"]
    assert config["compilerOptions"]["strict"]
    assert (types_of_scripts.__name__,) in CHECKS


def test_without_node_the_check_of_types_fails_and_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert types_of_scripts.main() == 1
    assert capfd.readouterr().err == (
        "The scripts' types cannot be checked: there is no npx. Install Node.js, 20 or later, with npm.\n"
    )
