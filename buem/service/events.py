"""What happens to jobs, told to those who asked: written with the change, sent by the outbox afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

#: Events that can be asked for.
EVENTS: Final = ("job_started", "job_progress", "job_completed", "job_failed", "schedule_fired")


def emit(connection: Connection, event: str, job_id: str, details: dict[str, Any], now: datetime) -> None:
    """Note an event in the transaction of the change it tells of.

    Parameters
    ----------
    connection : Connection
        Of that transaction.
    event : str
        Of `EVENTS`.
    job_id : str
        The job.
    details : dict
        `total_operations`, `succeeded`, `failed`, `duration`.
    now : datetime
        When it happened.
    """
