"""Schedules: batches that come again, each fire exactly once.

The next fire stands in the store in UTC. Whoever finds it due moves it on in the transaction that also writes the fire
and its job, so of two servers one fires and the other finds nothing. After a stop, what was missed fires once.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Row, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from buem.errors import BuemError, Problem, problem
from buem.service.answers import stamp
from buem.service.batch_request import BatchRequest, read_batch
from buem.service.clock import Timing, first_common_fire, next_fire, read_timing
from buem.service.errors import ApiError, details_of
from buem.service.events import emit, emit_failed_fire
from buem.service.filters import known_fields
from buem.service.kept_weather import weather_names
from buem.service.notification import read_notification
from buem.service.options import ServiceOptions
from buem.service.planning import Origin, create_job
from buem.service.store import is_sqlite, reading, transaction
from buem.service.tables import fires, schedules
from buem.service.template_rows import find_template
from buem.service.templates import fill
from buem.service.unknown import unknown_problems

logger = logging.getLogger(__name__)

_NAMES: Final = ("name", "description", "batch", "timing", "notification")
_TEXT: Final = 2000
#: How far ahead two schedules of the same batch are compared.
_AHEAD: Final = timedelta(days=400)
#: Number of PostgreSQL's advisory lock under which schedules are compared and written.
_COMPARING: Final = 0x6275656E


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A schedule as it was asked for."""

    name: str
    description: str
    #: `{template_id, parameters}` or a whole batch.
    batch: dict[str, Any]
    timing_asked: dict[str, Any]
    timing: Timing
    notification: dict[str, Any] | None

    @property
    def fingerprint(self) -> str:
        """The same for schedules that run the same."""
        same = self.batch
        if "template_id" in same:
            same = {"template_id": same["template_id"], "parameters": same.get("parameters") or {}}
        return hashlib.sha256(msgspec.json.encode(same, order="sorted")).hexdigest()


class _TakenError(BuemError):
    """Another server was faster."""


def read_schedule(given: object, store: Engine, options: ServiceOptions, path: str = "schedule") -> Schedule:
    """The schedule that a body describes; what it runs is checked as if it ran now.

    Parameters
    ----------
    given : object
        `{name, description, batch, timing, notification}`.
    store : Engine
        With the templates.
    options : ServiceOptions
        How the service runs.
    path : str
        Where it stands.

    Returns
    -------
    Schedule

    Raises
    ------
    ApiError
        404 for an unknown template, else 400 with everything that is wrong.
    """
    problems: list[Problem] = []
    if not isinstance(given, dict):
        given, problems = {}, [problem(path, given, "an object with name, batch, timing", "WRONG_TYPE")]
    problems += unknown_problems(given, path, _NAMES)
    texts = {name: _text(given, name, path, problems) for name in ("name", "description")}
    timing = read_timing(given.get("timing"), f"{path}.timing", problems)
    read_notification(given.get("notification"), f"{path}.notification", options.egress, problems)
    batch = given.get("batch")
    if not isinstance(batch, dict):
        expected = "an object with template_id and parameters, or a batch"
        problems.append(problem(f"{path}.batch", batch, expected, "WRONG_TYPE"))
    if problems or timing is None or not isinstance(batch, dict):
        raise ApiError("validation", "The schedule cannot be used.", details_of(problems))
    batch_of(batch, store, options)
    return Schedule(name=texts["name"], description=texts["description"], batch=batch, timing=timing,
                    timing_asked=given["timing"], notification=given.get("notification"))


def batch_of(batch: Mapping[str, Any], store: Engine, options: ServiceOptions) -> BatchRequest:
    """What a schedule runs, now.

    Parameters
    ----------
    batch : mapping
        `{template_id, parameters}` or a whole batch.
    store : Engine
        With the templates.
    options : ServiceOptions
        How the service runs.

    Returns
    -------
    BatchRequest

    Raises
    ------
    ApiError
        404 when the template is not there, 400 when it or the batch cannot be used.
    """
    with reading(store) as connection:
        whole: Mapping[str, Any] = batch
        if "template_id" in batch:
            wrong = unknown_problems(batch, "schedule.batch", ("template_id", "parameters"))
            if wrong:
                raise ApiError("validation", "The schedule cannot be used.", details_of(wrong))
            template = find_template(connection, batch["template_id"], "schedule.batch.template_id")
            whole = fill(template, batch.get("parameters"), "schedule.batch.parameters")
        return read_batch({"batch": whole}, options, known_fields(connection), weather_names(connection))


