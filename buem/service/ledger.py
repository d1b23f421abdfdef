"""The ledger: which units of which jobs are waiting, running, done. Whatever is not written here has not happened.

A unit is executed at least once and counts exactly once: each claim has a number, and what an older claim brings is
refused. Every transaction locks the row of the job before those of its units, so that none waits for another in a ring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, and_, delete, func, insert, or_, select, update

from buem.errors import BuemError
from buem.service.events import emit
from buem.service.retry import rule_from_json
from buem.service.store import reading, transaction
from buem.service.tables import jobs, results, unit_items, units, workers
from buem.service.windows import is_open

#: States in which nothing more happens by itself.
ENDED: Final = ("completed", "failed", "cancelled")
#: After this a worker without a sign of life is forgotten.
_SILENT: Final = timedelta(seconds=60)
#: Jobs that are looked at for a unit.
_LOOK: Final = 50


class Refused(BuemError):
    """What a worker brings belongs to a claim that is not its own any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A unit that a worker may run until its lease ends."""

    job_id: str
    number: int
    attempt: int
    owner: str
    #: Tries of its operations, this one included.
    tries: int
    stage: int
    type: str
    first: int
    size: int
    items: dict[str, Any]
    #: Indices still to do, rising.
    pending: tuple[int, ...]
    #: The operation as it was asked for.
    operation: dict[str, Any]
    #: strict, lenient or "".
    mode: str
    operation_s: float | None
    lease_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What became of one operation."""

    index: int
    resource_id: str
    #: Of `errors.KINDS`; None for success.
    error: str | None = None
    #: Code and sentence of an error.
    code: str = ""
    message: str = ""
    outcome: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFile:
    """A file that is durable, and not in the ledger yet."""

    kind: str
    #: From the folder of the service.
    path: str
    size: int
    sha256: str
    first: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a unit brings."""

    items: Sequence[Item] = ()
    files: Sequence[ResultFile] = ()
    #: Resident memory at its highest. [B]
    peak_memory: int = 0
    #: Done in the transaction that writes the outcome, which takes the items it gives instead.
    effect: Callable[[Connection, datetime], Sequence[Item]] | None = field(default=None, compare=False)
    #: Done once the outcome is written; lost by a kill, which must do no harm.
    after: Callable[[], None] | None = field(default=None, compare=False)
    #: Only for the cutting of a stage: the units, each with its count and items.
    cut: Sequence[tuple[int, dict[str, Any]]] | None = None
    #: {code, message}: the job as a whole cannot go on.
    broken: dict[str, Any] | None = None


def claim(store: Engine, owner: str, now: datetime, lease: float) -> Claim | None:
    """Take the next unit; jobs take turns.

    Parameters
    ----------
    store : Engine
        The store.
    owner : str
        Who takes it.
    now : datetime
        The time.
    lease : float
        How long it is held. [s]

    Returns
    -------
    Claim or None
        None when there is nothing to do now.
    """
    with reading(store) as connection:
        open_ = [row.id for row in connection.execute(_claimable(now)) if is_open(row.window, now)]
        open_ = [name for name in open_ if connection.execute(_next_unit(name, now)).first() is not None]
    for name in open_:
        with transaction(store) as connection:
            found = _claim_of(connection, name, owner, now, now + timedelta(seconds=lease))
        if found is not None:
            return found
    return None


def _claimable(now: datetime) -> Any:
    due = or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now)
    return select(jobs.c.id, jobs.c.window).where(jobs.c.state.in_(("queued", "running")), due).order_by(
        jobs.c.claimed_at.is_not(None), jobs.c.claimed_at, jobs.c.created_at).limit(_LOOK)


def _next_unit(job_id: str, now: datetime) -> Any:
    ready = and_(units.c.state == "waiting", or_(units.c.not_before.is_(None), units.c.not_before <= now))
    left = and_(units.c.state == "running", units.c.lease_until < now)
    stage = select(jobs.c.stage).where(jobs.c.id == job_id).scalar_subquery()
    return select(units).where(units.c.job_id == job_id, units.c.stage == stage, or_(ready, left)).order_by(
        units.c.number).limit(1)


def _claim_of(connection: Connection, job_id: str, owner: str, now: datetime, until: datetime) -> Claim | None:
    job = connection.execute(select(jobs).where(
        jobs.c.id == job_id, jobs.c.state.in_(("queued", "running"))).with_for_update(skip_locked=True)).first()
    if job is None:
        return None
    running = connection.execute(select(func.count()).select_from(units).where(
        units.c.job_id == job_id, units.c.state == "running", units.c.lease_until >= now)).scalar_one()
    unit = None if running >= job.max_concurrent else connection.execute(_next_unit(job_id, now)).first()
    if unit is None:
        return None
    connection.execute(update(units).where(units.c.job_id == job_id, units.c.number == unit.number).values(
        state="running", owner=owner, attempt=unit.attempt + 1, lease_until=until, started_at=now, not_before=None))
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(
        state="running", started_at=job.started_at or now, claimed_at=now))
    if job.started_at is None:
        emit(connection, "job_started", job_id, event_details(job, now), now)
    pending = unit.pending if unit.pending is not None else range(unit.first, unit.first + unit.size)
    return Claim(
        job_id=job_id, number=unit.number, attempt=unit.attempt + 1, owner=owner, tries=unit.tries + 1,
        stage=unit.stage, type=unit.type, first=unit.first, size=unit.size, items=unit.items,
        pending=tuple(pending), operation=job.batch["operations"][unit.stage], mode=job.mode,
        operation_s=job.operation_s, lease_until=until,
    )


def extend(store: Engine, held: Claim, now: datetime, lease: float) -> bool:
    """Hold a unit longer.

    Returns
    -------
    bool
        False when it is not held any more: what it brings would be refused.
    """
    with transaction(store) as connection:
        done = connection.execute(update(units).where(_is_held(held)).values(
            lease_until=now + timedelta(seconds=lease)))
    return done.rowcount == 1


def _is_held(held: Claim) -> Any:
    return and_(units.c.job_id == held.job_id, units.c.number == held.number, units.c.state == "running",
                units.c.owner == held.owner, units.c.attempt == held.attempt)


def finish(store: Engine, held: Claim, outcome: Outcome, now: datetime) -> None:
    """Write what a unit brings, all of it or nothing.

    Parameters
    ----------
    store : Engine
        The store.
    held : Claim
        Of the worker that brings it.
    outcome : Outcome
        Its files are durable.
    now : datetime
        The time.

    Raises
    ------
    Refused
        When the claim is not the worker's any more; nothing is written.
    """
    with transaction(store) as connection:
        job = connection.execute(select(jobs).where(jobs.c.id == held.job_id).with_for_update()).first()
        unit = connection.execute(select(units).where(_is_held(held)).with_for_update()).first()
        if job is None or unit is None:
            raise Refused(f"unit {held.number} of job {held.job_id} is not held by attempt {held.attempt} any more")
        if outcome.broken is not None:
            _break(connection, held, outcome.broken, now)
        elif outcome.cut is not None:
            _write_cut(connection, job, held, outcome.cut, now)
        else:
            _write_items(connection, job, unit, held, outcome, now)
        advance(connection, held.job_id, now)


def _break(connection: Connection, held: Claim, error: dict[str, Any], now: datetime) -> None:
    _end_unit(connection, held, now)
    stop(connection, held.job_id, error, now)


def stop(connection: Connection, job_id: str, error: dict[str, Any] | None, now: datetime) -> None:
    """Let no more units of a job be claimed.

    Parameters
    ----------
    connection : Connection
        A transaction that holds the job's row.
    job_id : str
        The job.
    error : dict or None
        {code, message, operation_index} when it failed.
    now : datetime
        The time.
    """
    connection.execute(update(units).where(units.c.job_id == job_id, units.c.state == "waiting").values(
        state="cancelled", ended_at=now))
    if error is not None:
        # The error that came first is the one that stopped it.
        connection.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.error.is_(None)).values(error=error))


def _end_unit(connection: Connection, held: Claim, now: datetime) -> None:
    connection.execute(update(units).where(units.c.job_id == held.job_id, units.c.number == held.number).values(
        state="done", owner=None, lease_until=None, pending=None, ended_at=now, tries=held.tries))


def _write_cut(connection: Connection, job: Row[Any], held: Claim, cut: Sequence[tuple[int, dict[str, Any]]],
               now: datetime) -> None:
    insert_units(connection, job, held.stage, cut)
    _end_unit(connection, held, now)


def insert_units(connection: Connection, job: Row[Any], stage: int, cut: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Add the units of a stage to a job.

    Parameters
    ----------
    connection : Connection
        A transaction that holds the job's row.
    job : Row
        Of the job, as it is now.
    stage : int
        Position of the operation.
    cut : sequence of (int, dict)
        Number of operations and items of each unit.
    """
    kind = job.batch["operations"][stage]["type"]
    first, number, rows = job.total, job.units, []
    for count, items in cut:
        rows.append({"job_id": job.id, "number": number, "stage": stage, "type": kind, "state": "waiting",
                     "first": first, "size": count, "items": items, "attempt": 0, "tries": 0, "deaths": 0})
        first, number = first + count, number + 1
    for start in range(0, len(rows), 200):
        connection.execute(insert(units), rows[start : start + 200])
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(
        total=first, units=number, planned=max(job.planned, stage + 1)))


