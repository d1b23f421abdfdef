import math
from dataclasses import replace

import numpy as np
import pytest

from buem.building import (
    RANGES,
    Building,
    Fins,
    FreeVentilation,
    Glass,
    Ground,
    Layer,
    NightVentilation,
    Overhang,
    Range,
    Shade,
    Surface,
    Usage,
    Ventilation,
    Window,
    Zone,
)
from buem.building_check import check_band, check_building, loses_heat
from buem.profiles import Period

WALL = Surface(area=80.0, u_value=1.5, azimuth=180.0)
PANE = Window(area=6.0, u_value=2.8, g_value=0.6)
HOUSE = Building(id="h", latitude=52.0, longitude=5.0, floor_area=100.0, surfaces=(WALL,), windows=(PANE,))


def texts(building):
    return [str(p) for p in check_building(building)]


def house(**changes):
    return replace(HOUSE, **changes)


def used(**changes):
    return house(usage=Usage(**changes))


def test_a_sound_building_has_no_problems():
    assert check_building(HOUSE) == []


@pytest.mark.parametrize(
    ("building", "text"),
    [
        (house(latitude=91.0), "latitude: 91.0; expected -90 to 90 °"),
        (house(longitude=500_000.0), "longitude: 500000.0; expected -180 to 180 °"),
        (house(floor_area=0.0), "floor_area: 0.0; expected above 0 to 1e+08 m²"),
        (house(floor_area=True), "floor_area: True; expected above 0 to 1e+08 m²"),
        (house(room_height=-2.5), "room_height: -2.5; expected above 0 to 100 m"),
        (house(heat_capacity=math.nan), "heat_capacity: nan; expected above 0 to 1e+08 J/(m²K)"),
        (house(thermal_bridge=-1.0), "thermal_bridge: -1.0; expected 0 to 1e+06 W/K"),
        (house(shading_vertical=1.2), "shading_vertical: 1.2; expected 0 to 1"),
        (house(mass_area_ratio=0.0), "mass_area_ratio: 0.0; expected above 0 to 100"),
        (house(internal_surface_area=-5.0), "internal_surface_area: -5.0; expected above 0 to 1e+09 m²"),
        (house(surfaces=(WALL, replace(WALL, u_value=-0.2))), "surfaces[1].u_value: -0.2; expected 0 to 10 W/(m²K)"),
        (house(surfaces=(replace(WALL, area=0.0),)), "surfaces[0].area: 0.0; expected above 0 to 1e+07 m²"),
        (house(surfaces=(replace(WALL, tilt=181.0),)), "surfaces[0].tilt: 181.0; expected 0 to 180 °"),
        (house(surfaces=(replace(WALL, azimuth=361.0),)), "surfaces[0].azimuth: 361.0; expected -360 to 360 °"),
        (house(surfaces=(replace(WALL, azimuth=math.inf),)), "surfaces[0].azimuth: inf; expected -360 to 360 °"),
        (house(surfaces=(replace(WALL, b_transmission=1.1),)), "surfaces[0].b_transmission: 1.1; expected 0 to 1"),
        (house(surfaces=(replace(WALL, kind="cellar"),)),
         "surfaces[0].kind: 'cellar'; expected one of wall, roof, floor, door"),
        (house(windows=(replace(PANE, g_value=1.5),)), "windows[0].g_value: 1.5; expected 0 to 1"),
        (house(windows=(replace(PANE, g_value="0.5"),)), "windows[0].g_value: '0.5'; expected 0 to 1"),
        (house(windows=(replace(PANE, f_w=-0.1),)), "windows[0].f_w: -0.1; expected 0 to 1"),
        (house(windows=(replace(PANE, height=0.0),)), "windows[0].height: 0.0; expected above 0 to 100 m"),
        (house(windows=(replace(PANE, overhang=Overhang(depth=0.0)),)),
         "windows[0].overhang.depth: 0.0; expected above 0 to 100 m"),
        (house(windows=(replace(PANE, overhang=Overhang(depth=1.0, left=-1.0)),)),
         "windows[0].overhang.left: -1.0; expected a number from 0 m"),
        (house(windows=(replace(PANE, tilt=30.0, overhang=Overhang(depth=1.0)),)),
         "windows[0].tilt: 30.0; expected 90°, where there is an overhang"),
        (house(ventilation=Ventilation(heat_recovery=1.2)), "ventilation.heat_recovery: 1.2; expected 0 to 1"),
        (house(ventilation=Ventilation(use=-0.1)), "ventilation.use: -0.1; expected 0 to 100 1/h"),
        (house(ventilation=Ventilation(night=NightVentilation(air_change=1.0, start=25.0, end=6.0))),
         "ventilation.night.start: 25.0; expected 0 to 24 h"),
        (house(ventilation=Ventilation(night=NightVentilation(air_change=1.0, start=2.0, end=6.0, temp_min=math.nan))),
         "ventilation.night.temp_min: nan; expected -50 to 100 °C"),
        (used(heating_setpoint=(20.0,) * 7),
         "usage.heating_setpoint: '7 values'; expected 1, 24, 48 (weekday, weekend) or 8760 values"),
        (used(heating_setpoint=(20.0,) * 23 + (math.nan,)), "usage.heating_setpoint: nan; expected -50 to 100 °C"),
        (used(cooling_setpoint=101.0), "usage.cooling_setpoint: 101.0; expected -50 to 100 °C"),
        (used(internal_gain=(-1.0,) * 24), "usage.internal_gain: -1.0; expected 0 to 1000 W/m²"),
        (used(heating_power=-1.0), "usage.heating_power: -1.0; expected a number from 0 W"),
        (used(temperature_control="floor"), "usage.temperature_control: 'floor'; expected one of air, operative"),
        (used(heating_setpoint=25.0), "usage.heating_setpoint: 25.0; expected at most the cooling set-point"),
        (house(period=Period(hours=0)), "period.hours: 0; expected a whole number from 1 to 8760"),
        (house(period=Period(hours=9000)), "period.hours: 9000; expected a whole number from 1 to 8760"),
        (house(period=Period(first_hour=-1)), "period.first_hour: -1; expected a whole number from 0 to 8759"),
        (house(period=Period(year=0)), "period.year: 0; expected a whole number from 1 to 9998"),
    ],
)
def test_each_problem_is_named_with_value_and_what_was_wanted(building, text):
    assert text in texts(building)


