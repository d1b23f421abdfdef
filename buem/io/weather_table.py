"""The border of the weather readers: rows of any file in, one checked `Weather` out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.constants import HOURS
from buem.errors import Problem, WeatherError, problem
from buem.io.weather_repair import Repair, complete_irradiance, repair_column
from buem.profiles import FloatArray
from buem.weather import RANGES, SITE_RANGES, Weather, hour_name

IntArray = NDArray[np.int64]

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIRST_DAY: Final = np.concatenate([[0], np.cumsum(_DAYS)])


class Site(NamedTuple):
    """Where the head of a weather file says that it is."""

    latitude: float  # [°]
    longitude: float  # [°]
    elevation: float  # [m]
    utc_offset: float  # [h]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeatherTable:
    """Rows of a weather file in our units and names, in the order and on the clock of the file."""

    name: str
    #: Degrees north and east. [°]
    latitude: float
    longitude: float
    #: Height above sea level. [m]
    elevation: float
    #: Clock of the rows less UTC. [h]
    utc_offset: float
    #: Local standard time less UTC, when the rows are on another clock; they are rotated to it. [h]
    local_offset: float | None = None
    #: Minutes after a row's hour at which its sun stands. [min]
    sun_offset: float = 30.0
    #: Minutes after a row's hour at which its temperature holds. [min]
    temp_offset: float = 30.0
    #: Calendar of each row's hour, by its start, shape (rows,).
    year: IntArray
    month: IntArray
    day: IntArray
    hour: IntArray
    #: Columns by the names of `Weather`, shape (rows,); those it lacks are left out.
    columns: Mapping[str, FloatArray]
    #: Direct irradiance on the horizontal, for files that have it in place of the normal one, shape (rows,). [W/m²]
    beam_horizontal: FloatArray | None = None
    albedo: float = 0.2
    source: str = ""
    licence: str = ""
    notes: tuple[str, ...] = field(default=())


def to_weather(table: WeatherTable, path: str) -> Weather:
    """A checked year from the rows of a file.

    29 February is dropped, rows are brought into the order of the year and onto the local standard clock, missing codes
    are removed, short gaps filled and a missing irradiance computed; each with a note.

    Parameters
    ----------
    table : WeatherTable
        Rows as the file has them.
    path : str
        Where the file or block stands, the start of the paths of problems.

    Returns
    -------
    Weather

    Raises
    ------
    WeatherError
        With all problems, where the rows are no year or a needed column has holes or impossible values.
    """
    problems = _site_problems(table, path)
    order, notes = _order(table, path, problems)
    if problems:
        raise WeatherError(problems)
    shift, offset = _to_local(table, notes)
    columns: dict[str, FloatArray] = {}
    for name in RANGES:
        values = table.columns.get(name)
        values = np.full(HOURS, np.nan) if values is None else np.roll(values[order], shift)
        columns[name] = repair_column(name, values, Repair(path, problems, notes))
    beam = None
    if table.beam_horizontal is not None and not np.isnan(table.beam_horizontal).all():
        beam = np.roll(table.beam_horizontal[order], shift)
        beam = repair_column("ghi", beam, Repair(path, problems, notes, "direct horizontal irradiance"))
    if problems:
        raise WeatherError(problems)
    years = np.unique(table.year[order])
    weather = Weather(
        name=table.name,
        latitude=float(table.latitude),
        longitude=float(table.longitude),
        elevation=float(table.elevation),
        utc_offset=offset,
        sun_offset=float(table.sun_offset),
        temp_offset=float(table.temp_offset),
        albedo=table.albedo,
        source=table.source,
        licence=table.licence,
        year=int(years[0]) if years.size == 1 and years[0] > 0 else None,
        notes=(*table.notes, *notes),
        **columns,
    )
    return complete_irradiance(weather, beam, path)


def _site_problems(table: WeatherTable, path: str) -> list[Problem]:
    return [
        problem(f"{path}: {name}", value, str(allowed), "OUT_OF_RANGE")
        for name, allowed in SITE_RANGES.items()
        if not allowed.holds(value := getattr(table, name))
    ]


def _to_local(table: WeatherTable, notes: list[str]) -> tuple[int, float]:
    """Hours by which rows move to the local standard clock, and that clock's offset from UTC."""
    if table.local_offset is None or table.local_offset == table.utc_offset:
        return 0, float(table.utc_offset)
    shift = int(np.floor(table.local_offset - table.utc_offset))
    offset = float(table.utc_offset + shift)
    notes.append(f"rotated by {shift:+d} h from UTC{table.utc_offset:+g} to local standard time UTC{offset:+g}")
    return shift, offset


