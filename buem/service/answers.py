"""Answers as JSON, times as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.responses import Response


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; a NaN becomes null.

    Parameters
    ----------
    body : Any
        Lists, dicts and plain values.
    status : int
        Of HTTP.
    headers : mapping, optional
        More of the answer.

    Returns
    -------
    Response
    """
    return Response(msgspec.json.encode(body), status, dict(headers or {}), "application/json")


def stamp(time: datetime | None) -> str | None:
    """An instant as RFC 3339 in UTC, to the second."""
    return None if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_now() -> datetime:
    """The time now, in UTC; read where a request or a loop begins, and passed on from there."""
    return datetime.now(UTC)
