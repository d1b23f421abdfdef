"""Our own weather CSV, read and written."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_weather import FLAT, HOURS, buem_text, flat

from buem.errors import WeatherError
from buem.io.stations import read_station
from buem.io.weather import read_weather
from buem.io.weather_csv import SiteHeader, read_header, read_table, whole, write_weather
from buem.io.weather_table import to_weather
from buem.weather import RANGES, Weather


def read(text: str, header: SiteHeader | None = None) -> Weather:
    return to_weather(read_table(text, "f", header), "f")


def message(text: str) -> str:
    with pytest.raises(WeatherError) as caught:
        read(text)
    return str(caught.value)


def test_header_and_table():
    weather = read(buem_text(FLAT, sun_offset=15, albedo=0.3, source="us", licence="ours", year=2018))
    assert (weather.name, weather.latitude, weather.longitude, weather.elevation) == ("Town", 50.0, 10.0, 200.0)
    assert (weather.utc_offset, weather.sun_offset, weather.albedo, weather.year) == (1.0, 15.0, 0.3, 2018)
    assert (weather.source, weather.licence, weather.notes) == ("us", "ours", ())
    for name, values in FLAT.items():
        np.testing.assert_allclose(getattr(weather, name), values)


def test_little_is_needed():
    few = {name: FLAT[name] for name in ("temp_air", "dni", "dhi")}
    weather = read(buem_text(few, name=None, elevation=None))
    assert (weather.elevation, weather.sun_offset, weather.year) == (0.0, 30.0, None)
    assert weather.notes == ("computed from the closure ghi = dhi + dni cos(zenith): ghi",)


def test_pvlib_names_are_columns_too():
    text = buem_text(FLAT).replace("temp_air_C", "temp_air").replace("ghi_W_m2", "ghi")
    np.testing.assert_allclose(read(text).ghi, FLAT["ghi"])


def test_column_order_is_free():
    reverse = dict(reversed(FLAT.items()))
    np.testing.assert_allclose(read(buem_text(reverse)).pressure, FLAT["pressure"])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            {"latitude": None}, "f: latitude: missing; expected a line `# latitude: number` above", id="place"
        ),
        pytest.param({"utc_offset": "CET"}, "f: utc_offset: 'CET'; expected a number", id="word"),
        pytest.param({"longitud": 8}, "f: longitud: '8'; expected one of name, latitude, longitude,", id="misspelt"),
        pytest.param({"latitude": 500}, "f: latitude: 500.0; expected -90 to 90 °", id="off the globe"),
    ],
)
def test_wrong_headers_are_refused(change, expected):
    assert message(buem_text(FLAT, **change)).startswith(expected)


def test_all_problems_of_a_header_come_at_once():
    with pytest.raises(WeatherError) as caught:
        read_header(["# latitude: x", "# size: 3"], "f")
    assert [p.path for p in caught.value.problems] == ["f: size", "f: latitude", "f: longitude", "f: utc_offset"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "temp_air_C", "temp_air_K", "f: column: 'temp_air_K'; expected one of month, day, hour", id="unit"
        ),
        pytest.param("month,day", "mon,day", "f: column: 'mon'; expected one of month", id="calendar"),
        pytest.param("\n1,1,5,", "\n1,1,5,warm,", "f: line 12, temp_air: 'warm'; expected a number", id="word"),
        pytest.param("\n1,1,5,", "\n1,1,5.5,", "f: row 6: 'month 1, day 1, hour -1'; expected a calendar", id="half"),
        pytest.param(
            "\n1,1,5,", "\n\n1,1,6,", "f: rows: '8760 rows, 1 hours missing, the first 01-01 05:00", id="twice"
        ),
    ],
)
def test_wrong_tables_are_refused(old, new, expected):
    assert message(buem_text(FLAT).replace(old, new)).startswith(expected)


def test_missing_columns_are_named():
    text = message(buem_text(FLAT).replace("month,day", "ghi,day").replace("temp_air_C", "dni"))
    assert "f: column month: missing; expected this column" in text
    assert "f: column temp_air_C: missing; expected this column" in text


def test_header_alone_is_refused():
    assert message("# latitude: 1\n# longitude: 2\n# utc_offset: 0\n").startswith(
        "f: rows: missing; expected a line of"
    )


def test_empty_cells_are_missing_hours():
    weather = read(buem_text(flat(temp_air={30: float("nan")})))
    assert weather.notes == ("temp_air: 1 missing hours, the first 01-02 06:00; interpolated",)


def test_whole():
    values = whole(np.array([1.0, 2.5, np.nan, np.inf, -3.0]))
    assert values.tolist() == [1, -1, -1, -1, -3]


# writing


@pytest.mark.parametrize("name", ["w.csv", "w.csv.gz"])
def test_round_trip_of_a_station(tmp_path, name):
    before = replace(read_station("us_denver_tmy3"), name="Denver: high, and dry")
    write_weather(before, tmp_path / name)
    after = read_weather(tmp_path / name)
    for field in fields(Weather):
        if field.name in RANGES:
            np.testing.assert_array_equal(getattr(after, field.name), getattr(before, field.name))
        else:
            assert getattr(after, field.name) == getattr(before, field.name)


def test_gzip_has_the_same_bytes_each_time(tmp_path):
    for name in ("a.csv.gz", "b.csv.gz"):
        write_weather(read_station("us_tampa_tmy3"), tmp_path / name)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    latitude=st.floats(-90.0, 90.0),
    longitude=st.floats(-180.0, 180.0),
    offset=st.sampled_from([-7.0, 0.0, 5.5, 12.75]),
    year=st.one_of(st.none(), st.integers(1900, 2100)),
    optional=st.booleans(),
)
def test_round_trip_keeps_every_digit(tmp_path_factory, seed, latitude, longitude, offset, year, optional):
    rng = np.random.default_rng(seed)
    columns = {name: rng.uniform(r.low, r.high, HOURS) for name, r in RANGES.items()}
    if not optional:
        columns.update({name: np.full(HOURS, np.nan) for name in ("pressure", "longwave_down", "wind_speed")})
    before = Weather(
        name="x",
        latitude=latitude,
        longitude=longitude,
        elevation=1.5,
        utc_offset=offset,
        sun_offset=10.57,
        year=year,
        **columns,
    )
    file = tmp_path_factory.mktemp("w") / "x.csv"
    write_weather(before, file)
    after = to_weather(read_table(file.read_text(), "x"), "x")
    assert (after.latitude, after.longitude, after.utc_offset, after.year) == (latitude, longitude, offset, year)
    assert after.sun_offset == 10.57
    for name in RANGES:
        np.testing.assert_array_equal(getattr(after, name), columns[name])
