"""The description of the API: what every route takes and gives, beside the signatures that are too plain to say it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from buem.service import openapi_around, openapi_bodies, openapi_page, openapi_parts
from buem.service.answers import json_answer
from buem.service.request_rules import rule_of

ANSWERS: Final = {**openapi_parts.ANSWERS, **openapi_around.ANSWERS, **openapi_page.ANSWERS}
BODIES: Final = {**openapi_parts.BODIES, **openapi_around.BODIES}
QUERIES: Final = {**openapi_parts.QUERIES, **openapi_around.QUERIES}
SCHEMAS: Final = {**openapi_parts.SCHEMAS, **openapi_around.SCHEMAS, **openapi_page.SCHEMAS}

#: What else than an error 422 may say: the features or items, each with what is wrong with it.
REFUSED: Final = {name: ANSWERS[name][0] for name in (
    *(f"POST /api/{one}" for one in ("geojson", "process", "run")),
    *(f"{method} /api/v1/buildings/batch" for method in ("POST", "PATCH", "DELETE")),
    "POST /api/v1/buildings/batch/delete")}
#: Other answers of requests that are done.
ALSO: Final = {
    "PUT /api/v1/buildings/{building_id}": {"201": ("It is new", ANSWERS["PUT /api/v1/buildings/{building_id}"][0])},
    **{f"POST /api/{name}": {"202": ("A job", {"$ref": "#/components/schemas/Created"})}
       for name in ("geojson", "process", "run")},
}
#: Answers that are, or may be, something else than JSON.
MEDIA: Final = {
    "GET /api/v1/batch/jobs/{job_id}/events": ("text/event-stream",),
    "GET /api/v1/batch/jobs/{job_id}/results": ("text/csv", "application/geo+json", "application/x-ndjson",
                                                "application/vnd.apache.parquet"),
    "GET /api/files/{name}": ("text/csv", "application/gzip", "application/vnd.apache.parquet"),
    "GET /metrics": ("text/plain",),
}

#: On every answer.
_HEADERS: Final = {
    "X-Request-Id": ("string", "Under which the request stands in the log and the audit"),
    "X-RateLimit-Limit": ("integer", "Requests or items an hour"),
    "X-RateLimit-Remaining": ("integer", "What is left of them"),
    "X-RateLimit-Reset": ("integer", "When the hour ends, in seconds since 1970"),
}
_METHODS: Final = ("get", "put", "post", "patch", "delete")
_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}"
    "code{font-family:monospace}h2{margin-top:2rem;border-bottom:1px solid #aaa}"
    "dt{margin-top:1rem;font-weight:bold}a{color:#0645ad}"
)
_STYLE_HASH: Final = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'"


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(include_in_schema=False)
    made.add_api_route("/api/openapi.json", as_json, methods=["GET"])
    made.add_api_route("/api/openapi.yaml", as_yaml, methods=["GET"])
    made.add_api_route("/api/docs", as_page, methods=["GET"])
    return made


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application.

    Parameters
    ----------
    app : FastAPI
        With all its routes.

    Returns
    -------
    dict
        Of OpenAPI 3.1.
    """
    if app.openapi_schema is None:
        found = FastAPI.openapi(app)
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        schemas |= SCHEMAS | openapi_bodies.schemas()
        found["components"]["securitySchemes"] = {"key": {
            "type": "apiKey", "in": "header", "name": "X-Api-Key",
            "description": "`buem keys create`; not asked for where only this machine can reach the service"}}
        queries = QUERIES | openapi_parts.run_queries()
        for path, item in found["paths"].items():
            for method in _METHODS:
                if method in item:
                    _complete(item[method], f"{method.upper()} {path}")
                    item[method].setdefault("parameters", []).extend(queries.get(f"{method.upper()} {path}", ()))
                    _complete_rules(item[method], method.upper(), path)
        app.openapi_schema = found
    return app.openapi_schema


def _complete(operation: dict[str, Any], name: str) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    good = next((code for code in responses if code.startswith("2")), "200")
    schema, example = ANSWERS.get(name, ({"type": "object"}, None))
    if name in ANSWERS or "content" in responses[good]:
        content: dict[str, Any] = {"schema": schema}
        if example is not None:
            content["example"] = example
        responses[good]["content"] = {"application/json": content}
    error = {"schema": {"$ref": "#/components/schemas/Error"}}
    responses["default"] = {"description": "What is wrong", "content": {"application/json": error,
                                                                        "application/problem+json": {"schema": {
                                                                            "type": "object"}}}}
    if name in REFUSED:
        either = {"anyOf": [REFUSED[name], error["schema"]]}
        responses["422"] = {"description": "Nothing of it could be done",
                            "content": {"application/json": {"schema": either}}}
    for code, (text, other) in ALSO.get(name, {}).items():
        responses[code] = {"description": text, "content": {"application/json": {"schema": other}}}
    for media in MEDIA.get(name, ()):
        responses[good].setdefault("content", {})[media] = {"schema": {}}
    if name in BODIES:
        kind, body, example = BODIES[name]
        operation["requestBody"] = {"required": name not in openapi_parts.BODILESS,
                                    "content": {kind: {"schema": body, "example": example}}}


def _complete_rules(operation: dict[str, Any], method: str, path: str) -> None:
    """What holds for a request by its method and path alone: key, Idempotency-Key, headers of the answer."""
    rule = rule_of(method, path)
    if rule.scope:
        operation["security"] = [{}, {"key": []}]
        operation["x-scope"] = rule.scope
    operation["x-rate-limit"] = rule.bucket
    if rule.repeatable and not rule.upload:
        # No parameter of its own: whether a value may be sent depends on what was sent before.
        operation["x-idempotency-key"] = True
    for response in operation["responses"].values():
        response["headers"] = {name: {"description": text, "schema": {"type": kind}}
                               for name, (kind, text) in _HEADERS.items()}


def as_json(request: Request) -> Response:
    """The description as JSON."""
    return json_answer(describe(request.app))


def as_yaml(request: Request) -> Response:
    """The description as YAML."""
    import yaml

    text = yaml.safe_dump(describe(request.app), sort_keys=False, allow_unicode=True)
    return Response(text, media_type="application/yaml")


def as_page(request: Request) -> Response:
    """The description as a page that needs nothing from elsewhere."""
    return Response(_page(describe(request.app)), media_type="text/html; charset=utf-8",
                    headers={"Content-Security-Policy": _POLICY})


def _page(document: Mapping[str, Any]) -> str:
    groups: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                tag = (operation.get("tags") or ["other"])[0]
                text = f"<dt><code>{method.upper()} {escape(path)}</code></dt><dd>{escape(operation['summary'])}. "
                groups.setdefault(tag, []).append(f"{text}{escape(operation.get('description', ''))}</dd>")
    parts = [f"<h2>{escape(tag)}</h2><dl>{''.join(rows)}</dl>" for tag, rows in groups.items()]
    info = document["info"]
    return (f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(info['title'])}: the API</title>"
            f"<style>{_STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
            f"<p>{escape(info['description'])} The whole of it for programs: <a href=/api/openapi.json>openapi.json"
            f"</a>, <a href=/api/openapi.yaml>openapi.yaml</a>.{''.join(parts)}</html>")
