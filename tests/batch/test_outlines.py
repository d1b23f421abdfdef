"""The first pass over a file: outlines kept for neighbours and for maps, once each, whatever stands between them."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from small_city import house, raw

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from small_footprints import box, row

from buem.batch.outlines import NOTHING, OUTLINE_SCHEMA, around, fetch_outlines, lay_out, send_outlines, wkb
from buem.city import CityOptions
from buem.footprint import Footprint
from buem.io.dialects import ReadOptions
from buem.io.geoparquet import stream_geoparquet
from buem.io.scan import RawFeature
from buem.io.store import Store

READING = ReadOptions(city=CityOptions(country="FR"))


def laid(tmp_path, *features):
    """Whether there are outlines, and the rows of those that are kept."""
    raws = [RawFeature(k, f if isinstance(f, bytes) else raw(f)) for k, f in enumerate(features)]
    out = tmp_path / "outlines.parquet"
    there = lay_out(raws, lambda _: READING, tmp_path / "kept", out)
    assert out.exists() is there
    return pq.read_table(out).to_pylist() if there else None


def test_a_row_of_houses(tmp_path):
    rows = laid(tmp_path, *row(3))
    assert [(r["id"], r["index"]) for r in rows] == [("R0000", 0), ("R0001", 1), ("R0002", 2)]
    shapes = [shapely.from_wkb(r["geometry"]) for r in rows]
    # Written as read: the side walls of a row meet in the same points.
    assert shapes[0].touches(shapes[1])
    assert pq.read_schema(tmp_path / "outlines.parquet").equals(OUTLINE_SCHEMA)


def test_the_table_is_geoparquet(tmp_path):
    laid(tmp_path, *row(2))
    assert len(list(stream_geoparquet(tmp_path / "outlines.parquet"))) == 2


@pytest.mark.parametrize("features", [
    [], [house("a")], [box("a", 0, 0, height_m="tall")], [b"{"], [b'{"Polygon'], [b"null"],
    [{"type": "Feature", "id": "a", "geometry": {"type": "Polygon", "coordinates": []}, "properties": {}}]],
    ids=["none", "envelopes", "refused", "cut off", "cut off after the word", "null", "empty"])
def test_a_file_without_outlines_leaves_nothing(tmp_path, features):
    assert laid(tmp_path, *features) is None
    assert not (tmp_path / "kept").exists()


def test_what_is_no_outline_keeps_the_places_of_the_others(tmp_path):
    rows = laid(tmp_path, house("e"), box("a", 0, 0), b"{", box("bad", 20, 0, height_m="tall"), box("b", 10, 0))
    assert [(r["id"], r["index"]) for r in rows] == [("a", 1), ("b", 4)]
    near = around(tmp_path / "kept", [1, 4], 100.0)
    # The two share a wall of 8 m; nobody else stands there.
    assert [n.attached for n in near] == [1, 1]
    assert [n.party[:, 1].sum() for n in near] == pytest.approx([8.0, 8.0], abs=0.01)


def test_a_second_building_of_an_id_shades_nobody(tmp_path):
    rows = laid(tmp_path, box("a", 0, 0), box("a", 10, 0), box("b", 30, 0))
    assert [(r["id"], r["index"]) for r in rows] == [("a", 0), ("b", 2)]
    (near,) = around(tmp_path / "kept", [0], 100.0)
    assert near.attached == 0


def test_an_outline_with_elements_is_no_footprint(tmp_path):
    both = house("a")
    both["geometry"] = box("a", 0, 0)["geometry"]
    assert laid(tmp_path, both) is None


def test_some_places_in_the_order_they_are_asked_for(tmp_path):
    laid(tmp_path, *row(6))
    alone = [around(tmp_path / "kept", [k], 100.0)[0] for k in (1, 4)]
    together = around(tmp_path / "kept", [1, 4], 100.0)
    for one, other in zip(alone, together):
        assert one.walls == other.walls
        assert np.array_equal(one.horizon, other.horizon)


def test_beyond_the_radius_nothing_shades(tmp_path):
    laid(tmp_path, box("a", 0, 0), box("tower", 40, 0, height_m=60.0))
    seen, unseen = (around(tmp_path / "kept", [0], radius)[0].horizon for radius in (100.0, 20.0))
    assert max(seen) > 30.0
    assert max(unseen, default=0.0) == 0.0


def footprint(*polygons):
    return Footprint(id="a", polygons=polygons)


def test_binary_by_the_standard():
    # OGC 06-103r4: byte order 1, type 3, one ring, four points.
    ring = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0))
    blob = wkb(footprint((ring,)))
    assert blob[:13] == struct.pack("<BIII", 1, 3, 1, 4)
    assert struct.unpack("<8d", blob[13:]) == (0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0)


coordinate = st.floats(-90.0, 90.0)
rings = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=6).map(lambda points: (*points, points[0]))


@given(st.lists(st.lists(rings, min_size=1, max_size=3), min_size=1, max_size=3))
def test_binary_is_what_others_read(polygons):
    shape = shapely.from_wkb(wkb(footprint(*(tuple(p) for p in polygons))))
    assert shape.geom_type == ("Polygon" if len(polygons) == 1 else "MultiPolygon")
    found = [[tuple(map(tuple, ring.coords)) for ring in (p.exterior, *p.interiors)] for p in shapely.get_parts(shape)]
    assert found == [list(p) for p in polygons]


def test_nothing_has_no_ground():
    assert NOTHING.polygons == ()


def test_outlines_are_sent_and_fetched(tmp_path):
    pytest.importorskip("fsspec", reason="the store extra is not installed")
    laid(tmp_path, *row(3))
    store = Store(f"memory:/{tmp_path}")
    send_outlines(tmp_path / "kept", store)
    fetch_outlines(store, tmp_path / "fetched")
    files = {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "fetched").iterdir()} == files
    assert list(store.sizes(".parts")) == [f".parts/outlines/{name}" for name in sorted(files)]
    assert around(tmp_path / "fetched", [1], 100.0)[0].walls == around(tmp_path / "kept", [1], 100.0)[0].walls
