"""Waiting for the end of a job: it returns as soon as there is one, and not before."""

from __future__ import annotations

import asyncio
import time

import pytest
from bench import NOW

from buem.service.transitions import change
from buem.service.waiting import wait_for_end


@pytest.fixture
def job_id(bench) -> str:
    return bench.ask({"type": "create", "items": [{}]})


@pytest.mark.parametrize("seconds", [0.0, 0.15])
def test_a_job_that_does_not_end(bench, job_id, seconds):
    began = time.monotonic()
    assert not asyncio.run(wait_for_end(bench.store, job_id, seconds))
    assert time.monotonic() - began >= seconds


def test_a_job_that_has_ended(bench, job_id):
    bench.work()
    assert asyncio.run(wait_for_end(bench.store, job_id, 0.0))


def test_a_job_that_ends_meanwhile(bench, job_id):
    async def scene() -> bool:
        waiting = asyncio.create_task(wait_for_end(bench.store, job_id, 60.0))
        await asyncio.sleep(0)
        assert not waiting.done()
        change(bench.store, job_id, "cancel", NOW)
        return await waiting

    assert asyncio.run(scene())


def test_a_job_that_is_not_there(bench):
    assert not asyncio.run(wait_for_end(bench.store, "job_9", 0.0))


def test_the_loop_goes_on_meanwhile(bench, job_id):
    async def scene() -> int:
        turns = 0
        waiting = asyncio.create_task(wait_for_end(bench.store, job_id, 0.3))
        while not waiting.done():
            await asyncio.sleep(0.001)
            turns += 1
        return turns

    assert asyncio.run(scene()) > 10
