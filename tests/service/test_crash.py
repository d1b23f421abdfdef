"""Servers and workers that are killed at any instant: nothing is lost, nothing counts twice, results stay the same.

Four of five kills come a seeded time after a worker has claimed a unit, so that they meet work; the fifth comes
whatever the service is at, mostly while it starts. The number of kills is 20 here, 10 on PostgreSQL;
`BUEM_SERVICE_KILLS=200` is the long form.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from conftest import Server, collection, envelope, start_server, wait_for
from sqlalchemy import func, select

from buem.service.store import open_store, reading
from buem.service.tables import buildings, jobs, results, unit_items, units

KILLS = int(os.environ.get("BUEM_SERVICE_KILLS", "20"))
#: On PostgreSQL, which only the ledger tells from SQLite: half as many in the short form.
KILLS_POSTGRESQL = KILLS if "BUEM_SERVICE_KILLS" in os.environ else KILLS // 2
#: Buildings of a calculation, and of a creation.
CALCULATED, CREATED = 160, 60
#: Longest time from a claim to the kill, and from a kill to one that waits for no claim. [s]
AT_WORK, ANY_TIME = 0.4, 1.2


def houses(count: int, prefix: str = "B") -> list[dict[str, Any]]:
    """Houses of which every 40th is wrong."""
    found = [envelope(number, u_value=99.0 if number % 40 == 7 else None) for number in range(count)]
    return [{**one, "id": f"{prefix}{at:05d}", "properties": {**one["properties"], "made": prefix}}
            for at, one in enumerate(found)]


def post_calculation(client: httpx.Client) -> str:
    answer = client.post("/api/geojson", content=collection(houses(CALCULATED)), headers={"Prefer": "respond-async"})
    assert answer.status_code == 202, answer.text
    return answer.headers["location"].rpartition("/")[2]


def post_changes(client: httpx.Client, prefix: str) -> str:
    """A job that makes buildings and then changes each once."""
    sound = [one for at, one in enumerate(houses(CREATED, prefix)) if at % 40 != 7]
    batch = {"type": "round", "operations": [
        {"type": "create", "resource": "buildings", "items": sound},
        {"type": "update", "resource": "buildings", "filter": {"made": prefix}, "update": {"seen": True}}]}
    answer = client.post("/api/v1/batch/jobs", json={"batch": batch})
    assert answer.status_code == 202, answer.text
    return answer.json()["data"]["job_id"]


def outcome_of(client: httpx.Client, job_id: str) -> tuple[list[Any], bytes]:
    """What became of each operation, whatever the number of tries was, and the results as a table."""
    where = f"/api/v1/batch/jobs/{job_id}/results"
    found = client.get(where, params={"limit": 1000}).json()["data"]["results"]
    table = client.get(where, params={"format": "csv"})
    assert table.status_code == 200, table.text
    return [{key: value for key, value in one.items() if key != "attempts"} for one in found], table.content


def ended(client: httpx.Client, job_id: str) -> bool:
    try:
        return client.get(f"/api/v1/batch/jobs/{job_id}").json()["data"]["status"] in ("completed", "failed")
    except httpx.TransportError:
        return False


def is_ours(process: psutil.Process) -> bool:
    """Whether it is a worker, an engine, or what the workers come from; one that has just ended is none."""
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


class Disturbed:
    """A service that is killed and started again."""

    def __init__(self, folder: Path, database: str, seed: int) -> None:
        self.folder, self.database = folder, database
        self.random = random.Random(seed)
        self.server = self._start()
        self.calculations: list[str] = []
        self.rounds = self.met = 0
        self.pending: str | None = None
        self.looked = 0.0
        self.store = open_store(database)

    def _start(self) -> Server:
        return start_server(self.folder, "--workers", "2", database=self.database)

    def work(self) -> None:
        """Post more when what was posted is done, which is looked at ten times a second."""
        if time.monotonic() - self.looked < 0.1:
            return
        self.looked = time.monotonic()
        client = self.server.client
        try:
            if self.pending is not None and not ended(client, self.pending):
                return
            self.rounds += 1
            post_changes(client, f"r{self.rounds}-")
            self.pending = post_calculation(client)
            self.calculations.append(self.pending)
        except httpx.TransportError:
            # It was killed before it answered; whether the job is there the ledger will tell.
            return

    def reach(self, number: int) -> None:
        """Go to the instant of the next kill."""
        claims = self._claims()
        if number % 5:
            wait_for(lambda: self.work() or self._claims() > claims, "a unit that is claimed", 120)
            self.met += 1
        until = time.monotonic() + self.random.uniform(0.0, AT_WORK if number % 5 else ANY_TIME)
        while (left := until - time.monotonic()) > 0:
            self.work()
            time.sleep(min(left, 0.02))

    def _claims(self) -> int:
        with reading(self.store) as connection:
            return connection.execute(select(func.sum(units.c.attempt))).scalar_one() or 0

    def stop(self) -> None:
        """End it."""
        self.server.stop()
        self.store.dispose()

    def kill(self) -> None:
        """Kill the server with all its workers, or one worker."""
        server = psutil.Process(self.server.process.pid)
        workers = [one for one in server.children(recursive=True) if is_ours(one)]
        if workers and self.random.random() < 0.7:
            victim = self.random.choice(workers)
            try:
                victim.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                return
            return
        self.server.stop(signal.SIGKILL)
        # One that is still importing looks for its parent when it is done with that.
        psutil.wait_procs(workers, 60)
        assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in workers)
        self.server = self._start()


def check_ledger(database: str, folder: Path) -> None:
    """What `check_items` looks at, and each building changed once."""
    check_items(database, folder)
    store = open_store(database)
    with reading(store) as connection:
        assert set(connection.execute(select(buildings.c.version)).scalars()) == {2}
    store.dispose()


def check_items(database: str, folder: Path) -> None:
    """Each operation once, each unit of a calculation with the files of one claim."""
    store = open_store(database)
    with reading(store) as connection:
        for job in connection.execute(select(jobs)).all():
            assert job.state in ("completed", "failed"), (job.id, job.state)
            assert job.succeeded + job.failed == job.total
            found = connection.execute(select(unit_items.c.operation).where(unit_items.c.job_id == job.id).order_by(
                unit_items.c.operation)).scalars().all()
            assert found == list(range(job.total))
        states = set(connection.execute(select(units.c.state).distinct()).scalars())
        assert states == {"done"}
        per_unit = connection.execute(select(results.c.job_id, results.c.unit, results.c.kind, func.count()).group_by(
            results.c.job_id, results.c.unit, results.c.kind)).all()
        assert per_unit
        assert {row[3] for row in per_unit} == {1}
        for row in connection.execute(select(results.c.path, results.c.sha256)).all():
            assert hashlib.sha256((folder / row.path).read_bytes()).hexdigest() == row.sha256
    store.dispose()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], bytes]:
    """Outcome of a calculation that nothing happens to."""
    server = start_server(tmp_path_factory.mktemp("undisturbed"), "--workers", "2")
    job_id = post_calculation(server.client)
    wait_for(lambda: ended(server.client, job_id), "the undisturbed job", 120)
    found = outcome_of(server.client, job_id)
    server.stop()
    assert sum(one["status"] == "failed" for one in found[0]) == 4
    return found


@pytest.mark.slow
def test_kills_lose_nothing_and_change_nothing(tmp_path: Path, database_url: str,
                                               undisturbed: tuple[list[Any], bytes],
                                               record_property: Callable[[str, object], None]):
    began = time.monotonic()
    service = Disturbed(tmp_path / "service", database_url, seed=11)
    try:
        kills = KILLS_POSTGRESQL if database_url.startswith("postgresql") else KILLS
        for number in range(kills):
            service.reach(number)
            service.kill()
        client = service.server.client
        wait_for(lambda: all_ended(client), "all jobs", 120)
        assert service.calculations
        for job_id in service.calculations:
            assert outcome_of(client, job_id) == undisturbed
    finally:
        service.stop()
    check_ledger(database_url, service.folder)
    for name, value in (("kills", kills), ("at work", service.met), ("rounds", service.rounds),
                        ("seconds", round(time.monotonic() - began))):
        record_property(name, value)


def all_ended(client: httpx.Client) -> bool:
    """Whether no job is at work any more, of however many pages."""
    found: dict[str, Any] = {"next_cursor": ""}
    while (cursor := found["next_cursor"]) is not None:
        try:
            found = client.get("/api/v1/batch/jobs", params={"limit": 1000, "cursor": cursor} if cursor else
                               {"limit": 1000}).json()["data"]
        except httpx.TransportError:
            return False
        if not all(one["status"] in ("completed", "failed") for one in found["jobs"]):
            return False
    return True
