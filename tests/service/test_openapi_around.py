"""The description: every example fits its schema, and what holds for a request stands there."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from buem.service.app import create_app
from buem.service.openapi import describe
from buem.service.openapi_around import ANSWERS, BODIES, QUERIES, SCHEMAS


@pytest.fixture
def document(options, sqlite_store) -> dict[str, Any]:
    return describe(create_app(options, sqlite_store))


def check(example: Any, schema: dict[str, Any], document: dict[str, Any]) -> None:
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(example)


def operation(document: dict[str, Any], name: str) -> dict[str, Any]:
    method, path = name.split(" ")
    return document["paths"][path][method.lower()]


@pytest.mark.parametrize("name", BODIES)
def test_examples_of_bodies(document, name):
    content = operation(document, name)["requestBody"]["content"]["application/json"]
    check(content["example"], content["schema"], document)


@pytest.mark.parametrize("name", ANSWERS)
def test_examples_of_answers(document, name):
    responses = operation(document, name)["responses"]
    good = next(responses[code] for code in responses if code.startswith("2"))["content"]["application/json"]
    if "example" in good:
        check(good["example"], good["schema"], document)


@pytest.mark.parametrize("name", QUERIES)
def test_queries_belong_to_operations(document, name):
    named = {one["name"] for one in operation(document, name)["parameters"]}
    assert {one["name"] for one in QUERIES[name]} <= named


def test_every_schema_is_used(document):
    text = str(document["paths"]) + str(SCHEMAS)
    assert [name for name in SCHEMAS if f"/{name}'" not in text] == []


def test_what_holds_for_a_request_stands_there(document):
    create = operation(document, "POST /api/v1/batch/jobs")
    assert (create["x-scope"], create["x-rate-limit"], create["x-idempotency-key"]) == ("run", "job_creation", True)
    assert create["security"] == [{}, {"key": []}]
    assert "X-RateLimit-Remaining" in create["responses"]["default"]["headers"]
    assert "security" not in operation(document, "GET /api/health")
    assert document["components"]["securitySchemes"]["key"]["name"] == "X-Api-Key"


def test_examples_of_bodies_are_taken(document, options, sqlite_store):
    """The examples of templates, schedules and webhooks, sent as they are."""
    from rig import serving_app

    with serving_app(options, sqlite_store) as client:
        for name in ("POST /api/v1/batch/templates", "POST /api/v1/batch/schedules", "POST /api/v1/batch/webhooks"):
            answer = client.post(name.split(" ")[1], json=BODIES[name][2])
            assert answer.status_code == 201, answer.text
            schema = operation(document, name)["responses"]["201"]["content"]["application/json"]["schema"]
            check(answer.json(), schema, document)
