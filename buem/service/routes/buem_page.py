"""Seed (a): features in, features with their loads out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from buem.errors import OptionError
from buem.service.answers import json_answer, utc_now
from buem.service.batch_request import BatchRequest
from buem.service.bodies import read_body
from buem.service.engines import Engines
from buem.service.errors import ApiError, details_of
from buem.service.idempotency import settle
from buem.service.limits import charge
from buem.service.planning import create_job
from buem.service.profiles import read_profile
from buem.service.requests import folder_of, options_of, origin_of, preferences, store_of, switch
from buem.service.retry import RetryRule
from buem.service.run_options import RequestOptions, request_options
from buem.service.simulating import Answered, Asked, answer_request, features_of
from buem.service.store import reading
from buem.service.transitions import find
from buem.service.views import created_view
from buem.service.waiting import wait_for_end

#: Under the names that BuEM's own servers have had.
PATHS: Final = ("/api/geojson", "/api/process", "/api/run")
_JOBS: Final = "/api/v1/batch/jobs"
#: What the query says beside the options of the run.
_BESIDE: Final = ("include_timeseries", "description")
_LONGEST_DESCRIPTION: Final = 2000


class _Flags(msgspec.Struct):
    """What a body says beside its features."""

    include_timeseries: Any = False


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(tags=["buem"])
    for path in PATHS:
        made.add_api_route(path, calculate, methods=["POST"], name=path.rpartition("/")[2],
                           summary="Simulate the features of the body")
    made.add_api_route("/api/files/{name}", file, methods=["GET"], summary="The hours of one building")
    return made


async def calculate(request: Request) -> Response:
    """Answer with the features and their loads; 200 as long as one of them has some, 422 when none has."""
    service = options_of(request)
    body = await read_body(request, service.body_limit)
    options, timeseries = await run_in_threadpool(_read, request, body)
    raws = await run_in_threadpool(features_of, body, options)
    del body
    wanted = preferences(request)
    if len(raws) > service.sync_buildings or "respond-async" in wanted:
        # What becomes a job counts as one, whatever its size.
        await run_in_threadpool(charge, request, 1, "job_creation")
        return await _as_job(request, raws, options, wanted)
    await run_in_threadpool(charge, request, len(raws))
    seconds = _seconds(wanted, service.sync_timeout)
    engines: Engines = request.app.state.engines
    asked = Asked(raws=raws, options=options, timeseries=timeseries, folder=folder_of(request) / "files")
    return _answer(await engines.run(seconds, answer_request, asked))


def _answer(found: Answered) -> Response:
    status = 422 if found.failed == found.features else 200
    if found.path is None:
        return Response(found.body, status, media_type="application/json")
    return FileResponse(found.path, status, media_type="application/json",
                        background=BackgroundTask(found.path.unlink, missing_ok=True))


def _read(request: Request, body: bytes) -> tuple[RequestOptions, bool]:
    given = dict(request.query_params)
    timeseries = switch(given, "include_timeseries") or _flag(body)
    for name in _BESIDE:
        given.pop(name, None)
    try:
        options = request_options(given, options_of(request))
        # An answer is made of hours, whether or not they come back.
        return replace(options, hourly="load") if options.hourly == "none" else options, timeseries
    except OptionError as error:
        raise ApiError("validation", str(error.problems[0]), details_of(error.problems)) from None


def _flag(body: bytes) -> bool:
    """Whether the body itself asks for the hours, as BuEM's server lets it; one that is no JSON does not."""
    if b"include_timeseries" not in body:
        return False
    try:
        return msgspec.json.decode(body, type=_Flags).include_timeseries in (True, "true", "True")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def _seconds(wanted: dict[str, str], longest: float) -> float:
    text = wanted.get("wait", "")
    return min(float(text), longest) if text.isascii() and text.isdigit() and len(text) < 6 else longest


async def _as_job(request: Request, raws: tuple[bytes, ...], options: RequestOptions, wanted: dict[str, str]
                  ) -> Response:
    now = utc_now()
    if "wait" not in wanted:
        made: list[Response] = []

        def keep(connection: Connection, job_id: str) -> None:
            made.append(settle(request, connection, _accepted(request, connection, job_id, now)))

        await run_in_threadpool(_create, request, raws, now, keep)
        return made[0]
    job_id = await run_in_threadpool(_create, request, raws, now, None)
    await wait_for_end(store_of(request), job_id, _seconds(wanted, options_of(request).sync_timeout))
    return await run_in_threadpool(_looked_up, request, job_id)


def _looked_up(request: Request, job_id: str) -> Response:
    with reading(store_of(request)) as connection:
        return _accepted(request, connection, job_id, utc_now())


def _accepted(request: Request, connection: Connection, job_id: str, now: datetime) -> Response:
    view = created_view(connection, find(connection, job_id), now, options_of(request).workers)
    headers = {"Location": f"{_JOBS}/{job_id}", "Preference-Applied": "respond-async"}
    return json_answer({"data": view}, 202, headers)


def _create(request: Request, raws: tuple[bytes, ...], now: datetime,
            within: Callable[[Connection, str], None] | None) -> str:
    given = {name: value for name, value in request.query_params.items() if name not in _BESIDE}
    description = request.query_params.get("description", "").replace("\0", "")[:_LONGEST_DESCRIPTION]
    operation = {"type": "calculate", "resource": "buildings", "options": given}
    batch = BatchRequest(type="geojson", description=description, operations=(operation,), max_concurrent=64,
                         retry=RetryRule(), mode="", on_error="skip", operation_s=None, job_s=None, not_before=None,
                         window=None, notification=None)
    return create_job(store_of(request), options_of(request), batch, now, origin=origin_of(request), raws=raws,
                      within=within)


def file(request: Request, name: str) -> Response:
    """The hours of a building that an answer named, as csv, json, json.gz or parquet."""
    found = read_profile(folder_of(request) / "files", name)
    if found is None:
        raise ApiError("not_found", f"There is no file {name[:80]!r}.")
    return Response(found.data, 200, {"Content-Disposition": f'attachment; filename="{name}"'}, found.media)
