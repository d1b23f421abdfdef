"""Warm processes: what they give, what they raise, what becomes of one that hangs or dies."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from buem.errors import OptionError, problem
from buem.service.engines import Engines, _kill
from buem.service.errors import ApiError


def refuse() -> None:
    raise OptionError([problem("x", 1, "2")])


def die(path: str) -> str:
    """Dies the first time it is called."""
    if not os.path.exists(path):
        with open(path, "w"):
            os.kill(os.getpid(), signal.SIGKILL)
    return "second life"


_HELD: list[bytes] = []


def hoard(most: int) -> int:
    """Runs out of memory where it is called again and again in one process."""
    _HELD.append(b"")
    if len(_HELD) > most:
        raise MemoryError
    return os.getpid()


def perish() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_an_engine_that_has_gone_is_ended_all_the_same():
    """The thread of the pool waits for a process that died, at any moment before, while or after it is ended."""
    async def scene() -> None:
        engines = Engines(1, 5_000_000)
        for pause in (0.0, 0.0005, 0.01):
            engine = engines._new()
            process = engine.submit(os.getpid).result()
            os.kill(process, signal.SIGKILL)
            await asyncio.sleep(pause)
            _kill(engine, wait=True)
            with pytest.raises(ProcessLookupError):
                os.kill(process, 0)

    asyncio.run(scene())


@pytest.mark.slow
def test_engines(tmp_path):
    async def scene() -> None:
        engines = Engines(1, 5_000_000)
        await engines.start()
        try:
            first = await engines.run(60, os.getpid)
            assert first != os.getpid()
            with pytest.raises(OptionError, match="expected 2"):
                await engines.run(60, refuse)
            assert await engines.run(60, os.getpid) == first
            assert await engines.run(60, die, str(tmp_path / "died")) == "second life"
            second = await engines.run(60, os.getpid)
            assert second != first
            with pytest.raises(ApiError, match=r"no answer after 0\.5 s"):
                await engines.run(0.5, time.sleep, 60)
            assert await engines.run(60, os.getpid) not in (first, second)
            with pytest.raises(ApiError, match="died"):
                await engines.run(60, perish)
            # One that has no memory left is replaced, and the request is answered by the new one.
            third = await engines.run(60, hoard, 1)
            assert await engines.run(60, hoard, 1) != third
            with pytest.raises(ApiError, match="more memory") as refused:
                await engines.run(60, hoard, 0)
            assert refused.value.kind.code == "MEMORY_BUDGET_EXCEEDED"
        finally:
            engines.stop()

    asyncio.run(scene())
