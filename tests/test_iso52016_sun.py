"""Sun of the node model: by hand on a wall and a window, and the compiled form against the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from node_blocks import NIGHT, NOON, beside, block, plain, rich, tables

from buem import iso52016_rows as at
from buem.building import Overhang, Shade, Surface, Window
from buem.iso52016_films import CUBE_INSIDE, CUBE_OUTSIDE
from buem.iso52016_records import side_by_side
from buem.iso52016_sun import light_of, no_sun, sun, sun_of

L = at.L
#: In the south, 45° above the horizon; no sky, no ground.
BEAM = NOON._replace(east=0.0, north=-np.sqrt(0.5), up=np.sqrt(0.5), direct=800.0, circumsolar=0.0, isotropic=0.0,
                     horizon=0.0, ground=0.0)


def room(*windows, **changes):
    surfaces = (Surface(kind="wall", area=25.0, u_value=0.8, azimuth=180.0, absorptance=0.5),)
    return plain(**{"surfaces": surfaces, "windows": windows, "shading_vertical": 1.0, "shading_horizontal": 1.0,
                    "internal_surface_area": 25.0 + sum(w.area for w in windows), **changes})


def on(building, *hours, air=None):
    rank = side_by_side(tables(building)[0].own)
    return sun_of(np.array(hours), rank, None if air is None else np.array([air])), rank


def test_a_wall_takes_its_absorptance_of_what_falls_on_it():
    # 800 W/m² · cos 45° · 0.5.
    found, _ = on(room(), BEAM)
    assert found.outer[0, 0, 0] == pytest.approx(800.0 * np.sqrt(0.5) * 0.5)
    assert found.inner.sum() == found.beam.sum() == 0.0


@pytest.mark.parametrize(("azimuth", "share"), [(180.0, np.sqrt(0.5)), (0.0, 0.0), (90.0, 0.0), (225.0, 0.5),
                                               (540.0, np.sqrt(0.5)), (-180.0, np.sqrt(0.5))])
def test_beam_falls_on_what_faces_it(azimuth, share):
    wall = Surface(kind="wall", area=25.0, u_value=0.8, azimuth=azimuth, absorptance=1.0)
    found, _ = on(room(surfaces=(wall,)), BEAM)
    assert found.outer[0, 0, 0] == pytest.approx(800.0 * share, abs=1e-9)


def test_sky_and_ground_by_their_views():
    # A vertical wall sees half the isotropic sky and half the ground, and the horizon in full.
    hour = BEAM._replace(direct=0.0, isotropic=100.0, horizon=8.0, ground=60.0)
    found, _ = on(room(), hour)
    assert found.outer[0, 0, 0] == pytest.approx(0.5 * (50.0 + 8.0 + 30.0))


def test_a_floor_gets_no_sun():
    floor = Surface(kind="floor", area=25.0, u_value=0.8, tilt=180.0)
    found, _ = on(room(surfaces=(floor,)), NOON)
    assert found.outer.max() == 0.0


def test_what_passes_the_glass_is_absorbed_or_goes_out_again():
    window = Window(area=4.0, u_value=1.3, g_value=0.6, azimuth=180.0, frame_fraction=0.0)
    building = room(window)
    found, rank = on(building, BEAM._replace(north=-1.0, up=0.0))
    c = rank.column
    # At normal incidence tau is the sum of its polynomial.
    tau = sum(c.tau())[1, 0]
    assert found.beam[0, 0] == pytest.approx(4.0 * 800.0 * tau)
    assert found.diffuse[0, 0] == 0.0
    through = found.inner[0, :, 0] - c.alpha_inner[:, 0] * 800.0 * sum(c.absorbed())[:, 0]
    inside = (c.area[:, 0] * through).sum()
    assert 0.8 * found.beam[0, 0] < inside < found.beam[0, 0]


def test_g_at_normal_incidence_is_what_the_room_gets():
    """Transmitted, absorbed and given off to a room as warm as outdoors: g of the glass within 0.02."""
    window = Window(area=4.0, u_value=1.3, g_value=0.6, azimuth=180.0, frame_fraction=0.0)
    _, rank = on(room(window), BEAM)
    c = rank.column
    n = 1
    absorbed = sum(c.absorbed())[n, 0]
    outer, inner = absorbed * c.alpha_outer[n, 0], absorbed * c.alpha_inner[n, 0]
    out = c.fixed_out[n, 0] + (c.to_sky + c.to_rest)[n, 0] * CUBE_OUTSIDE
    into = c.fixed_in[n, 0] + c.star[n, 0] * CUBE_INSIDE
    faces = np.linalg.solve([[out + c.a_oo[n, 0], -c.a_io[n, 0]], [-c.a_io[n, 0], into + c.a_ii[n, 0]]], [outer, inner])
    assert sum(c.tau())[n, 0] + into * faces[1] == pytest.approx(0.6, abs=0.02)


def test_an_overhang_takes_the_beam_and_leaves_the_sky():
    glass = Window(area=4.0, u_value=1.3, g_value=0.6, azimuth=180.0, height=2.0)
    # At 45° an overhang of 1 m over a window of 2 m shades its upper half.
    half, _ = on(room(replace(glass, overhang=Overhang(depth=1.0))), BEAM)
    free, _ = on(room(glass), BEAM)
    assert half.beam[0, 0] == pytest.approx(0.5 * free.beam[0, 0], rel=1e-9)
    deep, _ = on(room(replace(glass, overhang=Overhang(depth=2.0))), BEAM)
    assert deep.beam[0, 0] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("horizon", "lit"), [((40.0,) * 4, True), ((50.0,) * 4, False), ((0.0, 0.0, 60.0, 0.0), False),
                                             ((0.0, 60.0, 0.0, 0.0), True), ((60.0, 0.0), True), ((0.0, 60.0), False)])
def test_a_skyline_hides_the_sun_below_it(horizon, lit):
    """The sun stands at 45° due south: at the start of the sector from 180°, of four the third, of two the second."""
    found, _ = on(room(horizon=horizon), BEAM)
    assert bool(found.outer[0, 0, 0] > 0.0) is lit


@pytest.mark.parametrize(("air", "irradiance", "left"), [
    (26.0, 300.0, 0.25), (24.0, 300.0, 1.0), (25.0, 300.0, 1.0), (26.0, 700.0, 1.0), (np.nan, 300.0, 1.0)])
def test_a_blind_closes_by_sun_and_by_the_air_before(air, irradiance, left):
    shade = Shade(factor=0.25, irradiance=irradiance, temp_min=25.0)
    window = Window(area=4.0, u_value=1.3, g_value=0.6, azimuth=180.0)
    shaded, _ = on(room(replace(window, shade=shade)), BEAM, air=air)
    free, _ = on(room(window), BEAM)
    assert shaded.beam[0, 0] == pytest.approx(left * free.beam[0, 0])
    # Not known yet which air: open.
    assert on(room(replace(window, shade=shade)), BEAM)[0].beam[0, 0] == free.beam[0, 0]


def test_a_sky_below_nothing_is_clipped():
    """Perez' horizon is negative in some hours: no face may lose light by it."""
    found, _ = on(room(), BEAM._replace(direct=0.0, isotropic=1.0, horizon=-50.0))
    assert found.outer[0, 0, 0] == 0.0


