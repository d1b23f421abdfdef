"""Our own weather CSV: lines `# key: value` about the site, then a table of hours."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from buem.constants import HOURS
from buem.errors import WeatherError, problem
from buem.io.weather_table import IntArray, WeatherTable
from buem.io.weather_text import Columns, read_columns
from buem.profiles import FloatArray
from buem.weather import Weather

#: Column of the file -> field of `Weather`; the units are the same.
COLUMNS: Final = {
    "temp_air_C": "temp_air",
    "rel_humidity_pct": "relative_humidity",
    "pressure_Pa": "pressure",
    "wind_speed_m_s": "wind_speed",
    "wind_dir_deg": "wind_direction",
    "ghi_W_m2": "ghi",
    "dni_W_m2": "dni",
    "dhi_W_m2": "dhi",
    "ir_down_W_m2": "longwave_down",
}
CALENDAR: Final = ("month", "day", "hour")
_NUMBERS: Final = ("latitude", "longitude", "elevation", "utc_offset", "sun_offset", "temp_offset", "albedo")
_WORDS: Final = ("name", "source", "licence")
KEYS: Final = (*_WORDS[:1], *_NUMBERS, *_WORDS[1:], "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHeader:
    """What the table of hours does not say; fields as in `Weather`."""

    name: str = ""
    latitude: float
    longitude: float
    elevation: float = 0.0
    utc_offset: float
    sun_offset: float = 30.0
    temp_offset: float = 30.0
    albedo: float = 0.2
    source: str = ""
    licence: str = ""
    year: int | None = None


def read_table(text: str, path: str, header: SiteHeader | None = None) -> WeatherTable:
    """Rows of our own CSV.

    Parameters
    ----------
    text : str
        Content of the file.
    path : str
        Its name, the start of the paths of problems.
    header : SiteHeader or None
        The site, where it stands outside the file; None reads the file's own `# key: value` lines.

    Returns
    -------
    WeatherTable
    """
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    if header is None:
        header = read_header(lines[:start], path)
    if start == len(lines):
        raise WeatherError([problem(f"{path}: rows", None, "a line of column names and 8760 rows", "EMPTY")])
    names = [name.strip() for name in lines[start].split(",")]
    known = {**{name: name for name in CALENDAR}, **COLUMNS, **{field: field for field in COLUMNS.values()}}
    strange = [name for name in names if name not in known]
    absent = [name for name in (*CALENDAR, "temp_air_C") if known[name] not in {known.get(n) for n in names}]
    problems = [problem(f"{path}: column", n, "one of " + ", ".join((*CALENDAR, *COLUMNS)), "UNKNOWN") for n in strange]
    problems += [problem(f"{path}: column {n}", None, "this column", "MISSING") for n in absent]
    if problems:
        raise WeatherError(problems)
    wanted = {known[name]: position for position, name in enumerate(names)}
    values = read_columns(lines[start + 1 :], Columns(positions=wanted, path=path, first_line=start + 2))
    return _table(values, header)


def _table(values: Mapping[str, FloatArray], header: SiteHeader) -> WeatherTable:
    month, day, hour = (whole(values[name]) for name in CALENDAR)
    return WeatherTable(
        name=header.name,
        latitude=header.latitude,
        longitude=header.longitude,
        elevation=header.elevation,
        utc_offset=header.utc_offset,
        sun_offset=header.sun_offset,
        temp_offset=header.temp_offset,
        year=np.full(month.size, header.year or 0),
        month=month,
        day=day,
        hour=hour,
        columns={name: column for name, column in values.items() if name not in CALENDAR},
        albedo=header.albedo,
        source=header.source,
        licence=header.licence,
    )


def whole(values: FloatArray) -> IntArray:
    """Whole numbers of a calendar column; −1, which no calendar has, for what is none.

    Parameters
    ----------
    values : ndarray, shape (rows,)
        Months, days or hours as read.

    Returns
    -------
    ndarray of int64, shape (rows,)
    """
    usable = (values == np.floor(values)) & (np.abs(values) < 1e6)
    return np.where(usable, values, -1.0).astype(np.int64)


def read_header(lines: Sequence[str], path: str) -> SiteHeader:
    """The site from the lines `# key: value` above the table.

    Parameters
    ----------
    lines : sequence of str
        Lines above the column names.
    path : str
        Start of the paths of problems.

    Returns
    -------
    SiteHeader
    """
    pairs = [line.lstrip("# ").partition(":") for line in lines if ":" in line]
    found = {key.strip().lower(): value.strip() for key, _, value in pairs}
    strange = [key for key in found if key not in KEYS]
    problems = [problem(f"{path}: {key}", found[key], "one of " + ", ".join(KEYS), "UNKNOWN") for key in strange]
    numbers: dict[str, float] = {}
    for key in (*_NUMBERS, "year"):
        if key not in found:
            continue
        try:
            numbers[key] = float(found[key])
        except ValueError:
            problems.append(problem(f"{path}: {key}", found[key], "a number"))
    for key in ("latitude", "longitude", "utc_offset"):
        if key not in found:
            problems.append(problem(f"{path}: {key}", None, f"a line `# {key}: number` above the table", "MISSING"))
    if problems:
        raise WeatherError(problems)
    year = numbers.pop("year", None)
    words = {key: found[key] for key in _WORDS if key in found}
    return SiteHeader(**words, **numbers, year=None if year is None else int(year))  # type: ignore[arg-type]


def write_weather(weather: Weather, path: str | Path) -> None:
    """Write a weather as our own CSV, gzipped where the name ends in `.gz`; reading it gives the same numbers back.

    Parameters
    ----------
    weather : Weather
        A checked record.
    path : str or Path
        File to write; an existing one is replaced.
    """
    keys = [(key, getattr(weather, key)) for key in KEYS]
    head = [f"# {key}: {' '.join(str(value).split())}" for key, value in keys if value is not None and value != ""]
    hours = np.arange(HOURS)
    dates = np.datetime64("2019-01-01") + (hours // 24).astype("timedelta64[D]")
    month = dates.astype("datetime64[M]")
    calendar = [month.astype(int) % 12 + 1, (dates - month).astype(int) + 1, hours % 24]
    columns = [[str(v) for v in c.tolist()] for c in calendar]
    columns += [[_number(v) for v in getattr(weather, name).tolist()] for name in COLUMNS.values()]
    rows = [",".join(row) for row in zip(*columns)]
    text = "\n".join([*head, ",".join((*CALENDAR, *COLUMNS)), *rows, ""])
    data = text.encode()
    target = Path(path)
    target.write_bytes(gzip.compress(data, mtime=0) if target.suffix == ".gz" else data)


def _number(value: float) -> str:
    return "" if value != value else repr(value).removesuffix(".0")
