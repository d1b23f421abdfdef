"""Records of the 5R1C's year: sums that have one row each, and what a building makes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from synthetic_weather import weather

from buem import iso13790_records as rc
from buem.building import Building, Surface, Usage, Window
from buem.films import outside
from buem.iso13790_sun import HIDDEN, MOVABLE, SHADED
from buem.network import Sky, network
from buem.solar import solar_hours
from buem.stock import stack

WEATHER = weather()
SITE = Sky(WEATHER, solar_hours(WEATHER), outside(WEATHER), 1.0)
HOUSE = Building(id="house", latitude=40.0, longitude=-105.0, floor_area=100.0, usage=Usage(heating_power=4000.0),
                 surfaces=(Surface(kind="wall", area=120.0, u_value=0.5, azimuth=180.0),),
                 windows=(Window(area=12.0, u_value=1.3, g_value=0.6, azimuth=180.0),))


def made(*buildings):
    return network(list(buildings), stack(list(buildings)), SITE)


def test_every_sum_has_a_row_of_its_own():
    rows = [value for name, value in vars(rc).items() if name.startswith("SUM_")]
    assert sorted(rows) == list(range(rc.SUMS))


def test_zones_of_a_building_are_one_value_each():
    zones = made(HOUSE, HOUSE, HOUSE).zones
    assert all(np.shape(values) == (3,) for values in (*zones.net, *zones[1:]))
    assert zones.power_heat.tolist() == [4000.0] * 3
    assert zones.floor_area.tolist() == [100.0] * 3
    assert (zones.first_hour[0], zones.hours[0]) == (0.0, 8760.0)


def test_gains_are_shared_out_whole():
    """What goes to air, mass and surface node is at most all; the rest leaves by the glass (ISO 13790, eq. C.3)."""
    z = made(HOUSE).zones
    assert 0.0 <= z.convective[0] <= 1.0
    assert 0.9 < z.mass_share[0] + z.surface_share[0] < 1.0
    assert 0.9 < z.sun_mass[0] + z.sun_surface[0] <= 1.0


def test_nothing_that_a_building_lacks_is_there():
    z = made(HOUSE).zones
    assert z.h_ve_night[0] == z.h_free[0] == z.h_ground[0] == z.beside[0] == 0.0
    assert np.isinf(z.bypass_temp[0])


@pytest.mark.parametrize(("changes", "flags"), [
    ({}, 0), ({"horizon": (10.0,)}, HIDDEN), ({"horizon_roof": (10.0,)}, HIDDEN)])
def test_flags_of_a_building(changes, flags):
    sunlit = made(replace(HOUSE, **changes)).sunlit
    assert sunlit.special.tolist() == [flags]
    assert SHADED | MOVABLE | HIDDEN == 14


def test_planes_lie_by_building():
    sunlit = made(HOUSE, replace(HOUSE, surfaces=(), windows=()), HOUSE).sunlit
    counts = np.diff(sunlit.offset).tolist()
    assert counts[1] == 0
    assert counts[0] == counts[2] > 0
    assert sunlit.table.shape == (sum(counts), 27)
    assert np.array_equal(sunlit.table[:counts[0]], sunlit.table[counts[0]:])


def test_the_hours_carry_the_year():
    hours = made(HOUSE).climate.hours
    assert hours.shape == (8760, 14)
    assert hours[:, 12] ** 2 + hours[:, 13] ** 2 == pytest.approx(1.0)
    # Light by day, none by night; a direction is a unit vector.
    assert set(hours[:, 9].tolist()) <= {0.0, 1.0, 2.0}
    assert (hours[hours[:, 9] == 0.0][:, 3:8] == 0.0).all()
    assert (hours[:, :3] ** 2).sum(axis=1) == pytest.approx(1.0, abs=1e-9)
    assert hours[0, 10] == 1.0  # the first hour reads the schedules in any case
    assert hours[1:, 10].sum() == 0.0


def test_columns_of_the_schedules_are_in_the_table():
    climate = made(HOUSE).climate
    assert climate.columns.shape == (7, 1)
    assert climate.columns.dtype == np.int64
    assert climate.columns.max() < climate.schedules.shape[1]
    assert climate.columns[6, 0] == -1  # the temperature of its ground is its own
