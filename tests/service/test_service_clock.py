"""Times on the wall as instants: zones, both changes of the clock, every frequency."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from buem.errors import Problem
from buem.service.clock import Timing, fires_after, first_common_fire, next_fire, on_the_wall, read_timing


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def timing(**given: object) -> Timing:
    problems: list[Problem] = []
    found = read_timing(given, "timing", problems)
    assert problems == []
    assert found is not None
    return found


def fires(given: Timing, after: str, count: int) -> list[str]:
    return [instant.strftime("%Y-%m-%dT%H:%M") for instant in islice(fires_after(given, utc(after)), count)]


# Offsets and changes by the IANA database: Berlin +1 and +2, changes at 01:00 UTC; New York -5 and -4, at 02:00 on the
# wall; Lord Howe +10:30 and +11, a change of half an hour; St. John's -3:30 and -2:30; Tokyo +9, no change.
SPRING = [
    pytest.param("Europe/Berlin", "02:30", "2025-03-28T12:00", ["2025-03-29T01:30", "2025-03-30T01:00",
                                                              "2025-03-31T00:30"], id="Berlin, in the gap"),
    pytest.param("Europe/Berlin", "03:00", "2025-03-28T12:00", ["2025-03-29T02:00", "2025-03-30T01:00",
                                                              "2025-03-31T01:00"], id="Berlin, at the end of the gap"),
    pytest.param("Europe/Berlin", "01:59", "2025-03-29T12:00", ["2025-03-30T00:59", "2025-03-30T23:59"],
                 id="Berlin, before the gap"),
    pytest.param("America/New_York", "02:15", "2025-03-08T12:00", ["2025-03-09T07:00", "2025-03-10T06:15"],
                 id="New York, in the gap"),
    pytest.param("Australia/Lord_Howe", "02:15", "2025-10-03T18:00", ["2025-10-04T15:30", "2025-10-05T15:15"],
                 id="Lord Howe, a gap of half an hour"),
    pytest.param("America/St_Johns", "02:45", "2025-03-08T12:00", ["2025-03-09T05:30", "2025-03-10T05:15"],
                 id="St. John's, in the gap"),
    pytest.param("Asia/Tokyo", "00:00", "2025-03-29T14:00", ["2025-03-29T15:00", "2025-03-30T15:00"],
                 id="Tokyo, no change"),
]
AUTUMN = [
    pytest.param("Europe/Berlin", "02:30", "2025-10-24T12:00", ["2025-10-25T00:30", "2025-10-26T00:30",
                                                              "2025-10-27T01:30"], id="Berlin, the repeated hour"),
    pytest.param("Europe/Berlin", "03:00", "2025-10-25T12:00", ["2025-10-26T02:00", "2025-10-27T02:00"],
                 id="Berlin, after it"),
    pytest.param("America/New_York", "01:30", "2025-11-01T12:00", ["2025-11-02T05:30", "2025-11-03T06:30"],
                 id="New York"),
    pytest.param("Australia/Lord_Howe", "01:45", "2025-04-04T18:00", ["2025-04-05T14:45", "2025-04-06T15:15"],
                 id="Lord Howe, half an hour that comes twice"),
    pytest.param("America/St_Johns", "01:30", "2025-11-01T12:00", ["2025-11-02T04:00", "2025-11-03T05:00"],
                 id="St. John's"),
    pytest.param("Asia/Tokyo", "02:30", "2025-10-25T20:00", ["2025-10-26T17:30", "2025-10-27T17:30"],
                 id="Tokyo, no change"),
]


@pytest.mark.parametrize(("zone", "clock", "after", "expected"), SPRING + AUTUMN)
def test_daily_over_a_change(zone, clock, after, expected):
    assert fires(timing(frequency="daily", time=clock, timezone=zone), after, len(expected)) == expected


@pytest.mark.parametrize(("zone", "clock", "after", "expected"), SPRING + AUTUMN)
def test_cron_over_a_change_is_the_same(zone, clock, after, expected):
    """cronsim knows the changes by itself; ours and its are two ways to the same instants."""
    hour, minute = clock.split(":")
    given = timing(frequency="cron", cron=f"{int(minute)} {int(hour)} * * *", timezone=zone)
    assert fires(given, after, len(expected)) == expected


@pytest.mark.parametrize("minutes", range(0, 180, 7))
def test_started_within_the_repeated_hour(minutes):
    """Whenever a server looks for the next fire, in the first or the second of the two hours, it finds a later one."""
    after = utc("2025-10-25T23:30") + timedelta(minutes=minutes)
    for given in (timing(frequency="daily", time="02:30", timezone="Europe/Berlin"),
                  timing(frequency="cron", cron="30 2 * * *", timezone="Europe/Berlin")):
        found = next_fire(given, after)
        assert found == (utc("2025-10-26T00:30") if after < utc("2025-10-26T00:30") else utc("2025-10-27T01:30"))


def test_hourly_follows_elapsed_time():
    given = timing(frequency="hourly", time="00:15", timezone="Europe/Berlin")
    assert fires(given, "2025-10-25T23:30", 4) == ["2025-10-26T00:15", "2025-10-26T01:15", "2025-10-26T02:15",
                                                   "2025-10-26T03:15"]
    assert fires(given, "2025-03-30T00:00", 3) == ["2025-03-30T00:15", "2025-03-30T01:15", "2025-03-30T02:15"]


@pytest.mark.parametrize(
    ("given", "after", "expected"),
    [
        pytest.param({"frequency": "weekly", "weekday": "sunday", "time": "06:00", "timezone": "UTC"},
                     "2025-01-01T00:00", ["2025-01-05T06:00", "2025-01-12T06:00"], id="weekly"),
        pytest.param({"frequency": "weekly", "weekday": ["friday", "monday"], "timezone": "UTC"},
                     "2025-01-01T00:00", ["2025-01-03T00:00", "2025-01-06T00:00", "2025-01-10T00:00"], id="two days"),
        pytest.param({"frequency": "weekly", "timezone": "UTC"}, "2025-01-01T00:00", ["2025-01-06T00:00"],
                     id="Monday by itself"),
        pytest.param({"frequency": "monthly", "day": 31, "time": "12:00"}, "2024-01-31T12:00",
                     ["2024-02-29T12:00", "2024-03-31T12:00", "2024-04-30T12:00"], id="day 31"),
        pytest.param({"frequency": "monthly", "day": "last"}, "2025-02-01T00:00",
                     ["2025-02-28T00:00", "2025-03-31T00:00"], id="last day"),
        pytest.param({"frequency": "monthly"}, "2025-01-01T00:00", ["2025-02-01T00:00"], id="the first by itself"),
        pytest.param({"frequency": "cron", "cron": "0  6 * * 1-5"}, "2025-01-03T07:00", ["2025-01-06T06:00"],
                     id="weekdays"),
        pytest.param({"frequency": "cron", "cron": "0 0 29 2 *"}, "2025-01-01T00:00", ["2028-02-29T00:00"],
                     id="29 February"),
        pytest.param({"frequency": "cron", "cron": "*/20 23 * * *", "timezone": "Asia/Kolkata"}, "2025-01-01T17:31",
                     ["2025-01-01T17:50", "2025-01-01T18:10", "2025-01-02T17:30"], id="offset of half an hour"),
        pytest.param({"frequency": "once", "at": "2025-03-30T02:30:00+02:00"}, "2025-01-01T00:00",
                     ["2025-03-30T00:30"], id="an instant"),
        pytest.param({"frequency": "once", "date": "2025-03-30", "time": "02:30", "timezone": "Europe/Berlin"},
                     "2025-01-01T00:00", ["2025-03-30T01:00"], id="a date, in the gap"),
        pytest.param({"frequency": "daily", "time": "00:00", "timezone": "Asia/Tokyo"}, "2025-01-18T00:00",
                     ["2025-01-18T15:00"], id="the seed's"),
    ],
)
def test_frequencies(given, after, expected):
    assert fires(timing(**given), after, len(expected)) == expected


def test_once_ends():
    given = timing(frequency="once", at="2025-01-01T00:00:00Z")
    assert next_fire(given, utc("2025-01-01T00:00")) is None


def test_next_fire_is_later_than_now_always():
    given = timing(frequency="daily", time="06:00")
    assert next_fire(given, utc("2025-01-01T06:00")) == utc("2025-01-02T06:00")
    assert next_fire(given, utc("2025-01-01T06:00") - timedelta(microseconds=1)) == utc("2025-01-01T06:00")


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        pytest.param(None, "timing", "an object with frequency", id="nothing"),
        pytest.param({}, "timing.frequency", "once, hourly, daily", id="no frequency"),
        pytest.param({"frequency": "yearly"}, "timing.frequency", "once, hourly, daily", id="unknown frequency"),
        pytest.param({"frequency": "daily", "time": "24:00"}, "timing.time", "HH:MM", id="24:00"),
        pytest.param({"frequency": "daily", "time": "6:00"}, "timing.time", "HH:MM", id="one digit"),
        pytest.param({"frequency": "daily", "time": 6}, "timing.time", "HH:MM", id="a number"),
        pytest.param({"frequency": "daily", "timezone": "Mars/Olympus"}, "timing.timezone", "IANA", id="no such zone"),
        pytest.param({"frequency": "daily", "timezone": "../etc/passwd"}, "timing.timezone", "IANA", id="a path"),
        pytest.param({"frequency": "daily", "timezone": 1}, "timing.timezone", "IANA", id="zone of a number"),
        pytest.param({"frequency": "daily", "cron": "* * * * *"}, "timing.cron", "frequency, timezone", id="both"),
        pytest.param({"frequency": "weekly", "weekday": "funday"}, "timing.weekday", "monday", id="weekday"),
        pytest.param({"frequency": "weekly", "weekday": []}, "timing.weekday", "monday", id="no weekday"),
        pytest.param({"frequency": "monthly", "day": 0}, "timing.day", "1 to 31", id="day 0"),
        pytest.param({"frequency": "monthly", "day": True}, "timing.day", "1 to 31", id="true is no day"),
        pytest.param({"frequency": "once"}, "timing.date", "a date", id="once, when"),
        pytest.param({"frequency": "once", "at": "2025-01-01T00:00:00"}, "timing.at", "an instant", id="no offset"),
        pytest.param({"frequency": "once", "at": "2025-01-01T00:00:00Z", "time": "01:00"}, "timing.at", "no date or",
                     id="instant and time"),
        pytest.param({"frequency": "once", "at": "9999-12-31T23:59:59-01:00"}, "timing.at", "an instant", id="9999"),
        pytest.param({"frequency": "once", "date": "0001-01-01"}, "timing.date", "1970", id="year 1"),
        pytest.param({"frequency": "cron"}, "timing.cron", "five fields", id="no expression"),
        pytest.param({"frequency": "cron", "cron": "* * * *"}, "timing.cron", "five fields", id="four fields"),
        pytest.param({"frequency": "cron", "cron": "0 * * * * *"}, "timing.cron", "five fields", id="six fields"),
        pytest.param({"frequency": "cron", "cron": "60 * * * *"}, "timing.cron", "five fields", id="minute 60"),
        pytest.param({"frequency": "cron", "cron": "0 0 30 2 *"}, "timing.cron", "some day fits", id="30 February"),
        pytest.param({"frequency": "cron", "cron": "*" * 201}, "timing.cron", "five fields", id="long"),
    ],
)
def test_read_timing_refuses(given, path, expected):
    problems: list[Problem] = []
    assert read_timing(given, "timing", problems) is None
    assert [one.path for one in problems] == [path]
    assert expected in problems[0].expected


@pytest.mark.parametrize(
    ("day", "clock", "zone", "expected"),
    [
        (date(2025, 3, 30), time(2, 0), "Europe/Berlin", "2025-03-30T01:00"),
        (date(2025, 3, 30), time(2, 59), "Europe/Berlin", "2025-03-30T01:00"),
        (date(2025, 3, 30), time(3, 0), "Europe/Berlin", "2025-03-30T01:00"),
        (date(2025, 10, 26), time(2, 0), "Europe/Berlin", "2025-10-26T00:00"),
        # Samoa had no 30 December 2011: the day is a gap of 24 hours, which ends at 10:00 UTC of that date.
        (date(2011, 12, 30), time(12, 0), "Pacific/Apia", "2011-12-30T10:00"),
        # Cairo's clock goes from 00:00 to 01:00.
        (date(2025, 4, 25), time(0, 0), "Africa/Cairo", "2025-04-24T22:00"),
        (date(2025, 4, 25), time(0, 30), "Africa/Cairo", "2025-04-24T22:00"),
    ],
)
def test_on_the_wall(day, clock, zone, expected):
    assert on_the_wall(day, clock, ZoneInfo(zone)) == utc(expected)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param({"frequency": "daily", "time": "00:00", "timezone": "Asia/Tokyo"},
                     {"frequency": "daily", "time": "15:00"}, "2025-01-18T15:00", id="another zone, the same instant"),
        pytest.param({"frequency": "hourly", "time": "00:30"}, {"frequency": "weekly", "time": "05:30"},
                     "2025-01-20T05:30", id="hourly meets weekly"),
        pytest.param({"frequency": "daily", "time": "06:00"}, {"frequency": "daily", "time": "06:01"}, None,
                     id="never"),
        pytest.param({"frequency": "daily", "time": "12:00", "timezone": "Europe/Berlin"},
                     {"frequency": "daily", "time": "10:00"}, "2025-03-30T10:00", id="only in summer"),
        pytest.param({"frequency": "once", "at": "2025-01-17T00:00:00Z"}, {"frequency": "hourly"}, None, id="past"),
    ],
)
def test_first_common_fire(one, other, expected):
    after = utc("2025-01-18T00:00")
    for pair in ((one, other), (other, one)):
        found = first_common_fire(timing(**pair[0]), timing(**pair[1]), after, after + timedelta(days=400))
        assert found == (None if expected is None else utc(expected))


def test_first_common_fire_looks_so_far_and_no_farther():
    after = utc("2025-01-18T00:00")
    one = timing(frequency="daily", time="12:00", timezone="Europe/Berlin")
    other = timing(frequency="daily", time="10:00")
    assert first_common_fire(one, other, after, after + timedelta(days=30)) is None
    assert first_common_fire(one, other, after, after + timedelta(days=400), most=50) is None
