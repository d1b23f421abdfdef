import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from buem.building import Usage
from buem.errors import OutputError, problem
from buem.io.response import (
    ResponseWriter,
    answer,
    encode_error,
    encode_response,
    error_feature,
    response_feature,
    write_geojson,
)
from buem.profiles import Period
from buem.results import Failure

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "../shared/data/buem_requests"
OURS = json.loads((ROOT / "docs/schema/buem-response.schema.json").read_text())

FAILURE = Failure(id="F", index=0, problems=(problem("$.features[0].U", -0.2, "0 to 10 W/(m²K)", "OUT_OF_RANGE"),))

#: The seed's feature: components, a point, no times.
SEED = {
    "type": "Feature",
    "id": "B000",
    "geometry": {"type": "Point", "coordinates": [5.0, 52.0]},
    "properties": {
        "buem": {
            "building_attributes": {
                "latitude": 52.0,
                "longitude": 5.0,
                "A_ref": 100.0,
                "country": "NL",
                "components": {"Walls": {"U": 1.5, "elements": [{"id": "Wall_1", "area": 80.0}]}},
            }
        }
    },
}


def sample(name):
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("needs ../shared")
    return json.loads(path.read_text())


def validate(document, schema=OURS):
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def test_statistics_of_a_load_in_kwh_and_kw(make_results):
    results = make_results(1, period=Period(year=2018, first_hour=0, hours=4))
    results.series["heating"][0, :4] = [0.0, 1000.0, 2000.0, 3000.0]
    summary = response_feature(None, answer(results, 0))["properties"]["buem"]["thermal_load_profile"]["summary"]
    assert summary["heating"] == {
        "total": {"value": 6.0, "unit": "kWh"},
        "max": {"value": 3.0, "unit": "kW"},
        "min": {"value": 0.0, "unit": "kW"},
        "mean": {"value": 1.5, "unit": "kW"},
        "median": {"value": 1.5, "unit": "kW"},
        "std": {"value": pytest.approx(1.118034), "unit": "kW"},
    }
    # 3 W/m² on 100 m² for 4 h are 1.2 kWh of electricity; no cooling in these hours.
    assert summary["electricity"]["total"]["value"] == 1.2
    assert summary["total_energy_demand"] == {"value": 7.2, "unit": "kWh"}
    assert summary["energy_intensity"] == {"value": 0.072, "unit": "kWh/m2"}
    assert summary["peak_heating_load"] == {"value": 3.0, "unit": "kW"}
    assert summary["peak_cooling_load"] == {"value": 0.0, "unit": "kW"}


def test_the_hours_are_those_of_the_period(make_results):
    results = make_results(1, period=Period(year=2020, first_hour=58 * 24 + 22, hours=4))
    profile = response_feature(None, answer(results, 0), timeseries=True)["properties"]["buem"]["thermal_load_profile"]
    assert profile["start_time"] == "2020-02-28T22:00:00+01:00"
    assert profile["end_time"] == "2020-03-01T01:00:00+01:00"
    assert profile["timeseries"]["timestamps"] == [
        "2020-02-28T22:00:00+01:00", "2020-02-28T23:00:00+01:00", "2020-03-01T00:00:00+01:00",
        "2020-03-01T01:00:00+01:00",
    ]
    kilowatts = (results.series["heating"][0, 58 * 24 + 22:58 * 24 + 26] / 1000).tolist()
    assert profile["timeseries"]["heating"] == pytest.approx(kilowatts, abs=1e-6)
    assert profile["timeseries"]["electricity"] == [0.3] * 4
    assert profile["timeseries"]["unit"] == "kW"


def test_a_building_made_by_hand_gets_a_feature(results):
    feature = response_feature(None, answer(results, 1))
    assert feature["id"] == "B001"
    assert feature["geometry"] == {"type": "Point", "coordinates": [5.001, 52.0]}
    assert feature["properties"]["start_time"] == "2018-01-01T00:00:00+01:00"
    assert feature["properties"]["end_time"] == "2018-12-31T23:00:00+01:00"
    assert feature["properties"]["resolution"] == "60"
    assert feature["properties"]["buem"]["building"]["A_ref"] == {"value": 100.0, "unit": "m2"}
    assert feature["properties"]["buem"]["solver"] == {"compute_cooling": True}
    validate(collection(feature))


def test_numbers_of_numpy_are_written_as_numbers(make_results):
    found = make_results()
    building = replace(found.buildings[0], floor_area=np.float64(90.0), room_height=np.float32(2.5))
    feature = json.loads(encode_response(None, answer(replace(found, buildings=(building,)), 0)).data)
    block = feature["properties"]["buem"]["building"]
    assert (block["A_ref"]["value"], block["h_room"]["value"]) == (90.0, 2.5)


