"""TMY3 and TMY2: the hour that ends at the stamp."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pvlib
import pytest
from sample_weather import CALENDAR, FLAT

from buem.errors import WeatherError
from buem.io.weather import read_weather
from buem.io.weather_table import to_weather
from buem.io.weather_tmy import TMY2_FIELDS, read_tmy2, read_tmy3
from buem.weather import Weather, clock_offset

DATA = Path(pvlib.__file__).parent / "data"
TMY3 = [DATA / "723170TYA.CSV", DATA / "703165TY.csv"]
TMY2 = DATA / "12839.tm2"

HEAD = '123456,"SMALL TOWN, WEST",CO,-7.0,40.000,-105.000,1600'
NAMES = (
    "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),DNI (W/m^2),DHI (W/m^2),Dry-bulb (C),RHum (%),Pressure (mbar),"
    "Wdir (degrees),Wspd (m/s)"
)


@cache
def tmy3_text(midnight: str = "24:00", temperature: str | None = None) -> str:
    """The plain year, its months from different years."""
    rows = []
    for i, (month, day, hour) in enumerate(CALENDAR):
        date, time = f"{month:02d}/{day:02d}/{1990 + month}", f"{hour + 1:02d}:00"
        if hour == 23 and midnight == "00:00":
            following = CALENDAR[(i + 1) % len(CALENDAR)]
            date, time = f"{following[0]:02d}/{following[1]:02d}/{1990 + month}", midnight
        temp = temperature if temperature and i == 100 else f"{FLAT['temp_air'][i]:g}"
        rows.append(f"{date},{time},{FLAT['ghi'][i]:g},0,{FLAT['dhi'][i]:g},{temp},50,1000,180,3.0")
    return "\n".join([HEAD, NAMES, *rows, ""])


@cache
def tmy2_text(zone: int = -5, temperature: int | None = None) -> str:
    """The plain year in TMY2's fixed columns."""
    rows = []
    for i, (month, day, hour) in enumerate(CALENDAR):
        row = [" "] * 142
        temp = temperature if temperature is not None and i == 100 else round(FLAT["temp_air"][i] * 10)
        values = {"year": 60 + month, "month": month, "day": day, "hour": hour + 1, "ghi": FLAT["ghi"][i], "dni": 0}
        values |= {"dhi": FLAT["dhi"][i], "temp_air": temp, "relative_humidity": 50, "pressure": 1000}
        values |= {"wind_direction": 180, "wind_speed": 30}
        for name, value in values.items():
            first, end, _ = TMY2_FIELDS[name]
            row[first:end] = f"{value:0{end - first}.0f}"
        rows.append("".join(row))
    return "\n".join([f" 12345 SALT LAKE CITY         UT {zone:3d} N 40 46 W 111 58  1288", *rows, ""])


def message(text: str) -> str:
    reader = read_tmy3 if text.startswith("123456") else read_tmy2
    with pytest.raises(WeatherError) as caught:
        to_weather(reader(text, "f"), "f")
    return str(caught.value)


def check_flat(weather: Weather) -> None:
    for name in ("temp_air", "ghi", "dhi", "wind_speed", "wind_direction", "pressure", "relative_humidity"):
        np.testing.assert_allclose(getattr(weather, name), FLAT[name])
    assert np.isnan(weather.longwave_down).all()
    assert weather.year is None
    assert weather.sun_offset == 30.0


@pytest.mark.parametrize("midnight", ["24:00", "00:00"])
def test_tmy3(midnight):
    weather = to_weather(read_tmy3(tmy3_text(midnight), "f"), "f")
    check_flat(weather)
    assert weather.name == "Small Town, West"
    assert (weather.latitude, weather.longitude, weather.elevation) == (40.0, -105.0, 1600.0)
    assert weather.utc_offset == -7.0


def test_tmy3_missing_code():
    weather = to_weather(read_tmy3(tmy3_text(temperature="-9900"), "f"), "f")
    assert weather.notes[0] == "temp_air: 1 missing hours, the first 01-05 04:00; interpolated"


def test_tmy2():
    weather = to_weather(read_tmy2(tmy2_text(), "f"), "f")
    check_flat(weather)
    assert weather.name == "Salt Lake City"
    assert weather.latitude == pytest.approx(40.7667, abs=1e-4)
    assert weather.longitude == pytest.approx(-111.9667, abs=1e-4)
    assert (weather.elevation, weather.utc_offset) == (1288.0, -5.0)


def test_tmy2_missing_code():
    weather = to_weather(read_tmy2(tmy2_text(temperature=9999), "f"), "f")
    assert weather.notes == ("temp_air: 1 missing hours, the first 01-05 04:00; interpolated",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(tmy3_text().replace(",1600", "", 1), "f: line 1: '123456", id="TMY3 header"),
        pytest.param(
            tmy3_text().replace("DNI (W/m^2)", "DNI"),
            "f: column DNI (W/m^2): missing; expected this column",
            id="column",
        ),
        pytest.param(
            tmy3_text().replace("01/02/1991", "13/02/1991"),
            "f: time: 'Month out of range",
            id="date",
        ),
        pytest.param(tmy3_text(temperature="cold"), "f: line 103, temp_air: 'cold'; expected a number", id="word"),
        pytest.param(tmy2_text().replace(" N 40", " X 40"), "f: line 1: ' 12345 SALT LAKE CITY", id="TMY2 header"),
        pytest.param(
            tmy2_text()[:-90] + "\n",
            "f: temp_air: 'no number'; expected a number in characters 68 to 71 of every row",
            id="cut off",
        ),
    ],
)
def test_wrong_files_are_refused(text, expected):
    assert message(text).startswith(expected)


@pytest.mark.parametrize("file", TMY3, ids=lambda f: f.name)
def test_native_tmy3_agrees_with_pvlib(file):
    frame, meta = pvlib.iotools.read_tmy3(file)
    weather = read_weather(file)
    assert frame.index[0].hour == 1, "pvlib labels the end of the hour"
    for name in ("ghi", "dni", "dhi", "temp_air", "relative_humidity", "wind_speed"):
        np.testing.assert_allclose(getattr(weather, name), frame[name])
    np.testing.assert_allclose(weather.pressure, frame["pressure"] * 100.0)
    assert (weather.latitude, weather.longitude, weather.elevation, weather.utc_offset) == (
        meta["latitude"],
        meta["longitude"],
        meta["altitude"],
        meta["TZ"],
    )
    assert clock_offset(weather) == pytest.approx(0.0, abs=2.0)


def test_native_tmy2_agrees_with_pvlib():
    frame, meta = pvlib.iotools.read_tmy2(TMY2)
    weather = read_weather(TMY2)
    np.testing.assert_allclose(weather.ghi, frame["GHI"])
    np.testing.assert_allclose(weather.dni, frame["DNI"])
    np.testing.assert_allclose(weather.dhi, frame["DHI"])
    np.testing.assert_allclose(weather.temp_air, frame["DryBulb"] / 10.0)
    np.testing.assert_allclose(weather.relative_humidity, frame["RHum"])
    np.testing.assert_allclose(weather.pressure, frame["Pressure"] * 100.0)
    np.testing.assert_allclose(weather.wind_direction, frame["Wdir"])
    np.testing.assert_allclose(weather.wind_speed, frame["Wspd"] / 10.0)
    assert weather.latitude == pytest.approx(meta["latitude"])
    assert weather.longitude == pytest.approx(meta["longitude"])
    assert (weather.name, weather.utc_offset, weather.elevation) == ("Miami", -5.0, 2.0)
    assert clock_offset(weather) == pytest.approx(0.0, abs=2.0)
