"""Every problem of a body of buildings at once, like `buem validate`."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from buem.errors import OptionError
from buem.service.answers import json_answer
from buem.service.bodies import read_body
from buem.service.errors import ApiError, details_of
from buem.service.limits import charge, charges_at_once
from buem.service.requests import options_of
from buem.service.run_options import RequestOptions, request_options
from buem.service.simulating import features_of
from buem.service.validation import validate_features

PATH = "/api/validate"
#: [B]
_LIGHT: Final = 65_536


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(tags=["buem"])
    made.add_api_route(PATH, validate, methods=["POST"], summary="Every problem of the features of the body")
    return made


async def validate(request: Request) -> Response:
    """Answer with what is wrong with each feature; 200 whatever is found, 400 when the body is no GeoJSON."""
    service = options_of(request)
    body = await read_body(request, service.body_limit)
    options = _options(request)
    if _is_light(body) and charges_at_once(request):
        async with request.app.state.turn:
            # Between two of these the loop sees to everybody else.
            await asyncio.sleep(0)
            return _validate(request, body, options)
    return await run_in_threadpool(_validate, request, body, options)


def _is_light(body: bytes) -> bool:
    """Whether a body is validated sooner than a thread has taken it: some buildings that have elements."""
    return len(body) <= _LIGHT and b'"Feature' in body and b"olygon" not in body


def _validate(request: Request, body: bytes, options: RequestOptions) -> Response:
    service = options_of(request)
    raws = features_of(body, options)
    if len(raws) > service.sync_buildings:
        raise ApiError("too_large", f"{len(raws)} features; expected at most {service.sync_buildings} in one request, "
                                    "or a job with the operation validate.")
    charge(request, len(raws))
    return json_answer(validate_features(raws, options))


def _options(request: Request) -> RequestOptions:
    try:
        return request_options(dict(request.query_params), options_of(request))
    except OptionError as error:
        raise ApiError("validation", str(error.problems[0]), details_of(error.problems)) from None