def test_the_seed_gets_a_converted_building_and_keeps_its_own(results):
    before = json.dumps(SEED)
    feature = response_feature(SEED, answer(results, 0))
    block = feature["properties"]["buem"]
    assert block["building"]["country"] == "NL"
    assert block["building"]["envelope"]["elements"][0]["U"] == {"value": 1.5, "unit": "W/(m2K)"}
    assert block["building_attributes"] == SEED["properties"]["buem"]["building_attributes"]
    assert json.dumps(SEED) == before
    validate(collection(feature))


def test_a_request_in_v5_comes_back_whole(results):
    request = sample("v5_example_request.json")["features"][0]
    feature = response_feature(request, answer(results, 0))
    asked, given = request["properties"], feature["properties"]
    assert given["start_time"] == asked["start_time"]
    assert given["buem"]["building"] == asked["buem"]["building"]
    assert given["buem"]["solver"] == asked["buem"]["solver"]
    assert set(given["buem"]) - set(asked["buem"]) == {"thermal_load_profile", "model_metadata"}


@pytest.mark.parametrize("name", ["v2_example_request.json", "v3_example_request.json", "v5_example_request.json"])
def test_answers_are_those_of_the_v5_response_schema(results, name):
    request = sample(name)["features"][0]
    document = collection(response_feature(request, answer(results, 0), timeseries=True))
    validate(document, sample("v5_response_schema.json"))
    validate(document)


def test_the_seed_is_answered_as_the_v5_response_schema_says(results):
    document = collection(response_feature(SEED, answer(results, 0)))
    validate(document, sample("v5_response_schema.json"))


def test_our_schema_accepts_the_example_of_the_contract():
    validate(sample("v5_example_response.json"))


def test_a_resolution_becomes_text(results):
    request = {**SEED, "properties": {**SEED["properties"], "resolution": 60, "resolution_unit": "minutes"}}
    assert response_feature(request, answer(results, 0))["properties"]["resolution"] == "60"


def test_a_polygon_stays_a_polygon(results):
    ring = [[5.0, 52.0], [5.001, 52.0], [5.001, 52.001], [5.0, 52.0]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    feature = response_feature({**SEED, "geometry": polygon, "properties": {}}, answer(results, 0))
    assert feature["geometry"] == polygon
    validate(collection(feature))


def test_the_weather_of_a_request_is_not_sent_back(results):
    request = {**SEED, "properties": {"buem": {"weather": {"index": [], "variables": {}}}}}
    assert "weather" not in response_feature(request, answer(results, 0))["properties"]["buem"]


def test_without_cooling_there_is_none(make_results):
    results = make_results(1, changes={"usage": Usage(cooling=False)})
    block = response_feature(None, answer(results, 0), timeseries=True)["properties"]["buem"]
    profile = block["thermal_load_profile"]
    assert "cooling" not in profile["summary"]
    assert "peak_cooling_load" not in profile["summary"]
    assert "cooling" not in profile["timeseries"]
    assert block["model_metadata"]["simulations_run"] == ["heating", "electricity"]


def test_metadata_of_the_model(results):
    results = replace(results, notes=(("wall lies flat",), (), ()))
    metadata = response_feature(None, answer(results, 0))["properties"]["buem"]["model_metadata"]
    assert metadata["solver_used"] == "iso13790"
    assert metadata["model_version"].startswith("buem-engine ")
    assert metadata["weather_year"] == 2018
    assert metadata["electricity_source"] == "model_generated"
    assert metadata["validation_warnings"] == [
        "note of 0", "wall lies flat", "electricity: no profile was used; it is the internal gains, phi_int x A_ref"
    ]
    assert "processing_time" not in metadata


def test_a_profile_of_the_client_is_named_as_such(make_results):
    gains = tuple(float(hour % 24) for hour in range(8760))
    results = make_results(1, changes={"usage": Usage(internal_gain=gains), "notes": ()})
    request = {**SEED, "properties": {"buem": {"inputs": {"electricity_load_profile": {"path": "load.csv"}}}}}
    block = response_feature(request, answer(results, 0), timeseries=True)["properties"]["buem"]
    assert block["model_metadata"]["electricity_source"] == "client_provided"
    assert block["model_metadata"]["validation_warnings"] == []
    assert block["thermal_load_profile"]["timeseries"]["electricity"][:3] == [0.0, 0.1, 0.2]


@pytest.mark.parametrize("gain", [3.0, (3.0,) * 24], ids=["number", "schedule"])
def test_a_profile_that_was_ignored_is_not_the_clients(make_results, gain):
    note = "inputs.electricity_load_profile: ignored, no file named in a request is opened"
    results = make_results(1, changes={"usage": Usage(internal_gain=gain), "notes": (note,)})
    request = {**SEED, "properties": {"buem": {"inputs": {"electricity_load_profile": {"path": "missing.csv"}}}}}
    metadata = response_feature(request, answer(results, 0))["properties"]["buem"]["model_metadata"]
    assert metadata["electricity_source"] == "model_generated"


def test_results_without_hours_cannot_be_answered(results):
    with pytest.raises(OutputError, match="a response needs hourly loads; simulate with hourly='load' or 'all'"):
        answer(replace(results, series={}), 0)


def test_a_failure_carries_its_problems():
    error = error_feature(SEED, FAILURE)["properties"]["buem"]["error"]
    assert error == {
        "type": "validation_error",
        "message": "$.features[0].U: -0.2; expected 0 to 10 W/(m²K)",
        "path": "$.features[0].U",
        "feature_id": "F",
        "problems": [
            {"path": "$.features[0].U", "value": "-0.2", "expected": "0 to 10 W/(m²K)", "code": "OUT_OF_RANGE"}
        ],
    }


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(json.dumps(SEED).encode(), id="sound JSON"),
        pytest.param(b"[1, 2]", id="no object"),
        pytest.param(b'{"id": NaN}', id="no JSON"),
        pytest.param(b'{"id": "\xff"}', id="no UTF-8"),
        pytest.param(b'{"a":' * 5000 + b"1" + b"}" * 5000, id="too deep"),
        pytest.param(b'{"properties": null, "geometry": null}', id="nulls"),
        pytest.param(b'{"properties": {"buem": 3}}', id="no block"),
        pytest.param(None, id="nothing"),
    ],
)
def test_any_feature_that_failed_can_be_answered(raw):
    encoded = encode_error(raw, FAILURE)
    feature = json.loads(encoded.data)
    assert encoded.failed
    assert feature["id"] == "F"
    validate(collection(feature))


