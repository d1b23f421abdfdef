"""All or none, also when the server is killed while it commits; jobs that outlive their database's restart."""

from __future__ import annotations

import contextlib
import random
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import POSTGRES, UNPRIVILEGED, Postgres, collection, envelope, finished, start_server
from sqlalchemy import func, select

from buem.service.store import open_store, reading
from buem.service.tables import buildings

BATCH = "/api/v1/buildings/batch"


def kept(database: str) -> int:
    store = open_store(database)
    with reading(store) as connection:
        found = connection.execute(select(func.count()).select_from(buildings)).scalar_one()
    store.dispose()
    return int(found)


@pytest.mark.slow
def test_killed_at_commit(tmp_path, database_url):
    """Atomic batches of 100, each killed at another moment of its way."""
    chance = random.Random(5)
    rows = 0
    for number in range(4):
        server = start_server(tmp_path / "service", "--workers", "0", database=database_url)
        items = [{**envelope(at), "id": f"k{number}-{at}"} for at in range(100)]
        assert server.client.get("/api/health").status_code == 200
        threading.Timer(chance.uniform(0.0, 0.12), server.process.send_signal, [signal.SIGKILL]).start()
        answered = False
        with contextlib.suppress(httpx.TransportError):
            answered = server.client.post(BATCH, json={"atomic": True, "items": items}).status_code == 200
        server.process.wait(10)
        server.stop()
        new = kept(database_url) - rows
        assert new in (0, 100)
        assert new == 100 or not answered
        rows += new


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that a test may stop."""
    if POSTGRES is None:
        pytest.skip("PostgreSQL's server binaries are not installed (/usr/lib/postgresql/*/bin)")
    folder = Path(tempfile.mkdtemp(prefix="buem-pg-"))
    if UNPRIVILEGED:
        shutil.chown(folder, "nobody", "nogroup")
    server = Postgres(folder, POSTGRES)
    yield server
    server.stop("immediate")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_database_that_is_stopped_and_started(tmp_path, own_postgres, mode):
    server = start_server(tmp_path / "service", "--workers", "2", database=own_postgres.new_database())
    try:
        client = server.client
        answer = client.post("/api/geojson", content=collection([envelope(at) for at in range(500)]),
                             headers={"Prefer": "respond-async"})
        job_id = answer.json()["data"]["job_id"]
        for _ in range(2):
            own_postgres.stop(mode)
            assert client.get("/api/health").status_code == 503
            own_postgres.start()
        status = finished(client, job_id, 120)
        assert (status["status"], status["progress"]["completed"]) == ("completed", 500)
        found = client.get(f"/api/v1/batch/jobs/{job_id}/results", params={"limit": 1000}).json()["data"]["results"]
        assert [one["operation_index"] for one in found] == list(range(500))
    finally:
        server.stop()
