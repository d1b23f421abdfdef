"""Ctrl-C is kept back while something is written."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from buem.batch.interrupt import Terminated, heed_termination, hold_interrupts


def test_without_ctrl_c_nothing_happens():
    before = signal.getsignal(signal.SIGINT)
    with hold_interrupts():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_of_the_block_comes_through():
    def block():
        with hold_interrupts():
            raise LookupError("its own")

    with pytest.raises(LookupError, match="its own"):
        block()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_blocks_within_blocks_hold_to_the_end():
    steps = []

    def block():
        with hold_interrupts():
            os.kill(os.getpid(), signal.SIGINT)
            steps.append("first")
            os.kill(os.getpid(), signal.SIGINT)
            steps.append("second")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert steps == ["first", "second"]


def test_other_threads_have_no_ctrl_c_to_hold():
    seen = []

    def work():
        with hold_interrupts():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_the_request_to_end_is_held_too():
    steps = []

    def block():
        with heed_termination(), hold_interrupts():
            os.kill(os.getpid(), signal.SIGTERM)
            steps.append("written")

    with pytest.raises(Terminated):
        block()
    assert steps == ["written"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_the_request_to_end_interrupts():
    def block():
        with heed_termination():
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()

    with pytest.raises(KeyboardInterrupt):
        block()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_handler_of_the_caller_stays():
    got = []
    before = signal.signal(signal.SIGTERM, lambda number, _: got.append(number))
    try:
        with heed_termination():
            os.kill(os.getpid(), signal.SIGTERM)
        assert got == [signal.SIGTERM]
        # It comes late where something is written, but it comes.
        with hold_interrupts():
            os.kill(os.getpid(), signal.SIGTERM)
            assert len(got) == 1
        assert len(got) == 2
    finally:
        signal.signal(signal.SIGTERM, before)


def test_other_threads_do_not_heed():
    seen = []

    def work():
        with heed_termination():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL]
