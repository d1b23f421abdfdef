"""What a client may do with a job: pause, resume, cancel, try again, delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, func, select, update

from buem.service.errors import ApiError
from buem.service.events import emit
from buem.service.ledger import ENDED, advance, event_details, forget, stop
from buem.service.store import transaction
from buem.service.tables import jobs, unit_items, units

#: States from which each change is allowed.
ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    "pause": ("queued", "running"),
    "resume": ("paused",),
    "cancel": ("queued", "running", "paused"),
    "retry": ENDED,
    "delete": ENDED,
}


def find(connection: Connection, job_id: str, *, lock: bool = False) -> Row[Any]:
    """The row of a job.

    Raises
    ------
    ApiError
        When there is none.
    """
    query = select(jobs).where(jobs.c.id == job_id)
    job = None if "\0" in job_id else connection.execute(query.with_for_update() if lock else query).first()
    if job is None:
        raise ApiError("not_found", f"Resource not found: {job_id[:80]!r}")
    return job


def change(store: Engine, job_id: str, action: str, now: datetime) -> None:
    """Do one of the changes of `ALLOWED`, but for delete.

    Parameters
    ----------
    store : Engine
        The store.
    job_id : str
        The job.
    action : str
        pause, resume, cancel or retry.
    now : datetime
        The time.

    Raises
    ------
    ApiError
        INVALID_STATE when the job is in none of the states for it.
    """
    with transaction(store) as connection:
        job = _allowed(connection, job_id, action)
        _CHANGES[action](connection, job, now)


def _allowed(connection: Connection, job_id: str, action: str) -> Row[Any]:
    job = find(connection, job_id, lock=True)
    if job.state not in ALLOWED[action]:
        raise ApiError("invalid_state", f"The job is {job.state}; {action} needs {' or '.join(ALLOWED[action])}")
    return job


def _pause(connection: Connection, job: Row[Any], now: datetime) -> None:
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(state="paused"))


def _resume(connection: Connection, job: Row[Any], now: datetime) -> None:
    state = "queued" if job.started_at is None else "running"
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(state=state))
    advance(connection, job.id, now)


def _cancel(connection: Connection, job: Row[Any], now: datetime) -> None:
    stop(connection, job.id, None, now)
    connection.execute(update(units).where(units.c.job_id == job.id, units.c.state == "running").values(
        state="cancelled", ended_at=now))
    error = {"code": "CANCELLED", "message": "the job was cancelled"}
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(state="cancelled", completed_at=now,
                                                                      error=error))
    emit(connection, "job_failed", job.id, event_details(job, now), now)


def _retry(connection: Connection, job: Row[Any], now: datetime) -> None:
    """Set going again what failed, and what was not begun."""
    failed = connection.execute(select(unit_items.c.operation, unit_items.c.unit).where(
        unit_items.c.job_id == job.id, unit_items.c.state == "failed").order_by(unit_items.c.operation)).all()
    left = connection.execute(select(units).where(
        units.c.job_id == job.id, units.c.state == "cancelled")).all()
    again: dict[int, list[int]] = {}
    for row in failed:
        again.setdefault(row.unit, []).append(row.operation)
    for unit in left:
        ended = set(connection.execute(select(unit_items.c.operation).where(
            unit_items.c.job_id == job.id, unit_items.c.unit == unit.number,
            unit_items.c.state == "succeeded")).scalars())
        every = unit.pending if unit.pending is not None else range(unit.first, unit.first + unit.size)
        again[unit.number] = sorted({*again.get(unit.number, []), *(set(every) - ended)})
    broken = connection.execute(select(units.c.number).where(
        units.c.job_id == job.id, units.c.type == "plan", units.c.state == "done")).scalars().all()
    if job.error is not None and job.total == 0 and broken:
        # The cutting of its first operation failed.
        again[broken[-1]] = []
    if not again:
        raise ApiError("invalid_state", "The job has nothing that failed; retry needs failed operations")
    connection.execute(delete(unit_items).where(unit_items.c.job_id == job.id, unit_items.c.state == "failed"))
    for number, pending in again.items():
        connection.execute(update(units).where(units.c.job_id == job.id, units.c.number == number).values(
            state="waiting", pending=pending or None, owner=None, lease_until=None, not_before=None, tries=0,
            deaths=0, ended_at=None))
    stage = connection.execute(select(func.min(units.c.stage)).where(
        units.c.job_id == job.id, units.c.state == "waiting")).scalar_one()
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(
        state="queued", stage=stage, error=None, completed_at=None, failed=job.failed - len(failed),
        started_at=None, round=job.round + 1))


_CHANGES: Final[dict[str, Callable[[Connection, Row[Any], datetime], None]]] = {
    "pause": _pause, "resume": _resume, "cancel": _cancel, "retry": _retry}


def remove(store: Engine, job_id: str) -> list[str]:
    """Delete a job that has ended.

    Parameters
    ----------
    store : Engine
        The store.
    job_id : str
        The job.

    Returns
    -------
    list of str
        Paths of its files, from the folder of the service, which are still there.

    Raises
    ------
    ApiError
        INVALID_STATE while it has not ended.
    """
    with transaction(store) as connection:
        _allowed(connection, job_id, "delete")
        return forget(connection, job_id)
