"""Weather within the hour, densities, ramps of set-points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buem.building import Building, Surface
from buem.io.stations import read_station
from buem.iso52016_columns import HOUR_COLUMNS
from buem.node_climate import CALM, hourly_density, node_climate, node_zones, set_point_ramps
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