def _order(table: WeatherTable, path: str, problems: list[Problem]) -> tuple[IntArray, list[str]]:
    """Positions of the rows of hours 0 to 8759, with notes; problems are added where there is no such year."""
    notes: list[str] = []
    rows = np.arange(table.month.size)
    valid = (table.month >= 1) & (table.month <= 12) & (table.day >= 1) & (table.hour >= 0) & (table.hour <= 23)
    leap = (table.month == 2) & (table.day == 29)
    valid &= leap | (table.day <= np.take(_DAYS, (table.month - 1).clip(0, 11)))
    if not valid.all():
        row = int((~valid).argmax())
        found = f"month {table.month[row]}, day {table.day[row]}, hour {table.hour[row]}"
        problems.append(problem(f"{path}: row {row + 1}", found, "a calendar day and an hour from 0 to 23", "BAD_TIME"))
        return rows, notes
    if (~leap).sum() > HOURS:
        rows = _one_year(table.year, ~leap, problems, notes, path)
    if leap[rows].any():
        notes.append(f"29 February dropped ({int(leap[rows].sum())} rows)")
        rows = rows[~leap[rows]]
    hour = hour_of_year(table.month[rows], table.day[rows], table.hour[rows])
    counts = np.bincount(hour, minlength=HOURS)
    if problems or rows.size != HOURS or (counts != 1).any():
        problems.extend([] if problems else [_no_year(table.month.size, counts, path)])
        return rows, notes
    order: IntArray = rows[np.argsort(hour, kind="stable")]
    if (np.diff(hour) < 0).any():
        notes.append(f"rows start at {hour_name(int(hour[0]))}: wrapped hours moved to their place in the year")
    return order, notes


def _one_year(
    year: IntArray, counted: NDArray[np.bool_], problems: list[Problem], notes: list[str], path: str
) -> IntArray:
    """Rows of the one complete calendar year in a file of more than a year."""
    years, counts = np.unique(year[counted], return_counts=True)
    complete = years[counts == HOURS]
    if complete.size != 1:
        held = f"{year.size} rows with {complete.size} complete years"
        problems.append(problem(f"{path}: rows", held, "one year of 8760 or 8784 hours", "WRONG_LENGTH"))
        return np.arange(year.size)
    rows = np.flatnonzero(year == complete[0])
    notes.append(f"trimmed from {year.size} rows to the {rows.size} of {complete[0]}")
    return rows


def _no_year(size: int, counts: IntArray, path: str) -> Problem:
    missing, twice = np.flatnonzero(counts == 0), np.flatnonzero(counts > 1)
    parts = [f"{size} rows"]
    if missing.size:
        parts.append(f"{missing.size} hours missing, the first {hour_name(int(missing[0]))}")
    if twice.size:
        parts.append(f"{twice.size} hours more than once, the first {hour_name(int(twice[0]))}")
    return problem(f"{path}: rows", ", ".join(parts), "each hour of one year (8760 or 8784)", "WRONG_LENGTH")


def hour_of_year(month: IntArray, day: IntArray, hour: IntArray) -> IntArray:
    """Hour of the common year, counted from 0.

    Parameters
    ----------
    month, day, hour : ndarray of int64, any shape
        Calendar of hours, none of 29 February.

    Returns
    -------
    ndarray of int64, same shape
        0 to 8759. [h]
    """
    return (_FIRST_DAY[month - 1] + day - 1) * 24 + hour


def calendar(starts: NDArray[np.datetime64]) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Calendar of hours.

    Parameters
    ----------
    starts : ndarray of datetime64[h], shape (rows,)
        Start of each hour.

    Returns
    -------
    year, month, day, hour : ndarray of int64, shape (rows,)
    """
    days, months, years = (starts.astype(f"datetime64[{unit}]") for unit in "DMY")
    return (
        years.astype(np.int64) + 1970,
        months.astype(np.int64) % 12 + 1,
        (days - months).astype("timedelta64[D]").astype(np.int64) + 1,
        (starts - days).astype("timedelta64[h]").astype(np.int64),
    )


def zone_of(longitude: float) -> float:
    """Zone time of a longitude, for files in UTC that do not tell their local clock.

    Parameters
    ----------
    longitude : float
        Degrees east. [°]

    Returns
    -------
    float
        Whole hours from UTC, fifteen degrees each. [h]
    """
    return float(np.floor(longitude / 15.0 + 0.5))
