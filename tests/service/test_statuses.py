"""Figures of jobs that are asked for again and again: few reads, never older than what was written before."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event, insert, update

from buem.service import statuses
from buem.service.errors import ApiError
from buem.service.statuses import Statuses
from buem.service.store import transaction
from buem.service.tables import jobs
from buem.service.transitions import find
from buem.service.views import job_view, read_figures, status_view

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def make_job(store: Engine, name: str = "job_1", **values) -> None:
    with transaction(store) as connection:
        connection.execute(insert(jobs).values(**{
            "id": name, "type": "calculate", "description": "", "state": "running", "created_at": NOW, "total": 10,
            "succeeded": 0, "failed": 0, "busy": 0.0, "max_concurrent": 2, "started_at": NOW, "batch": {}, "retry": {},
            "mode": "lenient", "on_error": "skip", **values}))


def set_succeeded(store: Engine, count: int, name: str = "job_1") -> None:
    with transaction(store) as connection:
        connection.execute(update(jobs).where(jobs.c.id == name).values(succeeded=count))


@contextmanager
def reads(store: Engine) -> Iterator[list[str]]:
    """What is read of jobs while the block runs."""
    seen: list[str] = []

    def note(connection, cursor, statement, parameters, context, many):
        if statement.startswith("SELECT jobs.id,") and "jobs.id = " in statement.partition("WHERE")[2]:
            seen.append(statement)

    event.listen(store, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(store, "before_cursor_execute", note)


def looking(store: Engine, look: Callable) -> object:
    """What a look gives in a loop of its own."""
    async def main():
        held = Statuses(store)
        try:
            return await look(held)
        finally:
            held.close()

    return asyncio.run(main())


def test_a_write_is_seen_by_the_next_look(store):
    make_job(store)

    async def look(held):
        found = []
        for count in range(5):
            await asyncio.to_thread(set_succeeded, store, count)
            found.append((await held.figures("job_1")).job.succeeded)
        return found

    assert looking(store, look) == [0, 1, 2, 3, 4]


def test_a_write_of_another_process_is_seen_by_the_next_look(sqlite_store):
    make_job(sqlite_store)
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); " \
             "c.execute('UPDATE jobs SET succeeded = succeeded + 1'); c.commit()"

    async def look(held):
        found = []
        for _ in range(3):
            found.append((await held.figures("job_1")).job.succeeded)
            subprocess.run([sys.executable, "-c", script, sqlite_store.url.database], check=True)
        return [*found, (await held.figures("job_1")).job.succeeded]

    assert looking(sqlite_store, look) == [0, 1, 2, 3]


def test_nothing_is_read_again_while_nothing_is_written(sqlite_store):
    make_job(sqlite_store, failed=1)

    async def look(held):
        return [await held.figures("job_1") for _ in range(50)]

    with reads(sqlite_store) as seen:
        found = looking(sqlite_store, look)
    assert len(seen) == 1
    assert {id(one) for one in found} == {id(found[0])}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_has_no_version_to_ask_for_and_each_look_is_a_read(store):
    make_job(store)

    async def look(held):
        return [await held.figures("job_1") for _ in range(3)]

    with reads(store) as seen:
        looking(store, look)
    assert len(seen) == 3


def test_many_at_once_are_one_read(sqlite_store):
    make_job(sqlite_store)

    async def look(held):
        return await asyncio.gather(*(held.figures("job_1") for _ in range(50)))

    with reads(sqlite_store) as seen:
        assert len(looking(sqlite_store, look)) == 50
    assert len(seen) == 1


def test_who_asks_after_a_write_does_not_wait_for_a_read_that_began_before(sqlite_store, monkeypatch):
    make_job(sqlite_store)
    begun, go_on = asyncio.Event(), asyncio.Event()
    real = Statuses._read

    async def look(held):
        loop = asyncio.get_running_loop()

        def slow(self, job_id):
            found = real(self, job_id)
            if found.job.succeeded == 0:
                loop.call_soon_threadsafe(begun.set)
                asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(30)
            return found

        monkeypatch.setattr(Statuses, "_read", slow)
        first = asyncio.ensure_future(held.figures("job_1"))
        await begun.wait()
        await asyncio.to_thread(set_succeeded, sqlite_store, 7)
        second = await held.figures("job_1")
        go_on.set()
        return (await first).job.succeeded, second.job.succeeded, (await held.figures("job_1")).job.succeeded

    assert looking(sqlite_store, look) == (0, 7, 7)


def test_a_job_that_there_is_not_and_then_is(store):
    async def look(held):
        found = []
        for _ in range(2):
            with pytest.raises(ApiError, match="Resource not found: 'job_1'"):
                await held.figures("job_1")
            found.append(len(held._held))
        await asyncio.to_thread(make_job, store)
        return [*found, (await held.figures("job_1")).job.id]

    assert looking(store, look) == [0, 0, "job_1"]


def test_somebody_who_gives_up_takes_nothing_from_the_others(sqlite_store):
    make_job(sqlite_store)

    async def look(held):
        one = asyncio.ensure_future(held.figures("job_1"))
        await asyncio.sleep(0)
        other = asyncio.ensure_future(held.figures("job_1"))
        await asyncio.sleep(0)
        one.cancel()
        return (await other).job.id

    assert looking(sqlite_store, look) == "job_1"


def test_not_more_are_held_than_there_is_room_for(sqlite_store, monkeypatch):
    monkeypatch.setattr(statuses, "_MOST", 3)
    for number in range(6):
        make_job(sqlite_store, f"job_{number}")

    async def look(held):
        for number in range(6):
            await held.figures(f"job_{number}")
        await asyncio.sleep(0)
        return list(held._held)

    assert looking(sqlite_store, look) == ["job_3", "job_4", "job_5"]


def test_a_store_in_memory_is_read_each_time(monkeypatch, sqlite_store):
    make_job(sqlite_store)

    async def look(held):
        held._version._database = None
        return [(await held.figures("job_1")).job.id for _ in range(2)]

    with reads(sqlite_store) as seen:
        assert looking(sqlite_store, look) == ["job_1", "job_1"]
    assert len(seen) == 2


def test_what_is_held_shows_the_time_of_the_look(sqlite_store):
    make_job(sqlite_store, succeeded=5, busy=10.0)
    with sqlite_store.connect() as connection:
        job = find(connection, "job_1")
        figures = read_figures(connection, job)
        assert job_view(connection, job, NOW, 1) == status_view(figures, NOW, 1)
    first = status_view(figures, NOW, 1)
    later = status_view(figures, NOW.replace(minute=5), 1)
    # Five operations of 2 s are left.
    assert first["estimated_completion"] == "2026-03-01T12:00:10Z"
    assert later["estimated_completion"] == "2026-03-01T12:05:10Z"
    assert {**later, "estimated_completion": None} == {**first, "estimated_completion": None}
