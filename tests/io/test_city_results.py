"""Results of a city read back: columns, rings, and the plane that maps are drawn on."""

from __future__ import annotations

import math
import struct
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from made_city import HOUSE, made_city, square, summary

from buem.errors import OutputError
from buem.io.city_results import flatten, read_city, rings_of


@pytest.fixture
def folder(tmp_path):
    """Three buildings, of which the last has no outline."""
    pq.write_table(summary(HOUSE, {**HOUSE, "status": "error"}, {"status": "ok"}), tmp_path / "summary.parquet")
    outlines = pa.table({"id": ["B1", "B0"], "index": pa.array([1, 0], pa.int64()),
                         "geometry": [shapely.to_wkb(shapely.Polygon(square(k))) for k in (50.0, 0.0)]})
    pq.write_table(outlines, tmp_path / "outlines.parquet")
    return tmp_path


def test_outlines_find_their_rows_by_index(folder):
    city = read_city(folder)
    assert len(city) == 3
    assert city.rings[0][0] == pytest.approx(square(0.0))
    assert city.rings[1][0] == pytest.approx(square(50.0))
    assert city.rings[2] is None
    assert city.title == folder.name


def test_columns_where_nothing_stands(folder):
    city = read_city(str(folder))
    assert city.words("use") == ["residential", "residential", ""]
    assert np.isnan(city.numbers("year")).tolist() == [False, False, True]
    assert city.numbers("year").dtype == np.float64
    assert city.notes() == [[], [], []]
    assert city.where_ok.tolist() == [True, False, True]


@pytest.mark.parametrize(("name", "held", "wanted"), [
    ("summary.parquet", None, r"summary\.parquet: missing; expected the folder of a finished run"),
    ("summary.parquet", b"", r"summary\.parquet: cut off, damaged or not a Parquet file"),
    ("outlines.parquet", None, r"outlines\.parquet: missing; a map needs the results of a file with outlines"),
    ("outlines.parquet", b"PAR1", r"outlines\.parquet: cut off, damaged or not a Parquet file"),
    ("outlines.parquet", "half", r"outlines\.parquet: cut off, damaged or not a Parquet file")])
def test_files_that_are_not_there_or_not_whole(folder, name, held, wanted):
    path = folder / name
    whole = path.read_bytes()
    path.unlink()
    if held is not None:
        path.write_bytes(whole[:len(whole) // 2] if held == "half" else held)
    with pytest.raises(OutputError, match=wanted):
        read_city(folder)


@pytest.mark.parametrize(("name", "column"), [("summary.parquet", "heating_kwh"), ("outlines.parquet", "geometry")])
def test_tables_of_another_make(folder, name, column):
    table = pq.read_table(folder / name)
    pq.write_table(table.drop_columns([column]), folder / name)
    with pytest.raises(OutputError, match=f"not a file of buem; it lacks the columns {column}"):
        read_city(folder)


def test_a_report_needs_no_outlines(folder):
    (folder / "outlines.parquet").unlink()
    assert read_city(folder, outlines=False).rings == ()


def test_rings_of_parts_and_courtyards():
    courtyard = shapely.Polygon(square(), [square(3.0, 2.0)[::-1]])
    both = shapely.MultiPolygon([courtyard, shapely.Polygon(square(100.0))])
    one, two = rings_of([shapely.to_wkb(courtyard), shapely.to_wkb(both)])
    assert [len(ring) for ring in one] == [5, 5]
    assert [len(ring) for ring in two] == [5, 5, 5]
    assert all((ring[0] == ring[-1]).all() for ring in (*one, *two))
    assert rings_of([]) == []


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=3), min_size=1, max_size=5))
def test_every_ring_is_with_its_building(counts):
    """Buildings of some parts, each with some courtyards."""
    shapes, expected = [], []
    for k, parts in enumerate(counts):
        polygons = [shapely.Polygon(square(1000.0 * k + 100.0 * j, 50.0),
                                    [square(1000.0 * k + 100.0 * j + 10.0 * i, 5.0) for i in range(1, holes + 1)])
                    for j, holes in enumerate(parts)]
        shapes.append(polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons))
        expected.append(sum(1 + holes for holes in parts))
    found = rings_of([shapely.to_wkb(shape) for shape in shapes])
    assert [len(rings) for rings in found] == expected
    for shape, rings in zip(shapes, found):
        area = sum(abs(shapely.Polygon(ring).area) for ring in rings)
        holes = sum(shapely.Polygon(h).area for p in shapely.get_parts(shape) for h in p.interiors)
        assert area == pytest.approx(shape.area + 2.0 * holes, rel=1e-9)


def test_little_endian_binary_of_ours_is_read():
    points = [(2.0, 48.0), (2.1, 48.0), (2.1, 48.1), (2.0, 48.0)]
    blob = struct.pack("<BIII8d", 1, 3, 1, 4, *(v for p in points for v in p))
    ((ring,),) = rings_of([blob])
    assert ring.tolist() == [list(p) for p in points]


@given(st.floats(-75.0, 75.0), st.floats(-180.0, 179.9), st.floats(1.0, 300.0))
def test_lengths_on_the_plane_are_metres(latitude, longitude, size):
    """Against the great circle of a sphere of 6,371,008.8 m, in every part of the world."""
    degree = 180.0 / (math.pi * 6_371_008.8)
    wide = size * degree / math.cos(math.radians(latitude))
    ring = np.array([(0.0, 0.0), (wide, 0.0), (wide, size * degree), (0.0, size * degree), (0.0, 0.0)])
    ring[:, 0] = (ring[:, 0] + longitude + 180.0) % 360.0 - 180.0
    ring[:, 1] += latitude
    ((flat,),) = flatten([(ring,)])
    assert np.ptp(flat, axis=0) == pytest.approx([size, size], rel=1e-3)
    assert np.abs(flat).max() <= 1.1 * size


def test_east_is_to_the_right_and_north_is_up():
    ((flat,),) = flatten([(square(),)])
    assert flat[1, 0] - flat[0, 0] == pytest.approx(10.0, rel=1e-3)
    assert flat[2, 1] - flat[1, 1] == pytest.approx(10.0, rel=1e-3)


@pytest.mark.parametrize("rings", [(), (None,), (None, ()), ((),)])
def test_no_outlines(rings):
    assert flatten(rings) == [() for _ in rings]


def test_the_middle_is_that_of_most_buildings():
    """One outline at 0° E 0° N, as of a typing error, does not move the city."""
    lost = (np.zeros((4, 2)),)
    plane = flatten([*((square(10.0 * k),) for k in range(9)), lost])
    assert np.abs(plane[4][0]).max() < 100.0
    assert np.abs(plane[9][0]).max() > 1e6


def test_a_city_knows_its_length():
    assert len(made_city()) == 0
    assert len(made_city(HOUSE, HOUSE)) == 2
