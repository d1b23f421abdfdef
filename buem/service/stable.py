"""The process that the workers come from: warmed up once, then copied, so that a worker that dies is back at once."""

from __future__ import annotations

import gc
import logging
import os
import signal
import time
from pathlib import Path
from typing import Final, NoReturn

from buem.batch import measure
from buem.batch.part import Setup
from buem.batch.share import SLACK
from buem.batch.worker import warm_up
from buem.service.options import ServiceOptions
from buem.service.worker import work_forever

logger = logging.getLogger(__name__)

#: Between two looks at the workers; and before one that died young is replaced. [s]
_LOOK: Final = 0.02
_REST: Final = 1.0
#: How far the workers stand behind the server where there are fewer cores than work.
_BEHIND: Final = 10


def run_stable(options: ServiceOptions, server: int) -> NoReturn:
    """Keep the workers alive until the server ends. To be called in a process of its own, which has one thread.

    Parameters
    ----------
    options : ServiceOptions
        How many workers there are, and how the service runs.
    server : int
        Process number of the server, with which this one ends.
    """
    measure.die_with_parent(server)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    warm_up(Setup(options=options.run_options, out=Path()))
    # Imported now: nothing heavy may be missing when the wall stands.
    from buem.service.operations.registry import RUNNERS

    logger.debug("%d kinds of units", len(RUNNERS))
    gc.collect()
    gc.freeze()
    # Answers go before jobs.
    os.nice(_BEHIND)
    born = {_fork(options, server): time.monotonic() for _ in range(options.workers)}
    while True:
        time.sleep(_LOOK)
        for process in list(born):
            gone, status = os.waitpid(process, os.WNOHANG)
            if not gone:
                continue
            logger.warning("worker %d ended with %d and is replaced", process, os.waitstatus_to_exitcode(status))
            if time.monotonic() - born.pop(process) < _REST:
                time.sleep(_REST)
            born[_fork(options, server)] = time.monotonic()


def _fork(options: ServiceOptions, server: int) -> int:
    stable = os.getpid()
    process = os.fork()
    if process:
        return process
    # From here on this is the worker; it never returns into the loop above.
    try:
        measure.die_with_parent(stable)
        measure.set_wall(options.run_options.worker_share + 2 * SLACK)
        work_forever(options, server)
    finally:
        os._exit(1)
