from functools import cache

import independent_5r1c as independent
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_buildings import random_building

from buem.io.stations import read_station
from buem.iso13790 import Coefficients, Drive, Hour, coefficients, step
from buem.iso13790_records import Network
from buem.simulate import simulate
from buem.weather import air_density

# A house: 100 W/K through opaque elements (em), 2275 mass to surface, 1552.5 surface to air, 30 W/K of glass.
NET = Network(h_tr_em=104.6, h_tr_ms=2275.0, h_tr_is=1552.5, h_tr_w=30.0, c_m=4583.0, air_weight=1.0)
H_VE = 42.0
WINTER = Drive(theta_e=-5.0, phi_ia=150.0, phi_st=300.0, phi_m=500.0, theta_low=20.0, theta_high=26.0,
               power_heat=np.inf, power_cool=np.inf)

conductance = st.floats(0.0, 1e4)
positive = st.floats(1.0, 1e5)
temperature = st.floats(-40.0, 60.0)
gain = st.floats(-1e4, 1e5)


@st.composite
def hours(draw):
    net = Network(draw(conductance), draw(positive), draw(positive), draw(conductance), draw(positive),
                  draw(st.sampled_from([1.0, 0.3])))
    low = draw(temperature)
    drive = Drive(draw(temperature), draw(gain), draw(gain), draw(gain), low, low + draw(st.floats(0.0, 20.0)),
                  draw(st.sampled_from([0.0, 3000.0, np.inf])), draw(st.sampled_from([0.0, 3000.0, np.inf])))
    return draw(temperature), net, draw(conductance), drive


def solved(theta_m, net, h_ve, drive, load):
    """Mass at the end, surface and air from the three balances of ISO 13790 figure C.1, as a linear system."""
    a = np.array([
        [net.c_m + (net.h_tr_em + net.h_tr_ms) / 2, -net.h_tr_ms, 0.0],
        [-net.h_tr_ms / 2, net.h_tr_ms + net.h_tr_w + net.h_tr_is, -net.h_tr_is],
        [0.0, -net.h_tr_is, net.h_tr_is + h_ve],
    ])
    b = np.array([
        drive.phi_m + net.h_tr_em * drive.theta_e + (net.c_m - (net.h_tr_em + net.h_tr_ms) / 2) * theta_m,
        drive.phi_st + net.h_tr_w * drive.theta_e + net.h_tr_ms * theta_m / 2,
        drive.phi_ia + h_ve * drive.theta_e + load,
    ])
    return np.linalg.solve(a, b)


def held(net, now):
    return net.air_weight * now.theta_air + (1 - net.air_weight) * now.theta_s


@settings(max_examples=200, deadline=None)
@given(hours())
def test_nodes_are_the_solution_of_their_three_balances(hour):
    theta_m, net, h_ve, drive = hour
    now = step(theta_m, net, coefficients(net, h_ve), drive)
    expected = solved(theta_m, net, h_ve, drive, now.heating - now.cooling)
    scale = 1.0 + np.abs(expected).max()
    np.testing.assert_allclose([now.theta_m, now.theta_s, now.theta_air], expected, atol=1e-8 * scale, rtol=0)
    assert now.theta_m_mean == pytest.approx((theta_m + now.theta_m) / 2, abs=1e-12 * scale)


@settings(max_examples=200, deadline=None)
@given(hours())
def test_heat_of_the_hour_closes(hour):
    theta_m, net, h_ve, drive = hour
    now = step(theta_m, net, coefficients(net, h_ve), drive)
    gains = drive.phi_ia + drive.phi_st + drive.phi_m + now.heating - now.cooling
    losses = (net.h_tr_em * (now.theta_m_mean - drive.theta_e) + net.h_tr_w * (now.theta_s - drive.theta_e)
              + h_ve * (now.theta_air - drive.theta_e) + net.c_m * (now.theta_m - theta_m))
    flow = 1e4 * max(abs(now.theta_m), abs(now.theta_air), 60.0) + net.c_m * max(abs(now.theta_m), 60.0)
    assert gains - losses == pytest.approx(0.0, abs=max(1e-6, 1e-12 * flow))


