"""Ctrl-C in libraries that would swallow it: held back while the library works, delivered between its calls."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts_held() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C back within the block; yield a function that delivers a pending one, as does leaving the block.

    An interrupted import or compilation fails in odd ways, or continues as if nothing had happened. Only the main
    thread handles signals; in other threads nothing is held back.
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
