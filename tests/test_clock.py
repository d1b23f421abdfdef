import numpy as np
import pytest

from buem.clock import first_stamp, hour_stamps, iso_stamp, last_stamp, offset_text, parse_start, zone
from buem.profiles import Period


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        pytest.param(Period(year=2018), "2018-01-01T00:00:00", "2018-12-31T23:00:00", id="common year"),
        pytest.param(Period(year=2020), "2020-01-01T00:00:00", "2020-12-31T23:00:00", id="leap year"),
        pytest.param(Period(year=1900), "1900-01-01T00:00:00", "1900-12-31T23:00:00", id="no leap year: 1900"),
        pytest.param(Period(year=2019, first_hour=24, hours=24), "2019-01-02T00:00:00", "2019-01-02T23:00:00",
                     id="day"),
        pytest.param(Period(year=2019, first_hour=8759, hours=2), "2019-12-31T23:00:00", "2020-01-01T00:00:00",
                     id="over new year"),
        pytest.param(Period(year=2020, first_hour=58 * 24 + 23, hours=2), "2020-02-28T23:00:00", "2020-03-01T00:00:00",
                     id="over 29 February"),
    ],
)
def test_stamps_are_those_of_the_calendar(period, first, last):
    stamps = hour_stamps(period).astype(str)
    assert (stamps[0], stamps[-1]) == (first, last)
    assert len(stamps) == period.hours
    assert first_stamp(period, 1.0) == f"{first}+01:00"
    assert last_stamp(period, 1.0) == f"{last}+01:00"


def test_stamps_of_a_leap_year_step_over_29_february_only():
    steps = np.diff(hour_stamps(Period(year=2020))).astype(int)
    assert sorted(set(steps.tolist())) == [3600, 25 * 3600]
    assert (steps != 3600).sum() == 1


def test_an_hour_before_the_first_one_belongs_to_the_following_year():
    period = Period(year=2019, first_hour=8700, hours=100)
    assert iso_stamp(period, 8700, 0.0) == "2019-12-29T12:00:00+00:00"
    assert iso_stamp(period, 0, 0.0) == "2020-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("hours", "text"), [(0.0, "+00:00"), (1.0, "+01:00"), (-7.0, "-07:00"), (5.5, "+05:30"), (-3.5, "-03:30")]
)
def test_offset_as_text_and_as_zone(hours, text):
    assert offset_text(hours) == text
    assert zone(hours).utcoffset(None).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    "period",
    [Period(year=2018), Period(year=2020, first_hour=59 * 24, hours=5), Period(year=2020, first_hour=58 * 24, hours=5)],
)
def test_a_start_can_be_read_back(period):
    assert parse_start(first_stamp(period, -3.5), period.hours) == (period, -3.5)