def test_nan_in_the_sun_is_nan_on_the_walls():
    found, _ = on(room(), BEAM._replace(direct=np.nan), BEAM)
    assert np.isnan(found.outer[:, 0, 0]).tolist() == [True, False]


def as_compiled(found, hour):
    around, parts = found.around, found.parts
    sun(found.m, found.ranks, found.spaces.own, around[0], parts[0], light_of(np.array([hour]), 0))
    return found


hours = st.builds(
    lambda azimuth, height, direct, around, sky, horizon, ground: NOON._replace(
        east=np.sin(azimuth) * np.cos(height), north=np.cos(azimuth) * np.cos(height), up=np.sin(height), direct=direct,
        circumsolar=around, isotropic=sky, horizon=horizon, ground=ground),
    st.floats(0.0, 2 * np.pi), st.floats(0.01, 1.57), st.floats(0.0, 1000.0), st.floats(0.0, 300.0),
    st.floats(0.0, 300.0), st.floats(-60.0, 60.0), st.floats(0.0, 150.0))


@settings(max_examples=40)
@given(hours, st.floats(15.0, 35.0))
def test_compiled_sun_is_that_of_numpy(hour, air):
    found = BLOCK
    found.m[at.T_A:at.T_A + L] = air
    as_compiled(found, hour)
    expected = sun_of(np.array([hour]), found.rank, np.array([air, air]))
    for n in range(found.spaces.own.count):
        e = found.element(n)
        assert found.row(e + at.SUN_O) == pytest.approx(expected.outer[0, n], rel=1e-12, abs=1e-9)
        assert found.row(e + at.SUN_I) == pytest.approx(expected.inner[0, n], rel=1e-12, abs=1e-9)
    assert found.row(at.BEAM) == pytest.approx(expected.beam[0], rel=1e-12, abs=1e-9)
    assert found.row(at.DIFFUSE) == pytest.approx(expected.diffuse[0], rel=1e-12, abs=1e-9)
    solar = (found.rank.column.area * expected.inner[0]).sum(axis=0)
    assert found.row(at.SOLAR) == pytest.approx(solar, rel=1e-12, abs=1e-9)


#: Written by every example, so that nothing of one is left for the next.
BLOCK = block(plain(), rich())


def test_night_takes_all_light_away():
    found = as_compiled(block(beside()), NOON)
    no_sun(found.m, found.spaces.own)
    assert found.m[at.SOLAR] == found.m[at.BEAM] == found.m[at.DIFFUSE] == 0.0
    for n in range(found.spaces.own.count):
        assert not found.m[found.element(n) + at.SUN_O:][:2 * L].any()
    dark = sun_of(np.array([NIGHT]), found.rank)
    assert all(not values.any() for values in dark)
