"""Seed (b): schedules of the batch API."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Row, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from buem.service import schedules as rules
from buem.service.answers import json_answer, stamp, utc_now
from buem.service.bodies import read_json
from buem.service.idempotency import settle
from buem.service.keys import check_operations
from buem.service.merge import merge_patch
from buem.service.notification import mail_warnings
from buem.service.requests import LONGEST_PAGE, PAGE, only, options_of, origin_of, refused, store_of, whole_number
from buem.service.store import reading, transaction
from buem.service.tables import fires, schedules

PREFIX = "/api/v1/batch/schedules"
STATES = ("active", "paused", "ended")


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(prefix=PREFIX, tags=["schedules"])
    made.add_api_route("", list_schedules, methods=["GET"], summary="Schedules, the oldest first")
    made.add_api_route("", create, methods=["POST"], status_code=201, summary="Create a schedule")
    made.add_api_route("/{schedule_id}", read, methods=["GET"], summary="A schedule")
    made.add_api_route("/{schedule_id}", replace, methods=["PUT"], summary="Replace a schedule")
    made.add_api_route("/{schedule_id}", patch, methods=["PATCH"], summary="Change a schedule by a merge patch")
    made.add_api_route("/{schedule_id}", delete, methods=["DELETE"], summary="Delete a schedule")
    made.add_api_route("/{schedule_id}/pause", pause, methods=["POST"], summary="Pause a schedule")
    made.add_api_route("/{schedule_id}/resume", resume, methods=["POST"], summary="Resume a schedule")
    made.add_api_route("/{schedule_id}/fires", list_fires, methods=["GET"], summary="Its fires, the newest first")
    return made


def list_schedules(request: Request) -> Response:
    """A page of schedules: `status`, `limit`, `cursor`."""
    given = request.query_params
    only(given, ("status", "limit", "cursor"))
    limit = whole_number(given, "limit", PAGE, 1, LONGEST_PAGE)
    query = select(schedules).order_by(schedules.c.created_at, schedules.c.id).limit(limit + 1)
    if "status" in given:
        if given["status"] not in STATES:
            raise refused("status", given["status"], f"one of {', '.join(STATES)}")
        query = query.where(schedules.c.state == given["status"])
    with reading(store_of(request)) as connection:
        if "cursor" in given:
            last = rules.find_schedule(connection, given["cursor"])
            query = query.where((schedules.c.created_at > last.created_at)
                                | ((schedules.c.created_at == last.created_at) & (schedules.c.id > last.id)))
        rows = connection.execute(query).all()
    cursor = rows[limit - 1].id if len(rows) > limit else None
    shown = [rules.schedule_json(row) for row in rows[:limit]]
    return json_answer({"data": {"schedules": shown, "next_cursor": cursor}})


async def create(request: Request) -> Response:
    """Keep a schedule: `{schedule: {...}}`; 409 SCHEDULE_CONFLICT when another one does the same at the same time."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_create, request, body)


def _create(request: Request, body: dict[str, Any]) -> Response:
    only(body, ("schedule",), "body")
    store, now = store_of(request), utc_now()
    wanted = rules.read_schedule(body.get("schedule"), store, options_of(request))
    check_operations(request, rules.batch_of(wanted.batch, store, options_of(request)).operations)
    with transaction(store) as connection:
        name = rules.insert_schedule(connection, wanted, origin_of(request).owner, now)
        made = _answer(request, rules.find_schedule(connection, name), 201, {"Location": f"{PREFIX}/{name}"})
        return settle(request, connection, made)


def read(request: Request, schedule_id: str) -> Response:
    """One schedule, with its next run."""
    return _shown(request, schedule_id)


def _shown(request: Request, schedule_id: str) -> Response:
    with reading(store_of(request)) as connection:
        return _answer(request, rules.find_schedule(connection, schedule_id))


def _answer(request: Request, row: Row[Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    shown = rules.schedule_json(row)
    warnings = mail_warnings(row.notification, options_of(request).smtp.host)
    return json_answer({"data": {**shown, "warnings": warnings} if warnings else shown}, status, headers)


async def replace(request: Request, schedule_id: str) -> Response:
    """Put another schedule in its place."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_change, request, schedule_id, body, False)


async def patch(request: Request, schedule_id: str) -> Response:
    """Change what the patch names."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_change, request, schedule_id, body, True)


def _change(request: Request, schedule_id: str, body: dict[str, Any], patching: bool) -> Response:
    only(body, ("schedule",), "body")
    store, now, given = store_of(request), utc_now(), body.get("schedule")
    with reading(store) as connection:
        row = rules.find_schedule(connection, schedule_id)
    if patching:
        names = ("name", "description", "batch", "timing", "notification")
        given = merge_patch({name: getattr(row, name) for name in names}, given)
    wanted = rules.read_schedule(given, store, options_of(request))
    check_operations(request, rules.batch_of(wanted.batch, store, options_of(request)).operations)
    with transaction(store) as connection:
        rules.replace_schedule(connection, rules.find_schedule(connection, schedule_id, lock=True), wanted, now)
    return _shown(request, schedule_id)


def delete(request: Request, schedule_id: str) -> Response:
    """Delete a schedule; its jobs stay."""
    with transaction(store_of(request)) as connection:
        rules.find_schedule(connection, schedule_id, lock=True)
        rules.remove(connection, schedule_id)
    return json_answer({"data": {"id": schedule_id, "deleted": True}})


def pause(request: Request, schedule_id: str) -> Response:
    """Let it fire no more until it is resumed."""
    with transaction(store_of(request)) as connection:
        rules.pause(connection, rules.find_schedule(connection, schedule_id, lock=True), utc_now())
    return _shown(request, schedule_id)


def resume(request: Request, schedule_id: str) -> Response:
    """Let it fire again, from now on."""
    with transaction(store_of(request)) as connection:
        rules.resume(connection, rules.find_schedule(connection, schedule_id, lock=True), utc_now())
    return _shown(request, schedule_id)


def list_fires(request: Request, schedule_id: str) -> Response:
    """When it fired, and the job that came of it, or the reason why none did."""
    given = request.query_params
    only(given, ("limit",))
    limit = whole_number(given, "limit", PAGE, 1, LONGEST_PAGE)
    with reading(store_of(request)) as connection:
        rules.find_schedule(connection, schedule_id)
        rows = connection.execute(select(fires).where(fires.c.schedule_id == schedule_id).order_by(
            fires.c.fire_time.desc()).limit(limit)).all()
    shown = [{"fire_time": stamp(row.fire_time), "fired_at": stamp(row.fired_at), "job_id": row.job_id,
              "error": row.error} for row in rows]
    return json_answer({"data": {"fires": shown}})
