"""Elements on the ground in the 5R1C."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buem.building import Building, Ground, Surface, Zone
from buem.ground import ground_elements, of_buildings, virtual_temperature
from buem.io.stations import read_station
from buem.simulate import simulate
from buem.standing import nothing_below, stands
from buem.stock import stack
from buem.weather_hours import over_hour

WEATHER = read_station("us_denver_tmy3")
FLOOR = Surface(kind="floor", area=60.0, u_value=0.4, tilt=180.0, boundary="ground")
HOUSE = Building(id="h", latitude=40.0, longitude=-105.0, floor_area=60.0,
                 surfaces=(Surface(area=120.0, u_value=0.5), replace(FLOOR, boundary="outdoor")))


def below(*buildings):
    return stands(buildings, stack(buildings), WEATHER)


def on_ground(floor=FLOOR, **changes):
    return replace(HOUSE, surfaces=(HOUSE.surfaces[0], floor), **changes)


def test_nothing_on_the_ground():
    found = below(HOUSE)
    assert (found.conductance.tolist(), found.mean.tolist()) == ([0.0], [0.0])
    assert np.isnan(found.elements).all()


def test_u_and_temperature_are_those_of_iso_13370():
    building = on_ground()
    ground = ground_elements(of_buildings([building]), WEATHER.temp_air)
    found = below(building)
    assert found.elements[1] == pytest.approx(ground.paths.u_value[0])
    assert found.conductance[0] == pytest.approx(60.0 * ground.paths.u_value[0])
    assert found.mean[0] == pytest.approx(WEATHER.temp_air.mean(), abs=0.01)
    assert np.hypot(found.cosine[0], found.sine[0]) < 0.5 * np.ptp(virtual_temperature(ground)) + 0.1


def test_two_floors_are_weighed_by_their_conductance():
    wall = Surface(kind="wall", area=40.0, u_value=0.6, boundary="ground")
    building = replace(on_ground(), surfaces=(wall, FLOOR), ground=Ground(floor="basement", depth=2.0))
    ground = ground_elements(of_buildings([building]), over_hour(WEATHER.temp_air, WEATHER.temp_offset))
    weight = ground.paths.u_value * np.array([40.0, 60.0])
    assert below(building).cosine[0] == pytest.approx((weight * ground.cosine).sum() / weight.sum(), abs=1e-9)


def test_a_zone_stands_on_its_own_floor():
    zone = Zone(id="z", volume=30.0, surfaces=(FLOOR,))
    building = replace(HOUSE, surfaces=(replace(HOUSE.surfaces[0], boundary="z"), HOUSE.surfaces[1]), zones=(zone,))
    found = below(building)
    assert found.conductance[0] == 0.0
    assert 0.0 < found.beside[0] < 0.4
    assert nothing_below(stack([building])).beside[0] == 0.4


def test_each_alone_equals_all_together():
    buildings = [HOUSE, on_ground(), on_ground(ground=Ground(floor="crawl_space")), HOUSE]
    together = below(*buildings)
    for i, building in enumerate(buildings):
        alone = below(building)
        for name in ("conductance", "mean", "cosine", "sine"):
            assert getattr(together, name)[i] == getattr(alone, name)[0], name


@pytest.mark.parametrize("kernel", ["numpy", "numba"])
def test_a_floor_over_a_steady_ground_loses_what_its_path_says(kernel):
    # The zone is held at 20 °C by much power; the floor loses U A (θ_s - 10 °C), with the surface node a little below
    # the air.
    usage = replace(HOUSE.usage, heating_setpoint=20.0, cooling_setpoint=20.0, internal_gain=0.0)
    building = on_ground(usage=usage, ground=Ground(temperature=10.0))
    results = simulate(building, WEATHER, hourly="all", kernel=kernel)
    found = below(building)
    loss = results.indicators.loss[0, 2]
    surface = (results.series["temp_operative"][0].astype(float) - 0.3 * 20.0) / 0.7
    assert loss == pytest.approx(found.conductance[0] * (surface - 10.0).sum(), rel=0.02)
    assert results.indicators.storage[0] == pytest.approx(0.0, abs=100.0)


def test_warm_ground_saves_heating_and_the_losses_tell():
    cold, warm = (simulate(on_ground(ground=Ground(temperature=t)), WEATHER).indicators for t in (0.0, 15.0))
    assert warm.heating[0] < cold.heating[0]
    assert warm.loss[0, 2] < cold.loss[0, 2]
    scheduled = Ground(temperature=(0.0,) * 12 + (15.0,) * 12)
    between = simulate(on_ground(ground=scheduled), WEATHER).indicators.heating[0]
    assert warm.heating[0] < between < cold.heating[0]
