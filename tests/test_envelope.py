import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.building import Building, Overhang, Surface, Window
from buem.envelope import (
    conductances,
    diffuse_apertures,
    mass_conductance,
    open_sky,
    sky_view,
    sum_by_owner,
    sunlit_planes,
)
from buem.gains import angular_g, hemispherical
from buem.stock import stack


def house(*surfaces, windows=(), **changes):
    return Building(**{"id": "h", "latitude": 52.0, "longitude": 5.0, "floor_area": 100.0, "surfaces": surfaces,
                       "windows": windows, "shading_horizontal": 1.0, "shading_vertical": 1.0, **changes})


def wall(**changes):
    return Surface(**{"kind": "wall", "area": 10.0, "u_value": 0.5, "azimuth": 180.0, **changes})


def pane(**changes):
    return Window(**{"area": 5.0, "u_value": 2.0, "g_value": 0.6, "azimuth": 180.0, "frame_fraction": 0.2, **changes})


def test_mass_conductance_by_hand():
    # 1 / (1/100 - 1/2275) = 104.598 W/K, 4.6 % above H_tr,op; ISO 13790 eq. 63.
    assert mass_conductance(np.array([100.0]), np.array([2275.0]))[0] == pytest.approx(104.598, abs=1e-3)
    assert mass_conductance(np.array([0.0]), np.array([2275.0]))[0] == 0.0


@settings(max_examples=100, deadline=None)
@given(op=st.floats(1e-3, 999.0), ms=st.floats(1000.0, 1e6))
def test_mass_conductance_in_series_gives_back_the_opaque_one(op, ms):
    em = mass_conductance(np.array([op]), np.array([ms]))[0]
    assert 1 / (1 / em + 1 / ms) == pytest.approx(op, rel=1e-9)


def test_conductances_by_hand():
    # Opaque 10*0.5 + 50*0.2*0.5 + 60*0.3 + 3 (bridges) = 31; windows and doors 5*2 + 2*1.5 = 13 W/K.
    h = conductances(stack([house(
        wall(), Surface(kind="floor", area=50.0, u_value=0.2, b_transmission=0.5),
        Surface(kind="roof", area=60.0, u_value=0.3, tilt=0.0), Surface(kind="door", area=2.0, u_value=1.5),
        windows=(pane(),), thermal_bridge=3.0, heat_capacity=165e3)]))
    assert h.h_tr_op[0] == pytest.approx(31.0)
    assert h.h_tr_w[0] == pytest.approx(13.0)
    assert h.h_tr_ms[0] == pytest.approx(9.1 * 250.0)  # A_m = 2.5 A_f, ISO 13790 table 12
    assert h.h_tr_is[0] == pytest.approx(3.45 * 450.0)  # A_t = 4.5 A_f
    assert h.h_tr_em[0] == pytest.approx(1 / (1 / 31.0 - 1 / 2275.0))
    np.testing.assert_allclose(h.by_kind[0], [5.0, 18.0, 5.0, 10.0, 3.0])


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        # F_r · R_se · U·A·b · 5ε · 11 K, ISO 13790 eqs. 46 and 11.4.6
        pytest.param(wall(), 0.5 * 0.04 * 5.0 * 4.5 * 11.0, id="wall sees half a sky"),
        pytest.param(wall(kind="roof", tilt=0.0), 0.04 * 5.0 * 4.5 * 11.0, id="flat roof sees all"),
        pytest.param(wall(kind="roof", tilt=60.0), 0.75 * 0.04 * 5.0 * 4.5 * 11.0, id="60° roof"),
        pytest.param(wall(tilt=180.0), 0.0, id="facing down"),
        pytest.param(wall(kind="floor", tilt=0.0), 0.0, id="floor, whatever its tilt says"),
        pytest.param(wall(b_transmission=0.5), 0.5 * 0.5 * 0.04 * 5.0 * 4.5 * 11.0, id="unheated space behind"),
        pytest.param(wall(b_transmission=0.0), 0.0, id="party wall"),
        pytest.param(wall(emissivity=0.1), 0.5 * 0.04 * 5.0 * 0.5 * 11.0, id="bare metal"),
        pytest.param(wall(kind="door"), 0.5 * 0.04 * 5.0 * 4.5 * 11.0, id="door"),
    ],
)
def test_loss_to_the_sky_by_hand(element, expected):
    assert conductances(stack([house(element)])).sky_by_kind.sum() == pytest.approx(expected, abs=1e-12)


def test_windows_lose_heat_to_the_sky_too():
    sky = conductances(stack([house(windows=(pane(),))])).sky_by_kind[0]
    np.testing.assert_allclose(sky, [0, 0, 0, 0.5 * 0.04 * 10.0 * 4.5 * 11.0, 0], atol=1e-12)


def test_sky_view_of_a_stock():
    elements = stack([house(wall(tilt=90.0), wall(kind="floor", tilt=0.0), windows=(pane(tilt=0.0),))]).elements
    np.testing.assert_allclose(sky_view(elements), [0.5, 0.0, 1.0], atol=1e-15)


