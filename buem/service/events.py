"""What happens to jobs and schedules, told to those who asked: written with the change, sent by the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from buem.service import tables
from buem.service.notification import notice_of
from buem.service.outbox import tell_notice, tell_webhooks
from buem.service.webhooks import EVENTS

__all__ = ["EVENTS", "emit", "emit_failed_fire"]

#: Events that end a job, and the occasion of its notification that each is.
_OCCASIONS: Final = {"job_completed": "on_completion", "job_failed": "on_failure"}


def emit(connection: Connection, event: str, job_id: str, details: Mapping[str, Any], now: datetime) -> None:
    """Note an event in the transaction of the change it tells of.

    Parameters
    ----------
    connection : Connection
        Of that transaction.
    event : str
        Of `EVENTS`.
    job_id : str
        The job.
    details : mapping
        `total_operations`, `succeeded`, `failed`, `duration`.
    now : datetime
        When it happened.
    """
    tell_webhooks(connection, event, job_id, details, now)
    if event in _OCCASIONS:
        notification = connection.execute(
            select(tables.jobs.c.notification).where(tables.jobs.c.id == job_id)).scalar_one_or_none()
        tell_notice(connection, notice_of(notification, _OCCASIONS[event]), event, job_id, details, now)


def emit_failed_fire(connection: Connection, schedule_id: str, message: str, notification: Mapping[str, Any] | None,
                     now: datetime) -> None:
    """Note that a schedule fired and no job came of it.

    Parameters
    ----------
    connection : Connection
        The transaction that writes the fire.
    schedule_id : str
        The schedule.
    message : str
        Why.
    notification : mapping or None
        Of the schedule.
    now : datetime
        When it fired.
    """
    details = {"schedule_id": schedule_id, "message": message}
    tell_webhooks(connection, "job_failed", None, details, now)
    tell_notice(connection, notice_of(notification, "on_failure"), "job_failed", None, details, now)
