"""Arguments that are no paths, and places that are no places, end in one clear error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import buem
from buem.errors import InputError
from buem.io.paths import as_path


@pytest.mark.parametrize("value", ["city.geojson", Path("city.geojson")])
def test_texts_and_paths_are_paths(value: str | Path) -> None:
    assert as_path(value, "source") == Path("city.geojson")


@pytest.mark.parametrize("value", [None, 5, b"city.geojson", "", ["city.geojson"], True])
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(InputError, match=r"source: .*; expected a path, as a text or a Path"):
        as_path(value, "source")


@pytest.mark.parametrize(("call", "text"), [
    (lambda: buem.read_geojson(None), "source: None; expected a path, bytes, or a file opened in binary mode"),
    (lambda: buem.read_geojson(5), "source: 5; expected a path, bytes"),
    (lambda: buem.read_weather(None), "path: missing; expected a path"),
    (lambda: buem.open_results(None), "directory: missing; expected a path"),
    (lambda: buem.run_batch(None, "out"), "source: missing; expected a path"),
    (lambda: buem.run_batch("city.geojson", None), "out: missing; expected a path"),
    (lambda: buem.weather_at(None, 5.0), "latitude: missing; expected -90 to 90"),
    (lambda: buem.weather_at(52.0, "east"), "longitude: 'east'; expected -180 to 180"),
])
def test_public_functions_say_what_they_want(call: Any, text: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert text in str(caught.value)


@pytest.mark.parametrize("call", [
    lambda results, text: buem.run_batch(text, "out"), lambda results, text: buem.run_batch("city.geojson", text),
    lambda results, text: buem.open_results(text), lambda results, text: buem.read_weather(text),
    buem.write_parquet, buem.write_geojson], ids=["run", "out", "open", "weather", "parquet", "geojson"])
@pytest.mark.parametrize(("text", "wanted"), [("a\0b", "a path without a zero byte"),
                                              ("in\udcff", "a path in UTF-8; rename it"),
                                              (5, "a path, as a text or a Path")])
def test_what_no_file_system_takes_is_refused(results: Any, call: Any, text: Any, wanted: str) -> None:
    with pytest.raises(InputError, match=wanted):
        call(results, text)