@pytest.mark.parametrize(("changes", "text"), [
    # An iterator would be empty after the check: the building would have no walls.
    ({"surfaces": iter([WALL])}, "; expected a tuple of Surface"),
    ({"surfaces": None}, "surfaces: missing; expected a tuple of Surface"),
    ({"surfaces": (WALL, {"area": 3})}, "surfaces[1]: {'area': 3}; expected a Surface"),
    ({"windows": (replace(PANE, overhang=1.0),)}, "windows[0].overhang: 1.0; expected an Overhang or None"),
    ({"ventilation": 0.5}, "ventilation: 0.5; expected a Ventilation"),
    ({"ventilation": Ventilation(night=3.0)}, "ventilation.night: 3.0; expected a NightVentilation or None"),
    ({"usage": None}, "usage: missing; expected a Usage"),
    # A text is true: the building would be cooled.
    ({"usage": Usage(cooling="no")}, "usage.cooling: 'no'; expected True or False"),
    ({"weather": "de_potsdam_try2015"}, "weather: 'de_potsdam_try2015'; expected a Weather or None"),
    ({"origin": "x"}, "origin: 'x'; expected an Origin or None"),
    ({"notes": None}, "notes: missing; expected a tuple of texts"),
    ({"id": 5}, "id: 5; expected a text"),
    ({"usage": Usage(heating_setpoint=[20.0] * 24)}, "expected a number or a tuple of numbers, -50 to 100 °C"),
    ({"usage": Usage(internal_gain=(None,) * 24)}, "usage.internal_gain[0]: missing; expected a number, 0 to 1000"),
])
def test_what_is_of_another_kind_is_named(changes, text):
    (found,) = texts(replace(HOUSE, **changes))
    assert text in found


