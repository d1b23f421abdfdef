import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from synthetic_weather import weather

import buem
from buem.building import Building, NightVentilation, Overhang, Surface, Usage, Ventilation, Window
from buem.errors import BuildingError, OptionError, WeatherError
from buem.network import check_network
from buem.profiles import Period
from buem.results import LOSSES
from buem.simulate import Options, prepare, simulate

WALLS = (Surface(kind="wall", area=120.0, u_value=0.5, azimuth=180.0), Surface(kind="roof", area=60.0, u_value=0.3,
         tilt=30.0), Surface(kind="floor", area=60.0, u_value=0.4, tilt=180.0))
PANE = Window(area=12.0, u_value=1.3, g_value=0.6, azimuth=180.0)
HOUSE = Building(id="h", latitude=40.0, longitude=-105.0, floor_area=100.0, surfaces=WALLS, windows=(PANE,))
SEALED = Ventilation(infiltration=0.0, use=0.0)


def house(**changes):
    return replace(HOUSE, **changes)


@cache
def site():
    return prepare(weather())


def run(*buildings, **options):
    return simulate(list(buildings), site(), **options)


def heating(building, **options):
    return run(building, **options).indicators.heating[0]


def cooling(building, **options):
    return run(building, **options).indicators.cooling[0]


EDGES = [
    pytest.param(house(windows=()), id="no windows"),
    pytest.param(house(surfaces=(), windows=()), id="air change alone"),
    pytest.param(house(surfaces=()), id="windows alone"),
    pytest.param(house(ventilation=SEALED), id="no air change"),
    pytest.param(house(surfaces=(), windows=(), thermal_bridge=50.0, ventilation=SEALED), id="a bridge alone"),
    pytest.param(house(surfaces=tuple(replace(s, u_value=0.0) for s in WALLS), windows=()), id="U = 0 everywhere"),
    pytest.param(house(surfaces=tuple(replace(s, b_transmission=0.0) for s in WALLS)), id="party walls"),
    pytest.param(house(usage=Usage(heating_setpoint=20.0, cooling_setpoint=20.0)), id="equal set-points"),
    pytest.param(house(usage=Usage(heating_power=0.0, cooling=False)), id="no systems"),
    pytest.param(house(usage=Usage(heating_power=0.0, cooling_power=0.0)), id="systems without power"),
    pytest.param(house(usage=Usage(heating_setpoint=(15.0,) * 24, cooling_setpoint=(30.0,) * 48)), id="schedules"),
    pytest.param(house(windows=(replace(PANE, tilt=0.0), replace(PANE, tilt=180.0))), id="skylight and floor light"),
    pytest.param(house(windows=(replace(PANE, g_value=0.0), replace(PANE, frame_fraction=1.0))), id="no light"),
    pytest.param(house(windows=(replace(PANE, g_value=1.0, u_value=10.0),)), id="open window"),
    pytest.param(house(windows=(replace(PANE, overhang=Overhang(depth=100.0)),)), id="under a huge overhang"),
    pytest.param(house(heat_capacity=1.0), id="no mass"),
    pytest.param(house(period=Period(first_hour=8759, hours=1)), id="one hour"),
    pytest.param(house(ventilation=Ventilation(infiltration=100.0)), id="a gale"),
    pytest.param(house(usage=Usage(internal_gain=1000.0)), id="a data centre"),
    pytest.param(house(ventilation=Ventilation(heat_recovery=1.0, infiltration=0.0)), id="all heat recovered"),
]


@pytest.mark.parametrize("building", EDGES)
def test_edges_give_finite_loads_and_close_their_balance(building):
    results = run(building, hourly="all")
    for values in results.series.values():
        assert np.isfinite(values).all()
    assert results.series["heating"].min() >= 0.0
    assert results.series["cooling"].min() >= 0.0
    a = results.indicators
    assert ((results.series["heating"] == 0) | (results.series["cooling"] == 0)).all()
    left = (a.heating - a.cooling + a.gain_solar + a.gain_internal - a.loss.sum(axis=1) - a.loss_ventilation
            - a.storage)
    assert abs(left[0]) <= 1e-9 * (np.abs(a.loss).sum() + a.gain_internal[0] + a.cooling[0] + a.heating[0] + 1.0)


