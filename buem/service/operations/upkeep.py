"""cleanup and optimize: what is old goes, what is scattered comes together."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, delete, select, text

from buem.io.durable import durable
from buem.service.answers import stamp, utc_now
from buem.service.inputs import job_folder
from buem.service.ledger import ENDED, Claim, Item, Outcome, ResultFile, forget
from buem.service.operations.context import Context, result_file, result_path
from buem.service.operations.results_read import only_item
from buem.service.store import is_sqlite, reading
from buem.service.tables import jobs, results, uploads

#: A file without a row may be that of a request or of a claim under way, until it is as old as this. [s]
_YOUNG: Final = 3600.0


def run_cleanup(context: Context, claim: Claim) -> Outcome:
    """Find what is old, and files that belong to nothing; remove both, unless it is only to be told.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit; without `dry_run: false` nothing is removed.

    Returns
    -------
    Outcome
        Its item names what is, or would be, removed.
    """
    now = utc_now()
    days = claim.operation.get("older_than_days")
    before = now - (context.service.keep_jobs if days is None else timedelta(days=days))
    dry = claim.operation.get("dry_run", True)
    with reading(context.store) as connection:
        old = connection.execute(select(jobs.c.id).where(
            jobs.c.state.in_(ENDED), jobs.c.completed_at < before, jobs.c.id != claim.job_id)).scalars().all()
        gone = connection.execute(select(uploads.c.id, uploads.c.path).where(uploads.c.updated_at < before)).all()
        orphans = _orphans(context, connection, now)
    files = [path for name in old for path in job_folder(context.service.folder, name).rglob("*") if path.is_file()]
    files += [context.service.folder / row.path for row in gone]
    size = sum(path.stat().st_size for path in (*files, *orphans) if path.is_file())
    outcome = {"status": "told" if dry else "removed", "dry_run": dry, "older_than": stamp(before), "jobs": len(old),
               "uploads": len(gone), "orphans": len(orphans), "bytes": size}
    if dry:
        return Outcome(items=[only_item(claim, outcome)])

    def effect(connection: Connection, now: datetime) -> Sequence[Item]:
        for name in old:
            forget(connection, name)
        connection.execute(delete(uploads).where(uploads.c.id.in_([row.id for row in gone])))
        return [only_item(claim, outcome)]

    # Orphans belong to nobody, so that they may go first. What the effect orphans the next cleaning finds, should this
    # one be killed before `after`.
    for path in orphans:
        path.unlink(missing_ok=True)
    return Outcome(effect=effect, after=lambda: _remove(context, old, [row.path for row in gone]))


def _remove(context: Context, names: Sequence[str], paths: Sequence[str]) -> None:
    for name in names:
        shutil.rmtree(job_folder(context.service.folder, name), ignore_errors=True)
    for path in paths:
        (context.service.folder / path).unlink(missing_ok=True)


def _orphans(context: Context, connection: Connection, now: datetime) -> list[Path]:
    """Files of jobs that are not known, and files that no row of a job that has ended names."""
    folder = context.service.folder
    states: dict[str, str] = {row.id: row.state for row in connection.execute(select(jobs.c.id, jobs.c.state))}
    named = set(connection.execute(select(results.c.path)).scalars())
    found = []
    for path in (folder / "jobs").glob("*/**/*"):
        if not path.is_file() or now.timestamp() - path.stat().st_mtime < _YOUNG:
            continue
        state = states.get(path.relative_to(folder / "jobs").parts[0])
        result = path.name[:6].isdigit() and path.relative_to(folder).as_posix() not in named
        if state is None or (state in ENDED and result):
            found.append(path)
    kept = set(connection.execute(select(uploads.c.path)).scalars())
    found += [path for path in (folder / "uploads").glob("*") if path.relative_to(folder).as_posix() not in kept
              and now.timestamp() - path.stat().st_mtime >= _YOUNG]
    before = now.timestamp() - context.service.keep_jobs.total_seconds()
    found += [path for path in (folder / "files").glob("*") if path.stat().st_mtime < before]
    return found


def run_optimize(context: Context, claim: Claim) -> Outcome:
    """Join the answers of the units of each job into one file, and compact the database.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
        Its item says how many files became how many.
    """
    with reading(context.store) as connection:
        rows = connection.execute(select(results).join(jobs, jobs.c.id == results.c.job_id).where(
            results.c.kind == "answers", jobs.c.state.in_(ENDED)).order_by(
            results.c.job_id, results.c.first, results.c.unit, results.c.attempt)).all()
    by_job: dict[str, list[Any]] = {}
    for row in rows:
        by_job.setdefault(row.job_id, []).append(row)
    scattered = {name: parts for name, parts in by_job.items() if len(parts) > 1}
    joined = {name: _join(context, claim, parts) for name, parts in scattered.items()}
    before = _size(context)
    _compact(context)
    outcome = {"status": "optimized", "files_before": sum(map(len, scattered.values())), "files_after": len(joined),
               "database_bytes_before": before, "database_bytes_after": _size(context)}

    def effect(connection: Connection, now: datetime) -> Sequence[Item]:
        for name, file in joined.items():
            _replace(connection, name, scattered[name], file, now)
        return [only_item(claim, outcome)]

    old = [row.path for parts in scattered.values() for row in parts]
    return Outcome(effect=effect, after=lambda: _remove(context, (), old))


def _join(context: Context, claim: Claim, parts: list[Any]) -> ResultFile:
    name = result_path(context, claim, "answers.jsonl").name
    path = job_folder(context.service.folder, parts[0].job_id) / f"000000-{claim.job_id}-{name}"
    with durable(path) as temporary, temporary.open("wb") as file:
        for part in parts:
            file.write((context.service.folder / part.path).read_bytes())
    return result_file(context, claim, "answers", path, sum(part.rows for part in parts), parts[0].first)


def _replace(connection: Connection, job_id: str, parts: list[Any], file: ResultFile, now: datetime) -> None:
    for part in parts:
        connection.execute(delete(results).where(
            results.c.job_id == job_id, results.c.unit == part.unit, results.c.attempt == part.attempt,
            results.c.kind == "answers"))
    connection.execute(results.insert().values(
        job_id=job_id, unit=parts[0].unit, attempt=parts[0].attempt, kind="answers", first=file.first, path=file.path,
        size=file.size, sha256=file.sha256, rows=file.rows, created_at=now))


def _size(context: Context) -> int:
    with reading(context.store) as connection:
        if is_sqlite(connection):
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _compact(context: Context) -> None:
    with context.store.connect() as connection:
        if is_sqlite(connection):
            # Outside any transaction: on the driver's own connection.
            raw = connection.connection.dbapi_connection
            connection.rollback()
            if raw is not None:
                raw.execute("VACUUM")
            return
    with context.store.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")