def test_numbers_of_numpy_are_numbers():
    wall = replace(WALL, area=np.float32(80.0), azimuth=np.int64(180))
    assert texts(replace(HOUSE, surfaces=[wall], floor_area=np.int32(100), period=Period(hours=np.int64(24)))) == []


def test_all_problems_come_at_once():
    broken = house(latitude=math.nan, surfaces=(replace(WALL, area=-1.0, u_value=11.0),))
    assert len(check_building(broken)) == 3


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, True, id="wall"),
        pytest.param({"surfaces": (), "windows": ()}, True, id="air change alone"),
        pytest.param({"surfaces": (), "windows": (), "ventilation": Ventilation(infiltration=0.0, use=0.0)}, False,
                     id="nothing"),
        pytest.param({"surfaces": (), "windows": (),
                      "ventilation": Ventilation(infiltration=0.0, use=0.5, heat_recovery=1.0)}, False,
                     id="all is recovered"),
        pytest.param({"surfaces": (replace(WALL, u_value=0.0), replace(WALL, b_transmission=0.0)), "windows": (),
                      "ventilation": Ventilation(infiltration=0.0, use=0.0)}, False, id="party walls alone"),
        pytest.param({"surfaces": (replace(WALL, boundary="adiabatic"),), "windows": (),
                      "ventilation": Ventilation(infiltration=0.0, use=0.0)}, False, id="an inner wall alone"),
        pytest.param({"surfaces": (), "windows": (),
                      "ventilation": Ventilation(infiltration=0.0, use=(0.0,) * 23 + (0.5,))}, True,
                     id="air in one hour of the day"),
        pytest.param({"surfaces": (), "windows": (), "thermal_bridge": 1.0,
                      "ventilation": Ventilation(infiltration=0.0, use=0.0)}, True, id="a bridge alone"),
    ],
)
def test_something_has_to_lose_heat(changes, found):
    building = house(**changes)
    assert loses_heat(building) is found
    expected = [] if found else [
        "surfaces: 'nothing that loses heat'; expected an element with U > 0, a thermal bridge or an air change"]
    assert texts(building) == expected


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        pytest.param(20.0, 20.0, None, id="equal"),
        pytest.param((20.0,) * 24, 20.0, None, id="equal all day"),
        pytest.param((16.0,) * 24 + (22.0,) * 24, 21.0,
                     "usage.heating_setpoint: 'schedule'; expected at most the cooling set-point (hour 96 of the year)",
                     id="crossed at the weekend: 2019 starts on a Tuesday"),
        pytest.param(20.0, (25.0,) * 12 + (19.0,) * 12,
                     "usage.heating_setpoint: 20.0; expected at most the cooling set-point (hour 12 of the year)",
                     id="crossed at noon"),
        pytest.param((15.0,) * 12 + (25.0,) * 12, (20.0,) * 12 + (26.0,) * 12, None, id="both move, never crossed"),
        pytest.param((26.0,) * 24, (25.0,) * 8760,
                     "usage.heating_setpoint: 'schedule'; expected at most the cooling set-point", id="a year"),
    ],
)
def test_set_points_may_touch_and_not_cross(low, high, text):
    problem = check_band(Usage(heating_setpoint=low, cooling_setpoint=high), 2019)
    assert (problem and str(problem)) == text


