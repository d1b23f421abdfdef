"""Ctrl-C, and the request to end, at a moment of our choice."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM); it ends as after Ctrl-C."""


@contextmanager
def heed_termination() -> Iterator[None]:
    """Take SIGTERM as Ctrl-C is taken, while the block runs; the caller's own handler of it is left alone.

    Yields
    ------
    None

    Raises
    ------
    Terminated
        When the signal comes.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


@contextmanager
def hold_interrupts() -> Iterator[None]:
    """Keep Ctrl-C and SIGTERM back until the block is done, so that what it writes is whole.

    Yields
    ------
    None

    Raises
    ------
    KeyboardInterrupt
        At the end of the block, when one of them came within.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    # A signal that would end the process at once, or is ignored, is not ours.
    held = [number for number in (signal.SIGINT, signal.SIGTERM) if callable(signal.getsignal(number))]
    previous = {number: signal.signal(number, lambda one, _: caught.append(one)) for number in held}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    for got in dict.fromkeys(caught):
        # Now, and by whoever heeds it.
        signal.raise_signal(got)
