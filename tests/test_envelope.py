import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.building import Building, Overhang, Surface, Window
from buem.envelope import diffuse_apertures, sunlit_planes
from buem.films import Outside
from buem.shading import FREE, open_sky
from buem.standing import nothing_below
from buem.stock import stack
from buem.transmission import fabric

SITE = Outside(windward=10.0, leeward=7.0, radiation=5.1, exponent=1.0, sky=np.full(8760, 55.0))


def house(*surfaces, windows=(), **changes):
    return Building(**{"id": "h", "latitude": 52.0, "longitude": 5.0, "floor_area": 100.0, "surfaces": surfaces,
                       "windows": windows, "shading_horizontal": 1.0, "shading_vertical": 1.0, **changes})


def planes_of(*buildings):
    stock = stack(buildings)
    return sunlit_planes(stock, fabric(stock, SITE, 1.2, nothing_below(stock)))


def wall(**changes):
    return Surface(**{"kind": "wall", "area": 10.0, "u_value": 0.5, "azimuth": 180.0, **changes})


def pane(**changes):
    return Window(**{"area": 5.0, "u_value": 2.0, "g_value": 0.6, "azimuth": 180.0, "frame_fraction": 0.2, **changes})


@pytest.mark.parametrize(
    ("tilt", "expected"), [(0.0, 0.5), (44.9, 0.5), (45.0, 0.25), (90.0, 0.25), (180.0, 0.25)])
def test_shading_factor_of_flat_and_of_steep_planes(tilt, expected):
    building = house(wall(tilt=tilt), shading_horizontal=0.5, shading_vertical=0.25)
    assert planes_of(building).opaque[0] == pytest.approx(0.12 * expected)


@pytest.mark.parametrize(
    "dark",
    [
        pytest.param(wall(kind="floor"), id="floor"), pytest.param(wall(u_value=0.0), id="U = 0"),
        pytest.param(wall(b_transmission=0.0), id="party wall"), pytest.param(wall(absorptance=0.0), id="white"),
    ],
)
def test_elements_without_sun_are_no_planes(dark):
    planes = planes_of(house(dark))
    assert planes.owner.size == 0
    assert planes.offset.tolist() == [0, 0]
    assert diffuse_apertures(planes).isotropic.tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        pytest.param({"azimuth": 0.0}, {"azimuth": 360.0}, 1, id="once around"),
        pytest.param({"azimuth": -90.0}, {"azimuth": 270.0}, 1, id="counted backwards"),
        pytest.param({"tilt": 0.0, "azimuth": 10.0}, {"tilt": 0.0, "azimuth": 200.0}, 1, id="flat faces nowhere"),
        pytest.param({"tilt": 180.0, "azimuth": 10.0}, {"tilt": 180.0, "azimuth": 20.0}, 1, id="down faces nowhere"),
        pytest.param({"azimuth": 0.0}, {"azimuth": 1.0}, 2, id="other azimuth"),
        pytest.param({"tilt": 90.0}, {"tilt": 89.0}, 2, id="other tilt"),
    ],
)
def test_elements_of_one_plane_are_merged(one, other, count):
    planes = planes_of(house(wall(**one), wall(kind="roof", **other)))
    assert planes.opaque.size == count
    assert planes.opaque.sum() == pytest.approx(0.24)


def test_shaded_windows_are_planes_of_their_own():
    shade = Overhang(depth=1.0, gap=0.2)
    planes = planes_of(house(windows=(pane(), pane(overhang=shade), pane(overhang=shade))))
    assert planes.diffuse.size == 2
    assert sorted(planes.shade[:, 0].tolist()) == [0.0, 1.0]


def test_planes_of_many_buildings_lie_one_after_the_other():
    buildings = [house(wall(), wall(azimuth=0.0)), house(), house(windows=(pane(),))]
    planes = planes_of(*buildings)
    assert planes.offset.tolist() == [0, 2, 2, 3]
    assert planes.owner.tolist() == [0, 0, 2]
    for i, building in enumerate(buildings):
        alone = planes_of(building)
        part = slice(planes.offset[i], planes.offset[i + 1])
        assert (planes.beam[part] == alone.beam).all()
        assert (planes.diffuse[part] == alone.diffuse).all()
        assert (planes.opaque[part] == alone.opaque).all()


@pytest.mark.parametrize(
    ("tilt", "isotropic", "horizon", "ground"),
    [(0.0, 1.0, 0.0, 0.0), (90.0, 0.5, 1.0, 0.5), (180.0, 0.0, 0.0, 1.0), (60.0, 0.75, math.sqrt(0.75), 0.25)],
)
def test_diffuse_apertures_follow_the_view_factors(tilt, isotropic, horizon, ground):
    found = diffuse_apertures(planes_of(house(wall(tilt=tilt))))
    expected = np.array([isotropic, horizon, ground]) * 0.12
    np.testing.assert_allclose([v[0, 1] for v in found], expected, atol=1e-15)
    assert [v[0, 0] for v in found] == [0.0, 0.0, 0.0]


def shaded(depth, gap, height):
    return np.array([[depth, gap, np.inf, np.inf, 0.0, 0.0, 0.0, 0.0, height, 1.0]])


def test_open_sky_by_hand():
    # As deep as the window is high, no gap: (√2 - 1) of the sky is left.
    assert open_sky(shaded(1.0, 0.0, 1.0))[0] == pytest.approx(0.41421, abs=1e-5)
    assert open_sky(np.array([FREE]))[0] == 1.0


@settings(max_examples=50, deadline=None)
@given(depth=st.floats(0.01, 5.0), gap=st.floats(0.0, 3.0), height=st.floats(0.1, 4.0))
def test_open_sky_is_the_integral_over_window_and_sky(depth, gap, height):
    # A vertical plane sees a strip of sky of elevation e with the weight cos e, over the whole sky 1.
    # The points stand close below the overhang, where a shallow one hides all there is to hide.
    u = (np.arange(400) + 0.5) / 400
    y = gap + height * u**3
    limit = np.arctan2(y, depth)
    e = u[:, None] * limit
    seen = ((np.cos(e) * limit / 400).sum(axis=0) * 3 * u**2).mean()
    assert open_sky(shaded(depth, gap, height))[0] == pytest.approx(seen, abs=1e-4)
