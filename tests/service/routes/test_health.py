"""Health and figures: true while the store answers, and while it does not."""

from __future__ import annotations

from rig import serving_app

import buem
from buem.service.store import transaction
from buem.service.tables import metadata


def test_well(options, sqlite_store):
    with serving_app(options, sqlite_store) as client:
        answer = client.get("/api/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "healthy", "version": buem.__version__, "checks": {"database": "ok"}}
    # It costs nothing.
    assert "x-request-id" in answer.headers


def test_figures(options, sqlite_store):
    with serving_app(options, sqlite_store) as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "buem_queue_depth 0\n" in answer.text


def test_a_store_that_fails_is_unavailable(options, sqlite_store):
    with serving_app(options, sqlite_store) as client:
        with transaction(sqlite_store) as connection:
            metadata.drop_all(connection)
        found = [client.get(path) for path in ("/api/health", "/metrics")]
    assert [answer.status_code for answer in found] == [503, 503]
    assert all("sqlite" not in answer.text for answer in found)
