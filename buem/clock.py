"""Calendar stamps of the hours of a year without 29 February."""

from __future__ import annotations

import calendar
import datetime as dt

import numpy as np
from numpy.typing import NDArray

from buem.constants import HOURS
from buem.profiles import Period

#: Day of the year, from 0, that 1 March has without a 29 February.
_FIRST_OF_MARCH = 59


def hour_stamps(period: Period) -> NDArray[np.datetime64]:
    """Starts of the hours of a period on the local standard clock, without an offset.

    Parameters
    ----------
    period : Period
        Hours of the year; those past 31 December belong to the following year. [h]

    Returns
    -------
    ndarray of datetime64[s], shape (period.hours,)
        29 February never occurs: in a leap year the stamps step over it.
    """
    running = period.first_hour + np.arange(period.hours, dtype=np.int64)
    years = running // HOURS
    stamps = np.empty(period.hours, dtype="datetime64[s]")
    for year in np.unique(years).tolist():
        chosen = years == year
        stamps[chosen] = _stamps_of_year(period.year + year, running[chosen] - year * HOURS)
    return stamps


def first_stamp(period: Period, utc_offset: float) -> str:
    """Start of the first hour of a period.

    Parameters
    ----------
    period : Period
        Hours of the year. [h]
    utc_offset : float
        Local standard time less UTC. [h]

    Returns
    -------
    str
        ISO 8601 with the offset, as `2018-01-01T00:00:00+01:00`.
    """
    return iso_stamp(period, period.first_hour % HOURS, utc_offset)


def last_stamp(period: Period, utc_offset: float) -> str:
    """Start of the last hour of a period.

    Parameters
    ----------
    period : Period
        Hours of the year. [h]
    utc_offset : float
        Local standard time less UTC. [h]

    Returns
    -------
    str
        ISO 8601 with the offset.
    """
    return iso_stamp(period, (period.first_hour + period.hours - 1) % HOURS, utc_offset)


def iso_stamp(period: Period, hour: int, utc_offset: float) -> str:
    """Start of an hour of a period.

    Parameters
    ----------
    period : Period
        Period that holds the hour.
    hour : int
        Hour of the year without 29 February, 0 to 8759. [h]
    utc_offset : float
        Local standard time less UTC. [h]

    Returns
    -------
    str
        ISO 8601 with the offset.
    """
    year = period.year + (hour < period.first_hour % HOURS)
    day = hour // 24
    day += calendar.isleap(year) and day >= _FIRST_OF_MARCH
    # Plain datetime: a summary asks for two stamps a building, and an array of one hour costs ten times as much.
    stamp = dt.datetime(year, 1, 1) + dt.timedelta(days=day, hours=hour % 24)
    return f"{stamp.isoformat()}{offset_text(utc_offset)}"


def parse_start(start: str, hours: int) -> tuple[Period, float]:
    """The period that starts at a stamp: the way back from `first_stamp`.

    Parameters
    ----------
    start : str
        ISO 8601 with the offset.
    hours : int
        Length of the period. [h]

    Returns
    -------
    tuple of (Period, float)
        And the local standard time less UTC. [h]
    """
    stamp = dt.datetime.fromisoformat(start)
    day = stamp.timetuple().tm_yday - 1
    if calendar.isleap(stamp.year) and day >= _FIRST_OF_MARCH:
        day -= 1
    offset = stamp.utcoffset() or dt.timedelta()
    return Period(year=stamp.year, first_hour=day * 24 + stamp.hour, hours=hours), offset.total_seconds() / 3600.0


def offset_text(utc_offset: float) -> str:
    """The offset from UTC as ISO 8601 writes it.

    Parameters
    ----------
    utc_offset : float
        Local standard time less UTC. [h]

    Returns
    -------
    str
        `+01:00`, `-07:00`, `+05:30`.
    """
    minutes = round(utc_offset * 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def zone(utc_offset: float) -> dt.timezone:
    """The fixed time zone of an offset from UTC.

    Parameters
    ----------
    utc_offset : float
        Local standard time less UTC. [h]

    Returns
    -------
    datetime.timezone
    """
    return dt.timezone(dt.timedelta(minutes=round(utc_offset * 60)))


def _stamps_of_year(year: int, hours: NDArray[np.int64]) -> NDArray[np.datetime64]:
    days = hours // 24
    if calendar.isleap(year):
        days = days + (days >= _FIRST_OF_MARCH)
    first = np.datetime64(f"{year:04d}-01-01", "s")
    seconds = days * 86_400 + (hours % 24) * 3_600
    return first + seconds.astype("timedelta64[s]")
