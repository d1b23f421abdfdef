"""EPW: columns, clock, missing codes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from sample_weather import FLAT, HOURS, NATIVE, clear_sky, epw_text, flat

from buem.errors import WeatherError, WeatherWarning
from buem.io.stations import read_station
from buem.io.weather import read_weather
from buem.io.weather_epw import read_epw
from buem.io.weather_table import to_weather
from buem.io.weather_text import read_text
from buem.weather import RANGES, Weather, clock_offset

DENVER = NATIVE / "USA_CO_Denver.Intl.AP.725650_TMY3.epw.gz"
PVGIS = NATIVE / "PVGIS_tmy_45.000_8.000_2005_2023.epw.gz"
needs_shared = pytest.mark.skipif(not NATIVE.is_dir(), reason="needs ../shared")


def read(text: str) -> Weather:
    return to_weather(read_epw(text, "f"), "f")


def message(text: str) -> str:
    with pytest.raises(WeatherError) as caught:
        read(text)
    return str(caught.value)


def test_columns_and_site():
    weather = read(epw_text(FLAT))
    assert (weather.name, weather.latitude, weather.longitude) == ("Town", 50.0, 10.0)
    assert (weather.elevation, weather.utc_offset, weather.sun_offset, weather.year) == (200.0, 1.0, 30.0, 2018)
    assert weather.source == "EPW, test, WMO 12345"
    for name, values in FLAT.items():
        np.testing.assert_allclose(getattr(weather, name), values)


def test_hour_1_starts_at_midnight():
    weather = read(epw_text(flat(temp_air={0: 1.0, 23: 24.0})))
    assert (weather.temp_air[0], weather.temp_air[23]) == (1.0, 24.0)


def test_a_sky_from_pvlib_has_no_clock_offset():
    sky = {name: values.tolist() for name, values in clear_sky(50.0, 10.0, 1.0).items()}
    assert clock_offset(read(epw_text({**FLAT, **sky}))) == pytest.approx(0.0, abs=1.0)


def test_hours_from_zero_are_starts():
    lines = epw_text(FLAT).splitlines()
    rows = [line.split(",") for line in lines[8:]]
    shifted = [",".join([*row[:3], str(int(row[3]) - 1), *row[4:]]) for row in rows]
    weather = read("\n".join([*lines[:8], *shifted]))
    np.testing.assert_allclose(weather.temp_air, FLAT["temp_air"])
    assert weather.notes == ("hours 0 to 23 in place of 1 to 24: taken as starts",)


def test_short_rows_of_old_files_are_enough():
    lines = epw_text(FLAT).splitlines()
    weather = read("\n".join([*lines[:8], *(",".join(line.split(",")[:28]) for line in lines[8:])]))
    np.testing.assert_allclose(weather.ghi, FLAT["ghi"])


def test_windows_line_ends():
    np.testing.assert_allclose(read(epw_text(FLAT).replace("\n", "\r\n")).ghi, FLAT["ghi"])


def test_missing_codes():
    changed = flat(temp_air={50: 99.9}, wind_direction={60: 999.0}, relative_humidity={70: 999.0})
    weather = read(epw_text({**changed, "longwave_down": [9999.0] * HOURS, "pressure": [999999.0] * HOURS}))
    assert weather.temp_air[50] == pytest.approx(10.2)
    assert np.isnan(weather.longwave_down).all()
    assert np.isnan(weather.pressure).all()
    assert len(weather.notes) == 3


def test_missing_global_irradiance_is_computed():
    weather = read(epw_text({**FLAT, "ghi": [9999.0] * HOURS}))
    np.testing.assert_allclose(weather.ghi, FLAT["ghi"])
    assert weather.notes == ("computed from the closure ghi = dhi + dni cos(zenith): ghi",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            ",50.0,10.0,1.0,200.0", "", "f: LOCATION: 'LOCATION,Town,-,DEU,test,12345'; expected ten", id="cut"
        ),
        pytest.param(",50.0,", ",fifty,", "f: LOCATION, latitude: 'fifty'; expected a number", id="word"),
        pytest.param(",50.0,", ",5000,", "f: latitude: 5000.0; expected -90 to 90 °", id="place"),
        pytest.param("DATA PERIODS", "DATES", "f: DATA PERIODS: missing; expected this line above the rows", id="rows"),
        pytest.param(
            "DATA PERIODS,1,1", "DATA PERIODS,1,4", "f: DATA PERIODS: '4'; expected 1 record per hour", id="fine"
        ),
        pytest.param(
            "2018,1,1,3,", "2018,1,1,25,", "f: row 3: 'month 1, day 1, hour 24'; expected a calendar", id="hour"
        ),
        pytest.param("2018,1,1,3,", "2018,1,1,x,", "f: line 11, hour: 'x'; expected a number", id="no hour"),
    ],
)
def test_wrong_files_are_refused(old, new, expected):
    assert message(epw_text(FLAT).replace(old, new, 1)).startswith(expected)


def test_leap_year():
    lines = epw_text(FLAT, year=2020).splitlines()
    february = [line.replace("2020,2,28,", "2020,2,29,") for line in lines if line.startswith("2020,2,28,")]
    end = next(i for i, line in enumerate(lines) if line.startswith("2020,3,1,"))
    weather = read("\n".join([*lines[:end], *february, *lines[end:]]))
    assert weather.notes == ("29 February dropped (24 rows)",)


@needs_shared
def test_denver_is_the_bundled_station():
    native, bundled = read_weather(DENVER), read_station("us_denver_tmy3")
    for name in RANGES:
        np.testing.assert_allclose(getattr(native, name), getattr(bundled, name), atol=1e-9)
    assert (native.latitude, native.longitude, native.elevation) == (39.83, -104.65, 1650.0)
    assert (native.utc_offset, native.sun_offset, native.notes) == (-7.0, 30.0, ())
    assert native.name == "Denver Intl Ap"


@needs_shared
def test_denver_agrees_with_pvlib():
    import pvlib

    frame, meta = pvlib.iotools.read_epw(io.StringIO(read_text(DENVER)))
    native = read_weather(DENVER)
    assert (native.latitude, native.utc_offset) == (meta["latitude"], meta["TZ"])
    assert frame.index[0].hour == 0, "pvlib labels the start of the hour"
    for ours, theirs in (("temp_air", "temp_air"), ("dni", "dni"), ("pressure", "atmospheric_pressure")):
        np.testing.assert_allclose(getattr(native, ours), frame[theirs])


@needs_shared
def test_pvgis_epw_gets_a_warning_with_the_number():
    with pytest.warns(WeatherWarning, match=r"epw.gz: the sun in the data stands 4[01] min after the clock") as caught:
        weather = read_weather(PVGIS)
    assert len(caught) == 1
    assert weather.notes[-1].startswith("the sun in the data stands 4")
    assert clock_offset(weather) == pytest.approx(40.6, abs=1.0)
    assert weather.utc_offset == 1.0
