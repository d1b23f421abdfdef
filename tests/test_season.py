"""The heating season of a weather, and a weather that is brought to one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buem.archetype import Season, Sides
from buem.archetypes import archetypes
from buem.errors import WeatherError
from buem.io.stations import read_station
from buem.season import BASE_TEMPERATURE, heating_season, match_season

POTSDAM = read_station("de_potsdam_try2015")
SIDES = ("horizontal", "north", "east", "south", "west")


def season(days: float, temp: float, sun: float = 250e3) -> Season:
    return Season(climate="X", temp_air=temp, days=days, sun=Sides(**dict.fromkeys(SIDES, sun)))


def test_two_levels():
    """100 days of 2 °C and 265 of 20 °C: the season is the cold ones, and only their sun counts."""
    daily = np.repeat([2.0, 20.0], [100, 265])
    weather = replace(POTSDAM, temp_air=np.repeat(daily, 24))
    found = heating_season(weather)
    assert (found.days, found.temp_air, found.climate) == (100.0, 2.0, POTSDAM.name)
    dark = replace(weather, **{name: np.where(np.arange(8760) < 2400, 0.0, getattr(weather, name))
                               for name in ("ghi", "dni", "dhi")})
    assert heating_season(dark).sun == Sides(**dict.fromkeys(SIDES, 0.0))
    assert found.sun.horizontal == pytest.approx(weather.ghi[:2400].sum(), rel=0.02)


def test_potsdam_is_near_tabula():
    """TABULA's DE.N is Potsdam by EnEV 2014: 216 days of 4.6 °C, sun south 394 and horizontal 368 kWh/m²."""
    found = heating_season(POTSDAM)
    assert found.days == pytest.approx(216, abs=8)
    assert found.temp_air == pytest.approx(4.6, abs=0.8)
    assert found.sun.south == pytest.approx(394e3, rel=0.15)
    assert found.sun.horizontal == pytest.approx(368e3, rel=0.15)
    assert found.sun.north < found.sun.east < found.sun.south


def test_a_warm_place_has_none():
    found = heating_season(replace(POTSDAM, temp_air=np.full(8760, 25.0)))
    assert found.days == 0
    assert np.isnan(found.temp_air)
    assert found.sun.vertical == 0


@pytest.mark.parametrize("climate", ["DE.N", "CY.N", "ES.ME", "NO.N", "SE.Zone1", "GR.A", "IE.N"])
def test_matched(climate):
    """Days and temperature of TABULA's climates, from one with 22 days to one with 365."""
    wanted = next(a.season for a in archetypes().all() if a.season.climate == climate)
    weather = match_season(POTSDAM, wanted)
    found = heating_season(weather)
    assert found.days == pytest.approx(wanted.days, abs=1.0)
    assert found.temp_air == pytest.approx(wanted.temp_air, abs=0.05)
    assert found.sun.vertical == pytest.approx(wanted.sun.vertical, rel=0.05)
    assert weather.name == climate
    assert np.isnan(weather.longwave_down).all()


def test_the_formula():
    """Shifted and scaled: the order of the hours stays, and so does every ratio of differences and of irradiances."""
    weather = match_season(POTSDAM, season(200.0, 3.0))
    slope = np.ptp(weather.temp_air) / np.ptp(POTSDAM.temp_air)
    np.testing.assert_allclose(weather.temp_air - weather.temp_air[0], slope * (POTSDAM.temp_air - POTSDAM.temp_air[0]),
                               atol=1e-9)
    lit = POTSDAM.ghi > 0
    factor = weather.ghi[lit] / POTSDAM.ghi[lit]
    assert np.ptp(factor) < 1e-9
    np.testing.assert_allclose(weather.dni, factor[0] * POTSDAM.dni)
    assert weather.notes[-1].startswith(f"temperature 12 + {slope:.3f} (T - ")
    assert weather.notes[-1].endswith(f"sun times {factor[0]:.3f}, for the season of X")


def test_its_own_season_changes_nothing():
    own = heating_season(POTSDAM)
    again = match_season(POTSDAM, own)
    # A limit anywhere between the last cold day and the first warm one will do.
    np.testing.assert_allclose(again.temp_air, POTSDAM.temp_air, atol=0.2)
    np.testing.assert_allclose(again.ghi, POTSDAM.ghi, rtol=0.01)


@pytest.mark.parametrize(
    ("days", "temp", "found"),
    [
        pytest.param(0.0, 5.0, "0 days of 5 °C on average", id="no days"),
        pytest.param(400.0, 5.0, "400 days of 5 °C on average", id="more than a year"),
        pytest.param(100.0, BASE_TEMPERATURE, "100 days of 12 °C on average", id="as warm as the base"),
        pytest.param(100.0, np.nan, "100 days of nan °C on average", id="NaN"),
    ],
)
def test_refused(days, temp, found):
    with pytest.raises(WeatherError) as caught:
        match_season(POTSDAM, season(days, temp))
    assert str(caught.value) == f"season: '{found}'; expected 1 to 365 days colder than 12 °C"
