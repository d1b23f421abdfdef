"""Keys, limits, Idempotency-Key, audit and headers over HTTP, at a real server."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from rig import serving_app
from sqlalchemy import Engine, func, select, update

from buem.service.answers import utc_now
from buem.service.app import create_app
from buem.service.keys import create_key, revoke_key
from buem.service.options import Limits, ServiceOptions
from buem.service.store import migrate, open_store, reading, transaction
from buem.service.tables import audit, idempotency, jobs, webhooks

JOBS, HOOKS, TEMPLATES = "/api/v1/batch/jobs", "/api/v1/batch/webhooks", "/api/v1/batch/templates"
BATCH = {"batch": {"type": "x", "operations": [{"type": "validate", "resource": "buildings", "filter": {}}]}}
HOOK = {"webhook": {"url": "https://example.com/hook", "events": ["job_failed"]}}
Serving = Callable[..., httpx.Client]


@pytest.fixture
def serving(options: ServiceOptions, sqlite_store: Engine) -> Iterator[Serving]:
    """Starts servers of other options on the same store."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        def start(**changes: Any) -> httpx.Client:
            made = ServiceOptions(**{"folder": options.folder, "port": 0, **changes})
            return stack.enter_context(serving_app(made, sqlite_store))

        yield start


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def count(store: Engine, table: Any) -> int:
    with reading(store) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def new_key(store: Engine, scope: str) -> dict[str, str]:
    with transaction(store) as connection:
        return {"X-Api-Key": create_key(connection, scope, "", utc_now())[1]}


def asked(method: str, path: str) -> tuple[str, str, dict[str, Any] | None]:
    return method, path, None


EVERY = [("GET", "/api/health"), ("GET", "/"), ("GET", "/api/v1/batch/jobs"), ("POST", "/api/v1/batch/jobs"),
         ("GET", "/nowhere"), ("BREW", "/api/health"), ("DELETE", "/api/v1/batch/jobs/none"), ("POST", "/api/geojson"),
         ("GET", "/api/v1/batch/templates"), ("GET", "/api/v1/batch/audit"), ("POST", "/api/v1/buildings/batch")]


@pytest.mark.parametrize(("method", "path"), EVERY)
def test_every_answer_has_an_id_and_headers(serving, method, path):
    answer = serving().request(method, path, content=b"{}" if method in ("POST", "DELETE") else None)
    assert answer.headers["X-Request-Id"].startswith("req_")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "server" not in answer.headers
    limit, left = int(answer.headers["X-RateLimit-Limit"]), int(answer.headers["X-RateLimit-Remaining"])
    assert 0 <= left <= limit
    assert 0 < int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 3602


def test_ids_differ(serving):
    client = serving()
    assert len({client.get("/api/health").headers["X-Request-Id"] for _ in range(20)}) == 20


# Limits.


def test_job_creation_ten_an_hour(serving):
    client = serving()
    answers = [client.post(JOBS, json=BATCH) for _ in range(11)]
    assert [one.status_code for one in answers] == [202] * 10 + [429]
    assert [one.headers["X-RateLimit-Remaining"] for one in answers] == [*map(str, range(9, -1, -1)), "0"]
    assert error(answers[10]) == (429, "RATE_LIMITED")
    assert 3590 <= int(answers[10].headers["Retry-After"]) <= 3602
    # A template runs from the same bucket; other requests go on.
    assert client.post(f"{TEMPLATES}/validate_city/run", json={}).status_code == 429
    assert client.get(JOBS).status_code == 200


def test_a_refused_request_counts_as_well(serving):
    client = serving()
    assert client.post(JOBS, json={}).status_code == 400
    assert client.post(JOBS, json=BATCH).headers["X-RateLimit-Remaining"] == "8"


def test_status_and_templates_have_their_own(serving):
    client = serving(limits=Limits(status=2, templates=1))
    assert [client.get(JOBS).status_code for _ in range(3)] == [200, 200, 429]
    assert [client.get(TEMPLATES).status_code for _ in range(2)] == [200, 429]
    assert client.get("/api/health").status_code == 200


def test_streams_are_no_status_reads(serving):
    client = serving(limits=Limits(status=1))
    client.get(JOBS)
    assert client.get(f"{JOBS}/none/events").status_code == 404


