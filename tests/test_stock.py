import math

import numpy as np
import pytest

from buem.building import Building, FreeVentilation, NightVentilation, Overhang, Surface, Usage, Ventilation, Window
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


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param(Window(area=4.0, u_value=1.0, g_value=0.5), (0.0, 0.0, 0.0, 0.0, 1.0, 1.0), id="no overhang"),
        pytest.param(Window(area=4.0, u_value=1.0, g_value=0.5, overhang=Overhang(depth=1.0, gap=0.5)),
                     (1.0, 0.5, math.inf, math.inf, 2.0, 2.0), id="as high as wide"),
        pytest.param(Window(area=6.0, u_value=1.0, g_value=0.5, height=1.5,
                            overhang=Overhang(depth=1.0, left=0.1, right=0.2)),
                     (1.0, 0.0, 0.1, 0.2, 1.5, 4.0), id="height given"),
    ],
)
def test_overhangs(window, expected):
    assert stack([house(windows=(window,))]).elements.overhang[0].tolist() == list(expected)


def test_a_stock_without_elements_has_empty_arrays_of_the_right_shape():
    e = stack([house()]).elements
    assert e.owner.shape == (0,)
    assert e.overhang.shape == (0, 6)


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


DAY_OF_THE_PLANT = (0.0,) * 7 + (1.0,) * 15 + (0.0,) * 2


@pytest.mark.parametrize(("field", "column", "open_end"), [
    pytest.param("heating_available", "heating", -np.inf, id="no lower set-point without heating"),
    pytest.param("cooling_available", "cooling", np.inf, id="no upper set-point without cooling"),
])
def test_band_is_open_where_the_plant_may_not_run(field, column, open_end):
    usage = Usage(heating_setpoint=20.0, cooling_setpoint=26.0, **{field: DAY_OF_THE_PLANT})
    stock = stack([house(usage=usage), house()])
    day = stock.schedules.values[:24, getattr(stock.schedules, column)[0]]
    setpoint = usage.heating_setpoint if column == "heating" else usage.cooling_setpoint
    assert day.tolist() == [setpoint if on else open_end for on in DAY_OF_THE_PLANT]
    assert np.isfinite(stock.schedules.values[:, getattr(stock.schedules, column)[1]]).all()


def test_a_plant_that_may_always_run_needs_no_column_of_its_own():
    always = stack([house(usage=Usage(heating_available=1.0)), house(usage=Usage(heating_available=0.5))])
    assert always.schedules.heating[0] == always.schedules.heating[1]


def test_air_by_temperature():
    free = FreeVentilation(air_change=(0.0,) * 12 + (2.0,) * 12, temp_min=22.0, difference=1.5)
    stock = stack([house(ventilation=Ventilation(use=0.4, bypass_temp=24.0, free=free), furniture_capacity=1e4),
                   house(ventilation=Ventilation(use=0.4))])
    assert stock.bypass_temp.tolist() == [24.0, np.inf]
    assert (stock.free_temp_min[0], stock.free_difference[0]) == (22.0, 1.5)
    assert stock.schedules.values[:24, stock.schedules.free[0]].sum() == 24.0
    assert not stock.schedules.values[:, stock.schedules.free[1]].any()
    assert stock.furniture_capacity.tolist() == [1e4 * house().floor_area, 0.0]
