"""Seed (b): webhooks of the batch API, and what was sent to whom."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection, Row, delete, insert, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from buem.service.answers import json_answer, stamp, utc_now
from buem.service.bodies import read_json
from buem.service.errors import ApiError
from buem.service.idempotency import settle
from buem.service.outbox import send_again, write_test
from buem.service.requests import LONGEST_PAGE, PAGE, only, options_of, origin_of, refused, store_of, whole_number
from buem.service.store import reading, transaction
from buem.service.tables import deliveries, webhooks
from buem.service.webhooks import read_registration

PREFIX = "/api/v1/batch/webhooks"
DELIVERIES = "/api/v1/batch/deliveries"
STATES = ("pending", "sent", "dead", "not_sent")
KINDS = ("webhook", "email")


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(tags=["webhooks"])
    made.add_api_route(PREFIX, register, methods=["POST"], status_code=201, summary="Register a webhook")
    made.add_api_route(PREFIX, list_webhooks, methods=["GET"], summary="All webhooks")
    made.add_api_route(f"{PREFIX}/{{webhook_id}}", read, methods=["GET"], summary="A webhook")
    made.add_api_route(f"{PREFIX}/{{webhook_id}}", remove, methods=["DELETE"], summary="Delete a webhook")
    made.add_api_route(f"{PREFIX}/{{webhook_id}}/test", test, methods=["POST"], status_code=202,
                       summary="Send a webhook something to try it")
    made.add_api_route(DELIVERIES, list_deliveries, methods=["GET"], summary="Deliveries, the newest first")
    made.add_api_route(f"{DELIVERIES}/{{delivery_id}}", delivery, methods=["GET"],
                       summary="A delivery with its payload")
    made.add_api_route(f"{DELIVERIES}/{{delivery_id}}/resend", resend, methods=["POST"], status_code=202,
                       summary="Send a dead letter again")
    return made


async def register(request: Request) -> Response:
    """Keep a webhook: `{webhook: {url, events[], secret?, description}}`; the secret is shown this once."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_register, request, body)


def _register(request: Request, body: dict[str, Any]) -> Response:
    only(body, ("webhook",), "body")
    wanted = read_registration(body.get("webhook"), options_of(request).egress)
    name, now = f"webhook_{secrets.token_hex(8)}", utc_now()
    with transaction(store_of(request)) as connection:
        connection.execute(insert(webhooks).values(
            id=name, url=wanted.url, events=list(wanted.events), secret=wanted.secret, state="active",
            description=wanted.description, owner=origin_of(request).owner, created_at=now))
        shown = {**_webhook_json(_find(connection, name)), "secret": wanted.secret}
        return settle(request, connection, json_answer({"data": shown}, 201, {"Location": f"{PREFIX}/{name}"}))


def list_webhooks(request: Request) -> Response:
    """As they came, without their secrets."""
    only(request.query_params, ())
    with reading(store_of(request)) as connection:
        rows = connection.execute(select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id)).all()
    return json_answer({"data": {"webhooks": [_webhook_json(row) for row in rows]}})


def read(request: Request, webhook_id: str) -> Response:
    """One webhook, without its secret."""
    with reading(store_of(request)) as connection:
        return json_answer({"data": _webhook_json(_find(connection, webhook_id))})


def remove(request: Request, webhook_id: str) -> Response:
    """Delete a webhook with its deliveries."""
    with transaction(store_of(request)) as connection:
        _find(connection, webhook_id)
        connection.execute(delete(deliveries).where(deliveries.c.webhook_id == webhook_id))
        connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))
    return json_answer({"data": {"id": webhook_id, "deleted": True}})


def test(request: Request, webhook_id: str) -> Response:
    """Put an event `webhook_test` into the outbox; the delivery tells how it went."""
    with transaction(store_of(request)) as connection:
        row = _find(connection, webhook_id)
        if row.state != "active":
            raise ApiError("invalid_state", "The webhook is disabled; delete it and register it again.")
        name = write_test(connection, row, utc_now())
        shown = _delivery_json(_find_delivery(connection, name))
    return json_answer({"data": shown}, 202, {"Location": f"{DELIVERIES}/{name}"})


def list_deliveries(request: Request) -> Response:
    """A page of deliveries: `status`, `kind`, `webhook_id`, `job_id`, `limit`, `cursor`."""
    given = request.query_params
    only(given, ("status", "kind", "webhook_id", "job_id", "limit", "cursor"))
    limit = whole_number(given, "limit", PAGE, 1, LONGEST_PAGE)
    query = select(deliveries).order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit + 1)
    for name, column, words in (("status", deliveries.c.state, STATES), ("kind", deliveries.c.kind, KINDS)):
        if name in given:
            if given[name] not in words:
                raise refused(name, given[name], f"one of {', '.join(words)}")
            query = query.where(column == given[name])
    for name, column in (("webhook_id", deliveries.c.webhook_id), ("job_id", deliveries.c.job_id)):
        if name in given:
            query = query.where(column == given[name].replace("\0", ""))
    with reading(store_of(request)) as connection:
        if "cursor" in given:
            last = _find_delivery(connection, given["cursor"])
            query = query.where((deliveries.c.created_at < last.created_at)
                                | ((deliveries.c.created_at == last.created_at) & (deliveries.c.id > last.id)))
        rows = connection.execute(query).all()
    cursor = rows[limit - 1].id if len(rows) > limit else None
    return json_answer({"data": {"deliveries": [_delivery_json(row) for row in rows[:limit]], "next_cursor": cursor}})


def delivery(request: Request, delivery_id: str) -> Response:
    """One delivery, with what is or was sent."""
    with reading(store_of(request)) as connection:
        row = _find_delivery(connection, delivery_id)
    return json_answer({"data": {**_delivery_json(row), "payload": row.payload}})


def resend(request: Request, delivery_id: str) -> Response:
    """Put a dead letter, or mail that was not sent, back to what is due."""
    with transaction(store_of(request)) as connection:
        row = _find_delivery(connection, delivery_id)
        if not send_again(connection, row.id, utc_now()):
            raise ApiError("invalid_state", f"The delivery is {row.state}; only one that is dead or not_sent can be "
                                            "sent again.")
        shown = _delivery_json(_find_delivery(connection, row.id))
    return json_answer({"data": shown}, 202)


def _find(connection: Connection, webhook_id: str) -> Row[Any]:
    row = connection.execute(select(webhooks).where(webhooks.c.id == webhook_id.replace("\0", ""))).first()
    if row is None:
        raise ApiError("not_found", f"Webhook not found: {webhook_id[:80]}")
    return row


def _find_delivery(connection: Connection, delivery_id: str) -> Row[Any]:
    row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id.replace("\0", ""))).first()
    if row is None:
        raise ApiError("not_found", f"Delivery not found: {delivery_id[:80]}")
    return row


def _webhook_json(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "url": row.url, "events": row.events, "description": row.description, "status": row.state,
            "created_at": stamp(row.created_at), "disabled_at": stamp(row.disabled_at)}


def _delivery_json(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id, "kind": row.kind, "webhook_id": row.webhook_id, "target": row.target, "event": row.event,
        "job_id": row.job_id, "severity": row.severity, "status": row.state, "attempts": row.attempts,
        "next_try": stamp(row.next_try), "last_status": row.last_status, "last_error": row.last_error,
        "created_at": stamp(row.created_at), "ended_at": stamp(row.ended_at),
    }
