import datetime as dt

import numpy as np
import pytest

from buem.profiles import Period, expand

WEEK = (1.0,) * 24 + (2.0,) * 24


def test_a_number_holds_all_year():
    values = expand(3)
    assert values.shape == (8760,)
    assert values.dtype == np.float64
    assert set(values.tolist()) == {3.0}


def test_a_day_is_repeated():
    values = expand(tuple(float(h) for h in range(24)))
    assert values[:25].tolist() == [*range(24), 0.0]
    assert values[8759] == 23.0


def test_a_year_is_taken_as_it_is():
    year = tuple(float(h) for h in range(8760))
    assert expand(year).tolist() == list(year)


@pytest.mark.parametrize(
    "year", [pytest.param(2018, id="starts on a Monday"), pytest.param(2019, id="starts on a Tuesday"),
             pytest.param(2016, id="leap year"), pytest.param(2020, id="leap year from a Wednesday"),
             pytest.param(1900, id="no leap year: 1900"), pytest.param(2000, id="leap year: 2000")])
def test_weekends_are_those_of_the_calendar(year):
    values = expand(WEEK, year)
    days = [dt.date(year, 1, 1) + dt.timedelta(days=d) for d in range(366)]
    days = [d for d in days if d.year == year and (d.month, d.day) != (2, 29)]
    expected = np.repeat([2.0 if d.weekday() >= 5 else 1.0 for d in days], 24)
    np.testing.assert_array_equal(values, expected)


def test_hours_of_the_day_are_kept_in_a_week():
    week = tuple(float(h) for h in range(48))
    values = expand(week, 2018)
    assert values[:24].tolist() == list(range(24))  # Monday
    assert values[5 * 24:6 * 24].tolist() == list(range(24, 48))  # Saturday


@pytest.mark.parametrize(
    ("period", "first", "last", "whole"),
    [
        (Period(), 0, 8759, True), (Period(first_hour=100, hours=1), 100, 100, False),
        (Period(first_hour=8700, hours=100), 8700, 39, False), (Period(first_hour=1), 1, 0, True),
    ],
)
def test_hours_of_a_period_may_run_past_new_year(period, first, last, whole):
    hours = period.indices()
    assert (hours[0], hours[-1], hours.size) == (first, last, period.hours)
    assert np.unique(hours).size == hours.size
    assert period.whole_year is whole