def test_a_batch_counts_its_items(serving):
    client = serving(limits=Limits(items=1000))
    ids = [f"b{number}" for number in range(700)]
    first = client.request("DELETE", "/api/v1/buildings/batch", json={"ids": ids})
    assert (first.status_code, first.headers["X-RateLimit-Limit"]) == (200, "1000")
    assert first.headers["X-RateLimit-Remaining"] == "300"
    second = client.request("DELETE", "/api/v1/buildings/batch", json={"ids": ids})
    assert error(second) == (429, "RATE_LIMITED")
    assert "300 left, 700 asked for" in second.json()["error"]["message"]
    third = client.request("DELETE", "/api/v1/buildings/batch", json={"ids": ids[:300]})
    assert (third.status_code, third.headers["X-RateLimit-Remaining"]) == (200, "0")
    # What stands at nothing is refused before its body is read.
    assert client.post("/api/geojson", content=b"no json").status_code == 429


def test_what_becomes_a_job_counts_as_one(serving):
    client = serving(limits=Limits(items=1000, job_creation=2))
    body = {"type": "FeatureCollection", "features": [{"type": "Feature", "id": str(k)} for k in range(1001)]}
    first = client.post("/api/geojson", json=body)
    assert (first.status_code, first.headers["X-RateLimit-Remaining"]) == (202, "1")
    few = {**body, "features": body["features"][:2]}
    second = client.post("/api/geojson", json=few, headers={"Prefer": "respond-async"})
    assert (second.status_code, second.headers["X-RateLimit-Remaining"]) == (202, "0")
    assert error(client.post("/api/geojson", json=body)) == (429, "RATE_LIMITED")


def test_counts_survive_a_restart(serving):
    for remaining in ("9", "8", "7"):
        assert serving().post(JOBS, json=BATCH).headers["X-RateLimit-Remaining"] == remaining


# Keys.


def test_keys(serving, sqlite_store):
    client = serving(keys=True)
    read, run, admin = (new_key(sqlite_store, scope) for scope in ("read", "run", "admin"))
    assert client.get("/api/health").status_code == 200
    assert client.get("/").status_code == 200
    assert error(client.get(JOBS)) == (401, "UNAUTHORIZED")
    assert client.get(JOBS).headers["WWW-Authenticate"] == 'ApiKey header="X-Api-Key"'
    assert error(client.get(JOBS, headers={"X-Api-Key": "x"})) == (401, "UNAUTHORIZED")
    assert client.get(JOBS, headers=read).status_code == 200
    assert error(client.post(JOBS, json=BATCH, headers=read)) == (403, "FORBIDDEN")
    assert client.post(JOBS, json=BATCH, headers=run).status_code == 202
    assert error(client.get("/api/v1/batch/audit", headers=run)) == (403, "FORBIDDEN")
    assert client.get("/api/v1/batch/audit", headers=admin).status_code == 200


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("10.0.0.1", 401), ("x", 401)])
def test_figures_are_open_to_this_machine(options, sqlite_store, address, status):
    app = create_app(ServiceOptions(folder=options.folder, keys=True), sqlite_store)
    seen: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        seen.append(message.get("status", 0))

    scope = {"type": "http", "method": "GET", "path": "/metrics", "raw_path": b"/metrics", "query_string": b"",
             "headers": [], "client": (address, 1), "server": ("x", 80), "scheme": "http", "root_path": "",
             "http_version": "1.1"}
    asyncio.run(app(scope, receive, send))
    assert seen[0] == status


def test_operations_have_scopes(serving, sqlite_store):
    client = serving(keys=True)
    run, admin = (new_key(sqlite_store, scope) for scope in ("run", "admin"))
    batch = {"batch": {"operations": [{"type": "validate"}, {"type": "cleanup", "resource": "results"}]}}
    schedule = {"schedule": {"name": "s", "timing": {"frequency": "daily"}, "batch": batch["batch"]}}
    template = {"template": {"name": "t", "operations": [{"type": "cleanup", "resource": "results"}]}}
    made = client.post(TEMPLATES, json=template, headers=run).json()["data"]["id"]
    for path, body in ((JOBS, batch), ("/api/v1/batch/schedules", schedule), (f"{TEMPLATES}/{made}/run", {})):
        assert error(client.post(path, json=body, headers=run)) == (403, "FORBIDDEN")
        assert client.post(path, json=body, headers=admin).status_code in (201, 202)
    assert count(sqlite_store, jobs) == 2


