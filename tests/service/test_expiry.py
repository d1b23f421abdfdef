"""What is kept for a while goes after it, and nothing else."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select

from buem.service.expiry import AUDIT_KEPT, step
from buem.service.inputs import job_folder
from buem.service.store import reading, transaction
from buem.service.tables import audit, deliveries, fires, idempotency, jobs, rate_counters, schedules, unit_items, units

NOW = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def add(store: Engine, table: Any, **values: Any) -> None:
    with transaction(store) as connection:
        connection.execute(insert(table).values(**values))


def add_job(store: Engine, name: str, state: str, ended: datetime | None) -> None:
    add(store, jobs, id=name, type="t", state=state, batch={}, max_concurrent=1, retry={}, mode="", on_error="skip",
        created_at=NOW - 99 * DAY, completed_at=ended)


def ids(store: Engine, column: Any) -> list[Any]:
    with reading(store) as connection:
        return list(connection.execute(select(column).order_by(column)).scalars())


def test_jobs_with_all_that_is_theirs(store, options):
    for name, ended in (("old", NOW - 30 * DAY), ("young", NOW - 29 * DAY)):
        add_job(store, name, "completed", ended)
        add(store, units, job_id=name, number=0, stage=0, type="validate", state="done", first=0, size=1, items={})
        add(store, unit_items, job_id=name, operation=0, unit=0, type="validate", resource_id="b", state="succeeded",
            attempts=1, ended_at=NOW)
        folder = job_folder(options.folder, name)
        folder.mkdir(parents=True)
        (folder / "result.parquet").write_bytes(b"x")
    add_job(store, "running", "running", None)
    assert step(store, options, NOW) == 1
    assert ids(store, jobs.c.id) == ["running", "young"]
    assert ids(store, units.c.job_id) == ids(store, unit_items.c.job_id) == ["young"]
    assert [path.name for path in (options.folder / "jobs").iterdir()] == ["young"]
    with reading(store) as connection:
        entry = connection.execute(select(audit)).one()
    assert (entry.actor, entry.action, entry.resource, entry.resource_id) == ("expiry", "expire", "jobs", "old")
    assert step(store, options, NOW) == 0


def test_every_end_counts(sqlite_store, options):
    for state in ("completed", "failed", "cancelled", "paused", "queued"):
        add_job(sqlite_store, state, state, NOW - 40 * DAY)
    assert step(sqlite_store, options, NOW) == 3
    assert ids(sqlite_store, jobs.c.id) == ["paused", "queued"]


def test_answers_counts_and_deliveries(store, options):
    for name, age in (("old", 1.0), ("young", 0.9)):
        add(store, idempotency, owner="o", key=name, fingerprint="f", state="done", created_at=NOW - age * DAY)
        add(store, rate_counters, key=name, count=1, expires_at=NOW + (0.5 if name == "young" else 0.0) * DAY)
        add(store, deliveries, id=name, kind="email", target="t", event="e", payload={}, state="dead",
            created_at=NOW, ended_at=NOW - (age * 31 - 1) * DAY)
    add(store, deliveries, id="waiting", kind="email", target="t", event="e", payload={}, state="pending",
        created_at=NOW - 99 * DAY)
    step(store, options, NOW)
    for column in (idempotency.c.key, rate_counters.c.key):
        assert ids(store, column) == ["young"]
    assert ids(store, deliveries.c.id) == ["waiting", "young"]


def test_fires_and_audit(sqlite_store, options):
    add(sqlite_store, schedules, id="s", name="s", batch={}, fingerprint="f", timing={}, state="ended", created_at=NOW,
        updated_at=NOW)
    for age in (29, 31):
        add(sqlite_store, fires, schedule_id="s", fire_time=NOW - age * DAY, fired_at=NOW - age * DAY)
    for number, age in enumerate((AUDIT_KEPT, AUDIT_KEPT - DAY)):
        add(sqlite_store, audit, at=NOW - age, actor="a", action="a", resource="r", request_id=str(number))
    step(sqlite_store, options, NOW)
    assert ids(sqlite_store, fires.c.fire_time) == [NOW - 29 * DAY]
    assert ids(sqlite_store, audit.c.request_id) == ["1"]


def test_files_of_hours(sqlite_store, options):
    folder = options.folder / "files"
    folder.mkdir()
    for name, age in (("old.csv", 31), ("young.csv", 1)):
        (folder / name).write_text("x")
        at = (NOW - age * DAY).timestamp()
        os.utime(folder / name, (at, at))
    step(sqlite_store, options, NOW)
    assert [path.name for path in folder.iterdir()] == ["young.csv"]
