"""Missing codes, gaps, night offsets, and irradiance from the closure."""

from __future__ import annotations

import numpy as np
import pytest
from sample_weather import FLAT, HOURS, clear_sky

from buem.errors import Problem, WeatherError
from buem.io.weather_repair import Repair, complete_irradiance, mean_cos_zenith, repair_column
from buem.weather import Weather, clock_offset, cos_zenith

NAN = float("nan")


def repaired(name: str, changes: dict[int, float]) -> tuple[np.ndarray, list[Problem], list[str]]:
    """A plain column with some hours changed, repaired, with its problems and notes."""
    values = np.array(FLAT[name])
    for hour, value in changes.items():
        values[hour] = value
    problems: list[Problem] = []
    notes: list[str] = []
    return repair_column(name, values, Repair("f", problems, notes)), problems, notes


def gap(start: int, hours: int, value: float = NAN) -> dict[int, float]:
    return dict.fromkeys(range(start, start + hours), value)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("temp_air", 99.9, id="EPW temperature"),
        pytest.param("temp_air", 999.0, id="TMY2 temperature"),
        pytest.param("temp_air", -9900.0, id="TMY3 temperature"),
        pytest.param("temp_air", -99.9, id="negative code"),
        pytest.param("wind_speed", 999.0, id="EPW wind"),
        pytest.param("wind_speed", 99.9, id="TMY2 wind"),
        pytest.param("wind_direction", 999.0, id="EPW direction"),
        pytest.param("wind_direction", 990.0, id="variable wind"),
        pytest.param("pressure", 999999.0, id="EPW pressure"),
        pytest.param("pressure", 999900.0, id="9999 hPa in Pa"),
        pytest.param("pressure", -990000.0, id="-9900 mbar in Pa"),
        pytest.param("relative_humidity", 999.0, id="EPW humidity"),
        pytest.param("longwave_down", 9999.0, id="EPW infrared"),
    ],
)
def test_codes_are_missing_hours(name, code):
    values, problems, notes = repaired(name, {100: code, 101: code})
    assert problems == []
    assert notes == [f"{name}: 2 missing hours, the first 01-05 04:00; interpolated"]
    assert values[100] == pytest.approx(FLAT[name][99], abs=0.11)


@pytest.mark.parametrize("code", [9999.0, -9999.0, 99999.0, -9900.0])
def test_codes_in_irradiance_are_refused(code):
    _, problems, _ = repaired("ghi", {12: code})
    assert [str(p) for p in problems] == ["f: ghi: '1 missing hours, the first 01-01 12:00'; expected no missing hours"]


def test_99_w_m2_is_no_code():
    values, problems, notes = repaired("ghi", {12: 999.0, 36: 99.9})
    assert (values[12], values[36]) == (999.0, 99.9)
    assert (problems, notes) == ([], [])


def test_short_gap_is_a_straight_line():
    values, problems, notes = repaired("temp_air", {9: 4.0, **gap(10, 3), 13: 8.0})
    np.testing.assert_allclose(values[9:14], [4.0, 5.0, 6.0, 7.0, 8.0])
    assert problems == []
    assert notes == ["temp_air: 3 missing hours, the first 01-01 10:00; interpolated"]


def test_gap_over_new_year_is_one_gap():
    values, problems, _ = repaired("temp_air", {8756: 1.0, **gap(8757, 3), **gap(0, 3), 3: 8.0})
    np.testing.assert_allclose(np.roll(values, 4)[:8], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    assert problems == []


@pytest.mark.parametrize(
    ("hours", "refused"), [pytest.param(6, False, id="six hours"), pytest.param(7, True, id="seven hours")]
)
def test_long_gap_in_temperature_is_refused(hours, refused):
    _, problems, _ = repaired("temp_air", gap(500, hours))
    expected = f"f: temp_air: '{hours} missing hours, the first 01-21 20:00'; expected no gap longer than 6 h"
    assert [str(p) for p in problems] == ([expected] if refused else [])


def test_long_gap_in_an_optional_column_costs_the_column():
    values, problems, notes = repaired("pressure", gap(500, 7))
    assert np.isnan(values).all()
    assert problems == []
    assert notes == ["pressure: 7 missing hours, the first 01-21 20:00; the column is not used"]


def test_direction_is_held_through_a_gap():
    values, _, _ = repaired("wind_direction", {9: 350.0, **gap(10, 2), 12: 10.0, 0: NAN, 8759: 77.0})
    assert values[9:13].tolist() == [350.0, 350.0, 350.0, 10.0]
    assert values[0] == 77.0


def test_missing_temperature_is_refused():
    _, problems, _ = repaired("temp_air", gap(0, HOURS))
    assert [str(p) for p in problems] == ["f: temp_air: missing; expected a temperature of every hour"]


def test_missing_optional_column_is_nan_without_a_note():
    values, problems, notes = repaired("longwave_down", gap(0, HOURS, 9999.0))
    assert np.isnan(values).all()
    assert (problems, notes) == ([], [])


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("temp_air", 61.0, "'61 at 01-01 07:00, 1 hours in all'; expected -90 to 60 °C", id="hot"),
        pytest.param("temp_air", 273.15, "'273.15 at 01-01 07:00, 1 hours in all'; expected -90 to 60 °C", id="kelvin"),
        pytest.param("dni", 1600.0, "'1600 at 01-01 07:00, 1 hours in all'; expected 0 to 1500 W/m²", id="sun"),
        pytest.param("dhi", -20.0, "'-20 at 01-01 07:00, 1 hours in all'; expected 0 to 1500 W/m²", id="dark"),
        pytest.param("wind_speed", -1.0, "'-1 at 01-01 07:00, 1 hours in all'; expected 0 to 75 m/s", id="wind"),
        pytest.param("pressure", 1.0, "'1 at 01-01 07:00, 1 hours in all'; expected 30000 to 110000 Pa", id="vacuum"),
        pytest.param("temp_air", np.inf, "'inf at 01-01 07:00, 1 hours in all'; expected -90 to 60 °C", id="infinity"),
    ],
)
def test_impossible_values_are_refused(name, value, expected):
    _, problems, _ = repaired(name, {7: value})
    assert [str(p) for p in problems] == [f"f: {name}: {expected}"]


