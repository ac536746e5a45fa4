"""A contender's side: read cases from standard input, a JSON object a line, and answer each with seconds.

It needs nothing but Python, so that contenders in another environment can import it.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

SYMBOLS = 100  # of the texts that all train on

Timed = Callable[[], float]  # does the work once and returns the seconds that it took


def serve(works: dict[str, Callable[..., Timed]]) -> None:
    """Time works by name until standard input ends.

    A case is `{"work": its name, ...}`; its other values go to the function that prepares it. What was prepared is kept
    until another case comes. The first run, which may compile, does not count.
    """
    prepared: tuple[str, Timed] | None = None
    for line in sys.stdin:
        if prepared is None or prepared[0] != line:
            case: dict[str, Any] = json.loads(line)
            timed = works[case.pop("work")](**case)
            timed()
            prepared = line, timed
        print(json.dumps(prepared[1]()), flush=True)
