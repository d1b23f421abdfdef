"""What goes on beside the requests: worker processes that are kept alive, and loops that run at intervals."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from buem.service.answers import utc_now
from buem.service.options import ServiceOptions

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loop:
    """Something that is done again and again."""

    name: str
    #: Between the end of one turn and the next. [s]
    interval: float
    #: Does what is due at the time it is given.
    step: Callable[[Engine, ServiceOptions, datetime], object]


#: All loops of the service; each runs in a thread of its own, so that a slow one keeps no other waiting.
LOOPS: Final[tuple[Loop, ...]] = ()


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
            except SQLAlchemyError as error:
                # The store may be away for a while; the next turn finds what is due then.
                logger.warning("%s: %s", loop.name, error)
            self._ended.wait(loop.interval)
