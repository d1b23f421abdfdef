"""Schedules and templates over HTTP, in the seed's shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from rig import serving_app

TEMPLATES, SCHEDULES = "/api/v1/batch/templates", "/api/v1/batch/schedules"
TEMPLATE = {
    "name": "bulk_building_update", "description": "Update multiple building properties",
    "parameters": [{"name": "status", "type": "string", "required": True, "enum": ["active", "inactive"]},
                   {"name": "district", "type": "string", "required": False}],
    "operations": [{"type": "update", "resource": "buildings",
                    "template": {"properties": {"status": "${status}", "district": "${district}"}}}],
}


@pytest.fixture
def client(options, sqlite_store) -> Iterator[httpx.Client]:
    with serving_app(options, sqlite_store) as made:
        yield made


def schedule(**changes: Any) -> dict[str, Any]:
    return {"schedule": {
        "name": "Daily Building Updates", "description": "Update building status every night",
        "batch": {"template_id": "annual_heating_demand", "parameters": {}},
        "timing": {"frequency": "daily", "time": "00:00", "timezone": "Asia/Tokyo"}, **changes}}


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_templates_are_listed_in_the_shape_of_the_seed(client):
    made = client.post(TEMPLATES, json={"template": TEMPLATE})
    assert made.status_code == 201
    name = made.json()["data"]["id"]
    assert made.headers["Location"] == f"{TEMPLATES}/{name}"
    listed = client.get(TEMPLATES).json()
    assert list(listed) == ["data"]
    assert list(listed["data"]) == ["templates"]
    assert listed["data"]["templates"][-1] == {"id": name, **TEMPLATE}
    assert list(listed["data"]["templates"][-1]) == ["id", "name", "description", "parameters", "operations"]
    assert [one["id"] for one in listed["data"]["templates"][:3]] == ["annual_heating_demand", "retrofit_u_values",
                                                                     "validate_city"]


def test_life_of_a_template(client):
    name = client.post(TEMPLATES, json={"template": TEMPLATE}).json()["data"]["id"]
    path = f"{TEMPLATES}/{name}"
    assert client.get(path).json()["data"] == {"id": name, **TEMPLATE}
    assert client.patch(path, json={"template": {"description": "new"}}).json()["data"]["description"] == "new"
    changed = {**TEMPLATE, "description": "whole"}
    assert client.put(path, json={"template": changed}).json()["data"] == {"id": name, **changed}
    assert error(client.patch(path, json={"template": {"operations": []}})) == (400, "VALIDATION_ERROR")
    assert client.delete(path).json() == {"data": {"id": name, "deleted": True}}
    assert error(client.get(path)) == (404, "RESOURCE_ERROR")
    assert error(client.delete(path)) == (404, "RESOURCE_ERROR")


def test_names_are_taken_once(client):
    client.post(TEMPLATES, json={"template": TEMPLATE})
    assert error(client.post(TEMPLATES, json={"template": TEMPLATE})) == (409, "RESOURCE_ERROR")
    for name in ("validate_city", "annual_heating_demand"):
        assert error(client.post(TEMPLATES, json={"template": {**TEMPLATE, "name": name}})) == (409, "RESOURCE_ERROR")
        assert error(client.delete(f"{TEMPLATES}/{name}")) == (409, "RESOURCE_ERROR")
        assert error(client.patch(f"{TEMPLATES}/{name}", json={"template": {}})) == (409, "RESOURCE_ERROR")


def test_a_template_in_use_stays(client):
    name = client.post(TEMPLATES, json={"template": TEMPLATE}).json()["data"]["id"]
    batch = {"template_id": name, "parameters": {"status": "active"}}
    user = client.post(SCHEDULES, json=schedule(batch=batch)).json()["data"]["id"]
    refused = client.delete(f"{TEMPLATES}/{name}")
    assert error(refused) == (409, "RESOURCE_ERROR")
    assert refused.json()["error"]["details"] == [{"conflict_with": user}]
    client.delete(f"{SCHEDULES}/{user}")
    assert client.delete(f"{TEMPLATES}/{name}").status_code == 200


def test_run(client):
    made = client.post(f"{TEMPLATES}/annual_heating_demand/run", json={"parameters": {"model": "iso13790"}})
    assert made.status_code == 202
    data = made.json()["data"]
    assert list(data) == ["job_id", "status", "created_at", "estimated_completion", "progress"]
    assert made.headers["Location"] == f"/api/v1/batch/jobs/{data['job_id']}"
    status = client.get(made.headers["Location"]).json()["data"]
    assert status["type"] == "annual_heating_demand"


@pytest.mark.parametrize(
    ("path", "body", "expected", "field"),
    [
        ("retrofit_u_values", {}, 400, "parameters.status"),
        ("retrofit_u_values", {"parameters": {"status": "a", "wall_u": "0.2"}}, 400, "parameters.wall_u"),
        ("retrofit_u_values", {"parameters": {"status": "a", "colour": 1}}, 400, "parameters.colour"),
        ("annual_heating_demand", {"parameters": {"model": "iso52017"}}, 400, "parameters.model"),
        ("annual_heating_demand", {"params": {}}, 400, "params"),
        ("annual_heating_demand", {"options": {"retry": {"attempts": 0}}}, 400, "options.retry.attempts"),
        ("nothing", {}, 404, "template_id"),
    ],
)
def test_run_refuses(client, path, body, expected, field):
    answer = client.post(f"{TEMPLATES}/{path}/run", json=body)
    assert answer.status_code == expected
    assert answer.json()["error"]["details"][0]["field"] == field


def test_life_of_a_schedule(client):
    made = client.post(SCHEDULES, json=schedule())
    assert made.status_code == 201
    data = made.json()["data"]
    path = f"{SCHEDULES}/{data['id']}"
    assert made.headers["Location"] == path
    assert {name: data[name] for name in schedule()["schedule"]} == schedule()["schedule"]
    assert data["status"] == "active"
    assert data["next_run"].endswith("T15:00:00Z")
    assert data["last_run"] is None
    assert client.get(path).json()["data"] == data
    assert client.get(SCHEDULES).json()["data"] == {"schedules": [data], "next_cursor": None}
    moved = client.patch(path, json={"schedule": {"timing": {"time": "01:00"}}}).json()["data"]
    assert moved["next_run"].endswith("T16:00:00Z")
    assert client.post(f"{path}/pause").json()["data"]["next_run"] is None
    assert error(client.post(f"{path}/pause")) == (409, "INVALID_STATE")
    assert client.get(SCHEDULES, params={"status": "active"}).json()["data"]["schedules"] == []
    assert client.post(f"{path}/resume").json()["data"]["status"] == "active"
    assert client.get(f"{path}/fires").json()["data"] == {"fires": []}
    assert client.delete(path).json() == {"data": {"id": data["id"], "deleted": True}}
    assert error(client.get(path)) == (404, "RESOURCE_ERROR")


def test_conflict_in_the_form_of_the_seed(client):
    first = client.post(SCHEDULES, json=schedule()).json()["data"]
    second = client.post(SCHEDULES, json=schedule(name="again"))
    assert second.status_code == 409
    assert second.json() == {"error": {
        "code": "SCHEDULE_CONFLICT", "message": "Schedule conflict detected",
        "details": [{"time": first["next_run"], "conflict_with": first["id"]}]}}


def test_unknown_template(client):
    answer = client.post(SCHEDULES, json=schedule(batch={"template_id": "template12345"}))
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Template not found: template12345"


def test_mail_without_a_server_is_warned_of(client):
    notification = {"on_completion": {"email": ["manager@example.com"], "webhook": "https://example.com/webhook"},
                    "on_failure": {"email": ["admin@example.com"], "severity": "high"}}
    answer = client.post(SCHEDULES, json=schedule(notification=notification))
    assert answer.status_code == 201
    assert answer.json()["data"]["warnings"] == [
        "notification: no mail server is configured (--smtp), so its e-mails are recorded as not_sent"]


def test_pages(client):
    names = [client.post(SCHEDULES, json=schedule(timing={"frequency": "daily", "time": f"0{n}:00"}, name=str(n))
                         ).json()["data"]["id"] for n in range(5)]
    found, cursor = [], None
    for _ in range(3):
        page = client.get(SCHEDULES, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()["data"]
        found += [one["id"] for one in page["schedules"]]
        cursor = page["next_cursor"]
    assert (found, cursor) == (names, None)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1001", "status=gone", "cursor=none", "colour=red"])
def test_list_refuses(client, query):
    assert client.get(f"{SCHEDULES}?{query}").status_code in (400, 404)


@pytest.mark.parametrize("path", [f"{SCHEDULES}/x%00y", f"{TEMPLATES}/x%00y", "/api/v1/batch/webhooks/x%00y",
                                  "/api/v1/batch/deliveries/x%00y"])
def test_ids_with_zero_bytes_are_not_found(client, path):
    assert error(client.get(path)) == (404, "RESOURCE_ERROR")
