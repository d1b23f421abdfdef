"""Waiting for a job without holding a thread."""

from __future__ import annotations

import asyncio
from typing import Final

from sqlalchemy import Engine, select
from starlette.concurrency import run_in_threadpool

from buem.service.ledger import ENDED
from buem.service.store import reading
from buem.service.tables import jobs

#: Between two looks. [s]
_LOOK: Final = 0.1


async def wait_for_end(store: Engine, job_id: str, seconds: float) -> bool:
    """Wait until a job has ended.

    Parameters
    ----------
    store : Engine
        The store.
    job_id : str
        The job.
    seconds : float
        Longest wait. [s]

    Returns
    -------
    bool
        Whether it has.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        if await run_in_threadpool(_has_ended, store, job_id):
            return True
        if loop.time() >= deadline:
            return False
        await asyncio.sleep(_LOOK)


def _has_ended(store: Engine, job_id: str) -> bool:
    with reading(store) as connection:
        return connection.execute(select(jobs.c.state).where(jobs.c.id == job_id)).scalar() in ENDED
