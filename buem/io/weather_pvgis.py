"""PVGIS typical years as CSV and JSON: in UTC, instants shortly after each full hour."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from buem.errors import WeatherError, problem
from buem.io.weather_table import WeatherTable, calendar, zone_of
from buem.io.weather_text import Columns, number, read_columns
from buem.profiles import FloatArray

#: PVGIS column -> field of `Weather`; the units are the same.
COLUMNS: Final = {
    "T2m": "temp_air",
    "RH": "relative_humidity",
    "G(h)": "ghi",
    "Gb(n)": "dni",
    "Gd(h)": "dhi",
    "IR(h)": "longwave_down",
    "WS10m": "wind_speed",
    "WD10m": "wind_direction",
    "SP": "pressure",
}
_TIME: Final = "time(UTC)"
_HEADER: Final = {
    "Latitude (decimal degrees)": "latitude",
    "Longitude (decimal degrees)": "longitude",
    "Elevation (m)": "elevation",
    "Irradiance Time Offset (h)": "irradiance_time_offset",
}
LICENCE: Final = "PVGIS (c) European Union"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Place of a PVGIS file."""

    #: Degrees north and east. [°]
    latitude: float
    longitude: float
    #: Height above sea level. [m]
    elevation: float = 0.0
    #: After the full hour, the moment of the irradiance. [h]
    irradiance_time_offset: float = 0.0


def read_pvgis_csv(text: str, path: str) -> WeatherTable:
    """Rows of a PVGIS typical year in CSV.

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
    .. [1] PVGIS user manual, European Commission, JRC, chapter on typical meteorological years.
    """
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith(_TIME)), None)
    if start is None:
        raise WeatherError([problem(f"{path}: column {_TIME}", None, "a line of column names", "MISSING")])
    pairs = [line.partition(":") for line in lines[:start] if ":" in line]
    found = {_HEADER[k.strip()]: number(v, f"{path}: {k.strip()}") for k, _, v in pairs if k.strip() in _HEADER}
    names = [name.strip() for name in lines[start].split(",")]
    end = next((i for i in range(start + 1, len(lines)) if not lines[i].strip()), len(lines))
    rows = lines[start + 1 : end]
    positions = {COLUMNS[name]: i for i, name in enumerate(names) if name in COLUMNS}
    columns = read_columns(rows, Columns(positions=positions, path=path, first_line=start + 2))
    return _table([row.partition(",")[0] for row in rows], columns, _site(found, path), path)


def read_pvgis_json(text: str, path: str) -> WeatherTable:
    """Rows of a PVGIS typical year in JSON.

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
    .. [1] As in `read_pvgis_csv`.
    """
    try:
        document = json.loads(text)
        place, rows = document["inputs"]["location"], document["outputs"]["tmy_hourly"]
        stamps = [row[_TIME] for row in rows]
        held = [name for name in COLUMNS if rows and name in rows[0]]
        columns = {COLUMNS[name]: np.array([_json_number(row[name]) for row in rows]) for name in held}
        found = {name: float(place[name]) for name in _HEADER.values() if place.get(name) is not None}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        wanted = "a PVGIS document with inputs.location and outputs.tmy_hourly"
        raise WeatherError([problem(path, f"{type(error).__name__}: {error}", wanted, "BAD_JSON")]) from None
    return _table(stamps, columns, _site(found, path), path)


def _json_number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _site(found: Mapping[str, float], path: str) -> Site:
    absent = [name for name in ("latitude", "longitude") if name not in found]
    if absent:
        raise WeatherError([problem(f"{path}: {name}", None, "the position of the site", "MISSING") for name in absent])
    return Site(**found)


def _table(stamps: Sequence[str], columns: Mapping[str, FloatArray], site: Site, path: str) -> WeatherTable:
    try:
        starts = np.array([f"{s[:4]}-{s[4:6]}-{s[6:8]}T{s[9:11]}" for s in stamps], dtype="datetime64[h]")
    except (ValueError, TypeError) as error:
        raise WeatherError([problem(f"{path}: {_TIME}", str(error), "stamps YYYYMMDD:HHMM", "BAD_TIME")]) from None
    year, month, day, hour = calendar(starts)
    return WeatherTable(
        name=f"PVGIS {site.latitude:g}N {site.longitude:g}E",
        latitude=site.latitude,
        longitude=site.longitude,
        elevation=site.elevation,
        utc_offset=0.0,
        local_offset=zone_of(site.longitude),
        sun_offset=site.irradiance_time_offset * 60.0,
        temp_offset=0.0,
        year=year,
        month=month,
        day=day,
        hour=hour,
        columns=columns,
        source="PVGIS typical meteorological year",
        licence=LICENCE,
    )
