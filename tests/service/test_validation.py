"""What is wrong with each feature, as an answer says it."""

from __future__ import annotations

import json

from conftest import envelope

from buem.service.options import ServiceOptions
from buem.service.run_options import RequestOptions, request_options
from buem.service.validation import validate_features


def options(**given: str) -> RequestOptions:
    return request_options(given, ServiceOptions())


def raws(*features: object) -> list[bytes]:
    return [json.dumps(one).encode() for one in features]


def test_all_of_a_kind_are_counted_in_their_order():
    found = validate_features(raws(envelope(0), envelope(1, u_value=99.0), envelope(2)), options())
    assert (found["features"], found["valid"], found["invalid"]) == (3, 2, 1)
    assert [(one["index"], one["id"], one["status"]) for one in found["results"]] == [
        (0, "B00000", "valid"), (1, "B00001", "invalid"), (2, "B00002", "valid")]


def test_a_valid_feature_has_its_dialect_and_the_notes_of_a_run():
    one = validate_features(raws(envelope(0)), options())["results"][0]
    assert one["dialect"] == "envelope"
    assert any("n_air" in note for note in one["notes"])


def test_a_problem_says_where_what_and_what_was_wanted():
    one = validate_features(raws(envelope(0), envelope(1, u_value=-0.2)), options())["results"][1]
    assert one["problems"] == [{
        "type": "validation", "code": "OUT_OF_RANGE",
        "path": "$.features[1].properties.buem.building.envelope.elements[0].U", "value": "-0.2",
        "expected": "0 to 10 W/(m²K)",
        "message": "$.features[1].properties.buem.building.envelope.elements[0].U: -0.2; expected 0 to 10 W/(m²K)"}]


def test_the_second_of_two_ids_is_the_wrong_one():
    found = validate_features(raws(envelope(0), envelope(0)), options())
    assert [one["status"] for one in found["results"]] == ["valid", "invalid"]
    assert "an id of its own" in found["results"][1]["problems"][0]["expected"]


def test_text_that_is_no_feature_is_one_of_the_results():
    found = validate_features([b"{", *raws(envelope(1))], options())
    assert [one["status"] for one in found["results"]] == ["invalid", "valid"]
    assert found["results"][0]["id"] is None


def test_what_the_5r1c_cannot_hold_the_node_model_can():
    # 400 m² of 9.99 W/(m²K) lose 3996 W/K; the mass of a very light house takes up 9.1·2.5·100 = 2275 W/K.
    feature = envelope(0, u_value=9.99)
    building = feature["properties"]["buem"]["building"]
    building["envelope"]["elements"][0]["area"] = 400.0
    building["thermal"] = {"thermal_class": "very_light"}
    assert validate_features(raws(feature), options())["invalid"] == 1
    assert validate_features(raws(feature), options(model="iso52016"))["valid"] == 1


def test_no_features_are_no_results():
    assert validate_features([], options()) == {"features": 0, "valid": 0, "invalid": 0, "results": []}
