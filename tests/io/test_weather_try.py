"""Test reference years of DWD: Lambert coordinates, direct horizontal, true solar time."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from sample_weather import CALENDAR, FLAT, HOURS, NATIVE, clear_sky

from buem.errors import WeatherError
from buem.io.stations import read_station
from buem.io.weather import read_weather
from buem.io.weather_table import to_weather
from buem.io.weather_text import read_text
from buem.io.weather_try import from_solar_time, lambert_to_degrees, read_try
from buem.weather import RANGES, Weather, clock_offset

POTSDAM = NATIVE / "DWD_TRY2015_Potsdam_Jahr.dat.gz"
MANNHEIM = NATIVE / "DWD_TRY2010_12_Mannheim_Jahr.dat.gz"
needs_shared = pytest.mark.skipif(not NATIVE.is_dir(), reason="needs ../shared")

HEAD_2015 = """Koordinatensystem : Lambert konform konisch
Rechtswert        : 4201500 Meter
Hochwert          : 2846500 Meter
Hoehenlage        : 34 Meter ueber NN

     RW      HW MM DD HH     t    p  WR   WG N    x  RF    B    D   A    E IL
***"""
HEAD_2010 = """TRY12   Oberrheingraben
Station: Mannheim                        WMO-Nummer: 10729
Lage: 49°31'N <- B.   8°33'O <- L.    96 Meter über NN

