"""Civil time over the hours of local standard time."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from buem.civil import DAYS, ZONES, civil_year, zone_of
from buem.errors import OptionError


def hour_of(month: int, day: int, hour: int) -> int:
    """Hour of a year without 29 February."""
    lengths = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return (sum(lengths[:month - 1]) + day - 1) * 24 + hour


@pytest.mark.parametrize(
    ("country", "spring", "autumn"),
    [
        # In 2019 the EU's clocks changed at 1:00 UTC on 31 March and 27 October (directive 2000/84/EC).
        pytest.param("DE", (3, 31, 2), (10, 27, 2), id="EU, UTC+1: at 2:00"),
        pytest.param("PT", (3, 31, 1), (10, 27, 1), id="EU, UTC: at 1:00"),
        pytest.param("FI", (3, 31, 3), (10, 27, 3), id="EU, UTC+2: at 3:00"),
        pytest.param("IE", (3, 31, 1), (10, 27, 1), id="Ireland, whose winter is the exception in the database"),
        pytest.param("GB", (3, 31, 1), (10, 27, 1), id="United Kingdom"),
        # Energy Policy Act of 2005: second Sunday of March to first of November, at 2:00 of the clock.
        pytest.param("US", (3, 10, 2), (11, 3, 1), id="United States: back at 2:00 of summer time"),
    ],
)
def test_summer_time_in_the_north(country, spring, autumn):
    hour = civil_year(2019, zone_of(country)).hour
    ahead = (hour - np.arange(8760) % 24) % 24
    assert set(ahead) == {0, 1}
    on = np.flatnonzero(ahead)
    assert on[0] == hour_of(*spring)
    assert on[-1] + 1 == hour_of(*autumn)
    assert on.size == on[-1] - on[0] + 1, "one stretch of summer"


@pytest.mark.parametrize(
    ("country", "place", "first_end", "second_start"),
    [
        # New South Wales: back on the first Sunday of April at 3:00 of summer time, ahead on that of October at 2:00.
        pytest.param("AU", (-33.9, 151.2), (4, 7, 2), (10, 6, 2), id="Sydney"),
        pytest.param("AU", (math.nan, math.nan), (4, 7, 2), (10, 6, 2), id="somewhere in Australia"),
        # New Zealand: first Sunday of April at 3:00 of summer time, last Sunday of September at 2:00.
        pytest.param("NZ", (-41.3, 174.8), (4, 7, 2), (9, 29, 2), id="Wellington"),
    ],
)
def test_summer_time_in_the_south(country, place, first_end, second_start):
    hour = civil_year(2019, zone_of(country, *place)).hour
    ahead = (hour - np.arange(8760) % 24) % 24 == 1
    assert ahead[:hour_of(*first_end)].all()
    assert not ahead[hour_of(*first_end):hour_of(*second_start)].any()
    assert ahead[hour_of(*second_start):].all()


@pytest.mark.parametrize(
    ("country", "latitude", "longitude"),
    [
        pytest.param("ZA", math.nan, math.nan, id="South Africa"),
        pytest.param("AU", -27.4, 153.0, id="Brisbane, Queensland"),
        pytest.param("AU", -31.9, 115.9, id="Perth, Western Australia"),
        pytest.param("AU", -12.5, 130.8, id="Darwin, Northern Territory"),
        pytest.param("US", 33.4, -112.1, id="Phoenix, Arizona"),
        pytest.param("US", 21.3, -157.9, id="Honolulu"),
        pytest.param("", math.nan, math.nan, id="no country"),
        pytest.param("AQ", math.nan, math.nan, id="a country without an entry"),
    ],
)
def test_no_summer_time(country, latitude, longitude):
    hour = civil_year(2019, zone_of(country, latitude, longitude)).hour
    np.testing.assert_array_equal(hour, np.arange(8760) % 24)


@pytest.mark.parametrize(
    ("country", "latitude", "longitude", "zone"),
    [
        pytest.param("AU", -34.9, 138.6, "Australia/Sydney", id="Adelaide changes"),
        pytest.param("AU", -28.9, 152.0, "Australia/Sydney", id="just south of Queensland"),
        pytest.param("US", 39.7, -105.0, "America/New_York", id="Denver changes as New York does"),
        pytest.param("US", 36.2, -115.1, "America/New_York", id="Las Vegas, just west of Arizona"),
    ],
)
def test_zone_of_a_place(country, latitude, longitude, zone):
    assert zone_of(country, latitude, longitude) == zone


@pytest.mark.parametrize("country", sorted(ZONES))
def test_every_zone_exists(country):
    calendar = civil_year(2019, zone_of(country))
    assert calendar.hour.shape == calendar.day.shape == calendar.date.shape == (8760,)
    assert calendar.hour.min() == 0
    assert calendar.hour.max() == 23


@pytest.mark.parametrize(
    ("year", "month", "day", "kind"),
    [
        pytest.param(2019, 1, 1, "weekday", id="Tuesday"),
        pytest.param(2019, 1, 4, "weekday", id="Friday"),
        pytest.param(2019, 1, 5, "saturday", id="Saturday"),
        pytest.param(2019, 12, 29, "sunday", id="Sunday"),
        pytest.param(2020, 2, 28, "weekday", id="Friday before a 29 February"),
        pytest.param(2020, 3, 1, "sunday", id="Sunday after a 29 February, which has no hours"),
        pytest.param(1900, 1, 1, "weekday", id="Monday, 1 January 1900"),
    ],
)
def test_kind_of_day(year, month, day, kind):
    days = civil_year(year).day[hour_of(month, day, 0):hour_of(month, day, 0) + 24]
    assert set(days) == {DAYS.index(kind)}


def test_a_summer_day_begins_an_hour_early():
    # Midnight from Friday 7 to Saturday 8 June 2019 in summer time is 23:00 of standard time.
    day = civil_year(2019, "Europe/Berlin").day
    assert DAYS[day[hour_of(6, 7, 22)]] == "weekday"
    assert DAYS[day[hour_of(6, 7, 23)]] == "saturday"


def test_holidays_are_sundays():
    pytest.importorskip("holidays", reason="the holidays extra is not installed")
    with_them, without = civil_year(2019, "Europe/Berlin", "DE"), civil_year(2019, "Europe/Berlin")
    changed = np.flatnonzero(with_them.day != without.day)
    # German holidays of all states that are no Sundays: New Year, Good Friday, Easter Monday, 1 May, Ascension,
    # Whit Monday, Unity Day, both Christmas days.
    assert changed.size == 9 * 24
    assert set(with_them.day[changed]) == {2}
    assert set(with_them.day[hour_of(10, 2, 23):hour_of(10, 3, 22)]) == {2}, "Unity Day in summer time"


def test_unknown_country_of_holidays():
    pytest.importorskip("holidays", reason="the holidays extra is not installed")
    with pytest.raises(OptionError, match="holidays: 'XX'; expected a country that the package holidays has"):
        civil_year(2019, "", "XX")


def test_holidays_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    civil_year.cache_clear()
    with pytest.raises(OptionError, match=r"pip install 'buem-engine\[holidays\]'"):
        civil_year(2019, "", "FR")