def test_night_offsets_become_zero():
    values, problems, notes = repaired("ghi", {0: -3.0, 1: -0.1, 2: -0.0})
    assert values[:3].tolist() == [0.0, 0.0, 0.0]
    assert not np.signbit(values[2])
    assert problems == []
    assert notes == ["ghi: 1 values from -3 to 0 W/m² set to 0"]


# irradiance from the closure


def weather(**irradiance: np.ndarray) -> Weather:
    """At 45 N 10 E; irradiances that are not given are NaN."""
    nothing = np.full(HOURS, NAN)
    columns = {name: np.array(values) for name, values in FLAT.items()}
    columns.update({name: irradiance.get(name, nothing) for name in ("ghi", "dni", "dhi")})
    return Weather(name="t", latitude=45.0, longitude=10.0, elevation=0.0, utc_offset=1.0, **columns)


SKY = clear_sky(45.0, 10.0, 1.0)


@pytest.mark.parametrize("absent", ["ghi", "dni", "dhi"])
def test_one_missing_irradiance_follows_from_the_others(absent):
    given = {name: values for name, values in SKY.items() if name != absent}
    full = complete_irradiance(weather(**given), None, "f")
    high = cos_zenith(45.0, 10.0, np.arange(HOURS) - 0.5) > 0.2
    np.testing.assert_allclose(getattr(full, absent)[high], SKY[absent][high], rtol=0.03, atol=8.0)
    assert full.notes == (f"computed from the closure ghi = dhi + dni cos(zenith): {absent}",)
    assert clock_offset(full) is None


def test_dni_of_a_low_sun_is_capped():
    full = complete_irradiance(weather(ghi=np.full(HOURS, 300.0), dhi=np.zeros(HOURS)), None, "f")
    cosine = mean_cos_zenith(full)
    assert full.dni.max() == 1100.0
    assert (full.dni[cosine <= 0.02] == 0.0).all()


def test_direct_horizontal_is_not_dni():
    beam = SKY["ghi"] - SKY["dhi"]
    full = complete_irradiance(weather(dhi=SKY["dhi"]), beam, "f")
    np.testing.assert_allclose(full.ghi, SKY["ghi"])
    noon = 172 * 24 + 12
    assert full.dni[noon] == pytest.approx(800.0, rel=0.01)
    assert beam[noon] < 760.0


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param(["ghi"], "'only ghi'", id="global alone"),
        pytest.param(["dhi"], "'only dhi'", id="diffuse alone"),
        pytest.param([], "missing", id="none"),
    ],
)
def test_fewer_than_two_irradiances_are_refused(given, found):
    with pytest.raises(WeatherError) as caught:
        complete_irradiance(weather(**{name: SKY[name] for name in given}), None, "f")
    assert str(caught.value) == f"f: irradiance: {found}; expected two of ghi, dni and dhi [W/m²]"


def test_complete_irradiance_is_left_alone():
    before = weather(**SKY)
    assert complete_irradiance(before, None, "f") is before


def test_mean_cos_zenith_of_a_day():
    # equinox: the mean over the day of max(0, cos φ cos ω) is cos φ / π
    day = mean_cos_zenith(weather(**SKY))[78 * 24 : 79 * 24]
    assert day.mean() == pytest.approx(np.cos(np.radians(45.0)) / np.pi, rel=0.02)
    assert day.min() == 0.0
