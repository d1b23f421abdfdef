"""A short way for the requests that come by the hundred each second: straight to their function, past all routes.

The framework tries one route after another, and does much for each request that these do not use. They stand among its
routes, too: in the description of the API, and for whatever does not look plain.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from buem.errors import BuemError
from buem.service.errors import api_error, error_response
from buem.service.routes import jobs, validating

_STATUS: Final = re.compile(re.escape(jobs.PREFIX) + r"/([a-z0-9_]{1,64})")


class Shortcut:
    """Answers what it knows, and hands on all else.

    Parameters
    ----------
    app : ASGI application
        What is inside.
    state : State
        Of the application.
    """

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            if scope["path"] == validating.PATH and scope["method"] == "POST":
                await self._answer(Request(scope, receive), None, send)
                return
            if scope["method"] == "GET" and (found := _STATUS.fullmatch(scope["path"])) is not None:
                await self._answer(Request(scope, receive), found[1], send)
                return
        await self._app(scope, receive, send)

    async def _answer(self, request: Request, job_id: str | None, send: Send) -> None:
        response: Response
        try:
            response = await (validating.validate(request) if job_id is None else jobs.status(request, job_id))
        except BuemError as error:
            response = error_response(request, api_error(error))
        await response(request.scope, request.receive, send)
