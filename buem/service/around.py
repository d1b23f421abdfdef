"""What every answer has: an id, and the headers that keep browsers careful."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders, State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from buem.service.errors import new_request_id

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


class Around:
    """Gives each request its id and each answer its headers.

    Parameters
    ----------
    app : ASGI application
        What is inside.
    state : State
        Of the application.
    """

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = new_request_id()
        scope.setdefault("state", {})["request_id"] = name

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Request-Id", name)
                for key, value in HEADERS:
                    headers.setdefault(key, value)
            await send(message)

        await self._app(scope, receive, with_headers)
