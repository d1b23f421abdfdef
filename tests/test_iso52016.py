"""The node model: its correlations and its closed forms by hand, its year by its balances."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from random_buildings import random_building

from buem.building import Building, Layer, NightVentilation, Overhang, Surface, Usage, Ventilation, Window
from buem.compiled import COMPILED
from buem.errors import OptionError
from buem.films import star_factors
from buem.io.stations import read_station
from buem.iso52016 import Wanted, Zone, face, ideal_load, inner_source
from buem.iso52016_columns import COLUMNS, MODE_COLUMNS
from buem.iso52016_films import Film, cube_root, gap_factor, laminar, long_wave, natural, outside_convection
from buem.iso52016_rows import CONTENT, MODES, T_O, L, X
from buem.results import Indicators
from buem.simulate import simulate

INSULATION = Layer(thickness=0.1, conductivity=0.035, density=30.0, specific_heat=1400.0)
CONCRETE = Layer(thickness=0.15, conductivity=1.8, density=2300.0, specific_heat=1000.0)
BOARD = Layer(thickness=0.02, conductivity=0.2, density=800.0, specific_heat=1000.0)
HEAVY, LIGHT = (INSULATION, CONCRETE), (BOARD, INSULATION, BOARD)


def box(name="box", layers=HEAVY, **changes):
    surfaces = tuple(Surface(kind=kind, area=area, u_value=0.3, azimuth=azimuth, tilt=tilt, layers=layers)
                     for kind, area, azimuth, tilt in (
                         ("wall", 20.0, 180.0, 90.0), ("wall", 20.0, 90.0, 90.0), ("wall", 25.0, 0.0, 90.0),
                         ("wall", 25.0, 270.0, 90.0), ("roof", 60.0, 0.0, 0.0), ("floor", 60.0, 0.0, 180.0)))
    shade = Overhang(depth=1.0, gap=0.3, left=0.5, right=0.5)
    windows = (Window(area=6.0, u_value=1.3, g_value=0.6, azimuth=180.0, height=1.5, overhang=shade),
               Window(area=4.0, u_value=2.7, g_value=0.7, azimuth=90.0))
    given = {"floor_area": 60.0, "internal_surface_area": 220.0, "thermal_bridge": 3.0, "surfaces": surfaces,
             "windows": windows,
             "ventilation": Ventilation(infiltration=0.2, use=0.3, heat_recovery=0.5,
                                        night=NightVentilation(air_change=2.0, start=22.0, end=6.0, temp_min=23.0)),
             "usage": Usage(heating_setpoint=20.0, cooling_setpoint=26.0)}
    return Building(id=name, latitude=52.4, longitude=13.1, **{**given, **changes})


@pytest.fixture(scope="module")
def potsdam():
    return read_station("de_potsdam_try2015")


def run(buildings, weather, **options):
    return simulate(buildings, weather, model="iso52016", **{"hourly": "all", **options})


@pytest.mark.parametrize("x", [1e-3, 0.5, 1.0, 8.0, 27.0, 60.0])
def test_cube_root(x):
    assert cube_root(x) == pytest.approx(x ** (1.0 / 3.0), rel=1e-7)


def test_natural_convection_of_a_wall_at_eight_kelvin():
    # Walton 1983: 1.31 · 8^⅓ = 2.62 W/(m²K), whichever is warmer.
    assert natural(8.0, 1.31, 1.31) == pytest.approx(2.62, rel=1e-12)
    assert natural(-8.0, 1.31, 1.31) == pytest.approx(2.62, rel=1e-12)
    assert laminar(16.0, 1.1) == pytest.approx(2.2, rel=1e-12)


def test_wind_on_a_rough_wall():
    # By hand at 4 m/s windward: 3.26 · 4^0.89 = 11.20; √(2² + 11.20²) = 11.37; 2 + 1.67 · (11.37 - 2) = 17.66.
    assert outside_convection(2.0, (3.26 * 4.0**0.89) ** 2, 1.67) == pytest.approx(17.66, abs=0.02)
    assert outside_convection(2.0, 0.0, 1.67) == 2.0


def test_long_wave_is_exact():
    a, b = 293.15, 263.15
    assert long_wave(20.0, -10.0) * (a - b) == pytest.approx(a**4 - b**4, rel=1e-12)


def test_gap_is_as_rated_at_the_rating_and_warmer_in_summer():
    assert gap_factor(-3.15, 0.6, 0.4) == pytest.approx(1.0)
    # 30 °C: (303.15/270)³ = 1.4154, 0.8 · 33.15/270 = 0.0982.
    assert gap_factor(30.0, 0.6, 0.4) == pytest.approx(1.0 + 0.6 * 0.4154 + 0.4 * 0.0982, abs=1e-3)
    assert gap_factor(30.0, 0.0, 0.0) == 1.0


def test_faces_are_the_solution_of_their_two_balances():
    film, a_oo, a_io, a_ii = Film(2.0, 5.0, 15.0, 3.0), 8.0, 0.5, 9.0
    known = face(film, a_oo, a_io, a_ii)
    outside, inside, air, radiant = 40.0, 25.0, 21.0, 19.0
    t_i = inner_source(known, a_io, outside, inside) + known.v * (film.h_ci * air + film.h_ri * radiant)
    expected = np.linalg.solve([[film.h_air + film.h_sky + a_oo, -a_io], [-a_io, film.h_ci + film.h_ri + a_ii]],
                               [outside, inside + film.h_ci * air + film.h_ri * radiant])
    assert t_i == pytest.approx(expected[1], rel=1e-12)
    assert known.d * (outside + a_io * t_i) == pytest.approx(expected[0], rel=1e-12)


ZONE = Zone(to_radiant=1.0 / 400.0, coupling=120.0, per_air=260.0)


@pytest.mark.parametrize("weight", [1.0, 0.5])
@pytest.mark.parametrize(("air", "radiant"), [(1000.0, 5000.0), (4000.0, 12000.0), (3500.0, 5600.0)])
def test_load_holds_the_band_exactly(weight, air, radiant):
    wanted = Wanted(20.0, 26.0, np.inf, np.inf, weight)
    load = ideal_load(ZONE, air, radiant, wanted)
    held = weight * load.theta_a + (1 - weight) * load.theta_r
    assert held == pytest.approx(load.held)
    assert 20.0 - 1e-9 <= held <= 26.0 + 1e-9
    assert load.heating * load.cooling == 0.0
    # Both balances, with the load.
    assert load.theta_r == pytest.approx(ZONE.to_radiant * (radiant + ZONE.coupling * load.theta_a))
    closed = air + ZONE.coupling * ZONE.to_radiant * radiant + load.heating - load.cooling
    assert ZONE.per_air * load.theta_a == pytest.approx(closed)


def test_limited_power_misses_the_band():
    load = ideal_load(ZONE, 0.0, 1000.0, Wanted(20.0, 26.0, 500.0, np.inf, 1.0))
    assert load.heating == 500.0
    assert load.held < 20.0


def test_nan_stays_nan():
    load = ideal_load(ZONE, np.nan, 1000.0, Wanted(20.0, 26.0, np.inf, np.inf, 1.0))
    assert np.isnan(load.theta_a)
    assert np.isnan(load.heating)


def test_columns_fit_the_workspace():
    assert len(COLUMNS) * L == T_O
    assert len(MODE_COLUMNS) * L == X == CONTENT + L
    assert MODES > T_O


@pytest.mark.parametrize("films", ["fixed", "detailed"])
def test_balance_of_the_year_closes(potsdam, films):
    buildings = [box(), box("light", LIGHT), *(random_building(k) for k in range(3))]
    a = run(buildings, potsdam, films=films).indicators
    rest = a.heating - a.cooling + a.gain_solar + a.gain_internal - a.loss.sum(axis=1) - a.loss_ventilation - a.storage
    assert np.abs(rest).max() < 1e-9 * a.gain_internal.max()


def test_balance_closes_over_part_of_a_year_too(potsdam):
    part = replace(box().period, first_hour=300, hours=1000)
    a = run([box(period=part)], potsdam).indicators
    whole = run([box()], potsdam)
    assert a.heating[0] == pytest.approx(whole.series["heating"][0, 300:1300].sum(dtype=np.float64), rel=1e-6)


@pytest.mark.skipif(not COMPILED, reason="numba is not installed")
@pytest.mark.parametrize("films", ["fixed", "detailed"])
def test_both_kernels_agree(potsdam, films):
    buildings = [box(), box("light", LIGHT, usage=Usage(temperature_control="operative", heating_power=2000.0)),
                 random_building(5), box("spread", (), mass_position="distributed")]
    fast, plain = (run(buildings, potsdam, films=films, kernel=kernel) for kernel in ("numba", "numpy"))
    for field in fields(Indicators):
        a, b = (getattr(r.indicators, field.name) for r in (fast, plain))
        if field.name != "storage":
            assert np.abs(a - b).max() <= 1e-9 * np.abs(b).max() + 1e-9, field.name
    for name, series in fast.series.items():
        assert np.abs(series - plain.series[name]).max() <= 1e-3, name


@pytest.mark.parametrize("kernel", ["numba", "numpy"] if COMPILED else ["numpy"])
def test_together_equals_alone_to_the_bit(potsdam, kernel):
    buildings = [box(), box("light", LIGHT), random_building(7), box("party", surfaces=box().surfaces[:3])]
    together = run(buildings, potsdam, kernel=kernel, steps_per_hour=1)
    for k, building in enumerate(buildings):
        alone = run([building], potsdam, kernel=kernel, steps_per_hour=1)
        for name, series in together.series.items():
            assert np.array_equal(series[k], alone.series[name][0]), (building.id, name)
        assert np.array_equal(together.indicators.loss[k], alone.indicators.loss[0])


def test_threads_change_nothing(potsdam):
    buildings = [random_building(k) for k in range(20)]
    one, two = (run(buildings, potsdam, films="fixed", threads=n) for n in (1, 2))
    assert np.array_equal(one.series["heating"], two.series["heating"])


def test_steady_winter_needs_what_the_elements_lose():
    """A box in steady weather without sun and wind, under a sky at the temperature of the air."""
    weather = read_station("de_potsdam_try2015")
    steady = np.zeros(8760)
    dark = replace(weather, temp_air=steady, ghi=steady, dni=steady, dhi=steady, wind_speed=steady,
                   longwave_down=steady + 5.670374419e-8 * 273.15**4)
    still = box(windows=(), internal_surface_area=210.0, thermal_bridge=0.0,
                ventilation=Ventilation(infiltration=0.0, use=0.0),
                usage=Usage(heating_setpoint=20.0, internal_gain=0.0))
    results = run([still], dark, films="fixed")
    load = results.series["heating"][0]
    assert load.std() < 0.5
    assert results.indicators.loss[0].sum() == pytest.approx(results.indicators.heating[0], rel=1e-6)
    assert load.mean() == pytest.approx(steady_loss(), rel=1e-6)


def steady_loss():
    """The same box as one linear system: six inner faces and the radiant node, the air at 20 °C, all else at 0 °C."""
    area = np.array([20.0, 20.0, 25.0, 25.0, 60.0, 60.0])
    h_c = np.array([2.5, 2.5, 2.5, 2.5, 5.0, 0.7])
    black = 5.670374419e-8 * 4.0
    star = star_factors(area, np.zeros(6, dtype=int), np.full(6, 0.9), np.zeros(6, dtype=bool)) * black * 293.15**3
    outside = 20.0 + 0.9 * black * 283.15**3
    through = 1.0 / (0.1 / 0.035 + 0.15 / 1.8 + 1.0 / outside)
    a = np.diag([*(area * (h_c + star + through)), (area * star).sum()])
    a[:6, 6] = a[6, :6] = -area * star
    faces = np.linalg.solve(a, [*(area * h_c * 20.0), 0.0])[:6]
    return (area * through * faces).sum()


def test_no_loss_no_load_without_a_difference():
    weather = read_station("de_potsdam_try2015")
    steady = np.zeros(8760)
    mild = replace(weather, temp_air=steady + 20.0, ghi=steady, dni=steady, dhi=steady,
                   longwave_down=steady + 5.670374419e-8 * 293.15**4)
    results = run([box(usage=Usage(heating_setpoint=20.0, internal_gain=0.0))], mild)
    assert results.series["heating"].max() < 1e-3
    assert np.abs(results.series["temp_zone"] - 20.0).max() < 1e-4


def test_half_the_step_moves_little(potsdam):
    # Night air is decided on once an hour by a threshold: it has no order.
    air = Ventilation(infiltration=0.2, use=0.3, heat_recovery=0.5)
    boxes = [box(ventilation=air), box("light", LIGHT, ventilation=air)]
    coarse, fine = (run(boxes, potsdam, steps_per_hour=n).indicators for n in (2, 4))
    assert coarse.heating == pytest.approx(fine.heating, rel=0.001)
    assert coarse.cooling == pytest.approx(fine.cooling, rel=0.005)


def test_operative_control_holds_the_mean_of_air_and_radiation(potsdam):
    held = run([box(usage=Usage(heating_setpoint=20.0, cooling=False, temperature_control="operative"))], potsdam)
    assert held.series["temp_operative"].min() == pytest.approx(20.0, abs=1e-3)
    assert held.series["temp_zone"].min() < 20.0 or held.series["temp_zone"].max() > 20.0


@pytest.mark.parametrize(
    ("change", "text"),
    [
        pytest.param({"films": "thick"}, "films: 'thick'; expected one of detailed, fixed", id="films"),
        pytest.param({"steps_per_hour": 0}, "steps_per_hour: 0; expected a whole number from 1 to 60, or None",
                     id="steps"),
        pytest.param({"kernel": "gpu"}, "kernel: 'gpu'; expected one of auto, numpy, numba", id="kernel"),
    ],
)
def test_options_that_do_not_exist(potsdam, change, text):
    with pytest.raises(OptionError) as caught:
        run([box()], potsdam, **change)
    assert text in str(caught.value)