def test_a_revoked_key(serving, sqlite_store):
    client = serving(keys=True)
    headers = new_key(sqlite_store, "read")
    assert client.get(JOBS, headers=headers).status_code == 200
    with transaction(sqlite_store) as connection:
        revoke_key(connection, headers["X-Api-Key"].split("_")[1], utc_now())
    deadline = time.monotonic() + 10
    while client.get(JOBS, headers=headers).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert client.get(JOBS, headers=headers).status_code == 401


def test_limits_are_per_key(serving, sqlite_store):
    client = serving(keys=True, limits=Limits(status=1))
    one, other = (new_key(sqlite_store, "read") for _ in range(2))
    assert [client.get(JOBS, headers=one).status_code for _ in range(2)] == [200, 429]
    assert client.get(JOBS, headers=other).status_code == 200


def test_guesses_are_counted(serving):
    client = serving(keys=True, limits=Limits(other=100))
    left = [int(client.get(JOBS, headers={"X-Api-Key": f"buem_{n:016x}_{'A' * 43}"}).headers["X-RateLimit-Remaining"])
            for n in range(3)]
    assert left == [99, 98, 97]


# Idempotency-Key.


def post(client: httpx.Client, path: str, body: Any, key: str, **more: Any) -> httpx.Response:
    return client.post(path, content=json.dumps(body), headers={"Idempotency-Key": key}, **more)


@pytest.mark.parametrize("keys", ["batch_abc123", '"batch_abc123"'])
def test_the_same_answer_again(serving, sqlite_store, keys):
    client = serving()
    first = post(client, JOBS, BATCH, keys)
    second = post(client, JOBS, BATCH, "batch_abc123")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["Location"] == second.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    # It is no second creation to the limits, either.
    assert first.headers["X-RateLimit-Remaining"] == second.headers["X-RateLimit-Remaining"] == "9"
    assert count(sqlite_store, jobs) == 1


