"""Buildings that are reported without loads: in Python, in files, in a run."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

import buem
from buem.errors import InputError
from buem.io.response import write_geojson
from buem.io.tables import write_parquet
from buem.results import COLUMNS

SCHEMAS = Path(__file__).resolve().parents[1] / "docs" / "schema"

HOUSE = buem.Building(id="house", latitude=52.0, longitude=5.0, floor_area=100.0,
                      surfaces=(buem.Surface(area=80.0, u_value=1.0),))
GARAGE = replace(HOUSE, id="garage", floor_area=18.0, not_heated="a garage", notes=("use: garage",))


@pytest.fixture(scope="module")
def results():
    return buem.simulate([GARAGE, HOUSE], buem.weather_at(52.0, 5.0), hourly="load")


def test_a_garage_stands_apart_and_the_house_runs(results):
    assert results.ids == ("house",)
    assert [(item.index, item.id) for item in results.not_heated] == [(0, "garage")]
    assert not results.failures


def test_its_row_has_a_reason_an_area_and_no_loads(results):
    row = dict(zip(COLUMNS, results.summary.iloc[0]))
    assert (row["id"], row["status"], row["floor_area_m2"], row["error"]) == ("garage", "not_heated", 18.0, None)
    assert row["notes"] == ["not heated: a garage", "use: garage"]
    assert row["heating_kwh"] != row["heating_kwh"]
    assert results.summary["status"].tolist() == ["not_heated", "ok"]


def test_asking_for_its_hours_says_why_there_are_none(results):
    with pytest.raises(InputError, match="'garage'; expected a building that is heated: a garage"):
        results.hourly("garage")


def test_garages_alone_are_no_error():
    alone = buem.simulate(GARAGE, buem.weather_at(52.0, 5.0), hourly="all")
    assert alone.ids == ()
    assert alone.summary["status"].tolist() == ["not_heated"]
    assert alone.series["temp_zone"].shape == (0, 8760)


def test_a_broken_garage_is_still_a_garage():
    # Nothing of it is used, so nothing of it is checked.
    odd = replace(GARAGE, surfaces=(buem.Surface(area=-1.0, u_value=1.0),))
    assert len(buem.simulate([odd, HOUSE], buem.weather_at(52.0, 5.0), hourly="none").not_heated) == 1


def test_files_of_both_kinds(results, tmp_path):
    write_parquet(results, tmp_path / "out")
    opened = buem.open_results(tmp_path / "out")
    assert opened.summary["status"].tolist() == ["not_heated", "ok"]
    assert (tmp_path / "out" / "errors.jsonl").read_text(encoding="utf-8") == ""
    write_geojson(results, tmp_path / "city.geojson")
    answer = json.loads((tmp_path / "city.geojson").read_text(encoding="utf-8"))
    assert answer["metadata"]["successful_features"] == 2
    garage = answer["features"][0]
    assert garage["properties"]["buem"] == {"not_heated": "a garage"}
    assert garage["geometry"] == {"type": "Point", "coordinates": [5.0, 52.0]}
    jsonschema.validate(answer, json.loads((SCHEMAS / "buem-response.schema.json").read_text(encoding="utf-8")))
