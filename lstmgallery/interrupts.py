"""Ctrl-C where a library would swallow it: held back while the library works, and delivered between its calls."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts_held() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C back within the block; give a function that delivers one that has come, as does leaving the block.

    An import or a compilation that is interrupted half-way fails in ways of its own, or goes on as if nothing had
    happened. In other threads than the main one, which handle no signals, nothing is held.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    held: list[int] = []
    before: Any = signal.signal(signal.SIGINT, lambda number, _: held.append(number))

    def deliver() -> None:
        if held and callable(before):
            before(held.pop(), None)

    try:
        yield deliver
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    deliver()
