"""The weather record: its checks, its clock, its air and its sky."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pvlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.io.stations import read_station, stations
from buem.weather import (
    DERIVED_IRRADIANCE,
    Weather,
    air_density,
    check_weather,
    clock_note,
    clock_offset,
    cos_zenith,
    great_circle,
    hour_name,
    sky_temperature,
    solar_time_shift,
)

HOURS = 8760


def weather(**changes: object) -> Weather:
    """15 °C, no sun, standard pressure, dry, at 50 N 10 E."""
    fields: dict[str, object] = {
        "name": "test",
        "latitude": 50.0,
        "longitude": 10.0,
        "elevation": 0.0,
        "utc_offset": 1.0,
        "temp_air": np.full(HOURS, 15.0),
        "ghi": np.zeros(HOURS),
        "dni": np.zeros(HOURS),
        "dhi": np.zeros(HOURS),
        "wind_speed": np.full(HOURS, 2.0),
        "wind_direction": np.full(HOURS, 90.0),
        "pressure": np.full(HOURS, 101325.0),
        "relative_humidity": np.zeros(HOURS),
        "longwave_down": np.full(HOURS, 300.0),
    }
    return Weather(**{**fields, **changes})  # type: ignore[arg-type]


def with_value(value: float, hour: int) -> np.ndarray:
    """10 everywhere but in one hour."""
    values = np.full(HOURS, 10.0)
    values[hour] = value
    return values


def clear(latitude: float, longitude: float, utc_offset: float, late: float = 0.0, noise: float = 0.0) -> Weather:
    """Cloudless days whose sun, from pvlib, runs `late` minutes after the promised half past."""
    shift = pd.Timedelta(minutes=30.0 + late - 60.0 * utc_offset)
    times = pd.date_range("2001-01-01", periods=HOURS, freq="h", tz="UTC") + shift
    cosine = np.cos(np.radians(pvlib.solarposition.get_solarposition(times, latitude, longitude)["zenith"].to_numpy()))
    up = cosine > 0.05
    dni, dhi = np.where(up, 800.0, 0.0), np.where(up, 100.0, 0.0)
    ghi = dhi + dni * cosine.clip(0.0)
    if noise:
        ghi = np.where(up, (ghi + np.random.default_rng(1).normal(0.0, noise, HOURS)).clip(0.0), 0.0)
    place = {"latitude": latitude, "longitude": longitude, "utc_offset": utc_offset}
    return weather(**place, ghi=np.round(ghi, 1), dni=dni, dhi=dhi)


# check_weather


def test_sound_weather_has_no_problems():
    assert check_weather(weather()) == []


@pytest.mark.parametrize("station", [s.id for s in stations()])
def test_bundled_weather_has_no_problems(station):
    assert check_weather(read_station(station)) == []


def test_optional_columns_may_be_missing_throughout():
    nothing = np.full(HOURS, np.nan)
    assert check_weather(weather(pressure=nothing, longwave_down=nothing, wind_speed=nothing)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"latitude": 91.0}, "latitude: 91.0; expected -90 to 90 °", id="off the globe"),
        pytest.param({"longitude": 500000.0}, "longitude: 500000.0; expected -180 to 180 °", id="metres"),
        pytest.param({"elevation": float("nan")}, "elevation: nan; expected -450 to 9000 m", id="NaN in the site"),
        pytest.param({"utc_offset": 60.0}, "utc_offset: 60.0; expected -14 to 14 h", id="minutes for hours"),
        pytest.param({"sun_offset": 200.0}, "sun_offset: 200.0; expected -60 to 120 min", id="sun of another hour"),
        pytest.param({"albedo": 1.5}, "albedo: 1.5; expected 0 to 1", id="albedo above 1"),
        pytest.param(
            {"temp_air": np.zeros(8784)}, "temp_air: (8784,); expected an array of shape (8760,)", id="leap year"
        ),
        pytest.param(
            {"temp_air": with_value(np.nan, 1416)},
            "temp_air: '1 missing hours, the first 03-01 00:00'; expected a value in every hour",
            id="hole in a needed column",
        ),
        pytest.param(
            {"dni": np.full(HOURS, np.nan)},
            "dni: '8760 missing hours, the first 01-01 00:00'; expected a value in every hour",
            id="needed column missing",
        ),
        pytest.param(
            {"wind_speed": with_value(np.nan, 0)},
            "wind_speed: '1 missing hours, the first 01-01 00:00'; expected a value in every hour, or NaN in all",
            id="hole in an optional column",
        ),
        pytest.param(
            {"temp_air": with_value(99.9, 8759)},
            "temp_air: '99.9 at 12-31 23:00, 1 hours in all'; expected -90 to 60 °C",
            id="missing code left in",
        ),
        pytest.param(
            {"ghi": with_value(-1.0, 5)},
            "ghi: '-1 at 01-01 05:00, 1 hours in all'; expected 0 to 1500 W/m²",
            id="negative sun",
        ),
        pytest.param(
            {"pressure": np.full(HOURS, 1013.25)},
            "pressure: '1013.25 at 01-01 00:00, 8760 hours in all'; expected 30000 to 110000 Pa",
            id="hPa for Pa",
        ),
    ],
)
def test_check_weather_names_the_problem(changes, expected):
    assert [str(p) for p in check_weather(weather(**changes))] == [expected]


def test_check_weather_finds_all_problems():
    found = check_weather(weather(latitude=100.0, temp_air=np.zeros(3), dhi=with_value(1e4, 0)))
    assert [p.path for p in found] == ["latitude", "temp_air", "dhi"]
    assert [p.code for p in found] == ["OUT_OF_RANGE", "WRONG_LENGTH", "OUT_OF_RANGE"]


@pytest.mark.parametrize(
    ("hour", "name"),
    [
        pytest.param(0, "01-01 00:00", id="first"),
        pytest.param(1415, "02-28 23:00", id="last of February"),
        pytest.param(1416, "03-01 00:00", id="no 29 February"),
        pytest.param(8759, "12-31 23:00", id="last"),
    ],
)
def test_hour_name(hour, name):
    assert hour_name(hour) == name


# the sun of the readers


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        pytest.param(52.0, 13.0, id="Europe"),
        pytest.param(-33.0, 151.0, id="southern"),
        pytest.param(0.0, -78.0, id="equator"),
        pytest.param(78.0, 15.0, id="polar"),
        pytest.param(-90.0, 180.0, id="-90 degree latitude, date line"),
    ],
)
def test_cos_zenith_agrees_with_pvlib(latitude, longitude):
    hours = np.arange(0.0, HOURS, 7.3)
    times = pd.Timestamp("2001-01-01", tz="UTC") + pd.to_timedelta(hours * 3600.0, unit="s")
    zenith = pvlib.solarposition.get_solarposition(times, latitude, longitude)["zenith"].to_numpy()
    np.testing.assert_allclose(np.degrees(np.arccos(cos_zenith(latitude, longitude, hours))), zenith, atol=0.02)


def test_cos_zenith_at_equinox_noon_is_the_cosine_of_the_latitude():
    # 2001: equinox on 20 March, 13:31 UTC; noon at 0 E is 12:07 UTC
    hour = 78 * 24 + 12 + 7.4 / 60
    assert cos_zenith(60.0, 0.0, hour) == pytest.approx(0.5, abs=1e-3)


def test_cos_zenith_keeps_the_shape_and_nan():
    assert cos_zenith(50.0, 10.0, np.zeros((3, 4))).shape == (3, 4)
    assert np.isnan(cos_zenith(50.0, 10.0, np.nan))


@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        # equation of time, U.S. Naval Observatory: extremes of the year
        pytest.param(41, -14.2, id="11 February"),
        pytest.param(133, 3.7, id="14 May"),
        pytest.param(206, -6.5, id="26 July"),
        pytest.param(306, 16.4, id="3 November"),
    ],
)
def test_solar_time_shift_is_the_equation_of_time(day, minutes):
    assert solar_time_shift(0.0, day * 24.0 + 12.0) * 60.0 == pytest.approx(minutes, abs=0.15)
    assert solar_time_shift(15.0, day * 24.0 + 12.0) * 60.0 == pytest.approx(60.0 + minutes, abs=0.15)


# clock_offset


@settings(max_examples=25, deadline=None)
@given(
    latitude=st.floats(-60.0, 60.0),
    longitude=st.floats(-180.0, 180.0),
    late=st.floats(-85.0, 85.0),
    zone=st.floats(-1.0, 1.0),
)
def test_clock_offset_finds_any_rotation_of_a_clear_year(latitude, longitude, late, zone):
    offset = clock_offset(clear(latitude, longitude, longitude / 15.0 + zone, late))
    assert offset is not None
    assert offset == pytest.approx(late, abs=2.0)


@pytest.mark.parametrize("hours", [-11, -5, -2, 2, 3, 8, 11])
def test_clock_offset_finds_a_wrong_time_zone(hours):
    assert clock_offset(clear(40.0, -105.0, -7.0, 60.0 * hours)) == pytest.approx(60.0 * hours, abs=2.0)


def test_clock_offset_stands_noise():
    assert clock_offset(clear(52.0, 13.0, 1.0, 34.0, noise=30.0)) == pytest.approx(34.0, abs=5.0)


@pytest.mark.parametrize("station", [s.id for s in stations() if "try" not in s.id])
def test_clock_offset_of_bundled_weather_is_none_worth_a_warning(station):
    offset = clock_offset(read_station(station))
    assert offset is not None
    assert abs(offset) <= 2.0


@pytest.mark.parametrize("turn", [-90, -60, 60, 90])
def test_clock_offset_of_a_measured_year_moved_in_time(turn):
    denver = read_station("us_denver_tmy3")
    assert clock_offset(replace(denver, sun_offset=30.0 - turn / 2)) == pytest.approx(turn / 2, abs=2.0)


def without_beam(w: Weather) -> Weather:
    return replace(w, ghi=w.dhi, dni=np.zeros(HOURS))


def closed(w: Weather) -> Weather:
    """GHI computed from the other two, at the promised sun."""
    hours = np.arange(HOURS) + w.sun_offset / 60.0 - w.utc_offset
    return replace(w, ghi=w.dhi + w.dni * cos_zenith(w.latitude, w.longitude, hours).clip(0.0))


def shuffled(w: Weather) -> Weather:
    return replace(w, ghi=w.dhi + np.random.default_rng(0).permutation(w.ghi - w.dhi))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(without_beam, id="no clear hours"),
        pytest.param(closed, id="closed to the last digit"),
        pytest.param(lambda w: replace(w, notes=(f"{DERIVED_IRRADIANCE}dni",)), id="DNI computed while reading"),
        pytest.param(shuffled, id="nothing fits"),
    ],
)
def test_clock_offset_says_nothing_where_the_data_cannot_tell(change):
    broken = change(clear(50.0, 10.0, 1.0, 40.0))
    assert clock_offset(broken) is None
    assert clock_note(broken) is None


def test_clock_offset_at_the_pole_does_not_invent_one():
    # the sun circles at one height: only its height, not its hour can be seen
    assert clock_note(clear(90.0, 0.0, 0.0)) is None


def test_clock_offset_is_cheap():
    year = clear(50.0, 10.0, 1.0, 40.0)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        clock_offset(year)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.05


@pytest.mark.parametrize(
    ("late", "note"),
    [
        pytest.param(40.0, "the sun in the data stands 40 min after the clock that its format promises", id="late"),
        pytest.param(-31.0, "the sun in the data stands 31 min before the clock that its format promises", id="early"),
        pytest.param(15.0, None, id="small"),
    ],
)
def test_clock_note(late, note):
    assert clock_note(clear(50.0, 10.0, 1.0, late)) == note


# air and sky


@pytest.mark.parametrize(
    ("changes", "density"),
    [
        # ISO 2533:1975, table of the standard atmosphere: 1.2250 kg/m³ at sea level
        pytest.param({}, 1.2250, id="standard air"),
        # p - 0.378 e = 101325 - 0.378 x 0.5 x 4243 Pa, over 287.055 x 303.15 (saturation at 30 °C: 4243 Pa)
        pytest.param({"temp_air": np.full(HOURS, 30.0), "relative_humidity": np.full(HOURS, 50.0)}, 1.1552, id="moist"),
        pytest.param({"pressure": np.full(HOURS, 83400.0), "temp_air": np.full(HOURS, 10.9)}, 1.0229, id="high"),
        # ISO 2533: 89874.6 Pa at 1000 m; over 287.055 x 288.15
        pytest.param({"pressure": np.full(HOURS, np.nan), "elevation": 1000.0}, 1.0866, id="pressure unknown"),
        pytest.param({"relative_humidity": np.full(HOURS, np.nan)}, 1.2250, id="humidity unknown"),
    ],
)
def test_air_density(changes, density):
    assert air_density(weather(**changes)) == pytest.approx(density, abs=2e-4)


def test_air_density_of_denver():
    assert air_density(read_station("us_denver_tmy3")) == pytest.approx(1.02, abs=0.01)


def test_sky_temperature_of_a_black_sky():
    # 5.670374419e-8 x 273.15^4 = 315.66 W/m²
    sky = sky_temperature(weather(longwave_down=np.full(HOURS, 315.66)))
    np.testing.assert_allclose(sky, 0.0, atol=0.01)


def test_sky_temperature_is_nan_without_longwave():
    assert np.isnan(sky_temperature(weather(longwave_down=np.full(HOURS, np.nan)))).all()


def test_sky_temperature_is_below_the_air():
    denver = read_station("us_denver_tmy3")
    assert 5.0 < float(np.mean(denver.temp_air - sky_temperature(denver))) < 20.0


# great circle


PLACES = st.tuples(st.floats(-90.0, 90.0), st.floats(-180.0, 180.0))


@given(PLACES, PLACES)
def test_great_circle_is_symmetric_and_bounded(here, there):
    out, back = great_circle(*here, *there), great_circle(*there, *here)
    assert out == pytest.approx(back, abs=1e-6)
    assert 0.0 <= out <= 20015.2


@given(PLACES)
def test_great_circle_to_itself_is_nothing(here):
    assert great_circle(*here, *here) == 0.0
