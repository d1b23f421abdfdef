"""Spaces without heating beside a building: their tables, their balance with the building, limits known by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from random_buildings import random_building

from buem.building import Building, Layer, Surface, Usage, Ventilation, Window, Zone
from buem.compiled import COMPILED
from buem.films import star_factors
from buem.io.stations import read_station
from buem.iso52016_columns import COLUMNS
from buem.node_spaces import as_building, node_spaces
from buem.nodes import Place
from buem.results import Indicators
from buem.simulate import simulate
from buem.stock import stack

BRICK = (Layer(thickness=0.2, conductivity=0.51, density=1400.0, specific_heat=1000.0),)
BOARD = (Layer(thickness=0.1, conductivity=0.05, density=30.0, specific_heat=1400.0),
         Layer(thickness=0.012, conductivity=0.16, density=950.0, specific_heat=840.0))
PLACE = Place(1.2, 3600.0, np.full(8760, 10.0))
SUNSPACE = Zone(
    id="sunspace", volume=43.2, infiltration=0.5,
    surfaces=(Surface(kind="wall", area=5.4, u_value=0.4, azimuth=90.0, layers=BRICK),
              Surface(kind="wall", area=5.4, u_value=0.4, azimuth=270.0, layers=BRICK),
              Surface(kind="roof", area=16.0, u_value=0.3, tilt=0.0, layers=BOARD),
              Surface(kind="floor", area=16.0, u_value=0.1, tilt=180.0, layers=BRICK)),
    windows=(Window(area=12.0, u_value=2.7, g_value=0.75, azimuth=180.0),))
ATTIC = Zone(
    id="attic", volume=60.0, infiltration=1.0, internal_gain=(0.0,) * 12 + (50.0,) * 12, heat_capacity=2e5,
    surfaces=(Surface(kind="roof", area=35.0, u_value=2.0, azimuth=180.0, tilt=40.0),
              Surface(kind="roof", area=35.0, u_value=2.0, azimuth=0.0, tilt=40.0)))


def house(name="house", zone=SUNSPACE, **changes):
    """A box of 8 m x 6 m with a space to the south or above."""
    boundary = {"roof": "outdoor", "south": "outdoor"}
    if zone is not None:
        boundary["roof" if zone.id == "attic" else "south"] = zone.id
    surfaces = (Surface(kind="wall", area=21.6, u_value=2.55, azimuth=180.0, layers=BRICK, boundary=boundary["south"]),
                Surface(kind="wall", area=21.6, u_value=0.4, azimuth=0.0, layers=BOARD),
                Surface(kind="wall", area=16.2, u_value=0.4, azimuth=90.0, layers=BOARD),
                Surface(kind="roof", area=48.0, u_value=0.5, tilt=0.0, layers=BOARD, boundary=boundary["roof"]),
                Surface(kind="floor", area=48.0, u_value=0.3, tilt=180.0, layers=BOARD))
    given = {"floor_area": 48.0, "room_height": 2.7, "surfaces": surfaces, "internal_surface_area": 150.0,
             "windows": (Window(area=3.0, u_value=1.3, g_value=0.6, azimuth=90.0),),
             "ventilation": Ventilation(infiltration=0.5, use=0.0), "zones": () if zone is None else (zone,),
             "usage": Usage(heating_setpoint=20.0, cooling_setpoint=27.0)}
    return Building(id=name, latitude=52.4, longitude=13.1, **{**given, **changes})


def with_door(building):
    door = Window(area=4.0, u_value=2.7, g_value=0.7, azimuth=180.0, boundary=building.zones[0].id)
    return replace(building, windows=(*building.windows, door))


@pytest.fixture(scope="module")
def potsdam():
    return read_station("de_potsdam_try2015")


@pytest.fixture(scope="module")
def steady(potsdam):
    """0 °C, dark, calm and under a sky of the same temperature all year."""
    none = np.zeros(8760)
    return replace(potsdam, temp_air=none, pressure=none + 1e5, relative_humidity=none, ghi=none, dni=none, dhi=none,
                   wind_speed=none, longwave_down=none + 5.670374419e-8 * 273.15**4)


def run(buildings, weather, **options):
    return simulate(buildings, weather, **{"model": "iso52016", "films": "fixed", "hourly": "all", **options})


def mixed():
    return [house(), house("attic", ATTIC), house("none", None), with_door(house("door")), random_building(3)]


def test_space_as_a_building_has_the_shared_elements_turned():
    room = as_building(house(), SUNSPACE)
    shared = room.surfaces[-1]
    assert room.floor_area * room.room_height == pytest.approx(43.2)
    assert room.floor_area == 16.0
    assert (shared.azimuth, shared.tilt, shared.area) == (0.0, 90.0, 21.6)
    assert room.usage.heating_power == 0.0
    assert room.usage.cooling is False
    assert as_building(house(zone=ATTIC), ATTIC).surfaces[-1].kind == "floor"


def test_faces_of_a_turned_element_change_places():
    wall = replace(house().surfaces[0], absorptance=0.9, absorptance_inside=0.3, emissivity=0.5,
                   layers=(*BRICK, *BOARD))
    turned = as_building(house(surfaces=(wall,)), SUNSPACE).surfaces[-1]
    assert (turned.absorptance, turned.absorptance_inside) == (0.3, 0.9)
    assert (turned.emissivity, turned.emissivity_inside) == (0.9, 0.5)
    assert turned.layers == (*BOARD[::-1], *BRICK)


@pytest.mark.parametrize(("gain", "expected"), [(24.0, 1.5), ((16.0,) * 24, (1.0,) * 24)], ids=["number", "schedule"])
def test_gains_of_a_space_are_in_watts(gain, expected):
    assert as_building(house(), replace(SUNSPACE, internal_gain=gain)).usage.internal_gain == expected


def test_tables_part_the_elements():
    buildings = mixed()
    spaces, schedules = node_spaces(buildings, stack(buildings), PLACE)
    assert spaces.building.tolist() == [0, 1, 3]
    assert np.bincount(spaces.between.owner).tolist() == [1, 1, 2]
    # Without its own elements beside: four walls and a window of the sunspace, two roofs of the attic.
    assert np.bincount(spaces.beside.owner).tolist() == [5, 2, 5]
    assert np.bincount(spaces.own.owner)[:4].tolist() == [5, 5, 6, 5]
    assert spaces.beside_columns.max() < schedules.shape[1]


def test_light_in_a_space_is_shared_with_the_common_elements():
    building = with_door(house())
    spaces, _ = node_spaces([building], stack([building]), PLACE)
    own = {name: spaces.beside.table[:, k] for k, name in enumerate(COLUMNS)}
    shared = {name: spaces.between.table[:, k] for k, name in enumerate(COLUMNS)}
    # What the faces take, what the shared window passes on and what the window to outdoors loses are all of it.
    taken = (own["area"] * (own["share_diffuse"] + own["pass_diffuse"])).sum()
    passed = (shared["area"] * (shared["share_diffuse_outer"] + shared["pass_diffuse"])).sum()
    assert taken + passed == pytest.approx(1.0)
    assert shared["pass_diffuse"][0] == 0.0
    assert shared["pass_diffuse"][1] > 0.0


def test_steady_space_is_the_solution_of_one_linear_system(steady):
    """One wall between two airs, with the fixed films of both rooms; the space loses heat by its air alone."""
    space = Zone(id="sunspace", volume=43.2, infiltration=2.0,
                 surfaces=(Surface(kind="wall", area=40.0, u_value=1.0, boundary="adiabatic"),))
    wall = replace(house().surfaces[0], absorptance=0.6)
    building = house(zone=space, surfaces=(wall, Surface(area=100.0, u_value=1.0, boundary="adiabatic")), windows=(),
                     internal_surface_area=1.0, ventilation=Ventilation(infiltration=0.0, use=0.0),
                     usage=Usage(heating_setpoint=20.0, internal_gain=0.0))
    results = run([building], steady)
    out = 1e5 / 287.055 / 273.15 * 1006.0 * 2.0 * 43.2 / 3600.0
    conductance = room_film(21.6, 100.0), room_film(21.6, 40.0)
    through = 1.0 / (1.0 / conductance[0] + 0.2 / 0.51 / 21.6 + 1.0 / conductance[1])
    assert results.temp_beside[0][-1] == pytest.approx(20.0 * through / (through + out), rel=1e-6)
    assert results.indicators.loss[0, 0] / 8760 == pytest.approx(out * results.temp_beside[0][-1], rel=1e-6)


def room_film(wall, rest):
    """From a wall to the air: by convection, and by radiation over the other wall, which gives it to the air. [W/K]"""
    area = np.array([wall, rest])
    black = 5.670374419e-8 * 4.0 * 293.15**3
    star = star_factors(area, np.zeros(2, dtype=int), np.full(2, 0.9), np.zeros(2, dtype=bool)) * black
    radiative = 1.0 / (1.0 / (star * area)).sum()
    return 2.5 * wall + 1.0 / (1.0 / radiative + 1.0 / (2.5 * rest))


@pytest.mark.parametrize("films", ["fixed", "detailed"])
def test_balance_of_the_building_closes(potsdam, films):
    a = run(mixed(), potsdam, films=films).indicators
    rest = a.heating - a.cooling + a.gain_solar + a.gain_internal - a.loss.sum(axis=1) - a.loss_ventilation - a.storage
    assert np.abs(rest).max() < 1e-9 * a.gain_internal.max()


@pytest.mark.skipif(not COMPILED, reason="numba is not installed")
@pytest.mark.parametrize(("films", "steps"), [("fixed", 2), ("detailed", 1)])
def test_both_kernels_agree(potsdam, films, steps):
    fast, plain = (run(mixed(), potsdam, films=films, kernel=kernel, steps_per_hour=steps)
                   for kernel in ("numba", "numpy"))
    for field in fields(Indicators):
        a, b = getattr(fast.indicators, field.name), getattr(plain.indicators, field.name)
        if field.name != "storage":
            assert np.abs(a - b).max() <= 1e-9 * np.abs(b).max() + 1e-9, field.name
    assert set(fast.temp_beside) == set(plain.temp_beside) == {0, 1, 3}
    for k, air in fast.temp_beside.items():
        assert np.abs(air - plain.temp_beside[k]).max() <= 1e-4


def test_together_equals_alone_to_the_bit(potsdam):
    together = run(mixed(), potsdam)
    for k, building in enumerate(mixed()):
        alone = run([building], potsdam)
        assert np.array_equal(together.temp_beside.get(k), alone.temp_beside.get(0))
        for name, series in together.series.items():
            assert np.array_equal(series[k], alone.series[name][0]), (building.id, name)
        assert np.array_equal(together.indicators.loss[k], alone.indicators.loss[0])


def test_a_closed_space_is_an_adiabatic_boundary(potsdam):
    """A space that can lose nothing floats with the building: no heat passes in the long run."""
    closed = Zone(id="sunspace", volume=43.2, infiltration=0.0)
    a = run([house(zone=closed)], potsdam).indicators
    adiabatic = replace(house(zone=None), surfaces=tuple(
        replace(s, boundary="adiabatic" if s.boundary == "sunspace" else s.boundary) for s in house().surfaces))
    b = run([adiabatic], potsdam).indicators
    assert a.heating[0] == pytest.approx(b.heating[0], rel=0.02)


def test_a_draughty_space_is_outdoors_without_sun_and_wind(potsdam):
    """The more air it has, the nearer the space is to outdoors."""
    results = run([house(zone=replace(SUNSPACE, windows=(), infiltration=n)) for n in (0.0, 1.0, 100.0)], potsdam)
    outside = potsdam.temp_air
    apart = [np.abs(air - outside).mean() for air in results.temp_beside.values()]
    assert apart[0] > apart[1] > apart[2]
    assert apart[2] < 1.0
    assert np.diff(results.indicators.heating).min() > 0.0


def test_sunspace_warms_its_building(potsdam):
    dark = replace(SUNSPACE, windows=tuple(replace(w, g_value=0.01) for w in SUNSPACE.windows))
    sunny, shut = run([house(), house(zone=dark)], potsdam).indicators.heating
    assert sunny < 0.97 * shut


def test_a_glass_door_lets_the_sun_of_the_space_in(potsdam):
    closed, door = (run([b], potsdam).indicators for b in (house(), with_door(house())))
    assert door.gain_solar[0] > 1.01 * closed.gain_solar[0]


def test_gains_of_the_space_are_no_gains_of_the_building(potsdam):
    warm, cold = (run([house(zone=replace(ATTIC, internal_gain=gain))], potsdam) for gain in (500.0, 0.0))
    assert warm.indicators.gain_internal[0] == cold.indicators.gain_internal[0]
    assert warm.indicators.heating[0] < cold.indicators.heating[0]
    assert warm.temp_beside[0].mean() > cold.temp_beside[0].mean() + 1.0


def test_no_temperature_without_a_space(potsdam):
    results = run([house(zone=None), house()], potsdam)
    assert list(results.temp_beside) == [1]
    assert run([house()], potsdam, hourly="load").temp_beside == {}


def test_nan_weather_gives_nan(potsdam):
    temp = potsdam.temp_air.copy()
    temp[4000] = np.nan
    results = run([house()], replace(potsdam, temp_air=temp))
    assert np.isnan(results.indicators.heating[0])
