"""`start_time`, `end_time` and `resolution` of a request as the hours that come back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from buem.constants import HOURS
from buem.errors import Problem, problem
from buem.io.fields import Findings, Record, Words, show
from buem.profiles import Period

_HOUR: Final = dt.timedelta(hours=1)
_STAMP: Final = "a date and time such as 2018-01-01T00:00:00"
_RESOLUTIONS: Final[frozenset[tuple[float | None, str]]] = frozenset(
    (*((60.0, unit) for unit in ("minutes", "minute", "min")), *((1.0, unit) for unit in ("hours", "hour", "h")),
     (3600.0, "seconds"), (3600.0, "s"))
)  # fmt: skip


def read_period(properties: Record, path: str, found: Findings) -> Period | None:
    """The hours selected by `start_time` and `end_time`, read on the local standard clock.

    Parameters
    ----------
    properties : dict
        The feature's properties.
    path : str
        Their path.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    Period or None
        None when there is no time in the request, or when it was refused.
    """
    start, end = properties.get("start_time"), properties.get("end_time")
    if start is None and end is None:
        return None
    for key, stamp in (("start_time", start), ("end_time", end)):
        if stamp.__class__ is not str:
            found.add(f"{path}.{key}", stamp, _STAMP, "MISSING_VALUE" if stamp is None else "WRONG_TYPE")
    if start.__class__ is not str or end.__class__ is not str:
        return None
    period, notes, problems = _period(str(start)[:64], str(end)[:64])
    for text in notes:
        found.note(text)
    found.extend(tuple(replace(p, path=f"{path}.{p.path}") for p in problems))
    return period


def default_period(found: Findings) -> Period:
    """The whole of 2019, the contract's answer to a request without times."""
    found.note("default: start_time, end_time the whole year 2019")
    return Period()


@lru_cache(maxsize=256)
def _period(start: str, end: str) -> tuple[Period | None, tuple[str, ...], tuple[Problem, ...]]:
    """Period, notes and problems (paths from the properties) of two stamps; most files hold one pair."""
    stamps, problems = [], []
    for key, text in (("start_time", start), ("end_time", end)):
        try:
            stamps.append(dt.datetime.fromisoformat(text.strip()))
        except ValueError:
            problems.append(problem(key, text, _STAMP, "BAD_TIME"))
    if problems:
        return None, (), tuple(problems)
    notes = []
    if any(stamp.tzinfo is not None for stamp in stamps):
        notes.append("start_time, end_time: read on the local standard clock of the weather, their Z is not used")
    first, last = (stamp.replace(tzinfo=None) for stamp in stamps)
    if len(end.strip()) <= 10:
        last = last.replace(hour=23)
        notes.append("end_time: a date, its whole day is included")
    return _count(first, last, (start, end), notes)


def _count(
    first: dt.datetime, last: dt.datetime, given: tuple[str, str], notes: list[str]
) -> tuple[Period | None, tuple[str, ...], tuple[Problem, ...]]:
    """The stamps at full hours with first <= stamp <= last, without 29 February."""
    try:
        begin = first.replace(minute=0, second=0, microsecond=0)
        begin = begin if begin == first else begin + _HOUR
        close = last.replace(minute=0, second=0, microsecond=0)
        leap = _leap_hours(begin, close)
    except OverflowError:
        return None, (), (problem("start_time", given[0], "a year from 1 to 9998", "BAD_TIME"),)
    hours = (close - begin) // _HOUR + 1 - leap
    if hours == HOURS + 1:
        hours = HOURS
        notes.append("end_time: the closing stamp of the year is left out")
    if not 1 <= hours <= HOURS:
        wanted, code = ("at least a full hour", "EMPTY_PERIOD") if hours < 1 else ("at most a year", "PERIOD_TOO_LONG")
        return None, (), (Problem(path="end_time", value=" to ".join(given), expected=wanted, code=code),)
    if leap:
        notes.append("29 February is left out")
    if (begin.month, begin.day) == (2, 29):
        begin = begin.replace(month=3, day=1, hour=0)
    day = dt.date(2019, begin.month, begin.day).timetuple().tm_yday - 1
    return Period(year=begin.year, first_hour=day * 24 + begin.hour, hours=hours), tuple(notes), ()


def _leap_hours(begin: dt.datetime, close: dt.datetime) -> int:
    """Hours of 29 February from `begin` to `close`, both included. [h]"""
    hours = 0
    # A period of more than two years is refused for its length whatever leap days it holds.
    for year in range(begin.year, min(close.year, begin.year + 2) + 1):
        if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
            start = max(begin, dt.datetime(year, 2, 29))
            stop = min(close, dt.datetime(year, 2, 29, 23))
            hours += max(0, (stop - start) // _HOUR + 1)
    return hours


def check_resolution(properties: Record, path: str, found: Findings) -> None:
    """Refuse a resolution other than an hour: nothing else comes back.

    Parameters
    ----------
    properties : dict
        The feature's properties.
    path : str
        Their path.
    found : Findings
        Takes the problem.
    """
    value, unit = properties.get("resolution"), properties.get("resolution_unit")
    if (value == "60" and unit == "minutes") or (value is None and unit is None):
        return
    name = "minutes" if unit is None else unit
    if not isinstance(name, str) or (_as_float(60 if value is None else value), name) not in _RESOLUTIONS:
        text = Words(f"{_show(value)} {_show(unit)}".strip())
        found.add(f"{path}.resolution", text, "60 minutes, the step of all results", "RESOLUTION_NOT_AVAILABLE")


def _show(value: object) -> str:
    return "" if value is None else show(value)


def _as_float(value: Any) -> float | None:
    """A resolution as a number; the contract writes it as a text."""
    if isinstance(value, (bool, dict, list)):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None

