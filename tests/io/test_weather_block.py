"""The weather that a request brings along."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_weather import FLAT, HOURS, clear_sky

from buem.errors import WeatherError
from buem.io.weather_block import VARIABLES, weather_from_block
from buem.profiles import Period
from buem.weather import Weather, check_weather

PATH = "$.features[0].properties.buem.weather"


def stamps(start: str = "2018-01-01T00:30", count: int = HOURS, suffix: str = ":00Z") -> list[str]:
    hours = np.datetime64(start, "m") + np.arange(count) * np.timedelta64(60, "m")
    return [f"{text}{suffix}" for text in hours.astype(str).tolist()]


def block(index: list[str] | None = None, **variables: object) -> dict:
    """The plain year as a request has it; None leaves a variable out."""
    index = stamps() if index is None else index
    names = {"T": "temp_air", "GHI": "ghi", "DNI": "dni", "DHI": "dhi"}
    held = {name: np.resize(np.array(FLAT[column]), len(index)).tolist() for name, column in names.items()}
    held = {name: value for name, value in {**held, **variables}.items() if value is not None}
    return {"index": index, "variables": held}


def read(content: object, longitude: float = 10.0) -> tuple[Weather, Period]:
    return weather_from_block(content, latitude=50.0, longitude=longitude, path=PATH)  # type: ignore[arg-type]


def message(content: object) -> str:
    with pytest.raises(WeatherError) as caught:
        read(content)
    return str(caught.value)


def changed(name: str, position: int, value: object) -> dict:
    content = block()
    content["variables"][name][position] = value
    return content


def test_mid_hour_stamps_in_utc():
    weather, period = read(block())
    assert (weather.name, weather.latitude, weather.longitude) == ("request", 50.0, 10.0)
    assert (weather.utc_offset, weather.sun_offset, weather.year) == (0.0, 30.0, 2018)
    assert period == Period(year=2018, first_hour=0, hours=HOURS)
    for column in ("temp_air", "ghi", "dni", "dhi"):
        np.testing.assert_allclose(getattr(weather, column), FLAT[column])
    assert np.isnan(weather.pressure).all()
    assert weather.notes == ("elevation unknown: air density of sea level",)


@pytest.mark.parametrize(
    ("start", "suffix", "utc_offset", "sun_offset"),
    [
        pytest.param("2018-01-01T00:30", ":00Z", 0.0, 30.0, id="mid-hour, UTC"),
        pytest.param("2018-01-01T00:30", "Z", 0.0, 30.0, id="no seconds"),
        pytest.param("2018-01-01T00:00", ":00Z", 0.0, 30.0, id="full hour is a start"),
        pytest.param("2018-01-01T00:11", ":00Z", 0.0, 11.0, id="eleven past"),
        pytest.param("2018-01-01T00:30", ":00+01:00", 1.0, 30.0, id="Berlin"),
        pytest.param("2018-01-01T00:30", "-0700", -7.0, 30.0, id="Denver, short"),
        pytest.param("2018-01-01T00:30", ":00+05:30", 5.5, 30.0, id="India"),
        pytest.param("2018-01-01T00:30", ":00.000Z", 0.0, 30.0, id="fractions"),
        pytest.param("2018-01-01T00:30", ":00", 0.0, 30.0, id="no zone"),
    ],
)
def test_stamps_keep_their_clock(start, suffix, utc_offset, sun_offset):
    weather, _ = read(block(stamps(start, suffix=suffix)))
    assert (weather.utc_offset, weather.sun_offset) == (utc_offset, sun_offset)
    np.testing.assert_allclose(weather.temp_air, FLAT["temp_air"])
    assert ("stamps without a zone taken as UTC" in weather.notes) == (suffix == ":00")


def test_leap_year_loses_its_day():
    weather, period = read(block(stamps("2020-01-01T00:30", 8784)))
    assert "29 February dropped (24 rows)" in weather.notes
    assert (weather.year, period.year) == (2020, 2020)


def test_leap_year_without_its_day_is_hourly():
    index = stamps("2020-01-01T00:30", 8784)
    weather, _ = read(block(index[:1416] + index[1440:]))
    assert weather.year == 2020
    assert weather.notes == ("elevation unknown: air density of sea level",)


def test_daylight_saving_comes_back_to_standard_time():
    summer = set(stamps("2018-03-25T01:30", 5160, suffix=""))
    index = [
        f"{np.datetime64(t) + np.timedelta64(2, 'h')}:00+02:00"
        if t in summer
        else f"{np.datetime64(t) + np.timedelta64(1, 'h')}:00+01:00"
        for t in stamps("2017-12-31T23:30", suffix="")
    ]
    weather, _ = read(block(index))
    assert weather.utc_offset == 1.0
    assert "stamps with daylight saving brought back to standard time" in weather.notes
    np.testing.assert_allclose(weather.temp_air, FLAT["temp_air"])


def test_year_from_july():
    weather, period = read(block(stamps("2018-07-01T00:30")))
    assert period == Period(year=2018, first_hour=181 * 24, hours=HOURS)
    assert weather.year is None
    np.testing.assert_allclose(weather.temp_air[181 * 24 :], FLAT["temp_air"][: HOURS - 181 * 24])


def test_flat_form_of_buem():
    nested = block()
    weather, _ = read({"index": nested["index"], **nested["variables"]})
    np.testing.assert_allclose(weather.ghi, FLAT["ghi"])


def test_optional_variables():
    weather, _ = read(block(pressure=[95000.0] * HOURS, wind_speed=[3] * HOURS))
    assert weather.pressure[0] == 95000.0
    assert weather.wind_speed[-1] == 3.0


def test_two_irradiances_are_enough():
    weather, _ = read(block(DNI=None))
    assert weather.notes[-1] == "computed from the closure ghi = dhi + dni cos(zenith): dni"


def test_tiny_negative_sun_is_dark():
    weather, _ = read(changed("GHI", 0, -0.3))
    assert weather.ghi[0] == 0.0


@pytest.mark.parametrize(
    ("minutes", "longitude", "late"),
    [
        pytest.param(30.0, 10.0, None, id="right"),
        pytest.param(0.0, 10.0, "30 min before", id="instants at the full hour"),
        pytest.param(30.0, 25.0, "60 min before", id="site of another longitude"),
    ],
)
def test_clock_is_noted(minutes, longitude, late):
    sky = clear_sky(50.0, 10.0, 0.0, minutes)
    content = block(stamps("2018-01-01T00:00"), **{n.upper(): sky[n].tolist() for n in ("ghi", "dni", "dhi")})
    weather, _ = read(content, longitude)
    notes = [note for note in weather.notes if "clock" in note]
    assert notes == ([] if late is None else [f"the sun in the data stands {late} the clock that its format promises"])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(None, f"{PATH}: missing; expected an object {{index, variables}}", id="null"),
        pytest.param([1], f"{PATH}: [1]; expected an object {{index, variables}}", id="list"),
        pytest.param(block(stamps(count=8759)), f"{PATH}.index: '8759 stamps'; expected 8760 or 8784", id="short"),
        pytest.param({**block(), "index": None}, f"{PATH}.index: missing; expected 8760 or 8784", id="no index"),
        pytest.param({**block(), "index": "2018"}, f"{PATH}.index: '2018'; expected 8760 or 8784", id="one stamp"),
        pytest.param(
            {**block(), "variables": 3}, f"{PATH}.variables: 3; expected an object of lists: T, GHI", id="no object"
        ),
        pytest.param(block(T=None), f"{PATH}.variables.T: missing; expected outdoor temperatures", id="no temperature"),
        pytest.param(
            block(DNI=None, DHI=None), f"{PATH}.variables: 'GHI'; expected two of GHI, DNI and DHI", id="GHI alone"
        ),
        pytest.param(
            block(temp=[1.0] * HOURS),
            f"{PATH}.variables.temp: 'unknown'; expected one of T, GHI",
            id="unknown variable",
        ),
        pytest.param({**block(), "provider": "x"}, f"{PATH}.provider: 'unknown'; expected one of", id="unknown field"),
        pytest.param(
            block(T=[1.0] * 8784), f"{PATH}.variables.T: '8784 values'; expected a list of 8760 numbers", id="too long"
        ),
        pytest.param(block(T=5.0), f"{PATH}.variables.T: 5.0; expected a list of 8760 numbers", id="no list"),
        pytest.param(
            changed("T", 17, None), f"{PATH}.variables.T[17]: missing; expected -90 to 60 °C", id="null value"
        ),
        pytest.param(changed("T", 17, float("nan")), f"{PATH}.variables.T[17]: nan; expected -90 to 60", id="NaN"),
        pytest.param(changed("T", 17, float("inf")), f"{PATH}.variables.T[17]: inf; expected -90 to 60", id="infinity"),
        pytest.param(changed("T", 17, "5"), f"{PATH}.variables.T[17]: '5'; expected -90 to 60", id="string"),
        pytest.param(changed("T", 17, True), f"{PATH}.variables.T[17]: True; expected -90 to 60", id="boolean"),
        pytest.param(changed("T", 17, 99.9), f"{PATH}.variables.T[17]: 99.9; expected -90 to 60", id="missing code"),
        pytest.param(changed("T", 17, 10**400), f"{PATH}.variables.T[17]: 1000", id="huge"),
        pytest.param(
            changed("DNI", 0, -50.0), f"{PATH}.variables.DNI[0]: -50.0; expected 0 to 1500 W/m²", id="negative"
        ),
        pytest.param(changed("GHI", 8759, 2000), f"{PATH}.variables.GHI[8759]: 2000; expected 0 to 1500", id="bright"),
    ],
)
def test_malformed_blocks_are_refused(content, expected):
    assert message(content).startswith(expected)


@pytest.mark.parametrize(
    ("position", "value", "expected"),
    [
        pytest.param(
            5, "2018-01-01T06:30:00Z", "'2018-01-01T06:30 after 2018-01-01T04:30'; expected one hour", id="gap"
        ),
        pytest.param(5, "2018-01-01T04:30:00Z", "'2018-01-01T04:30 after 2018-01-01T04:30'; expected one", id="twice"),
        pytest.param(5, "2018-01-01T05:45:00Z", "'2018-01-01T05:45 after 2018-01-01T04:30'; expected one", id="minute"),
        pytest.param(5, "yesterday", "'yesterday'; expected an ISO 8601 stamp", id="word"),
        pytest.param(5, 1514782800, "1514782800; expected an ISO 8601 stamp", id="number"),
        pytest.param(5, None, "missing; expected an ISO 8601 stamp", id="null"),
        pytest.param(5, "2018-01-01T05:30:15Z", "'2018-01-01T05:30:15Z'; expected an ISO", id="seconds"),
        pytest.param(5, "2018-01-01T05:30:00+1", "'2018-01-01T05:30:00+1'; expected an ISO", id="zone"),
    ],
)
def test_bad_stamps_are_refused(position, value, expected):
    index: list = stamps()
    index[position] = value
    assert message(block(index)).startswith(f"{PATH}.index[{position}]: {expected}")


def test_days_off_the_calendar_are_refused():
    index = [stamp.replace("-03-01T", "-02-30T") for stamp in stamps()]
    assert message(block(index)).startswith(f"{PATH}.index: ")


def test_half_hourly_stamps_are_refused():
    index = [f"{np.datetime64('2018-01-01T00:00') + np.timedelta64(30 * i, 'm')}Z" for i in range(HOURS)]
    assert message(block(index)).startswith(f"{PATH}.index[1]: '2018-01-01T00:30 after 2018-01-01T00:00'")


def test_all_problems_come_at_once():
    content = block(T=[1.0], X=[1.0])
    content["variables"]["GHI"][3] = 9999.0
    content["index"][7] = "x"
    with pytest.raises(WeatherError) as caught:
        read(content)
    paths = {p.path.removeprefix(PATH) for p in caught.value.problems}
    assert paths == {".variables.X", ".variables.T", ".variables.GHI[3]", ".index[7]"}


def test_block_is_not_changed():
    content = block()
    before = copy.deepcopy(content)
    read(content)
    assert content == before


PLAIN = json.dumps(block())
RUBBISH = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.lists(st.integers(), max_size=3)
)


@settings(max_examples=40, deadline=None)
@given(
    where=st.sampled_from(["index", "variables", *VARIABLES, "other"]),
    position=st.one_of(st.none(), st.integers(0, HOURS - 1)),
    value=RUBBISH,
)
def test_rubbish_never_leaves_our_error_tree(where, position, value):
    content = json.loads(PLAIN)
    target = content if where in ("index", "variables", "other") else content["variables"]
    if position is None or not isinstance(target.get(where), list):
        target[where] = value
    else:
        target[where][position] = value
    try:
        problems = check_weather(read(content)[0])
    except WeatherError as refusal:
        problems = [problem for problem in refusal.problems if not problem.path.startswith(PATH)]
    assert problems == []
