"""The service survives whatever the system does at any single call of a worker or of the server itself.

strace looks at one job of three buildings, undisturbed, and counts the calls that touch the service's folder; then one
of them is disturbed in each job that follows: its process dies, the disk fails, the disk is full. Whatever happens the
job ends, each of its operations once, with what the undisturbed job gave. 50 calls here, in a seeded order that takes
every kind of call on every kind of file before any twice; `BUEM_SERVICE_POINTS=all` takes every one.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil
import pytest
from conftest import Server, envelope, start_server, wait_for
from sqlalchemy import select
from test_crash import check_items

from buem.service.store import open_store, reading
from buem.service.tables import workers

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")]

POINTS = os.environ.get("BUEM_SERVICE_POINTS", "50")
TRACED = ("write", "pwrite64", "fsync", "fdatasync", "rename", "openat", "ftruncate", "unlink", "mkdir")
KILL, EIO, ENOSPC = "signal=KILL", "error=EIO", "error=ENOSPC"
#: A job over all stored buildings.
BODY = {"batch": {"type": "points", "operations": [{"type": "calculate", "resource": "buildings", "filter": {}}],
                  "options": {"retry": {"attempts": 3, "backoff": "immediate"}}}}
_LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")


class Point(NamedTuple):
    """The n-th call of a name, in one thread of a process, and how it ends."""

    process: str
    name: str
    number: int
    kind: str
    fault: str


class Service:
    """A server that is started again when it has died."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = f"sqlite:///{folder / 'buem.sqlite3'}"
        self.server = self._start()

    def _start(self) -> Server:
        return start_server(self.folder, "--workers", "1")

    @property
    def client(self) -> httpx.Client:
        return self.server.client

    def revive(self) -> None:
        """Start it again if it is dead."""
        if self.server.process.poll() is not None or not self._answers():
            self.server.stop(signal.SIGKILL)
            self.server = self._start()

    def _answers(self) -> bool:
        try:
            return self.client.get("/api/health", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def worker(self) -> int:
        """Process of the worker, once there is one that has said so."""
        below = {one.pid for one in psutil.Process(self.server.process.pid).children(recursive=True)}

        def look() -> int | None:
            store = open_store(self.database)
            with reading(store) as connection:
                rows = connection.execute(select(workers.c.process).order_by(workers.c.beat_at.desc())).scalars().all()
            store.dispose()
            below.update(one.pid for one in psutil.Process(self.server.process.pid).children(recursive=True))
            return next((row for row in rows if row in below and psutil.pid_exists(row)), None)

        return int(wait_for(look, "a worker", 60))


def post(client: httpx.Client) -> str:
    """A job over all stored buildings that is tried three times."""
    answer = client.post("/api/v1/batch/jobs", json=BODY)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["data"]["job_id"])


def ended(client: httpx.Client, job_id: str) -> bool:
    try:
        return client.get(f"/api/v1/batch/jobs/{job_id}").json()["data"]["status"] in ("completed", "failed")
    except httpx.TransportError:
        return False


def outcome(client: httpx.Client, job_id: str) -> tuple[list[dict[str, Any]], bytes]:
    """What became of each operation, and the results as a table."""
    found = client.get(f"/api/v1/batch/jobs/{job_id}/results", params={"limit": 1000}).json()["data"]["results"]
    table = client.get(f"/api/v1/batch/jobs/{job_id}/results", params={"format": "csv"})
    assert table.status_code == 200, table.text
    return [{key: value for key, value in one.items() if key != "attempts"} for one in found], table.content


