"""EnergyPlus weather, EPW."""

from __future__ import annotations

from typing import Final

import numpy as np

from buem.errors import WeatherError, problem
from buem.io.weather_csv import whole
from buem.io.weather_table import Site, WeatherTable
from buem.io.weather_text import Columns, number, read_columns

#: Field of a data row -> position, EnergyPlus Auxiliary Programs, "EnergyPlus Weather File (EPW) Data Dictionary".
POSITIONS: Final = {
    "year": 0,
    "month": 1,
    "day": 2,
    "hour": 3,
    "temp_air": 6,
    "relative_humidity": 8,
    "pressure": 9,
    "longwave_down": 12,
    "ghi": 13,
    "dni": 14,
    "dhi": 15,
    "wind_direction": 20,
    "wind_speed": 21,
}
_LOCATION: Final = {"latitude": 6, "longitude": 7, "utc_offset": 8, "elevation": 9}


def read_epw(text: str, path: str) -> WeatherTable:
    """Rows of an EPW file: hour 1 is the hour from 0:00 to 1:00 local standard time.

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
    .. [1] EnergyPlus Auxiliary Programs, "EnergyPlus Weather File (EPW) Data Dictionary".
    """
    lines = text.splitlines()
    place = [field.strip() for field in lines[0].split(",")]
    if len(place) < 10:
        raise WeatherError([problem(f"{path}: LOCATION", lines[0], "ten fields, up to the elevation")])
    site = Site(**{name: number(place[i], f"{path}: LOCATION, {name}") for name, i in _LOCATION.items()})
    start = _first_row(lines, path)
    wanted = Columns(positions=POSITIONS, path=path, first_line=start + 1)
    columns = read_columns(lines[start:], wanted)
    year, month, day, hour = (whole(columns.pop(name)) for name in ("year", "month", "day", "hour"))
    from_zero = bool(hour.size) and int(hour.min()) == 0 and int(hour.max()) == 23
    return WeatherTable(
        name=place[1],
        latitude=site.latitude,
        longitude=site.longitude,
        elevation=site.elevation,
        utc_offset=site.utc_offset,
        temp_offset=60.0,
        year=year,
        month=month,
        day=day,
        hour=hour if from_zero else np.where(hour >= 1, hour - 1, -1),
        columns=columns,
        source=f"EPW, {place[4]}, WMO {place[5]}",
        notes=("hours 0 to 23 in place of 1 to 24: taken as starts",) if from_zero else (),
    )


def _first_row(lines: list[str], path: str) -> int:
    """Position of the first row of hours, after the line DATA PERIODS."""
    found = next((i for i, line in enumerate(lines) if line.upper().startswith("DATA PERIODS")), None)
    if found is None:
        raise WeatherError([problem(f"{path}: DATA PERIODS", None, "this line above the rows of hours", "MISSING")])
    fields = lines[found].split(",")
    if len(fields) > 2 and fields[2].strip() not in ("", "1"):
        raise WeatherError([problem(f"{path}: DATA PERIODS", fields[2], "1 record per hour")])
    return found + 1
