"""Jobs as the batch API shows them, every figure as it is in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from buem.service.answers import stamp
from buem.service.ledger import ENDED, duration
from buem.service.tables import jobs, unit_items, units

#: Errors that a status lists; all of them stand under `/errors`.
LISTED: Final = 100
#: Seconds an operation takes, where none of its kind has ended yet.
_GUESS: Final = 0.01
#: Jobs that tell how long an operation takes.
_LOOK_BACK: Final = 20


def _counts(job: Row[Any]) -> dict[str, Any]:
    ended = job.succeeded + job.failed
    percentage = 100 * ended // job.total if job.total else (100 if job.state in ENDED else 0)
    return {"total_operations": job.total, "completed": job.succeeded, "failed": job.failed, "percentage": percentage}


def _current(connection: Connection, job_id: str) -> dict[str, Any] | None:
    running = connection.execute(select(units).where(
        units.c.job_id == job_id, units.c.state == "running", units.c.type != "plan")).all()
    if not running:
        return None
    lowest = min(running, key=lambda unit: min(unit.pending) if unit.pending else unit.first)
    index = min(lowest.pending) if lowest.pending else lowest.first
    names = lowest.items.get("ids", [])
    return {"index": index, "type": lowest.type, "resource_id": names[index - lowest.first] if names else None,
            "started_at": stamp(lowest.started_at)}


def average(job: Row[Any]) -> float | None:
    """Time of an operation of a job; None before the first has ended. [s]"""
    ended = job.succeeded + job.failed
    return job.busy / ended if ended else None


def _past_average(connection: Connection, job: Row[Any]) -> float:
    """Time of an operation of jobs of the same kind that have ended. [s]"""
    past = connection.execute(select(func.sum(jobs.c.busy), func.sum(jobs.c.succeeded + jobs.c.failed)).where(
        jobs.c.id.in_(select(jobs.c.id).where(jobs.c.state.in_(ENDED), jobs.c.type == job.type).order_by(
            jobs.c.created_at.desc()).limit(_LOOK_BACK)))).one()
    return past[0] / past[1] if past[1] else _GUESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the ledger says of a job at one moment."""

    job: Row[Any]
    #: What is running; None when nothing is.
    current: dict[str, Any] | None
    #: Time of an operation: of its own, or of others of its kind where none of its own has ended. [s]
    each: float
    #: The first errors.
    errors: list[dict[str, Any]]


def read_figures(connection: Connection, job: Row[Any]) -> Figures:
    """What the status of a job is made of; it may be shown at any later time while the ledger stays as it is.

    Parameters
    ----------
    connection : Connection
        To the store.
    job : Row
        Of the job.

    Returns
    -------
    Figures
    """
    ended = job.state in ENDED
    each = average(job)
    if each is None:
        each = 0.0 if ended else _past_average(connection, job)
    return Figures(job=job, current=None if ended else _current(connection, job.id), each=each,
                   errors=errors_of(connection, job.id, LISTED) if job.failed else [])


def status_view(figures: Figures, now: datetime, workers: int) -> dict[str, Any]:
    """The status of a job.

    Parameters
    ----------
    figures : Figures
        Of the job.
    now : datetime
        The time.
    workers : int
        Processes of the service.

    Returns
    -------
    dict
        `data` of the answer.
    """
    job = figures.job
    ended = job.succeeded + job.failed
    left = 0.0 if job.state in ENDED else (job.total - ended) * figures.each / max(1, min(job.max_concurrent, workers))
    begin = max(now, job.not_before) if job.not_before is not None else now
    expected = job.completed_at if job.state in ENDED else None if job.state == "paused" else begin + timedelta(
        seconds=left)
    each = average(job)
    view = {
        "job_id": job.id, "type": job.type, "description": job.description, "status": job.state,
        "created_at": stamp(job.created_at), "started_at": stamp(job.started_at),
        "completed_at": stamp(job.completed_at), "estimated_completion": stamp(expected),
        "progress": {**_counts(job), "current_operation": figures.current},
        "statistics": {
            "success_rate": round(100.0 * job.succeeded / ended, 1) if ended else None,
            "average_operation_time": None if each is None else seconds_text(each),
            "estimated_remaining_time": duration(left),
            "peak_memory_mb": round(job.peak_memory / 1e6, 1) if job.peak_memory else None,
        },
        "errors": figures.errors,
    }
    return {**view, "error": job.error} if job.error is not None else view