def _write_items(connection: Connection, job: Row[Any], unit: Row[Any], held: Claim, outcome: Outcome, now: datetime
                 ) -> None:
    items = outcome.items if outcome.effect is None else outcome.effect(connection, now)
    rule = rule_from_json(job.retry)
    again = [item.index for item in items if item.error is not None and item.error not in VALIDATION
             and held.tries < rule.attempts and job.error is None]
    final = [item for item in items if item.index not in set(again)]
    _insert_items(connection, held, final, now)
    _insert_files(connection, held, outcome.files, now)
    seconds = max(0.0, (now - unit.started_at).total_seconds())
    failed = [item for item in final if item.error is not None]
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(
        succeeded=jobs.c.succeeded + len(final) - len(failed), failed=jobs.c.failed + len(failed),
        busy=jobs.c.busy + seconds, peak_memory=max(job.peak_memory, outcome.peak_memory)))
    if again:
        wait = timedelta(seconds=rule.wait(held.tries, f"{job.id}/{unit.number}"))
        connection.execute(update(units).where(units.c.job_id == job.id, units.c.number == unit.number).values(
            state="waiting", owner=None, lease_until=None, pending=again, tries=held.tries, not_before=now + wait))
    else:
        _end_unit(connection, held, now)
    if failed and job.on_error == "stop":
        first = min(failed, key=lambda item: item.index)
        stop(connection, job.id, {"code": first.code, "message": first.message, "operation_index": first.index}, now)
    _tell_progress(connection, job, len(final), now)


