"""A weather year as an EnergyPlus weather file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from buem.profiles import FloatArray
from buem.weather import Weather, sky_temperature

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def at_hour_end(values: FloatArray, offset: float) -> FloatArray:
    """What an EPW row holds: the value at the end of its hour, from values at `offset` minutes after its start.

    Parameters
    ----------
    values : ndarray, shape (8760,)
        At one moment of each hour.
    offset : float
        That moment. [min]

    Returns
    -------
    ndarray, shape (8760,)
        In the unit of `values`.
    """
    weight = (60.0 - offset) / 60.0
    ends: FloatArray = (1.0 - weight) * values + weight * np.roll(values, -1)
    return ends


def dew_point(temp: FloatArray, humidity: FloatArray) -> FloatArray:
    """Dew point of moist air by the Magnus formula.

    Parameters
    ----------
    temp, humidity : ndarray
        Air temperature [°C] and relative humidity [%].

    Returns
    -------
    ndarray
        [°C]

    References
    ----------
    .. [1] WMO-No. 8, Guide to Instruments and Methods of Observation, annex 4.B.
    """
    gamma = np.log(np.clip(humidity, 1.0, 100.0) / 100.0) + 17.62 * temp / (243.12 + temp)
    found: FloatArray = 243.12 * gamma / (17.62 - gamma)
    return found


def write_epw(weather: Weather, path: Path) -> None:
    """Write a weather file that EnergyPlus reads.

    Parameters
    ----------
    weather : Weather
        With humidity, wind, pressure and the sky's infrared; its temperatures may hold at any moment of the hour.
    path : Path
        Of the file.

    Raises
    ------
    ValueError
        A column that EnergyPlus would have to guess is missing.
    """
    needed = ("wind_speed", "wind_direction", "pressure", "relative_humidity", "longwave_down")
    missing = [name for name in needed if np.isnan(getattr(weather, name)).any()]
    if missing or np.isnan(sky_temperature(weather)).any():
        raise ValueError(f"{weather.name}: no {', '.join(missing) or 'sky temperature'}")
    temp, humidity, pressure, infrared, speed = (
        at_hour_end(values, weather.temp_offset) for values in
        (weather.temp_air, weather.relative_humidity, weather.pressure, weather.longwave_down, weather.wind_speed))
    dew = dew_point(temp, humidity)
    lines = [
        f"LOCATION,{weather.name.replace(',', ' ')},-,-,buem,000000,{weather.latitude},{weather.longitude},"
        f"{weather.utc_offset},{weather.elevation}",
        "DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,", "COMMENTS 2,",
        "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
    ]
    days = [(month + 1, day + 1) for month, count in enumerate(_DAYS) for day in range(count)]
    for h in range(8760):
        month, day = days[h // 24]
        lines.append(
            f"2001,{month},{day},{h % 24 + 1},60,-,{temp[h]:.3f},{dew[h]:.2f},{min(humidity[h], 100.0):.2f},"
            f"{pressure[h]:.0f},9999,9999,{infrared[h]:.2f},{weather.ghi[h]:.2f},{weather.dni[h]:.2f},"
            f"{weather.dhi[h]:.2f},999999,999999,999999,9999,{weather.wind_direction[h]:.1f},{speed[h]:.2f},"
            "5,5,9999,99999,9,999999999,0,0,0,88,0.2,0,0")
    path.write_text("\n".join(lines) + "\n", encoding="ascii", errors="replace")
