"""The hours a request selects."""

from __future__ import annotations

from typing import Any

import pytest

from buem.io.fields import Findings
from buem.io.period import check_resolution, default_period, read_period
from buem.profiles import Period

LEAP = "29 February is left out"
CLOSING = "end_time: the closing stamp of the year is left out"
CLOCK = "start_time, end_time: read on the local standard clock of the weather, their Z is not used"
DATE = "end_time: a date, its whole day is included"

#: What it probes: start, end, year, first hour, hours, notes.
PERIODS: dict[str, tuple[str, str, int, int, int, set[str]]] = {
    "the contract's year": ("2018-01-01T00:00:00Z", "2018-12-31T23:00:00Z", 2018, 0, 8760, {CLOCK}),
    "an end within the last hour": ("2018-01-01T00:00:00Z", "2018-12-31T23:59:59Z", 2018, 0, 8760, {CLOCK}),
    "365 days and a closing stamp": ("2018-01-01T00:00:00", "2019-01-01T00:00:00", 2018, 0, 8760, {CLOSING}),
    "366 days and a closing stamp": ("2024-01-01T00:00:00", "2025-01-01T00:00:00", 2024, 0, 8760, {LEAP, CLOSING}),
    "a leap year": ("2024-01-01T00:00:00", "2024-12-31T23:00:00", 2024, 0, 8760, {LEAP}),
    "one hour": ("2019-03-01T12:00:00", "2019-03-01T12:00:00", 2019, 59 * 24 + 12, 1, set()),
    "both ends count": ("2019-01-01T00:00:00", "2019-01-02T00:00:00", 2019, 0, 25, set()),
    "stamps between the hours": ("2019-01-01T00:30:00", "2019-01-01T03:30:00", 2019, 1, 3, set()),
    "after 29 February": ("2020-03-01T00:00:00", "2020-03-01T23:00:00", 2020, 59 * 24, 24, set()),
    "across 29 February": ("2020-02-28T00:00:00", "2020-03-01T23:00:00", 2020, 58 * 24, 48, {LEAP}),
    "from 29 February": ("2020-02-29T05:00:00", "2020-03-01T23:00:00", 2020, 59 * 24, 24, {LEAP}),
    "over new year": ("2019-12-31T00:00:00", "2020-01-01T23:00:00", 2019, 364 * 24, 48, set()),
    "dates": ("2019-01-01", "2019-12-31", 2019, 0, 8760, {DATE}),
    "an offset": ("2019-01-01T00:00:00+01:00", "2019-12-31T23:00:00+01:00", 2019, 0, 8760, {CLOCK}),
    "heating season of two years": ("2019-10-01T00:00:00", "2020-04-30T23:00:00", 2019, 273 * 24, 212 * 24, {LEAP}),
    "a century without leap day": ("1900-02-28T00:00:00", "1900-03-01T23:00:00", 1900, 58 * 24, 48, set()),
}


@pytest.mark.parametrize("case", PERIODS)
def test_hours_selected(case: str) -> None:
    start, end, year, first_hour, hours, notes = PERIODS[case]
    found = Findings()
    period = read_period({"start_time": start, "end_time": end}, "$", found)
    assert period == Period(year=year, first_hour=first_hour, hours=hours)
    assert set(found.notes) == notes
    assert not found.problems


#: What it probes: start, end, problem.
REFUSED: dict[str, tuple[Any, Any, str]] = {
    "empty": ("2019-01-02", "2019-01-01", "$.end_time: 2019-01-02 to 2019-01-01; expected at least a full hour"),
    "only 29 February": (
        "2020-02-29T00:00:00",
        "2020-02-29T23:00:00",
        "$.end_time: 2020-02-29T00:00:00 to 2020-02-29T23:00:00; expected at least a full hour",
    ),
    "two hours over a year": (
        "2019-01-01T00:00:00",
        "2020-01-01T01:00:00",
        "$.end_time: 2019-01-01T00:00:00 to 2020-01-01T01:00:00; expected at most a year",
    ),
    "a thousand years": ("1019-01-01", "2019-01-01", "$.end_time: 1019-01-01 to 2019-01-01; expected at most a year"),
    "no date": (
        "2019-13-01",
        "2019-12-31",
        "$.start_time: '2019-13-01'; expected a date and time such as 2018-01-01T00:00:00",
    ),
    "a number": (2019, "2019-12-31", "$.start_time: 2019; expected a date and time such as 2018-01-01T00:00:00"),
    "the end of time": (
        "9999-12-31T23:30:00",
        "9999-12-31T23:59:00",
        "$.start_time: '9999-12-31T23:30:00'; expected a year from 1 to 9998",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_periods_refused(case: str) -> None:
    start, end, problem = REFUSED[case]
    found = Findings()
    assert read_period({"start_time": start, "end_time": end}, "$", found) is None
    assert [str(p) for p in found.problems] == [problem]


def test_without_times_it_is_the_whole_of_2019_with_a_note() -> None:
    found = Findings()
    assert read_period({}, "$", found) is None
    assert default_period(found) == Period(year=2019)
    assert list(found.notes) == ["default: start_time, end_time the whole year 2019"]


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"resolution": "60", "resolution_unit": "minutes"},
        {"resolution": 60, "resolution_unit": "minutes"},
        {"resolution": 60.0},
        {"resolution": "1", "resolution_unit": "hour"},
        {"resolution": 3600, "resolution_unit": "s"},
        {"resolution_unit": "minutes"},
    ],
)
def test_an_hour_however_it_is_written(properties: dict[str, Any]) -> None:
    found = Findings()
    check_resolution(properties, "$", found)
    assert not found.problems


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("15", "minutes", "'15' 'minutes'"),
        (60, "seconds", "60 'seconds'"),
        ("hourly", None, "'hourly'"),
        (True, "minutes", "True 'minutes'"),
        (60, ["minutes"], "60 a list of 1"),
    ],
)
def test_any_other_step_is_refused(value: Any, unit: Any, shown: str) -> None:
    found = Findings()
    check_resolution({"resolution": value, "resolution_unit": unit}, "$", found)
    assert [str(p) for p in found.problems] == [f"$.resolution: {shown}; expected 60 minutes, the step of all results"]