#: Kinds of errors that no further try mends.
VALIDATION: Final = ("validation", "conflict")


def _insert_items(connection: Connection, held: Claim, items: Sequence[Item], now: datetime) -> None:
    rows = [{"job_id": held.job_id, "operation": item.index, "unit": held.number, "type": held.type,
             "resource_id": item.resource_id, "state": "succeeded" if item.error is None else "failed",
             "attempts": held.tries, "code": item.code or None, "message": item.message or None,
             "outcome": item.outcome, "ended_at": now} for item in items]
    if rows:
        connection.execute(insert(unit_items), rows)


def _insert_files(connection: Connection, held: Claim, files: Sequence[ResultFile], now: datetime) -> None:
    rows = [{"job_id": held.job_id, "unit": held.number, "attempt": held.attempt, "kind": file.kind,
             "first": file.first, "path": file.path, "size": file.size, "sha256": file.sha256, "rows": file.rows,
             "created_at": now} for file in files]
    if rows:
        connection.execute(insert(results), rows)


def _tell_progress(connection: Connection, job: Row[Any], ended: int, now: datetime) -> None:
    """An event for each tenth of the job."""
    before = job.succeeded + job.failed
    if job.total and 10 * (before + ended) // job.total > 10 * before // job.total and before + ended < job.total:
        fresh = connection.execute(select(jobs).where(jobs.c.id == job.id)).one()
        emit(connection, "job_progress", job.id, event_details(fresh, now), now)


