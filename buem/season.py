"""The heating season of a weather, and a weather brought to a given season."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from buem.archetype import AZIMUTHS, Season, Sides
from buem.errors import WeatherError, problem
from buem.profiles import FloatArray
from buem.solar import plane_irradiance, solar_hours
from buem.weather import Weather

#: Daily mean below which TABULA's buildings are heated. [°C]
BASE_TEMPERATURE: Final = 12.0
_DAYS: Final = 365


def heating_season(weather: Weather, base: float = BASE_TEMPERATURE) -> Season:
    """Temperature, length and sun of the days whose mean is below the base temperature.

    Parameters
    ----------
    weather : Weather
        A year.
    base : float
        [°C]

    Returns
    -------
    Season
        With a mean temperature of NaN where there is no such day. [°C], [d], [Wh/m²]

    References
    ----------
    .. [1] Loga, Diefenbach (2013), TABULA Calculation Method: heating days, and sun, by a base temperature of 12 °C.
    """
    daily = _daily(weather)
    cold = daily < base
    sun = _sun(weather, cold.astype(np.float64))
    mean = float(daily[cold].mean()) if cold.any() else float("nan")
    return Season(climate=weather.name, temp_air=mean, days=float(cold.sum()), sun=sun)


def match_season(weather: Weather, season: Season, base: float = BASE_TEMPERATURE) -> Weather:
    """A weather shifted and scaled to a heating season.

    The temperature becomes T' = base + s (T - p): p is the daily mean that as many days stay below as the season has,
    and s = (base - season's temperature) / (p - mean of those days). All irradiances are multiplied by one factor,
    such that the sun on the four walls in those days adds up to the season's.

    Parameters
    ----------
    weather : Weather
        A year.
    season : Season
        To be met; colder than the base.
    base : float
        Daily mean that ends the season. [°C]

    Returns
    -------
    Weather
        Without long-wave radiation, which would not belong to the new temperatures.

    Raises
    ------
    WeatherError
        For a season that has no days, or is not colder than the base.
    """
    if not 0.0 < season.days <= _DAYS or not season.temp_air < base:
        found = f"{season.days:g} days of {season.temp_air:g} °C on average"
        raise WeatherError([problem("season", found, f"1 to {_DAYS} days colder than {base:g} °C")])
    daily = _daily(weather)
    ordered = np.sort(daily)
    limit = float(np.interp(season.days, np.arange(_DAYS) + 0.5, ordered))
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    mean = float(np.interp(season.days, np.arange(_DAYS + 1), sums)) / season.days
    scale = (base - season.temp_air) / (limit - mean)
    share = _shares(daily, season.days)
    factor = season.sun.vertical / _sun(weather, share).vertical
    return replace(
        weather, name=season.climate, temp_air=base + scale * (weather.temp_air - limit),
        ghi=factor * weather.ghi, dni=factor * weather.dni, dhi=factor * weather.dhi,
        longwave_down=np.full_like(weather.temp_air, np.nan),
        notes=(*weather.notes, f"temperature {base:g} + {scale:.3f} (T - {limit:.2f}), sun times {factor:.3f}, "
                               f"for the season of {season.climate}"))


def _daily(weather: Weather) -> FloatArray:
    """Daily means, shape (365,). [°C]"""
    means: FloatArray = weather.temp_air.reshape(_DAYS, 24).mean(axis=1)
    return means


def _shares(daily: FloatArray, days: float) -> FloatArray:
    """How much of each day belongs to the coldest `days`: 1, 0, and a part of the last one."""
    rank = np.empty(_DAYS)
    rank[np.argsort(daily, kind="stable")] = np.arange(_DAYS)
    return np.clip(days - rank, 0.0, 1.0)


def _sun(weather: Weather, share: FloatArray) -> Sides:
    """Sun on the five orientations in a share of each day. [Wh/m²]"""
    hours = solar_hours(weather)
    weight = np.repeat(share, 24)
    walls = {name: float(plane_irradiance(hours, 90.0, azimuth) @ weight) for name, azimuth in AZIMUTHS.items()}
    return Sides(horizontal=float(plane_irradiance(hours, 0.0, 0.0) @ weight), **walls)
