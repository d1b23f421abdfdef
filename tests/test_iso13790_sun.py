"""Sun of the 5R1C: by hand on a plane, and the compiled hour in plain Python against the NumPy week."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_weather import weather

from buem import iso13790_rows as at
from buem.building import Building, Fins, Overhang, Shade, Surface, Window
from buem.compiled import LANES
from buem.films import outside
from buem.iso13790_records import Climate
from buem.iso13790_sun import HIDDEN, MOVABLE, SHADED, load_planes, load_skyline, solar_gains, sun
from buem.network import Sky, network
from buem.solar import solar_hours
from buem.stock import stack

WEATHER = weather()
SITE = Sky(WEATHER, solar_hours(WEATHER), outside(WEATHER), 1.0)
GLASS = Window(area=10.0, u_value=1.3, g_value=0.6, azimuth=180.0, frame_fraction=0.0, f_w=1.0, height=2.0)


def house(name="house", *windows, **changes):
    fields = {"floor_area": 100.0, "shading_vertical": 1.0, "shading_horizontal": 1.0, "windows": windows}
    return Building(id=name, latitude=40.0, longitude=-105.0, **{**fields, **changes})


RICH = house(
    "rich", GLASS, replace(GLASS, azimuth=80.0, overhang=Overhang(depth=0.7, gap=0.1), fins=Fins(depth=0.4)),
    replace(GLASS, azimuth=200.0, shade=Shade(factor=0.3, irradiance=120.0, temp_min=22.0)),
    replace(GLASS, tilt=120.0, azimuth=250.0), surfaces=(Surface(area=70.0, u_value=0.4, azimuth=170.0),
                                                        Surface(kind="roof", area=60.0, u_value=0.3, tilt=25.0)),
    horizon=(0.0, 15.0, 30.0, 45.0, 20.0), horizon_roof=(5.0, 40.0, 10.0))


def hour(up, azimuth=180.0, beam=0.0, circumsolar=0.0, isotropic=0.0, horizon=0.0, ground=0.0):
    """A row of `Climate.hours`; the beam holds the circumsolar light."""
    level, way = np.sqrt(1.0 - up * up), np.radians(azimuth)
    light = 0.0 if beam == circumsolar == isotropic == horizon == ground == 0.0 else 1.0
    light = 2.0 if horizon < 0.0 or isotropic < 0.0 else light
    return [level * np.sin(way), level * np.cos(way), up, beam, circumsolar, isotropic, horizon, ground, 5.0, light,
            1.0, 30.0, 0.5, 0.5]


def made(*buildings):
    return network(list(buildings), stack(list(buildings)), SITE)


def gains(net, *rows):
    """Of some hours in place of a year."""
    return solar_gains(Climate(np.array(rows), net.climate.schedules, net.climate.columns), net.sunlit, net.zones)


def apertures(net, building=0):
    """Of a window for the beam at any angle, its F_W being constant, and for diffuse light. [m²]"""
    plane = net.sunlit.table[net.sunlit.offset[building]]
    return plane[3], plane[8]


def test_of_g_times_area_hardly_anything_leaves_by_the_glass_again():
    beam, diffuse = apertures(made(house("a", GLASS)))
    assert 0.95 * 6.0 < beam <= 6.0
    assert 0.95 * 6.0 < diffuse <= 6.0


def test_a_window_in_the_sun_gains_its_aperture_times_cosine():
    net = made(house("a", GLASS))
    found = gains(net, *(hour(0.6, azimuth, beam=500.0) for azimuth in (180.0, 90.0, 0.0, 540.0)))
    # 500 W/m² · cos: the sun at sin⁻¹ 0.6 due south has cos = 0.8; abeam and behind nothing.
    gain = apertures(net)[0] * 500.0 * 0.8
    assert found.open[0, :, 0] == pytest.approx([gain, 0.0, 0.0, gain], abs=1e-9)
    assert not found.open[1].any()


def test_sky_and_ground_by_their_views():
    net = made(house("a", GLASS))
    found = gains(net, hour(0.5, isotropic=100.0, ground=80.0), hour(0.5, isotropic=1.0, horizon=9.0))
    diffuse = apertures(net)[1]
    assert found.open[0, :, 0] == pytest.approx([diffuse * (50.0 + 40.0), diffuse * (0.5 + 9.0)])


def test_opaque_elements_are_apart():
    wall = Surface(area=50.0, u_value=0.5, azimuth=180.0, absorptance=0.6)
    found = gains(made(house(surfaces=(wall,))), hour(0.6, beam=500.0))
    # ISO 13790, eq. 44: α R_se U A I with films of their own, so near 0.6 · 0.04 · 0.5 · 50 · 400.
    assert found.open[1, 0, 0] == pytest.approx(0.6 * 0.04 * 0.5 * 50.0 * 400.0, rel=0.5)
    assert found.open[0, 0, 0] == 0.0


def test_a_sky_below_nothing_takes_nothing_from_a_window():
    found = gains(made(house("a", GLASS)), hour(0.5, isotropic=2.0, horizon=-30.0))
    assert found.open[0, 0, 0] == 0.0


def test_no_window_no_gain():
    found = gains(made(house(), house("b", GLASS)), hour(0.6, beam=500.0))
    assert found.open[0, 0, 0] == 0.0
    assert found.open[0, 0, 1] > 2000.0
    assert found.taken.shape == (1, 0)


def test_nan_light_is_nan_gain_by_night_too():
    row = hour(-0.5)
    row[5], row[9] = np.nan, 1.0
    assert np.isnan(gains(made(house("a", GLASS)), row).open[0, 0, 0])


@pytest.mark.parametrize(("air", "left"), [(25.0, 0.25), (22.0, 1.0), (20.0, 1.0)])
def test_a_blind_takes_its_share_where_it_was_warm(air, left):
    shade = Shade(factor=0.25, irradiance=300.0, temp_min=22.0)
    net = made(house("a", GLASS, replace(GLASS, shade=shade)))
    found = gains(net, hour(0.6, beam=500.0), hour(0.6, beam=300.0))
    gain = apertures(net)[0] * 0.8
    assert found.owner.tolist() == [0]
    assert found.at(0, np.array([air]))[0, 0] == pytest.approx(gain * 500.0 * (1.0 + left))
    # 240 W/m² fall on it in the second hour: it stays open.
    assert found.at(1, np.array([air]))[0, 0] == pytest.approx(gain * 300.0 * 2.0)
    # What is asked of an hour leaves the year as it was.
    assert found.open[0, 0, 0] == pytest.approx(gain * 500.0 * 2.0)


def compiled(net, row, air):
    """Gains of an hour of a block, by the functions that numba compiles."""
    n = net.zones.h_ve.size
    which = np.arange(n)
    w = np.full(at.WORK + at.L, np.nan)
    stacked = np.stack([*net.zones.net, *net.zones[1:]])
    for lane in range(LANES):
        w[lane:at.ZONES * at.L:at.L] = stacked[:, min(lane, n - 1)]
    w[at.AIR:at.AIR + LANES] = air
    sunlit = net.sunlit
    planes = np.full((int(np.diff(sunlit.offset).max(initial=0)), at.LIT + at.L), np.nan)
    count = load_planes(planes, sunlit.offset, sunlit.table, which, 0, n)
    around, parts = np.zeros((2 + 2 * sunlit.skyline.shape[2], LANES)), np.zeros((2, LANES), dtype=np.int64)
    load_skyline((around, parts), sunlit.skyline, sunlit.sectors, which, 0, n)
    special = int(np.bitwise_or.reduce(sunlit.special))
    sun(w, (planes, count, special, around, parts), np.array([row]), 0)
    return np.stack([w[at.SUN:at.SUN + n], w[at.OPAQUE:at.OPAQUE + n]])


NET = made(house("a", GLASS), RICH, house("none"))


def test_the_sample_has_every_flag():
    assert NET.sunlit.special[1] & (SHADED | MOVABLE | HIDDEN) == SHADED | MOVABLE | HIDDEN
    assert NET.sunlit.special[1] & 1
    assert NET.sunlit.special[0] == 0


rows = st.builds(
    lambda up, azimuth, beam, part, isotropic, horizon, ground: hour(up, azimuth, beam, part * beam, isotropic, horizon,
                                                                     ground),
    st.floats(0.02, 0.999), st.floats(0.0, 360.0), st.floats(0.0, 1000.0), st.floats(0.0, 1.0), st.floats(0.0, 300.0),
    st.floats(-80.0, 80.0), st.floats(0.0, 150.0))


@settings(max_examples=25, deadline=None)
@given(st.lists(rows, min_size=1, max_size=4), st.sampled_from([20.0, 21.9, 24.0]))
def test_a_compiled_hour_is_that_of_the_numpy_week(some, air):
    found = gains(NET, *some)
    for t, row in enumerate(some):
        expected = found.at(t, np.full(3, air))
        assert compiled(NET, row, air) == pytest.approx(expected, rel=1e-10, abs=1e-8)


def test_the_dark_writes_zeros():
    assert not compiled(NET, hour(-0.3), 20.0).any()


def test_lanes_beyond_the_last_repeat_it():
    planes = np.full((6, at.LIT + at.L), np.nan)
    most = load_planes(planes, NET.sunlit.offset, NET.sunlit.table, np.array([0, 2]), 0, 2)
    assert most == np.diff(NET.sunlit.offset)[0]
    assert planes[0, 0] == NET.sunlit.table[0, 0]
    # The third building has no planes: rows of 0, no sun, whatever stood there before.
    assert not planes[:, 1:at.LIT:at.L].any()
    assert not planes[:, LANES - 1:at.LIT:at.L].any()