def advance(connection: Connection, job_id: str, now: datetime) -> None:
    """Go to the next operation of a job when all units of this one have ended, and end the job after the last.

    Parameters
    ----------
    connection : Connection
        A transaction that holds the job's row.
    job_id : str
        The job.
    now : datetime
        The time.
    """
    while True:
        job = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
        if job.state in ENDED:
            return
        left = connection.execute(select(units.c.number).where(
            units.c.job_id == job_id, units.c.state.in_(("waiting", "running"))).order_by(
            units.c.stage).limit(1)).first()
        running = left is not None and connection.execute(select(units.c.number).where(
            units.c.job_id == job_id, units.c.stage == job.stage,
            units.c.state.in_(("waiting", "running"))).limit(1)).first() is not None
        if running:
            return
        stages = len(job.batch["operations"])
        if job.error is not None or (left is None and job.planned >= stages):
            _end_job(connection, job, now)
            return
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(stage=job.stage + 1))
        if job.stage + 1 >= job.planned:
            insert_plan(connection, job, job.stage + 1)
            return


def insert_plan(connection: Connection, job: Row[Any], stage: int) -> None:
    """Add the unit that cuts a stage into units; it counts as no operation."""
    connection.execute(insert(units).values(
        job_id=job.id, number=job.units, stage=stage, type="plan", state="waiting", first=job.total, size=0,
        items={}, attempt=0, tries=0, deaths=0))
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(units=job.units + 1, planned=stage + 1))


def _end_job(connection: Connection, job: Row[Any], now: datetime) -> None:
    failed = job.error is not None or (job.failed > 0 and job.succeeded == 0)
    error = job.error
    if failed and error is None:
        first = connection.execute(select(unit_items).where(
            unit_items.c.job_id == job.id, unit_items.c.state == "failed").order_by(
            unit_items.c.operation).limit(1)).one()
        error = {"code": first.code, "message": first.message, "operation_index": first.operation}
    state = "failed" if failed else "completed"
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(state=state, completed_at=now, error=error))
    details = event_details(job, now)
    emit(connection, "job_failed" if failed else "job_completed", job.id, details, now)


def event_details(job: Row[Any], now: datetime) -> dict[str, Any]:
    """What an event says of its job: counts, and how long it has run."""
    seconds = (now - job.started_at).total_seconds() if job.started_at is not None else 0.0
    return {"total_operations": job.total, "succeeded": job.succeeded, "failed": job.failed,
            "duration": duration(seconds)}


def duration(seconds: float) -> str:
    """A time as the documents write it: 1.2s, 20m, 3h 5m."""
    if seconds < 60:
        return f"{seconds:.1f}s" if seconds < 10 else f"{seconds:.0f}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m" if minutes else f"{hours}h"


def release(store: Engine, is_dead: Callable[[str], bool | None], now: datetime) -> int:
    """Let the units of dead workers be claimed again.

    Parameters
    ----------
    store : Engine
        The store.
    is_dead : callable
        Of an owner: True when it died by itself, None when it died with its server, False while it lives.
    now : datetime
        The time.

    Returns
    -------
    int
        Number of units.
    """
    with reading(store) as connection:
        held = connection.execute(select(units.c.job_id, units.c.number, units.c.owner, units.c.attempt).where(
            units.c.state == "running")).all()
    dead = {owner: is_dead(owner) for owner in {row.owner for row in held}}
    freed = 0
    for row in held:
        if dead[row.owner] is False:
            continue
        with transaction(store) as connection:
            connection.execute(select(jobs.c.id).where(jobs.c.id == row.job_id).with_for_update())
            done = connection.execute(update(units).where(
                units.c.job_id == row.job_id, units.c.number == row.number, units.c.state == "running",
                units.c.owner == row.owner, units.c.attempt == row.attempt).values(
                state="waiting", owner=None, lease_until=None, deaths=units.c.deaths + int(dead[row.owner] is True)))
            freed += done.rowcount
            if done.rowcount:
                _part(connection, row.job_id, row.number, now)
    return freed


#: Deaths of workers after which a unit is cut, or a single operation given up.
_FORGIVEN: Final = 2


