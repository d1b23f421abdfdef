"""GeoParquet as a stream of GeoJSON features."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from buem.errors import ContainerError, problem
from buem.io.arrow_features import BATCH, encode_rows, to_globe


def stream_geoparquet(path: Path) -> Iterator[bytes]:
    """The rows of a file, a batch in memory at a time.

    Parameters
    ----------
    path : Path
        GeoParquet 1.0 or 1.1 with outlines as WKB.

    Yields
    ------
    bytes
        A GeoJSON feature in longitude and latitude.

    Raises
    ------
    ContainerError
        When it is no such file.

    References
    ----------
    .. [1] OGC, GeoParquet specification 1.1.0, metadata `geo`.
    """
    try:
        with pq.ParquetFile(path) as file:
            name, crs = _geometry(file.schema_arrow, path)
            turn = to_globe(crs, "GeoParquet")
            for batch in file.iter_batches(batch_size=BATCH):
                yield from encode_rows(batch, name, None, turn)
    except (pa.ArrowInvalid, OSError) as error:
        raise ContainerError([problem(str(path), str(error), "a GeoParquet file", "CANNOT_READ")]) from error


class Column(msgspec.Struct):
    """What the metadata say of a column of outlines."""

    encoding: Any = None
    crs: Any = None


class Geo(msgspec.Struct):
    """The metadata of GeoParquet."""

    primary_column: str
    columns: dict[str, Column]


def _geometry(schema: pa.Schema, file: Path) -> tuple[str, Any]:
    """Name of the column of outlines, and its coordinate reference system; None for longitude and latitude."""
    metadata = schema.metadata or {}
    if b"geo" not in metadata:
        raise ContainerError([problem("$.geo", None, f"the metadata of GeoParquet in {file.name}", "NOT_GEOPARQUET")])
    try:
        geo = msgspec.json.decode(metadata[b"geo"], type=Geo)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContainerError([problem("$.geo", metadata[b"geo"].decode("utf-8", "replace"),
                                      f"the metadata of GeoParquet in {file.name}: {error}",
                                      "NOT_GEOPARQUET")]) from error
    name = geo.primary_column
    column = geo.columns.get(name)
    if column is None or name not in schema.names:
        raise ContainerError([problem("$.geo.primary_column", name, f"a column of {file.name}: "
                                      f"{', '.join(schema.names)}", "NOT_GEOPARQUET")])
    path, kind = f"$.geo.columns.{name}.encoding", schema.field(name).type
    if column.encoding != "WKB":
        raise ContainerError([problem(path, column.encoding, "WKB", "NOT_AVAILABLE")])
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)):
        raise ContainerError([problem(path, f"WKB in a column of {kind}", "WKB in a column of binary",
                                      "NOT_GEOPARQUET")])
    return name, column.crs
