"""NSRDB: UTC and local, minutes, finer steps."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from sample_weather import CALENDAR, FLAT, HOURS, NATIVE, clear_sky

from buem.errors import WeatherError
from buem.io.stations import read_station
from buem.io.weather import read_weather
from buem.io.weather_nsrdb import read_nsrdb
from buem.io.weather_table import to_weather
from buem.weather import RANGES, Weather, clock_offset

BRISBANE = NATIVE / "NSRDB_brisbane_tmy-2020_himawari_60min_utc.csv.gz"
WESTAUS = NATIVE / "NSRDB_westaus_2020_himawari8_60min_local.csv.gz"
needs_shared = pytest.mark.skipif(not NATIVE.is_dir(), reason="needs ../shared")

HEAD = "Source,Location ID,City,State,Country,Latitude,Longitude,Time Zone,Elevation,Local Time Zone,Version"
NAMES = "Year,Month,Day,Hour,Minute,Temperature,DHI,DNI,GHI,Relative Humidity,Pressure,Wind Direction,Wind Speed"


@cache
def nsrdb_text(
    *, zone: str = "1", local: str = "1", minutes: tuple[int, ...] = (30,), year: int = 2018, ramp: bool = False
) -> str:
    """The plain year at 50 N 10 E; with `ramp` the temperature counts hours in thousandths."""
    rows = []
    for i, (month, day, hour) in enumerate(CALENDAR):
        for minute in minutes:
            temp = (i + minute / 60.0) / 1000.0 if ramp else FLAT["temp_air"][i]
            sun = FLAT["dhi"][i]
            rows.append(f"{year},{month},{day},{hour},{minute},{temp:.6g},{sun:g},0,{sun:g},50,1000,180,3")
    return "\n".join([HEAD, f"NSRDB,77,-,-,-,50.0,10.0,{zone},200,{local},4.0", NAMES, *rows, ""])


def read(text: str) -> Weather:
    return to_weather(read_nsrdb(text, "f"), "f")


def message(text: str) -> str:
    with pytest.raises(WeatherError) as caught:
        read(text)
    return str(caught.value)


def test_local_year():
    weather = read(nsrdb_text())
    assert (weather.name, weather.latitude, weather.longitude) == ("NSRDB 77", 50.0, 10.0)
    assert (weather.elevation, weather.utc_offset, weather.sun_offset, weather.year) == (200.0, 1.0, 30.0, 2018)
    assert weather.licence == "NSRDB (NREL), CC BY 3.0 US"
    assert weather.notes == ("NSRDB year cut from a year in UTC: its first 1 h come from the other end of it",)
    for name in ("temp_air", "ghi", "pressure", "wind_speed", "wind_direction", "relative_humidity"):
        np.testing.assert_allclose(getattr(weather, name), FLAT[name])


@pytest.mark.parametrize(
    ("local", "first", "offset"),
    [
        pytest.param("1", 8.759, 1.0, id="Europe"),
        pytest.param("-7", 0.007, -7.0, id="Denver"),
        pytest.param("5.5", 8.755, 5.0, id="India"),
        pytest.param("0", 0.0, 0.0, id="London"),
    ],
)
def test_utc_year_turns_to_the_local_zone(local, first, offset):
    weather = read(nsrdb_text(zone="0", local=local, ramp=True))
    assert weather.utc_offset == offset
    assert weather.temp_air[0] == pytest.approx(first, abs=0.0006)


@pytest.mark.parametrize("minute", [0, 30])
def test_sun_stands_at_the_minute_of_the_stamp(minute):
    assert read(nsrdb_text(minutes=(minute,))).sun_offset == minute


@pytest.mark.parametrize(
    ("minutes", "mean"),
    [
        # a ramp of 1/1000 an hour: its mean over the hour is its value at half past
        pytest.param((0, 30), 0.0005, id="30 minutes from the full hour"),
        pytest.param((15, 45), 0.0005, id="30 minutes in the middle"),
        pytest.param((0, 15, 30, 45), 0.0005, id="15 minutes"),
    ],
)
def test_finer_steps_become_means(minutes, mean):
    weather = read(nsrdb_text(minutes=minutes, ramp=True))
    assert weather.sun_offset == 30.0
    np.testing.assert_allclose(weather.temp_air[:-1], np.arange(HOURS - 1) / 1000.0 + mean, atol=6e-6)


def test_finer_steps_keep_the_clock():
    sky = clear_sky(50.0, 10.0, 1.0)
    text = nsrdb_text(minutes=(30,)).splitlines()
    rows = [line.split(",") for line in text[3:]]
    for i, row in enumerate(rows):
        row[6], row[7], row[8] = (f"{sky[n][i]:.1f}" for n in ("dhi", "dni", "ghi"))
    assert clock_offset(read("\n".join([*text[:3], *(",".join(r) for r in rows)]))) == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Source,x\n", "f: rows: '1 lines'; expected two lines of header", id="cut"),
        pytest.param(
            nsrdb_text().replace("Latitude", "Lat", 1), "f: Latitude: missing; expected this field", id="site"
        ),
        pytest.param(nsrdb_text(zone="GMT"), "f: Time Zone: 'GMT'; expected a number", id="zone"),
        pytest.param(nsrdb_text().replace("Minute", "Min", 1), "f: column Minute: missing; expected this", id="column"),
        pytest.param(nsrdb_text().replace("DHI,DNI", "A,B", 1), "f: irradiance: 'only ghi'; expected two of", id="sun"),
        pytest.param(
            nsrdb_text(minutes=(0, 20)), "f: rows: '17520 rows at minutes 0, 20'; expected a year", id="uneven"
        ),
    ],
)
def test_wrong_files_are_refused(text, expected):
    assert message(text).startswith(expected)


@needs_shared
def test_brisbane_is_the_bundled_station():
    native, bundled = read_weather(BRISBANE), read_station("au_brisbane_nsrdb_tmy2020")
    for name in RANGES:
        atol = 0.501 if name == "relative_humidity" else 1e-9
        np.testing.assert_allclose(getattr(native, name), getattr(bundled, name), atol=atol)
    assert (native.latitude, native.longitude, native.utc_offset) == (-27.35, 152.66, 10.0)
    assert (native.sun_offset, native.year) == (30.0, None)
    assert native.notes == ("rotated by +10 h from UTC+0 to local standard time UTC+10",)
    assert clock_offset(native) == pytest.approx(0.0, abs=1.0)


@needs_shared
def test_west_australia_in_local_time():
    native = read_weather(WESTAUS)
    assert (native.utc_offset, native.sun_offset, native.year) == (8.0, 0.0, 2020)
    assert clock_offset(native) == pytest.approx(0.0, abs=1.0)
    assert native.notes == ("NSRDB year cut from a year in UTC: its first 8 h come from the other end of it",)


@needs_shared
@pytest.mark.parametrize("file", [BRISBANE, WESTAUS], ids=["utc", "local"])
def test_native_agrees_with_pvlib(file):
    import gzip

    import pvlib

    with gzip.open(file, "rt") as text:
        frame, _ = pvlib.iotools.read_nsrdb_psm4(text)
    native = read_weather(file)
    turn = 10 if file == BRISBANE else 0
    for name in ("ghi", "dni", "dhi", "temp_air", "wind_speed"):
        np.testing.assert_allclose(getattr(native, name), np.roll(frame[name].to_numpy(), turn))
