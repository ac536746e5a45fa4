"""Ctrl-C is held back while a library works, and never lost."""

import os
import signal
import threading

import pytest

from lstmgallery.interrupts import interrupts_held


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_within_the_block_comes_when_it_is_left() -> None:
    done = []

    def work() -> None:
        with interrupts_held():
            interrupt()
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all of it"]


def test_an_interrupt_comes_where_it_is_asked_for() -> None:
    done = []

    def work() -> None:
        with interrupts_held() as deliver:
            deliver()
            done.append("before")
            interrupt()
            deliver()
            done.append("after")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["before"]


def test_afterwards_ctrl_c_does_what_it_did() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts_held():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_who_ignores_interrupts_goes_on_ignoring_them() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts_held() as deliver:
            interrupt()
            deliver()
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_error_within_the_block_is_the_one_that_is_seen() -> None:
    with pytest.raises(ValueError, match="its own"), interrupts_held():
        raise ValueError("its own")


def test_other_threads_are_left_alone() -> None:
    found = []

    def work() -> None:
        before = signal.getsignal(signal.SIGINT)
        with interrupts_held() as deliver:
            deliver()
            found.append(signal.getsignal(signal.SIGINT) is before)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [True]
