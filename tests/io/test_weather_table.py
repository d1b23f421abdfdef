"""The border of the readers: order of the hours, local clock, notes."""

from __future__ import annotations

import numpy as np
import pytest
from sample_weather import CALENDAR, FLAT, HOURS

from buem.errors import WeatherError
from buem.io.weather_table import WeatherTable, calendar, hour_of_year, to_weather, zone_of


def rows(start: str, count: int, **changes: object) -> WeatherTable:
    """Consecutive hours, the temperature counting them in thousandths."""
    starts = np.arange(np.datetime64(start, "h"), np.datetime64(start, "h") + count)
    year, month, day, hour = calendar(starts)
    columns = {name: np.resize(np.array(values), count) for name, values in FLAT.items()}
    columns["temp_air"] = np.arange(count) / 1000.0
    fields: dict[str, object] = {
        "name": "t",
        "latitude": 50.0,
        "longitude": 10.0,
        "elevation": 0.0,
        "utc_offset": 1.0,
        "year": year,
        "month": month,
        "day": day,
        "hour": hour,
        "columns": columns,
    }
    return WeatherTable(**{**fields, **changes})  # type: ignore[arg-type]


def message(table: WeatherTable) -> str:
    with pytest.raises(WeatherError) as caught:
        to_weather(table, "f")
    return str(caught.value)


def test_a_common_year_stays_as_it_is():
    weather = to_weather(rows("2019-01-01T00", HOURS), "f")
    np.testing.assert_array_equal(weather.temp_air, np.arange(HOURS) / 1000.0)
    assert weather.notes == ()
    assert weather.year == 2019
    assert weather.utc_offset == 1.0


def test_a_leap_year_loses_29_february():
    weather = to_weather(rows("2020-01-01T00", 8784), "f")
    assert weather.temp_air[1415] == pytest.approx(1.415)
    assert weather.temp_air[1416] == pytest.approx(1.440)
    assert weather.notes == ("29 February dropped (24 rows)",)
    assert weather.year == 2020


def test_a_padded_leap_year_is_trimmed():
    weather = to_weather(rows("2019-12-31T00", 8832), "f")
    assert weather.temp_air[0] == pytest.approx(0.024)
    assert weather.notes == ("trimmed from 8832 rows to the 8784 of 2020", "29 February dropped (24 rows)")


def test_a_padded_common_year_is_trimmed():
    weather = to_weather(rows("2018-12-31T00", 8808), "f")
    assert weather.temp_air[0] == pytest.approx(0.024)
    assert weather.notes == ("trimmed from 8808 rows to the 8760 of 2019",)


@pytest.mark.parametrize("turn", [1, 8, 4344])
def test_wrapped_hours_find_their_place(turn):
    table = rows("2019-01-01T00", HOURS)
    turned = WeatherTable(
        **{
            name: np.roll(getattr(table, name), turn) if name in ("year", "month", "day", "hour") else value
            for name, value in ((n, getattr(table, n)) for n in table.__slots__)
        }
    )
    weather = to_weather(turned, "f")
    np.testing.assert_allclose(weather.temp_air, np.roll(np.arange(HOURS) / 1000.0, -turn))
    assert weather.notes[0].endswith("wrapped hours moved to their place in the year")


def test_a_year_from_july_to_june_is_put_in_order():
    weather = to_weather(rows("2018-07-01T00", HOURS), "f")
    assert weather.temp_air[0] == pytest.approx(4.416)
    assert weather.year is None
    assert weather.notes == ("rows start at 07-01 00:00: wrapped hours moved to their place in the year",)