@pytest.mark.parametrize(
    ("limits", "text"),
    [(Range(0.0, 10.0, "W"), "0 to 10 W"), (Range(0.0, 1.0, ""), "0 to 1"),
     (Range(0.0, 5.0, "m", open_low=True), "above 0 to 5 m"), (Range(0.0, math.inf, "W"), "a number from 0 W"),
     (Range(0.0, math.inf, "W", open_low=True), "a number above 0 W")],
)
def test_ranges_say_what_they_hold(limits, text):
    assert str(limits) == text
    assert not limits.holds(math.nan)
    assert limits.holds(0.0) is not limits.open_low


def test_every_range_ends_above_its_start():
    assert all(limits.low < limits.high for limits in RANGES.values())


def test_records_are_frozen():
    with pytest.raises(AttributeError):
        HOUSE.floor_area = 1.0


ATTIC = Zone(id="attic", volume=50.0, surfaces=(replace(WALL, kind="roof", tilt=30.0),))
CLEAR = ((0.0, 1.0), (60.0, 0.8), (90.0, 0.0))


def glazed(**changes):
    return house(windows=(replace(PANE, **changes),))


def zoned(**changes):
    return house(zones=(replace(ATTIC, **changes),))


@pytest.mark.parametrize("building", [
    pytest.param(house(surfaces=(replace(WALL, boundary="ground"), replace(WALL, boundary="unheated"))),
                 id="boundaries"),
    pytest.param(house(surfaces=(WALL, replace(WALL, boundary="attic")), zones=(ATTIC,)), id="a zone behind a wall"),
    pytest.param(house(windows=(replace(PANE, boundary="attic"),), zones=(ATTIC,)), id="a zone behind a window"),
    pytest.param(glazed(fins=Fins(depth=0.5, sides="left"), shade=Shade(factor=0.3)), id="fins and a blind"),
    pytest.param(glazed(g_angular=CLEAR), id="a table of angles"),
    pytest.param(glazed(glass=Glass(transmittance=0.4, absorptances=(0.2, 0.05), transmittance_angular=CLEAR,
                                    absorptance_angular=((0.0, 1.0), (60.0, 1.2), (90.0, 0.0)))), id="a glass"),
    pytest.param(glazed(convection=20.0, convection_inside=3.0), id="prescribed convection"),
    pytest.param(glazed(u_frame=2.0, frame_fraction=0.2), id="a frame of its own"),
    pytest.param(house(horizon=(0.0,) * 36, horizon_roof=(10.0, 20.0, 0.0, 90.0)), id="horizons"),
    pytest.param(used(heating_available=(0.0,) * 12 + (1.0,) * 12, hot_water=2.0, electricity=(1.0,) * 24), id="usage"),
    pytest.param(house(ventilation=Ventilation(use=(0.5,) * 48, bypass_temp=23.0,
                                               free=FreeVentilation(air_change=4.0))), id="air"),
    pytest.param(house(ground=Ground(floor="basement", depth=2.5, temperature=(10.0,) * 24)), id="ground"),
    pytest.param(house(surfaces=(replace(WALL, layers=(Layer(resistance=2.0),)),)), id="layers"),
])
def test_sound_ones(building):
    assert texts(building) == []


