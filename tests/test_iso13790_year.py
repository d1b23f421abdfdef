import subprocess
import sys
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_buildings import random_building
from synthetic_weather import random_light, weather

from buem.building import Building, Layer, NightVentilation, Overhang, Surface, Usage, Ventilation, Window
from buem.building_check import check_building
from buem.errors import OptionError
from buem.network import check_network
from buem.profiles import Period
from buem.results import Indicators
from buem.simulate import prepare, simulate

HOUSE = Building(
    id="house", latitude=40.0, longitude=-105.0, floor_area=100.0,
    surfaces=(Surface(kind="wall", area=120.0, u_value=0.5, azimuth=180.0), Surface(kind="roof", area=60.0, u_value=0.3,
              tilt=30.0, azimuth=90.0), Surface(kind="floor", area=60.0, u_value=0.4, tilt=180.0, b_transmission=0.5)),
    windows=(Window(area=12.0, u_value=1.3, g_value=0.6, azimuth=180.0),))
UNHEATED = Usage(heating_power=0.0, cooling=False)


@cache
def site(kind="smooth"):
    return prepare(weather() if kind == "smooth" else random_light(3))


@cache
def sound(seed):
    """The random building, or the house where a draw cannot be simulated."""
    building = random_building(seed)
    return building if not check_building(building) + check_network(building) else replace(HOUSE, id=building.id)


BRICK = Layer(thickness=0.2, conductivity=0.8, density=1600.0, specific_heat=900.0)
WOOL = Layer(thickness=0.1, conductivity=0.04, density=30.0, specific_heat=1000.0)


@cache
def layered(seed):
    """The same with layers, whose films follow the hour."""
    of = sound(seed)
    surfaces = tuple(s if s.kind == "door" else replace(s, layers=(WOOL, BRICK) if i % 2 else (BRICK, WOOL))
                     for i, s in enumerate(of.surfaces))
    made = replace(of, surfaces=surfaces, mass_area_ratio=None)
    return made if not check_building(made) + check_network(made) else replace(HOUSE, id=of.id)


def run(buildings, kind="smooth", **options):
    return simulate(buildings, site(kind), **{"hourly": "all", **options})


def same_bits(one, i, other, j):
    for f in fields(Indicators):
        a, b = getattr(one.indicators, f.name)[i], getattr(other.indicators, f.name)[j]
        assert np.array_equal(a, b, equal_nan=True), f.name
    for name, values in one.series.items():
        assert np.array_equal(values[i], other.series[name][j], equal_nan=True), name


@cache
def alone(seed, kind):
    return run([sound(seed)], kind, kernel="numba")


@settings(max_examples=20, deadline=None)
@given(seeds=st.lists(st.integers(0, 60), min_size=2, max_size=37), kind=st.sampled_from(["smooth", "random light"]))
def test_buildings_together_equal_each_alone_bit_for_bit(seeds, kind):
    together = run([sound(seed) for seed in seeds], kind, kernel="numba")
    for i, seed in enumerate(seeds):
        same_bits(together, i, alone(seed, kind), 0)


def test_a_block_of_every_sort_equals_each_alone():
    # In one block of 16: no planes, many planes, an overhang, a plane that faces down, nights, a part of the year, a
    # light and a very heavy building with their spin-ups of a day and of years.
    sorts = [
        replace(HOUSE, surfaces=(), windows=()),
        HOUSE,
        replace(HOUSE, surfaces=tuple(Surface(area=9.0, u_value=0.5, azimuth=a) for a in range(0, 360, 30))),
        replace(HOUSE, windows=(Window(area=9.0, u_value=1.0, g_value=0.6, overhang=Overhang(depth=30.0)),)),
        replace(HOUSE, windows=(Window(area=9.0, u_value=1.0, g_value=0.6, tilt=120.0),)),
        replace(HOUSE, ventilation=Ventilation(night=NightVentilation(air_change=4.0, start=22.0, end=6.0))),
        replace(HOUSE, ventilation=Ventilation(
            night=NightVentilation(air_change=4.0, start=1.0, end=6.0, temp_min=22.0))),
        replace(HOUSE, period=Period(year=2020, first_hour=8700, hours=100)),
        replace(HOUSE, heat_capacity=2e3),
        replace(HOUSE, heat_capacity=2e6, usage=UNHEATED),
    ]
    sorts = [replace(b, id=str(i)) for i, b in enumerate(sorts)]
    for kernel in ("numba", "numpy"):
        together = run(sorts, "random light", kernel=kernel)
        for i, building in enumerate(sorts):
            if kernel == "numba" or i in (0, 3, 9):
                same_bits(together, i, run([building], "random light", kernel=kernel), 0)