def _part(connection: Connection, job_id: str, number: int, now: datetime) -> None:
    """Cut a unit that its workers die of, until the operation that does it stands alone, and fail that."""
    unit = connection.execute(select(units).where(units.c.job_id == job_id, units.c.number == number)).one()
    if unit.deaths <= _FORGIVEN or unit.type == "plan":
        return
    pending = unit.pending if unit.pending is not None else list(range(unit.first, unit.first + unit.size))
    if len(pending) > 1:
        half = len(pending) // 2
        job = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
        connection.execute(update(units).where(units.c.job_id == job_id, units.c.number == number).values(
            pending=pending[:half], deaths=0))
        copy: Mapping[str, Any] = {**unit._mapping, "number": job.units, "pending": pending[half:], "deaths": 0}
        connection.execute(insert(units).values(**copy))
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(units=job.units + 1))
        return
    job = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
    ids = unit.items.get("ids", [])
    name = ids[pending[0] - unit.first] if ids else ""
    values = {"job_id": job_id, "operation": pending[0], "unit": number, "type": unit.type, "resource_id": name,
              "state": "failed", "attempts": unit.tries + 1, "code": "SYSTEM_ERROR",
              "message": f"its worker died {unit.deaths} times", "ended_at": now}
    connection.execute(insert(unit_items).values(**values))
    connection.execute(update(units).where(units.c.job_id == job_id, units.c.number == number).values(
        state="done", pending=None, ended_at=now))
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(failed=job.failed + 1))
    if job.on_error == "stop":
        stop(connection, job_id, {"code": "SYSTEM_ERROR", "message": values["message"],
                                  "operation_index": pending[0]}, now)
    advance(connection, job_id, now)


def expire(store: Engine, now: datetime) -> int:
    """End jobs whose time is over.

    Returns
    -------
    int
        Number of jobs.
    """
    with reading(store) as connection:
        timed = connection.execute(select(jobs.c.id, jobs.c.started_at, jobs.c.job_s).where(
            jobs.c.state.in_(("queued", "running", "paused")), jobs.c.job_s.is_not(None),
            jobs.c.started_at.is_not(None))).all()
    late = [row for row in timed if row.started_at + timedelta(seconds=row.job_s) <= now]
    for row in late:
        with transaction(store) as connection:
            job = connection.execute(select(jobs).where(jobs.c.id == row.id).with_for_update()).one()
            if job.state in ENDED:
                continue
            error = {"code": "TIMEOUT_ERROR", "message": f"the job was not done after {row.job_s:g} s"}
            stop(connection, row.id, error, now)
            connection.execute(update(units).where(units.c.job_id == row.id, units.c.state == "running").values(
                state="cancelled", ended_at=now))
            advance(connection, row.id, now)
    return len(late)


def forget(connection: Connection, job_id: str) -> list[str]:
    """Delete a job with all that belongs to it.

    Returns
    -------
    list of str
        Paths of its files, from the folder of the service.
    """
    paths = list(connection.execute(select(results.c.path).where(results.c.job_id == job_id)).scalars())
    for table in (results, unit_items, units):
        connection.execute(delete(table).where(table.c.job_id == job_id))
    connection.execute(delete(jobs).where(jobs.c.id == job_id))
    return paths


def beat(store: Engine, owner: str, process: int, memory: int, budget: int, now: datetime) -> None:
    """Note that a worker lives.

    Parameters
    ----------
    store : Engine
        The store.
    owner : str
        Its name.
    process : int
        Its process number.
    memory, budget : int
        Resident now, and what a chunk may take. [B]
    now : datetime
        The time.
    """
    values = {"memory": memory, "budget": budget, "beat_at": now}
    with transaction(store) as connection:
        done = connection.execute(update(workers).where(workers.c.owner == owner).values(**values))
        if done.rowcount == 0:
            name = owner.rpartition("/")[0]
            connection.execute(delete(workers).where(or_(workers.c.beat_at < now - _SILENT, and_(
                workers.c.server == name, workers.c.process == process))))
            connection.execute(insert(workers).values(owner=owner, server=name, process=process, **values))
