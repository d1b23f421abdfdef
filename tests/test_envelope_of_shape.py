"""Elements of a building from its shape: no area is lost, no wall is all window, openings as the archetype has them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from buem.archetypes import archetypes
from buem.envelope_of_shape import (
    MOST_OPEN,
    SLIVER,
    SPREAD,
    facades,
    merge_walls,
    roof_surfaces,
    wall_elements,
)
from buem.footprint import RoofPart, Shape, WallPart

ROW = archetypes().row("DE.N.SFH.04.Gen.ReEx.001.001")
walls_of = st.lists(st.builds(lambda azimuth, free, party: WallPart(azimuth, free, party, 10.0), st.floats(0.0, 359.99),
                              st.floats(0.0, 500.0), st.floats(0.0, 100.0)), min_size=1, max_size=12)


SOUTH = (WallPart(180.0, 60.0, 0.0, 10.0),)


def shape(walls=SOUTH, **changes):
    known = {"id": "a", "footprint_area": 100.0, "height": 6.0, "storeys": 2.0, "volume": 600.0, "perimeter": 40.0,
             "walls": tuple(walls), "roofs": (RoofPart(0.0, 0.0, 100.0),), "floor_area_gross": 200.0}
    return Shape(**{**known, **changes})


@given(walls_of)
def test_free_walls_are_all_in_the_facades(walls):
    merged = merge_walls(walls)
    free = sum(w.area_free for w in walls)
    assert sum(area for _, area in merged) == pytest.approx(free)
    assert all(0.0 <= azimuth < 360.0 for azimuth, _ in merged)
    # But the largest, none is a sliver.
    assert all(area >= SLIVER for _, area in merged[1:])


@given(walls_of, st.floats(-60.0, 60.0))
def test_walls_windows_and_doors_are_the_free_walls(walls, latitude):
    free = sum(w.area_free for w in walls)
    assume(free > 1.0)
    surfaces, windows = wall_elements(facades(shape(walls), ROW, latitude), ROW)
    assert sum(s.area for s in surfaces) + sum(w.area for w in windows) == pytest.approx(free)
    assert all(s.area > 0.0 for s in surfaces)
    for side in facades(shape(walls), ROW, latitude):
        assert side.windows + side.doors <= MOST_OPEN * side.area * (1 + 1e-12)
    assert sum(w.area for w in windows) <= ROW.window_ratio * free * (1 + 1e-9) or not windows


@pytest.mark.parametrize(("azimuths", "mean"), [((358.0, 4.0), 1.0), ((10.0, 14.0), 12.0), ((356.0, 358.0), 357.0)])
def test_a_facade_faces_where_its_walls_do_in_the_mean(azimuths, mean):
    (found,) = merge_walls([WallPart(a, 10.0, 0.0, 1.0) for a in azimuths])
    assert found == (pytest.approx(mean), 20.0)


def test_a_large_wall_counts_for_more():
    ((azimuth, area),) = merge_walls([WallPart(90.0, 30.0, 0.0, 1.0), WallPart(94.0, 10.0, 0.0, 1.0)])
    assert (azimuth, area) == (pytest.approx(91.0), 40.0)


def test_the_spread_ends_where_it_says():
    assert len(merge_walls([WallPart(0.0, 20.0, 0.0, 1.0), WallPart(SPREAD, 10.0, 0.0, 1.0)])) == 2
    assert len(merge_walls([WallPart(0.0, 20.0, 0.0, 1.0), WallPart(SPREAD - 0.01, 10.0, 0.0, 1.0)])) == 1


@pytest.mark.parametrize("walls", [(), (WallPart(0.0, 0.0, 60.0, 10.0),)], ids=["none", "all shared"])
def test_no_free_wall_no_facade(walls):
    assert facades(shape(walls), ROW, 50.0) == []
    assert wall_elements([], ROW) == ([], [])


def test_a_sliver_of_a_shared_wall_is_no_facade_and_keeps_its_area():
    merged = merge_walls([WallPart(0.0, 50.0, 0.0, 10.0), WallPart(90.0, 0.04, 39.0, 10.0),
                          WallPart(180.0, 40.0, 0.0, 10.0)])
    assert merged == [(0.0, pytest.approx(50.04)), (180.0, 40.0)]
    # A building of which nothing else is free still has its sliver.
    assert merge_walls([WallPart(90.0, 0.04, 39.0, 10.0)]) == [(90.0, 0.04)]


def test_an_archetype_without_windows():
    blind = replace(ROW, window=replace(ROW.window, area=0.0, u_value=math.nan))
    surfaces, windows = wall_elements(facades(shape(), blind, 50.0), blind)
    assert windows == []
    assert sum(s.area for s in surfaces) == pytest.approx(60.0)


def test_an_archetype_without_a_door():
    surfaces, _ = wall_elements(facades(shape(), replace(ROW, door=replace(ROW.door, area=0.0)), 50.0), ROW)
    assert [s.kind for s in surfaces] == ["wall"]


def test_all_doors_are_in_the_largest_facade():
    sides = facades(shape((WallPart(0.0, 40.0, 0.0, 8.0), WallPart(90.0, 70.0, 0.0, 12.0))), ROW, 50.0)
    assert [round(side.azimuth) for side in sides] == [90, 0]
    assert sides[0].doors == pytest.approx(ROW.door_ratio * 110.0)
    assert sides[1].doors == 0.0
    surfaces, _ = wall_elements(sides, ROW)
    (door,) = [s for s in surfaces if s.kind == "door"]
    assert (door.azimuth, door.u_value) == (90.0, ROW.door.u_value)


def test_a_door_that_finds_no_room_is_cut_not_the_wall():
    glassy = replace(ROW, window=replace(ROW.window, area=1e5))
    assert glassy.door_ratio > 0.0
    (side,) = facades(shape(), glassy, 50.0)
    assert side.windows == pytest.approx(MOST_OPEN * side.area)
    assert side.doors == pytest.approx(0.0, abs=1e-9)


def test_elements_carry_the_archetype():
    surfaces, windows = wall_elements(facades(shape(), ROW, 50.0), ROW)
    (wall,) = [s for s in surfaces if s.kind == "wall"]
    assert (wall.u_value, wall.b_transmission, wall.azimuth) == (ROW.wall.u_value, ROW.wall.b_transmission, 180.0)
    (pane,) = windows
    assert (pane.u_value, pane.g_value, pane.frame_fraction) == (ROW.window.u_value, ROW.g_value, ROW.frame_fraction)
    ids = [e.id for e in (*surfaces, *windows)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("roof_type", "tilt", "kinds"), [
    pytest.param("UC", 40.0, ["unheated"], id="a cold attic under a pitched roof"),
    pytest.param("UC", 0.5, ["outdoor", "outdoor"], id="a cold attic cannot be under a flat one"),
    pytest.param("TR", 40.0, ["outdoor", "outdoor"], id="a pitched roof"),
    pytest.param("", 40.0, ["outdoor", "outdoor"], id="not known")])
def test_roof(roof_type, tilt, kinds):
    roofs = (RoofPart(10.0, tilt, 65.0), RoofPart(190.0, tilt, 65.0))
    found = roof_surfaces(shape(roofs=roofs), replace(ROW, roof_type=roof_type))
    assert [s.boundary for s in found] == kinds
    if len(found) == 2:
        assert [(s.azimuth, s.tilt, s.area) for s in found] == [(10.0, tilt, 65.0), (190.0, tilt, 65.0)]
    else:
        assert (found[0].area, found[0].tilt) == (100.0, 0.0)
    assert all(s.u_value == ROW.roof.u_value for s in found)


def test_no_roof_of_a_building_under_another():
    assert roof_surfaces(shape(roofs=()), ROW) == []
