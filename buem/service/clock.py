"""When a schedule fires: times on the wall of a zone, as instants in UTC.

A time that the clock skips in spring fires at the end of the gap; one that it shows twice in autumn fires at the first.
Hourly and cron expressions whose hour or minute starts with ``*`` follow elapsed time, so they fire in both of the
repeated hours, each instant once.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from buem.errors import Problem, problem
from buem.service.unknown import unknown_problems
from buem.service.whole import whole
from buem.service.windows import read_zone

FREQUENCIES: Final = ("once", "hourly", "daily", "weekly", "monthly", "cron")
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIELDS: Final = {
    "once": ("at", "date", "time"), "hourly": ("time",), "daily": ("time",), "weekly": ("weekday", "time"),
    "monthly": ("day", "time"), "cron": ("cron",),
}
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_CRON: Final = re.compile(r"[0-9A-Za-z*,/#-]+( [0-9A-Za-z*,/#-]+){4}")
#: Longest way that one look for the next date goes. [d]
_FAR: Final = 366
#: Years that an instant may lie in.
_YEARS: Final = range(1970, 2200)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When a schedule fires."""

    #: Of `FREQUENCIES`.
    frequency: str
    zone: ZoneInfo
    #: On the wall; of hourly, its minutes count.
    time: time = time(0, 0)
    #: Only for once.
    at: datetime | None = None
    #: Days of the week from Monday, 0.
    weekdays: tuple[int, ...] = ()
    #: Day of the month; in a shorter month, its last.
    day: int = 1
    #: Five fields.
    cron: str = ""


def read_timing(given: object, path: str, problems: list[Problem]) -> Timing | None:
    """The timing that a request asks for; what is wrong with it goes to the problems.

    Parameters
    ----------
    given : object
        `{frequency, timezone}`, and by the frequency `at` or `date`, `time`, `weekday`, `day`, `cron`.
    path : str
        Where it stands.
    problems : list of Problem
        Extended.

    Returns
    -------
    Timing or None
    """
    if not isinstance(given, dict):
        problems.append(problem(path, given, "an object with frequency, time, timezone", "INVALID_TIMING"))
        return None
    frequency, zone = given.get("frequency"), read_zone(given.get("timezone", "UTC"))
    if frequency not in FREQUENCIES:
        problems.append(problem(f"{path}.frequency", frequency, f"one of {', '.join(FREQUENCIES)}", "INVALID_TIMING"))
        return None
    found = unknown_problems(given, path, ("frequency", "timezone", *_FIELDS[frequency]))
    if zone is None:
        found.append(problem(f"{path}.timezone", given.get("timezone"),
                             "a zone of the IANA database, such as Asia/Tokyo", "INVALID_TIMEZONE"))
    read = _Fields(given, path, found)
    made = {"once": read.once, "hourly": read.plain, "daily": read.plain, "weekly": read.weekly,
            "monthly": read.monthly, "cron": read.expression}[frequency](zone or ZoneInfo("UTC"))
    problems += found
    return None if found else Timing(**{"frequency": frequency, "zone": zone, **made})


