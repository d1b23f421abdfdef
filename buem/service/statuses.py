"""Statuses of jobs for clients that ask again and again: read once for as long as nothing is written to the store."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Final

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from buem.service.store import reading
from buem.service.transitions import find
from buem.service.views import Figures, read_figures

#: Jobs whose figures are held.
_MOST: Final = 1000


class Statuses:
    """The figures of jobs, for one event loop.

    What is held was read after the version of the store that it is held under had been looked up; it is given away only
    while that is still the version. So a client never sees less than what was written before it asked.

    Parameters
    ----------
    store : Engine
        With the jobs. On SQLite the version is asked for, which costs microseconds; elsewhere each read is a read.
    """

    def __init__(self, store: Engine) -> None:
        self._store = store
        self._version = _Version(store.url.database) if store.dialect.name == "sqlite" else None
        self._held: dict[str, tuple[int, asyncio.Future[Figures]]] = {}

    async def figures(self, job_id: str) -> Figures:
        """What the ledger says of a job.

        Parameters
        ----------
        job_id : str
            The job.

        Returns
        -------
        Figures

        Raises
        ------
        ApiError
            When there is no such job.
        """
        version = None if self._version is None else self._version.read()
        if version is None:
            return await run_in_threadpool(self._read, job_id)
        held = self._held.get(job_id)
        if held is None or held[0] != version:
            # Whoever asks for the same while this is being read waits for this.
            held = self._held[job_id] = version, asyncio.ensure_future(run_in_threadpool(self._read, job_id))
            held[1].add_done_callback(lambda future: self._let_go(job_id, future))
        return await asyncio.shield(held[1])

    def close(self) -> None:
        """Close the connection over which the version is asked for."""
        if self._version is not None:
            self._version.close()

    def _read(self, job_id: str) -> Figures:
        with reading(self._store) as connection:
            return read_figures(connection, find(connection, job_id))

    def _let_go(self, job_id: str, future: asyncio.Future[Figures]) -> None:
        """Hold no failure, and not more than there is room for."""
        failed = future.cancelled() or future.exception() is not None
        if failed and self._held.get(job_id, (0, None))[1] is future:
            del self._held[job_id]
        while len(self._held) > _MOST:
            del self._held[next(iter(self._held))]


class _Version:
    """A number that differs after each write to a SQLite file by anybody else."""

    def __init__(self, database: str | None) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None

    def read(self) -> int | None:
        """The number; None when it cannot be had at once."""
        if not self._database:
            return None
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._database, timeout=0, isolation_level=None,
                                                   check_same_thread=False)
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None

    def close(self) -> None:
        """Close the connection; the next look opens another one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
