import math

import numpy as np
import pytest

from buem.building import (
    Building,
    Fins,
    FreeVentilation,
    NightVentilation,
    Overhang,
    Shade,
    Surface,
    Usage,
    Ventilation,
    Window,
)
from buem.profiles import Period
from buem.stock import DOOR, FLOOR, ROOF, WALL, WINDOW, mass_area_ratio, stack


def house(**changes):
    return Building(**{"id": "h", "latitude": 52.0, "longitude": 5.0, "floor_area": 80.0, **changes})


@pytest.mark.parametrize(
    ("capacity", "ratio"),
    [
        # Classes of ISO 13790 table 12: 80, 110, 165 kJ/(m²K) have 2.5, 260 has 3.0, 370 has 3.5.
        (1.0, 2.5), (80e3, 2.5), (165e3, 2.5), (212e3, 2.5), (213e3, 3.0), (260e3, 3.0), (314e3, 3.0), (316e3, 3.5),
        (1e7, 3.5),
    ],
)
def test_mass_area_is_that_of_the_nearest_class(capacity, ratio):
    assert mass_area_ratio(capacity) == ratio


def test_whole_building_by_hand():
    stock = stack([house(room_height=2.6, heat_capacity=165e3, thermal_bridge=4.0)])
    assert stock.volume[0] == pytest.approx(208.0)
    assert stock.heat_capacity[0] == pytest.approx(13.2e6)
    assert stock.mass_area[0] == 200.0
    assert stock.internal_surface_area[0] == 360.0
    assert stock.thermal_bridge[0] == 4.0


def test_given_areas_win_over_the_standards():
    stock = stack([house(mass_area_ratio=2.0, internal_surface_area=500.0)])
    assert (stock.mass_area[0], stock.internal_surface_area[0]) == (160.0, 500.0)


def test_elements_lie_surfaces_first_and_know_their_owner():
    surfaces = tuple(Surface(kind=kind, area=1.0 + i, u_value=0.1) for i, kind in
                     enumerate(("wall", "roof", "floor", "door")))
    pane = Window(area=9.0, u_value=1.1, g_value=0.5)
    e = stack([house(surfaces=surfaces, windows=(pane,)), house(), house(windows=(pane, pane))]).elements
    assert e.owner.tolist() == [0, 0, 0, 0, 0, 2, 2]
    assert e.kind.tolist() == [WALL, ROOF, FLOOR, DOOR, WINDOW, WINDOW, WINDOW]
    assert e.area.tolist() == [1.0, 2.0, 3.0, 4.0, 9.0, 9.0, 9.0]
    assert e.absorptance.tolist() == [0.6] * 4 + [0.0] * 3
    assert e.g_value.tolist() == [0.0] * 4 + [0.5] * 3


def test_factor_for_slanting_sun_is_nan_where_the_angular_model_runs():
    e = stack([house(windows=(Window(area=1.0, u_value=1.0, g_value=0.5), Window(area=1.0, u_value=1.0, g_value=0.5,
                                                                                 f_w=0.9)))]).elements
    assert np.isnan(e.f_w).tolist() == [True, False]
    assert e.f_w[1] == 0.9


INF = math.inf
#: Geometry of a window without one, and no movable shade.
FREE, OPEN = (0.0,) * 4, (1.0, INF, -INF)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"area": 4.0}, (*FREE, *FREE, 1.0, 1.0, *OPEN), id="none"),
        pytest.param({"area": 4.0, "overhang": Overhang(depth=1.0, gap=0.5)},
                     (1.0, 0.5, INF, INF, *FREE, 2.0, 2.0, *OPEN), id="as high as wide"),
        pytest.param({"area": 6.0, "height": 1.5, "overhang": Overhang(depth=1.0, left=0.1, right=0.2)},
                     (1.0, 0.0, 0.1, 0.2, *FREE, 1.5, 4.0, *OPEN), id="height given"),
        pytest.param({"area": 4.0, "fins": Fins(depth=0.6, gap=0.1)}, (*FREE, 0.6, 0.6, 0.1, INF, 2.0, 2.0, *OPEN),
                     id="two fins"),
        pytest.param({"area": 4.0, "fins": Fins(depth=0.6, above=0.3, sides="right")},
                     (*FREE, 0.0, 0.6, 0.0, 0.3, 2.0, 2.0, *OPEN), id="one fin"),
        pytest.param({"area": 4.0, "shade": Shade(factor=0.2, irradiance=150.0)},
                     (*FREE, *FREE, 2.0, 2.0, 0.2, 150.0, -INF), id="a blind"),
        pytest.param({"area": 4.0, "shade": Shade(factor=0.2, temp_min=24.0)},
                     (*FREE, *FREE, 2.0, 2.0, 0.2, 300.0, 24.0), id="a blind by temperature"),
    ],
)
def test_shades(fields, expected):
    window = Window(u_value=1.0, g_value=0.5, **fields)
    assert stack([house(windows=(window,))]).elements.shade[0].tolist() == list(expected)


