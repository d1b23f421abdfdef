"""Air change and control of the node model: schedules, open windows, bypass, plants that may not run, furniture."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from random_buildings import random_building

from buem.building import Building, FreeVentilation, NightVentilation, Surface, Usage, Ventilation, Window
from buem.compiled import COMPILED
from buem.io.stations import read_station
from buem.iso52016 import Air, aired_by_temperature
from buem.node_climate import set_point_ramps
from buem.results import Indicators
from buem.simulate import simulate

WORKING_HOURS = (0.0,) * 8 + (1.0,) * 10 + (0.0,) * 6
KERNELS = ["numba", "numpy"] if COMPILED else ["numpy"]


def room(name="room", **changes):
    surfaces = tuple(Surface(kind=kind, area=50.0, u_value=0.3, azimuth=azimuth, tilt=tilt) for kind, azimuth, tilt in (
        ("wall", 180.0, 90.0), ("wall", 0.0, 90.0), ("roof", 0.0, 0.0), ("floor", 0.0, 180.0)))
    windows = (Window(area=8.0, u_value=1.3, g_value=0.6, azimuth=180.0),)
    given = {"floor_area": 50.0, "surfaces": surfaces, "windows": windows,
             "ventilation": Ventilation(infiltration=0.2, use=0.6, heat_recovery=0.8),
             "usage": Usage(heating_setpoint=20.0, cooling_setpoint=26.0)}
    return Building(id=name, latitude=52.4, longitude=13.1, **{**given, **changes})


def aired(**changes):
    return replace(room().ventilation, **changes)


@pytest.fixture(scope="module")
def potsdam():
    return read_station("de_potsdam_try2015")


@pytest.fixture(scope="module")
def mild(potsdam):
    """10 °C, dark and dry all year."""
    steady = np.zeros(8760)
    return replace(potsdam, temp_air=steady + 10.0, pressure=steady + 1e5, relative_humidity=steady, ghi=steady,
                   dni=steady, dhi=steady, wind_speed=steady)


def run(buildings, weather, **options):
    given = {"model": "iso52016", "films": "fixed", "hourly": "all", **options}
    return simulate(buildings, weather, **given)


def an_air(**changes):
    given = {"use": 0.5, "free": 2.0, "flow": 30.0, "recovery": 0.8, "bypass_temp": np.inf, "night": 0.0,
             "night_start": 0.0, "night_end": 0.0, "night_temp_min": -np.inf, "free_temp_min": 23.0,
             "free_difference": 0.0}
    return Air(**{**given, **changes})


# At 22 °C with 15 °C outdoors at 3:30 unless the row says otherwise; by hand: air changes times 30 W/K.
@pytest.mark.parametrize(("changes", "theta", "outdoor", "hour", "expected"), [
    pytest.param({}, 22.0, 15.0, 3.5, 0.0, id="too cold to open"),
    pytest.param({}, 23.5, 15.0, 3.5, 60.0, id="open"),
    pytest.param({}, 23.0, 15.0, 3.5, 0.0, id="not at the limit itself"),
    pytest.param({}, 25.0, 26.0, 3.5, 0.0, id="never to hotter air"),
    pytest.param({"free_difference": 4.0}, 25.0, 22.0, 3.5, 0.0, id="outdoors not cold enough"),
    pytest.param({"free_difference": 4.0}, 25.0, 20.0, 3.5, 60.0, id="outdoors cold enough"),
    pytest.param({"free": 0.0, "bypass_temp": 22.0}, 24.0, 15.0, 3.5, 0.5 * 0.8 * 30.0, id="bypass"),
    pytest.param({"free": 0.0, "bypass_temp": 22.0}, 24.0, 25.0, 3.5, 0.0, id="recovery keeps the heat out"),
    pytest.param({"free": 0.0, "bypass_temp": 22.0}, 21.0, 15.0, 3.5, 0.0, id="recovery keeps the heat in"),
    pytest.param({"night": 90.0, "night_start": 22.0, "night_end": 6.0}, 22.0, 15.0, 3.5, 90.0, id="night"),
    pytest.param({"night": 90.0, "night_start": 22.0, "night_end": 6.0}, 22.0, 15.0, 12.5, 0.0, id="day"),
    pytest.param({"night": 90.0, "night_start": 1.0, "night_end": 6.0, "night_temp_min": 23.0}, 22.0, 15.0, 3.5, 0.0,
                 id="night too cold"),
    pytest.param({"night": 90.0, "night_start": 22.0, "night_end": 6.0, "bypass_temp": 22.0}, 24.0, 15.0, 3.5,
                 90.0 + 12.0 + 60.0, id="all three"),
])
def test_air_by_temperature(changes, theta, outdoor, hour, expected):
    assert aired_by_temperature(an_air(**changes), theta, outdoor, hour) == pytest.approx(expected)
    both = aired_by_temperature(an_air(**changes), np.array([theta, np.nan]), outdoor, hour)
    assert both[0] == pytest.approx(expected)


@pytest.mark.parametrize("kernel", KERNELS)
def test_air_on_purpose_follows_its_schedule(mild, kernel):
    day = tuple(0.4 + 0.8 * on for on in WORKING_HOURS)
    usage = Usage(heating_setpoint=20.0, internal_gain=0.0)
    results = run([room(usage=usage, ventilation=aired(infiltration=0.0, heat_recovery=0.5, use=day))], mild,
                  kernel=kernel)
    # 125 m³ at the density of the outdoor air, half of the heat recovered, 10 K: by hand in W.
    expected = 1e5 / 287.055 / 283.15 * 1006.0 * 125.0 / 3600.0 * 0.5 * 10.0 * np.mean(day)
    assert results.indicators.loss_ventilation[0] / 8760 == pytest.approx(expected, rel=1e-6)


def test_a_constant_schedule_is_the_constant(potsdam):
    number, tuples = (run([room(ventilation=aired(use=use))], potsdam) for use in (0.6, (0.6,) * 24))
    assert np.array_equal(number.series["heating"], tuples.series["heating"])


@pytest.mark.parametrize("changes", [
    pytest.param({"free": FreeVentilation(air_change=4.0, temp_min=23.0)}, id="open windows"),
    pytest.param({"bypass_temp": 23.0}, id="bypass"),
])
def test_airing_by_temperature_cools_and_does_not_heat(potsdam, changes):
    plain, aired_room = run([room(), room(ventilation=aired(**changes))], potsdam).indicators.cooling
    assert aired_room < 0.9 * plain
    heating = run([room(), room(ventilation=aired(**changes))], potsdam).indicators.heating
    assert heating[1] == pytest.approx(heating[0], rel=0.03)


def test_windows_open_in_their_hours_alone(potsdam):
    closed = FreeVentilation(air_change=tuple(4.0 * on for on in WORKING_HOURS), temp_min=15.0)
    free = run([room(), room(ventilation=aired(free=closed))], potsdam, cooling=False)
    air = free.series["temp_zone"]
    summer = slice(4800, 5500)
    by_hour = (air[0] - air[1])[4800 - 4800 % 24:][:28 * 24].reshape(-1, 24).mean(axis=0)
    assert air[1, summer].max() < air[0, summer].max()
    assert by_hour[17] == by_hour.max()


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_load_and_no_missed_hour_while_the_plant_may_not_run(potsdam, kernel):
    usage = Usage(heating_setpoint=20.0, cooling_setpoint=26.0, heating_available=WORKING_HOURS,
                  cooling_available=WORKING_HOURS)
    results = run([room(usage=usage)], potsdam, kernel=kernel)
    off = np.tile(np.array(WORKING_HOURS) == 0.0, 365)
    assert not results.series["heating"][0, off].any()
    assert not results.series["cooling"][0, off].any()
    assert results.series["heating"][0, ~off].max() > 0.0
    assert results.series["temp_zone"][0, off].min() < 19.0
    assert results.indicators.hours_below_band[0] == results.indicators.hours_above_band[0] == 0


def test_a_plant_that_never_runs_is_a_free_float(potsdam):
    free = Usage(heating_setpoint=20.0, cooling_setpoint=26.0, heating_available=0.0, cooling_available=0.0)
    powerless = Usage(heating_setpoint=20.0, cooling_setpoint=26.0, heating_power=0.0, cooling=False)
    a, b = run([room(usage=free)], potsdam), run([room(usage=powerless)], potsdam)
    assert np.array_equal(a.series["temp_zone"], b.series["temp_zone"])
    assert a.indicators.hours_below_band[0] == 0
    assert b.indicators.hours_below_band[0] > 1000


def test_set_points_do_not_ramp_to_an_open_band():
    ramps = set_point_ramps(np.array([-np.inf, 18.0, 19.0, 20.0, -np.inf, np.inf])[:, None])[:, 0]
    assert np.isfinite(ramps).all()
    assert np.flatnonzero(ramps).tolist() == [2]


def test_furniture_stands_beside_the_air(potsdam):
    light = {"heat_capacity": 1e4, "internal_surface_area": 250.0}
    bare, full, twice = run([room(**light), room(furniture_capacity=1e4, **light),
                             room(furniture_capacity=2e4, **light)], potsdam, cooling=False).series["temp_zone"]
    swing = [day.reshape(365, 24).std(axis=1).mean() for day in (bare, full, twice)]
    assert swing[0] > swing[1] > swing[2]


def buildings():
    free = FreeVentilation(air_change=(0.5,) * 12 + (3.0,) * 12, temp_min=22.0, difference=1.0)
    night = NightVentilation(air_change=2.0, start=22.0, end=6.0, temp_min=23.0)
    return [room(), room("free", ventilation=aired(free=free)), room("bypass", ventilation=aired(bypass_temp=22.0)),
            room("all", ventilation=aired(free=free, bypass_temp=23.0, night=night), furniture_capacity=2e4),
            room("plant", usage=Usage(heating_available=WORKING_HOURS)), random_building(3)]


@pytest.mark.skipif(not COMPILED, reason="numba is not installed")
@pytest.mark.parametrize("films", ["fixed", "detailed"])
def test_both_kernels_agree(potsdam, films):
    fast, plain = (run(buildings(), potsdam, films=films, kernel=kernel).indicators for kernel in ("numba", "numpy"))
    for field in fields(Indicators):
        a, b = getattr(fast, field.name), getattr(plain, field.name)
        if field.name != "storage":
            assert np.abs(a - b).max() <= 1e-9 * np.abs(b).max() + 1e-9, field.name


def test_together_equals_alone_to_the_bit(potsdam):
    together = run(buildings(), potsdam)
    for k, building in enumerate(buildings()):
        alone = run([building], potsdam)
        assert np.array_equal(together.series["temp_zone"][k], alone.series["temp_zone"][0]), building.id


def test_balance_closes(potsdam):
    a = run(buildings(), potsdam, films="detailed").indicators
    rest = a.heating - a.cooling + a.gain_solar + a.gain_internal - a.loss.sum(axis=1) - a.loss_ventilation - a.storage
    assert np.abs(rest).max() < 1e-9 * a.gain_internal.max()
