"""What stands around every request: its id, key, limits, Idempotency-Key, audit, and the headers of its answer."""

from __future__ import annotations

import ipaddress
import logging
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders, State
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from buem.service import idempotency
from buem.service.answers import utc_now
from buem.service.audit import write_change, write_outcome
from buem.service.errors import HEADERS, ApiError, error_response, new_request_id
from buem.service.idempotency import Claim, StoredAnswer
from buem.service.keys import LOCAL, NOBODY, Caller, KeyRing, check_scope
from buem.service.limits import Limiter, Verdict, client_of
from buem.service.options import ServiceOptions
from buem.service.request_rules import RequestRule, name_change, rule_of
from buem.service.store import transaction

logger = logging.getLogger(__name__)

#: Headers that an answer has unless it says something else, as they go out.
_ALWAYS: Final = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS)


class Around:
    """Lets a request in, and its answer out.

    Parameters
    ----------
    app : ASGI application
        What is inside.
    state : State
        Of the application: options, store, limiter, keys.
    """

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state
        options: ServiceOptions = state.options
        self._asks_for_keys = options.asks_for_keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Outgoing(scope, send)
        request = Request(scope, receive)
        try:
            await self._let_in(request, receive, answer)
        except ApiError as error:
            await error_response(request, error)(scope, receive, answer.send)
        except SQLAlchemyError as error:
            logger.warning("request %s: the store: %s", answer.request_id, error)
            if not answer.started:
                refused = ApiError("unavailable", "The store does not answer; try again.", headers={"Retry-After": "1"})
                await error_response(request, refused)(scope, receive, answer.send)

    async def _let_in(self, request: Request, receive: Receive, answer: _Outgoing) -> None:
        # Not of `request.url`, which is put together with what the client says of the host.
        rule = rule_of(request.method, request.scope["path"])
        caller = await self._caller(request) if self._asks_for_keys else LOCAL
        client = client_of(caller.key_id, request.client.host if request.client else "")
        request.state.caller, request.state.key_id = caller, caller.key_id
        request.state.client, request.state.bucket = client, rule.bucket
        key = await self._key(request, rule)
        if key is None:
            await self._once(request, rule, receive, answer)
        else:
            await self._take(request, rule.bucket, client, 0)
            await self._again(request, rule, Claim(owner=client, key=key), receive, answer)

    async def _key(self, request: Request, rule: RequestRule) -> str | None:
        """The Idempotency-Key of a request that may come in."""
        caller: Caller = request.state.caller
        try:
            check_scope(caller, "" if rule.local and is_loopback(request) else rule.scope)
            self._check_length(request, rule)
            repeatable = rule.repeatable and not rule.upload
            return idempotency.read_key(request.headers.get("idempotency-key") if repeatable else None)
        except ApiError as error:
            # Guessing keys is counted, too.
            await self._take(request, "other", request.state.client, int(error.kind.status in (401, 403)))
            raise

    async def _caller(self, request: Request) -> Caller:
        key = request.headers.get("x-api-key")
        if key is None:
            return NOBODY
        ring: KeyRing = self._state.keys
        now = utc_now()
        return ring.remembered(key, now) or await run_in_threadpool(ring.find, key, now) or NOBODY

    async def _take(self, request: Request, bucket: str, client: str, cost: int) -> Verdict:
        limiter: Limiter = self._state.limiter
        if limiter.is_quick(bucket, client):
            verdict = limiter.take(bucket, client, cost)
        else:
            verdict = await run_in_threadpool(limiter.take, bucket, client, cost)
        request.state.verdict = verdict
        return verdict

    async def _pay(self, request: Request, rule: RequestRule) -> None:
        verdict = await self._take(request, rule.bucket, request.state.client, rule.cost)
        if not verdict.allowed and (rule.cost or rule.bucket == "items"):
            limiter: Limiter = self._state.limiter
            raise limiter.refuse(verdict, rule.bucket)

    def _check_length(self, request: Request, rule: RequestRule) -> None:
        options: ServiceOptions = self._state.options
        limit = options.upload_limit if rule.upload else options.body_limit
        announced = request.headers.get("content-length", "0")
        if announced.isdigit() and int(announced[:20]) > limit:
            raise _too_large(f"{announced[:20]} B announced", limit)

    async def _once(self, request: Request, rule: RequestRule, receive: Receive, answer: _Outgoing) -> None:
        await self._pay(request, rule)
        if not rule.changes:
            await self._app(request.scope, receive, answer.send)
            return
        store: Engine = self._state.store
        entry = await run_in_threadpool(_note, request, store)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                location = MutableHeaders(scope=message).get("location")
                await run_in_threadpool(_note_outcome, store, entry, message["status"], location)
            await answer.send(message)

        await self._app(request.scope, receive, noting)

    async def _again(self, request: Request, rule: RequestRule, claim: Claim, receive: Receive, answer: _Outgoing
                     ) -> None:
        options: ServiceOptions = self._state.options
        store: Engine = self._state.store
        body = await _whole(receive, options.body_limit)
        if body is None:
            return
        mark = idempotency.fingerprint(request.method, request.url.path, request.url.query, body)
        lease = timedelta(seconds=options.sync_timeout) + idempotency.LEASE
        kept = await run_in_threadpool(_begin, store, claim, mark, lease)
        if kept is not None:
            await _replay(kept)(request.scope, receive, answer.send)
            return
        request.state.idempotency = claim
        held = _Held(answer, keeps_ok=rule.changes)
        try:
            await self._pay(request, rule)
            entry = await run_in_threadpool(_note, request, store) if rule.changes else None
            await self._app(request.scope, _handing_out(body, receive), held.send)
        finally:
            settled = getattr(request.state, "settled", False)
            found = None if settled else held.worth_keeping()
            await run_in_threadpool(_end, store, claim, found, settled)
        if entry is not None:
            await run_in_threadpool(_note_outcome, store, entry, held.status, held.location)
        await held.let_go()


