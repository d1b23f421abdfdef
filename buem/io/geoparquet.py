"""GeoParquet as a stream of GeoJSON features."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
            name, crs = _geometry(file.schema_arrow.metadata or {}, path)
            turn = to_globe(crs, "GeoParquet")
            for batch in file.iter_batches(batch_size=BATCH):
                yield from encode_rows(batch, name, None, turn)
    except (pa.ArrowInvalid, OSError) as error:
        raise ContainerError([problem("$", str(path), f"a GeoParquet file: {error}", "CANNOT_READ")]) from error


def _geometry(metadata: dict[bytes, bytes], file: Path) -> tuple[str, Any]:
    """Name of the column of outlines, and its coordinate reference system; None for longitude and latitude."""
    if b"geo" not in metadata:
        raise ContainerError([problem("$.geo", None, f"the metadata of GeoParquet in {file.name}", "NOT_GEOPARQUET")])
    geo = json.loads(metadata[b"geo"])
    name = geo["primary_column"]
    column = geo["columns"][name]
    if column.get("encoding") != "WKB":
        path = f"$.geo.columns.{name}.encoding"
        raise ContainerError([problem(path, column.get("encoding"), "WKB", "NOT_AVAILABLE")])
    return name, column.get("crs")
