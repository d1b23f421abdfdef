"""Warm processes that answer requests which wait, so that no simulation stands in the way of another request."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from buem.batch.part import Setup
from buem.batch.worker import prepare_worker
from buem.service.errors import ApiError
from buem.service.run_options import RequestOptions

#: After the start of the service. [s]
_LATER: Final = 1.0

Given = ParamSpec("Given")
Found = TypeVar("Found")


class Engines:
    """A fixed number of engine processes, each with one request at a time.

    Parameters
    ----------
    count : int
        Processes.
    memory_per_building : int
        Budget of a building, from which the memory of a process follows. [B]
    """

    def __init__(self, count: int, memory_per_building: int) -> None:
        self._setup = Setup(options=RequestOptions(memory_per_building=memory_per_building, workers=1), out=Path())
        self._count = count
        self._free: asyncio.Queue[ProcessPoolExecutor] = asyncio.Queue()

    async def start(self) -> None:
        """Make all processes ready; to be called in the loop that will use them."""
        for _ in range(self._count):
            self._free.put_nowait(self._new())

    async def warm(self) -> None:
        """Start those that no request has started yet, a moment later: the first answers should not wait for it."""
        await asyncio.sleep(_LATER)
        for _ in range(self._free.qsize()):
            engine = self._free.get_nowait()
            engine.submit(os.getpid)
            self._free.put_nowait(engine)

    def _new(self) -> ProcessPoolExecutor:
        # The process starts with the first call, and is tied to the thread that makes it: that of the loop.
        return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), prepare_worker, (self._setup, os.getpid()))

    async def run(self, seconds: float, call: Callable[Given, Found], *given: Given.args, **named: Given.kwargs
                  ) -> Found:
        """What a call gives in an engine process.

        Parameters
        ----------
        seconds : float
            Longest time, the wait for a free process included. [s]
        call : callable
            A function of a module.
        *given, **named
            Its arguments.

        Returns
        -------
        object

        Raises
        ------
        ApiError
            When the time is over, or the process died or ran out of memory twice.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        for last in (False, True):
            try:
                return await self._run_once(deadline, call, *given, **named)
            except TimeoutError:
                raise ApiError("timeout", f"There is no answer after {seconds:g} s; ask with Prefer: respond-async, or "
                                          "with fewer buildings.") from None
            except BrokenExecutor:
                if last:
                    raise ApiError("system", "The process that computed the answer died.") from None
            except MemoryError:
                # What earlier requests left in it may have been too much: one that is new has all its memory.
                if last:
                    raise ApiError("memory", "The answer needs more memory than a process may take.") from None
        raise ApiError("system", "The service could not do this.")

    async def _run_once(self, deadline: float, call: Callable[Given, Found], *given: Given.args,
                        **named: Given.kwargs) -> Found:
        loop = asyncio.get_running_loop()
        engine = await asyncio.wait_for(self._free.get(), max(0.0, deadline - loop.time()))
        future = None
        try:
            future = engine.submit(call, *given, **named)
            return await asyncio.wait_for(asyncio.wrap_future(future), max(0.0, deadline - loop.time()))
        finally:
            # What the call itself raises leaves its process as it was, but for want of memory; one still at it ends.
            if future is None or not _left_well(future):
                _kill(engine)
                engine = self._new()
            self._free.put_nowait(engine)

    def stop(self) -> None:
        """End all processes."""
        while not self._free.empty():
            engine = self._free.get_nowait()
            _kill(engine, wait=True)


def _left_well(future: Future[Found]) -> bool:
    return future.cancelled() or (
        future.done() and not isinstance(future.exception(), (BrokenExecutor, MemoryError)))


def _kill(engine: ProcessPoolExecutor, *, wait: bool = False) -> None:
    for process in list((engine._processes or {}).values()):
        # Not os.kill: it may end by itself at any moment, and its number be given back by the thread of its pool.
        process.kill()
    engine.shutdown(wait=wait, cancel_futures=True)
