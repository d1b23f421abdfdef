"""backup and restore: all buildings, templates, and jobs that have ended with their results, in one file."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, LargeBinary, Table, insert, select

from buem.io.durable import durable
from buem.service.errors import ApiError
from buem.service.ledger import ENDED, Claim, Item, Outcome
from buem.service.operations.context import Context, result_file, result_path
from buem.service.operations.importing import upload_path
from buem.service.operations.results_read import lost_item, only_item, paths_of
from buem.service.store import is_sqlite, reading
from buem.service.tables import (
    UtcTime,
    building_fields,
    buildings,
    jobs,
    results,
    templates,
    unit_items,
    units,
    weather,
)

#: Form of the file.
VERSION: Final = 1
KIND: Final = "backup.tar.gz"
_OF_JOBS: Final = (units, unit_items, results)
_ALONE: Final = (buildings, building_fields, weather, templates)
_NAME: Final = re.compile(r"jobs/[A-Za-z0-9_-]{1,64}/[A-Za-z0-9._-]{1,100}")
#: Rows that are written, or read, at once.
_BLOCK: Final = 500


def run_backup(context: Context, claim: Claim) -> Outcome:
    """Write the backup.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
        Its item says where the file is fetched, and how much it holds.
    """
    path = result_path(context, claim, KIND)
    with durable(path) as temporary, tarfile.open(temporary, "w:gz", compresslevel=3) as tar:
        counts = _write(context, tar)
    file = result_file(context, claim, KIND, path, counts["buildings"])
    where = f"/api/v1/batch/jobs/{claim.job_id}/files/{claim.number}-{KIND}"
    outcome = {"status": "backed up", "file": where, "bytes": file.size, "sha256": file.sha256, **counts}
    return Outcome(items=[only_item(claim, outcome)], files=[file])


def _write(context: Context, tar: tarfile.TarFile) -> dict[str, int]:
    counts = {}
    with reading(context.store) as connection:
        if not is_sqlite(connection):
            # One picture of the store for all tables; SQLite's transactions are one by themselves.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        ended = select(jobs.c.id).where(jobs.c.state.in_(ENDED))
        for table in (*_ALONE, jobs, *_OF_JOBS):
            query = select(table).order_by(*table.primary_key.columns)
            if table is jobs:
                query = query.where(jobs.c.state.in_(ENDED))
            elif table in _OF_JOBS:
                query = query.where(table.c.job_id.in_(ended))
            counts[table.name] = _write_table(connection, tar, table, query)
        paths = connection.execute(select(results.c.path).where(
            results.c.job_id.in_(ended), results.c.kind != KIND).order_by(results.c.path)).scalars().all()
        for name in paths:
            if (context.service.folder / name).is_file():
                tar.add(context.service.folder / name, name, recursive=False)
    return counts


def _write_table(connection: Connection, tar: tarfile.TarFile, table: Table, query: Any) -> int:
    text = io.BytesIO()
    rows = 0
    for block in connection.execute(query).mappings().partitions(_BLOCK):
        for row in block:
            text.write(msgspec.json.encode(dict(row)) + b"\n")
            rows += 1
    info = tarfile.TarInfo(f"tables/{VERSION}/{table.name}.ndjson")
    info.size = text.tell()
    text.seek(0)
    tar.addfile(info, text)
    return rows


def run_restore(context: Context, claim: Claim) -> Outcome:
    """Bring back what a backup holds and the store lacks.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit; `on_conflict` says what becomes of buildings that are there: error leaves them and says so, skip
        leaves them, replace puts those of the backup in their place.

    Returns
    -------
    Outcome
        With its effect: all rows in one transaction. Files come first, each proved by its checksum.
    """
    try:
        path = _source(context, claim.operation)
        tables = _read(context, path)
    except ApiError as error:
        return Outcome(items=[lost_item(claim, error)])
    rule = claim.operation.get("on_conflict") or "skip"

    def effect(connection: Connection, now: datetime) -> Sequence[Item]:
        return [only_item(claim, {"status": "restored", **_insert(connection, tables, rule)})]

    return Outcome(effect=effect)


def _source(context: Context, operation: dict[str, Any]) -> Path:
    if operation.get("job_id") is not None:
        return paths_of(context, operation["job_id"], KIND)[-1]
    return upload_path(context.store, context.service, operation["upload_id"])[0]


def _read(context: Context, path: Path) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {}
    known = {table.name: table for table in (*_ALONE, jobs, *_OF_JOBS)}
    try:
        with tarfile.open(path, "r:gz") as tar:
            wanted: dict[str, str] = {}
            for member in tar:
                file = tar.extractfile(member) if member.isfile() else None
                if file is None:
                    continue
                name = member.name.removeprefix(f"tables/{VERSION}/").removesuffix(".ndjson")
                if member.name == f"tables/{VERSION}/{name}.ndjson" and name in known:
                    tables[name] = [_row(known[name], line) for line in file]
                    wanted = _paths(tables.get("results", []))
                elif member.name in wanted:
                    _extract(context, file.read(), member.name, wanted[member.name])
    except (tarfile.TarError, EOFError, OSError, msgspec.MsgspecError, KeyError, TypeError, AttributeError,
            ValueError) as error:
        raise ApiError("validation", f"The backup cannot be read: {str(error)[:200]}") from None
    if "buildings" not in tables or "jobs" not in tables:
        raise ApiError("validation", "The backup cannot be read: it has no buildings and jobs of this version")
    # What has no file is not brought back: a backup itself is in none, and a file may have gone before it was made.
    return {**tables, "results": [row for row in tables.get("results", [])
                                  if (context.service.folder / row["path"]).is_file()]}


def _paths(rows: list[dict[str, Any]]) -> dict[str, str]:
    """The checksums of files by their paths, none of which leads out of the folder of its job."""
    for row in rows:
        if not _NAME.fullmatch(row["path"]) or not row["path"].startswith(f"jobs/{row['job_id']}/"):
            raise ApiError("validation", f"The backup cannot be read: {row['path'][:80]!r} is no path of a result")
    return {row["path"]: row["sha256"] for row in rows}


def _extract(context: Context, data: bytes, name: str, sha256: str) -> None:
    target = context.service.folder / name
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ApiError("validation", f"The backup cannot be read: {name} is not what its checksum says")
    if not target.exists():
        with durable(target) as temporary:
            temporary.write_bytes(data)


def _row(table: Table, line: bytes) -> dict[str, Any]:
    found = msgspec.json.decode(line, type=dict[str, Any])
    return {column.name: _value(column.type, found[column.name]) for column in table.columns if column.name in found}


def _value(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcTime):
        return datetime.fromisoformat(value)
    return b64decode(value) if isinstance(kind, LargeBinary) else value


def _insert(connection: Connection, tables: dict[str, list[dict[str, Any]]], rule: str) -> dict[str, int]:
    there = set(connection.execute(select(buildings.c.id)).scalars())
    rows = tables["buildings"]
    both = [row for row in rows if row["id"] in there]
    if rule == "replace":
        for row in both:
            connection.execute(buildings.update().where(buildings.c.id == row["id"]).values(
                **{**row, "version": buildings.c.version + 1}))
    _insert_rows(connection, buildings, [row for row in rows if row["id"] not in there])
    names = set(connection.execute(select(building_fields.c.name)).scalars())
    _insert_rows(connection, building_fields,
                 [row for row in tables.get("building_fields", []) if row["name"] not in names])
    _insert_weather(connection, tables.get("weather", []), rule)
    known = set(connection.execute(select(jobs.c.id)).scalars())
    new = [row for row in tables["jobs"] if row["id"] not in known]
    _insert_rows(connection, jobs, new)
    for table in _OF_JOBS:
        _insert_rows(connection, table, [row for row in tables.get(table.name, []) if row["job_id"] not in known])
    kept = {row.id for row in connection.execute(select(templates.c.id))} | {
        row.name for row in connection.execute(select(templates.c.name))}
    _insert_rows(connection, templates, [row for row in tables.get("templates", [])
                                         if not {row["id"], row["name"]} & kept])
    return {"buildings": len(rows) - len(both), "replaced": len(both) if rule == "replace" else 0,
            "left": 0 if rule == "replace" else len(both), "jobs": len(new)}


def _insert_weather(connection: Connection, rows: list[dict[str, Any]], rule: str) -> None:
    there = set(connection.execute(select(weather.c.id)).scalars())
    for row in rows if rule == "replace" else []:
        if row["id"] in there:
            connection.execute(weather.update().where(weather.c.id == row["id"]).values(
                **{**row, "version": weather.c.version + 1}))
    _insert_rows(connection, weather, [row for row in rows if row["id"] not in there])


def _insert_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    for block in _blocks(rows):
        connection.execute(insert(table), block)


def _blocks(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _BLOCK):
        yield rows[start : start + _BLOCK]