def test_horizons_of_any_number_of_sectors():
    stock = stack([house(horizon=(10.0, 20.0)), house(), house(horizon_roof=(5.0,) * 3)])
    assert stock.horizon.sectors.tolist() == [2, 0, 0]
    assert stock.horizon.elevation.tolist() == [[10.0, 20.0], [0.0, 0.0], [0.0, 0.0]]
    assert stock.horizon_roof.sectors.tolist() == [0, 0, 3]
    assert stock.horizon_roof.elevation.shape == (3, 3)


def test_a_stock_without_elements_has_empty_arrays_of_the_right_shape():
    e = stack([house()]).elements
    assert e.owner.shape == (0,)
    assert e.shade.shape == (0, 13)


@pytest.mark.parametrize(
    ("cooling", "wanted", "power"),
    [(True, None, 5e3), (False, None, 0.0), (True, False, 0.0), (False, True, 5e3)],
)
def test_no_cooling_is_no_power(cooling, wanted, power):
    stock = stack([house(usage=Usage(cooling=cooling, cooling_power=5e3))], wanted)
    assert stock.cooling_power[0] == power


def test_night_ventilation_and_its_absence():
    night = NightVentilation(air_change=3.0, start=22.0, end=6.0)
    stock = stack([house(), house(ventilation=Ventilation(night=night))])
    assert stock.night_air_change.tolist() == [0.0, 3.0]
    assert stock.night_temp_min.tolist() == [-math.inf, -math.inf]
    assert (stock.night_start[1], stock.night_end[1]) == (22.0, 6.0)


def test_equal_schedules_are_kept_once():
    day = tuple(float(h) for h in range(24))
    stock = stack([house(usage=Usage(internal_gain=day)), house(usage=Usage(internal_gain=day)), house()])
    assert stock.schedules.values.shape == (8760, 6)  # 21, 24, the day, 3, the air changes 0.5 and 0
    assert stock.schedules.gain[0] == stock.schedules.gain[1] != stock.schedules.gain[2]


def test_a_week_is_kept_apart_for_years_that_start_on_another_day():
    week = (1.0,) * 24 + (2.0,) * 24
    buildings = [house(usage=Usage(internal_gain=week), period=Period(year=year)) for year in (2018, 2019, 2018)]
    schedules = stack(buildings).schedules
    assert schedules.gain[0] == schedules.gain[2] != schedules.gain[1]
    # 1 January 2018 was a Monday, so the first Saturday is the 6th; 2019 began on a Tuesday.
    for building, saturday in ((0, 5), (1, 4)):
        values = schedules.values[:, schedules.gain[building]]
        assert int((values == 2.0).argmax()) == saturday * 24


def test_period_and_control():
    part = house(period=Period(first_hour=10, hours=20), usage=Usage(temperature_control="operative"))
    stock = stack([part, house()])
    assert stock.first_hour.tolist() == [10, 0]
    assert stock.hours.tolist() == [20, 8760]
    assert stock.operative.tolist() == [True, False]


DAY = tuple(float(h) for h in range(24))
WORK = (*(1.0 if 8 <= h < 18 else 0.0 for h in range(24)), *(0.0,) * 24)


@pytest.mark.parametrize(
    ("usage", "column", "expected"),
    [
        pytest.param(Usage(), "heating", (21.0,) * 24, id="always"),
        pytest.param(Usage(heating_available=0.0), "heating", (-math.inf,) * 24, id="never"),
        pytest.param(Usage(cooling_available=0.0), "cooling", (math.inf,) * 24, id="cooling never"),
        pytest.param(Usage(heating_setpoint=DAY, heating_available=WORK[:24]), "heating",
                     tuple(float(h) if 8 <= h < 18 else -math.inf for h in range(24)), id="a day's schedule of both"),
        pytest.param(Usage(cooling_setpoint=25.0, cooling_available=WORK), "cooling",
                     tuple(25.0 if 8 <= h < 18 else math.inf for h in range(24)), id="1 January 2019 is a Tuesday"),
    ],
)
def test_the_band_is_open_where_a_system_may_not_run(usage, column, expected):
    schedules = stack([house(usage=usage)]).schedules
    assert tuple(schedules.values[:24, getattr(schedules, column)[0]]) == expected


def test_availability_of_a_week_follows_the_calendar_of_the_period():
    buildings = [house(usage=Usage(cooling_available=WORK), period=Period(year=year)) for year in (2018, 2019)]
    schedules = stack(buildings).schedules
    assert schedules.cooling[0] != schedules.cooling[1]
    for building, saturday in ((0, 5), (1, 4)):
        values = schedules.values[:, schedules.cooling[building]]
        assert np.isinf(values[saturday * 24:(saturday + 2) * 24]).all()
        assert not np.isinf(values[(saturday + 2) * 24 + 8])


def test_air_by_schedule_and_by_temperature():
    air = Ventilation(use=DAY, bypass_temp=24.0, free=FreeVentilation(air_change=(2.0,) * 24, temp_min=22.0,
                                                                      difference=1.5))
    stock = stack([house(), house(ventilation=air)])
    assert stock.air_use.tolist() == [0.5, 11.5]
    assert stock.bypass_temp.tolist() == [math.inf, 24.0]
    assert (stock.free_temp_min[1], stock.free_difference[1]) == (22.0, 1.5)
    values, s = stock.schedules.values, stock.schedules
    assert values[:24, s.air[1]].tolist() == list(DAY)
    assert values[0, s.free].tolist() == [0.0, 2.0]
