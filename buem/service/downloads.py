"""The results of a calculation as one file, put together from those of its units while it is sent."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import compute, csv
from sqlalchemy import Connection, select
from starlette.responses import FileResponse, Response, StreamingResponse

from buem.io.tables import SUMMARY_SCHEMA
from buem.service.errors import ApiError
from buem.service.tables import results

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
    paths = files_of(connection, folder, job_id, "answers" if form in ("geojson", "ndjson") else "summary")
    if not paths:
        raise ApiError("not_found", f"The job {job_id} has no calculated results")
    stream = stream_of(form, paths)
    headers = {"Content-Disposition": f'attachment; filename="{job_id}.{form}"'}
    return StreamingResponse(stream, 200, headers, _MEDIA[form])


def stream_of(form: str, paths: Sequence[Path]) -> Iterator[bytes]:
    """The files of units as one file, piece by piece.

    Parameters
    ----------
    form : str
        Of `FORMATS`.
    paths : sequence of Path
        Files with answers for geojson and ndjson, with summaries for the others.

    Returns
    -------
    iterator of bytes
    """
    return {"geojson": _geojson, "ndjson": _lines, "csv": _csv, "parquet": _parquet}[form](paths)


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


def _geojson(paths: Sequence[Path]) -> Iterator[bytes]:
    yield b'{"type":"FeatureCollection","features":[\n'
    first = True
    for path in paths:
        lines = path.read_bytes().rstrip(b"\n").replace(b"\n", b",\n")
        yield lines if first else b",\n" + lines
        first = False
    yield b"\n]}\n"


def _lines(paths: Sequence[Path]) -> Iterator[bytes]:
    for path in paths:
        yield path.read_bytes()


def _tables(paths: Sequence[Path]) -> Iterator[pa.Table]:
    for path in paths:
        yield pq.read_table(path, schema=SUMMARY_SCHEMA)


def _csv(paths: Sequence[Path]) -> Iterator[bytes]:
    at = SUMMARY_SCHEMA.get_field_index("notes")
    for number, table in enumerate(_tables(paths)):
        joined = compute.binary_join(table.column(at), "; ")
        sink = io.BytesIO()
        csv.write_csv(table.set_column(at, "notes", joined), sink, csv.WriteOptions(include_header=number == 0))
        yield sink.getvalue()


def _parquet(paths: Sequence[Path]) -> Iterator[bytes]:
    sink = _Taken()
    with pq.ParquetWriter(sink, SUMMARY_SCHEMA, compression="zstd") as writer:
        waiting: list[pa.Table] = []
        for table in _tables(paths):
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
