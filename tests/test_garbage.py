"""The program and its workers rarely look for circles of objects."""

from lstmgallery.garbage import OBJECTS_APART
from tests.conftest import run_python

PROGRAM = """
import gc
from lstmgallery.cli import main
from lstmgallery.workers import Workers

if __name__ == "__main__":
    main(["status", "--help"], standalone_mode=False)
    with Workers() as workers:
        print(gc.get_threshold()[0], workers.submit(gc.get_threshold).result()[0])
"""


def test_the_program_and_its_workers_look_for_circles_rarely() -> None:
    assert run_python("-c", PROGRAM).stdout.splitlines()[-1] == f"{OBJECTS_APART} {OBJECTS_APART}"
