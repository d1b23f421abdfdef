"""Test reference years of Deutscher Wetterdienst, editions 2010 and 2015."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Final

import numpy as np

from buem.constants import HOURS
from buem.errors import WeatherError, problem
from buem.io.weather_csv import whole
from buem.io.weather_table import WeatherTable
from buem.io.weather_text import Columns, number, read_columns
from buem.profiles import FloatArray
from buem.weather import solar_time_shift

#: Column of the file -> field of `Weather`; the pressure is in hPa. B is the direct irradiance on the horizontal.
COLUMNS: Final = {
    "t": "temp_air",
    "p": "pressure",
    "WR": "wind_direction",
    "WG": "wind_speed",
    "RF": "relative_humidity",
    "B": "beam",
    "D": "dhi",
    "A": "longwave_down",
}
_CALENDAR: Final = ("MM", "DD", "HH")
_PLACE_2010: Final = re.compile(
    r"(?P<north>\d+)\D+(?P<north_min>\d+)\D+?N.*?(?P<east>\d+)\D+(?P<east_min>\d+)\D+?[OE].*?(?P<elevation>-?\d+)\s*Meter"
)
#: Central European Time. [h]
_ZONE: Final = 1.0
LICENCE: Final = "Datenbasis: Deutscher Wetterdienst"


def read_try(text: str, path: str) -> WeatherTable:
    """Rows of a test reference year: hour 1 is the hour from 0:00 to 1:00 Central European Time.

    Edition 2015 gives the site in Lambert coordinates. Edition 2010 keeps its radiation in true solar time; it is moved
    to the clock of the other columns, its energy kept.

    Parameters
    ----------
    text : str
        Content of the file.
    path : str
        Its name, the start of the paths of problems.

    Returns
    -------
    WeatherTable

    References
    ----------
    .. [1] DWD and BBR (2011, 2017), Handbücher der Testreferenzjahre; the header of each file.
    """
    lines = text.splitlines()
    stars = next((i for i, line in enumerate(lines) if line.startswith("***")), None)
    names = _names(lines[:stars])
    absent = [name for name in (*_CALENDAR, *COLUMNS) if name not in names]
    if stars is None or absent:
        raise WeatherError(
            [problem(f"{path}: column {n}", None, "this column above the line ***") for n in absent or ["***"]]
        )
    positions = {COLUMNS.get(name, name): names.index(name) for name in (*_CALENDAR, *COLUMNS)}
    rows = Columns(positions=positions, path=path, first_line=stars + 2, separator=None)
    values = read_columns(lines[stars + 1 :], rows)
    values["pressure"] = values["pressure"] * 100.0
    month, day, hour = (whole(values.pop(name)) for name in _CALENDAR)
    lambert = names[0] == "RW"
    latitude, longitude, elevation = (_site_2015 if lambert else _site_2010)(lines[:stars], path)
    notes = () if lambert or hour.size != HOURS else _move_radiation(values, longitude)
    return WeatherTable(
        name=_name(lines[:stars], path),
        latitude=latitude,
        longitude=longitude,
        elevation=elevation,
        utc_offset=_ZONE,
        temp_offset=60.0,
        year=np.zeros(month.size, dtype=np.int64),
        month=month,
        day=day,
        hour=np.where(hour >= 1, hour - 1, -1),
        beam_horizontal=values.pop("beam"),
        columns=values,
        source=f"Testreferenzjahr {2015 if lambert else 2010}",
        licence=LICENCE,
        notes=notes,
    )


def _move_radiation(values: dict[str, FloatArray], longitude: float) -> tuple[str, ...]:
    """Direct and diffuse irradiance of `values` on the standard clock, with the note that says so."""
    for name in ("beam", "dhi"):
        values[name] = from_solar_time(values[name], longitude)
    return ("radiation moved from true solar time to Central European Time, energy kept",)


def _names(lines: Sequence[str]) -> list[str]:
    """Column names: the last line above *** that has them."""
    split = [line.split() for line in lines]
    return next((names for names in reversed(split) if {"MM", "DD", "HH"} <= set(names)), [])


def _name(lines: Sequence[str], path: str) -> str:
    station = next((line for line in lines if line.startswith("Station:")), None)
    if station is None:
        return PurePath(path).name.partition(".")[0]
    return station.removeprefix("Station:").split("  ")[0].strip() or station.removeprefix("Station:").split()[0]


def _site_2010(lines: Sequence[str], path: str) -> tuple[float, float, float]:
    """Latitude, longitude and elevation from degrees and minutes."""
    text = next((line for line in lines if line.startswith("Lage")), "")
    found = _PLACE_2010.search(text)
    if found is None:
        raise WeatherError([problem(f"{path}: Lage", text or None, "degrees and minutes N and O, and Meter")])
    north, north_min, east, east_min, elevation = found.group("north", "north_min", "east", "east_min", "elevation")
    return int(north) + int(north_min) / 60.0, int(east) + int(east_min) / 60.0, float(elevation)


def _site_2015(lines: Sequence[str], path: str) -> tuple[float, float, float]:
    """Latitude, longitude and elevation from Rechtswert, Hochwert and Hoehenlage."""
    pairs = [line.partition(":") for line in lines if ":" in line]
    found: Mapping[str, str] = {key.strip(): value.split()[0] for key, _, value in pairs if value.split()}
    absent = [name for name in ("Rechtswert", "Hochwert", "Hoehenlage") if name not in found]
    if absent:
        raise WeatherError([problem(f"{path}: {name}", None, "metres, in the header", "MISSING") for name in absent])
    easting, northing, elevation = (
        number(found[name], f"{path}: {name}") for name in ("Rechtswert", "Hochwert", "Hoehenlage")
    )
    return *lambert_to_degrees(easting, northing), elevation


def lambert_to_degrees(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude of a place in the Lambert conformal conic grid of Europe, EPSG:3034.

    Parameters
    ----------
    easting, northing : float
        Rechtswert and Hochwert. [m]

    Returns
    -------
    latitude, longitude : float
        On the GRS 80 ellipsoid. [°]

    References
    ----------
    .. [1] Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395, eq. 15-1 to 15-11 and 7-9.
    """
    axis, flattening = 6378137.0, 1.0 / 298.257222101
    eccentricity = math.sqrt(flattening * (2.0 - flattening))
    origin, south, north = (math.radians(angle) for angle in (52.0, 35.0, 65.0))

    def conformal(phi: float) -> float:
        e_sin = eccentricity * math.sin(phi)
        return math.tan(math.pi / 4 - phi / 2) / math.pow((1 - e_sin) / (1 + e_sin), eccentricity / 2)

    def parallel(phi: float) -> float:
        return math.cos(phi) / math.sqrt(1 - (eccentricity * math.sin(phi)) ** 2)

    n = math.log(parallel(south) / parallel(north)) / math.log(conformal(south) / conformal(north))
    scale = axis * parallel(south) / (n * conformal(south) ** n)
    x, y = easting - 4e6, scale * conformal(origin) ** n - (northing - 2.8e6)
    t = (math.hypot(x, y) / scale) ** (1.0 / n)
    phi = math.pi / 2 - 2 * math.atan(t)
    for _ in range(8):
        e_sin = eccentricity * math.sin(phi)
        phi = math.pi / 2 - 2 * math.atan(t * ((1 - e_sin) / (1 + e_sin)) ** (eccentricity / 2))
    return math.degrees(phi), math.degrees(math.atan2(x, y) / n) + 10.0


def from_solar_time(values: FloatArray, longitude: float, utc_offset: float = _ZONE) -> FloatArray:
    """Hourly means on the standard clock from hourly means in true solar time; the sum over the year is kept.

    Parameters
    ----------
    values : ndarray, shape (8760,)
        Means of the hours of true solar time.
    longitude : float
        Degrees east. [°]
    utc_offset : float
        Standard time less UTC. [h]

    Returns
    -------
    ndarray, shape (8760,)
        Means of the hours of standard time, in the same unit.
    """
    edges = np.arange(HOURS + 1, dtype=np.float64)
    solar = edges - utc_offset + solar_time_shift(longitude, edges - utc_offset)
    padded = np.concatenate([values[-24:], values, values[:24]])
    total = np.concatenate([[0.0], np.cumsum(padded)])
    means: FloatArray = np.diff(np.interp(solar, np.arange(total.size) - 24.0, total))
    return means
