import datetime as dt
import pickle

import numpy as np
import pytest

from buem.errors import OptionError
from buem.profiles import Period, YearSchedule, expand

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


def test_year_schedule_is_a_schedule():
    hours = np.arange(8760.0) % 24
    schedule = YearSchedule(hours)
    assert schedule == tuple(hours.tolist())
    assert (schedule.low, schedule.high, len(schedule)) == (0.0, 23.0, 8760)
    np.testing.assert_array_equal(expand(schedule), hours)


def test_year_schedule_shares_its_numbers():
    assert len({id(value) for value in YearSchedule(np.arange(8760.0) % 24)}) == 24


def test_alike_year_schedules_are_one_key():
    first, second, third = (YearSchedule(np.full(8760, value)) for value in (1.0, 1.0, 2.0))
    assert first is not second
    assert len({first, second, third}) == 2
    assert hash(first) == hash(tuple(first))
    assert first != third


def test_year_schedule_goes_through_a_pipe():
    schedule = YearSchedule(np.linspace(0.0, 1.0, 8760))
    back = pickle.loads(pickle.dumps(schedule))
    assert type(back) is YearSchedule
    assert back == schedule
    assert (back.low, back.high, hash(back)) == (0.0, 1.0, hash(schedule))


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param(np.zeros(24), r"shape \(24,\)", id="a day"),
        pytest.param(np.zeros((2, 8760)), r"shape \(2, 8760\)", id="two years"),
        pytest.param(np.where(np.arange(8760) == 5, np.nan, 1.0), r"shape \(8760,\)", id="NaN"),
    ],
)
def test_year_schedule_is_sound(values, found):
    with pytest.raises(OptionError, match=found + r".*expected 8760 numbers without NaN"):
        YearSchedule(values)
