"""Seed (b), moved to buildings: jobs, their states, figures, errors, and what a client may do with them."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from conftest import Server, envelope, finished, wait_for

from buem.service.operations.kinds import KINDS

JOBS = "/api/v1/batch/jobs"
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DURATION = re.compile(r"[\d.e-]+s|\d+m|\d+h( \d+m)?")


def batch(*operations: dict[str, Any], **options: Any) -> dict[str, Any]:
    """A body as the seed has it."""
    return {"batch": {"type": "field_update", "description": "Change houses", "operations": list(operations),
                      "options": options}}


def post(client: httpx.Client, *operations: dict[str, Any], **options: Any) -> str:
    answer = client.post(JOBS, json=batch(*operations, **options))
    assert answer.status_code == 202, answer.text
    return answer.json()["data"]["job_id"]


def fill(client: httpx.Client, group: str, count: int, wrong: tuple[int, ...] = ()) -> list[str]:
    """Houses of a group of their own; wrong ones get a wall that no check of the reader sees."""
    features = []
    for number in range(count):
        made = envelope(number)
        made["id"] = f"{group}{number:04d}"
        made["properties"]["group"] = group
        if number in wrong:
            made["properties"]["buem"]["building"]["thermal"] = {"heating_max_kW": 0.0001, "phi_int": 0.0}
            made["geometry"]["coordinates"] = [-160.0, -50.0]
        features.append(made)
    for start in range(0, count, 100):
        answer = client.post("/api/v1/buildings/batch", json={"items": features[start : start + 100]})
        assert answer.json()["errors"] == []
    return [one["id"] for one in features]


@pytest.fixture
def client(running: Server) -> httpx.Client:
    """Of the server of this module; each test has a group of buildings of its own."""
    return running.client


def test_the_request_of_the_seed(client):
    """`fields` are our buildings, the schedule of irrigation is one of ventilation; all else is as it is written."""
    fill(client, "seed", 3)
    body = {"batch": {
        "type": "field_update", "description": "Update irrigation schedules for all active fields",
        "operations": [{
            "type": "update", "resource": "buildings", "filter": {"status": "active", "group": "seed"},
            "update": {"ventilation_schedule": {"frequency": "daily", "start_time": "06:00", "duration_minutes": 30}}}],
        "options": {"parallel": True, "max_concurrent": 5, "retry": {"attempts": 3, "backoff": "exponential"},
                    "validation": {"mode": "strict", "on_error": "skip"}}}}
    answer = client.post(JOBS, json=body)
    assert answer.status_code == 202
    data = answer.json()["data"]
    assert list(data) == ["job_id", "status", "created_at", "estimated_completion", "progress"]
    assert answer.headers["location"] == f"{JOBS}/{data['job_id']}"
    assert data["status"] == "queued"
    assert data["progress"] == {"total_operations": 2, "completed": 0, "failed": 0, "percentage": 0}
    assert STAMP.fullmatch(data["created_at"])
    assert data["estimated_completion"] >= data["created_at"]
    status = finished(client, data["job_id"])
    assert status["progress"] == {"total_operations": 2, "completed": 2, "failed": 0, "percentage": 100,
                                  "current_operation": None}
    kept = client.get("/api/v1/buildings/seed0002").json()["data"]["properties"]
    assert kept["ventilation_schedule"] == {"frequency": "daily", "start_time": "06:00", "duration_minutes": 30}
    assert "ventilation_schedule" not in client.get("/api/v1/buildings/seed0001").json()["data"]["properties"]


def test_status_of_a_job_with_a_failure(client):
    ids = fill(client, "far", 41, wrong=(23,))
    job_id = post(client, {"type": "calculate", "resource": "buildings", "filter": {"group": "far"}},
                  retry={"attempts": 3, "backoff": "immediate"})
    status = finished(client, job_id)
    assert set(status) == {"job_id", "type", "description", "status", "created_at", "started_at", "completed_at",
                           "estimated_completion", "progress", "statistics", "errors"}
    assert status["status"] == "completed"
    assert all(STAMP.fullmatch(status[name]) for name in ("created_at", "started_at", "completed_at"))
    assert status["progress"] == {"total_operations": 41, "completed": 40, "failed": 1, "percentage": 100,
                                  "current_operation": None}
    assert status["statistics"]["success_rate"] == 97.6
    assert DURATION.fullmatch(status["statistics"]["average_operation_time"])
    assert status["statistics"]["estimated_remaining_time"] == "0.0s"
    assert 50 < status["statistics"]["peak_memory_mb"] < 2000
    (error,) = status["errors"]
    assert error == {"operation_index": 23, "resource_id": ids[23], "attempts": 1, "status": "failed",
                     "error": {"code": "VALIDATION_ERROR", "message": error["error"]["message"]}}
    assert "expected a bundled station within 500 km" in error["error"]["message"]
    assert client.get(f"{JOBS}/{job_id}/errors").json()["data"] == {
        "job_id": job_id, "status": "completed", "errors": [error], "next_cursor": None}


def test_results_and_their_files(client):
    ids = fill(client, "res", 30)
    job_id = post(client, {"type": "calculate", "resource": "buildings", "filter": {"group": "res"},
                           "options": {"weather": "nl_amsterdam_nsrdb2019"}})
    finished(client, job_id)
    first = client.get(f"{JOBS}/{job_id}/results", params={"limit": 20}).json()["data"]
    rest = client.get(f"{JOBS}/{job_id}/results", params={"cursor": first["next_cursor"]}).json()["data"]
    rows = first["results"] + rest["results"]
    assert [row["resource_id"] for row in rows] == ids
    assert [row["operation_index"] for row in rows] == list(range(30))
    assert rest["next_cursor"] is None
    assert set(rows[0]) == {"operation_index", "type", "resource_id", "status", "attempts", "result"}
    assert rows[0]["result"]["heating_kwh"] > 1000

    def download(form: str) -> bytes:
        answer = client.get(f"{JOBS}/{job_id}/results", params={"format": form})
        assert answer.status_code == 200
        return answer.content

    features = json.loads(download("geojson"))["features"]
    assert [one["id"] for one in features] == ids
    total = features[0]["properties"]["buem"]["thermal_load_profile"]["summary"]["heating"]["total"]["value"]
    assert total == pytest.approx(rows[0]["result"]["heating_kwh"], abs=0.01)
    assert [json.loads(line)["id"] for line in download("ndjson").splitlines()] == ids
    assert [row["id"] for row in csv.DictReader(io.StringIO(download("csv").decode()))] == ids
    assert pq.read_table(io.BytesIO(download("parquet")))["id"].to_pylist() == ids


def test_job_creation_error_of_the_seed(client):
    answer = client.post(JOBS, json=batch({"type": "process", "resource": "buildings", "filter": {}}))
    assert answer.status_code == 400
    assert answer.json() == {"error": {
        "code": "INVALID_BATCH", "message": "Invalid batch job configuration", "details": [
            {"field": "operations", "code": "INVALID_OPERATION", "message": "Unknown operation type: process"}]}}


def test_job_execution_error_of_the_seed(client):
    """A building that goes between the making of a job and its turn is not found."""
    fill(client, "gone", 2)
    later = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    job_id = post(client, {"type": "calculate", "resource": "buildings", "filter": {"id": "gone0001"}},
                  not_before=later)
    client.delete("/api/v1/buildings/gone0001")
    assert finished(client, job_id)["status"] == "failed"
    answer = client.get(f"{JOBS}/{job_id}/results")
    assert answer.status_code == 500
    error = answer.json()["error"]
    assert re.fullmatch(r"req_[0-9a-f]{16}", error.pop("request_id"))
    assert error == {"code": "EXECUTION_ERROR", "message": "Batch job execution failed", "details": [
        {"operation_index": 0, "code": "RESOURCE_ERROR", "message": "Resource not found: gone0001"}]}
    assert client.get(f"{JOBS}/{job_id}").status_code == 200


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        pytest.param({"operations": []}, "operations", "INVALID_BATCH", id="nothing to do"),
        pytest.param({"operations": 3}, "operations", "INVALID_BATCH", id="no list"),
        pytest.param({"operations": [{"type": "calculate", "filter": {"colour": "red"}}]},
                     "operations[0].filter.colour", "UNKNOWN_FIELD", id="unknown field of a filter"),
        pytest.param({"operations": [{"type": "calculate", "filter": []}]}, "operations[0].filter",
                     "INVALID_FILTER", id="filter that is none"),
        pytest.param({"operations": [{"type": "update", "filter": {}}]}, "operations[0].update", "MISSING_FIELD",
                     id="update without a patch"),
        pytest.param({"operations": [{"type": "calculate", "resource": "users"}]}, "operations[0].resource",
                     "INVALID_RESOURCE", id="another resource"),
        pytest.param({"operations": [{"type": "calculate", "options": {"model": "x"}}]},
                     "operations[0].options.model", "INVALID_VALUE", id="model that is none"),
        pytest.param({"operations": [{"type": "calculate", "options": {"archetypes": "/etc/passwd"}}]},
                     "operations[0].options.archetypes", "UNKNOWN_OPTION", id="a file of the server"),
        pytest.param({"options": {"retry": {"backoff": "sometimes"}}}, "options.retry.backoff", "INVALID_RETRY",
                     id="unknown backoff"),
        pytest.param({"options": {"retry": {"attempts": 0}}}, "options.retry.attempts", "INVALID_RETRY",
                     id="no try at all"),
        pytest.param({"options": {"retry": {"backoff": "custom"}}}, "options.retry.delays", "INVALID_RETRY",
                     id="custom without delays"),
        pytest.param({"options": {"validation": {"mode": "hard"}}}, "options.validation.mode", "INVALID_VALUE",
                     id="unknown mode"),
        pytest.param({"options": {"parallel": "yes"}}, "options.parallel", "WRONG_TYPE", id="parallel as a text"),
        pytest.param({"options": {"max_concurrent": 0}}, "options.max_concurrent", "INVALID_VALUE", id="none at once"),
        pytest.param({"options": {"window": {"start": "22:00", "end": "6"}}}, "options.window.end",
                     "INVALID_WINDOW", id="half a window"),
        pytest.param({"options": {"window": {"start": "22:00", "end": "06:00", "timezone": "Mars"}}},
                     "options.window.timezone", "INVALID_TIMEZONE", id="unknown zone"),
        pytest.param({"options": {"not_before": "tomorrow"}}, "options.not_before", "INVALID_TIME", id="no instant"),
        pytest.param({"options": {"timeout": {"job_s": -1}}}, "options.timeout.job_s", "INVALID_VALUE",
                     id="time that is over"),
        pytest.param({"options": {"paralel": True}}, "options.paralel", "UNKNOWN_FIELD", id="misspelt"),
    ],
)
def test_bodies_that_are_refused(client, change, field, code):
    body = batch({"type": "calculate", "resource": "buildings", "filter": {}})
    body["batch"] |= change
    answer = client.post(JOBS, json=body)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["code"] == "INVALID_BATCH"
    assert [(one["field"], one["code"]) for one in error["details"]] == [(field, code)]


def test_a_text_with_a_zero_byte(client):
    """No database keeps it; whatever reader it is for, the body is refused."""
    body = batch({"type": "validate", "resource": "buildings"})
    body["batch"]["description"] = "a\0b"
    answer = client.post(JOBS, json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["message"] == "expected texts without \\u0000"


def test_lenient_requests_note_what_they_do_not_know(client):
    fill(client, "len", 1)
    body = batch({"type": "validate", "filter": {"group": "len"}, "colour": "red"},
                 validation={"mode": "lenient"})
    answer = client.post(JOBS, json=body)
    assert answer.status_code == 202
    assert answer.json()["data"]["warnings"] == [
        "operations[0].colour: 'colour'; expected one of type, resource, filter, options"]


def test_strict_jobs_refuse_what_is_guessed(client):
    fill(client, "str", 1)
    job_id = post(client, {"type": "validate", "filter": {"group": "str"}}, validation={"mode": "strict"})
    status = finished(client, job_id)
    assert status["status"] == "failed"
    assert "strict validation: default: b_transmission 1" in status["errors"][0]["error"]["message"]
    assert finished(client, post(client, {"type": "validate", "filter": {"group": "str"}}))["status"] == "completed"


def test_stop_ends_queueing(client):
    fill(client, "stp", 150, wrong=(3,))
    job_id = post(client, {"type": "calculate", "filter": {"group": "stp"}}, parallel=False,
                  validation={"on_error": "stop"})
    status = finished(client, job_id)
    assert status["status"] == "failed"
    assert status["error"]["operation_index"] == 3
    # The unit of the failure is done, no other was begun.
    assert 0 < status["progress"]["completed"] < 149
    assert status["progress"]["percentage"] == 100 * (status["progress"]["completed"] + 1) // 150


def test_changes_of_state(client):
    fill(client, "cha", 2)
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    job_id = post(client, {"type": "validate", "filter": {"group": "cha"}}, not_before=later)

    def act(action: str) -> tuple[int, Any]:
        answer = client.post(f"{JOBS}/{job_id}/{action}")
        found = answer.json()
        return answer.status_code, found["data"]["status"] if "data" in found else found["error"]["code"]

    assert act("resume") == (409, "INVALID_STATE")
    assert act("retry") == (409, "INVALID_STATE")
    assert act("pause") == (200, "paused")
    assert act("pause") == (409, "INVALID_STATE")
    assert client.get(f"{JOBS}/{job_id}").json()["data"]["estimated_completion"] is None
    assert client.get(f"/api/v1/jobs/{job_id}").json()["status"] == "processing"
    assert act("resume") == (200, "queued")
    assert client.delete(f"{JOBS}/{job_id}").status_code == 409
    assert act("cancel") == (200, "cancelled")
    assert client.get(f"/api/v1/jobs/{job_id}").json()["status"] == "failed"
    assert act("cancel") == (409, "INVALID_STATE")
    assert act("retry") == (200, "queued")
    assert act("cancel") == (200, "cancelled")
    assert client.delete(f"{JOBS}/{job_id}").json() == {"data": {"job_id": job_id, "deleted": True}}
    assert client.get(f"{JOBS}/{job_id}").status_code == 404
    assert act("pause") == (404, "RESOURCE_ERROR")


def test_retry_does_again_what_failed(client):
    ids = fill(client, "ret", 45)
    later = (datetime.now(UTC) + timedelta(seconds=1.5)).isoformat()
    job_id = post(client, {"type": "calculate", "filter": {"group": "ret"}}, not_before=later)
    kept = client.get(f"/api/v1/buildings/{ids[30]}").json()["data"]
    client.delete(f"/api/v1/buildings/{ids[30]}")
    status = finished(client, job_id)
    assert (status["progress"]["completed"], status["progress"]["failed"]) == (44, 1)
    client.post("/api/v1/buildings/batch", json={"items": [kept]})
    assert client.post(f"{JOBS}/{job_id}/retry").json()["data"]["progress"]["failed"] == 0
    status = finished(client, job_id)
    assert (status["progress"]["completed"], status["progress"]["failed"]) == (45, 0)
    features = client.get(f"{JOBS}/{job_id}/results", params={"format": "ndjson"}).text.splitlines()
    assert sorted(json.loads(line)["id"] for line in features) == ids


def test_operations_run_one_after_another(client):
    """The filter of the second is matched when the first has ended."""
    items = [{**envelope(at), "id": f"seq{at:03d}"} for at in range(50)]
    for one in items:
        one["properties"]["group"] = "seq"
    job_id = post(client, {"type": "create", "items": items},
                  {"type": "update", "filter": {"group": "seq"}, "update": {"seen": 1}},
                  {"type": "calculate", "filter": {"group": "seq", "seen": 1}},
                  {"type": "delete", "filter": {"group": "seq"}})
    status = finished(client, job_id)
    assert status["progress"]["total_operations"] == 200
    assert status["progress"]["completed"] == 200
    types = [row["type"] for row in client.get(f"{JOBS}/{job_id}/results", params={"limit": 1000}).json()["data"][
        "results"]]
    assert types == ["create"] * 50 + ["update"] * 50 + ["calculate"] * 50 + ["delete"] * 50
    assert client.get("/api/v1/buildings", params={"filter": '{"group": "seq"}'}).json()["data"] == []


def test_a_filter_that_matches_nothing(client):
    status = finished(client, post(client, {"type": "calculate", "filter": {"id": "nobody"}}))
    assert status["status"] == "completed"
    assert status["progress"]["total_operations"] == 0
    assert status["progress"]["percentage"] == 100
    assert status["statistics"]["success_rate"] is None


def test_operations_that_take_too_long(client):
    """The node model in steps of a minute takes seconds for a hundred buildings."""
    fill(client, "slo", 100)
    slow = {"type": "calculate", "filter": {"group": "slo"}, "options": {"model": "iso52016", "steps_per_hour": 60}}
    job_id = post(client, slow, timeout={"operation_s": 0.3}, retry={"attempts": 2, "backoff": "immediate"},
                  validation={"on_error": "stop"})
    status = finished(client, job_id)
    assert status["status"] == "failed"
    assert status["error"]["code"] == "TIMEOUT_ERROR"
    assert {(one["error"]["code"], one["attempts"]) for one in status["errors"]} == {("TIMEOUT_ERROR", 2)}
    job_id = post(client, slow, timeout={"job_s": 0.5})
    status = finished(client, job_id)
    assert (status["status"], status["error"]["code"]) == ("failed", "TIMEOUT_ERROR")
    # The workers are back.
    finished(client, post(client, {"type": "validate", "filter": {"group": "slo"}}))


def test_jobs_in_pages(client):
    fill(client, "pag", 1)
    made = [post(client, {"type": "validate", "filter": {"group": "pag"}}) for _ in range(3)]
    for job_id in made:
        finished(client, job_id)
    first = client.get(JOBS, params={"limit": 2, "status": "completed"}).json()["data"]
    assert [one["job_id"] for one in first["jobs"]] == [made[2], made[1]]
    more = client.get(JOBS, params={"limit": 1, "status": "completed", "cursor": first["next_cursor"]}).json()["data"]
    assert [one["job_id"] for one in more["jobs"]] == [made[0]]
    assert client.get(JOBS, params={"status": "ready"}).status_code == 400


def test_current_operation_is_the_lowest_that_runs(client):
    ids = fill(client, "cur", 120)
    job_id = post(client, {"type": "calculate", "filter": {"group": "cur"},
                           "options": {"model": "iso52016", "steps_per_hour": 30}}, parallel=False)
    seen = wait_for(lambda: client.get(f"{JOBS}/{job_id}").json()["data"]["progress"]["current_operation"],
                    "an operation that runs")
    assert seen["type"] == "calculate"
    assert seen["resource_id"] == ids[seen["index"]]
    assert STAMP.fullmatch(seen["started_at"])
    status = client.get(f"{JOBS}/{job_id}").json()["data"]
    assert status["progress"]["completed"] + status["progress"]["failed"] <= 120
    assert client.post(f"{JOBS}/{job_id}/cancel").json()["data"]["status"] == "cancelled"


def test_every_type_of_the_seed_is_known():
    assert set(KINDS) == {"create", "update", "delete", "import", "export", "backup", "restore", "cleanup", "optimize",
                          "calculate", "analyze", "generate", "validate"}
