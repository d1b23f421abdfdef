import csv
import gzip
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_weather import random_light, weather

from buem.errors import OptionError
from buem.io.stations import read_station
from buem.solar import SKIES, beam_share, plane_irradiance, solar_hours, sun_times

DENVER = Path(__file__).parent / "validation/data/incident_solar_denver.csv.gz"


@cache
def year(seed):
    return random_light(seed)


@cache
def hours(seed, sky):
    return solar_hours(year(seed), sky)


@cache
def sun(seed):
    w = year(seed)
    times = pd.date_range("2019-01-01 00:30", periods=8760, freq="h", tz="Etc/GMT+7").tz_convert("UTC")
    return times, pvlib.solarposition.get_solarposition(times, w.latitude, w.longitude, w.elevation)


def pvlib_irradiance(seed, sky, tilt, azimuth):
    w, (times, position) = year(seed), sun(seed)
    zenith = position["apparent_zenith"].to_numpy()
    total = pvlib.irradiance.get_total_irradiance(
        tilt, azimuth, zenith, position["azimuth"].to_numpy(), w.dni, w.ghi, w.dhi,
        dni_extra=pvlib.irradiance.get_extra_radiation(times.day_of_year.to_numpy()),
        airmass=pvlib.atmosphere.get_relative_airmass(zenith), albedo=0.2, model=sky)
    lost = np.isnan(total["poa_sky_diffuse"])
    assert not (lost & ((w.dhi > 0) | (w.dni > 0))).any()  # only without any light
    return total["poa_direct"] + np.where(lost, 0.0, total["poa_sky_diffuse"]) + total["poa_ground_diffuse"]


@settings(max_examples=25, deadline=None)
@given(sky=st.sampled_from(SKIES), seed=st.integers(0, 2), tilt=st.floats(0.0, 180.0), azimuth=st.floats(-360.0, 360.0))
def test_any_plane_agrees_with_pvlib_in_every_hour(sky, seed, tilt, azimuth):
    found = plane_irradiance(hours(seed, sky), tilt, azimuth)
    np.testing.assert_allclose(found, pvlib_irradiance(seed, sky, tilt, azimuth), rtol=0, atol=1e-6)


@pytest.mark.parametrize("sky", SKIES)
@pytest.mark.parametrize(
    ("tilt", "azimuth"),
    [
        pytest.param(0.0, 0.0, id="facing up"), pytest.param(180.0, 0.0, id="facing down"),
        pytest.param(90.0, 0.0, id="north"), pytest.param(90.0, 360.0, id="north, once around"),
        pytest.param(90.0, -90.0, id="west, counted backwards"), pytest.param(135.0, 180.0, id="leaning over"),
    ],
)
def test_special_planes_agree_with_pvlib(sky, tilt, azimuth):
    found = plane_irradiance(hours(0, sky), tilt, azimuth)
    np.testing.assert_allclose(found, pvlib_irradiance(0, sky, tilt, azimuth), rtol=0, atol=1e-6)


@pytest.mark.parametrize("sky", SKIES)
def test_a_plane_facing_down_sees_the_ground_alone(sky):
    w = weather()
    position = solar_hours(w, sky)
    by_day = position.up > 0
    np.testing.assert_allclose(plane_irradiance(position, 180.0, 0.0)[by_day], 0.2 * w.ghi[by_day], atol=1e-9)


def test_direct_above_the_extraterrestrial_is_clipped_as_in_pvlib():
    w = weather(dni=np.full(8760, 1450.0), dhi=np.full(8760, 100.0))
    found = solar_hours(w, "haydavies")
    assert (found.isotropic >= 0.0).all()
    assert (found.isotropic == 0.0).any()


def test_irradiance_is_never_negative():
    for sky in SKIES:
        for tilt in (0.0, 60.0, 90.0, 120.0, 180.0):
            assert plane_irradiance(hours(1, sky), tilt, 200.0).min() >= 0.0


@pytest.mark.parametrize("column", ["dni", "dhi", "ghi"])
@pytest.mark.parametrize("sky", SKIES)
def test_nan_in_gives_nan_out_in_its_hour_only(sky, column):
    w = weather()
    broken = getattr(w, column).copy()
    broken[12 + 24 * 180] = np.nan
    found = plane_irradiance(solar_hours(weather(**{column: broken}), sky), 60.0, 180.0)
    assert np.flatnonzero(np.isnan(found)).tolist() == [12 + 24 * 180]


def test_sun_stands_in_the_south_at_solar_noon():
    # 105° W is the meridian of UTC-7, so the sun culminates within the 16.5 min of the equation of time of 12:00.
    position = solar_hours(weather(sun_offset=0.0), "isotropic")
    noon = np.arange(12, 8760, 24)
    azimuth = np.degrees(np.arctan2(position.east[noon], position.north[noon])) % 360
    assert np.abs(azimuth - 180.0).max() < 12.0
    height = np.degrees(np.arcsin(position.up[noon]))
    assert height.max() == pytest.approx(90 - 40 + 23.44, abs=0.2)  # obliquity of the ecliptic, 21 June
    assert height.min() == pytest.approx(90 - 40 - 23.44, abs=0.3)  # 21 December, refraction included


def test_sun_is_taken_at_the_offset_of_the_weather():
    assert str(sun_times(weather())[0]) == "2019-01-01 07:30:00+00:00"
    assert str(sun_times(weather(sun_offset=-12.0, utc_offset=5.5))[0]) == "2018-12-31 18:18:00+00:00"


def test_unknown_sky_names_the_choices():
    with pytest.raises(OptionError, match=r"^sky: 'cloudy'; expected one of perez, haydavies, isotropic$"):
        solar_hours(weather(), "cloudy")


@pytest.mark.parametrize(
    ("column", "tilt", "azimuth"),
    [("I_H_Wm2", 0.0, 0.0), ("I_N_Wm2", 90.0, 0.0), ("I_E_Wm2", 90.0, 90.0), ("I_S_Wm2", 90.0, 180.0),
     ("I_W_Wm2", 90.0, 270.0)],
)
def test_a_year_in_denver_is_that_of_energyplus(column, tilt, azimuth):
    # EnergyPlus 25.2 on 725650TYCST.epw, our own run (tests/validation/data/README.md).
    with gzip.open(DENVER, "rt") as file:
        reference = sum(float(row[column]) for row in csv.DictReader(file))
    found = plane_irradiance(denver(), tilt, azimuth).sum()
    assert found == pytest.approx(reference, rel=0.015)


@cache
def denver():
    return solar_hours(read_station("us_denver_tmy3"), "perez")


def test_share_of_the_beam_is_that_of_planes_to_all_sides():
    hours = denver()
    sides = np.arange(0.0, 360.0, 5.0)
    whole = sum(plane_irradiance(hours, 90.0, a).sum() for a in sides)
    without = hours._replace(direct=0.0 * hours.direct, circumsolar=0.0 * hours.circumsolar)
    other = sum(plane_irradiance(without, 90.0, a).sum() for a in sides)
    assert beam_share(hours) == pytest.approx(1.0 - other / whole, abs=0.01)
    assert 0.4 < beam_share(hours) < 0.75


def test_share_of_the_beam_in_the_dark():
    none = dict.fromkeys(("direct", "circumsolar", "isotropic", "horizon", "ground"), np.zeros(8760))
    assert beam_share(denver()._replace(**none)) == 0.0