@pytest.mark.parametrize(("building", "text"), [
    (house(surfaces=(replace(WALL, boundary="attic"),)),
     "surfaces[0].boundary: 'attic'; expected one of outdoor, ground, adiabatic, unheated, or the id of a zone"),
    (glazed(boundary="ground"), "windows[0].boundary: 'ground'; expected one of outdoor"),
    (glazed(fins=Fins(depth=0.0)), "windows[0].fins.depth: 0.0; expected above 0 to 100 m"),
    (glazed(fins=Fins(depth=1.0, below=-1.0)), "windows[0].fins.below: -1.0; expected a number from 0 m"),
    (glazed(fins=Fins(depth=1.0, sides="top")), "windows[0].fins.sides: 'top'; expected one of both, left, right"),
    (glazed(fins=Fins(depth=1.0), tilt=45.0), "windows[0].tilt: 45.0; expected 90°, where there is a fin"),
    (glazed(shade=Shade(factor=1.5)), "windows[0].shade.factor: 1.5; expected 0 to 1"),
    (glazed(shade=Shade(factor=0.5, irradiance=math.nan)),
     "windows[0].shade.irradiance: nan; expected a number from 0 W/m²"),
    (glazed(shade=Shade(factor=0.5, temp_min=200.0)), "windows[0].shade.temp_min: 200.0; expected -50 to 100 °C"),
    (glazed(u_frame=11.0), "windows[0].u_frame: 11.0; expected 0 to 10 W/(m²K)"),
    (glazed(u_frame=6.0, frame_fraction=0.5),
     "windows[0].u_frame: 6.0; expected less than 5.6 W/(m²K), so that some of the window's U is left to the glass"),
    (glazed(g_angular=((0.0, 1.0), (60.0, 1.8), (90.0, 0.0))), "windows[0].g_angular[1][1]: 1.8; expected 0 to 1"),
    (glazed(g_angular=((0.0, 1.0), (95.0, 0.0))), "windows[0].g_angular[1][0]: 95.0; expected 0 to 90 °"),
    (glazed(g_angular=((0.0, 1.0), (60.0, 0.5), (50.0, 0.6), (90.0, 0.0))),
     "expected pairs of an angle and a share of g, from (0, 1) to (90, 0..1) with rising angles"),
    (glazed(g_angular=((10.0, 1.0), (90.0, 0.0))), "windows[0].g_angular: '2 pairs from (10.0, 1.0) to (90.0, 0.0)'"),
    (glazed(glass=Glass(transmittance=1.4, absorptances=(0.1,))),
     "windows[0].glass.transmittance: 1.4; expected 0 to 1"),
    (glazed(glass=Glass(transmittance=0.4, absorptances=())),
     "windows[0].glass.absorptances: '0 values'; expected a tuple"),
    (glazed(glass=Glass(transmittance=0.4, absorptances=[0.1])),
     "windows[0].glass.absorptances: [0.1]; expected a tuple"),
    (glazed(glass=Glass(transmittance=0.4, absorptances=(0.1, -0.1))),
     "windows[0].glass.absorptances[1]: -0.1; expected 0 to 1"),
    (glazed(glass=Glass(transmittance=0.8, absorptances=(0.1, 0.15))),
     "windows[0].glass: '0.8 passing, (0.1, 0.15) absorbed'; expected 1 at most in all"),
    (glazed(glass=Glass(transmittance=0.4, absorptances=(0.1,), absorptance_angular=((0.0, 1.0), (90.0, 2.5)))),
     "windows[0].glass.absorptance_angular[1][1]: 2.5; expected 0 to 2"),
    (glazed(glass=Glass(transmittance=0.4, absorptances=(0.1,), transmittance_angular=((0.0, 1.0), (80.0, 0.5)))),
     "windows[0].glass.transmittance_angular: '2 pairs"),
    (glazed(convection=0.0), "windows[0].convection: 0.0; expected above 0 to 1000 W/(m²K)"),
    (house(surfaces=(replace(WALL, convection_inside=-1.0),)), "surfaces[0].convection_inside: -1.0; expected above 0"),
    (glazed(g_angular=(0.0, 1.0)), "windows[0].g_angular: (0.0, 1.0); expected pairs"),
    (house(horizon=(0.0,) * 3), "horizon: '3 values'; expected a tuple of 4 to 360 elevations, or an empty one"),
    (house(horizon_roof=[0.0] * 36), "horizon_roof: [0.0,"),
    (house(horizon=(0.0, 95.0, 0.0, 0.0)), "horizon[1]: 95.0; expected 0 to 90 °"),
    (house(furniture_capacity=-1.0), "furniture_capacity: -1.0; expected 0 to 1e+07 J/(m²K)"),
    (house(zones=(ATTIC, replace(ATTIC, id="cellar"))), "zones: '2 zones'; expected one zone without heating at most"),
    (zoned(id="ground"), "zones[0].id: 'ground'; expected a text of its own, none of outdoor, ground"),
    (zoned(id=""), "zones[0].id: ''; expected a text of its own"),
    (zoned(volume=0.0), "zones[0].volume: 0.0; expected above 0 to 1e+09 m³"),
    (zoned(infiltration=-1.0), "zones[0].infiltration: -1.0; expected 0 to 100 1/h"),
    (zoned(heat_capacity=-1.0), "zones[0].heat_capacity: -1.0; expected 0 to 1e+12 J/K"),
    (zoned(internal_gain=(1.0,) * 5), "zones[0].internal_gain: '5 values'; expected 1, 24, 48"),
    (zoned(surfaces=(replace(WALL, area=-1.0),)), "zones[0].surfaces[0].area: -1.0; expected above 0"),
    # The elements between the two belong to the building.
    (zoned(surfaces=(replace(WALL, boundary="attic"),)),
     "zones[0].surfaces[0].boundary: 'attic'; expected one of outdoor"),
    (house(ground=Ground(floor="moat")), "ground.floor: 'moat'; expected one of slab, basement, unheated_basement"),
    (house(ground=Ground(perimeter=0.0)), "ground.perimeter: 0.0; expected above 0 to 1e+07 m"),
    (house(ground=Ground(conductivity=0.0)), "ground.conductivity: 0.0; expected above 0 to 1000 W/(mK)"),
    (house(ground=Ground(depth=-1.0)), "ground.depth: -1.0; expected a number from 0 m"),
    (house(ground=Ground(temperature=(10.0, 11.0))), "ground.temperature: '2 values'; expected 1, 24, 48"),
    (house(ventilation=Ventilation(use=(0.5,) * 7)), "ventilation.use: '7 values'; expected 1, 24, 48"),
    (house(ventilation=Ventilation(bypass_temp=math.nan)), "ventilation.bypass_temp: nan; expected -50 to 100 °C"),
    (house(ventilation=Ventilation(free=FreeVentilation(air_change=-1.0))),
     "ventilation.free.air_change: -1.0; expected 0 to 100 1/h"),
    (house(ventilation=Ventilation(free=FreeVentilation(air_change=1.0, difference=-1.0))),
     "ventilation.free.difference: -1.0; expected 0 to 100 K"),
    (used(heating_available=0.5), "expected 1 for hours in which it may run, else 0"),
    (used(cooling_available=(2.0,) * 24), "usage.cooling_available: 2.0; expected 0 to 1"),
    (used(hot_water=-1.0), "usage.hot_water: -1.0; expected 0 to 1000 W/m²"),
    (used(electricity="much"), "usage.electricity: 'much'; expected a number or a tuple"),
])
def test_each_problem_of_the_node_models_fields(building, text):
    assert any(text in found for found in texts(building)), texts(building)


@pytest.mark.parametrize(("changes", "text"), [
    ({"zones": None}, "zones: missing; expected a tuple of Zone"),
    ({"zones": (WALL,)}, "expected a Zone"),
    ({"zones": (replace(ATTIC, surfaces=(PANE,)),)}, "expected a Surface"),
    ({"ground": 10.0}, "ground: 10.0; expected a Ground"),
    ({"windows": (replace(PANE, fins=1.0),)}, "windows[0].fins: 1.0; expected a Fins or None"),
    ({"windows": (replace(PANE, shade="blind"),)}, "windows[0].shade: 'blind'; expected a Shade or None"),
    ({"surfaces": (replace(WALL, layers=(0.1,)),)}, "surfaces[0].layers[0]: 0.1; expected a Layer"),
    ({"ventilation": Ventilation(free=2.0)}, "ventilation.free: 2.0; expected a FreeVentilation or None"),
])
def test_records_of_another_kind(changes, text):
    (found,) = texts(replace(HOUSE, **changes))
    assert text in found