def insert_schedule(connection: Connection, wanted: Schedule, owner: str | None, now: datetime) -> str:
    """Write a new schedule.

    Parameters
    ----------
    connection : Connection
        A transaction.
    wanted : Schedule
        Of `read_schedule`.
    owner : str or None
        Id of the key that asked.
    now : datetime
        The time.

    Returns
    -------
    str
        Its id.

    Raises
    ------
    ApiError
        409 SCHEDULE_CONFLICT, or 400 when it would never fire.
    """
    name = f"schedule_{secrets.token_hex(8)}"
    upcoming = _first(connection, wanted, name, now)
    connection.execute(insert(schedules).values(
        id=name, owner=owner, state="active", next_fire=upcoming, created_at=now, **_values(wanted, now)))
    return name


def replace_schedule(connection: Connection, row: Row[Any], wanted: Schedule, now: datetime) -> None:
    """Change a schedule; one that is paused stays so, one that had ended is active again.

    Parameters
    ----------
    connection : Connection
        A transaction that holds the schedule's row.
    row : Row
        The schedule as it is.
    wanted : Schedule
        As it shall be.
    now : datetime
        The time.

    Raises
    ------
    ApiError
        As `insert_schedule`.
    """
    upcoming = _first(connection, wanted, row.id, now)
    paused = row.state == "paused"
    connection.execute(update(schedules).where(schedules.c.id == row.id).values(
        state="paused" if paused else "active", next_fire=None if paused else upcoming, **_values(wanted, now)))


