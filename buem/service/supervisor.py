"""What goes on beside the requests: worker processes that are kept alive, and loops that run at intervals."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from buem.errors import BuemError
from buem.service import expiry, ledger, outbox, schedules
from buem.service.answers import utc_now
from buem.service.options import ServiceOptions
from buem.service.owners import is_dead
from buem.service.stable import run_stable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loop:
    """Something that is done again and again."""

    name: str
    #: Between the end of one turn and the next. [s]
    interval: float
    #: Does what is due at the time it is given.
    step: Callable[[Engine, ServiceOptions, datetime], object]


def _release(store: Engine, _: ServiceOptions, now: datetime) -> None:
    ledger.release(store, is_dead, now)


def _expire(store: Engine, _: ServiceOptions, now: datetime) -> None:
    ledger.expire(store, now)


#: All loops of the service; each runs in a thread of its own, so that a slow one keeps no other waiting.
LOOPS: Final[tuple[Loop, ...]] = (
    Loop("release", 0.5, _release),
    Loop("expire", 0.5, _expire),
    Loop("schedules", 0.5, schedules.step),
    Loop("outbox", 0.25, outbox.step),
    Loop("expiry", 60.0, expiry.step),
)


class Loops:
    """The threads of the loops.

    Parameters
    ----------
    store : Engine
        Given to each step.
    options : ServiceOptions
        Given to each step.
    """

    def __init__(self, store: Engine, options: ServiceOptions) -> None:
        self._store, self._options = store, options
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(loop,), name=loop.name, daemon=True)
                         for loop in LOOPS]

    def start(self) -> None:
        """Begin all loops."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End all loops, each after the turn it is in."""
        self._ended.set()
        deadline = time.monotonic() + 5.0
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self, loop: Loop) -> None:
        while not self._ended.is_set():
            try:
                loop.step(self._store, self._options, utc_now())
            except (SQLAlchemyError, OSError, BuemError) as error:
                # Store, disk or network may be away for a while; the next turn finds what is due then.
                logger.warning("%s: %s", loop.name, error)
            self._ended.wait(loop.interval)


#: Between two looks, and before the process that died is started again. [s]
_LOOK: Final = 0.1
_REST: Final = 0.5


class Workers:
    """The process that keeps the workers; when it ends, with all of them, it is replaced.

    Parameters
    ----------
    options : ServiceOptions
        How many workers there are.
    """

    def __init__(self, options: ServiceOptions) -> None:
        self._options = options
        self._ended = threading.Event()
        # The process is tied to the thread that starts it, so that this one lives as long as the server.
        self._thread = threading.Thread(target=self._keep, name="workers", daemon=True)

    def start(self) -> None:
        """Start it, where there are to be workers."""
        if self._options.workers:
            self._thread.start()

    def stop(self) -> None:
        """End it; the units its workers are at will be claimed again."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join(10.0)

    def _keep(self) -> None:
        process = self._new()
        while not self._ended.wait(_LOOK):
            if not process.is_alive():
                logger.warning("the workers ended with %s and are replaced", process.exitcode)
                process.join()
                self._ended.wait(_REST)
                process = self._new()
        process.kill()
        process.join(5.0)

    def _new(self) -> multiprocessing.process.BaseProcess:
        process = multiprocessing.get_context("spawn").Process(target=run_stable, args=(self._options, os.getpid()),
                                                               name="stable")
        process.start()
        return process
