"""One table of what can go wrong, and how each document says it.

::

    BuemError
    └── ApiError                   a request that is answered with an error; carries its kind and its details
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as StoreTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from buem.errors import BuemError, ContainerError, InputError, MemoryBudgetError, Problem

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error."""

    status: int
    #: In `{error: {code}}`.
    code: str
    #: In the errors of items of a collection.
    item_code: str
    #: Of the four types of the batch API: validation, resource, system, timeout.
    type: str


KINDS: Final[Mapping[str, Kind]] = {
    "validation": Kind(400, "VALIDATION_ERROR", "validation_error", "validation"),
    "invalid_batch": Kind(400, "INVALID_BATCH", "validation_error", "validation"),
    "too_large": Kind(400, "BATCH_TOO_LARGE", "validation_error", "validation"),
    "unprocessable": Kind(422, "VALIDATION_ERROR", "validation_error", "validation"),
    "body_too_large": Kind(413, "BODY_TOO_LARGE", "validation_error", "validation"),
    "media_type": Kind(415, "UNSUPPORTED_MEDIA_TYPE", "validation_error", "validation"),
    "unauthorized": Kind(401, "UNAUTHORIZED", "unauthorized", "resource"),
    "forbidden": Kind(403, "FORBIDDEN", "forbidden", "resource"),
    "not_found": Kind(404, "RESOURCE_ERROR", "not_found", "resource"),
    "method": Kind(405, "METHOD_NOT_ALLOWED", "validation_error", "validation"),
    "conflict": Kind(409, "RESOURCE_ERROR", "conflict", "resource"),
    "invalid_state": Kind(409, "INVALID_STATE", "conflict", "resource"),
    "schedule_conflict": Kind(409, "SCHEDULE_CONFLICT", "conflict", "resource"),
    "memory": Kind(422, "MEMORY_BUDGET_EXCEEDED", "resource_error", "resource"),
    "resource": Kind(424, "RESOURCE_ERROR", "resource_error", "resource"),
    "gone": Kind(410, "RESOURCE_ERROR", "not_found", "resource"),
    "key_running": Kind(409, "IDEMPOTENCY_CONFLICT", "conflict", "resource"),
    "key_reused": Kind(422, "IDEMPOTENCY_MISMATCH", "validation_error", "validation"),
    "rate_limited": Kind(429, "RATE_LIMITED", "rate_limited", "resource"),
    "execution": Kind(500, "EXECUTION_ERROR", "system_error", "system"),
    "system": Kind(500, "SYSTEM_ERROR", "system_error", "system"),
    "unavailable": Kind(503, "SYSTEM_ERROR", "system_error", "system"),
    "timeout": Kind(504, "TIMEOUT_ERROR", "timeout_error", "timeout"),
}

#: The same on every answer; a page sets a wider policy of its own.
HEADERS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
)

#: Kinds of what the framework refuses by itself.
_BY_STATUS: Final = {400: "validation", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method",
                     413: "body_too_large", 415: "media_type", 422: "unprocessable"}


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing wrong with a request."""

    field: str
    code: str
    message: str


class ApiError(BuemError):
    """A request that is answered with an error.

    Parameters
    ----------
    kind : str
        Of `KINDS`.
    message : str
        One sentence.
    details : sequence of Detail or dict
        What is wrong, one by one.
    headers : mapping, optional
        Of the answer.
    """

    def __init__(self, kind: str, message: str, details: Sequence[Detail | dict[str, Any]] = (),
                 headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.kind = KINDS[kind]
        self.message = message
        self.details = tuple(details)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The error as the answer says it."""
        details = [{"field": d.field, "code": d.code, "message": d.message} if isinstance(d, Detail) else d
                   for d in self.details]
        return {"error": {"code": self.kind.code, "message": self.message, "details": details}}


def details_of(problems: Sequence[Problem]) -> list[Detail]:
    """The details of an input error.

    Parameters
    ----------
    problems : sequence of Problem
        Of an `InputError`.

    Returns
    -------
    list of Detail
    """
    return [Detail(found.path, found.code, str(found)) for found in problems]


def api_error(error: BuemError) -> ApiError:
    """What the engine's error means to a client.

    Parameters
    ----------
    error : BuemError
        Of the engine, or an `ApiError`, which stays.

    Returns
    -------
    ApiError
    """
    if isinstance(error, ApiError):
        return error
    if isinstance(error, ContainerError):
        return ApiError("validation", f"The body is no GeoJSON: {error}", details_of(error.problems))
    if isinstance(error, InputError):
        return ApiError("validation", str(error), details_of(error.problems))
    if isinstance(error, MemoryBudgetError):
        return ApiError("memory", str(error))
    logger.error("a request failed: %s", error)
    return ApiError("system", "The service could not do this.")


