"""A pytest plugin that runs the tests named in a file, in its order.

    LSTMGALLERY_CHOSEN=<file> pytest -p tests.mutation.chosen <their files>

Thousands of names on the command line take pytest minutes to sort out.
"""

import os
from pathlib import Path

import pytest

CHOSEN = "LSTMGALLERY_CHOSEN"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the chosen tests, in their order."""
    order = {name: at for at, name in enumerate(Path(os.environ[CHOSEN]).read_text(encoding="utf-8").splitlines())}
    items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])
