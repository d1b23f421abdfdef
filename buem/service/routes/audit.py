"""The audit over HTTP."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from buem.service.answers import json_answer
from buem.service.audit import audit_json
from buem.service.requests import LONGEST_PAGE, PAGE, only, refused, store_of, whole_number
from buem.service.store import reading
from buem.service.tables import audit

PREFIX = "/api/v1/batch/audit"
_NAMES = ("actor", "action", "resource", "resource_id", "request_id")


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(tags=["audit"])
    made.add_api_route(PREFIX, list_entries, methods=["GET"], summary="Changes, the latest first")
    return made


def list_entries(request: Request) -> Response:
    """A page of entries: `actor`, `action`, `resource`, `resource_id`, `request_id`, `since`, `limit`, `cursor`."""
    given = request.query_params
    only(given, (*_NAMES, "since", "limit", "cursor"))
    limit = whole_number(given, "limit", PAGE, 1, LONGEST_PAGE)
    before = whole_number(given, "cursor", 2**31 - 1, 0, 2**31 - 1)
    query = select(audit).where(audit.c.id < before).order_by(audit.c.id.desc()).limit(limit + 1)
    for name in _NAMES:
        if name in given:
            query = query.where(audit.c[name] == given[name].replace("\0", ""))
    if "since" in given:
        query = query.where(audit.c.at >= _instant(given["since"]))
    with reading(store_of(request)) as connection:
        rows = connection.execute(query).all()
    cursor = rows[limit - 1].id if len(rows) > limit else None
    return json_answer({"data": {"entries": [audit_json(row) for row in rows[:limit]], "next_cursor": cursor}})


def _instant(text: str) -> datetime:
    try:
        # A plus sign of an offset comes as a blank from clients that do not escape it.
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 <= found.year <= 2200:
        raise refused("since", text, "an instant such as 2025-01-19T00:00:00Z")
    return found
