"""Events are told with the change they belong to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from buem.service.events import EVENTS, emit, emit_failed_fire
from buem.service.store import reading, transaction
from buem.service.tables import deliveries, webhooks

NOW = datetime(2025, 1, 19, tzinfo=UTC)


def told(store) -> list[tuple[str, str, str | None, str | None]]:
    with reading(store) as connection:
        rows = connection.execute(select(deliveries).order_by(deliveries.c.kind, deliveries.c.target)).all()
    return [(row.kind, row.target, row.event, row.severity) for row in rows]


def hook(store, *events: str) -> None:
    with transaction(store) as connection:
        connection.execute(insert(webhooks).values(id="w", url="https://example.com/", events=list(events),
                                                   secret="whsec_", state="active", created_at=NOW))


@pytest.mark.parametrize("event", EVENTS)
def test_each_event(store, event):
    hook(store, event)
    with transaction(store) as connection:
        emit(connection, event, "job_1", {"total_operations": 1}, NOW)
    assert told(store) == [("webhook", "https://example.com/", event, None)]


def test_a_disabled_webhook_is_not_told(sqlite_store):
    hook(sqlite_store, "job_failed")
    with transaction(sqlite_store) as connection:
        connection.execute(webhooks.update().values(state="disabled"))
        emit(connection, "job_failed", "job_1", {}, NOW)
    assert told(sqlite_store) == []


def test_a_fire_without_a_job(sqlite_store):
    hook(sqlite_store, "job_failed")
    notification = {"on_failure": {"email": ["a@example.com"], "webhook": "https://example.org/",
                                   "severity": "critical"},
                    "on_completion": {"email": ["b@example.com"]}}
    with transaction(sqlite_store) as connection:
        emit_failed_fire(connection, "schedule_1", "Template not found: x", notification, NOW)
    assert told(sqlite_store) == [
        ("email", "a@example.com", "job_failed", "critical"), ("webhook", "https://example.com/", "job_failed", None),
        ("webhook", "https://example.org/", "job_failed", "critical")]
    with reading(sqlite_store) as connection:
        payload = connection.execute(select(deliveries.c.payload).where(deliveries.c.kind == "email")).scalar_one()
    assert payload["event"] == {"type": "job_failed", "job_id": None, "details": {
        "schedule_id": "schedule_1", "message": "Template not found: x", "severity": "critical"}}