@contextmanager
def traced(process: int, *options: str) -> Iterator[None]:
    """strace on all threads of a process, until the block ends."""
    tracer = subprocess.Popen(["strace", "-f", "-q", "-s", "0", "-p", str(process), *options],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status = Path(f"/proc/{process}/status")
    wait_for(lambda: tracer.poll() is not None or "TracerPid:\t0" not in status.read_text(), "strace")
    assert tracer.poll() is None, "strace cannot trace a process here"
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        try:
            tracer.wait(5)
        except subprocess.TimeoutExpired:
            # It may wait for ever for a thread of a process that it has killed, which is held as a zombie meanwhile.
            tracer.kill()
            tracer.wait(30)


def kind_of(text: str, folder: Path) -> str:
    """The file of a call, without what differs from job to job."""
    path = text.replace(str(folder), "").split(">")[0].split('",')[0]
    return re.sub(r"job_[0-9a-f]+|[0-9a-f]{6,}|[0-9]+", "#", path)


def counted(service: Service, process: str, trace: Path) -> list[tuple[str, int, str]]:
    """The calls of an undisturbed job that touch the folder: name, which one of its thread, kind of file."""
    pid = service.worker() if process == "worker" else service.server.process.pid
    with traced(pid, "-y", "-o", str(trace), "-e", f"trace={','.join(TRACED)}"):
        job = post(service.client)
        wait_for(lambda: ended(service.client, job), "the job", 60)
    counts: Counter[tuple[str, str]] = Counter()
    found = set()
    for line in trace.read_text(errors="replace").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        thread, name, rest = match.groups()
        counts[thread, name] += 1
        if str(service.folder) in rest and "O_RDONLY" not in rest and "server.log" not in rest:
            found.add((name, counts[thread, name], kind_of(rest, service.folder)))
    return sorted(found)


def drawn(found: dict[str, list[tuple[str, int, str]]]) -> list[Point]:
    """All points, or as many as are asked for, every kind of call before any twice."""
    every = [Point(process, name, number, kind, fault) for process, calls in found.items()
             for name, number, kind in calls for fault in _faults(name, number)]
    if POINTS == "all":
        return every
    draw = random.Random(5)
    groups: dict[tuple[str, ...], list[Point]] = defaultdict(list)
    for point in every:
        groups[point.process, point.name, point.kind].append(point)
    for same in groups.values():
        draw.shuffle(same)
    rounds = [same[turn] for turn in range(max(map(len, groups.values()))) for _, same in sorted(groups.items())
              if turn < len(same)]
    return rounds[:int(POINTS)]


def _faults(name: str, number: int) -> tuple[str, ...]:
    takes_room = name in ("write", "pwrite64", "openat", "mkdir", "ftruncate")
    return KILL, ENOSPC if takes_room and number % 2 else EIO


def disturb(service: Service, point: Point, trace: Path) -> list[str]:
    """Have a job meet a fault; the jobs that may have come of it."""
    pid = service.worker() if point.process == "worker" else service.server.process.pid
    known = all_jobs(service.client)
    with traced(pid, "-o", str(trace), "-e", f"trace={point.name}",
                "-e", f"inject={point.name}:{point.fault}:when={point.number}"):
        try:
            answer = service.client.post("/api/v1/batch/jobs", json=BODY, timeout=20)
            accepted = [answer.json()["data"]["job_id"]] if answer.status_code == 202 else []
        except httpx.TransportError:
            accepted = []
        until = time.monotonic() + 20
        while accepted and time.monotonic() < until and not ended(service.client, accepted[0]):
            if service.server.process.poll() is not None:
                break
            time.sleep(0.02)
    service.revive()
    found = all_jobs(service.client)
    lost = [job for job in accepted if job not in found]
    assert not lost, f"{point}: accepted, and gone: {lost}"
    return sorted(found - known)


def all_jobs(client: httpx.Client) -> set[str]:
    found, cursor = set(), None
    while True:
        page = client.get("/api/v1/batch/jobs", params={"limit": 1000, **({"cursor": cursor} if cursor else {})})
        data = page.json()["data"]
        found |= {one["job_id"] for one in data["jobs"]}
        cursor = data["next_cursor"]
        if cursor is None:
            return found


def test_a_job_survives_every_call(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    service = Service(tmp_path / "service")
    try:
        items = [envelope(0), envelope(1), envelope(2, u_value=99.0)]
        created = service.client.post("/api/v1/buildings/batch", json={"items": items}).json()
        aim_job = post(service.client)
        wait_for(lambda: ended(service.client, aim_job), "the first job", 90)
        aim = outcome(service.client, aim_job)
        assert [one["status"] for one in aim[0]].count("succeeded") >= 2, created
        found = {process: counted(service, process, tmp_path / "trace") for process in ("worker", "server")}
        points = drawn(found)
        failed = []
        for point in points:
            for job in disturb(service, point, tmp_path / "trace"):
                wait_for(lambda job=job: ended(service.client, job), f"the job of {point}", 60)  # type: ignore[misc]
                if outcome(service.client, job) != aim:
                    failed.append(f"{point}: {outcome(service.client, job)[0]}")
        record_property("points", len(points))
        record_property("calls", {process: len(calls) for process, calls in found.items()})
        assert failed == [], "\n".join(failed)
    finally:
        service.server.stop()
    check_items(service.database, service.folder)