#: Kinds of problems that are not the input's fault; every other problem is one of validation.
PROBLEMS: Final = {"MEMORY_BUDGET_EXCEEDED": "memory", "INTERNAL_ERROR": "system", "WORKER_DIED": "system",
                    "TIMEOUT": "timeout"}


def kind_of_problem(code: str) -> Kind:
    """The kind of error that a problem of a building is."""
    return KINDS[PROBLEMS.get(code, "validation")]


def kind_of_code(code: str) -> Kind:
    """The kind that an UPPER_CASE code stands for; a system error for one that is not known."""
    return next((kind for kind in KINDS.values() if kind.code == code), KINDS["system"])


def request_id(request: Request) -> str:
    """The id under which this request stands in answers, audit and log."""
    found = getattr(request.state, "request_id", None)
    if found is None:
        found = request.state.request_id = new_request_id()
    return str(found)


def new_request_id() -> str:
    """An id for a request."""
    return f"req_{secrets.token_hex(8)}"


def error_response(request: Request, error: ApiError) -> Response:
    """The answer that says an error, as the client accepts it.

    Parameters
    ----------
    request : Request
        Whose `Accept` chooses the form.
    error : ApiError
        What is to be said.

    Returns
    -------
    Response
        With the request's id in `X-Request-Id`, and in the body of an error of the system.
    """
    name = request_id(request)
    body = error.body()
    if error.kind.status >= 500:
        body["error"]["request_id"] = name
    media = "application/json"
    if "application/problem+json" in request.headers.get("accept", ""):
        media = "application/problem+json"
        body = {"type": "about:blank", "title": error.kind.code, "status": error.kind.status,
                "detail": error.message, "instance": name, "errors": body["error"]["details"]}
    headers = {**error.headers, "X-Request-Id": name}
    return Response(msgspec.json.encode(body), error.kind.status, headers, media)


def _methods_at(request: Request) -> list[str]:
    """All methods of a path; the framework knows those of the first route alone."""
    met = [route for route in request.app.state.routes if route.matches(request.scope)[0] is not Match.NONE]
    # A path of its own hides the patterns after it; a route that is not shown there only says no.
    same = [route for route in met if getattr(route, "path", None) == getattr(met[0], "path", None)]
    shown = [route for route in same if getattr(route, "include_in_schema", True)] or same
    return sorted({method for route in shown for method in getattr(route, "methods", None) or ()})


def install(app: FastAPI) -> None:
    """Answer every error of the app in this form.

    Parameters
    ----------
    app : FastAPI
        The application.
    """

    def of_buem(request: Request, error: Exception) -> Response:
        found = error if isinstance(error, BuemError) else BuemError(str(error))
        return error_response(request, api_error(found))

    def of_framework(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        known = _BY_STATUS.get(status, "system" if status >= 500 else "validation")
        text = {404: f"There is nothing at {request.url.path}.",
                405: f"{request.method} is not what {request.url.path} takes."}.get(status, str(
                    getattr(error, "detail", "")) or "The request cannot be answered.")
        headers = dict(getattr(error, "headers", None) or {})
        if status == 405:
            headers["Allow"] = ", ".join(_methods_at(request))
        return error_response(request, ApiError(known, text, headers=headers))

    def of_parameters(request: Request, error: Exception) -> Response:
        found = error.errors() if isinstance(error, RequestValidationError) else []
        details = [Detail(".".join(str(part) for part in one["loc"]), "INVALID_VALUE", str(one["msg"]))
                   for one in found]
        return error_response(request, ApiError("validation", "The request has values that cannot be used.", details))

    def of_anything(request: Request, error: Exception) -> Response:
        logger.error("request %s failed", request_id(request), exc_info=error)
        # What stands around the requests does not see this answer on its way out.
        return error_response(request, ApiError("system", "The service could not do this.", headers=dict(HEADERS)))

    def of_store(request: Request, error: Exception) -> Response:
        logger.warning("request %s: the store: %s", request_id(request), error)
        refused = ApiError("unavailable", "The store does not answer; try again.", headers={"Retry-After": "1"})
        return error_response(request, refused)

    app.add_exception_handler(BuemError, of_buem)
    for kind in (OperationalError, InterfaceError, StoreTimeoutError):
        app.add_exception_handler(kind, of_store)
    app.add_exception_handler(HTTPException, of_framework)
    app.add_exception_handler(RequestValidationError, of_parameters)
    app.add_exception_handler(Exception, of_anything)