@settings(max_examples=200, deadline=None)
@given(hours())
def test_load_is_the_least_that_keeps_the_band(hour):
    theta_m, net, h_ve, drive = hour
    now = step(theta_m, net, coefficients(net, h_ve), drive)
    free = step(theta_m, net, coefficients(net, h_ve), drive._replace(power_heat=0.0, power_cool=0.0))
    near = pytest.approx
    scale = 1e-8 * (1.0 + abs(held(net, free)))
    assert 0.0 <= now.heating <= drive.power_heat
    assert 0.0 <= now.cooling <= drive.power_cool
    assert now.heating == 0.0 or now.cooling == 0.0
    if 0.0 < now.heating < drive.power_heat:
        assert held(net, now) == near(drive.theta_low, abs=scale)
    if 0.0 < now.cooling < drive.power_cool:
        assert held(net, now) == near(drive.theta_high, abs=scale)
    if now.heating == 0.0 and now.cooling == 0.0 and drive.power_heat and drive.power_cool:
        assert drive.theta_low - scale <= held(net, free) <= drive.theta_high + scale


def test_a_house_on_a_winter_hour():
    # By the equations C.4 to C.11 one after the other, with a desk calculator's roundings.
    h_1 = 1 / (1 / 42.0 + 1 / 1552.5)
    h_2 = h_1 + 30.0
    h_3 = 1 / (1 / h_2 + 1 / 2275.0)
    assert (h_1, h_2, h_3) == pytest.approx((40.894, 70.894, 68.752), abs=1e-3)

    def air(load):
        supply = (150.0 + load) / 42.0 - 5.0
        total = 500.0 + 104.6 * -5.0 + h_3 * (300.0 + 30.0 * -5.0 + h_1 * supply) / h_2
        end = (20.0 * (4583.0 - 0.5 * (h_3 + 104.6)) + total) / (4583.0 + 0.5 * (h_3 + 104.6))
        surface = (2275.0 * (20.0 + end) / 2 + 300.0 + 30.0 * -5.0 + h_1 * supply) / (2275.0 + 30.0 + h_1)
        return (1552.5 * surface + 42.0 * -5.0 + 150.0 + load) / (1552.5 + 42.0)

    load = 1000.0 * (20.0 - air(0.0)) / (air(1000.0) - air(0.0))
    now = step(20.0, NET, coefficients(NET, H_VE), WINTER)
    assert now.heating == pytest.approx(load, rel=1e-10)
    assert now.cooling == 0.0
    assert now.theta_air == pytest.approx(20.0, abs=1e-12)


def test_equal_set_points_hold_one_temperature():
    for theta_m in (10.0, 20.0, 30.0):
        drive = WINTER._replace(theta_high=20.0)
        assert step(theta_m, NET, coefficients(NET, H_VE), drive).theta_air == pytest.approx(20.0, abs=1e-12)


def test_operative_temperature_is_held_when_asked():
    net = NET._replace(air_weight=0.3)
    now = step(18.0, net, coefficients(net, H_VE), WINTER)
    assert 0.3 * now.theta_air + 0.7 * now.theta_s == pytest.approx(20.0, abs=1e-12)
    assert now.theta_air > 20.0


def test_air_change_of_zero_is_an_ordinary_hour():
    none, little = (step(20.0, NET, coefficients(NET, h), WINTER) for h in (0.0, 1e-9))
    np.testing.assert_allclose(none, little, atol=1e-6)


@pytest.mark.parametrize("field", ["theta_e", "phi_ia", "phi_st", "phi_m"])
@pytest.mark.parametrize("power", [0.0, 1000.0, np.inf])
def test_nan_of_a_drive_gives_nan(field, power):
    drive = WINTER._replace(**{field: np.nan, "power_heat": power, "power_cool": power})
    now = step(20.0, NET, coefficients(NET, H_VE), drive)
    assert np.isnan([*now]).all()


