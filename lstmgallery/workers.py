"""Processes for single-threaded work."""

import concurrent.futures
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from lstmgallery.garbage import collect_rarely

Result = TypeVar("Result")


class Workers:
    """Processes for single-threaded work, started when first needed, one per processor."""

    def __init__(self) -> None:
        self.processes = os.cpu_count() or 1
        self._pool: concurrent.futures.ProcessPoolExecutor | None = None

    def pool(self) -> concurrent.futures.ProcessPoolExecutor:
        """Return the processes, starting them if necessary."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
            self._pool = concurrent.futures.ProcessPoolExecutor(
                self.processes, mp_context=context, initializer=_begin_worker
            )
        return self._pool

    def submit(self, work: Callable[..., Result], *arguments: Any) -> "concurrent.futures.Future[Result]":
        """Run `work` in one of the processes. They leave Ctrl-C to this process from the start."""
        pool = self.pool()
        if not hasattr(signal, "pthread_sigmask"):
            return pool.submit(work, *arguments)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # child processes inherit blocked signals
        try:
            return pool.submit(work, *arguments)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is None:
            return
        if kind is not None:  # nobody needs their results any more
            for process in multiprocessing.active_children():
                process.terminate()
        self._pool.shutdown(cancel_futures=True)


def _begin_worker() -> None:
    """Keep TensorFlow, not yet imported here, from starting competing threads, and end with the build.

    A killed build cannot end its workers, and they would keep training for minutes.
    """
    collect_rarely()
    os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
    build = multiprocessing.parent_process()
    assert build is not None

    def end_with_build() -> None:
        build.join()
        os._exit(1)

    threading.Thread(target=end_with_build, daemon=True).start()
