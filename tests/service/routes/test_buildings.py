"""Seed (c), moved to buildings: each of its example requests, and every rule of its contract."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Server, envelope, finished

BATCH = "/api/v1/buildings/batch"


@pytest.fixture
def client(running: Server) -> httpx.Client:
    """Of a server whose collection is empty."""
    while found := running.client.get("/api/v1/buildings", params={"limit": 1000}).json()["data"]:
        running.client.request("DELETE", BATCH, json={"ids": [one["id"] for one in found]})
    return running.client


def named(name: str | None, **properties: Any) -> dict[str, Any]:
    """A house under a name."""
    made = envelope(1)
    made["properties"] |= properties
    return {**made, "id": name} if name is not None else {k: v for k, v in made.items() if k != "id"}


def people(*names: str) -> list[dict[str, Any]]:
    return [named(name, owner=name) for name in names]


def bad(name: str) -> dict[str, Any]:
    return {**envelope(1, u_value=-3.0), "id": name}


def test_batch_create(client):
    """Items without ids are given some, and come back as they are kept."""
    items = [named(None, owner=name) for name in ("Alice", "Bob", "Charlie")]
    answer = client.post(BATCH, json={"items": items})
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["data", "errors"]
    assert body["errors"] == []
    ids = [one["id"] for one in body["data"]]
    assert len(set(ids)) == 3
    assert [{key: value for key, value in one.items() if key != "id"} for one in body["data"]] == items
    assert client.get(f"/api/v1/buildings/{ids[1]}").json() == {"data": body["data"][1]}


def test_batch_update(client):
    client.post(BATCH, json={"items": people("user_1", "user_2", "user_3")})
    items = [{"id": "user_1", "status": "active"}, {"id": "user_2", "status": "inactive"},
             {"id": "user_3", "properties": {"status": "active", "owner": None}}]
    answer = client.patch(BATCH, json={"items": items})
    assert answer.status_code == 200
    body = answer.json()
    assert body["errors"] == []
    assert [one["id"] for one in body["data"]] == ["user_1", "user_2", "user_3"]
    assert [one["properties"]["status"] for one in body["data"]] == ["active", "inactive", "active"]
    # Fields that are not named stay, a null takes one away.
    assert body["data"][0]["properties"]["owner"] == "user_1"
    assert "owner" not in body["data"][2]["properties"]
    assert client.get("/api/v1/buildings/user_2").json()["data"] == body["data"][1]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("DELETE", BATCH, {"ids": ["user_1", "user_2", "user_3"]}, id="ids"),
        pytest.param("DELETE", BATCH, {"items": [{"id": "user_1"}, {"id": "user_2"}, {"id": "user_3"}]}, id="items"),
        pytest.param("POST", f"{BATCH}/delete", {"ids": ["user_1", "user_2", "user_3"]}, id="for proxies"),
    ],
)
def test_batch_delete(client, method, path, body):
    client.post(BATCH, json={"items": people("user_1", "user_2", "user_3", "user_4")})
    answer = client.request(method, path, json=body)
    assert (answer.status_code, answer.json()) == (200, {"deleted": 3, "errors": []})
    assert [one["id"] for one in client.get("/api/v1/buildings").json()["data"]] == ["user_4"]


def test_errors_by_index(client):
    client.post(BATCH, json={"items": people("there")})
    items = [named("a"), bad("b"), named("there"), named("a"), "no feature", named("c")]
    answer = client.post(BATCH, json={"items": items})
    assert answer.status_code == 200
    body = answer.json()
    assert [one and one["id"] for one in body["data"]] == ["a", None, None, None, None, "c"]
    assert [(one["index"], one["error"]) for one in body["errors"]] == [
        (1, "validation_error"), (2, "conflict"), (3, "conflict"), (4, "validation_error")]
    assert all(list(one) == ["index", "error", "message", "item"] for one in body["errors"])
    assert [one["item"] for one in body["errors"]] == [items[i] for i in (1, 2, 3, 4)]
    assert body["errors"][0]["message"] == (
        "items[1].properties.buem.building.envelope.elements[0].U: -3.0; expected 0 to 10 W/(m²K)")


def test_errors_of_updates(client):
    client.post(BATCH, json={"items": people("a", "b")})
    items = [{"id": "a", "status": "x"}, {"status": "x"}, {"id": "nobody", "status": "x"}, {"id": "a", "status": "y"},
             {"id": "b", "geometry": None}]
    body = client.patch(BATCH, json={"items": items}).json()
    assert [one and one["properties"]["status"] for one in body["data"]] == ["x", None, None, None, None]
    assert [(one["index"], one["error"]) for one in body["errors"]] == [
        (1, "validation_error"), (2, "not_found"), (3, "conflict"), (4, "validation_error")]
    assert body["errors"][1]["message"] == "Resource not found: nobody"


def test_errors_of_deletions(client):
    client.post(BATCH, json={"items": people("a")})
    body = client.request("DELETE", BATCH, json={"ids": ["a", "b", "a", 7.5]}).json()
    assert body["deleted"] == 1
    assert [(one["index"], one["error"], one["item"]) for one in body["errors"]] == [
        (1, "not_found", "b"), (2, "not_found", "a"), (3, "validation_error", 7.5)]


@pytest.mark.parametrize("bad_at", [0, 50, 99])
def test_atomic_creation_keeps_none(client, bad_at):
    items = [bad("bad") if at == bad_at else named(f"n{at:03d}") for at in range(100)]
    answer = client.post(BATCH, json={"atomic": True, "items": items})
    assert answer.status_code == 422
    assert answer.json()["data"] == [None] * 100
    assert [one["index"] for one in answer.json()["errors"]] == [bad_at]
    assert client.get("/api/v1/buildings").json()["data"] == []
    items[bad_at] = named("good")
    assert client.post(BATCH, json={"atomic": True, "items": items}).json()["errors"] == []
    assert len(client.get("/api/v1/buildings", params={"limit": 1000}).json()["data"]) == 100


def test_atomic_changes_and_deletions(client):
    client.post(BATCH, json={"items": people("a", "b")})
    answer = client.patch(BATCH, json={"atomic": True, "items": [{"id": "a", "status": "new"}, {"id": "z"}]})
    assert (answer.status_code, answer.json()["data"]) == (422, [None, None])
    assert client.get("/api/v1/buildings/a").json()["data"]["properties"]["status"] != "new"
    answer = client.request("DELETE", BATCH, json={"atomic": True, "ids": ["a", "z"]})
    assert (answer.status_code, answer.json()["deleted"]) == (422, 0)
    assert len(client.get("/api/v1/buildings").json()["data"]) == 2


@pytest.mark.parametrize(
    ("method", "body", "most"),
    [
        pytest.param("POST", {"items": [{}] * 101}, 100, id="create"),
        pytest.param("PATCH", {"items": [{}] * 101}, 100, id="update"),
        pytest.param("DELETE", {"ids": ["x"] * 1001}, 1000, id="delete"),
    ],
)
def test_limits(client, method, body, most):
    answer = client.request(method, BATCH, json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "BATCH_TOO_LARGE"
    assert f"expected at most {most}" in error["message"]


@pytest.mark.parametrize(
    "body",
    [{}, {"items": 3}, {"items": None}, {"items": [], "atomic": "yes"}, {"items": [], "other": 1}, [1], "x"],
)
def test_other_bodies_are_refused(client, body):
    answer = client.post(BATCH, json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_one_building(client):
    made = client.put("/api/v1/buildings/a/b c", json=named(None, status="new"))
    assert (made.status_code, made.json()["data"]["id"]) == (201, "a/b c")
    again = client.put("/api/v1/buildings/a/b c", json=named(None, status="newer"))
    assert (again.status_code, again.json()["data"]["properties"]["status"]) == (200, "newer")
    assert client.put("/api/v1/buildings/a", json=named("b")).status_code == 400
    assert client.put("/api/v1/buildings/a", json=bad("a")).status_code == 422
    patched = client.patch("/api/v1/buildings/a/b c", json={"status": None})
    assert "status" not in patched.json()["data"]["properties"]
    assert client.patch("/api/v1/buildings/a/b c", json={"id": "other"}).status_code == 422
    assert client.get("/api/v1/buildings/nobody").json()["error"]["code"] == "RESOURCE_ERROR"
    assert client.delete("/api/v1/buildings/a/b c").json() == {"deleted": 1, "errors": []}
    assert client.delete("/api/v1/buildings/a/b c").status_code == 404
    assert client.patch("/api/v1/buildings/a/b c", json={}).status_code == 404


def test_pages_filters_and_boxes(client):
    items = [{**named(f"b{at:02d}", year=1900 + at, status="active" if at % 3 else "inactive"),
              "geometry": {"type": "Point", "coordinates": [5.0 + at / 100, 52.0]}} for at in range(25)]
    client.post(BATCH, json={"items": items})
    seen, cursor = [], {}
    while True:
        page = client.get("/api/v1/buildings", params={"limit": 10, **cursor}).json()
        seen += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [f"b{at:02d}" for at in range(25)]

    def found(**query: Any) -> list[str]:
        answer = client.get("/api/v1/buildings", params={**query, "limit": 1000})
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["data"]]

    assert found(bbox="5.095,51,5.125,53") == ["b10", "b11", "b12"]
    assert found(filter='{"status": "inactive", "year": {"lte": 1903}}') == ["b00", "b03"]
    assert found(filter='{"year": {"in": [1901, 1924]}}') == ["b01", "b24"]
    assert found(filter='{"year": {"gte": 1924}, "bbox": [0, 0, 90, 90]}') == ["b24"]
    assert found(filter='{"buem.building.A_ref": 100.0, "id": "b07"}') == ["b07"]
    assert found(filter='{"year": "1901"}') == []


@pytest.mark.parametrize("query", ["bbox=1,2,3", "bbox=1,2,x,4", "filter={", "filter=[]", 'filter={"nothing":1}',
                                   "limit=0", "limit=x", "cursor=%00", "other=1"])
def test_queries_that_are_refused(client, query):
    answer = client.get(f"/api/v1/buildings?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_a_very_large_creation(client, tmp_path):
    lines = [json.dumps(bad(f"n{at}") if at == 41 else named(f"n{at}")) for at in range(120)]
    upload = client.post("/api/v1/uploads", json={"name": "users.ndjson"}).json()["data"]["upload_id"]
    client.patch(f"/api/v1/uploads/{upload}", content="\n".join(lines))
    assert client.post(f"/api/v1/uploads/{upload}/complete").json()["data"]["status"] == "complete"
    answer = client.post("/api/v1/jobs/buildings/batch_create", json={"input_file_url": f"/api/v1/uploads/{upload}"})
    assert answer.status_code == 202
    job = answer.json()
    assert job == {"job_id": job["job_id"], "status": "processing", "progress": 0}
    finished(client, job["job_id"])
    status = client.get(f"/api/v1/jobs/{job['job_id']}").json()
    assert status == {
        "job_id": job["job_id"], "status": "completed", "progress": 100,
        "results": {"created": 119, "failed": 1, "errors": [
            {"index": 41, "error": "validation_error", "item": {"id": "n41"}, "message":
             "features[41].properties.buem.building.envelope.elements[0].U: -3.0; expected 0 to 10 W/(m²K)"}]}}


@pytest.mark.parametrize("url", ["https://storage.example.com/users.csv", "http://127.0.0.1/x", "file:///etc/passwd",
                                 "/etc/passwd", "ftp://x/y", ""])
def test_other_addresses_are_refused(client, url):
    answer = client.post("/api/v1/jobs/buildings/batch_create", json={"input_file_url": url})
    if answer.status_code == 202:
        # An address may be judged by the worker that would fetch it.
        status = finished(client, answer.json()["job_id"])
        assert status["status"] == "failed"
        shown = client.get(f"/api/v1/jobs/{answer.json()['job_id']}").json()
        assert (shown["status"], shown["results"]["created"]) == ("failed", 0)
    else:
        assert answer.status_code in (400, 404)


def test_atomic_is_no_word_of_jobs(client):
    answer = client.post("/api/v1/jobs/buildings/batch_create", json={"upload_id": "upl_1", "atomic": True})
    assert answer.status_code == 400


RETRY_JS = """
const api = {post: async (path, body) => {
  const answer = await fetch(process.argv[1] + path, {method: 'POST', body: JSON.stringify(body),
    headers: {'Content-Type': 'application/json'}});
  return answer.json();
}};
async function batchCreateWithRetry(items) {
  const response = await api.post('/buildings/batch', {items});

  if (response.errors.length > 0) {
    // Retry only failed items
    const failedItems = response.errors.map(e => e.item);
    const retryResponse = await api.post('/buildings/batch', {items: failedItems});
    return {
      ...response,
      data: [...response.data.filter(x => x), ...retryResponse.data]
    };
  }

  return response;
}
batchCreateWithRetry(JSON.parse(process.argv[2])).then(found => console.log(JSON.stringify(found)));
"""


def retry_in_python(client: httpx.Client, items: list[dict[str, Any]]) -> dict[str, Any]:
    response = client.post(BATCH, json={"items": items}).json()
    if response["errors"]:
        failed = [error["item"] for error in response["errors"]]
        again = client.post(BATCH, json={"items": failed}).json()
        return {**response, "data": [*filter(None, response["data"]), *again["data"]]}
    return response


def retry_in_node(client: httpx.Client, items: list[dict[str, Any]]) -> dict[str, Any]:
    url = str(client.base_url).rstrip("/") + "/api/v1"
    done = subprocess.run(["node", "-e", RETRY_JS, url, json.dumps(items)], capture_output=True, text=True,
                          check=True, timeout=60)
    return json.loads(done.stdout)


@pytest.mark.parametrize("retry", [retry_in_python, retry_in_node])
def test_partial_retry(client, retry):
    """What failed is sent again as it came back; it fails again, and the others are not there twice."""
    items = [named("a"), bad("b"), named("c")]
    found = retry(client, items)
    assert [one and one["id"] for one in found["data"]] == ["a", "c", None]
    assert [one["index"] for one in found["errors"]] == [1]
    assert [one["id"] for one in client.get("/api/v1/buildings").json()["data"]] == ["a", "c"]
    assert retry(client, [named("d")])["errors"] == []


def test_no_file_of_a_request_is_opened(client, tmp_path):
    secret = Path(tmp_path / "secret.geojson")
    secret.write_text(json.dumps(named("secret")))
    answer = client.post("/api/v1/jobs/buildings/batch_create", json={"upload_id": str(secret)})
    assert answer.status_code == 404
