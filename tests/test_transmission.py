"""U-values, films and zones to the conductances of the 5R1C."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.building import Building, Layer, Surface, Window, Zone
from buem.films import Outside
from buem.standing import nothing_below
from buem.stock import stack
from buem.transmission import (
    conductances,
    fabric,
    heat_capacity,
    mass_area,
    mass_conductance,
    sky_view,
    sum_by_owner,
    zone_losses,
)

SITE = Outside(windward=10.0, leeward=7.0, radiation=5.1, exponent=1.0, sky=np.full(8760, 55.0))


def house(*surfaces, windows=(), **changes):
    return Building(**{"id": "h", "latitude": 52.0, "longitude": 5.0, "floor_area": 100.0, "surfaces": surfaces,
                       "windows": windows, "shading_horizontal": 1.0, "shading_vertical": 1.0, **changes})


def wall(**changes):
    return Surface(**{"kind": "wall", "area": 10.0, "u_value": 0.5, "azimuth": 180.0, **changes})


def pane(**changes):
    return Window(**{"area": 5.0, "u_value": 2.0, "g_value": 0.6, "azimuth": 180.0, "frame_fraction": 0.2, **changes})


def acts(building):
    stock = stack([building])
    return fabric(stock, SITE, 1.2, nothing_below(stock))


def of(building):
    stock = stack([building])
    return conductances(stock, fabric(stock, SITE, 1.2, nothing_below(stock)), SITE)


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
    h = of(house(
        wall(), Surface(kind="floor", area=50.0, u_value=0.2, b_transmission=0.5),
        Surface(kind="roof", area=60.0, u_value=0.3, tilt=0.0), Surface(kind="door", area=2.0, u_value=1.5),
        windows=(pane(),), thermal_bridge=3.0, heat_capacity=165e3))
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
        pytest.param(wall(), 0.5 * 0.04 * 5.0 * 0.9 * 55.0, id="wall sees half a sky"),
        pytest.param(wall(kind="roof", tilt=0.0), 0.04 * 5.0 * 0.9 * 55.0, id="flat roof sees all"),
        pytest.param(wall(kind="roof", tilt=60.0), 0.75 * 0.04 * 5.0 * 0.9 * 55.0, id="60° roof"),
        pytest.param(wall(tilt=180.0), 0.0, id="facing down"),
        pytest.param(wall(kind="floor", tilt=0.0), 0.0, id="floor, whatever its tilt says"),
        pytest.param(wall(b_transmission=0.5), 0.5 * 0.5 * 0.04 * 5.0 * 0.9 * 55.0, id="unheated space behind"),
        pytest.param(wall(b_transmission=0.0), 0.0, id="party wall"),
        pytest.param(wall(emissivity=0.1), 0.5 * 0.04 * 5.0 * 0.1 * 55.0, id="bare metal"),
        pytest.param(wall(kind="door"), 0.5 * 0.04 * 5.0 * 0.9 * 55.0, id="door"),
    ],
)
def test_loss_to_the_sky_by_hand(element, expected):
    assert 55.0 * of(house(element)).sky_by_kind.sum() == pytest.approx(expected, abs=1e-12)


def test_windows_lose_heat_to_the_sky_too():
    sky = 55.0 * of(house(windows=(pane(),))).sky_by_kind[0]
    np.testing.assert_allclose(sky, [0, 0, 0, 0.5 * 0.04 * 10.0 * 0.9 * 55.0, 0], atol=1e-12)


def test_sky_view_of_a_stock():
    elements = stack([house(wall(tilt=90.0), wall(kind="floor", tilt=0.0), windows=(pane(tilt=0.0),))]).elements
    np.testing.assert_allclose(sky_view(elements), [0.5, 0.0, 1.0], atol=1e-15)


def test_sums_by_owner_keep_empty_buildings():
    assert sum_by_owner(np.array([1.0, 2.0, 4.0]), np.array([0, 2, 2]), 4).tolist() == [1.0, 0.0, 6.0, 0.0]
    assert sum_by_owner(np.zeros(0), np.zeros(0, dtype=np.int64), 2).tolist() == [0.0, 0.0]


def test_no_building_loses_through_nothing():
    h = of(house())
    assert [v[0] for v in (h.h_tr_op, h.h_tr_w, h.h_tr_em)] == [0.0, 0.0, 0.0]


BRICK = Layer(thickness=0.24, conductivity=0.8, density=1600.0, specific_heat=900.0)
WOOL = Layer(thickness=0.12, conductivity=0.04, density=30.0, specific_heat=1000.0)


def test_without_layers_a_building_is_that_of_the_standard():
    found = acts(house(wall(), windows=(pane(),)))
    assert found.u_value.tolist() == [0.5, 2.0]
    assert found.r_se.tolist() == [0.04, 0.04]
    assert (found.h_ms[0], found.h_is[0], found.layered[0]) == (9.1, 3.45, False)


def test_the_standards_coefficients_are_a_star_of_two_and_a_half():
    # h_c = 2.5 and h_r = 6.6 W/(m²K) give 9.1 and 3.45: the rule of layered buildings with the standard's numbers.
    assert pytest.approx(3.45, abs=5e-3) == 2.5 * 9.1 / 6.6


def test_layers_take_the_place_of_u():
    found = acts(house(wall(layers=(WOOL, BRICK), u_value=9.0)))
    between = 0.12 / 0.04 + 0.24 / 0.8
    # One wall is its whole room: it sees itself by Carroll's limit of a half, F = 2, so h_r = 4σT³ / (1/9 + 1/2).
    h_r = 4 * 5.670374419e-8 * 293.15**3 / (1.0 / 9.0 + 0.5)
    # All its heat comes by convection: 1.3102 ΔT^(4/3) = (20 - ΔT) / (R + R_se), the reference difference less its own.
    drop = 3.0
    for _ in range(50):
        drop = ((20.0 - drop) / (between + found.r_se[0]) / 1.3102) ** 0.75
    h_c = 1.3102 * drop ** (1.0 / 3.0)
    assert 1.0 / found.u_value[0] == pytest.approx(1.0 / (h_c + h_r) + between + found.r_se[0], rel=2e-3)
    assert found.h_ms[0] == pytest.approx(h_c + h_r, rel=2e-3)
    assert found.h_is[0] == pytest.approx(h_c * (h_c + h_r) / h_r, rel=5e-3)


@pytest.mark.parametrize(
    ("changes", "film"),
    [
        # h_n = 2.24; wind at 2.5 m of 10 m: (0.25)^(0.14 · 0.89) of windward 10 and ^(0.14 · 0.617) of leeward 7.
        pytest.param({"roughness": "very_smooth"}, 1 / (math.sqrt(2.24**2 + ((8.41 + 6.21) / 2) ** 2) + 0.9 * 5.1),
                     id="smooth: √(h_n² + f²)"),
        pytest.param({"roughness": "very_smooth", "emissivity": 0.0},
                     1 / math.sqrt(2.24**2 + ((8.41 + 6.21) / 2) ** 2), id="bare metal"),
        pytest.param({"boundary": "unheated"}, 0.13, id="still air behind"),
    ],
)
def test_outer_film_is_that_of_the_site(changes, film):
    building = house(wall(layers=(WOOL,), **changes), Surface(kind="floor", area=100.0, u_value=0.2, tilt=180.0),
                     room_height=5.0)
    assert acts(building).r_se[0] == pytest.approx(film, rel=5e-3)


def test_rough_faces_lose_more_and_floors_feel_no_wind():
    building = house(wall(layers=(WOOL,)), wall(layers=(WOOL,), roughness="very_smooth"),
                     Surface(kind="floor", area=100.0, u_value=0.2, tilt=180.0, layers=(WOOL,)))
    rough, smooth, floor = acts(building).r_se
    assert rough < smooth < floor
    assert floor == pytest.approx(1.0 / (1.94 + 0.9 * 5.1), rel=5e-3)


def test_shiny_faces_inside_leave_the_air_alone():
    plain, shiny = (acts(house(wall(layers=(WOOL,), emissivity_inside=e))) for e in (0.9, 0.1))
    assert shiny.h_ms[0] < 0.5 * plain.h_ms[0]
    assert shiny.u_value[0] < plain.u_value[0]
    assert shiny.h_is[0] > plain.h_is[0]


def test_windows_of_a_layered_building_leave_their_rating():
    # 1/2.74 less the rated 0.1368 and 0.0342 is 0.194 m²K/W between the faces (LBNL-2804E, eqs. 1 to 3).
    found = acts(house(wall(layers=(WOOL,)), windows=(pane(u_value=2.74),)))
    inside = 1.0 / found.u_value[1] - 0.194 - found.r_se[1]
    assert 0.1 < inside < 0.2


def test_what_stands_behind_an_element():
    zone = Zone(id="attic", volume=100.0, infiltration=1.0,
                surfaces=(Surface(kind="roof", area=60.0, u_value=2.0, tilt=30.0),))
    elements = [wall(), wall(boundary="adiabatic"), wall(boundary="unheated", b_transmission=0.4),
                Surface(kind="roof", area=50.0, u_value=0.4, tilt=0.0, boundary="attic")]
    found = acts(house(*elements, zones=(zone,)))
    # H_iu = 20; H_ue = 120 + 1.2 · 1006 · 100 / 3600 = 153.5 W/K.
    assert found.b.tolist() == pytest.approx([1.0, 0.0, 0.4, 153.53 / 173.53], rel=1e-4)
    assert found.open.tolist() == [1.0, 0.0, 0.0, 0.0]
    assert found.zone[0] == pytest.approx(153.53 / 173.53, rel=1e-4)


def test_a_zone_without_losses_is_no_loss_and_one_without_walls_is_outdoors():
    roof = Surface(kind="roof", area=50.0, u_value=0.4, tilt=0.0, boundary="z")
    tight = Zone(id="z", volume=100.0, infiltration=0.0)
    assert acts(house(roof, zones=(tight,))).b.tolist() == [0.0]
    windy = Zone(id="z", volume=1e6, infiltration=100.0)
    assert acts(house(roof, zones=(windy,))).b[0] == pytest.approx(1.0, abs=1e-5)
    assert acts(house(wall(), zones=(tight,))).zone.tolist() == [1.0]


def test_losses_of_a_zone_by_kind_of_element():
    surfaces = (wall(), wall(boundary="adiabatic"), wall(boundary="unheated", b_transmission=0.5),
                wall(layers=(WOOL,), u_value=9.0))
    spaces = stack([house(zones=(Zone(id="z", volume=1.0, surfaces=surfaces),))]).spaces
    assert zone_losses(spaces, np.zeros(4)).tolist() == pytest.approx([5.0, 0.0, 2.5, 10.0 / 3.17])


def test_mass_of_layers():
    # Half a wall of 8 cm concrete under an adiabatic face holds all of itself: 0.08 · 2400 · 1000 = 192 kJ/(m²K), and
    # a day's swing reaches through it within 3 %.
    slab = Layer(thickness=0.08, conductivity=2.0, density=2400.0, specific_heat=1000.0)
    building = house(wall(layers=(slab,), boundary="adiabatic", area=200.0), furniture_capacity=1e4)
    stock = stack([building])
    found = fabric(stock, SITE, 1.2, nothing_below(stock))
    assert heat_capacity(stock, found, 1.2)[0] == pytest.approx(192e3 * 200 + 1e6 + 1.2 * 1006 * 250, rel=0.03)
    assert mass_area(stock, found)[0] == pytest.approx(200.0)
    given = stack([replace(building, mass_area_ratio=2.0)])
    assert mass_area(given, fabric(given, SITE, 1.2, nothing_below(given)))[0] == 200.0


def test_each_alone_equals_all_together():
    buildings = [house(wall(layers=(WOOL, BRICK))), house(wall()), house(),
                 house(wall(boundary="z"), zones=(Zone(id="z", volume=50.0),)),
                 house(wall(layers=(BRICK,)), wall(u_value=0.3), windows=(pane(),))]
    stock = stack(buildings)
    h = conductances(stock, fabric(stock, SITE, 1.2, nothing_below(stock)), SITE)
    for i, building in enumerate(buildings):
        alone = of(building)
        for name, values in h._asdict().items():
            assert np.array_equal(values[i], getattr(alone, name)[0]), name
