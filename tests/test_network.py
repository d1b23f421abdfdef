"""The 5R1C of whole buildings: outer faces, air, layers, a zone beside; the balance, and each alone as among others."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest

from buem.building import (
    Building,
    FreeVentilation,
    Ground,
    Layer,
    NightVentilation,
    Surface,
    Usage,
    Ventilation,
    Window,
    Zone,
)
from buem.io.stations import read_station
from buem.network import check_network, outdoor_air
from buem.profiles import Period
from buem.results import Indicators
from buem.simulate import simulate

WEATHER = read_station("us_denver_tmy3")
WOOL = Layer(thickness=0.1, conductivity=0.04, density=30.0, specific_heat=1000.0)
BRICK = Layer(thickness=0.2, conductivity=0.8, density=1600.0, specific_heat=900.0)
FLOOR = Surface(kind="floor", area=60.0, u_value=0.4, tilt=180.0)
ROOF = Surface(kind="roof", area=60.0, u_value=0.3, tilt=30.0, azimuth=90.0)
HOUSE = Building(
    id="house", latitude=40.0, longitude=-105.0, floor_area=100.0, windows=(
        Window(area=12.0, u_value=1.3, g_value=0.6, azimuth=180.0),),
    surfaces=(Surface(area=120.0, u_value=0.5, azimuth=180.0), ROOF, FLOOR))
ATTIC = Zone(id="z", volume=80.0, infiltration=1.0, internal_gain=(50.0,) * 12 + (0.0,) * 12,
             surfaces=(Surface(kind="roof", area=70.0, u_value=2.0, tilt=30.0, azimuth=180.0),),
             windows=(Window(area=3.0, u_value=2.0, g_value=0.7, azimuth=180.0),))
BELOW_ATTIC = replace(HOUSE, surfaces=(HOUSE.surfaces[0], replace(ROOF, boundary="z"), FLOOR), zones=(ATTIC,))
WORK = (0.0,) * 8 + (1.0,) * 10 + (0.0,) * 6
SORTS = {
    "plain": HOUSE,
    "slab": replace(HOUSE, surfaces=(*HOUSE.surfaces[:2], replace(FLOOR, boundary="ground"))),
    "ground of 10 °C": replace(HOUSE, surfaces=(*HOUSE.surfaces[:2], replace(FLOOR, boundary="ground")),
                               ground=Ground(temperature=10.0)),
    "attic": BELOW_ATTIC,
    "layers": replace(HOUSE, surfaces=tuple(replace(s, layers=(WOOL, BRICK)) for s in HOUSE.surfaces)),
    "adiabatic floor": replace(HOUSE, surfaces=(*HOUSE.surfaces[:2], replace(FLOOR, boundary="adiabatic"))),
    "air by schedule": replace(HOUSE, ventilation=Ventilation(use=WORK, heat_recovery=0.8)),
    "bypass": replace(HOUSE, ventilation=Ventilation(use=0.5, heat_recovery=0.8, bypass_temp=22.0)),
    "open windows": replace(HOUSE, ventilation=Ventilation(free=FreeVentilation(air_change=2.0))),
    "night": replace(HOUSE, ventilation=Ventilation(night=NightVentilation(air_change=2.0, start=22.0, end=6.0))),
    "plants by the hour": replace(HOUSE, usage=Usage(heating_available=WORK, cooling_available=WORK)),
}


def run(*buildings, **options):
    return simulate(list(buildings), WEATHER, **{"hourly": "all", **options})


@cache
def all_sorts(kernel="auto"):
    parts = [replace(b, id=f"{name} {hour}", period=Period(first_hour=hour, hours=1))
             for name, b in SORTS.items() for hour in (12, 4000, 5005)]
    return run(*(replace(b, id=name) for name, b in SORTS.items()), *parts, kernel=kernel)


def of(name, kernel="auto"):
    results = all_sorts(kernel)
    row = results.row(name)
    return {f.name: getattr(results.indicators, f.name)[row] for f in fields(Indicators)}


@pytest.mark.parametrize("kernel", ["numpy", "numba"])
def test_heat_closes_in_years_and_in_single_hours(kernel):
    a = all_sorts(kernel).indicators
    left = (a.heating - a.cooling + a.gain_solar + a.gain_internal - a.loss.sum(axis=1) - a.loss_ventilation
            - a.storage)
    assert np.abs(left).max() <= 1e-6


def test_both_forms_agree():
    one, other = all_sorts("numpy").indicators, all_sorts("numba").indicators
    for f in fields(Indicators):
        a, b = getattr(one, f.name), getattr(other, f.name)
        assert (np.abs(a - b) <= 1e-9 * (1.0 + np.abs(one.loss_ventilation if f.name == "storage" else a).T).T).all()


@pytest.mark.parametrize("name", SORTS)
def test_each_alone_is_bit_for_bit_what_it_is_among_others(name):
    alone = run(SORTS[name]).indicators
    for key, value in of(name).items():
        assert np.array_equal(getattr(alone, key)[0], value), key


@pytest.mark.parametrize(
    ("less", "more", "what"),
    [
        pytest.param("slab", "plain", "heating", id="ground is warmer than winter"),
        pytest.param("adiabatic floor", "plain", "heating", id="no loss below"),
        pytest.param("attic", "plain", "heating", id="an attic keeps"),
        pytest.param("air by schedule", "plain", "heating", id="less air, and most of its heat kept"),
        pytest.param("open windows", "plain", "cooling", id="open windows cool"),
        pytest.param("night", "plain", "cooling", id="night air cools"),
        pytest.param("plants by the hour", "plain", "heating", id="no plant at night"),
        pytest.param("plain", "open windows", "loss_ventilation", id="and lose by the air"),
    ],
)
def test_direction_of_what_each_does(less, more, what):
    assert of(less)[what] < of(more)[what]


def test_bypass_spares_cooling_and_costs_little_heating():
    never = replace(HOUSE, id="never", ventilation=replace(SORTS["bypass"].ventilation, bypass_temp=None))
    a = run(never).indicators
    assert of("bypass")["cooling"] < 0.95 * a.cooling[0]
    assert a.heating[0] <= of("bypass")["heating"] < 1.02 * a.heating[0]


def test_open_windows_stay_shut_below_their_limit():
    hot = FreeVentilation(air_change=2.0, temp_min=90.0)
    shut = replace(HOUSE, ventilation=Ventilation(free=hot))
    assert run(shut).indicators.heating[0] == of("plain")["heating"]
    wide = replace(HOUSE, ventilation=Ventilation(free=replace(hot, temp_min=0.0, difference=60.0)))
    assert run(wide).indicators.heating[0] == of("plain")["heating"]


def test_a_schedule_that_never_changes_is_a_number():
    listed = replace(HOUSE, ventilation=Ventilation(use=(0.5,) * 24, heat_recovery=0.5))
    number = replace(HOUSE, ventilation=Ventilation(use=0.5, heat_recovery=0.5))
    assert run(listed).indicators.heating[0] == run(number).indicators.heating[0]


def test_no_load_in_hours_without_a_plant():
    results = all_sorts()
    row = results.row("plants by the hour")
    off = np.tile(np.array(WORK) == 0.0, 365)
    for load in ("heating", "cooling"):
        assert (results.series[load][row, off] == 0.0).all()
        assert results.series[load][row, ~off].max() > 0.0
    assert of("plants by the hour")["hours_below_band"] < 3650


def wall_alone(**changes):
    """A room at 20 °C behind one south wall, with nothing else that flows."""
    return Building(**{
        "id": "wall", "latitude": 39.8, "longitude": -104.7, "floor_area": 400.0,
        "surfaces": (Surface(area=100.0, u_value=0.8, azimuth=180.0, emissivity=0.0),), "shading_vertical": 1.0,
        "ventilation": Ventilation(infiltration=0.0, use=0.0), "usage": Usage(
            heating_setpoint=20.0, cooling_setpoint=20.0, internal_gain=0.0), **changes})


def test_the_sun_on_a_wall_comes_in_by_the_share_of_its_film():
    # α R_se U of the sun on a wall reach a room of fixed temperature, no more and no less: the loads of a year differ
    # between α = 0.9 and 0 by 0.9 · 0.04 · 0.8 · 100 of it, but for what the wall loses less of it through the film
    # inside, H_is = 3.45 · 1800 against U A = 80 W/K.
    sunny, dark = (wall_alone(id=str(a), surfaces=(replace(wall_alone().surfaces[0], absorptance=a),))
                   for a in (0.9, 0.0))
    a = run(sunny, dark).indicators
    load = a.heating - a.cooling
    assert a.gain_solar[1] == 0.0
    assert (load[1] - load[0]) / a.gain_solar[0] == pytest.approx(3.45 * 1800 / (3.45 * 1800 + 80.0), rel=1e-3)


def test_the_cold_of_the_sky_leaves_by_the_share_of_the_film():
    one, none = (wall_alone(id=str(e), surfaces=(replace(wall_alone().surfaces[0], absorptance=0.0, emissivity=e),))
                 for e in (0.9, 0.0))
    a = run(one, none).indicators
    lost = (a.heating - a.cooling)[0] - (a.heating - a.cooling)[1]
    # EnergyPlus' mean sky in Denver is 12.9 K below the air, 4σT³ 4.8 W/(m²K); a wall sees 0.5 √0.5 of it.
    by_hand = 0.5 * math.sqrt(0.5) * 0.04 * 80.0 * 0.9 * 4.8 * 12.9 * 8760
    assert lost == pytest.approx(by_hand, rel=0.05)


def test_air_of_the_hour_is_a_mean_over_it():
    # EPW rows hold the temperature at the end of the hour.
    air = outdoor_air(WEATHER)
    assert air[1000] == pytest.approx((WEATHER.temp_air[999] + WEATHER.temp_air[1000]) / 2)
    np.testing.assert_allclose(outdoor_air(replace(WEATHER, temp_offset=30.0)), WEATHER.temp_air, atol=1e-12)


def test_gains_of_a_zone_count_by_its_share():
    without = replace(BELOW_ATTIC, id="no gains", zones=(replace(ATTIC, internal_gain=0.0),))
    more = of("attic")["gain_internal"] - run(without).indicators.gain_internal[0]
    # H_iu = 0.3 · 60 = 18; H_ue = 140 + 6 + 0.84 kg/m³ · 1006 · 80 / 3600: 50 W half of the day.
    out = 146.0 + 1.017 * 1006 * 80 / 3600
    assert more == pytest.approx(18.0 / (18.0 + out) * 50.0 * 4380, rel=0.01)


@pytest.mark.parametrize(
    ("building", "texts"),
    [
        pytest.param(HOUSE, [], id="sound"),
        pytest.param(SORTS["layers"], [], id="layers"),
        pytest.param(replace(HOUSE, surfaces=(Surface(area=5000.0, u_value=5.0),)), ["surfaces"], id="too much loss"),
        pytest.param(replace(HOUSE, surfaces=(Surface(area=5000.0, u_value=5.0, boundary="adiabatic"),)), [],
                     id="an adiabatic wall loses nothing"),
        pytest.param(replace(HOUSE, internal_surface_area=50.0), ["internal_surface_area"], id="mass beyond the faces"),
    ],
)
def test_networks_without_a_solution(building, texts):
    found = check_network(building)
    assert [p.path for p in found] == texts
    assert all(p.code == "NO_SOLUTION" for p in found)
