"""Weather that is kept: what may be kept, what comes back, on each kind of database."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from buem.errors import OptionError
from buem.io.stations import read_station
from buem.io.weather_csv import write_weather
from buem.service.answers import utc_now
from buem.service.collection import ItemError
from buem.service.kept_weather import (
    change_weather,
    kept_site,
    put_weather,
    remove_weather,
    weather_contents,
    weather_names,
    weather_of,
    weather_patched,
    weather_record,
)
from buem.service.store import reading, transaction
from buem.simulate import prepare

STATION = "nl_amsterdam_nsrdb2019"


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A year as our own CSV."""
    path = tmp_path_factory.mktemp("weather") / "year.csv"
    write_weather(read_station(STATION), path)
    return path.read_text()


@pytest.fixture(scope="module")
def record(text: str):
    return weather_record({"id": "our year", "content": text}, "items[0]")


def test_fields_say_what_it_is(record):
    given = read_station(STATION)
    assert record.fields["id"] == "our year"
    assert (record.latitude, record.longitude) == (given.latitude, given.longitude)
    assert record.fields["mean_temp_air"] == pytest.approx(given.temp_air.mean(), abs=0.005)
    assert record.fields["annual_ghi"] == pytest.approx(given.ghi.sum() / 1000, abs=0.05)
    assert record.fields["year"] == given.year


def test_what_comes_back_is_what_was_given(record):
    found, _ = weather_of(record.content, "our year")
    given = read_station(STATION)
    for name in ("temp_air", "ghi", "dni", "dhi", "wind_speed"):
        np.testing.assert_array_equal(getattr(found, name), getattr(given, name))
    assert (found.utc_offset, found.sun_offset) == (given.utc_offset, given.sun_offset)


@pytest.mark.parametrize(("item", "sentence"), [
    pytest.param(7, "items[0].content: no text; expected {id, content}", id="no object"),
    pytest.param({"id": "a"}, "items[0].content: no text", id="no content"),
    pytest.param({"id": "a", "content": "x", "path": "/etc"}, "items[0].path: no such member", id="strange member"),
    pytest.param({"id": "", "content": "x"}, "items[0].id: ''; expected a name of 1 to 100", id="no name"),
    pytest.param({"id": "a\nb", "content": "x"}, "expected a name of 1 to 100 printable letters", id="two lines"),
    pytest.param({"id": "auto", "content": "x"}, "'auto'; expected a name that no bundled station has", id="auto"),
    pytest.param({"id": STATION, "content": "x"}, "expected a name that no bundled station has", id="a station"),
    pytest.param({"id": "a", "content": "nothing"}, "items[0].content: 'nothing'; expected a weather file", id="text"),
    pytest.param({"id": "a", "content": ""}, "items[0].content: ", id="empty"),
])
def test_what_is_no_weather_is_refused(item, sentence):
    with pytest.raises(ItemError) as refused:
        weather_record(item, "items[0]")
    assert sentence in refused.value.message
    assert "/tmp" not in refused.value.message


def test_hours_that_are_not_there_are_named(text):
    with pytest.raises(ItemError) as refused:
        weather_record({"id": "our year", "content": "\n".join(text.splitlines()[:-100])}, "items[3]")
    assert refused.value.message.startswith("items[3].content")
    assert "8760" in refused.value.message


def test_a_patch_changes_the_site_and_leaves_the_hours(record):
    changed = weather_patched(record.content, {"elevation": 31.5, "source": "our roof", "year": None}, "our year")
    assert changed.fields["elevation"] == 31.5
    assert changed.fields["source"] == "our roof"
    assert "year" not in changed.fields
    before, after = (weather_of(one.content, "x")[0] for one in (record, changed))
    np.testing.assert_array_equal(before.temp_air, after.temp_air)


@pytest.mark.parametrize(("patch", "sentence"), [
    ({"id": "other"}, "our year.id: no such member; expected any of name, latitude"),
    ({"elevation": "high"}, "our year.elevation: 'high'; expected a number"),
    ({"latitude": None}, "our year.latitude: 'None'; expected a number"),
    ({"year": 2019.5}, "our year.year: '2019.5'; expected a whole number"),
    ({"source": 4}, "our year.source: '4'; expected a text"),
    ({"content": 4}, "our year.content: int; expected the text of a weather file"),
    ({"latitude": 95.0}, "95"),
])
def test_a_patch_that_does_not_fit(record, patch, sentence):
    with pytest.raises(ItemError) as refused:
        weather_patched(record.content, patch, "our year")
    assert sentence in refused.value.message


def test_kept_changed_and_forgotten(store, record):
    now = utc_now()
    with transaction(store) as connection:
        assert put_weather(connection, record, now, "error") == "created"
        assert put_weather(connection, record, now, "error") == "conflict"
        assert put_weather(connection, record, now, "skip") == "skipped"
        assert put_weather(connection, record, now, "replace") == "replaced"
        change_weather(connection, weather_patched(record.content, {"name": "roof"}, "our year"), now)
    with reading(store) as connection:
        assert weather_names(connection) == {"our year"}
        contents = weather_contents(connection, ["our year", "another"])
    assert b"# name: roof" in gzip.decompress(contents["our year"])
    with transaction(store) as connection:
        assert remove_weather(connection, ["our year", "another"]) == {"our year"}
        assert weather_names(connection) == set()


def test_a_calculation_gets_it_by_its_name(store, record):
    with transaction(store) as connection:
        put_weather(connection, record, utc_now(), "error")
    with reading(store) as connection:
        found = kept_site(connection, "our year", "perez")
        with pytest.raises(OptionError, match="weather: 'another'; expected auto, a bundled station, or a weather"):
            kept_site(connection, "another", "perez")
    wanted = prepare(read_station(STATION), "perez")
    np.testing.assert_array_equal(found.weather.temp_air, wanted.weather.temp_air)
