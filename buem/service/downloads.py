"""The results of a calculation as one file, put together from those of its units while it is sent."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import compute, csv
from sqlalchemy import Connection, select
from starlette.responses import FileResponse, Response, StreamingResponse

from buem.io.tables import SUMMARY_SCHEMA
from buem.service.errors import ApiError
from buem.service.tables import results, unit_items

FORMATS: Final = ("geojson", "csv", "parquet", "ndjson")
_MEDIA: Final = {"geojson": "application/geo+json", "csv": "text/csv", "parquet": "application/vnd.apache.parquet",
                 "ndjson": "application/x-ndjson", "html": "text/html; charset=utf-8",
                 "gz": "application/gzip"}


def files_of(connection: Connection, folder: Path, job_id: str, kind: str) -> list[Path]:
    """The files of one kind that the units of a job have brought, in the order of their operations.

    Parameters
    ----------
    connection : Connection
        To the store.
    folder : Path
        Of the service.
    job_id : str
        The job.
    kind : str
        summary, hourly, answers, ...

    Returns
    -------
    list of Path
    """
    rows = connection.execute(select(results.c.path).where(
        results.c.job_id == job_id, results.c.kind == kind).order_by(
        results.c.first, results.c.unit, results.c.attempt)).scalars()
    return [folder / path for path in rows]


class Failed(msgspec.Struct):
    """A line of the file of failed buildings."""

    index: int
    id: str
    error: str
    feature: msgspec.Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What one unit of a calculation has brought, in however many tries."""

    summaries: tuple[Path, ...]
    #: Files with a line for each building that failed in one try.
    failed: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculated:
    """The results of a calculation, unit by unit in the order of its operations."""

    units: tuple[Unit, ...]
    answers: tuple[Path, ...]
    #: Operations that failed for good.
    lost: frozenset[int]


def calculated(connection: Connection, folder: Path, job_id: str) -> Calculated:
    """The results of a job.

    Parameters
    ----------
    connection : Connection
        To the store.
    folder : Path
        Of the service.
    job_id : str
        The job.

    Returns
    -------
    Calculated

    Raises
    ------
    ApiError
        When the job has calculated nothing.
    """
    rows = connection.execute(select(results.c.kind, results.c.first, results.c.path).where(
        results.c.job_id == job_id, results.c.kind.in_(("summary", "failed"))).order_by(
        results.c.first, results.c.unit, results.c.attempt)).all()
    if not rows:
        raise ApiError("not_found", f"The job {job_id} has no calculated results")
    lost = connection.execute(select(unit_items.c.operation).where(
        unit_items.c.job_id == job_id, unit_items.c.state == "failed")).scalars()
    units = []
    for _, group in groupby(rows, lambda row: row.first):
        paths: dict[str, list[Path]] = {"summary": [], "failed": []}
        for row in group:
            paths[row.kind].append(folder / row.path)
        units.append(Unit(summaries=tuple(paths["summary"]), failed=tuple(paths["failed"])))
    return Calculated(units=tuple(units), answers=tuple(files_of(connection, folder, job_id, "answers")),
                      lost=frozenset(lost))


def _failed(unit: Unit, lost: frozenset[int]) -> list[Failed]:
    """Buildings of a unit that failed for good: what a later try says counts, and one that succeeded in it does not."""
    last = {one.index: one for path in unit.failed for one in (
        msgspec.json.decode(line, type=Failed) for line in path.read_bytes().splitlines())}
    return [last[index] for index in sorted(last) if index in lost]


def download(connection: Connection, folder: Path, job_id: str, form: str) -> Response:
    """The results of a job as a file.

    Parameters
    ----------
    connection : Connection
        To the store.
    folder : Path
        Of the service.
    job_id : str
        The job.
    form : str
        Of `FORMATS`.

    Returns
    -------
    Response

    Raises
    ------
    ApiError
        When the job has calculated nothing.
    """
    stream = stream_of(form, calculated(connection, folder, job_id))
    headers = {"Content-Disposition": f'attachment; filename="{job_id}.{form}"'}
    return StreamingResponse(stream, 200, headers, _MEDIA[form])


