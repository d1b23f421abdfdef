"""Open-Meteo: the hour that ends at the stamp, units in the names, padded years."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from sample_weather import FLAT, HOURS, NATIVE, clear_sky

from buem.errors import WeatherError
from buem.io.weather import read_weather
from buem.io.weather_openmeteo import read_openmeteo
from buem.io.weather_table import to_weather
from buem.weather import Weather, clock_offset

WESTAUS = NATIVE / "OpenMeteo_westaus_2020_60min_local.csv.gz"
needs_shared = pytest.mark.skipif(not NATIVE.is_dir(), reason="needs ../shared")

NAMES = {
    "temp_air": "temperature_2m (°C)",
    "relative_humidity": "relative_humidity_2m (%)",
    "pressure": "surface_pressure (hPa)",
    "wind_speed": "wind_speed_10m (km/h)",
    "wind_direction": "wind_direction_10m (°)",
    "ghi": "shortwave_radiation (W/m²)",
    "dni": "direct_normal_irradiance (W/m²)",
    "dhi": "diffuse_radiation (W/m²)",
}
FACTORS = {"pressure": 0.01, "wind_speed": 3.6}


def openmeteo_text(columns: dict[str, object] | None = None, **changes: str | int) -> str:
    """The plain year at 50 N 10 E, some columns replaced."""
    return plain_text(**changes) if columns is None else rows_text({**FLAT, **columns})


@cache
def plain_text(**changes: str | int) -> str:
    return rows_text(FLAT, **changes)  # type: ignore[arg-type]


def rows_text(held: dict, *, seconds: int = 3600, start: str = "2019-01-01T01", suffix: str = "") -> str:
    """An Open-Meteo file; the first hour's stamp is 01:00."""
    head = "latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation"
    lines = [head, f"50.0,10.0,200.0,{seconds},Europe/Berlin,GMT+1", ""]
    lines.append(",".join(["time", *NAMES.values(), "rain (mm)"]))
    stamps = np.datetime64(start, "m") + np.arange(HOURS) * np.timedelta64(60, "m")
    for i, stamp in enumerate(stamps.astype(str).tolist()):
        cells = [f"{held[name][i] * FACTORS.get(name, 1.0):g}" for name in NAMES]
        lines.append(",".join([f"{stamp}{suffix}", *cells, ""]))
    return "\n".join([*lines, ""])


def read(text: str) -> Weather:
    return to_weather(read_openmeteo(text, "f"), "f")


def message(text: str) -> str:
    with pytest.raises(WeatherError) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize("suffix", ["", ":00", "+01:00", ":00+01:00"])
def test_columns_units_and_clock(suffix):
    weather = read(openmeteo_text(suffix=suffix))
    assert (weather.latitude, weather.longitude, weather.elevation) == (50.0, 10.0, 200.0)
    assert (weather.utc_offset, weather.sun_offset, weather.year, weather.notes) == (1.0, 30.0, 2019, ())
    for name in NAMES:
        np.testing.assert_allclose(getattr(weather, name), FLAT[name])
    assert np.isnan(weather.longwave_down).all()


def test_year_from_midnight_has_one_wrapped_hour():
    weather = read(openmeteo_text(start="2019-01-01T00"))
    np.testing.assert_allclose(weather.temp_air, np.roll(FLAT["temp_air"], -1))
    assert weather.notes == ("rows start at 12-31 23:00: wrapped hours moved to their place in the year",)


@pytest.mark.parametrize("suffix", ["", "Z"])
def test_rows_in_utc_turn_to_the_zone_of_the_longitude(suffix):
    weather = read(openmeteo_text(seconds=0, suffix=suffix))
    assert weather.utc_offset == 1.0
    np.testing.assert_allclose(weather.temp_air, np.roll(FLAT["temp_air"], 1))


def test_a_sky_from_pvlib_has_no_clock_offset():
    assert clock_offset(read(openmeteo_text(clear_sky(50.0, 10.0, 1.0)))) == pytest.approx(0.0, abs=1.0)


def test_direct_horizontal_in_place_of_dni():
    sky = clear_sky(50.0, 10.0, 1.0)
    text = openmeteo_text({**sky, "dni": sky["ghi"] - sky["dhi"]})
    weather = read(text.replace("direct_normal_irradiance", "direct_radiation"))
    high = sky["ghi"] > 300.0
    np.testing.assert_allclose(weather.dni[high], sky["dni"][high], rtol=0.02)


@pytest.mark.parametrize(
    ("old", "new", "name", "value"),
    [
        pytest.param("(°C)", "(°F)", "temp_air", (10.0 - 32.0) / 1.8, id="Fahrenheit"),
        pytest.param("(km/h)", "(m/s)", "wind_speed", 10.8, id="m/s"),
        pytest.param("(km/h)", "(mp/h)", "wind_speed", 4.828, id="mph"),
        pytest.param("(km/h)", "(kn)", "wind_speed", 5.556, id="knots"),
    ],
)
def test_units(old, new, name, value):
    assert getattr(read(openmeteo_text().replace(old, new)), name)[0] == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            openmeteo_text().replace("(°C)", "(K)"), "f: unit of temp_air: 'K'; expected one of C, °C", id="unit"
        ),
        pytest.param(
            openmeteo_text().replace("time,", "date,"), "f: column time: missing; expected a line", id="table"
        ),
        pytest.param(openmeteo_text().replace("50.0,", "x,", 1), "f: latitude: 'x'; expected a number", id="site"),
        pytest.param(
            openmeteo_text().replace("2019-01-05T06:00", "5 January"), "f: time: '5 January'; expected ISO", id="stamp"
        ),
        pytest.param(
            openmeteo_text().replace("2019-02-05T06:00", "2019-02-31T06:00"), "f: time: 'Day out of range", id="date"
        ),
        pytest.param(
            openmeteo_text(suffix="Z").replace("2019-01-05T06:00Z", "2019-01-05T06:00+01:00"),
            "f: time: '+01:00, Z'; expected one clock",
            id="two clocks",
        ),
    ],
)
def test_wrong_files_are_refused(text, expected):
    assert message(text).startswith(expected)


@needs_shared
def test_west_australia_is_trimmed_to_its_year():
    weather = read_weather(WESTAUS)
    assert weather.notes == ("trimmed from 8832 rows to the 8784 of 2020", "29 February dropped (24 rows)")
    assert (weather.utc_offset, weather.year) == (8.0, 2020)
    assert weather.latitude == pytest.approx(-28.436, abs=1e-3)
    assert clock_offset(weather) == pytest.approx(0.0, abs=1.5)


@needs_shared
def test_west_australia_sees_the_sun_of_nsrdb():
    ours = read_weather(WESTAUS)
    other = read_weather(NATIVE / "NSRDB_westaus_2020_himawari8_60min_local.csv.gz")
    assert np.corrcoef(ours.ghi, other.ghi)[0, 1] > 0.96
    assert ours.temp_air.mean() == pytest.approx(other.temp_air.mean(), abs=1.5)