def test_steady_state_by_hand():
    # Dark, 0 °C all year, nothing but 50 W/K of walls and 30 W/K of air: the mass is at T_m with
    # H_em (T_m - 0) = H_is in series with H_ms, (20 - T_m), so that all resistances add up from 20 to 0 °C.
    dark = weather(temp_air=np.zeros(8760), ghi=np.zeros(8760), dni=np.zeros(8760), dhi=np.zeros(8760))
    building = house(
        surfaces=(Surface(kind="floor", area=100.0, u_value=0.5),), windows=(),
        ventilation=Ventilation(infiltration=1.0, use=0.0), usage=Usage(heating_setpoint=20.0, internal_gain=0.0))
    ready = prepare(dark)
    h_em = 1 / (1 / 50.0 - 1 / (9.1 * 250.0))
    through = 1 / (1 / h_em + 1 / (9.1 * 250.0) + 1 / (3.45 * 450.0))
    h_ve = ready.density * 1006.0 * 250.0 / 3600.0
    found = simulate(building, ready)
    np.testing.assert_allclose(found.series["heating"][0], 20.0 * (through + h_ve), rtol=1e-6)
    assert found.indicators.loss[0, LOSSES.index("floor")] == pytest.approx(8760 * 20.0 * through, rel=1e-6)
    assert found.indicators.loss_ventilation[0] == pytest.approx(8760 * 20.0 * h_ve, rel=1e-6)


def test_all_gains_come_back_as_cooling_in_a_sealed_house_at_its_own_temperature():
    # Outdoors at the set-point, dark and without a sky: what is put in has to be taken out.
    still = weather(temp_air=np.full(8760, 22.0), ghi=np.zeros(8760), dni=np.zeros(8760), dhi=np.zeros(8760))
    building = house(surfaces=(Surface(kind="floor", area=100.0, u_value=1e-6),), windows=(), ventilation=SEALED,
                     usage=Usage(heating_setpoint=22.0, cooling_setpoint=22.0, internal_gain=5.0))
    found = simulate(building, still).indicators
    assert found.cooling[0] == pytest.approx(500.0 * 8760, rel=1e-4)
    assert found.heating[0] == 0.0


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        pytest.param({"thermal_bridge": 20.0}, 1, id="bridge"),
        pytest.param({"ventilation": Ventilation(infiltration=1.0)}, 1, id="leaks"),
        pytest.param({"ventilation": Ventilation(heat_recovery=0.8)}, -1, id="heat recovery"),
        pytest.param({"usage": Usage(heating_setpoint=22.0)}, 1, id="warmer"),
        pytest.param({"usage": Usage(heating_setpoint=(15.0,) * 7 + (21.0,) * 15 + (15.0,) * 2)}, -1, id="setback"),
        pytest.param({"usage": Usage(internal_gain=6.0)}, -1, id="more gains"),
        pytest.param({"usage": Usage(temperature_control="operative")}, 1, id="operative temperature held"),
        pytest.param({"usage": Usage(heating_power=2000.0)}, -1, id="little power"),
        pytest.param({"shading_vertical": 0.2}, 1, id="trees"),
        pytest.param({"windows": (replace(PANE, azimuth=0.0),)}, 1, id="window to the north"),
        pytest.param({"windows": (replace(PANE, overhang=Overhang(depth=1.0)),)}, 1, id="overhang"),
        pytest.param({"surfaces": tuple(replace(s, b_transmission=0.5) for s in WALLS)}, -1, id="unheated spaces"),
        pytest.param({"surfaces": tuple(replace(s, emissivity=0.1) for s in WALLS)}, -1, id="bare metal"),
        pytest.param({"surfaces": tuple(replace(s, absorptance=0.9) for s in WALLS)}, -1, id="dark paint"),
    ],
)
def test_heating_moves_the_right_way(change, sign):
    assert sign * (heating(house(**change)) - heating(HOUSE)) > 1000.0  # Wh


def test_night_air_saves_cooling():
    night = NightVentilation(air_change=4.0, start=22.0, end=6.0, temp_min=22.0)
    assert cooling(house(ventilation=Ventilation(night=night))) < 0.9 * cooling(HOUSE)


def test_an_overhang_takes_more_of_the_high_sun():
    shaded = house(windows=(replace(PANE, height=2.0, overhang=Overhang(depth=1.0, gap=0.3)),))
    assert cooling(shaded) < 0.9 * cooling(HOUSE)
    assert heating(shaded) < 1.15 * heating(HOUSE)


def test_little_power_leaves_hours_below_the_band():
    found = run(house(usage=Usage(heating_power=2000.0))).indicators
    assert found.heating_peak[0] == 2000.0
    assert found.hours_below_band[0] > 100
    assert run(HOUSE).indicators.hours_below_band[0] == 0


@pytest.mark.parametrize(("given", "option", "cooled"), [(True, None, True), (False, None, False), (True, False, False),
                                                         (False, True, True)])
def test_cooling_can_be_overridden(given, option, cooled):
    results = run(house(usage=Usage(cooling=given)), cooling=option)
    assert bool(results.indicators.cooling[0] > 0.0) is cooled
    assert results.buildings[0].usage.cooling is cooled
    if not cooled:
        assert results.indicators.hours_above_band[0] > 0
        assert results.indicators.cooling_peak_hour[0] == -1


