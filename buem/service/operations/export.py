"""export: buildings or results as one file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from buem.io.durable import durable
from buem.service.collection import get_features
from buem.service.downloads import calculated, stream_of
from buem.service.errors import ApiError
from buem.service.filters import matching, read_filter
from buem.service.ledger import Claim, Outcome
from buem.service.operations.context import Context, result_file, result_path
from buem.service.operations.results_read import lost_item, only_item
from buem.service.store import reading

_SCHEMA = pa.schema([("id", pa.string()), ("longitude", pa.float64()), ("latitude", pa.float64()),
                     ("feature", pa.string())])
_BLOCK = 500


def run(context: Context, claim: Claim) -> Outcome:
    """Write the file.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
    """
    write = _write_results if claim.operation["resource"] == "results" else _write_buildings
    return exported(context, claim, partial(write, context, claim))


def exported(context: Context, claim: Claim, write: Callable[[str, Path], int]) -> Outcome:
    """The file of an export.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.
    write : callable
        Takes the format and where to write; gives the number of rows. Its ApiError is the operation's.

    Returns
    -------
    Outcome
        Its item says where the file is fetched and how many rows it has.
    """
    form = claim.operation.get("format") or "parquet"
    path = result_path(context, claim, f"export.{form}")
    try:
        rows = write(form, path)
    except ApiError as error:
        return Outcome(items=[lost_item(claim, error)])
    file = result_file(context, claim, f"export.{form}", path, rows)
    where = f"/api/v1/batch/jobs/{claim.job_id}/files/{claim.number}-export.{form}"
    return Outcome(items=[only_item(claim, {"status": "exported", "file": where, "rows": rows, "bytes": file.size})],
                   files=[file])


def _write_results(context: Context, claim: Claim, form: str, path: Path) -> int:
    job_id = claim.operation.get("job_id")
    if job_id is None:
        raise ApiError("invalid_batch", "export of results needs the job_id of a calculation")
    with reading(context.store) as connection:
        found = calculated(connection, context.service.folder, job_id)
    with durable(path) as temporary, temporary.open("wb") as file:
        for piece in stream_of(form, found):
            file.write(piece)
    kept: int = sum(pq.ParquetFile(one).metadata.num_rows for unit in found.units for one in unit.summaries)
    return len(found.lost) + kept


def _write_buildings(context: Context, claim: Claim, form: str, path: Path) -> int:
    writer = {"geojson": _geojson, "csv": _csv, "parquet": _parquet}[form]
    with durable(path) as temporary:
        return writer(temporary, _blocks(context, claim))


def _blocks(context: Context, claim: Claim) -> Iterator[list[tuple[str, bytes]]]:
    chosen = read_filter(claim.operation.get("filter"), "filter", [])
    with reading(context.store) as connection:
        names = list(matching(connection, chosen))
        for start in range(0, len(names), _BLOCK):
            kept = get_features(connection, names[start : start + _BLOCK])
            yield [(name, kept[name]) for name in names[start : start + _BLOCK] if name in kept]


def _geojson(path: Path, blocks: Iterator[list[tuple[str, bytes]]]) -> int:
    rows = 0
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        for block in blocks:
            for _, feature in block:
                file.write((b",\n" if rows else b"\n") + feature)
                rows += 1
        file.write(b"\n]}\n")
    return rows


def _csv(path: Path, blocks: Iterator[list[tuple[str, bytes]]]) -> int:
    """Columns that `import` takes: id, and the feature as JSON."""
    rows = 0
    with path.open("wb") as file, io.TextIOWrapper(file, "utf-8", newline="", write_through=True) as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["id", "feature"])
        for block in blocks:
            writer.writerows((name, feature.decode()) for name, feature in block)
            rows += len(block)
    return rows


def _parquet(path: Path, blocks: Iterator[list[tuple[str, bytes]]]) -> int:
    rows = 0
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
        for block in blocks:
            writer.write_table(pa.Table.from_pylist([_row(name, feature) for name, feature in block], _SCHEMA))
            rows += len(block)
    return rows


def _row(name: str, feature: bytes) -> dict[str, Any]:
    place = (msgspec.json.decode(feature).get("geometry") or {}).get("coordinates")
    point = place if isinstance(place, list) and place and isinstance(place[0], (int, float)) else (None, None)
    return {"id": name, "longitude": point[0], "latitude": point[1], "feature": feature.decode()}
