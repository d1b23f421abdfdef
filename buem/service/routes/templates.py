"""Seed (b): templates of the batch API."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from buem.service.answers import json_answer, utc_now
from buem.service.batch_request import read_batch
from buem.service.bodies import read_json
from buem.service.filters import known_fields
from buem.service.idempotency import settle
from buem.service.job_answers import create_answered
from buem.service.kept_weather import weather_names
from buem.service.merge import merge_patch
from buem.service.planning import Origin
from buem.service.requests import only, options_of, origin_of, store_of
from buem.service.store import reading, transaction
from buem.service.template_rows import (
    all_templates,
    find_template,
    insert_template,
    remove_template,
    replace_template,
)
from buem.service.templates import fill, read_template, template_json

PREFIX = "/api/v1/batch/templates"


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(prefix=PREFIX, tags=["templates"])
    made.add_api_route("", list_templates, methods=["GET"], summary="All templates")
    made.add_api_route("", create, methods=["POST"], status_code=201, summary="Create a template")
    made.add_api_route("/{template_id}", read, methods=["GET"], summary="A template")
    made.add_api_route("/{template_id}", replace, methods=["PUT"], summary="Replace a template")
    made.add_api_route("/{template_id}", patch, methods=["PATCH"], summary="Change a template by a merge patch")
    made.add_api_route("/{template_id}", delete, methods=["DELETE"], summary="Delete a template")
    made.add_api_route("/{template_id}/run", run, methods=["POST"], status_code=202, summary="Run a template")
    return made


def list_templates(request: Request) -> Response:
    """The shipped ones, then the others as they came."""
    only(request.query_params, ())
    with reading(store_of(request)) as connection:
        found = all_templates(connection)
    return json_answer({"data": {"templates": [template_json(one) for one in found]}})


async def create(request: Request) -> Response:
    """Keep a template: `{template: {...}}`."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_create, request, body)


def _create(request: Request, body: dict[str, Any]) -> Response:
    only(body, ("template",), "body")
    wanted = read_template(body.get("template"))
    with transaction(store_of(request)) as connection:
        name = insert_template(connection, wanted, origin_of(request).owner, utc_now())
        shown = template_json(find_template(connection, name))
        return settle(request, connection, json_answer({"data": shown}, 201, {"Location": f"{PREFIX}/{name}"}))


def read(request: Request, template_id: str) -> Response:
    """One template."""
    return _shown(request, template_id)


def _shown(request: Request, template_id: str) -> Response:
    with reading(store_of(request)) as connection:
        found = find_template(connection, template_id)
    return json_answer({"data": template_json(found)})


async def replace(request: Request, template_id: str) -> Response:
    """Put another template in its place."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_change, request, template_id, body, False)


async def patch(request: Request, template_id: str) -> Response:
    """Change what the patch names; lists are replaced whole."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_change, request, template_id, body, True)


def _change(request: Request, template_id: str, body: dict[str, Any], patching: bool) -> Response:
    only(body, ("template",), "body")
    given = body.get("template")
    with transaction(store_of(request)) as connection:
        found = template_json(find_template(connection, template_id))
        if patching:
            found.pop("id")
            given = merge_patch(found, given)
        replace_template(connection, template_id, read_template(given), utc_now())
    return _shown(request, template_id)


def delete(request: Request, template_id: str) -> Response:
    """Delete a template that no schedule uses."""
    with transaction(store_of(request)) as connection:
        find_template(connection, template_id)
        remove_template(connection, template_id)
    return json_answer({"data": {"id": template_id, "deleted": True}})


async def run(request: Request, template_id: str) -> Response:
    """Make a job of a template: `{parameters: {...}}`, and `options` or `notification` beside them."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_run, request, template_id, body)


def _run(request: Request, template_id: str, body: dict[str, Any]) -> Response:
    only(body, ("parameters", "options", "notification"), "body")
    options, store, now = options_of(request), store_of(request), utc_now()
    with reading(store) as connection:
        batch = fill(find_template(connection, template_id), body.get("parameters"))
        beside = {name: body[name] for name in ("options", "notification") if name in body}
        batch = merge_patch(batch, beside)
        wanted = read_batch({"batch": batch}, options, known_fields(connection), weather_names(connection))
    return create_answered(request, wanted, now, Origin(owner=origin_of(request).owner, template_id=template_id))