@pytest.mark.parametrize(
    ("hourly", "names"),
    [("none", []), ("load", ["heating", "cooling"]), ("all", [
        "heating", "cooling", "temp_zone", "temp_operative", "hot_water", "electricity"])])
def test_series_are_those_asked_for(hourly, names):
    results = run(HOUSE, hourly=hourly)
    assert list(results.series) == names
    for values in results.series.values():
        assert (values.shape, values.dtype) == ((1, 8760), np.float32)
    assert results.indicators.heating[0] == heating(HOUSE)


def test_a_bad_building_fails_by_itself_and_in_its_place():
    bad = house(id="bad", surfaces=(replace(WALLS[0], u_value=-0.2),))
    results = run(house(id="a"), bad, house(id="b"))
    assert results.ids == ("a", "b")
    assert results.index.tolist() == [0, 2]
    assert [f.index for f in results.failures] == [1]
    assert results.failures[0].reason == "buildings[1].surfaces[0].u_value: -0.2; expected 0 to 10 W/(m²K)"


def test_only_bad_buildings_are_an_error():
    with pytest.raises(BuildingError) as caught:
        run(house(floor_area=-1.0), house(room_height=0.0))
    assert str(caught.value) == ("buildings[0].floor_area: -1.0; expected above 0 to 1e+08 m²\n"
                                 "buildings[1].room_height: 0.0; expected above 0 to 100 m")


def test_text_for_a_number_is_a_problem_and_no_crash():
    results = run(HOUSE, house(id="text", surfaces=(replace(WALLS[0], u_value="0.5"),)))
    assert results.failures[0].reason == "buildings[1].surfaces[0].u_value: '0.5'; expected 0 to 10 W/(m²K)"


def test_no_building_is_an_error():
    with pytest.raises(OptionError, match=r"^buildings: \[\]; expected at least one building$"):
        simulate([], site())


def test_no_weather_is_an_error_of_the_building():
    text = r"buildings\[0\].weather: missing; expected a Weather, for instance buem.weather_at\(latitude, longitude\)"
    with pytest.raises(BuildingError, match=text):
        simulate(HOUSE)


def test_own_weather_goes_before_the_common_one():
    cold = weather(name="cold", temp_air=weather().temp_air - 10.0)
    results = run(house(id="a"), house(id="b", weather=cold), house(id="c"))
    assert results.weather == ("made-up", "cold", "made-up")
    assert results.ids == ("a", "b", "c")
    assert results.indicators.heating[0] == results.indicators.heating[2] < results.indicators.heating[1]
    assert np.isnan(results.weather_distance).tolist() == [False, True, False]
    assert simulate(house(weather=cold)).indicators.heating[0] == results.indicators.heating[1]


def test_distance_is_that_to_the_site():
    results = run(house(latitude=41.0))
    assert results.weather_distance[0] == pytest.approx(111.2, abs=0.1)  # a degree of latitude


@pytest.mark.parametrize("sky", ["perez", "haydavies", "isotropic"])
def test_a_prepared_site_gives_what_its_weather_gives(sky):
    again = simulate(HOUSE, weather(), sky=sky)
    prepared = simulate(HOUSE, prepare(weather(), sky))
    assert again.indicators.heating[0] == prepared.indicators.heating[0]
    assert again.indicators.gain_solar[0] == prepared.indicators.gain_solar[0]


def test_a_prepared_site_keeps_its_sky():
    with pytest.raises(OptionError) as caught:
        simulate(HOUSE, prepare(weather(), "isotropic"), sky="perez")
    assert str(caught.value) == "sky: 'perez'; expected isotropic, for which the site was prepared"


def test_weather_of_the_wrong_length_is_named():
    with pytest.raises(WeatherError) as caught:
        prepare(replace(weather(), ghi=np.zeros(10)))
    assert str(caught.value) == "weather.ghi: 'shape (10,)'; expected an array of 8760 numbers"


def test_skies_differ_a_little():
    skies = ("perez", "haydavies", "isotropic")
    gains = [simulate(HOUSE, weather(), sky=sky).indicators.gain_solar[0] for sky in skies]
    assert len(set(gains)) == 3
    assert max(gains) < 1.2 * min(gains)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"model": "iso52017"}, "model: 'iso52017'; expected one of iso13790, iso52016"),
        ({"kernel": "gpu"}, "kernel: 'gpu'; expected one of auto, numpy, numba"),
        ({"sky": "blue"}, "sky: 'blue'; expected one of perez, haydavies, isotropic"),
        ({"hourly": "some"}, "hourly: 'some'; expected one of none, load, all"),
        ({"cooling": "on"}, "cooling: 'on'; expected True, False or None"),
        ({"threads": 0}, "threads: 0; expected a whole number from 1"),
        ({"kernal": "numpy"}, "options: 'kernal'; expected one of model, films, steps_per_hour, kernel, sky, "
         "cooling, hourly, threads"),
    ],
)
def test_wrong_options_are_refused_with_the_choices(changes, text):
    with pytest.raises(OptionError) as caught:
        run(HOUSE, **changes)
    assert str(caught.value) == text


