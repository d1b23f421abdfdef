"""What goes past the routes is answered as the routes answer it."""

from __future__ import annotations

import json

import httpx
import pytest
from conftest import collection, envelope
from rig import serving_app
from sqlalchemy import text

from buem.service import app as application
from buem.service.around import Around
from buem.service.options import Limits

JOBS = "/api/v1/batch/jobs"
BATCH = {"batch": {"type": "x", "operations": [{"type": "validate", "resource": "buildings", "filter": {}}]}}
#: Differ from answer to answer.
OWN = ("date", "x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset")


@pytest.fixture
def both(monkeypatch, options, store):
    """Clients of two servers on one store: with the shortcut, and without."""
    with serving_app(options, store) as short:
        monkeypatch.setattr(application, "MIDDLEWARE", (Around,))
        with serving_app(options, store) as long:
            yield short, long


def shown(answer: httpx.Response) -> tuple[int, dict[str, str], str]:
    headers = {name: value for name, value in answer.headers.items() if name not in OWN}
    assert set(OWN) <= set(answer.headers)
    return answer.status_code, headers, answer.text


@pytest.mark.parametrize(("method", "path", "body"), [
    ("GET", f"{JOBS}/none", b""),
    ("GET", f"{JOBS}/{'x' * 80}", b""),
    ("GET", f"{JOBS}/a%00b", b""),
    ("GET", f"{JOBS}/a%2Fb", b""),
    ("GET", f"{JOBS}/", b""),
    ("GET", f"{JOBS}//none", b""),
    ("HEAD", f"{JOBS}/none", b""),
    ("POST", f"{JOBS}/none", b"{}"),
    ("OPTIONS", f"{JOBS}/none", b""),
    ("POST", "/api/validate", collection([envelope(0), envelope(1, u_value=-1.0)])),
    ("POST", "/api/validate?modell=iso52016", collection([envelope(0)])),
    ("POST", "/api/validate", b"nonsense"),
    ("POST", "/api/validate", b'{"type": "FeatureCollection", "features": [{"type": "Feature", '),
    ("POST", "/api/validate/", collection([envelope(0)])),
    ("GET", "/api/validate", b""),
])
@pytest.mark.parametrize("accept", ["*/*", "application/problem+json"])
def test_both_ways_give_the_same(both, method, path, body, accept):
    found = [one.request(method, path, content=body, headers={"Accept": accept}) for one in both]
    # The id of the request stands in a problem.
    texts = [answer.text.replace(answer.headers["x-request-id"], "") for answer in found]
    assert [shown(answer)[:2] for answer in found[:1]] == [shown(answer)[:2] for answer in found[1:]]
    assert texts[0] == texts[1]


def test_both_ways_show_a_job(both):
    made = both[0].post(JOBS, json=BATCH).json()["data"]["job_id"]
    answers = [one.get(f"{JOBS}/{made}").json()["data"] for one in both]
    for data in answers:
        # Seconds may pass between the two.
        data.pop("estimated_completion")
    assert answers[0] == answers[1]
    assert answers[0]["job_id"] == made


# PostgreSQL is stopped for real in test_crash.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_both_ways_say_that_the_store_is_away(both, store):
    made = both[0].post(JOBS, json=BATCH).json()["data"]["job_id"]
    with store.begin() as connection:
        connection.execute(text("ALTER TABLE jobs RENAME TO elsewhere"))
    answers = [one.get(f"{JOBS}/{made}") for one in both]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert [answer.headers["retry-after"] for answer in answers] == ["1", "1"]
    assert [answer.json()["error"]["code"] for answer in answers] == ["SYSTEM_ERROR"] * 2


def test_the_short_way_is_counted_and_refused_too(options, sqlite_store):
    import dataclasses

    limited = dataclasses.replace(options, limits=Limits(status=2, items=1000))
    with serving_app(limited, sqlite_store) as client:
        made = client.post(JOBS, json=BATCH).json()["data"]["job_id"]
        answers = [client.get(f"{JOBS}/{made}") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[1].headers["x-ratelimit-remaining"] == "0"
        body = collection([envelope(number) for number in range(600)])
        assert [client.post("/api/validate", content=body).status_code for _ in range(2)] == [200, 429]
        small = client.post("/api/validate", content=collection([envelope(0)] * 10))
        assert small.status_code == 200
        assert small.headers["x-ratelimit-remaining"] == "390"


def test_an_unexpected_error_of_the_short_way_is_a_request_id_and_no_trace(options, sqlite_store, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("buem.service.routes.jobs.status_view", broken)
    with serving_app(options, sqlite_store) as client:
        made = client.post(JOBS, json=BATCH).json()["data"]["job_id"]
        answer = client.get(f"{JOBS}/{made}")
    assert answer.status_code == 500
    assert "inside" not in answer.text
    assert json.loads(answer.text)["error"]["request_id"].startswith("req_")
    assert answer.headers["x-content-type-options"] == "nosniff"
