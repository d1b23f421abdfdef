"""One table of errors, said in three ways."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from rig import serving_app
from starlette.requests import Request

from buem.errors import BuemError, ContainerError, MemoryBudgetError, OptionError, problem
from buem.service.app import create_app
from buem.service.errors import (
    HEADERS,
    KINDS,
    ApiError,
    Detail,
    api_error,
    error_response,
    kind_of_code,
    kind_of_problem,
)


def request(accept: str = "*/*") -> Request:
    return Request({"type": "http", "headers": [(b"accept", accept.encode())], "method": "GET", "path": "/x",
                    "query_string": b"", "state": {"request_id": "req_1"}})


def test_the_types_of_the_seed():
    assert {kind.type for kind in KINDS.values()} == {"validation", "resource", "system", "timeout"}
    assert all(kind.code.isupper() and kind.item_code.islower() for kind in KINDS.values())


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ContainerError([problem("$", None, "GeoJSON")]), 400, "VALIDATION_ERROR"),
        (OptionError([problem("model", "x", "one of a, b")]), 400, "VALIDATION_ERROR"),
        (MemoryBudgetError("too much"), 422, "MEMORY_BUDGET_EXCEEDED"),
        (BuemError("/secret/path is broken"), 500, "SYSTEM_ERROR"),
        (ApiError("conflict", "x"), 409, "RESOURCE_ERROR"),
    ],
)
def test_errors_of_the_engine(error, status, code):
    answer = error_response(request(), api_error(error))
    assert answer.status_code == status
    body = json.loads(answer.body)
    assert body["error"]["code"] == code
    assert "secret" not in answer.body.decode()
    assert answer.headers["x-request-id"] == "req_1"
    assert ("request_id" in body["error"]) == (status >= 500)


def test_problem_json_by_accept_alone():
    error = ApiError("validation", "No.", [Detail("a.b", "WRONG", "not so")], {"Retry-After": "3"})
    answer = error_response(request("application/problem+json"), error)
    assert answer.media_type == "application/problem+json"
    assert answer.headers["retry-after"] == "3"
    assert json.loads(answer.body) == {
        "type": "about:blank", "title": "VALIDATION_ERROR", "status": 400, "detail": "No.", "instance": "req_1",
        "errors": [{"field": "a.b", "code": "WRONG", "message": "not so"}]}
    assert json.loads(error_response(request(), error).body) == {"error": {
        "code": "VALIDATION_ERROR", "message": "No.",
        "details": [{"field": "a.b", "code": "WRONG", "message": "not so"}]}}


@pytest.mark.parametrize(("code", "expected"), [("MEMORY_BUDGET_EXCEEDED", "resource_error"),
                                                ("INTERNAL_ERROR", "system_error"), ("TIMEOUT", "timeout_error"),
                                                ("OUT_OF_RANGE", "validation_error")])
def test_problems_of_buildings(code, expected):
    assert kind_of_problem(code).item_code == expected


def test_codes_lead_back():
    assert kind_of_code("TIMEOUT_ERROR").item_code == "timeout_error"
    assert kind_of_code("NOBODY_KNOWS").item_code == "system_error"


def test_what_nobody_foresaw_is_a_plain_500_with_the_headers_of_every_answer(options, sqlite_store, caplog):
    app = create_app(options, sqlite_store)

    def broken() -> None:
        raise RuntimeError("a secret of the code")

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/broken")

    app.add_api_route("/broken", broken)
    answer = asyncio.run(asked())
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "SYSTEM_ERROR"
    assert "secret" not in answer.text
    assert {name: answer.headers.get(name) for name, _ in HEADERS} == dict(HEADERS)
    assert answer.headers["x-request-id"] in caplog.text


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("GET", "/api/geojson", "POST"),
    ("POST", "/api/health", "GET"),
    ("PUT", "/api/v1/buildings/batch", "DELETE, PATCH, POST"),
    ("GET", "/api/v1/buildings/batch", "DELETE, PATCH, POST"),
    ("DELETE", "/api/v1/buildings/batch/delete", "POST"),
    ("POST", "/api/v1/buildings/north/7", "DELETE, GET, PATCH, PUT"),
    ("PUT", "/api/v1/batch/jobs", "GET, POST"),
])
def test_a_method_that_a_path_does_not_take(options, sqlite_store, method, path, allowed):
    with serving_app(options, sqlite_store) as client:
        answer = client.request(method, path, json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["error"]["code"] == "METHOD_NOT_ALLOWED"