def test_all_wrong_options_come_at_once():
    with pytest.raises(OptionError) as caught:
        Options(model="a", sky="b")
    assert len(caught.value.problems) == 2


def test_changes_go_over_options():
    assert list(simulate(HOUSE, site(), Options(hourly="all"), hourly="none").series) == []


@pytest.mark.parametrize(("buildings", "where", "text"), [
    ([HOUSE, "h"], None, "buildings[1]: 'h'; expected a Building"),
    (5, None, "buildings: 5; expected a Building or several"),
    (None, None, "buildings: missing; expected a Building or several"),
    ({"id": "h"}, None, "buildings[0]: 'id'; expected a Building"),
    (HOUSE, "auto", "weather: 'auto'; expected a Weather, a Site or None"),
])
def test_what_is_no_building_and_no_weather_is_refused(buildings, where, text):
    with pytest.raises(OptionError) as caught:
        simulate(buildings, where)
    assert str(caught.value) == text


def test_a_list_is_no_column_of_a_weather():
    with pytest.raises(WeatherError, match=r"weather\.temp_air: .*; expected an array of 8760 numbers"):
        prepare(replace(weather(), temp_air=[0.0] * 8760))


def test_more_loss_than_the_mass_can_take_is_refused_with_the_reason():
    # 9.1 W/(m²K) · 2.5 · 10 m² = 227.5 W/K, ISO 13790 eq. 63.
    door = Surface(kind="door", area=9.0, u_value=3.0)
    small = house(floor_area=10.0, surfaces=(Surface(area=500.0, u_value=1.0), door))
    found = check_network(small)
    assert [p.code for p in found] == ["NO_SOLUTION"]
    assert str(found[0]) == (
        "surfaces: '500 W/K through opaque elements'; expected less than the 228 W/K between mass and surface, "
        "9.1 W/(m²K) times a mass area of 25 m²; is the floor area too small?")


def test_mass_area_fits_into_the_inner_surfaces():
    found = check_network(house(internal_surface_area=200.0))
    assert str(found[0]) == "internal_surface_area: '200 m²'; expected at least the mass area, 250 m²"
    assert check_network(house(internal_surface_area=250.0)) == []


def test_infinite_and_merely_large_power_are_the_same():
    large = Usage(heating_power=1e9, cooling_power=1e9)
    assert heating(house(usage=large)) == heating(HOUSE)
    assert cooling(house(usage=large)) == cooling(HOUSE)
    assert math.isinf(HOUSE.usage.heating_power)


def test_azimuth_once_around_is_the_same_building():
    def turned(by):
        return house(windows=(replace(PANE, azimuth=by),))

    assert heating(turned(0.0)) == heating(turned(360.0)) == heating(turned(-360.0))
    assert heating(turned(-90.0)) == heating(turned(270.0))


def test_public_name_is_the_same_function():
    assert buem.simulate is simulate


@pytest.mark.parametrize(("name", "wrong", "text"), [
    ("temp_air", [5.0] * 8760, "weather.temp_air: 'a list'; expected an array of 8760 numbers"),
    ("dni", None, "weather.dni: 'a NoneType'; expected an array of 8760 numbers"),
    ("ghi", np.full(8760, "5"), "weather.ghi: 'an array of <U1'; expected an array of 8760 numbers"),
    ("temp_air", np.full((8760, 1), 5.0), "weather.temp_air: 'shape (8760, 1)'; expected an array of 8760 numbers"),
    ("latitude", None, "weather.latitude: missing; expected a number"),
    ("utc_offset", "1", "weather.utc_offset: '1'; expected a number"),
    ("elevation", True, "weather.elevation: True; expected a number"),
])
def test_a_weather_of_another_kind_is_named_by_its_column(name, wrong, text):
    with pytest.raises(WeatherError) as caught:
        prepare(replace(weather(), **{name: wrong}))
    assert str(caught.value) == text


@pytest.mark.parametrize("kind", ["f4", "i8"])
def test_numbers_of_any_kind_are_numbers(kind):
    cast = replace(weather(), temp_air=np.round(weather().temp_air).astype(kind))
    exact = replace(weather(), temp_air=np.round(weather().temp_air))
    one, other = (simulate([HOUSE], w).indicators.heating[0] for w in (cast, exact))
    assert one == pytest.approx(other, rel=1e-6)