def test_our_schema_refuses_what_is_neither_result_nor_error(results):
    feature = response_feature(None, answer(results, 0))
    del feature["properties"]["buem"]["thermal_load_profile"]
    with pytest.raises(jsonschema.ValidationError, match="'thermal_load_profile' is a required property"):
        validate(collection(feature))


def test_our_schema_refuses_a_negative_energy(results):
    feature = response_feature(None, answer(results, 0))
    feature["properties"]["buem"]["thermal_load_profile"]["summary"]["heating"]["total"]["value"] = -1.0
    with pytest.raises(jsonschema.ValidationError, match=r"-1\.0 is less than the minimum of 0"):
        validate(collection(feature))


def test_no_load_is_negative(results):
    block = json.loads(encode_response(None, answer(results, 2), timeseries=True).data)["properties"]["buem"]
    series = block["thermal_load_profile"]["timeseries"]
    assert min(min(series[name]) for name in ("heating", "cooling", "electricity")) >= 0


def test_a_writer_counts_at_the_end(tmp_path, results):
    path = tmp_path / "city.geojson"
    with ResponseWriter(path) as sink:
        sink.append(encode_response(None, answer(results, 0)))
        sink.append(encode_error(None, FAILURE))
        assert not path.exists()
    document = json.loads(path.read_bytes())
    assert document["metadata"] == {
        "total_features": 2, "successful_features": 1, "failed_features": 1, "validation_warnings": 2
    }
    validate(document)


def test_an_empty_collection_is_a_collection(tmp_path):
    with ResponseWriter(tmp_path / "city.geojson"):
        pass
    assert json.loads((tmp_path / "city.geojson").read_bytes())["features"] == []


def test_results_become_a_file_in_the_order_of_the_input(tmp_path, make_results):
    results = make_results(indices=[4, 0], failed=[2])
    write_geojson(results, tmp_path / "city.geojson")
    document = json.loads((tmp_path / "city.geojson").read_bytes())
    assert [feature["id"] for feature in document["features"]] == ["B000", "F002", "B004"]
    validate(document)


def test_the_same_results_give_the_same_bytes(tmp_path, results):
    for name in ("one", "two"):
        write_geojson(results, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_source_brings_back_what_the_features_held(tmp_path, make_results):
    results = make_results(indices=[0, 1], failed=[2])
    features = [
        {**SEED, "id": name, "properties": {**SEED["properties"], "owner": name.lower()}}
        for name in ("B001", "other", "F002", "B000")
    ]
    source = tmp_path / "source.geojson"
    source.write_text(json.dumps(collection(*features)))
    write_geojson(results, tmp_path / "city.geojson", source=source)
    document = json.loads((tmp_path / "city.geojson").read_bytes())
    assert [feature["properties"]["owner"] for feature in document["features"]] == ["b001", "f002", "b000"]
    heating = document["features"][2]["properties"]["buem"]["thermal_load_profile"]["summary"]["heating"]["total"]
    assert heating["value"] == pytest.approx(float(np.sum(results.series["heating"][0], dtype=float)) / 1000, abs=1e-3)


def test_a_building_that_is_not_in_the_source_is_named(tmp_path, make_results):
    source = tmp_path / "source.geojson"
    source.write_text(json.dumps(collection(SEED)))
    with pytest.raises(OutputError, match=r"source\.geojson: 1 of the results are not in it, such as 'B001'"):
        write_geojson(make_results(2), tmp_path / "city.geojson", source=source)
    assert not (tmp_path / "city.geojson").exists()