RG    IS  MM  DD  HH  N   WR      WG       t       p        x   RF   W     B     D IK    A      E IL
***"""


@cache
def try_2015(beam: tuple[float, ...] | None = None) -> str:
    """The plain year near Potsdam; all its sun is diffuse unless a direct horizontal one is given."""
    rows = [
        f"4201500 2846500 {m:2d} {d:2d} {h + 1:2d} {FLAT['temp_air'][i]:.1f} 1000 180 3.0 5 3.5 50 "
        f"{0.0 if beam is None else beam[i]:.3f} {FLAT['dhi'][i]:.0f} 300 -316 3"
        for i, (m, d, h) in enumerate(CALENDAR)
    ]
    return "\n".join([HEAD_2015, *rows, ""])


@cache
def try_2010() -> str:
    rows = [
        f"12  1 {m:2d} {d:2d} {h + 1:2d} 8 180 3.0 {FLAT['temp_air'][i]:.1f} 1000.0 4.3 50 2 0 {FLAT['dhi'][i]:.0f} "
        "1 300 -334 9"
        for i, (m, d, h) in enumerate(CALENDAR)
    ]
    return "\n".join([HEAD_2010, *rows, ""])


def read(text: str) -> Weather:
    return to_weather(read_try(text, "data/TRY_Jahr.dat.gz"), "f")


@pytest.mark.parametrize(
    ("easting", "northing", "latitude", "longitude"),
    [
        # the origin of EPSG:3034
        pytest.param(4000000.0, 2800000.0, 52.0, 10.0, id="origin"),
        # DWD writes latitude and longitude of the grid cell into the file names: TRY2015_523938130651, 494902084637
        pytest.param(4201500.0, 2846500.0, 52.3938, 13.0651, id="Potsdam"),
    ],
)
def test_lambert_to_degrees(easting, northing, latitude, longitude):
    found = lambert_to_degrees(easting, northing)
    assert found[0] == pytest.approx(latitude, abs=1e-4)
    assert found[1] == pytest.approx(longitude, abs=1e-4)


def test_lambert_is_symmetric_about_10_east():
    west, east = lambert_to_degrees(3800000.0, 2500000.0), lambert_to_degrees(4200000.0, 2500000.0)
    assert west[0] == pytest.approx(east[0])
    assert 10.0 - west[1] == pytest.approx(east[1] - 10.0)


def test_lambert_keeps_angles():
    # conformal: a small step east and a small step north are turned and stretched alike
    n0, e0 = lambert_to_degrees(3700000.0, 2300000.0)
    n1, e1 = lambert_to_degrees(3700100.0, 2300000.0)
    n2, e2 = lambert_to_degrees(3700000.0, 2300100.0)
    cosine = np.cos(np.radians(n0))
    # radii of curvature of the ellipsoid differ by 0.7 % between meridian and parallel
    assert (e1 - e0) * cosine == pytest.approx(n2 - n0, rel=0.01)
    assert (n1 - n0) == pytest.approx(-(e2 - e0) * cosine, rel=0.05)


def test_2015():
    weather = read(try_2015())
    assert weather.name == "TRY_Jahr"
    assert (weather.elevation, weather.utc_offset, weather.sun_offset, weather.year) == (34.0, 1.0, 30.0, None)
    assert weather.latitude == pytest.approx(52.3938, abs=1e-4)
    assert weather.licence == "Datenbasis: Deutscher Wetterdienst"
    for name, values in FLAT.items():
        np.testing.assert_allclose(getattr(weather, name), values)
    assert weather.notes == ("computed from the closure ghi = dhi + dni cos(zenith): dni",)


def test_2015_direct_horizontal_becomes_dni():
    sky = clear_sky(52.3938, 13.0651, 1.0)
    beam = sky["ghi"] - sky["dhi"]
    weather = read(try_2015(tuple(beam)))
    np.testing.assert_allclose(weather.ghi, np.array(FLAT["dhi"]) + beam, atol=1e-3)
    high = beam > 200.0
    np.testing.assert_allclose(weather.dni[high], sky["dni"][high], rtol=0.02)
    assert clock_offset(weather) is None


def test_2010():
    weather = read(try_2010())
    assert (weather.name, weather.elevation, weather.utc_offset, weather.sun_offset) == ("Mannheim", 96.0, 1.0, 30.0)
    assert weather.latitude == pytest.approx(49.5167, abs=1e-4)
    assert weather.longitude == pytest.approx(8.55)
    np.testing.assert_allclose(weather.temp_air, FLAT["temp_air"])
    assert weather.dhi.sum() == pytest.approx(sum(FLAT["dhi"]), rel=1e-3)
    assert weather.notes[0] == "radiation moved from true solar time to Central European Time, energy kept"


def test_from_solar_time_moves_the_noon():
    # at 0 E the sun is an hour behind Central European Time, and by the equation of time
    noon = np.zeros(HOURS)
    noon[12::24] = 100.0
    moved = from_solar_time(noon, 0.0).reshape(365, 24)
    np.testing.assert_allclose(moved.sum(axis=1), 100.0, rtol=1e-3)
    middle = (moved * (np.arange(24) + 0.5)).sum(axis=1) / moved.sum(axis=1)
    assert middle[41] == pytest.approx(13.5 + 14.2 / 60, abs=0.01)
    assert middle[306] == pytest.approx(13.5 - 16.4 / 60, abs=0.01)


@pytest.mark.parametrize("longitude", [6.0, 15.0, 24.0])
def test_from_solar_time_keeps_the_energy(longitude):
    values = np.random.default_rng(0).uniform(0.0, 900.0, HOURS)
    moved = from_solar_time(values, longitude)
    assert moved.sum() == pytest.approx(values.sum(), rel=1e-4)
    assert moved.min() >= 0.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(try_2015().replace("***", ""), "data/TRY_Jahr.dat.gz: column ", id="no line of stars"),
        pytest.param(
            try_2015().replace("  D   A", "  Q   A", 1),
            "data/TRY_Jahr.dat.gz: column D: missing; expected",
            id="column",
        ),
        pytest.param(
            try_2015().replace("Hochwert", "Hoch"),
            "data/TRY_Jahr.dat.gz: Hochwert: missing; expected metres",
            id="site",
        ),
        pytest.param(
            try_2010().replace("Lage:", "Ort:"), "data/TRY_Jahr.dat.gz: Lage: missing; expected degrees", id="2010 site"
        ),
        pytest.param(
            try_2015().replace(" 10.5 ", " warm ", 1), "data/TRY_Jahr.dat.gz: line 13, temp_air: 'warm'", id="word"
        ),
    ],
)
def test_wrong_files_are_refused(text, expected):
    with pytest.raises(WeatherError) as caught:
        read(text)
    assert str(caught.value).startswith(expected)


@needs_shared
def test_potsdam_is_the_bundled_station():
    native, bundled = read_weather(POTSDAM), read_station("de_potsdam_try2015")
    for name in RANGES:
        if name != "dni":
            np.testing.assert_allclose(getattr(native, name), getattr(bundled, name), atol=1e-9)
    assert native.latitude == pytest.approx(bundled.latitude, abs=1e-4)
    assert native.longitude == pytest.approx(bundled.longitude, abs=1e-4)
    assert native.elevation == bundled.elevation
    # DNI hangs on the sun near the horizon: a minute of clock or a hundredth of a degree show there
    difference = np.abs(native.dni - bundled.dni)
    assert difference.mean() < 0.05
    assert (difference > 0.2).sum() < 60


@needs_shared
def test_mannheim_2010_against_the_bundled_2015():
    native, bundled = read_weather(MANNHEIM), read_station("de_mannheim_try2015")
    assert native.ghi.sum() == pytest.approx(bundled.ghi.sum(), rel=0.02)
    assert native.dni.sum() == pytest.approx(bundled.dni.sum(), rel=0.05)
    assert native.temp_air.mean() == pytest.approx(bundled.temp_air.mean(), abs=1.5)


@needs_shared
def test_mannheim_2010_is_moved_from_true_solar_time():
    rows = [line.split() for line in read_text(MANNHEIM).splitlines() if line.startswith("12  ")]
    solar = np.array([float(row[13]) + float(row[14]) for row in rows]).reshape(365, 24)
    clock = read_weather(MANNHEIM).ghi.reshape(365, 24)
    middles = [days @ (np.arange(24) + 0.5) / days.sum(axis=1) for days in (solar, clock)]
    moved = middles[1] - middles[0]
    # true noon at 8.55 E: 12:26 Central European Time, in February 14 min later, in November 16 min earlier
    assert moved[41] == pytest.approx((25.8 + 14.2) / 60, abs=0.01)
    assert moved[306] == pytest.approx((25.8 - 16.4) / 60, abs=0.01)
    np.testing.assert_allclose(clock.sum(), solar.sum(), rtol=1e-3)
