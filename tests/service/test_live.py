"""Streams of progress: what is said, when, and how seldom the ledger is looked at."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from buem.service.errors import ApiError
from buem.service.live import Live, event


class Job:
    """A job whose figures change with each look."""

    def __init__(self, *states):
        self.states, self.looks, self._lock = list(states), 0, threading.Lock()

    def read(self, job_id):
        with self._lock:
            self.looks += 1
            status, done = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"job_id": job_id, "status": status, "progress": {"completed": done}}


def lines(text: bytes) -> tuple[str, dict]:
    name, data = text.decode().removesuffix("\n\n").split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def listen(live, job, name="job_1", stopping=lambda: False):
    return [lines(text) async for text in live.events(name, job.read, stopping)]


def test_each_change_is_said_once_and_then_the_end():
    job = Job(("queued", 0), ("running", 3), ("running", 3), ("running", 5), ("completed", 9))
    said = asyncio.run(listen(Live(poll=0.001), job))
    assert [(name, data["status"], data["progress"]["completed"]) for name, data in said] == [
        ("progress", "queued", 0), ("progress", "running", 3), ("progress", "running", 5), ("end", "completed", 9)]
    assert said[0][1]["job_id"] == "job_1"


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_a_job_that_has_ended_is_said_once(status):
    job = Job((status, 2))
    assert [name for name, _ in asyncio.run(listen(Live(poll=0.001), job))] == ["end"]
    assert job.looks == 1


def test_a_paused_job_is_watched_on():
    job = Job(("paused", 1), ("running", 1), ("completed", 2))
    assert [name for name, _ in asyncio.run(listen(Live(poll=0.001), job))] == ["progress", "progress", "end"]


def test_many_watchers_are_one_look():
    job = Job(("running", 1), ("completed", 2))

    async def all_of_them():
        return await asyncio.gather(*(listen(Live_, job) for _ in range(50)))

    Live_ = Live(poll=0.05)
    said = asyncio.run(all_of_them())
    assert {tuple(name for name, _ in one) for one in said} == {("progress", "end")}
    # One look at the figures of each moment, however many see them; a late reader may find an older one gone.
    assert job.looks <= 4


def test_jobs_are_apart():
    live, one, two = Live(poll=0.001), Job(("completed", 1)), Job(("failed", 2))

    async def both():
        return await asyncio.gather(listen(live, one, "job_1"), listen(live, two, "job_2"))

    first, second = asyncio.run(both())
    assert (first[0][1]["status"], second[0][1]["status"]) == ("completed", "failed")


def test_too_many_streams():
    live, job = Live(poll=0.001, most=1), Job(("running", 1))

    async def open_one():
        stream = live.events("job_1", job.read, lambda: False)
        await anext(stream)
        assert live.streams == 1
        with pytest.raises(ApiError, match="1 streams are open; read the status of the job instead") as refused:
            live.check_room()
        assert refused.value.kind.status == 503
        await stream.aclose()
        live.check_room()
        assert live.streams == 0

    asyncio.run(open_one())


def test_a_stopping_server_ends_its_streams():
    job, stop = Job(("running", 1)), []

    async def stopped():
        said = []
        async for text in Live(poll=0.001).events("job_1", job.read, lambda: bool(stop)):
            said.append(lines(text)[0])
            stop.append(True)
        return said

    assert asyncio.run(stopped()) == ["progress"]


def test_an_error_of_the_store_ends_the_stream_and_is_not_kept():
    live = Live(poll=0.001)

    def gone(job_id):
        raise ApiError("not_found", f"Job not found: {job_id}")

    async def fails():
        async for _ in live.events("job_1", gone, lambda: False):
            pass

    with pytest.raises(ApiError, match="Job not found: job_1"):
        asyncio.run(fails())
    assert live.streams == 0
    assert asyncio.run(listen(live, Job(("completed", 1))))


def test_event_is_one_line_of_json():
    assert event("progress", {"text": "two\nlines"}) == b'event: progress\ndata: {"text":"two\\nlines"}\n\n'
