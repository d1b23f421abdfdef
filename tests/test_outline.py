"""Cleaning: what is repaired, what is refused, and what is left alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metres import VICHY, box, footprint, ring, several, turned

from buem.footprint import Footprint
from buem.outline import clean, following, polygons_of, ragged, ring_areas

SQUARE = box(0, 0, 10, 10)
L_SHAPE = [(0, 0), (20, 0), (20, 10), (10, 10), (10, 20), (0, 20)]
CIRCLE = [(8 * math.cos(t), 8 * math.sin(t)) for t in np.linspace(0, 2 * math.pi, 360, endpoint=False)]


def cleaned(footprint):
    """Area, points, rings, notes of one building, refused or not."""
    out = clean([footprint])
    assert out.problems == {}
    return float(ring_areas(out.rings).sum()), out.rings.x.size, out.rings.owner.size, out.notes.get(0, [])


@pytest.mark.parametrize(
    ("rings", "area", "points", "note"),
    [
        pytest.param([SQUARE], 100.0, 4, "", id="a square"),
        pytest.param([L_SHAPE], 300.0, 6, "", id="an L"),
        pytest.param([L_SHAPE[::-1]], 300.0, 6, "the wrong way round", id="clockwise outer ring"),
        pytest.param([[(0, 0), (3, 0), (5, 0.01), (10, 0), (10, 10), (0, 10)]], 100.0, 4, "",
                     id="points on a straight wall, one a centimetre off"),
        pytest.param([[(0, 0), (10, 0), (10, 0), (10, 0), (10, 10), (0, 10), (0, 10)]], 100.0, 4, "",
                     id="repeated points"),
        pytest.param([[(0, 0), (10, 0), (10, 10), (10.004, 10.003), (0, 10)]], 100.0, 4, "",
                     id="two points within a centimetre"),
        pytest.param([[(0, 0), (5, 0), (10, 0), (10, 10), (0, 10), (0, 5)]], 100.0, 4, "",
                     id="the first point itself lies on a straight wall"),
        pytest.param([[(0, 0), (10, 0), (10, 10), (10, 25), (10, 10), (0, 10)]], 100.0, 4, "spike of 15.0 m",
                     id="a spike along a wall"),
        pytest.param([[(0, 0), (10, 0), (10, 5), (18, 5), (10, 5.005), (10, 10), (0, 10)]], 100.0, 4, "spike of 8.0 m",
                     id="a spike square to a wall, 5 mm wide"),
        pytest.param([[(0, 0), (10, 0), (10, 10), (5, 10), (5, 3), (5, 10), (0, 10)]], 100.0, 4, "spike of 7.0 m",
                     id="a spike inward"),
        pytest.param([SQUARE, box(2, 2, 3, 3)[::-1]], 91.0, 8, "", id="a courtyard"),
        pytest.param([SQUARE, box(2, 2, 3, 3)], 91.0, 8, "the wrong way round", id="a courtyard counter-clockwise"),
        pytest.param([SQUARE, box(2, 2, 0.9, 0.9)[::-1]], 100.0, 4, "courtyard of 0.81 m²", id="an air shaft"),
        pytest.param([SQUARE, box(2, 2, 2, 2)[::-1], box(6, 6, 2, 2)[::-1]], 92.0, 12, "", id="two courtyards"),
        pytest.param([SQUARE, box(2, 2, 4, 2)[::-1], box(4, 2, 4, 2)[::-1]], 88.0, 8, "crossed itself was repaired",
                     id="courtyards that overlap"),
        pytest.param([SQUARE, box(0, 2, 3, 3)[::-1]], 91.0, 8, "crossed itself was repaired",
                     id="a courtyard open to one side"),
        pytest.param([[(0, 0), (10, 0), (10, 10), (9, 10), (8.5, 10.4), (9, 10.4), (8.5, 10), (0, 10)]], 100.0, None,
                     "repaired", id="a small loop at a corner"),
        pytest.param([[(0, 0), (10, 0), (10, 5), (5, 5), (10, 5), (10, 10), (0, 10), (0, 5), (5, 5), (0, 5)]], 100.0, 4,
                     "spike", id="two spikes that meet inside"),
    ],
)
def test_outlines_that_are_kept(rings, area, points, note):
    found_area, found_points, _, notes = cleaned(footprint(*rings))
    assert found_area == pytest.approx(area, rel=2e-3)
    assert points is None or found_points == points
    assert (notes == []) if not note else any(note in n for n in notes)


@pytest.mark.parametrize("close", [True, False])
@pytest.mark.parametrize("angle", [0.0, 17.0, 45.0, 222.0])
def test_a_ring_may_be_open_and_lie_any_way(close, angle):
    points = turned(L_SHAPE, angle)
    out = clean([Footprint(id="a", polygons=((ring(points, close=close),),))])
    assert out.problems == {}
    assert out.rings.x.size == 6
    assert ring_areas(out.rings)[0] == pytest.approx(300.0, rel=1e-5)


def test_a_fine_circle_stays_a_circle():
    area, points, _, notes = cleaned(footprint(CIRCLE))
    assert notes == []
    assert 20 < points < 100
    assert area == pytest.approx(math.pi * 64, rel=5e-3)


@pytest.mark.parametrize(
    ("polygons", "area", "rings", "note"),
    [
        pytest.param([[SQUARE], [box(30, 0, 5, 5)]], 125.0, 2, "", id="two parts apart"),
        pytest.param([[SQUARE], [box(30, 0, 0.5, 0.5)]], 100.0, 1, "part of 0.25 m²", id="a crumb"),
        pytest.param([[SQUARE], [box(10, 0, 5, 10)]], 150.0, 1, "parts that touch were joined", id="along a wall"),
        pytest.param([[SQUARE], [box(8, 0, 7, 10)]], 150.0, 1, "parts that touch were joined", id="overlapping"),
        pytest.param([[SQUARE], [SQUARE]], 100.0, 1, "parts that touch were joined", id="the same part twice"),
        pytest.param([[box(0, 0, 30, 30), box(5, 5, 20, 20)[::-1]], [box(10, 10, 5, 5)]], 525.0, 3, "",
                     id="a part in the other's courtyard"),
    ],
)
def test_several_parts(polygons, area, rings, note):
    found_area, _, found_rings, notes = cleaned(several(polygons))
    assert found_area == pytest.approx(area, rel=1e-3)
    assert found_rings == rings
    assert (notes == []) if not note else any(note in n for n in notes)


def degrees(*points):
    return Footprint(id="a", polygons=((tuple(points),),))


@pytest.mark.parametrize(
    ("building", "code", "text"),
    [
        pytest.param(Footprint(id="a", polygons=()), "EMPTY_POLYGON",
                     "geometry: 0 m²; expected an outline of at least 1 m²", id="no polygon"),
        pytest.param(Footprint(id="a", polygons=(((),),)), "EMPTY_POLYGON", "at least 1 m²", id="an empty ring"),
        pytest.param(degrees((3.4, 46.1)), "EMPTY_POLYGON", "at least 1 m²", id="one point"),
        pytest.param(footprint([(0, 0), (10, 0)]), "EMPTY_POLYGON", "at least 1 m²", id="two points"),
        pytest.param(footprint([(0, 0), (10, 0), (25, 0)]), "EMPTY_POLYGON", "at least 1 m²", id="all on one line"),
        pytest.param(footprint(box(0, 0, 0.9, 0.9)), "EMPTY_POLYGON", "geometry: 0.81 m²; ", id="smaller than 1 m²"),
        pytest.param(footprint([(0, 0), (10, 10), (10, 0), (0, 10)]), "INVALID_POLYGON",
                     r"geometry: Self-intersection\[.*\]; expected a polygon that does not cross itself",
                     id="a bow tie"),
        pytest.param(footprint(SQUARE, box(20, 20, 5, 5)[::-1]), "INVALID_POLYGON", "Hole lies outside shell",
                     id="a courtyard elsewhere"),
        pytest.param(degrees((652000.0, 5105000.0), (652010.0, 5105000.0), (652010.0, 5105010.0)),
                     "COORDINATES_OUT_OF_RANGE",
                     r"geometry: \[652000, 5105000\]; expected longitude -180 to 180 and latitude -90 to 90 in degrees "
                     r"\(WGS 84\); these look like metres of a projected grid", id="in metres"),
        pytest.param(degrees((46.1, 103.4), (46.2, 103.4), (46.2, 103.5)), "COORDINATES_OUT_OF_RANGE",
                     r"\[46.1, 103.4\]; expected longitude -180 to 180 and latitude -90 to 90 in degrees \(WGS 84\)$",
                     id="beyond the pole"),
        pytest.param(degrees((3.4, 46.1), (math.nan, 46.1), (3.5, 46.2)), "COORDINATES_OUT_OF_RANGE", r"\[nan, 46.1\]",
                     id="not a number"),
        pytest.param(degrees((3.4, 46.1), (math.inf, 46.1), (3.5, 46.2)), "COORDINATES_OUT_OF_RANGE", r"\[inf, 46.1\]",
                     id="infinite"),
        pytest.param(degrees((3.0, 46.0), (4.0, 46.0), (4.0, 47.0)), "POLYGON_TOO_LARGE",
                     "geometry: a building; expected one of less than 20 km", id="a county"),
    ],
)
def test_outlines_that_are_refused(building, code, text):
    import re

    out = clean([footprint(SQUARE), building, footprint(SQUARE)])
    assert set(out.problems) == {1}
    assert out.problems[1].code == code
    assert re.search(text, str(out.problems[1]))
    assert out.rings.owner.tolist() == [0, 2]


def test_nothing_at_all():
    out = clean([])
    assert out.rings.x.size == out.rings.owner.size == 0
    assert out.problems == {}


@pytest.mark.parametrize("place", [(180.0, -16.5), (-180.0, 65.0), (179.99995, 71.0), (0.0, 0.0), (-0.00003, 51.5)])
def test_across_meridians(place):
    out = clean([footprint(L_SHAPE, place=place)])
    assert out.problems == {}
    assert ring_areas(out.rings)[0] == pytest.approx(300.0, rel=1e-5)
    assert -180.0 <= out.longitude[0] <= 180.0


def test_two_halves_cut_at_the_180th_meridian_are_joined():
    """As RFC 7946, 3.1.9, wants a polygon cut that crosses it."""
    west = ((179.9999, -16.5), (180.0, -16.5), (180.0, -16.4999), (179.9999, -16.4999), (179.9999, -16.5))
    east = ((-180.0, -16.5), (-179.9999, -16.5), (-179.9999, -16.4999), (-180.0, -16.4999), (-180.0, -16.5))
    out = clean([Footprint(id="a", polygons=((west,), (east,)))])
    assert out.notes == {0: ["parts that touch were joined"]}
    assert out.rings.owner.size == 1
    assert out.rings.x.size == 4


shapes = st.sampled_from([SQUARE, L_SHAPE, CIRCLE, box(0, 0, 0.5, 0.5), [(0, 0), (10, 10), (10, 0), (0, 10)],
                          [(0, 0), (10, 0), (10, 10), (10, 25), (10, 10), (0, 10)]])


@settings(deadline=None)
@given(st.lists(st.tuples(shapes, st.floats(-80, 80), st.floats(0, 360)), min_size=1, max_size=6))
def test_together_as_each_alone(rows):
    """Bit for bit, whatever the chunk."""
    buildings = [footprint(turned(p, angle), place=(VICHY[0], lat)) for p, lat, angle in rows]
    whole = clean(buildings)
    for i, building in enumerate(buildings):
        alone = clean([building])
        own = np.repeat(whole.rings.owner == i, whole.rings.sizes)
        assert whole.rings.x[own].tobytes() == alone.rings.x.tobytes()
        assert whole.rings.y[own].tobytes() == alone.rings.y.tobytes()
        assert whole.notes.get(i) == alone.notes.get(0)
        assert str(whole.problems.get(i)) == str(alone.problems.get(0))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), min_size=3, max_size=12))
def test_any_ring_ends_valid_or_refused(points):
    import shapely

    out = clean([footprint(points)])
    assert (0 in out.problems) != (out.rings.owner.size > 0)
    if out.rings.owner.size:
        polygons, owner = polygons_of(out.rings)
        assert shapely.is_valid(polygons).all()
        assert set(owner) == {0}
        assert (ring_areas(out.rings) > 0).tolist() == (~out.rings.hole).tolist()


def test_ragged():
    assert ragged(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert ragged(np.array([], dtype=int), np.array([], dtype=int)).size == 0


def test_following():
    assert following(np.array([0, 3, 3, 5])).tolist() == [1, 2, 0, 4, 3]