class _Fields:
    """The fields of a timing, read one by one."""

    def __init__(self, given: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
        self._given, self._path, self._problems = given, path, problems

    def plain(self, zone: ZoneInfo) -> dict[str, Any]:
        text = self._given.get("time", "00:00")
        match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            self._wrong("time", "a time as HH:MM")
            return {}
        return {"time": time(int(match[1]), int(match[2]))}

    def once(self, zone: ZoneInfo) -> dict[str, Any]:
        if "at" in self._given:
            at = _instant(self._given["at"])
            if at is None or "date" in self._given or "time" in self._given:
                self._wrong("at", "an instant such as 2025-01-19T00:00:00Z, and no date or time beside it")
            return {"at": at}
        try:
            day = date.fromisoformat(self._given.get("date", ""))
        except (ValueError, TypeError):
            day = date.min
        clock = self.plain(zone).get("time", time(0, 0))
        if day.year not in _YEARS:
            self._wrong("date", f"a date as 2025-01-19 in {_YEARS[0]} to {_YEARS[-1]}, or at")
            return {}
        return {"at": on_the_wall(day, clock, zone)}

    def weekly(self, zone: ZoneInfo) -> dict[str, Any]:
        given = self._given.get("weekday", "monday")
        names = given if isinstance(given, list) else [given]
        if not names or any(name not in WEEKDAYS for name in names):
            self._wrong("weekday", f"one or a list of {', '.join(WEEKDAYS)}")
            return {}
        return {**self.plain(zone), "weekdays": tuple(sorted({WEEKDAYS.index(name) for name in names}))}

    def monthly(self, zone: ZoneInfo) -> dict[str, Any]:
        day = self._given.get("day", 1)
        day = 31 if day == "last" else whole(day)
        if day is None or not 1 <= day <= 31:
            self._wrong("day", "a day of the month from 1 to 31, or last")
            return {}
        return {**self.plain(zone), "day": day}

    def expression(self, zone: ZoneInfo) -> dict[str, Any]:
        given = self._given.get("cron")
        text = " ".join(given.split()) if isinstance(given, str) and len(given) <= 200 else ""
        try:
            if _CRON.fullmatch(text) is None:
                raise CronSimError
            next(CronSim(text, datetime(2024, 1, 1, tzinfo=UTC)))
        except (CronSimError, StopIteration):
            self._wrong("cron", "five fields of a cron expression that some day fits, such as 30 2 * * 1-5")
            return {}
        return {"cron": text}

    def _wrong(self, name: str, expected: str) -> None:
        self._problems.append(problem(f"{self._path}.{name}", self._given.get(name), expected, "INVALID_TIMING"))


def next_fire(timing: Timing, after: datetime) -> datetime | None:
    """The first fire after an instant.

    Parameters
    ----------
    timing : Timing
        Of a schedule.
    after : datetime
        An instant.

    Returns
    -------
    datetime or None
        In UTC; None when there is none any more.
    """
    if timing.frequency == "once":
        return timing.at if timing.at is not None and timing.at > after else None
    found = _by_cron(timing, after) if timing.frequency in ("hourly", "cron") else _by_date(timing, after)
    return next((instant for instant in found if instant > after), None)


def fires_after(timing: Timing, after: datetime) -> Iterator[datetime]:
    """All fires after an instant, in their order.

    Parameters
    ----------
    timing : Timing
        Of a schedule.
    after : datetime
        An instant.

    Yields
    ------
    datetime
        In UTC.
    """
    upcoming = next_fire(timing, after)
    while upcoming is not None:
        yield upcoming
        upcoming = next_fire(timing, upcoming)


def first_common_fire(one: Timing, other: Timing, after: datetime, until: datetime, most: int = 2000
                      ) -> datetime | None:
    """The first instant at which two schedules both fire.

    Parameters
    ----------
    one, other : Timing
        Of the schedules.
    after, until : datetime
        Between which it is looked for.
    most : int
        Most fires that are looked at.

    Returns
    -------
    datetime or None
        In UTC.
    """
    mine, theirs = next_fire(one, after), next_fire(other, after)
    for _ in range(most):
        if mine is None or theirs is None or min(mine, theirs) > until:
            return None
        if mine == theirs:
            return mine
        if mine < theirs:
            mine = next_fire(one, theirs - timedelta(microseconds=1))
        else:
            theirs = next_fire(other, mine - timedelta(microseconds=1))
    return None


def on_the_wall(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant at which the clock of a zone shows a time.

    Parameters
    ----------
    day : date
        The date there.
    clock : time
        The time there.
    zone : ZoneInfo
        The zone.

    Returns
    -------
    datetime
        In UTC: the first of two; the end of the gap when the clock never shows it.
    """
    wall = datetime.combine(day, clock, tzinfo=zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # Before the change the clock is behind by the gap, so `fold=1` gives the offset after it: between the two lies the
    # change. It is found to the minute, which is how the database has it.
    early, late = wall.replace(fold=1).astimezone(UTC), instant
    after = late.astimezone(zone).utcoffset()
    while late - early > timedelta(minutes=1):
        middle = early + timedelta(minutes=((late - early) // timedelta(minutes=1)) // 2)
        early, late = (early, middle) if middle.astimezone(zone).utcoffset() == after else (middle, late)
    return late


def _by_date(timing: Timing, after: datetime) -> Iterator[datetime]:
    day = after.astimezone(timing.zone).date() - timedelta(days=1)
    for _ in range(_FAR):
        if _fits(timing, day):
            yield on_the_wall(day, timing.time, timing.zone)
        day += timedelta(days=1)


def _fits(timing: Timing, day: date) -> bool:
    if timing.frequency == "weekly":
        return day.weekday() in timing.weekdays
    if timing.frequency == "monthly":
        return day.day == min(timing.day, calendar.monthrange(day.year, day.month)[1])
    return True


def _by_cron(timing: Timing, after: datetime) -> Iterator[datetime]:
    expression = timing.cron or f"{timing.time.minute} * * * *"
    for found in CronSim(expression, after.astimezone(timing.zone)):
        yield found.astimezone(UTC)


def _instant(given: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else None
        if found is not None and found.tzinfo is not None and found.year in _YEARS:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None