def job_view(connection: Connection, job: Row[Any], now: datetime, workers: int) -> dict[str, Any]:
    """The status of a job as it is now; see `read_figures` and `status_view`."""
    return status_view(read_figures(connection, job), now, workers)


def seconds_text(seconds: float) -> str:
    """A short time with as many digits as it needs: 0.004s, 1.2s."""
    return f"{seconds:.3g}s" if seconds < 1.0 else duration(seconds)


def created_view(connection: Connection, job: Row[Any], now: datetime, workers: int) -> dict[str, Any]:
    """What the creation of a job is answered with."""
    full = job_view(connection, job, now, workers)
    progress = {name: value for name, value in full["progress"].items() if name != "current_operation"}
    names = ("job_id", "status", "created_at", "estimated_completion")
    return {**{name: full[name] for name in names}, "progress": progress}


def errors_of(connection: Connection, job_id: str, most: int, after: int = -1) -> list[dict[str, Any]]:
    """Operations that failed, in their order."""
    rows = connection.execute(select(unit_items).where(
        unit_items.c.job_id == job_id, unit_items.c.state == "failed", unit_items.c.operation > after).order_by(
        unit_items.c.operation).limit(most)).all()
    return [{"operation_index": row.operation, "resource_id": row.resource_id,
             "error": {"code": row.code, "message": row.message}, "attempts": row.attempts, "status": "failed"}
            for row in rows]


def results_of(connection: Connection, job_id: str, most: int, after: int = -1) -> list[dict[str, Any]]:
    """What became of operations, in their order."""
    rows: Sequence[Row[Any]] = connection.execute(select(unit_items).where(
        unit_items.c.job_id == job_id, unit_items.c.operation > after).order_by(
        unit_items.c.operation).limit(most)).all()
    return [{"operation_index": row.operation, "type": row.type, "resource_id": row.resource_id,
             "status": row.state, "attempts": row.attempts,
             **({"result": row.outcome} if row.state == "succeeded" else
                {"error": {"code": row.code, "message": row.message}})} for row in rows]


def collection_view(connection: Connection, job: Row[Any]) -> dict[str, Any]:
    """The same job as the collections show it: processing, completed or failed.

    Parameters
    ----------
    connection : Connection
        To the store.
    job : Row
        Of the job.

    Returns
    -------
    dict
        The whole answer; with `results` once it has ended.
    """
    progress = _counts(job)["percentage"]
    status = {"completed": "completed", "failed": "failed", "cancelled": "failed"}.get(job.state, "processing")
    view: dict[str, Any] = {"job_id": job.id, "status": status, "progress": progress}
    if job.state not in ENDED:
        return view
    rows = connection.execute(select(unit_items).where(
        unit_items.c.job_id == job.id, unit_items.c.state == "failed").order_by(
        unit_items.c.operation).limit(LISTED)).all()
    errors = [{"index": row.operation, "error": _item_code(row.code), "message": row.message,
               "item": {"id": row.resource_id}} for row in rows]
    view["results"] = {"created": job.succeeded, "failed": job.failed, "errors": errors}
    if job.error is not None:
        view["error"] = {"error": _item_code(job.error["code"]), "message": job.error["message"]}
    return view


def _item_code(code: str) -> str:
    from buem.service.errors import kind_of_code

    return kind_of_code(code).item_code