def test_layered_buildings_together_equal_each_alone():
    # Beside plain ones, whose films are constant, and with spin-ups that begin in different hours.
    mixed = [layered(seed) if seed % 3 else sound(seed) for seed in range(40)]
    together = run(mixed, "random light", kernel="numba")
    for i in (0, 1, 5, 17, 31, 38):
        same_bits(together, i, run([mixed[i]], "random light", kernel="numba"), 0)


def test_threads_and_order_change_no_bit():
    buildings = [sound(seed) for seed in range(35)]
    one = run(buildings)
    two, back = run(buildings, threads=2), run(buildings[::-1])
    for i in range(35):
        same_bits(one, i, two, i)
        same_bits(one, i, back, 34 - i)


@pytest.mark.parametrize(("of", "kind"), [(sound, "smooth"), (sound, "random light"), (layered, "random light")])
def test_numpy_and_compiled_agree(of, kind):
    buildings = [of(seed) for seed in range(40)]
    plain, compiled = (run(buildings, kind, kernel=kernel) for kernel in ("numpy", "numba"))
    for f in fields(Indicators):
        a, b = getattr(plain.indicators, f.name), getattr(compiled.indicators, f.name)
        # The heat stored over a year is what is left of flows that cancel, so it is judged by the losses.
        turnover = np.abs(plain.indicators.loss).sum(axis=1) + np.abs(plain.indicators.loss_ventilation)
        size = turnover if f.name == "storage" else a
        assert (np.abs(a - b) <= 1e-9 * (1.0 + np.abs(size))).all(), f.name
    for name, values in plain.series.items():
        # As float32 a value may round to its neighbour.
        np.testing.assert_allclose(values, compiled.series[name], rtol=1.3e-7, atol=1e-6, err_msg=name)


def test_numpy_and_compiled_agree_in_single_hours():
    # A period of one hour brings that hour's terms out in float64.
    buildings = [replace(sound(seed), id=f"{seed} {hour}", period=Period(first_hour=hour, hours=1))
                 for seed in (1, 7, 31) for hour in range(12, 8760, 1093)]
    plain, compiled = (run(buildings, "random light", kernel=kernel) for kernel in ("numpy", "numba"))
    for f in fields(Indicators):
        a, b = getattr(plain.indicators, f.name), getattr(compiled.indicators, f.name)
        assert (np.abs(a - b) <= 1e-9 * (1.0 + np.abs(a))).all(), f.name


def balance(results):
    a = results.indicators
    return a.heating - a.cooling + a.gain_solar + a.gain_internal - a.loss.sum(axis=1) - a.loss_ventilation - a.storage


@pytest.mark.parametrize("of", [sound, layered])
def test_heat_of_a_year_closes(of):
    results = run([of(seed) for seed in range(40)])
    turnover = results.indicators.loss.sum(axis=1) + results.indicators.loss_ventilation
    assert (np.abs(balance(results)) <= 1e-9 * (1.0 + np.abs(turnover))).all()


@pytest.mark.parametrize("of", [sound, layered])
def test_heat_of_single_hours_closes(of):
    buildings = [replace(of(seed), id=f"{seed} {hour}", period=Period(first_hour=hour, hours=1))
                 for seed in range(12) for hour in range(5, 8760, 801)]
    assert np.abs(balance(run(buildings))).max() <= 1e-6


def test_indicators_of_a_part_are_sums_of_the_hours_over_new_year():
    part = Period(year=2019, first_hour=8700, hours=100)
    results = run([replace(HOUSE, period=part)])
    heating = results.series["heating"][0]
    chosen = np.r_[8700:8760, 0:40]
    assert part.indices().tolist() == chosen.tolist()
    assert results.indicators.heating[0] == pytest.approx(heating[chosen].sum(dtype=float), rel=1e-6)
    assert results.indicators.heating_peak[0] == pytest.approx(heating[chosen].max(), rel=1e-6)
    assert results.indicators.heating_peak_hour[0] == chosen[heating[chosen].argmax()]
    np.testing.assert_array_equal(heating, run([HOUSE]).series["heating"][0])  # the year itself is the same


@pytest.mark.parametrize(
    "building",
    [
        pytest.param(HOUSE, id="heated house"),
        pytest.param(replace(HOUSE, usage=UNHEATED), id="floating house"),
        pytest.param(replace(HOUSE, usage=UNHEATED, heat_capacity=1e6), id="floating, 1 MJ/(m²K)"),
        pytest.param(replace(HOUSE, usage=UNHEATED, heat_capacity=4e6,
                             ventilation=Ventilation(infiltration=0.05, use=0.0)), id="floating, months of memory"),
    ],
)
def test_year_ends_as_it_began(building):
    together = run([HOUSE, building, replace(HOUSE, usage=UNHEATED, heat_capacity=6e6)])
    capacity = building.heat_capacity * building.floor_area / 3600.0
    assert abs(together.indicators.storage[1]) / capacity < 0.01
    same_bits(together, 1, run([building]), 0)
    assert abs(run([building], kernel="numpy").indicators.storage[0]) / capacity < 0.01


