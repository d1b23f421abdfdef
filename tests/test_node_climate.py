"""Weather within the hour, densities, ramps of set-points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from node_blocks import beside, plain, tables

from buem.building import Building, Surface
from buem.io.stations import read_station
from buem.iso52016_columns import HOUR_COLUMNS
from buem.iso52016_records import NodeYear
from buem.node_climate import (
    CALM,
    hourly_density,
    node_climate,
    node_indicators,
    node_zones,
    set_point_ramps,
)
from buem.solar import solar_hours
from buem.stock import stack
from buem.weather import air_density

DENVER = read_station("us_denver_tmy3")
STOCK = stack([Building(id="a", latitude=39.8, longitude=-104.7, floor_area=48.0, room_height=2.7,
                        surfaces=(Surface(area=10.0, u_value=1.0),))])


def test_temperature_of_an_epw_holds_at_the_end_of_its_hour():
    assert DENVER.temp_offset == 60.0
    hours = node_climate(DENVER, solar_hours(DENVER), STOCK.schedules.values).hours
    column = {name: hours[:, k] for k, name in enumerate(HOUR_COLUMNS)}
    assert column["temp_end"].tolist() == pytest.approx(DENVER.temp_air.tolist())
    # EnergyPlus 25.2: 30.698 K below zero for the sky of the fourth hour of the year.
    assert column["sky"][3] == pytest.approx(-30.70, abs=0.2)


def test_density_of_denver():
    density = hourly_density(DENVER)
    assert density.mean() == pytest.approx(air_density(DENVER), rel=1e-12)
    assert density.min() < 0.95 < 1.15 < density.max()


def test_what_a_weather_lacks_is_filled_by_the_standard():
    bare = replace(DENVER, longwave_down=np.full(8760, np.nan), wind_speed=np.full(8760, np.nan))
    hours = node_climate(bare, solar_hours(bare), STOCK.schedules.values).hours
    column = {name: hours[:, k] for k, name in enumerate(HOUR_COLUMNS)}
    assert column["sky"] == pytest.approx(column["temp"] - 11.0)
    assert column["windward"] == pytest.approx(CALM ** (2 * 0.89))


def test_ramp_of_a_thermostat():
    day = np.array([10.0] * 7 + [95.0 / 6.0] + [20.0] * 15 + [10.0])
    ramps = set_point_ramps(day[:, None])[:, 0]
    assert ramps[7] == pytest.approx(2 * (20.0 - 95.0 / 6.0))
    assert np.count_nonzero(ramps) == 1


def test_steps_of_a_set_point_stay_steps():
    assert set_point_ramps(np.array([20.0, 20.0, 16.0, 16.0, 20.0])[:, None]).any() == np.False_


def test_air_of_the_zone():
    # 0.5 + 0.5 air changes of 129.6 m³: 1006 · 129.6 / 3600 = 36.2 W/K per kg/m³; 132 kJ/K at 1.017 kg/m³.
    zones = node_zones(STOCK, 1.017)
    assert zones.infiltration[0] + zones.flow[0] * 0.5 == pytest.approx(36.2, abs=0.1)
    assert zones.c_air[0] == pytest.approx(132.6e3, rel=1e-3)


def columns(weather, schedules=None):
    values = STOCK.schedules.values if schedules is None else schedules
    hours = node_climate(weather, solar_hours(weather), values).hours
    return {name: hours[:, k] for k, name in enumerate(HOUR_COLUMNS)}


def test_hours_meet_at_their_ends():
    c = columns(DENVER)
    assert c["temp_start"][1:].tolist() == c["temp_end"][:-1].tolist()
    assert c["temp"] == pytest.approx(0.5 * (c["temp_start"] + c["temp_end"]))


@pytest.mark.parametrize(("direction", "east", "north"), [(0.0, 0.0, 1.0), (90.0, 1.0, 0.0), (180.0, 0.0, -1.0),
                                                          (270.0, -1.0, 0.0), (np.nan, 0.0, 0.0)])
def test_where_the_wind_comes_from(direction, east, north):
    c = columns(replace(DENVER, wind_direction=np.full(8760, direction)))
    assert (c["wind_east"][0], c["wind_north"][0]) == pytest.approx((east, north), abs=1e-12)


def test_powers_of_the_wind():
    # (a V^b)² needs V^(2b): b = 0.89 windward, 0.617 leeward (LBL 1994).
    c = columns(replace(DENVER, wind_speed=np.full(8760, 4.0)))
    assert c["windward"][100] == pytest.approx(4.0**1.78)
    assert c["leeward"][100] == pytest.approx(4.0**1.234)


def test_the_dark_is_where_no_light_is():
    c = columns(DENVER)
    light = sum(np.abs(c[name]) for name in ("direct", "circumsolar", "isotropic", "horizon", "ground"))
    assert ((light == 0.0) == (c["dark"] == 1.0)).all()
    assert 3000 < c["dark"].sum() < 5000


def test_schedules_are_read_again_where_they_change():
    schedules = np.full((8760, 2), 20.0)
    schedules[100:200, 1] = 16.0
    c = columns(DENVER, schedules)
    assert np.flatnonzero(c["change"]).tolist() == [0, 100, 200]


def test_the_season_goes_round_once():
    c = columns(DENVER)
    assert c["season_cos"] ** 2 + c["season_sin"] ** 2 == pytest.approx(1.0)
    assert c["season_cos"][0] == pytest.approx(1.0, abs=1e-6)
    assert c["season_sin"][2190] == pytest.approx(1.0, abs=1e-6)


def test_density_by_hand():
    """Dry air of 101,325 Pa at 0 °C: 101325 / (287.055 · 273.15) = 1.2923 kg/m³; vapour makes it lighter."""
    none = np.zeros(8760)
    dry = replace(DENVER, temp_air=none, pressure=none + 101_325.0, relative_humidity=none)
    assert hourly_density(dry)[0] == pytest.approx(1.2923, abs=1e-4)
    # 6.11 hPa of vapour at saturation take 0.378 of their share.
    assert hourly_density(replace(dry, relative_humidity=none + 100.0))[0] == pytest.approx(
        (101_325.0 - 0.378 * 611.2) / (287.055 * 273.15), rel=1e-6)


def test_an_open_band_is_no_ramp():
    values = np.array([20.0, -np.inf, -np.inf, 20.0, 20.0, np.inf])[:, None]
    assert not set_point_ramps(values).any()


@pytest.mark.parametrize("turn", [1, -1])
def test_a_ramp_is_as_steep_as_its_gentler_side(turn):
    values = turn * np.array([10.0, 10.0, 14.0, 20.0, 20.0, 20.0])[:, None]
    assert set_point_ramps(values)[:, 0].tolist() == [0.0, 0.0, turn * 8.0, 0.0, 0.0, 0.0]


def test_indicators_put_each_loss_with_its_kind():
    """A watt-hour per element: the losses are numbers of elements by kind, then the bridges."""
    nodes, _ = tables(beside("a"), plain("b"))
    sums = np.arange(14.0)[:, None] * np.ones(2)
    year = NodeYear(sums, np.ones(nodes.own.owner.size), np.zeros((0, 2, 8760), np.float32),
                    np.ones(nodes.between.owner.size), np.zeros((0, 8760), np.float32))
    found = node_indicators(year, nodes)
    # First: a wall of its own and one to the sunspace, a window to it; then a wall, a floor, a window.
    assert found.loss[:, :5].tolist() == [[2, 0, 0, 1, 0], [1, 0, 1, 1, 0]]
    assert found.loss[:, 5].tolist() == [3.0, 3.0]
    assert (found.heating.tolist(), found.cooling.tolist(), found.storage.tolist()) == ([0, 0], [1, 1], [6, 6])
    assert found.heating_peak_hour.dtype == np.int64


def test_indicators_of_a_building_without_a_result_are_nan():
    nodes, _ = tables(plain())
    sums = np.zeros((14, 1))
    sums[0] = np.nan
    year = NodeYear(sums, np.zeros(nodes.own.owner.size), np.zeros((0, 1, 8760), np.float32), np.zeros(0),
                    np.zeros((0, 8760), np.float32))
    found = node_indicators(year, nodes)
    assert np.isnan(found.heating_peak[0])
    assert np.isnan(found.cooling_peak[0])
