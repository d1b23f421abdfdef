"""Roof planes against hand-worked roofs, and against the integral of the lowest plane over any outline."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metres import box, footprint, several, turned

from buem.footprint import ShapeRules
from buem.geometry import shape_of
from buem.roofs import PITCH_RANGE, roof_of

RULES = ShapeRules()
#: 12 m from west to east, 8 m from south to north.
HOUSE = box(-6, -4, 12, 8)
L_SHAPE = [(0, 0), (20, 0), (20, 10), (10, 10), (10, 20), (0, 20)]
T45 = math.sqrt(2)


def shape(*rings, height=6.0, **fields):
    return shape_of([footprint(*rings, height=height, **fields)])[0]


@pytest.mark.parametrize(
    ("fields", "planes", "volume", "walls"),
    [
        pytest.param({"roof_type": "flat"}, [(0, 0, 96)], 0, 240, id="flat"),
        # Two planes of 12 x 4 m, 45°; two gables of 8 x 4 / 2 m².
        pytest.param({"roof_type": "gabled", "roof_pitch": 45.0}, [(0, 45, 48 * T45), (180, 45, 48 * T45)],
                     12 * 8 * 4 / 2, 240 + 32, id="gabled, along the house"),
        pytest.param({"roof_type": "gabled", "roof_height": 4.0}, [(0, 45, 48 * T45), (180, 45, 48 * T45)],
                     12 * 8 * 4 / 2, 240 + 32, id="gabled, by its height"),
        pytest.param({"roof_type": "gabled", "roof_pitch": 45.0, "ridge_azimuth": 0.0},
                     [(90, 45, 48 * T45), (270, 45, 48 * T45)], 12 * 8 * 6 / 2, 240 + 2 * 12 * 6 / 2,
                     id="gabled, across the house"),
        # A ridge of 4 m; trapeziums of (12 + 4) / 2 x 4, triangles of 8 x 4 / 2; a prism and two thirds of wedges.
        pytest.param({"roof_type": "hipped", "roof_pitch": 45.0},
                     [(0, 45, 32 * T45), (90, 45, 16 * T45), (180, 45, 32 * T45), (270, 45, 16 * T45)],
                     4 * 8 * 4 / 2 + 8 * 8 * 4 / 3, 240, id="hipped"),
        # The apex 4 m up; faces of the long sides 45°, of the short ones atan(4 / 6).
        pytest.param({"roof_type": "pyramid", "roof_pitch": 45.0},
                     [(0, 45, 24 * T45), (90, 33.690, 24 * math.hypot(1, 4 / 6)), (180, 45, 24 * T45),
                      (270, 33.690, 24 * math.hypot(1, 4 / 6))], 96 * 4 / 3, 240, id="pyramid"),
        # 8 m up at the north, falling south.
        pytest.param({"roof_type": "shed", "roof_pitch": 45.0, "ridge_azimuth": 180.0}, [(180, 45, 96 * T45)],
                     96 * 8 / 2, 240 + 12 * 8 + 8 * 8, id="shed, falling south"),
        pytest.param({"roof_type": "shed", "roof_height": 3.0, "ridge_azimuth": 90.0},
                     [(90, math.degrees(math.atan(3 / 12)), 96 * math.hypot(1, 3 / 12))],
                     96 * 3 / 2, 240 + 8 * 3 + 12 * 3, id="shed, falling east, by its height"),
        pytest.param({"roof_type": "shed", "roof_pitch": 45.0}, [(180, 45, 96 * T45)], 96 * 8 / 2,
                     240 + 12 * 8 + 8 * 8, id="shed, towards the equator"),
    ],
)
def test_by_hand(fields, planes, volume, walls):
    found = shape(HOUSE, **fields)
    assert sorted((round(r.azimuth) % 360, r.tilt, r.area) for r in found.roofs) == [
        (a, pytest.approx(t, abs=2e-3), pytest.approx(area, rel=1e-4)) for a, t, area in sorted(planes)]
    assert found.volume == pytest.approx(96 * 6 + volume, rel=1e-4)
    assert found.wall_area == pytest.approx(walls, rel=1e-4)


@pytest.mark.parametrize(("lat", "azimuth"), [(46.0, 180.0), (-46.0, 0.0)])
def test_a_shed_roof_falls_towards_the_equator(lat, azimuth):
    assert shape(HOUSE, roof_type="shed", place=(3.0, lat)).roofs[0].azimuth % 360 == pytest.approx(azimuth, abs=0.01)


def lowest_plane(kind, along, across, x, y):
    """Height of a 45° roof over a rectangle that lies along x, written apart from the package."""
    if kind == "gabled":
        return across - abs(y)
    if kind == "hipped":
        return np.minimum(across - abs(y), along - abs(x))
    if kind == "shed":
        return across + y
    peak = min(along, across)
    return peak * np.minimum(1 - abs(y) / across, 1 - abs(x) / along)


@pytest.mark.parametrize("kind", ["gabled", "hipped", "pyramid", "shed"])
def test_over_an_outline_with_a_courtyard(kind):
    """Volume and walls by fine sums over an L in a 20 m square, with a hole."""
    hole = [(3, 3), (3, 7), (8, 7), (8, 3)]
    ridge = 180.0 if kind == "shed" else 90.0
    found = shape(L_SHAPE, hole, roof_type=kind, roof_pitch=45.0, ridge_azimuth=ridge)
    grid = np.arange(0.05, 20, 0.1)
    x, y = np.meshgrid(grid, grid)
    inside = ((x < 10) | (y < 10)) & ~((x > 3) & (x < 8) & (y > 3) & (y < 7))
    volume = lowest_plane(kind, 10, 10, x - 10, y - 10)[inside].sum() * 0.01
    assert found.volume - 6 * found.footprint_area == pytest.approx(volume, rel=2e-3)
    wall = 0.0
    for ring in (L_SHAPE, hole):
        for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]]):
            t = np.arange(0.0005, 1, 0.001)
            along = lowest_plane(kind, 10, 10, x0 + t * (x1 - x0) - 10, y0 + t * (y1 - y0) - 10)
            wall += math.hypot(x1 - x0, y1 - y0) * (6 + along.mean())
    assert found.wall_area == pytest.approx(wall, rel=1e-3)


@settings(deadline=None)
@given(kind=st.sampled_from(["gabled", "hipped", "pyramid", "shed"]), pitch=st.floats(5, 70), ridge=st.floats(0, 360),
       angle=st.floats(0, 360))
def test_closed(kind, pitch, ridge, angle):
    """The vectors of walls, roof and floor sum to zero, and the roof covers the footprint."""
    found = shape(turned(L_SHAPE, angle), roof_type=kind, roof_pitch=pitch, ridge_azimuth=ridge)
    parts = [(w.azimuth, 90.0, w.area_free + w.area_party) for w in found.walls] + list(found.roofs)
    east, north, up = (sum(v) for v in zip(*(
        (a * math.sin(math.radians(t)) * math.sin(math.radians(z)),
         a * math.sin(math.radians(t)) * math.cos(math.radians(z)), a * math.cos(math.radians(t)))
        for z, t, a in parts)))
    assert abs(east) < 1e-6
    assert abs(north) < 1e-6
    assert up == pytest.approx(found.footprint_area, rel=1e-9)


def test_every_part_has_a_roof_of_its_own():
    found = shape_of([several([[box(0, 0, 10, 10)], [box(30, 0, 4, 4)]], height=3.0, roof_type="pyramid",
                              roof_height=5.0)])[0]
    assert found.roof_height == pytest.approx(5.0)
    assert len(found.roofs) == 8
    # All at the slope of the largest part.
    assert [r.tilt for r in found.roofs] == pytest.approx([45.0] * 8, abs=0.01)
    assert found.volume == pytest.approx(116 * 3 + 100 * 5 / 3 + 16 * 2 / 3, rel=1e-3)


@pytest.mark.parametrize(
    ("fields", "kind", "pitch", "filled", "note"),
    [
        pytest.param({}, None, None, ("roof_type",), "roof flat: assumed", id="nothing known"),
        pytest.param({"roof_type": "flat"}, None, None, (), "", id="flat"),
        pytest.param({"roof_type": "flat", "roof_pitch": 90.0}, None, None, (), "", id="flat, pitch of the walls"),
        pytest.param({"roof_type": "gabled"}, 0, 35.0, ("roof_pitch", "ridge_azimuth"), "", id="no pitch"),
        pytest.param({"roof_type": "gabled", "roof_pitch": 90.0}, 0, 35.0, ("roof_pitch", "ridge_azimuth"),
                     "roof pitch 90° is outside 3 to 75° and not used", id="a pitch of 90°, as Goerlitz has it"),
        pytest.param({"roof_type": "hipped", "roof_pitch": 42.0, "ridge_azimuth": 10.0}, 1, 42.0, (), "",
                     id="all known"),
        pytest.param({"roof_height": 3.0}, 0, math.nan, ("roof_type", "ridge_azimuth"), "roof gabled: assumed",
                     id="only a height"),
        pytest.param({"roof_pitch": 30.0}, 0, 30.0, ("roof_type", "ridge_azimuth"), "roof gabled: assumed",
                     id="only a pitch"),
        pytest.param({"roof_height": 0.2}, None, None, ("roof_type",), "roof flat: assumed", id="hardly a height"),
    ],
)
def test_what_is_known(fields, kind, pitch, filled, note):
    roof, found, notes = roof_of(footprint(HOUSE, **fields), RULES)
    assert found == filled
    assert (None if roof is None else roof.kind) == kind
    if roof is not None:
        assert roof.pitch == pytest.approx(pitch, nan_ok=True)
    assert notes == ((note,) if note else ())


def test_an_assumed_roof_is_not_higher_than_six_metres():
    hall = box(0, 0, 60, 40)
    assert shape(hall, roof_type="gabled").roof_height == pytest.approx(6.0)
    given = shape(hall, roof_type="gabled", roof_pitch=35.0)
    assert given.roof_height == pytest.approx(20 * math.tan(math.radians(35)), rel=1e-4)


def test_pitch_range_is_that_of_roofs():
    assert 0 < PITCH_RANGE[0] < 10
    assert 60 < PITCH_RANGE[1] < 90
