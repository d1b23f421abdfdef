"""Open-Meteo CSV: means of the hour that ends at the stamp, at a fixed offset from UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buem.errors import WeatherError, problem
from buem.io.weather_table import WeatherTable, calendar, zone_of
from buem.io.weather_text import Columns, number, read_columns
from buem.profiles import FloatArray

#: Open-Meteo variable -> field of `Weather`, or `beam` for the direct irradiance on the horizontal.
COLUMNS: Final = {
    "temperature_2m": "temp_air",
    "relative_humidity_2m": "relative_humidity",
    "surface_pressure": "pressure",
    "wind_speed_10m": "wind_speed",
    "wind_direction_10m": "wind_direction",
    "shortwave_radiation": "ghi",
    "direct_normal_irradiance": "dni",
    "diffuse_radiation": "dhi",
    "direct_radiation": "beam",
}
#: Unit in the column's name -> factor and summand to ours.
UNITS: Final[dict[str, tuple[float, float]]] = {
    "C": (1.0, 0.0),
    "°C": (1.0, 0.0),
    "F": (5.0 / 9.0, -160.0 / 9.0),
    "°F": (5.0 / 9.0, -160.0 / 9.0),
    "%": (1.0, 0.0),
    "percent": (1.0, 0.0),
    "hPa": (100.0, 0.0),
    "Pa": (1.0, 0.0),
    "m/s": (1.0, 0.0),
    "km/h": (1.0 / 3.6, 0.0),
    "mph": (0.44704, 0.0),
    "mp/h": (0.44704, 0.0),
    "kn": (1852.0 / 3600.0, 0.0),
    "deg": (1.0, 0.0),
    "°": (1.0, 0.0),
    "W/m²": (1.0, 0.0),
    "W/m2": (1.0, 0.0),
    "W/m**2": (1.0, 0.0),
}
_NAME: Final = re.compile(r"^(?P<name>\w+)(?:\s+\((?P<unit>.+)\))?$")
_STAMP: Final = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?P<zone>Z|[-+]\d\d:\d\d)?$")
LICENCE: Final = "Weather data by Open-Meteo.com, CC BY 4.0"


def read_openmeteo(text: str, path: str) -> WeatherTable:
    """Rows of an Open-Meteo file, each placed in the hour that its stamp ends.

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
    .. [1] Open-Meteo, Historical Weather API, "Hourly Parameter Definition": radiation is the
       mean of the preceding hour.
    """
    lines = text.splitlines()
    header = dict(zip((k.strip() for k in lines[0].split(",")), (v.strip() for v in _line(lines, 1).split(","))))
    latitude, longitude, elevation = (number(header.get(key, ""), f"{path}: {key}")
                                      for key in ("latitude", "longitude", "elevation"))
    start = next((i for i, line in enumerate(lines) if line.startswith("time,")), None)
    if start is None:
        raise WeatherError([problem(f"{path}: column time", None, "a line of column names", "MISSING")])
    rows = [line for line in lines[start + 1 :] if line.strip()]
    columns = _columns(rows, lines[start].split(","), path, start + 2)
    offset = number(header.get("utc_offset_seconds", "0"), f"{path}: utc_offset_seconds") / 3600.0
    stamps, offset = _stamps([row.partition(",")[0].strip() for row in rows], offset, path)
    year, month, day, hour = calendar(stamps - np.timedelta64(1, "h"))
    return WeatherTable(
        name=f"Open-Meteo {latitude:.2f}N {longitude:.2f}E",
        latitude=latitude,
        longitude=longitude,
        elevation=elevation,
        utc_offset=offset,
        local_offset=zone_of(longitude) if offset == 0.0 else None,
        year=year,
        month=month,
        day=day,
        hour=hour,
        beam_horizontal=columns.pop("beam", None),
        columns=columns,
        source="Open-Meteo",
        licence=LICENCE,
    )


def _line(lines: Sequence[str], i: int) -> str:
    return lines[i] if i < len(lines) else ""


def _columns(rows: Sequence[str], names: Sequence[str], path: str, first_line: int) -> dict[str, FloatArray]:
    """Columns in our units; variables we have no use for are left out."""
    matches = [_NAME.match(name.strip()) for name in names]
    found = {COLUMNS[m["name"]]: (i, m["unit"]) for i, m in enumerate(matches) if m and m["name"] in COLUMNS}
    strange = [(name, unit) for name, (_, unit) in found.items() if unit not in UNITS]
    if strange:
        choices = "one of " + ", ".join(UNITS)
        raise WeatherError(
            [problem(f"{path}: unit of {name}", unit, choices, "UNKNOWN_UNIT") for name, unit in strange]
        )
    positions = {name: i for name, (i, _) in found.items()}
    values = read_columns(rows, Columns(positions=positions, path=path, first_line=first_line))
    return {name: column * UNITS[found[name][1]][0] + UNITS[found[name][1]][1] for name, column in values.items()}


def _stamps(texts: Sequence[str], offset: float, path: str) -> tuple[NDArray[np.datetime64], float]:
    """Stamps on one clock, and that clock; stamps may carry their own offset, else the header's holds."""
    matches = [_STAMP.match(text) for text in texts]
    wrong = next((text for text, match in zip(texts, matches) if match is None), None)
    if wrong is not None:
        raise WeatherError([problem(f"{path}: time", wrong, "ISO 8601 stamps such as 2020-01-01T00:00", "BAD_TIME")])
    zones = {match["zone"] for match in matches if match}
    if len(zones) > 1:
        raise WeatherError(
            [problem(f"{path}: time", ", ".join(map(str, sorted(map(str, zones)))), "one clock", "BAD_TIME")]
        )
    zone = zones.pop() if zones else None
    if zone is not None:
        offset = 0.0 if zone == "Z" else _hours(zone)
    try:
        stamps = np.array([text[:10] + "T" + text[11:13] for text in texts], dtype="datetime64[h]")
    except ValueError as error:
        raise WeatherError([problem(f"{path}: time", str(error), "dates of the calendar", "BAD_TIME")]) from None
    return stamps, offset


def _hours(zone: str) -> float:
    """Hours of an offset such as +05:30."""
    sign = -1.0 if zone[0] == "-" else 1.0
    return sign * (int(zone[1:3]) + int(zone[4:6]) / 60.0)
