"""A client written against the seed documents alone, with requests that none of their examples has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import finished


def seed(name: object, u_value: object = 1.0, **changes: Any) -> dict[str, Any]:
    """The building of the seed's own page."""
    attributes = {"latitude": 52.0, "longitude": 5.0, "A_ref": 100.0, "components": {
        "Walls": {"U": u_value, "elements": [{"id": "Wall_1", "area": 80.0, "azimuth": 180.0, "tilt": 90.0}]},
        "Ventilation": {"elements": [{"id": "Vent_1", "air_changes": 0.5}]}}, **changes}
    return {"type": "Feature", "id": name, "geometry": {"type": "Point", "coordinates": [
        attributes["longitude"], attributes["latitude"]]}, "properties": {"buem": {"building_attributes": attributes}}}


def post(running, *features, **words):
    body = json.dumps({"type": "FeatureCollection", "features": list(features)})
    return running.client.post("/api/geojson", content=body.encode(), **words)


def heat(feature: dict[str, Any]) -> float:
    return feature["properties"]["buem"]["thermal_load_profile"]["summary"]["heating"]["total"]["value"]


def errors(answer) -> list[str | None]:
    return [one["properties"]["buem"].get("error", {}).get("message") for one in answer.json()["features"]]


@pytest.mark.slow
def test_a_job_answers_as_the_request_that_waits_does(running):
    """The same features, the same order, the errors among them."""
    features = [seed(f"Häuser/{at}#ß", 99.0 if at % 25 == 7 else 1.0 + at / 100) for at in range(60)]
    waited = post(running, *features).json()["features"]
    answer = post(running, *features, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    job_id = answer.headers["location"].rpartition("/")[2]
    assert finished(running.client, job_id)["progress"] == {
        "total_operations": 60, "completed": 57, "failed": 3, "percentage": 100, "current_operation": None}
    found = running.client.get(f"{answer.headers['location']}/results", params={"format": "geojson"}).json()["features"]
    assert [one["id"] for one in found] == [one["id"] for one in features]
    for one, other in zip(found, waited):
        assert one["properties"]["buem"].get("error") == other["properties"]["buem"].get("error")
        if "error" not in one["properties"]["buem"]:
            assert heat(one) == heat(other)


@pytest.mark.slow
def test_units_are_converted_or_refused(running):
    imperial = seed("a", {"value": 0.2, "unit": "BTU/(h.ft2.F)"})
    # 1 BTU/(h ft² °F) are 5.678263 W/(m²K).
    metric = seed("b", 0.2 * 5.678263)
    found = post(running, imperial, metric, seed("c", {"value": 1.0, "unit": "furlong"}))
    assert heat(found.json()["features"][0]) == pytest.approx(heat(found.json()["features"][1]), rel=1e-5)
    assert "'furlong'; expected W/(m2K) or BTU/(h.ft2.F)" in errors(found)[2]


@pytest.mark.slow
@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1.5", "NaN", None, True, [1.0], -1, 1e308])
def test_a_number_that_is_none_spoils_one_building_alone(running, value):
    found = post(running, seed("bad", value), seed("good"))
    assert found.status_code == 200
    first, second = errors(found)
    assert "Walls" in first
    assert second is None


@pytest.mark.slow
@pytest.mark.parametrize(("name", "expected"), [(17, "17"), ("№ 1 🏠 \u202e", "№ 1 🏠 \u202e"), (" ", " ")])
def test_ids(running, name, expected):
    found = post(running, seed(name), seed(name), seed("last"))
    assert [one["id"] for one in found.json()["features"]] == [expected, expected, "last"]
    assert [message is None for message in errors(found)] == [True, False, True]


@pytest.mark.slow
def test_the_other_side_of_the_globe(running):
    """South of the equator July is the cold month; both names of the date line are one place."""
    south = post(running, seed("brisbane", latitude=-27.4, longitude=153.0), params={"include_timeseries": "true"})
    hours = south.json()["features"][0]["properties"]["buem"]["thermal_load_profile"]["timeseries"]["heating"]
    values = hours["values"] if isinstance(hours, dict) else hours
    january, july = sum(values[:744]), sum(values[4344:5088])
    assert july > 10 * january
    east, west = (seed(f"{at}", latitude=-17.8, longitude=at) for at in (180.0, -180.0))
    assert "is 29" in errors(post(running, east))[0]
    found = post(running, east, west, params={"any_distance": "on"}).json()["features"]
    assert heat(found[0]) == heat(found[1])


@pytest.mark.slow
@pytest.mark.parametrize("hourly", ["none", "load", "all"])
def test_every_choice_of_hours_is_answered(running, hourly):
    assert post(running, seed("a"), params={"hourly": hourly}).status_code == 200
