"""GeoParquet: what its metadata must say, and what becomes of files that say otherwise."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from buem.errors import ContainerError
from buem.io.arrow_features import BATCH
from buem.io.geoparquet import stream_geoparquet

SQUARE = shapely.to_wkb(shapely.box(2.3, 48.8, 2.301, 48.801))
WKB = {"encoding": "WKB"}
SOUND = {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": WKB}}


def write(path, geo=SOUND, **columns):
    table = pa.table(columns or {"id": ["a", "b"], "geom": [SQUARE, SQUARE]})
    if geo is not None:
        held = geo if isinstance(geo, bytes) else json.dumps(geo).encode()
        table = table.replace_schema_metadata({b"geo": held})
    pq.write_table(table, path, row_group_size=100)
    return path


def read(path):
    return [json.loads(raw) for raw in stream_geoparquet(path)]


def test_rows_in_their_order(tmp_path):
    count = 2 * BATCH + 7
    path = write(tmp_path / "many.parquet", id=[str(k) for k in range(count)], geom=[SQUARE] * count)
    assert [f["properties"]["id"] for f in read(path)] == [str(k) for k in range(count)]


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary_view()], ids=str)
def test_every_column_of_binary(tmp_path, kind):
    path = write(tmp_path / "town.parquet", geom=pa.array([SQUARE]).cast(kind))
    assert read(path)[0]["geometry"]["type"] == "Polygon"


def test_no_rows(tmp_path):
    path = write(tmp_path / "empty.parquet", geom=pa.array([], pa.binary()))
    assert read(path) == []


@pytest.mark.parametrize(("geo", "columns", "wanted"), [
    (None, {}, r"\$\.geo: missing; expected the metadata of GeoParquet in town\.parquet"),
    (b"{", {}, r"\$\.geo: '{'; expected the metadata of GeoParquet in town\.parquet: "),
    (b"\xff\xfe", {}, r"\$\.geo: .*; expected the metadata of GeoParquet"),
    ([], {}, r"\$\.geo: '\[\]'; expected the metadata of GeoParquet.* `object`, got `array`"),
    ({"columns": {}}, {}, r"expected the metadata of GeoParquet.*primary_column"),
    ({"primary_column": "x", "columns": {"x": WKB}}, {},
     r"\$\.geo\.primary_column: 'x'; expected a column of town\.parquet: id, geom"),
    ({"primary_column": "geom", "columns": {}}, {}, r"\$\.geo\.primary_column: 'geom'; expected a column"),
    ({"primary_column": "geom", "columns": {"geom": {"encoding": "polygon"}}}, {},
     r"\$\.geo\.columns\.geom\.encoding: 'polygon'; expected WKB"),
    ({"primary_column": "geom", "columns": {"geom": {}}}, {},
     r"\$\.geo\.columns\.geom\.encoding: missing; expected WKB"),
    (SOUND, {"geom": [1, 2]}, r"'WKB in a column of int64'; expected WKB in a column of binary"),
    (SOUND, {"geom": ["POLYGON"]}, r"'WKB in a column of string'; expected WKB in a column of binary"),
], ids=["none", "cut off", "no text", "a list", "no primary column", "another column", "a column it does not tell of",
        "another encoding", "no encoding", "numbers", "text"])
def test_metadata_that_will_not_do(tmp_path, geo, columns, wanted):
    with pytest.raises(ContainerError, match=wanted):
        read(write(tmp_path / "town.parquet", geo, **columns))


@pytest.mark.parametrize("held", [b"", b"PAR1", b"no such thing", None], ids=["empty", "magic", "text", "cut off"])
def test_no_parquet_at_all(tmp_path, held):
    path = write(tmp_path / "town.parquet")
    path.write_bytes(path.read_bytes()[:-20] if held is None else held)
    with pytest.raises(ContainerError, match=r"town\.parquet: .*; expected a GeoParquet file$"):
        read(path)


def test_one_bad_outline_costs_one_building(tmp_path):
    path = write(tmp_path / "town.parquet", id=["a", "b", "c"], geom=[SQUARE, b"bad", None])
    assert [f["geometry"] is None for f in read(path)] == [False, True, True]