def test_another_body(serving, sqlite_store):
    client = serving()
    post(client, JOBS, BATCH, "k")
    other = post(client, JOBS, {"batch": {**BATCH["batch"], "type": "y"}}, "k")
    assert error(other) == (422, "IDEMPOTENCY_MISMATCH")
    assert error(post(client, HOOKS, BATCH, "k")) == (422, "IDEMPOTENCY_MISMATCH")
    assert count(sqlite_store, jobs) == 1


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_fifty_at_once_have_one_effect(request, options, tmp_path, database):
    url = f"sqlite:///{tmp_path / 'fifty.sqlite3'}" if database == "sqlite" else request.getfixturevalue(
        "postgres").new_database()
    store = open_store(url)
    migrate(store)
    outcomes: Counter[tuple[int, bool]] = Counter()
    answers: set[bytes] = set()
    together = threading.Barrier(50)
    with serving_app(options, store) as client:
        port = client.base_url.port

        def send() -> None:
            line = http.client.HTTPConnection("127.0.0.1", port or 0, timeout=60)
            together.wait(60)
            line.request("POST", HOOKS, json.dumps(HOOK), {"Idempotency-Key": "fifty"})
            answer = line.getresponse()
            body = answer.read()
            outcomes[answer.status, answer.getheader("Idempotency-Replayed") == "true"] += 1
            if answer.status == 201:
                answers.add(body)
            line.close()

        threads = [threading.Thread(target=send) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert sum(outcomes.values()) == 50
        assert outcomes[201, False] == 1
        assert set(outcomes) <= {(201, False), (201, True), (409, False)}
        assert len(answers) == 1
        assert post(client, HOOKS, HOOK, "fifty").content in answers
    assert count(store, webhooks) == 1
    store.dispose()


@pytest.mark.parametrize(("method", "path", "body"), [
    ("PATCH", "/api/v1/buildings/batch", {"items": []}),
    ("DELETE", "/api/v1/buildings/batch", {"ids": ["a"]}),
    ("POST", "/api/v1/buildings/batch/delete", {"ids": ["a"]}),
    ("POST", f"{TEMPLATES}/validate_city/run", {}),
    ("DELETE", f"{JOBS}/none", None),
    ("POST", f"{JOBS}/none/pause", None),
    ("POST", TEMPLATES, {"template": {"name": "t", "operations": [{"type": "validate"}]}}),
    ("PUT", "/api/v1/buildings/b", {}),
    ("POST", "/api/v1/uploads", {"name": "city.geojson"}),
])
def test_every_change_can_be_sent_again(serving, method, path, body):
    client = serving()
    first, second = (client.request(method, path, content=None if body is None else json.dumps(body),
                                    headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.status_code < 500
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_seed_s_batch_of_buildings(serving):
    """As the seed sends it: the same key and body give the same answer, and no second building."""
    client = serving()
    item = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [5.0, 52.0]},
            "properties": {"buem": {"building_attributes": {"A_ref": 100.0, "components": {
                "Walls": {"U": 1.0, "elements": [{"id": "W", "area": 80.0, "azimuth": 180.0, "tilt": 90.0}]}}}}}}
    first = post(client, "/api/v1/buildings/batch", {"items": [item]}, "batch_abc123")
    assert first.json()["errors"] == []
    assert post(client, "/api/v1/buildings/batch", {"items": [item]}, "batch_abc123").content == first.content
    assert len(client.get("/api/v1/buildings").json()["data"]) == 1


def test_a_refusal_by_the_limits_is_not_kept(serving, sqlite_store):
    client = serving(limits=Limits(job_creation=1))
    client.post(JOBS, json=BATCH)
    assert post(client, JOBS, BATCH, "k").status_code == 429
    assert count(sqlite_store, idempotency) == 0
    assert post(serving(), JOBS, BATCH, "k").status_code == 202


def test_a_refused_body_is_kept(serving):
    client = serving()
    first, second = (post(client, JOBS, {}, "k") for _ in range(2))
    assert error(first) == error(second) == (400, "INVALID_BATCH")
    assert second.headers["Idempotency-Replayed"] == "true"


def test_answer_and_effect_are_one(serving, sqlite_store):
    """Killed after the effect, before anything else: the answer is there, as it was written with the job."""
    client = serving()
    first = post(client, JOBS, BATCH, "k")
    with reading(sqlite_store) as connection:
        row = connection.execute(select(idempotency)).one()
        job_id = connection.execute(select(jobs.c.id)).scalar_one()
    assert (row.state, row.status, row.body) == ("done", 202, first.content)
    assert row.headers["location"] == f"{JOBS}/{job_id}"


def test_a_calculation_that_becomes_a_job_is_one(serving, sqlite_store):
    item = {"type": "Feature", "id": "a", "geometry": {"type": "Point", "coordinates": [5.0, 52.0]}, "properties": {}}
    client, headers = serving(), {"Idempotency-Key": "k", "Prefer": "respond-async"}
    body = json.dumps({"type": "FeatureCollection", "features": [item]})
    first, second = (client.post("/api/geojson", content=body, headers=headers) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.status_code == 202
    assert first.headers["Location"] == second.headers["Location"]
    assert second.headers["Preference-Applied"] == "respond-async"
    assert count(sqlite_store, jobs) == 1
    with reading(sqlite_store) as connection:
        assert connection.execute(select(idempotency.c.body)).scalar_one() == first.content


def test_one_that_died_is_followed_by_the_next(serving, sqlite_store):
    client = serving()
    post(client, JOBS, BATCH, "k")
    with transaction(sqlite_store) as connection:
        connection.execute(update(idempotency).values(state="running", lease_until=utc_now() + timedelta(seconds=60)))
    running = post(client, JOBS, BATCH, "k")
    assert error(running) == (409, "IDEMPOTENCY_CONFLICT")
    assert running.headers["Retry-After"] == "1"
    with transaction(sqlite_store) as connection:
        connection.execute(update(idempotency).values(lease_until=utc_now()))
    assert post(client, JOBS, BATCH, "k").status_code == 202


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, '"open'])
def test_keys_of_no_form(serving, key):
    assert error(post(serving(), JOBS, BATCH, key)) == (400, "VALIDATION_ERROR")


