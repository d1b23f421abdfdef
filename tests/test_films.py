"""Films of faces."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from buem.films import Outside, inner_convection, natural_factors, outer_convection, outside, star_factors
from buem.io.stations import read_station


def test_natural_convection_of_a_wall_is_the_same_on_both_sides():
    warm, cold = natural_factors(np.zeros(1))
    assert warm[0] == pytest.approx(1.31, abs=0.01)
    assert cold[0] == pytest.approx(1.31, abs=0.01)


def test_warm_floor_and_cold_ceiling_move_the_air_freely():
    # By hand: 9.482 / 6.283 = 1.509 and 1.810 / 2.382 = 0.760.
    warm, cold = natural_factors(np.array([1.0, -1.0]))
    assert warm == pytest.approx([1.509, 0.760], abs=1e-3)
    assert cold == pytest.approx([0.760, 1.509], abs=1e-3)


def test_black_cube_sees_itself_by_its_view_factors():
    g = star_factors(np.ones(6), np.zeros(6, dtype=int), np.ones(6), np.zeros(6, dtype=bool))
    # Through the star a face exchanges with the five others: g (1 - 1/6) has to be 1.
    assert g * 5.0 / 6.0 == pytest.approx(np.ones(6))


def test_two_grey_plates_exchange_half_of_what_black_ones_do():
    # Parallel plates of ε = 2/3: 1 / (1/ε + 1/ε - 1) = 0.5; the star has two equal resistances in series.
    g = star_factors(np.ones(2), np.zeros(2, dtype=int), np.full(2, 2.0 / 3.0), np.zeros(2, dtype=bool))
    assert 1.0 / (1.0 / g).sum() == pytest.approx(0.5)


def test_views_do_not_depend_on_neighbours():
    area, emissivity = np.array([10.0, 20.0, 5.0, 7.0]), np.array([0.9, 0.8, 0.9, 0.1])
    together = star_factors(np.tile(area, 2), np.repeat([0, 1], 4), np.tile(emissivity, 2), np.zeros(8, dtype=bool))
    alone = star_factors(area, np.zeros(4, dtype=int), emissivity, np.zeros(4, dtype=bool))
    assert together.tolist() == [*alone.tolist()] * 2


@cache
def denver():
    return read_station("us_denver_tmy3")


def test_films_of_denver():
    site = outside(denver())
    # 4σT³ at the year's mean of 10.9 °C.
    assert site.radiation == pytest.approx(4 * 5.670374e-8 * 284.03**3, rel=1e-3)
    # Mean wind 4.0 m/s: 3.26 · 4.0^0.89 = 11.2 and 3.55 · 4.0^0.617 = 8.4, a little less as means of the powers.
    assert 0.9 * 11.2 < site.windward < 11.2
    assert 0.9 * 8.4 < site.leeward < 8.4
    # EnergyPlus' sky is 12.9 K colder than the air in the mean; 4σT³ of the mean of the two is about 4.8 W/(m²K).
    assert site.exponent == 1.5
    assert site.sky.mean() == pytest.approx(4.8 * 12.9, rel=0.05)


@pytest.mark.parametrize(
    ("known", "exponent", "loss"), [(False, 1.0, 55.0), (True, 1.5, None)], ids=["11 K", "the weather's own sky"])
def test_sky_where_the_weather_has_none(known, exponent, loss):
    weather = denver() if known else replace(denver(), longwave_down=np.full(8760, np.nan))
    site = outside(weather)
    assert site.exponent == exponent
    assert loss is None or (site.sky == loss).all()


def test_hours_without_long_wave_take_the_standards_sky():
    broken = denver().longwave_down.copy()
    broken[4000:4003] = np.nan
    sky = outside(replace(denver(), longwave_down=broken)).sky
    assert sky[4001] == 55.0
    assert sky[3990] == outside(denver()).sky[3990]


def test_nan_in_the_air_is_nan_in_the_loss():
    broken = denver().temp_air.copy()
    broken[100] = np.nan
    sky = outside(replace(denver(), temp_air=broken)).sky
    assert np.isnan(sky[100])
    assert np.isfinite(sky[200])


@pytest.mark.parametrize(("up", "expected"), [(0.0, 1.31 * 5 ** (1 / 3)), (1.0, (1.509 + 0.760) / 2 * 5 ** (1 / 3)),
                                              (-1.0, (1.509 + 0.760) / 2 * 5 ** (1 / 3))])
def test_inner_convection_by_hand(up, expected):
    assert inner_convection(np.array([up]))[0] == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize(
    ("up", "rough", "profile", "expected"),
    [
        pytest.param(0.0, 1.0, 0.0, 2.24, id="no wind"),
        pytest.param(0.0, 1.0, 1.0, np.sqrt(2.24**2 + 8.5**2), id="smooth wall: mean of windward and leeward"),
        pytest.param(0.0, 1.67, 1.0, 2.24 + 1.67 * (np.sqrt(2.24**2 + 8.5**2) - 2.24), id="rough wall"),
        pytest.param(1.0, 1.0, 1.0, np.sqrt(1.94**2 + 10.0**2), id="roof: windward"),
    ],
)
def test_outer_convection_by_hand(up, rough, profile, expected):
    site = Outside(10.0, 7.0, 5.1, 1.0, np.zeros(1))
    found = outer_convection(*(np.array([v]) for v in (up, rough, profile)), site)
    assert found[0] == pytest.approx(expected, rel=5e-3)
