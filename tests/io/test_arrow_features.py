"""Rows of Arrow tables as GeoJSON features: one feature a row whatever the row holds."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from buem.errors import ContainerError
from buem.io.arrow_features import encode_rows, to_globe

SQUARE = shapely.box(2.3, 48.8, 2.301, 48.801)


def rows(geometry, ids=None, turn=None, **columns):
    blobs = [g if g is None or isinstance(g, bytes) else shapely.to_wkb(g) for g in geometry]
    batch = pa.record_batch({**columns, "geom": pa.array(blobs, pa.binary())})
    return [json.loads(raw) for raw in encode_rows(batch, "geom", ids, turn)]


def broken(value):
    """The square with a corner that is no number; GEOS builds none, but a file may hold one."""
    blob = bytearray(shapely.to_wkb(SQUARE))
    blob[13:21] = struct.pack("<d", value)
    return bytes(blob)


def test_a_row_is_a_feature():
    (found,) = rows([SQUARE], name=["town hall"], height=[12.5])
    assert found["type"] == "Feature"
    assert "id" not in found
    assert found["properties"] == {"name": "town hall", "height": 12.5}
    assert found["geometry"]["type"] == "Polygon"
    corners = sorted(found["geometry"]["coordinates"][0][:4])
    assert corners == [[2.3, 48.8], [2.3, 48.801], [2.301, 48.8], [2.301, 48.801]]


@pytest.mark.parametrize(("value", "expected"), [
    (None, None), (math.nan, None), (True, True), (7, 7), ("é 🏠", "é 🏠"), ("", ""), (2**62, 2**62),
    (dt.date(1950, 3, 1), "1950-03-01"), (dt.datetime(1950, 3, 1, 12), "1950-03-01T12:00:00"),
    (decimal.Decimal("1.25"), 1.25), (b"blob", None), ([1, 2], [1, 2]), ({"a": 1}, {"a": 1})],
    ids=lambda value: repr(value)[:20])
def test_values_that_json_has(value, expected):
    (found,) = rows([SQUARE], x=pa.array([value]))
    assert found["properties"]["x"] == expected


@pytest.mark.parametrize("outline", [None, b"", b"no outline", shapely.to_wkb(SQUARE)[:-3], broken(math.nan),
                                     broken(math.inf)], ids=["none", "empty", "text", "cut off", "NaN", "infinite"])
def test_an_outline_that_cannot_be_read_is_none_and_its_neighbours_stay(outline):
    found = rows([SQUARE, outline, SQUARE], name=["a", "b", "c"])
    assert [f["geometry"] is None for f in found] == [False, True, False]
    assert [f["properties"]["name"] for f in found] == ["a", "b", "c"]


def test_heights_of_corners_are_left_out():
    (found,) = rows([shapely.force_3d(SQUARE, 35.0)])
    assert {len(corner) for corner in found["geometry"]["coordinates"][0]} == {2}


@pytest.mark.parametrize("shape", [
    shapely.MultiPolygon([SQUARE, shapely.box(2.31, 48.8, 2.311, 48.801)]),
    SQUARE.difference(shapely.box(2.3004, 48.8004, 2.3006, 48.8006)), shapely.Point(2.3, 48.8)],
    ids=["two parts", "a courtyard", "a point"])
def test_shapes_keep_their_kind(shape):
    (found,) = rows([shape])
    again = shapely.from_geojson(json.dumps(found["geometry"]))
    assert again.normalize().equals_exact(shape.normalize(), 1e-7)


def test_ids_of_a_column():
    found = rows([SQUARE, SQUARE, SQUARE], ids="n", n=["a", "b/c", None])
    assert [f.get("id") for f in found] == ["a", "b/c", None]
    assert all(f["properties"] == {} for f in found)


def test_no_rows():
    assert rows([], name=pa.array([], pa.string())) == []


@given(st.lists(st.tuples(st.floats(-179.0, 178.0), st.floats(-80.0, 79.0), st.floats(1e-4, 1.0), st.floats(1e-4, 1.0)),
                min_size=1, max_size=5))
def test_coordinates_survive_to_a_centimetre(boxes):
    shapes = [shapely.box(x, y, x + w, y + h) for x, y, w, h in boxes]
    for shape, found in zip(shapes, rows(shapes)):
        again = shapely.from_geojson(json.dumps(found["geometry"]))
        assert np.abs(np.array(again.bounds) - np.array(shape.bounds)).max() <= 0.5001e-7


def test_longitude_and_latitude_need_no_turn():
    pytest.importorskip("pyproj", reason="the extra city is not installed")
    assert to_globe(None, "X") is None
    assert to_globe("EPSG:4326", "X") is None
    assert to_globe("OGC:CRS84", "X") is None


@pytest.mark.parametrize(("crs", "x", "y", "longitude", "latitude"), [
    # The origin of Lambert-93 is 3° E, 46.5° N; of RD the church tower of Amersfoort; of UTM 32 the meridian 9° E.
    ("EPSG:2154", 700000.0, 6600000.0, 3.0, 46.5),
    ("EPSG:28992", 155000.0, 463000.0, 5.387, 52.1552),
    ("EPSG:25832", 500000.0, 0.0, 9.0, 0.0),
])
def test_known_points_of_projections(crs, x, y, longitude, latitude):
    pytest.importorskip("pyproj", reason="the extra city is not installed")
    found = to_globe(crs, "X")(np.array([x]), np.array([y]))
    assert (found[0][0], found[1][0]) == pytest.approx((longitude, latitude), abs=1e-3)


@pytest.mark.parametrize(("crs", "wanted"), [
    ("nonsense", "'nonsense'; expected a coordinate reference system that PROJ knows"),
    ("EPSG:9999999", "'EPSG:9999999'; expected a coordinate reference system that PROJ knows"),
    ({"a": 1}, "expected a coordinate reference system that PROJ knows"),
    ('LOCAL_CS["site"]', "'site'; expected a coordinate reference system with a way to longitudes and latitudes"),
    ("IAU_2015:30100", "expected a coordinate reference system with a way to longitudes and latitudes"),
])
def test_a_system_without_a_way_to_the_globe_is_refused(crs, wanted):
    pytest.importorskip("pyproj", reason="the extra city is not installed")
    with pytest.raises(ContainerError) as error:
        to_globe(crs, "X")
    assert str(error.value).startswith("$.crs: ")
    assert wanted in str(error.value)


def test_corners_that_the_projection_does_not_reach():
    pytest.importorskip("pyproj", reason="the extra city is not installed")
    far = shapely.box(1e20, 1e20, 1.1e20, 1.1e20)
    near = shapely.box(155000.0, 463000.0, 155010.0, 463010.0)
    found = rows([far, near], turn=to_globe("EPSG:28992", "X"), name=["far", "near"])
    assert found[1]["geometry"]["coordinates"][0][0][0] == pytest.approx(5.387, abs=1e-3)
