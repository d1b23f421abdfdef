"""Whether the service is well, and its figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

import buem
from buem.service.answers import json_answer
from buem.service.metrics import MEDIA, exposition
from buem.service.store import reading


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(tags=["health"])
    made.add_api_route("/api/health", health, methods=["GET"], summary="Whether the service can work")
    made.add_api_route("/metrics", metrics, methods=["GET"], include_in_schema=False)
    return made


def metrics(request: Request) -> Response:
    """The figures of `metrics.exposition`."""
    with reading(request.app.state.store) as connection:
        return Response(exposition(connection), media_type=MEDIA)


def health(request: Request) -> Response:
    """200 while the store answers, 503 while it does not."""
    well = _answers(request.app.state.store)
    body = {"status": "healthy" if well else "unhealthy", "version": buem.__version__,
            "checks": {"database": "ok" if well else "failed"}}
    return json_answer(body, 200 if well else 503)


def _answers(store: Engine) -> bool:
    try:
        with reading(store) as connection:
            return connection.execute(select(1)).scalar() == 1
    except SQLAlchemyError:
        return False
