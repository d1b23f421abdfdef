"""NREL's typical years: TMY3 as CSV, TMY2 in fixed columns. Both label the end of the hour."""

from __future__ import annotations

import csv
import re
from typing import Final

import numpy as np

from buem.constants import HOURS
from buem.errors import WeatherError, problem
from buem.io.weather_csv import whole
from buem.io.weather_table import IntArray, Site, WeatherTable, calendar
from buem.io.weather_text import Columns, number, read_columns
from buem.profiles import FloatArray

#: TMY3 column -> field of `Weather`; the pressure is in mbar.
TMY3_COLUMNS: Final = {
    "GHI (W/m^2)": "ghi",
    "DNI (W/m^2)": "dni",
    "DHI (W/m^2)": "dhi",
    "Dry-bulb (C)": "temp_air",
    "RHum (%)": "relative_humidity",
    "Pressure (mbar)": "pressure",
    "Wdir (degrees)": "wind_direction",
    "Wspd (m/s)": "wind_speed",
}
_DATE, _TIME = "Date (MM/DD/YYYY)", "Time (HH:MM)"
_TMY3_SITE: Final = {"utc_offset": 3, "latitude": 4, "longitude": 5, "elevation": 6}

#: TMY2 field -> (first character, end, factor to our unit), NREL, User's Manual for TMY2s (1995), table 3-2.
TMY2_FIELDS: Final[dict[str, tuple[int, int, float]]] = {
    "year": (1, 3, 1.0),
    "month": (3, 5, 1.0),
    "day": (5, 7, 1.0),
    "hour": (7, 9, 1.0),
    "ghi": (17, 21, 1.0),
    "dni": (23, 27, 1.0),
    "dhi": (29, 33, 1.0),
    "temp_air": (67, 71, 0.1),
    "relative_humidity": (79, 82, 1.0),
    "pressure": (84, 88, 100.0),
    "wind_direction": (90, 93, 1.0),
    "wind_speed": (95, 98, 0.1),
}
TMY2_HEADER: Final = re.compile(
    r"^\s*(?P<wban>\d{5})\s+(?P<city>\S.*?)\s+(?P<state>[A-Z]{2})\s+(?P<zone>[-+]?\d+)\s+"
    r"(?P<ns>[NS])\s*(?P<lat>\d+)\s+(?P<lat_min>\d+)\s+(?P<ew>[EW])\s*(?P<lon>\d+)\s+(?P<lon_min>\d+)\s+(?P<elev>-?\d+)"
)


def read_tmy3(text: str, path: str) -> WeatherTable:
    """Rows of a TMY3 file: 01:00 is the hour from 0:00 to 1:00 local standard time.

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
    .. [1] Wilcox and Marion (2008), Users Manual for TMY3 Data Sets, NREL/TP-581-43156, tables 1-1 and 1-2.
    """
    lines = text.splitlines()
    place = [field.strip() for field in next(csv.reader(lines[:1]))]
    if len(place) < 7:
        raise WeatherError([problem(f"{path}: line 1", lines[0], "seven fields, up to the elevation")])
    site = Site(**{name: number(place[i], f"{path}: line 1, {name}") for name, i in _TMY3_SITE.items()})
    names = [name.strip() for name in lines[1].split(",")]
    absent = [name for name in (_DATE, _TIME, *TMY3_COLUMNS) if name not in names]
    if absent:
        raise WeatherError([problem(f"{path}: column {name}", None, "this column", "MISSING") for name in absent])
    positions = {field: names.index(name) for name, field in TMY3_COLUMNS.items()}
    columns = read_columns(lines[2:], Columns(positions=positions, path=path, first_line=3))
    columns["pressure"] = columns["pressure"] * 100.0
    year, month, day, hour = _tmy3_calendar(lines[2:], names, path)
    return WeatherTable(
        name=place[1].title(),
        latitude=site.latitude,
        longitude=site.longitude,
        elevation=site.elevation,
        utc_offset=site.utc_offset,
        temp_offset=60.0,
        year=year,
        month=month,
        day=day,
        hour=hour,
        columns=columns,
        source=f"TMY3, {place[0]}",
        licence="NREL TMY3 (2008)",
    )


def _tmy3_calendar(lines: list[str], names: list[str], path: str) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Calendar of the hours by their starts; midnight may be written 24:00 or, of the next day, 00:00."""
    date_at, time_at = names.index(_DATE), names.index(_TIME)
    rows = [line.split(",") for line in lines if line.strip()]
    try:
        dates = [row[date_at].strip().strip('"').split("/") for row in rows]
        years = np.array([int(year) for _, _, year in dates])
        stamps = np.array([_date(month, day, year, len(rows)) for month, day, year in dates], dtype="datetime64[h]")
        ends = np.array([int(row[time_at].strip().strip('"')[:2]) for row in rows])
    except (ValueError, IndexError) as error:
        wanted = "dates MM/DD/YYYY and times HH:MM"
        raise WeatherError([problem(f"{path}: time", str(error), wanted, "BAD_TIME")]) from None
    _, month, day, hour = calendar(stamps + (ends - 1).astype("timedelta64[h]"))
    return years, month, day, hour


def _date(month: str, day: str, year: str, rows: int) -> str:
    """ISO date; in a typical year, whose February may be of a leap year without its 29th, on the common calendar."""
    typical = rows == HOURS and (int(month), int(day)) != (2, 29)
    return f"{2019 if typical else year}-{month:0>2}-{day:0>2}"


def read_tmy2(text: str, path: str) -> WeatherTable:
    """Rows of a TMY2 file: hour 1 is the hour from 0:00 to 1:00 local standard time.

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
    .. [1] Marion and Urban (1995), User's Manual for TMY2s, NREL, tables 3-1 and 3-2.
    """
    lines = text.splitlines()
    header = TMY2_HEADER.match(lines[0])
    if header is None:
        wanted = "station, zone, position and elevation of a TMY2 file"
        raise WeatherError([problem(f"{path}: line 1", lines[0], wanted)])
    rows = [line for line in lines[1:] if line.strip()]
    columns = {name: _tmy2_field(rows, name, path) for name in TMY2_FIELDS}
    year, month, day, hour = (whole(columns.pop(name)) for name in ("year", "month", "day", "hour"))
    wban, city, _, zone, ns, *north_at, ew, east, east_min, elevation = header.groups()
    north = int(north_at[0]) + int(north_at[1]) / 60.0
    along = int(east) + int(east_min) / 60.0
    return WeatherTable(
        name=city.title(),
        latitude=north if ns == "N" else -north,
        longitude=along if ew == "E" else -along,
        elevation=float(elevation),
        utc_offset=float(zone),
        temp_offset=60.0,
        year=year + 1900,
        month=month,
        day=day,
        hour=np.where(hour >= 1, hour - 1, -1),
        columns=columns,
        source=f"TMY2, WBAN {wban}",
        licence="NREL TMY2 (1995)",
    )


def _tmy2_field(rows: list[str], name: str, path: str) -> FloatArray:
    first, end, factor = TMY2_FIELDS[name]
    try:
        values = np.array([float(row[first:end]) for row in rows])
    except ValueError:
        wanted = f"a number in characters {first + 1} to {end} of every row"
        raise WeatherError([problem(f"{path}: {name}", "no number", wanted)]) from None
    if end - first > 2:  # not the calendar
        values[values == 10.0 ** (end - first) - 1.0] = np.nan  # nines throughout stand for missing
    return values * factor
