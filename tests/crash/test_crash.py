"""A sample of builds that are stopped; `python -m tests.crash` tries all."""

import json

from tests.conftest import run_python
from tests.crash.stops import WAYS


def test_a_build_stopped_anywhere_leaves_a_whole_site_and_the_next_one_succeeds() -> None:
    run = run_python("-m", "tests.crash", "--kind", "render", "--points", "8", "--seed", "3", "--json", timeout=300)
    assert run.returncode == 0, run.stderr
    trials = json.loads(run.stdout)
    assert [each for each in trials if each["wrong"]] == []
    assert {each["found"] for each in trials} == {"old", "new"}
    assert len({each["way"] for each in trials}) > len(WAYS) // 2