class _Outgoing:
    """An answer on its way out, with the headers that every answer has."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.request_id = new_request_id()
        self.started = False
        self._state = scope.setdefault("state", {})
        self._state["request_id"] = self.request_id
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass on a message."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = [*message.get("headers", ())]
            present = {name.lower() for name, _ in headers}
            headers += [pair for pair in ((b"x-request-id", self.request_id.encode()), *_ALWAYS)
                        if pair[0] not in present]
            verdict: Verdict | None = self._state.get("verdict")
            message["headers"] = headers if verdict is None else headers + verdict.headers()
        await self._send(message)


class _Held:
    """An answer that is held back until it is kept.

    A calculation that changed nothing is not kept, and not held back either: it may be as long as a city.
    """

    def __init__(self, answer: _Outgoing, *, keeps_ok: bool) -> None:
        self._answer, self._keeps_ok = answer, keeps_ok
        self._messages: list[Message] = []
        self._passing = False
        self.status = 500
        self.location: str | None = None

    async def send(self, message: Message) -> None:
        """Hold a message back, or pass it on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.location = MutableHeaders(scope=message).get("location")
            self._passing = not self._keeps_ok and self.status != 202
        if self._passing:
            await self._answer.send(message)
        else:
            self._messages.append(message)

    def worth_keeping(self) -> StoredAnswer | None:
        """The answer; None when it tells of no effect, so that the same request may come again."""
        if self._passing or not self._messages or self._messages[-1].get("more_body", False):
            return None
        if self.status >= 500 or self.status in (401, 403, 413, 429):
            return None
        headers = dict(MutableHeaders(raw=self._messages[0]["headers"]).items())
        body = b"".join(message.get("body", b"") for message in self._messages[1:])
        return idempotency.stored(self.status, headers, body)

    async def let_go(self) -> None:
        """Pass on what was held back."""
        for message in self._messages:
            await self._answer.send(message)


def is_loopback(request: Request) -> bool:
    """Whether a request comes from this machine."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _note(request: Request, store: Engine) -> int:
    caller: Caller = request.state.caller
    change = name_change(request.method, request.url.path)
    with transaction(store) as connection:
        return write_change(connection, change, utc_now(), actor=caller.actor, request_id=request.state.request_id,
                            address=request.client.host if request.client else None)


def _note_outcome(store: Engine, entry: int, status: int, location: str | None) -> None:
    made = location.rstrip("/").rpartition("/")[2][:100] if location and status in (201, 202) else None
    with transaction(store) as connection:
        write_outcome(connection, entry, status, made)


def _begin(store: Engine, claim: Claim, mark: str, lease: timedelta) -> StoredAnswer | None:
    with transaction(store) as connection:
        return idempotency.begin(connection, claim, mark, utc_now(), lease)


def _end(store: Engine, claim: Claim, found: StoredAnswer | None, settled: bool) -> None:
    if settled:
        return
    with transaction(store) as connection:
        if found is None:
            idempotency.give_up(connection, claim)
        else:
            idempotency.finish(connection, claim, found)


def _replay(kept: StoredAnswer) -> Response:
    return Response(kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})


async def _whole(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None when the client has gone."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(f"more than {limit} B", limit)
        if not message.get("more_body", False):
            return b"".join(parts)


def _handing_out(body: bytes, receive: Receive) -> Receive:
    left = [body]

    async def hand_out() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return hand_out


def _too_large(found: str, limit: int) -> ApiError:
    return ApiError("body_too_large", f"The body is too large: {found}; expected at most {limit} B.")