def test_sums_by_owner_keep_empty_buildings():
    assert sum_by_owner(np.array([1.0, 2.0, 4.0]), np.array([0, 2, 2]), 4).tolist() == [1.0, 0.0, 6.0, 0.0]
    assert sum_by_owner(np.zeros(0), np.zeros(0, dtype=np.int64), 2).tolist() == [0.0, 0.0]


def test_apertures_by_hand():
    # Wall: α R_se U A = 0.6 * 0.04 * 0.5 * 10 = 0.12 m²; window with F_W: 5 * 0.8 * 0.6 * 0.9 = 2.16 m².
    planes = sunlit_planes(stack([house(wall(), windows=(pane(f_w=0.9),))]))
    assert planes.diffuse.tolist() == pytest.approx([2.28])
    np.testing.assert_allclose(planes.beam, [[2.28, 0, 0, 0, 0]])
    np.testing.assert_allclose([planes.east[0], planes.north[0], planes.up[0]], [0, -1, 0], atol=1e-15)


def test_angular_window_has_its_polynomial():
    planes = sunlit_planes(stack([house(windows=(pane(),))]))
    curve = angular_g(np.array([2.0]), np.array([0.6]))
    np.testing.assert_allclose(planes.beam, 4.0 * curve, rtol=1e-12)
    np.testing.assert_allclose(planes.diffuse, 4.0 * hemispherical(curve), rtol=1e-12)
    assert planes.beam.sum() == pytest.approx(4.0 * 0.6)


@pytest.mark.parametrize(
    ("tilt", "expected"), [(0.0, 0.5), (44.9, 0.5), (45.0, 0.25), (90.0, 0.25), (180.0, 0.25)])
def test_shading_factor_of_flat_and_of_steep_planes(tilt, expected):
    building = house(wall(tilt=tilt), shading_horizontal=0.5, shading_vertical=0.25)
    assert sunlit_planes(stack([building])).diffuse[0] == pytest.approx(0.12 * expected)


@pytest.mark.parametrize(
    "dark",
    [
        pytest.param(wall(kind="floor"), id="floor"), pytest.param(wall(u_value=0.0), id="U = 0"),
        pytest.param(wall(b_transmission=0.0), id="party wall"), pytest.param(wall(absorptance=0.0), id="white"),
    ],
)
def test_elements_without_sun_are_no_planes(dark):
    planes = sunlit_planes(stack([house(dark)]))
    assert planes.owner.size == 0
    assert planes.offset.tolist() == [0, 0]
    assert diffuse_apertures(planes).isotropic.tolist() == [0.0]


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
    planes = sunlit_planes(stack([house(wall(**one), wall(kind="roof", **other))]))
    assert planes.diffuse.size == count
    assert planes.diffuse.sum() == pytest.approx(0.24)


def test_shaded_windows_are_planes_of_their_own():
    shade = Overhang(depth=1.0, gap=0.2)
    planes = sunlit_planes(stack([house(windows=(pane(), pane(overhang=shade), pane(overhang=shade)))]))
    assert planes.diffuse.size == 2
    assert sorted(planes.overhang[:, 0].tolist()) == [0.0, 1.0]


def test_planes_of_many_buildings_lie_one_after_the_other():
    buildings = [house(wall(), wall(azimuth=0.0)), house(), house(windows=(pane(),))]
    planes = sunlit_planes(stack(buildings))
    assert planes.offset.tolist() == [0, 2, 2, 3]
    assert planes.owner.tolist() == [0, 0, 2]
    for i, building in enumerate(buildings):
        alone = sunlit_planes(stack([building]))
        part = slice(planes.offset[i], planes.offset[i + 1])
        assert (planes.beam[part] == alone.beam).all()
        assert (planes.diffuse[part] == alone.diffuse).all()


@pytest.mark.parametrize(
    ("tilt", "isotropic", "horizon", "ground"),
    [(0.0, 1.0, 0.0, 0.0), (90.0, 0.5, 1.0, 0.5), (180.0, 0.0, 0.0, 1.0), (60.0, 0.75, math.sqrt(0.75), 0.25)],
)
def test_diffuse_apertures_follow_the_view_factors(tilt, isotropic, horizon, ground):
    found = diffuse_apertures(sunlit_planes(stack([house(wall(tilt=tilt))])))
    expected = np.array([isotropic, horizon, ground]) * 0.12
    np.testing.assert_allclose([v[0] for v in found], expected, atol=1e-15)


def shaded(depth, gap, height):
    return np.array([[depth, gap, np.inf, np.inf, height, 1.0]])


def test_open_sky_by_hand():
    # As deep as the window is high, no gap: (√2 - 1) of the sky is left.
    assert open_sky(shaded(1.0, 0.0, 1.0))[0] == pytest.approx(0.41421, abs=1e-5)
    assert open_sky(np.array([[0.0, 0.0, 0.0, 0.0, 1.0, 1.0]]))[0] == 1.0


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


def test_no_building_loses_through_nothing():
    h = conductances(stack([house()]))
    assert [v[0] for v in (h.h_tr_op, h.h_tr_w, h.h_tr_em)] == [0.0, 0.0, 0.0]