@pytest.mark.parametrize(
    ("local", "first", "offset", "note"),
    [
        pytest.param(1.0, 8.759, 1.0, "rotated by +1 h from UTC+0 to local standard time UTC+1", id="east"),
        pytest.param(10.0, 8.750, 10.0, "rotated by +10 h from UTC+0 to local standard time UTC+10", id="far east"),
        pytest.param(-7.0, 0.007, -7.0, "rotated by -7 h from UTC+0 to local standard time UTC-7", id="west"),
        pytest.param(5.5, 8.755, 5.0, "rotated by +5 h from UTC+0 to local standard time UTC+5", id="half hours"),
        pytest.param(0.0, 0.0, 0.0, None, id="nothing to do"),
        pytest.param(None, 0.0, 0.0, None, id="on its own clock"),
    ],
)
def test_rows_in_utc_move_to_local_standard_time(local, first, offset, note):
    weather = to_weather(rows("2019-01-01T00", HOURS, utc_offset=0.0, local_offset=local), "f")
    assert weather.temp_air[0] == pytest.approx(first)
    assert weather.utc_offset == offset
    assert weather.notes == (() if note is None else (note,))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(
            rows("2019-01-01T00", 8759),
            "f: rows: '8759 rows, 1 hours missing, the first 12-31 23:00'; expected each hour of one year",
            id="an hour short",
        ),
        pytest.param(rows("2019-01-01T00", 0), "f: rows: '0 rows, 8760 hours missing", id="empty"),
        pytest.param(
            rows("2017-01-01T00", 3 * HOURS),
            "f: rows: '26280 rows with 3 complete years'; expected one year of 8760 or 8784 hours",
            id="three years",
        ),
        pytest.param(
            rows("2019-03-01T00", 9000), "f: rows: '9000 rows with 0 complete years'; expected one", id="no whole year"
        ),
        pytest.param(
            rows("2019-01-01T00", HOURS, hour=np.full(HOURS, 5)), "f: rows: '8760 rows, 8395 hours missing", id="twice"
        ),
        pytest.param(
            rows("2019-01-01T00", HOURS, month=np.full(HOURS, 13)),
            "f: row 1: 'month 13, day 1, hour 0'; expected a calendar day and an hour from 0 to 23",
            id="month 13",
        ),
        pytest.param(
            rows("2019-01-01T00", HOURS, day=np.full(HOURS, 30)),
            "f: row 745: 'month 2, day 30, hour 0'; expected a calendar day",
            id="30 February",
        ),
        pytest.param(
            rows("2019-01-01T00", HOURS, latitude=120.0), "f: latitude: 120.0; expected -90 to 90 °", id="place"
        ),
    ],
)
def test_what_is_no_year_is_refused(table, expected):
    assert message(table).startswith(expected)


def test_all_problems_come_at_once():
    columns = {name: np.array(values) for name, values in FLAT.items()}
    columns["temp_air"] = np.full(HOURS, 300.0)
    columns["ghi"] = np.full(HOURS, 5000.0)
    text = message(rows("2019-01-01T00", HOURS, columns=columns))
    assert text.splitlines() == [
        "f: temp_air: '300 at 01-01 00:00, 8760 hours in all'; expected -90 to 60 °C",
        "f: ghi: '5000 at 01-01 00:00, 8760 hours in all'; expected 0 to 1500 W/m²",
    ]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param(9999.0, "1 missing hours, the first 01-01 12:00'; expected no missing hours", id="code"),
        pytest.param(2000.0, "2000 at 01-01 12:00, 1 hours in all'; expected 0 to 1500 W/m²", id="too bright"),
        pytest.param(-50.0, "-50 at 01-01 12:00, 1 hours in all'; expected 0 to 1500 W/m²", id="negative"),
    ],
)
def test_direct_horizontal_is_checked_like_the_others(value, found):
    beam = np.zeros(HOURS)
    beam[12] = value
    text = message(rows("2019-01-01T00", HOURS, beam_horizontal=beam))
    assert text == f"f: direct horizontal irradiance: '{found}"


def test_empty_direct_horizontal_is_none():
    weather = to_weather(rows("2019-01-01T00", HOURS, beam_horizontal=np.full(HOURS, np.nan)), "f")
    assert weather.notes == ()


def test_hour_of_year():
    month, day, hour = (np.array(column) for column in zip(*CALENDAR))
    np.testing.assert_array_equal(hour_of_year(month, day, hour), np.arange(HOURS))


def test_columns_that_a_file_lacks_are_nan():
    columns = {name: np.array(FLAT[name]) for name in ("temp_air", "ghi", "dni", "dhi")}
    weather = to_weather(rows("2019-01-01T00", HOURS, columns=columns), "f")
    assert np.isnan(weather.pressure).all()
    assert np.isnan(weather.longwave_down).all()
    assert weather.notes == ()


def test_calendar():
    starts = np.datetime64("2019-01-01T00", "h") + np.arange(HOURS)
    year, month, day, hour = calendar(starts)
    assert set(year) == {2019}
    assert list(zip(month.tolist(), day.tolist(), hour.tolist())) == CALENDAR


@pytest.mark.parametrize(
    ("longitude", "zone"),
    [(0.0, 0.0), (8.0, 1.0), (-4.0, 0.0), (-104.65, -7.0), (152.7, 10.0), (-180.0, -12.0), (7.4, 0.0)],
)
def test_zone_of(longitude, zone):
    assert zone_of(longitude) == zone
