"""POST /api/validate: a body in, what is wrong with each of its features out."""

from __future__ import annotations

import gzip

from conftest import collection, envelope


def test_every_problem_of_a_body_at_once(running):
    body = collection([envelope(0), envelope(1, u_value=-0.2), {"type": "Feature", "id": "x"}])
    answer = running.client.post("/api/validate", content=body)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["features"], found["valid"], found["invalid"]) == (3, 1, 2)
    assert found["results"][1]["problems"][0]["path"].startswith("$.features[1].")
    assert answer.headers["x-ratelimit-limit"]


def test_any_container_does(running):
    answer = running.client.post("/api/validate", content=gzip.compress(collection([envelope(3)])))
    assert answer.json()["valid"] == 1


def test_a_body_that_is_no_geojson(running):
    answer = running.client.post("/api/validate", content=b"[1, 2]")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_an_option_that_there_is_not(running):
    answer = running.client.post("/api/validate", params={"modell": "iso52016"}, content=collection([envelope(0)]))
    assert answer.status_code == 400
    assert "modell" in answer.json()["error"]["message"]


def test_more_than_a_request_holds(running):
    answer = running.client.post("/api/validate", content=collection([envelope(k) for k in range(1001)]))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "BATCH_TOO_LARGE"


def test_a_job_that_the_answer_does_not_make(running):
    before = running.client.get("/api/v1/batch/jobs").json()["data"]["jobs"]
    running.client.post("/api/validate", content=collection([envelope(0)]))
    assert running.client.get("/api/v1/batch/jobs").json()["data"]["jobs"] == before
