"""Seed (c): very large creations as jobs, and any job as the collections show it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from buem.service.answers import json_answer, utc_now
from buem.service.batch_request import read_batch
from buem.service.bodies import read_json
from buem.service.errors import ApiError, Detail
from buem.service.idempotency import settle
from buem.service.operations.importing import upload_path
from buem.service.planning import create_job
from buem.service.requests import options_of, origin_of, store_of
from buem.service.routes.uploads import PREFIX as UPLOADS
from buem.service.store import reading
from buem.service.transitions import find
from buem.service.unknown import unknown_fields
from buem.service.views import collection_view

PREFIX: Final = "/api/v1/jobs"
_FIELDS: Final = ("input_file_url", "upload_id", "format", "on_conflict")


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(prefix=PREFIX, tags=["buildings"])
    made.add_api_route("/buildings/batch_create", batch_create, methods=["POST"], status_code=202,
                       summary="Create the buildings of a file")
    made.add_api_route("/{job_id}", status, methods=["GET"], summary="Any job: processing, completed or failed")
    return made


async def batch_create(request: Request) -> Response:
    """Create the buildings of an upload, or of a file at an allowed https host."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_batch_create, request, body)


def _batch_create(request: Request, body: dict[str, Any]) -> Response:
    if "atomic" in body:
        raise ApiError("validation", "atomic: a job cannot be undone as a whole",
                       [Detail("atomic", "UNKNOWN_FIELD", "expected no such field in jobs")])
    operation = {"type": "import", "resource": "buildings", **_source(body)}
    unknown = unknown_fields(body, _FIELDS)
    if unknown:
        raise ApiError("validation", f"{unknown[0][:80]}: expected one of {', '.join(_FIELDS)}",
                       [Detail(name[:80], "UNKNOWN_FIELD", "not known") for name in unknown])
    options, store = options_of(request), store_of(request)
    batch = read_batch({"batch": {"type": "batch_create", "operations": [operation]}}, options, ())
    if "upload_id" in operation:
        upload_path(store, options, operation["upload_id"])
    answers: list[Response] = []

    def answer(connection: Connection, job_id: str) -> None:
        made = json_answer({"job_id": job_id, "status": "processing", "progress": 0}, 202,
                           {"Location": f"{PREFIX}/{job_id}"})
        answers.append(settle(request, connection, made))

    create_job(store, options, batch, utc_now(), origin=origin_of(request), deferred=True, within=answer)
    return answers[0]


def _source(body: dict[str, Any]) -> dict[str, Any]:
    """The file, by the id of an upload or by an address; that of an upload of this service is one of these."""
    found = {name: body[name] for name in _FIELDS if body.get(name) is not None}
    url = found.get("input_file_url")
    if isinstance(url, str) and url.startswith(f"{UPLOADS}/"):
        del found["input_file_url"]
        found["upload_id"] = url.removeprefix(f"{UPLOADS}/").partition("/")[0]
    return found


def status(request: Request, job_id: str) -> Response:
    """Progress of a job from 0 to 100, and what came of it once it has ended."""
    with reading(store_of(request)) as connection:
        return json_answer(collection_view(connection, find(connection, job_id)))
