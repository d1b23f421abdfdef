"""What the faces of a solid tell: by hand on blocks and roofs, and wherever they stand and however they are turned."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from buem.io.solids import Face, body_of


def face(*points, kind="", holes=()):
    return Face(tuple(np.array(ring, dtype=float) for ring in (points, *holes)), kind)


def flat(x, y, z, wide, deep, up=True, kind=""):
    ring = [(x, y, z), (x + wide, y, z), (x + wide, y + deep, z), (x, y + deep, z)]
    return face(*(ring if up else ring[::-1]), kind=kind)


def wall(x, y, x2, y2, low, high, kind="WallSurface"):
    return face((x, y, low), (x2, y2, low), (x2, y2, high), (x, y, high), kind=kind)


def gabled(pitch=45.0, turn=0.0, move=(0.0, 0.0, 0.0), kinds=True):
    """10 m along x, 6 m deep, eaves at 5 m."""
    ridge = 5.0 + 3.0 * math.tan(math.radians(pitch))
    faces = [flat(0, 0, 0, 10, 6, up=False, kind="GroundSurface"),
             face((0, 0, 5), (10, 0, 5), (10, 3, ridge), (0, 3, ridge), kind="RoofSurface"),
             face((10, 6, 5), (0, 6, 5), (0, 3, ridge), (10, 3, ridge), kind="RoofSurface"),
             wall(0, 0, 10, 0, 0, 5), wall(10, 6, 0, 6, 0, 5)]
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    matrix = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return [Face(tuple(ring @ matrix + np.array(move) for ring in f.rings), f.kind if kinds else "") for f in faces]


def outline_area(body):
    return sum(shapely.Polygon(rings[0], rings[1:]).area for rings in body.outline)


def test_a_gabled_house_by_hand():
    body = body_of(gabled())
    assert (body.base, body.eaves, body.top) == (0.0, 5.0, 8.0)
    assert (body.roof_type, body.pitch) == ("gabled", pytest.approx(45.0))
    assert body.ridge_azimuth == pytest.approx(90.0)
    assert outline_area(body) == pytest.approx(60.0)
    assert body.properties() == {"height_m": 8.0, "eaves_height_m": 5.0, "base": 0.0, "roof_type": "gabled",
                                 "roof_pitch": 45.0, "ridge_azimuth": 90.0}


@given(st.floats(10.0, 70.0), st.floats(0.0, 360.0), st.floats(-1e5, 1e6), st.floats(-1e5, 7e6),
       st.floats(-50.0, 3000.0), st.booleans())
def test_where_it_stands_and_how_it_is_turned_changes_nothing(pitch, turn, x, y, z, kinds):
    """Also without semantics, and in coordinates of millions of metres, where products lose their digits."""
    body = body_of(gabled(pitch, turn, (x, y, z), kinds))
    assert body.roof_type == "gabled"
    assert body.pitch == pytest.approx(pitch, abs=0.01)
    assert body.top - body.base == pytest.approx(5.0 + 3.0 * math.tan(math.radians(pitch)), abs=1e-6)
    assert body.base == pytest.approx(z, abs=1e-6)
    # Points that are rows, times the matrix of a turn against the clock, turn with the clock as azimuths do.
    away = (body.ridge_azimuth - 90.0 - turn) % 180.0
    assert min(away, 180.0 - away) < 0.1
    assert outline_area(body) == pytest.approx(60.0, abs=0.1)


@pytest.mark.parametrize(("tilt", "form"), [(0.0, "flat"), (4.0, "flat"), (6.0, "shed"), (40.0, "shed")])
def test_one_plane_is_flat_or_a_shed(tilt, form):
    high = 5.0 + 6.0 * math.tan(math.radians(tilt))
    roof = face((0, 0, 5), (10, 0, 5), (10, 6, high), (0, 6, high), kind="RoofSurface")
    body = body_of([flat(0, 0, 0, 10, 6, up=False, kind="GroundSurface"), roof])
    assert body.roof_type == form
    assert body.pitch == (None if form == "flat" else pytest.approx(tilt))
    # It falls to the south.
    assert body.ridge_azimuth == (None if form == "flat" else pytest.approx(180.0))


def test_a_small_dormer_does_not_make_a_flat_roof_steep():
    roof = flat(0, 0, 5, 10, 10, kind="RoofSurface")
    dormer = face((4, 4, 5), (6, 4, 5), (6, 5, 6), (4, 5, 6), kind="RoofSurface")
    assert body_of([flat(0, 0, 0, 10, 10, up=False, kind="GroundSurface"), roof, dormer]).roof_type == "flat"


def test_faces_that_look_inwards_give_the_same_roof():
    inside_out = [Face(tuple(ring[::-1] for ring in f.rings), f.kind) for f in gabled()]
    assert body_of(inside_out).roof_type == "gabled"
    assert body_of(inside_out).pitch == pytest.approx(45.0)


def test_a_ground_of_pieces_is_one_outline():
    pieces = [flat(0, 0, 0, 5, 6, up=False, kind="GroundSurface"), flat(5, 0, 0, 5, 6, up=False, kind="GroundSurface")]
    body = body_of([*pieces, *gabled()[1:]])
    assert len(body.outline) == 1
    assert outline_area(body) == pytest.approx(60.0)


def test_a_courtyard_stays_open():
    hole = [(4, 2, 0), (6, 2, 0), (6, 4, 0), (4, 4, 0)]
    ground = face((0, 0, 0), (10, 0, 0), (10, 6, 0), (0, 6, 0), kind="GroundSurface", holes=(hole,))
    body = body_of([ground, *gabled()[1:]])
    assert outline_area(body) == pytest.approx(56.0)
    assert len(body.outline[0]) == 2


def test_two_bodies_are_two_parts():
    far = [Face(tuple(ring + np.array([50.0, 0.0, 0.0]) for ring in f.rings), f.kind) for f in gabled()]
    assert len(body_of([*gabled(), *far]).outline) == 2


def test_without_a_ground_the_roof_is_the_outline():
    body = body_of(gabled()[1:])
    assert outline_area(body) == pytest.approx(60.0)
    assert body.base == 0.0


def test_walls_alone_have_no_body():
    assert body_of([wall(0, 0, 10, 0, 0, 5), wall(10, 0, 10, 6, 0, 5)]) is None


@pytest.mark.parametrize("faces", [
    pytest.param([], id="none"),
    pytest.param([Face(())], id="without rings"),
    pytest.param([face((0, 0, 0), (1, 1, 1))], id="two corners"),
    pytest.param([face((0, 0, 0), (0, 0, 0), (0, 0, 0))], id="a point"),
    pytest.param([face((0, 0, 0), (5, 0, 0), (10, 0, 0), kind="GroundSurface")], id="a line")])
def test_what_is_no_solid(faces):
    assert body_of(faces) is None


def test_a_flat_model_without_height():
    body = body_of([flat(0, 0, 3, 10, 6, up=False, kind="GroundSurface")])
    assert (body.base, body.eaves, body.top, body.roof_type) == (3.0, 3.0, 3.0, "")
    assert body.properties() == {"height_m": 0.0, "eaves_height_m": 0.0, "base": 3.0}


def test_the_normal_is_as_long_as_the_face_is_large():
    normal = flat(1e6, 7e6, 30.0, 3.0, 4.0).normal()
    assert normal.tolist() == [0.0, 0.0, 12.0]


def test_the_eaves_are_the_mean_of_the_planes_by_their_area():
    """A porch of 10 m² at 3 m before a house of 90 m² at 6 m."""
    body = body_of([flat(0, 0, 0, 10, 10, up=False, kind="GroundSurface"), flat(0, 0, 6, 10, 9, kind="RoofSurface"),
                    flat(0, 9, 3, 10, 1, kind="RoofSurface")])
    assert body.eaves == pytest.approx(0.9 * 6.0 + 0.1 * 3.0)
    assert body.top == 6.0