def pause(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Let a schedule fire no more until it is resumed.

    Raises
    ------
    ApiError
        409 INVALID_STATE when it is not active.
    """
    if row.state != "active":
        raise ApiError("invalid_state", f"The schedule is {row.state}; only an active one can be paused.")
    connection.execute(update(schedules).where(schedules.c.id == row.id).values(
        state="paused", next_fire=None, updated_at=now))


def resume(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Let a paused schedule fire again; what fell into the pause is not made up for.

    Raises
    ------
    ApiError
        409 INVALID_STATE when it is not paused, SCHEDULE_CONFLICT when another one came in the meantime.
    """
    if row.state != "paused":
        raise ApiError("invalid_state", f"The schedule is {row.state}; only a paused one can be resumed.")
    wanted = schedule_of(row)
    connection.execute(update(schedules).where(schedules.c.id == row.id).values(
        state="active", next_fire=_first(connection, wanted, row.id, now), updated_at=now))


def remove(connection: Connection, schedule_id: str) -> None:
    """Delete a schedule with its fires; their jobs stay."""
    connection.execute(delete(fires).where(fires.c.schedule_id == schedule_id))
    connection.execute(delete(schedules).where(schedules.c.id == schedule_id))


def find_schedule(connection: Connection, schedule_id: str, *, lock: bool = False) -> Row[Any]:
    """The row of a schedule.

    Raises
    ------
    ApiError
        404 when there is none.
    """
    wanted = select(schedules).where(schedules.c.id == schedule_id.replace("\0", ""))
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    if row is None:
        raise ApiError("not_found", f"Schedule not found: {schedule_id[:80]}")
    return row


def schedule_of(row: Row[Any]) -> Schedule:
    """The schedule of a row."""
    problems: list[Problem] = []
    timing = read_timing(row.timing, "timing", problems)
    if timing is None:
        # A zone may leave the database of the machine; the schedule cannot fire then, and says so.
        raise ApiError("validation", f"The timing of schedule {row.id} cannot be used.", details_of(problems))
    return Schedule(name=row.name, description=row.description, batch=row.batch, timing=timing,
                    timing_asked=row.timing, notification=row.notification)


def schedule_json(row: Row[Any]) -> dict[str, Any]:
    """A schedule as answers show it."""
    return {
        "id": row.id, "name": row.name, "description": row.description, "status": row.state, "batch": row.batch,
        "timing": row.timing, "notification": row.notification, "next_run": stamp(row.next_fire),
        "last_run": stamp(row.last_fire), "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at),
    }


def step(store: Engine, options: ServiceOptions, now: datetime) -> int:
    """Fire what is due.

    Parameters
    ----------
    store : Engine
        The store.
    options : ServiceOptions
        How the service runs.
    now : datetime
        The time.

    Returns
    -------
    int
        Fires.
    """
    with reading(store) as connection:
        due = connection.execute(select(schedules).where(
            schedules.c.state == "active", schedules.c.next_fire <= now).order_by(
            schedules.c.next_fire, schedules.c.id)).all()
    return sum(_fire(store, options, row, now) for row in due)


def _fire(store: Engine, options: ServiceOptions, row: Row[Any], now: datetime) -> bool:
    """Fire once; False when another server was faster."""
    try:
        batch = replace(batch_of(row.batch, store, options), notification=row.notification)
        create_job(store, options, batch, now, deferred=True,
                   origin=Origin(owner=row.owner, template_id=row.batch.get("template_id"), schedule_id=row.id),
                   within=lambda connection, job_id: _move_on(connection, row, job_id, None, now))
    except (_TakenError, IntegrityError):
        return False
    except BuemError as error:
        logger.warning("schedule %s fired, and no job came of it: %s", row.id, error)
        return _fire_in_vain(store, row, str(error), now)
    return True


def _fire_in_vain(store: Engine, row: Row[Any], message: str, now: datetime) -> bool:
    try:
        with transaction(store) as connection:
            _move_on(connection, row, None, message, now)
            emit_failed_fire(connection, row.id, message, row.notification, now)
    except (_TakenError, IntegrityError):
        return False
    return True


def _move_on(connection: Connection, row: Row[Any], job_id: str | None, error: str | None, now: datetime) -> None:
    """Write the fire, and move the schedule on to the next one after now: what was missed in between runs no more."""
    try:
        upcoming = next_fire(schedule_of(row).timing, max(now, row.next_fire))
    except ApiError:
        upcoming = None
    moved = connection.execute(update(schedules).where(
        schedules.c.id == row.id, schedules.c.state == "active", schedules.c.next_fire == row.next_fire).values(
        next_fire=upcoming, last_fire=row.next_fire, state="active" if upcoming is not None else "ended"))
    if moved.rowcount != 1:
        raise _TakenError(row.id)
    connection.execute(insert(fires).values(schedule_id=row.id, fire_time=row.next_fire, job_id=job_id, error=error,
                                            fired_at=now))
    if job_id is not None:
        emit(connection, "schedule_fired", job_id, {"schedule_id": row.id, "fire_time": stamp(row.next_fire)}, now)


def _first(connection: Connection, wanted: Schedule, schedule_id: str, now: datetime) -> datetime:
    """The next fire of a schedule that no other one of the same batch shares."""
    if not is_sqlite(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _COMPARING})
    upcoming = next_fire(wanted.timing, now)
    if upcoming is None:
        wrong = problem("schedule.timing", None, "a time that is still to come", "INVALID_TIMING")
        raise ApiError("validation", "The schedule would never fire.", details_of([wrong]))
    others = connection.execute(select(schedules).where(
        schedules.c.fingerprint == wanted.fingerprint, schedules.c.state == "active",
        schedules.c.id != schedule_id).order_by(schedules.c.created_at)).all()
    for other in others:
        shared = first_common_fire(wanted.timing, schedule_of(other).timing, now, now + _AHEAD)
        if shared is not None:
            raise ApiError("schedule_conflict", "Schedule conflict detected",
                           [{"time": stamp(shared), "conflict_with": other.id}])
    return upcoming


def _values(wanted: Schedule, now: datetime) -> dict[str, Any]:
    return {"name": wanted.name, "description": wanted.description, "batch": wanted.batch,
            "fingerprint": wanted.fingerprint, "timing": wanted.timing_asked, "notification": wanted.notification,
            "updated_at": now}


def _text(given: Mapping[str, Any], name: str, path: str, problems: list[Problem]) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > _TEXT or (name == "name" and not value.strip()):
        problems.append(problem(f"{path}.{name}", value or None, f"a text of 1 to {_TEXT} letters", "WRONG_TYPE"))
        return ""
    return value