def test_nan_of_one_building_stays_with_it():
    theta_m = np.array([20.0, np.nan, 20.0])
    net = Network(*(np.full(3, v) for v in NET))
    now = step(theta_m, net, coefficients(net, np.full(3, H_VE)), WINTER)
    assert np.isnan(now.heating).tolist() == [False, True, False]
    assert now.heating[0] == now.heating[2] == step(20.0, NET, coefficients(NET, H_VE), WINTER).heating


@settings(max_examples=30, deadline=None)
@given(st.lists(hours(), min_size=1, max_size=9))
def test_arrays_give_what_scalars_give_bit_for_bit(cases):
    theta_m, nets, h_ve, drives = zip(*cases)
    net, drive = (kind(*map(np.array, zip(*rows))) for kind, rows in ((Network, nets), (Drive, drives)))
    k = coefficients(net, np.array(h_ve))
    together = step(np.array(theta_m), net, k, drive)
    assert isinstance(k, Coefficients)
    for i, case in enumerate(cases):
        alone = step(case[0], case[1], coefficients(case[1], case[2]), case[3])
        assert Hour(*(float(v[i]) for v in together)) == Hour(*map(float, alone))


@cache
def site(station, sky):
    weather = read_station(station)
    return weather, independent.Sun(weather, sky)


# Ten years of random buildings; together they have every feature (the test below sees to it).
YEARS = [
    ("us_denver_tmy3", "perez", 0), ("us_denver_tmy3", "perez", 1), ("us_denver_tmy3", "perez", 4),
    ("us_denver_tmy3", "perez", 7), ("us_denver_tmy3", "perez", 9), ("se_stockholm_nsrdb2019", "haydavies", 22),
    ("se_stockholm_nsrdb2019", "haydavies", 31), ("au_brisbane_nsrdb_tmy2020", "perez", 45),
    ("au_brisbane_nsrdb_tmy2020", "isotropic", 46), ("au_brisbane_nsrdb_tmy2020", "perez", 51),
]


def test_random_buildings_have_every_feature():
    buildings = [random_building(seed) for _, _, seed in YEARS]
    usage, air = [b.usage for b in buildings], [b.ventilation for b in buildings]
    windows = [w for b in buildings for w in b.windows]
    surfaces = [s for b in buildings for s in b.surfaces]
    assert {u.temperature_control for u in usage} == {"air", "operative"}
    assert {u.cooling for u in usage} == {True, False}
    assert any(np.isfinite(u.heating_power) for u in usage)
    assert any(np.isfinite(u.cooling_power) for u in usage)
    assert {len(u.heating_setpoint) for u in usage if isinstance(u.heating_setpoint, tuple)} == {24, 48, 8760}
    assert any(a.heat_recovery * a.use > 0 for a in air)
    assert {a.night.temp_min is None for a in air if a.night} == {True, False}
    assert any(b.thermal_bridge > 0 for b in buildings)
    assert any(0 < s.b_transmission < 1 for s in surfaces)
    assert {s.kind for s in surfaces} == {"wall", "roof", "floor", "door"}
    assert {w.f_w is None for w in windows} == {True, False}
    assert any(w.overhang for w in windows)


@pytest.mark.parametrize(("station", "sky", "seed"), YEARS)
def test_year_is_that_of_an_independent_5r1c(station, sky, seed):
    weather, sun = site(station, sky)
    building = random_building(seed)
    heating, cooling, theta_air, theta_s, _ = independent.year(building, weather, air_density(weather), sky, sun)
    results = simulate(building, weather, sky=sky, hourly="all")
    for name, expected in (("heating", heating), ("cooling", cooling)):
        off = np.sqrt(np.mean((results.series[name][0] - expected) ** 2))
        assert off <= 1e-6 * max(np.sqrt(np.mean(expected**2)), 1.0), name
    np.testing.assert_allclose(results.series["temp_zone"][0], theta_air, atol=0.01)
    np.testing.assert_allclose(results.series["temp_operative"][0], 0.3 * theta_air + 0.7 * theta_s, atol=0.01)
    chosen = building.period.indices()
    found = results.indicators
    assert found.heating[0] == pytest.approx(heating[chosen].sum(), rel=1e-6, abs=1.0)
    assert found.cooling[0] == pytest.approx(cooling[chosen].sum(), rel=1e-6, abs=1.0)