def stream_of(form: str, found: Calculated) -> Iterator[bytes]:
    """The results of a job as one file, piece by piece: a row or feature a building, in the order of its operations.

    Parameters
    ----------
    form : str
        Of `FORMATS`.
    found : Calculated
        Failed buildings stand among the others, with their errors.

    Returns
    -------
    iterator of bytes
    """
    if form in ("geojson", "ndjson"):
        return _geojson(_features(found)) if form == "geojson" else (line + b"\n" for line in _features(found))
    tables = (_table(unit, found.lost) for unit in found.units)
    return _csv(tables) if form == "csv" else _parquet(tables)


def file_response(connection: Connection, folder: Path, job_id: str, name: str) -> Response:
    """A file that an operation of a job has left.

    Parameters
    ----------
    connection : Connection
        To the store.
    folder : Path
        Of the service.
    job_id : str
        The job.
    name : str
        Number of the unit and kind of the file, such as ``3-export.csv``.

    Returns
    -------
    Response

    Raises
    ------
    ApiError
        When the ledger knows no such file.
    """
    number, _, kind = name.partition("-")
    known = number.isascii() and number.isdigit() and len(number) < 10 and "\0" not in kind + job_id
    path = connection.execute(select(results.c.path).where(
        results.c.job_id == job_id, results.c.unit == int(number), results.c.kind == kind).order_by(
        results.c.attempt.desc()).limit(1)).scalar() if known else None
    if path is None:
        raise ApiError("not_found", f"Resource not found: {name[:80]}")
    media = _MEDIA.get(kind.rpartition(".")[2], "application/octet-stream")
    return FileResponse(folder / path, media_type=media, filename=f"{job_id}-{name}")


def _features(found: Calculated) -> Iterator[bytes]:
    """All features; an answer has no index of its own, but the summary has a row for each in the same order."""
    answers = (line for path in found.answers for line in path.read_bytes().splitlines())
    for unit in found.units:
        rows = [index for path in unit.summaries
                for index in pq.read_table(path, columns=["index"]).column(0).to_pylist()]
        lines = [*zip(rows, answers), *((one.index, bytes(one.feature)) for one in _failed(unit, found.lost))]
        yield from (line for _, line in sorted(lines, key=itemgetter(0)))


def _geojson(features: Iterator[bytes]) -> Iterator[bytes]:
    yield b'{"type":"FeatureCollection","features":['
    for number, line in enumerate(features):
        yield b",\n" + line if number else b"\n" + line
    yield b"\n]}\n"


def _table(unit: Unit, lost: frozenset[int]) -> pa.Table:
    """The rows of a unit."""
    parts = [pq.read_table(path, schema=SUMMARY_SCHEMA) for path in unit.summaries]
    rows = [{"id": one.id, "index": one.index, "status": "error", "error": one.error} for one in _failed(unit, lost)]
    return pa.concat_tables([*parts, pa.Table.from_pylist(rows, SUMMARY_SCHEMA)]).sort_by("index")


def _csv(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    at = SUMMARY_SCHEMA.get_field_index("notes")
    for number, table in enumerate(tables):
        joined = compute.binary_join(table.column(at), "; ")
        sink = io.BytesIO()
        csv.write_csv(table.set_column(at, "notes", joined), sink, csv.WriteOptions(include_header=number == 0))
        yield sink.getvalue()


def _parquet(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    sink = _Taken()
    with pq.ParquetWriter(sink, SUMMARY_SCHEMA, compression="zstd") as writer:
        waiting: list[pa.Table] = []
        for table in tables:
            waiting.append(table)
            if sum(one.num_rows for one in waiting) >= 4096:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
                yield sink.take()
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
    yield sink.take()


class _Taken(io.RawIOBase):
    """A file that is written, and taken away piece by piece."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Bytes so far."""
        return self._at

    def write(self, data: object) -> int:
        """Take more."""
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def take(self) -> bytes:
        """What has been written since the last call."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found
