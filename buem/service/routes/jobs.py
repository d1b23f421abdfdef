"""Seed (b): jobs of the batch API."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from buem.service.answers import json_answer, stamp, utc_now
from buem.service.batch_request import read_batch
from buem.service.bodies import read_json
from buem.service.downloads import FORMATS, download, file_response
from buem.service.errors import ApiError
from buem.service.filters import known_fields
from buem.service.inputs import job_folder
from buem.service.job_answers import create_answered
from buem.service.kept_weather import weather_names
from buem.service.requests import (
    LONGEST_PAGE,
    PAGE,
    only,
    options_of,
    origin_of,
    refused,
    store_of,
    whole_number,
)
from buem.service.statuses import Statuses
from buem.service.store import reading
from buem.service.tables import jobs
from buem.service.transitions import ALLOWED, change, find, remove
from buem.service.views import errors_of, job_view, results_of, status_view

PREFIX = "/api/v1/batch/jobs"
STATES = ("queued", "running", "paused", "completed", "failed", "cancelled")


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(prefix=PREFIX, tags=["jobs"])
    made.add_api_route("", create, methods=["POST"], status_code=202, summary="Create a job")
    made.add_api_route("", list_jobs, methods=["GET"], summary="Jobs, the newest first")
    made.add_api_route("/{job_id}", status, methods=["GET"], summary="Status of a job")
    made.add_api_route("/{job_id}", delete, methods=["DELETE"], summary="Delete a job that has ended")
    made.add_api_route("/{job_id}/results", results, methods=["GET"], summary="What became of its operations")
    made.add_api_route("/{job_id}/errors", errors, methods=["GET"], summary="Operations that failed")
    made.add_api_route("/{job_id}/files/{name}", file, methods=["GET"], summary="A file that an operation has left")
    for action in ("pause", "resume", "cancel", "retry"):
        made.add_api_route(f"/{{job_id}}/{action}", _changing(action), methods=["POST"], name=action,
                           summary=f"{action.capitalize()} a job")
    return made


async def create(request: Request) -> Response:
    """Check a batch, cut it into units, queue it."""
    options = options_of(request)
    body = await read_json(request, options.body_limit)
    return await run_in_threadpool(_create, request, body)


def _create(request: Request, body: dict[str, Any]) -> Response:
    options, store, now = options_of(request), store_of(request), utc_now()
    with reading(store) as connection:
        known, kept = known_fields(connection), weather_names(connection)
    batch = read_batch(body, options, known, kept)
    return create_answered(request, batch, now, origin_of(request))


def list_jobs(request: Request) -> Response:
    """A page of jobs: `status`, `type`, `limit`, `cursor`."""
    given = request.query_params
    only(given, ("status", "type", "limit", "cursor"))
    limit = whole_number(given, "limit", PAGE, 1, LONGEST_PAGE)
    query = select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id).limit(limit + 1)
    if "status" in given:
        if given["status"] not in STATES:
            raise refused("status", given["status"], f"one of {', '.join(STATES)}")
        query = query.where(jobs.c.state == given["status"])
    if "type" in given:
        query = query.where(jobs.c.type == given["type"].replace("\0", ""))
    with reading(store_of(request)) as connection:
        if "cursor" in given:
            last = find(connection, given["cursor"])
            query = query.where((jobs.c.created_at < last.created_at)
                                | ((jobs.c.created_at == last.created_at) & (jobs.c.id > last.id)))
        rows = connection.execute(query).all()
    shown = [{
        "job_id": row.id, "type": row.type, "description": row.description, "status": row.state,
        "created_at": stamp(row.created_at), "started_at": stamp(row.started_at),
        "completed_at": stamp(row.completed_at),
        "progress": {"total_operations": row.total, "completed": row.succeeded, "failed": row.failed,
                     "percentage": 100 * (row.succeeded + row.failed) // row.total if row.total else 0},
    } for row in rows[:limit]]
    return json_answer({"data": {"jobs": shown, "next_cursor": rows[limit - 1].id if len(rows) > limit else None}})


async def status(request: Request, job_id: str) -> Response:
    """Where a job stands."""
    statuses: Statuses = request.app.state.statuses
    figures = await statuses.figures(job_id)
    return json_answer({"data": status_view(figures, utc_now(), options_of(request).workers)})


def results(request: Request, job_id: str) -> Response:
    """What became of operations, page by page; with `format`, the results of a calculation as one file."""
    given = request.query_params
    only(given, ("limit", "cursor", "format"))
    limit = whole_number(given, "limit", PAGE, 1, LONGEST_PAGE)
    after = whole_number(given, "cursor", -1, -1, 2**31 - 1)
    form = given.get("format", "json")
    if form not in ("json", *FORMATS):
        raise refused("format", form, f"one of json, {', '.join(FORMATS)}")
    with reading(store_of(request)) as connection:
        job = find(connection, job_id)
        if job.state == "failed":
            raise _failed(job.error)
        if form != "json":
            return download(connection, options_of(request).folder, job_id, form)
        found = results_of(connection, job_id, limit + 1, after)
    page = found[:limit]
    cursor = page[-1]["operation_index"] if len(found) > limit else None
    return json_answer({"data": {"job_id": job_id, "status": job.state, "results": page, "next_cursor": cursor}})


def file(request: Request, job_id: str, name: str) -> Response:
    """An export, a report or a backup, under the name that its result has."""
    with reading(store_of(request)) as connection:
        return file_response(connection, options_of(request).folder, job_id, name)


def _failed(error: dict[str, Any]) -> ApiError:
    detail = {"operation_index": error.get("operation_index"), "code": error["code"], "message": error["message"]}
    return ApiError("execution", "Batch job execution failed", [detail])


def errors(request: Request, job_id: str) -> Response:
    """Operations that failed, page by page."""
    given = request.query_params
    only(given, ("limit", "cursor"))
    limit = whole_number(given, "limit", PAGE, 1, LONGEST_PAGE)
    after = whole_number(given, "cursor", -1, -1, 2**31 - 1)
    with reading(store_of(request)) as connection:
        job = find(connection, job_id)
        found = errors_of(connection, job_id, limit + 1, after)
    page = found[:limit]
    cursor = page[-1]["operation_index"] if len(found) > limit else None
    return json_answer({"data": {"job_id": job_id, "status": job.state, "errors": page, "next_cursor": cursor}})


def _changing(action: str) -> Callable[..., Response]:
    if action not in ALLOWED:
        raise ApiError("system", action)

    def changing(request: Request, job_id: str) -> Response:
        return _change(request, job_id, action)

    changing.__doc__ = f"{action.capitalize()} a job; 409 in a state that does not allow it."
    return changing


def _change(request: Request, job_id: str, action: str) -> Response:
    store, now = store_of(request), utc_now()
    change(store, job_id, action, now)
    with reading(store) as connection:
        view = job_view(connection, find(connection, job_id), now, options_of(request).workers)
    return json_answer({"data": view})


def delete(request: Request, job_id: str) -> Response:
    """Delete a job with its results."""
    remove(store_of(request), job_id)
    # The ledger knows it no more; what a kill leaves here is an orphan, which cleanup finds.
    shutil.rmtree(job_folder(options_of(request).folder, job_id), ignore_errors=True)
    return json_answer({"data": {"job_id": job_id, "deleted": True}})