def test_a_heavy_floating_building_has_the_mean_of_its_balance():
    # Over a periodic year the mass stores nothing, so losses = gains whatever the capacity.
    results = run([replace(HOUSE, usage=UNHEATED, heat_capacity=c, mass_area_ratio=2.5) for c in (1e4, 165e3, 3e6)])
    mean = results.series["temp_zone"].mean(axis=1)
    assert np.ptp(mean) < 0.02
    swing = np.ptp(results.series["temp_zone"], axis=1)
    assert swing[0] > swing[1] > swing[2]


@pytest.mark.parametrize(
    ("column", "kernel"),
    [("temp_air", "numba"), ("dni", "numba"), ("dhi", "numba"), ("ghi", "numba"), ("dhi", "numpy")],
)
def test_nan_hour_of_a_buildings_own_weather_stays_with_it(column, kernel):
    broken = getattr(weather(), column).copy()
    broken[4300] = np.nan
    own = weather(name="own", **{column: broken})
    buildings = [replace(HOUSE, id="a"), replace(HOUSE, id="b", weather=own),
                 replace(HOUSE, id="c", weather=own, surfaces=HOUSE.surfaces[2:], windows=())]
    results = run(buildings, kernel=kernel)
    heating = results.series["heating"]
    for row in (1, 2):
        assert np.isnan(heating[row, 4300:]).all()
    assert not np.isnan(heating[0]).any()
    assert np.isnan(results.indicators.heating).tolist() == [False, True, True]
    assert np.isnan(results.indicators.heating_peak).tolist() == [False, True, True]


def test_nan_by_night_is_not_covered_by_the_dark():
    broken = weather().dhi.copy()
    broken[4300 // 24 * 24] = np.nan  # midnight
    results = run([replace(HOUSE, weather=weather(dhi=broken))])
    assert np.isnan(results.indicators.heating[0])


def test_night_air_cools_only_a_zone_warmer_than_its_limit():
    def free(temp_min):
        night = NightVentilation(air_change=5.0, start=21.0, end=7.0, temp_min=temp_min)
        return replace(HOUSE, id=str(temp_min), usage=UNHEATED, ventilation=Ventilation(night=night))

    always, limited = run([free(None), free(22.0)]).series["temp_zone"]
    none = run([replace(HOUSE, usage=UNHEATED)]).series["temp_zone"][0]
    assert limited.max() < none.max() - 1.0
    np.testing.assert_allclose(limited[:500], none[:500], atol=0.02)  # winter: never above the limit
    assert always[:500].mean() < none[:500].mean() - 1.0


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [(22.0, 6.0, {22, 23, 0, 1, 2, 3, 4, 5}), (0.0, 24.0, set(range(24))), (1.0, 3.0, {1, 2}), (22.0, 0.0, {22, 23}),
     (22.5, 1.5, {22, 23, 0}), (23.75, 0.0, set())],
)
def test_night_air_runs_in_the_hours_whose_middle_is_inside(start, end, hours):
    night = NightVentilation(air_change=5.0, start=start, end=end)
    house = replace(HOUSE, surfaces=(), windows=(), ventilation=Ventilation(infiltration=0.5, use=0.0, night=night))
    buildings = [replace(house, id=str(h), period=Period(first_hour=h, hours=1)) for h in range(24)]
    results = run(buildings)
    air = results.series["temp_zone"][0, :24].astype(float)
    h_ve = results.indicators.loss_ventilation / (air - weather().temp_air[:24])
    assert {h for h in range(24) if h_ve[h] > 2 * h_ve.min() or h_ve.min() > 200.0} == hours


BLOCKED = """
import sys
sys.modules["numba"] = None
sys.path.insert(0, "tests")
from test_iso13790_year import HOUSE, run
from buem.errors import OptionError
print(repr(float(run([HOUSE], kernel="auto").indicators.heating[0])))
try:
    run([HOUSE], kernel="numba")
except OptionError as error:
    print(error)
"""


def test_numpy_form_works_without_numba(pytestconfig):
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", BLOCKED], cwd=pytestconfig.rootpath, text=True,
                          capture_output=True, check=True)
    heating, error = done.stdout.splitlines()
    assert float(heating) == run([HOUSE], kernel="numpy").indicators.heating[0]
    assert error == "kernel: 'numba'; expected numba to be installed, or auto or numpy"


def test_unknown_kernel_names_the_choices():
    with pytest.raises(OptionError, match=r"^kernel: 'fortran'; expected one of auto, numpy, numba$"):
        run([HOUSE], kernel="fortran")
