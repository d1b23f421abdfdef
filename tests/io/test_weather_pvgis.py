"""PVGIS CSV and JSON: UTC, and the sun shortly after the full hour."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from sample_weather import CALENDAR, FLAT, HOURS, NATIVE

from buem.errors import WeatherError
from buem.io.stations import read_station
from buem.io.weather import read_weather
from buem.io.weather_pvgis import COLUMNS, read_pvgis_csv, read_pvgis_json
from buem.io.weather_table import to_weather
from buem.weather import RANGES, Weather, clock_offset

CSV = NATIVE / "PVGIS_tmy_45.000_8.000_2005_2023.csv.gz"
JSON = NATIVE / "PVGIS_tmy_45.000_8.000_2005_2023.json.gz"
needs_shared = pytest.mark.skipif(not NATIVE.is_dir(), reason="needs ../shared")

STAMPS = [f"{2005 + month}{month:02d}{day:02d}:{hour:02d}00" for month, day, hour in CALENDAR]


@cache
def csv_text(longitude: float = 20.0, offset: float | None = 0.25) -> str:
    """The plain year at 45 N, each month of another year."""
    head = ["Latitude (decimal degrees): 45.000", f"Longitude (decimal degrees): {longitude}", "Elevation (m): 250.0"]
    head += [] if offset is None else [f"Irradiance Time Offset (h): {offset}"]
    head += ["month,year", *(f"{m},{2005 + m}" for m in range(1, 13)), ",".join(["time(UTC)", *COLUMNS])]
    rows = [",".join([s, *(f"{FLAT[c][i]:g}" for c in COLUMNS.values())]) for i, s in enumerate(STAMPS)]
    return "\r\n".join([*head, *rows, "", "T2m: 2-m air temperature (degree Celsius)", "PVGIS (c) European Union", ""])


def document() -> dict:
    rows = [
        {"time(UTC)": s, **{name: FLAT[column][i] for name, column in COLUMNS.items()}} for i, s in enumerate(STAMPS)
    ]
    place = {"latitude": 45.0, "longitude": 20.0, "elevation": 250.0, "irradiance_time_offset": 0.25}
    return {"inputs": {"location": place}, "outputs": {"tmy_hourly": rows}}


def read(text: str) -> Weather:
    return to_weather((read_pvgis_json if text.startswith("{") else read_pvgis_csv)(text, "f"), "f")


def message(text: str) -> str:
    with pytest.raises(WeatherError) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize("text", [csv_text(), json.dumps(document())], ids=["csv", "json"])
def test_rows_turn_to_the_zone_of_the_longitude(text):
    weather = read(text)
    assert (weather.latitude, weather.longitude, weather.elevation) == (45.0, 20.0, 250.0)
    assert (weather.utc_offset, weather.sun_offset, weather.year) == (1.0, 15.0, None)
    assert weather.notes == ("rotated by +1 h from UTC+0 to local standard time UTC+1",)
    assert weather.licence == "PVGIS (c) European Union"
    for name in RANGES:
        np.testing.assert_allclose(getattr(weather, name), np.roll(FLAT[name], 1))


@pytest.mark.parametrize(("longitude", "offset"), [(-3.7, 0.0), (8.0, 1.0), (-105.0, -7.0), (151.0, 10.0)])
def test_zone(longitude, offset):
    assert read(csv_text(longitude)).utc_offset == offset


def test_old_files_without_the_time_offset_take_the_full_hour():
    assert read(csv_text(offset=None)).sun_offset == 0.0


def test_null_in_json_is_a_missing_hour():
    content = document()
    content["outputs"]["tmy_hourly"][100]["T2m"] = None
    assert "temp_air: 1 missing hours, the first 01-05 05:00; interpolated" in read(json.dumps(content)).notes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(csv_text().replace("time(UTC)", "time"), "f: column time(UTC): missing", id="no table"),
        pytest.param(
            csv_text().replace("Latitude (dec", "Lat (dec"), "f: latitude: missing; expected the posi", id="site"
        ),
        pytest.param(csv_text().replace("20060101:0500", "yesterday"), "f: time(UTC): ", id="stamp"),
        pytest.param(
            csv_text().replace("G(h)", "G(i)").replace("Gd(h)", "Gd(i)"), "f: irradiance: 'only dni'", id="plane"
        ),
        pytest.param(
            "{}", "f: \"KeyError: 'inputs'\"; expected a PVGIS document with inputs.location", id="other JSON"
        ),
        pytest.param("{", "f: 'JSONDecodeError: ", id="cut JSON"),
        pytest.param("{" * 100_000, "f: ", id="deep JSON"),
    ],
)
def test_wrong_files_are_refused(text, expected):
    assert message(text).startswith(expected)


@pytest.mark.parametrize("rows", [None, 5, "x", [], [3], [{}]], ids=str)
def test_wrong_json_rows_are_refused(rows):
    content = document()
    content["outputs"]["tmy_hourly"] = rows
    assert message(json.dumps(content)).startswith("f")


@needs_shared
@pytest.mark.parametrize("file", [CSV, JSON], ids=["csv", "json"])
def test_native_is_the_bundled_station(file):
    native, bundled = read_weather(file), read_station("it_piemonte_pvgis_tmy")
    rounding = {"wind_speed": 0.0501, "relative_humidity": 0.501, "longwave_down": 0.501, "dni": 0.0501}
    for name in RANGES:
        np.testing.assert_allclose(
            getattr(native, name), getattr(bundled, name), atol=rounding.get(name, 0.00501), rtol=0.0
        )
    assert (native.latitude, native.longitude, native.elevation) == (45.0, 8.0, 250.0)
    assert native.utc_offset == bundled.utc_offset
    assert native.sun_offset == pytest.approx(bundled.sun_offset, abs=0.01)
    assert clock_offset(native) == pytest.approx(0.0, abs=1.0)


@needs_shared
def test_native_csv_agrees_with_pvlib():
    import gzip

    import pvlib

    with gzip.open(CSV) as file:
        frame, meta = pvlib.iotools.read_pvgis_tmy(file, pvgis_format="csv")
    native = read_weather(CSV)
    assert str(frame.index.tz) == "UTC"
    assert native.latitude == meta["inputs"]["latitude"]
    for name in ("ghi", "dni", "dhi", "temp_air", "pressure"):
        np.testing.assert_allclose(getattr(native, name), np.roll(frame[name].to_numpy(), 1))
    assert len(frame) == HOURS