def test_reads_have_no_key(serving, sqlite_store):
    assert serving().get(JOBS, headers={"Idempotency-Key": "k"}).status_code == 200
    assert count(sqlite_store, idempotency) == 0


def test_keys_of_clients_are_their_own(serving, sqlite_store):
    client = serving(keys=True)
    one, other = (new_key(sqlite_store, "run") for _ in range(2))
    answers = [client.post(JOBS, json=BATCH, headers={**who, "Idempotency-Key": "k"}) for who in (one, other, one)]
    locations = [answer.headers["Location"] for answer in answers]
    assert locations[0] == locations[2] != locations[1]


# Audit.


def entries(client: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    return client.get("/api/v1/batch/audit", params=query).json()["data"]["entries"]


def test_every_change_is_in_the_audit(serving):
    client = serving()
    made = client.post(HOOKS, json=HOOK)
    name = made.json()["data"]["id"]
    client.post(f"{HOOKS}/{name}/test")
    gone = client.delete(f"{HOOKS}/{name}")
    client.get(HOOKS)
    found = entries(client)
    assert [(one["action"], one["resource"], one["resource_id"], one["status"]) for one in found] == [
        ("delete", "webhooks", name, 200), ("test", "webhooks", found[1]["resource_id"], 202),
        ("create", "webhooks", name, 201)]
    assert found[0]["request_id"] == gone.headers["X-Request-Id"]
    assert {(one["actor"], one["address"]) for one in found} == {("local", "127.0.0.1")}
    assert entries(client, request_id=made.headers["X-Request-Id"]) == [found[2]]


def test_the_audit_names_the_key(serving, sqlite_store):
    client = serving(keys=True)
    run, admin = new_key(sqlite_store, "run"), new_key(sqlite_store, "admin")
    client.post(JOBS, json=BATCH, headers=run)
    found = client.get("/api/v1/batch/audit", headers=admin).json()["data"]["entries"]
    assert [one["actor"] for one in found] == [run["X-Api-Key"].split("_")[1]]


def test_the_outcome_stands_there_when_the_answer_comes(serving, sqlite_store):
    client = serving()
    client.delete(f"{JOBS}/none")
    with reading(sqlite_store) as connection:
        row = connection.execute(select(audit)).one()
    assert (row.action, row.resource_id, row.status) == ("delete", "none", 404)


def test_pages_and_filters_of_the_audit(serving):
    client = serving()
    for number in range(5):
        client.delete(f"{JOBS}/j{number}")
    page = client.get("/api/v1/batch/audit", params={"limit": 2}).json()["data"]
    rest = client.get("/api/v1/batch/audit", params={"limit": 3, "cursor": page["next_cursor"]}).json()["data"]
    assert [one["resource_id"] for one in page["entries"] + rest["entries"]] == ["j4", "j3", "j2", "j1", "j0"]
    assert rest["next_cursor"] is None
    assert len(entries(client, since="2020-01-01T00:00:00+00:00")) == 5
    assert entries(client, since="2199-01-01T00:00:00Z") == []
    assert entries(client, resource="schedules") == []


@pytest.mark.parametrize("query", ["limit=0", "cursor=x", "since=yesterday", "since=2025-01-01", "colour=red",
                                   "since=0001-01-01T00:00:00Z"])
def test_audit_refuses(serving, query):
    assert error(serving().get(f"/api/v1/batch/audit?{query}")) == (400, "VALIDATION_ERROR")


def test_the_store_is_away(options, tmp_path):
    """503 with Retry-After, and no traceback to the client."""
    store = open_store(f"sqlite:///{tmp_path / 'empty.sqlite3'}", 0.1)
    with serving_app(options, store) as client:
        for method, path in (("GET", JOBS), ("POST", JOBS), ("GET", TEMPLATES)):
            answer = client.request(method, path)
            assert error(answer) == (503, "SYSTEM_ERROR")
            assert answer.headers["Retry-After"] == "1"
    store.dispose()
