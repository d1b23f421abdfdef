"""NSRDB CSV (SAM form), in UTC or local standard time, hourly or finer."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from buem.constants import HOURS
from buem.errors import WeatherError, problem
from buem.io.weather_csv import whole
from buem.io.weather_table import WeatherTable
from buem.io.weather_text import Columns, number, read_columns
from buem.profiles import FloatArray

#: NSRDB column -> field of `Weather`; the pressure is in mbar.
COLUMNS: Final = {
    "Temperature": "temp_air",
    "Air Temperature": "temp_air",
    "Relative Humidity": "relative_humidity",
    "Pressure": "pressure",
    "Wind Speed": "wind_speed",
    "Wind Direction": "wind_direction",
    "GHI": "ghi",
    "DNI": "dni",
    "DHI": "dhi",
}
_CALENDAR: Final = ("Year", "Month", "Day", "Hour", "Minute")
_SITE: Final = {
    "Latitude": "latitude",
    "Longitude": "longitude",
    "Elevation": "elevation",
    "Time Zone": "zone",
    "Local Time Zone": "local_zone",
}
LICENCE: Final = "NSRDB (NREL), CC BY 3.0 US"


def read_nsrdb(text: str, path: str) -> WeatherTable:
    """Rows of an NSRDB file: instants, hourly ones at the minute of their stamps, finer ones averaged to hours.

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
    .. [1] Sengupta et al. (2018), The National Solar Radiation Data Base (NSRDB), doi:10.1016/j.rser.2018.03.003.
    """
    lines = text.splitlines()
    if len(lines) < 4:
        wanted = "two lines of header, one of names, and rows"
        raise WeatherError([problem(f"{path}: rows", f"{len(lines)} lines", wanted, "EMPTY")])
    header = dict(zip(*csv.reader(lines[:2])))
    site = _site(header, path)
    names = [name.strip() for name in next(csv.reader(lines[2:3]))]
    absent = [n for n in _CALENDAR if n not in names]
    if absent:
        raise WeatherError([problem(f"{path}: column {name}", None, "this column", "MISSING") for name in absent])
    positions = {COLUMNS.get(name, name): i for i, name in enumerate(names) if name in COLUMNS or name in _CALENDAR}
    values = read_columns(lines[3:], Columns(positions=positions, path=path, first_line=4))
    if "pressure" in values:
        values["pressure"] = values["pressure"] * 100.0
    values, sun_offset = _hourly(values, path)
    year, month, day, hour = (whole(values[name]) for name in _CALENDAR[:4])
    return WeatherTable(
        name=f"NSRDB {header.get('Location ID', '')}".strip(),
        latitude=site.latitude,
        longitude=site.longitude,
        elevation=site.elevation,
        utc_offset=site.zone,
        local_offset=site.local_zone,
        sun_offset=sun_offset,
        year=year,
        month=month,
        day=day,
        hour=hour,
        columns={name: column for name, column in values.items() if name not in _CALENDAR},
        source=f"NSRDB, location {header.get('Location ID', '')}, version {header.get('Version', '')}",
        licence=LICENCE,
        notes=_wrapped_note(site.zone, bool(year.size) and year.min() == year.max()),
    )


class _Site(NamedTuple):
    latitude: float  # [°]
    longitude: float  # [°]
    zone: float  # of the stamps [h]
    elevation: float = 0.0  # [m]
    local_zone: float | None = None  # [h]


def _site(header: Mapping[str, str], path: str) -> _Site:
    absent = [key for key in ("Latitude", "Longitude", "Time Zone") if key not in header]
    if absent:
        wanted = "this field in the first two lines"
        raise WeatherError([problem(f"{path}: {key}", None, wanted, "MISSING") for key in absent])
    return _Site(**{name: number(header[key], f"{path}: {key}") for key, name in _SITE.items() if key in header})


def _wrapped_note(zone: float, one_year: bool) -> tuple[str, ...]:
    """NSRDB cuts a local year from a year in UTC, so that the hours it lacks come from the other end."""
    if not (one_year and zone):
        return ()
    end = "first" if zone > 0 else "last"
    return (f"NSRDB year cut from a year in UTC: its {end} {abs(zone):g} h come from the other end of it",)


def _hourly(values: dict[str, FloatArray], path: str) -> tuple[dict[str, FloatArray], float]:
    """One row an hour, and the minute of its sun: finer rows become means, by the trapezoid rule from full hours."""
    minute = values["Minute"]
    minutes, size = np.unique(minute), minute.size
    if minutes.size <= 1:
        return values, float(minutes[0]) if minutes.size else 30.0
    steps = int(minutes.size)
    regular = np.allclose(np.diff(minutes), 60.0 / steps) and size % steps == 0 and size >= HOURS * steps
    if not (regular and np.array_equal(minute, np.tile(minutes, size // steps))):
        found = f"{size} rows at minutes {', '.join(f'{m:g}' for m in minutes[:6])}"
        raise WeatherError([problem(f"{path}: rows", found, "a year of equal steps", "WRONG_LENGTH")])
    hourly = {name: _mean(name, column.reshape(-1, steps), minutes[0] == 0.0) for name, column in values.items()}
    return hourly, 30.0


def _mean(name: str, rows: FloatArray, from_full_hour: bool) -> FloatArray:
    """Mean of each hour's rows; calendar and wind direction, which have no mean, are taken from one row."""
    if name in _CALENDAR:
        return rows[:, 0]
    if name == "wind_direction":
        return rows[:, rows.shape[1] // 2]
    mean: FloatArray = rows.mean(axis=1)
    if from_full_hour:
        mean = mean + (np.roll(rows[:, 0], -1) - rows[:, 0]) / (2.0 * rows.shape[1])
    return mean
