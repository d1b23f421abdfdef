"""Idempotency-Key: a request that is sent again gets the answer it had, and has no second effect."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from starlette.requests import Request
from starlette.responses import Response

from buem.service.errors import ApiError, Detail
from buem.service.store import is_sqlite
from buem.service.tables import idempotency

#: How long an answer is kept.
KEPT: Final = timedelta(hours=24)
#: Added to the longest wait of a request: how long one that is running keeps others off.
LEASE: Final = timedelta(seconds=60)
_FORM: Final = re.compile(r"[!-~]{1,255}")
#: Headers of an answer that belong to it; the others are made anew for each request.
_KEPT_HEADERS: Final = ("content-type", "location", "preference-applied")


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """An answer that was given."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A key that this request holds while it runs."""

    owner: str
    key: str


def read_key(header: str | None) -> str | None:
    """The key of a request, bare or in quotes.

    Parameters
    ----------
    header : str or None
        Value of `Idempotency-Key`.

    Returns
    -------
    str or None

    Raises
    ------
    ApiError
        400 when it is no such key.
    """
    if header is None:
        return None
    text = header.strip()
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        text = text[1:-1]
    if _FORM.fullmatch(text) is None or '"' in text:
        wanted = "expected 1 to 255 printable ASCII characters without blanks, bare or in quotes"
        raise ApiError("validation", f"The Idempotency-Key cannot be used; {wanted}.",
                       [Detail("Idempotency-Key", "INVALID_VALUE", wanted)])
    return text


def fingerprint(method: str, path: str, query: str, body: bytes) -> str:
    """What makes two requests the same.

    Parameters
    ----------
    method, path, query : str
        Of the request.
    body : bytes
        As it came.

    Returns
    -------
    str
    """
    head = "\n".join((method, path, query)).encode()
    return hashlib.sha256(hashlib.sha256(head).digest() + body).hexdigest()


def begin(connection: Connection, claim: Claim, mark: str, now: datetime, lease: timedelta) -> StoredAnswer | None:
    """Take a key for a request, or find the answer it had.

    Parameters
    ----------
    connection : Connection
        A transaction.
    claim : Claim
        Whose key it is.
    mark : str
        Of `fingerprint`.
    now : datetime
        The time.
    lease : timedelta
        How long the request may run before another one takes its place.

    Returns
    -------
    StoredAnswer or None
        None when the request is to be run.

    Raises
    ------
    ApiError
        409 while the first one is still running, 422 when it had another body.
    """
    table = idempotency
    values = {"owner": claim.owner, "key": claim.key, "fingerprint": mark, "state": "running", "status": None,
              "headers": None, "body": None, "created_at": now, "lease_until": now + lease}
    made = sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)
    taking = made.values(**values).on_conflict_do_nothing().returning(table.c.key)
    if connection.execute(taking).first() is not None:
        return None
    mine = (table.c.owner == claim.owner) & (table.c.key == claim.key)
    row = connection.execute(select(table).where(mine).with_for_update()).first()
    if row is None:
        # It was given up between the two statements: its request brought nothing.
        return begin(connection, claim, mark, now, lease)
    if row.created_at + KEPT <= now:
        connection.execute(update(table).where(mine).values(**values))
        return None
    if row.fingerprint != mark:
        raise ApiError("key_reused", "This Idempotency-Key was used with another request.")
    if row.state == "done":
        return StoredAnswer(status=row.status, headers=row.headers, body=row.body)
    if row.lease_until > now:
        raise ApiError("key_running", "The first request with this Idempotency-Key is still running.",
                       headers={"Retry-After": "1"})
    connection.execute(update(table).where(mine).values(lease_until=now + lease))
    return None


def finish(connection: Connection, claim: Claim, answer: StoredAnswer) -> None:
    """Keep the answer of a request for those that come again.

    Parameters
    ----------
    connection : Connection
        A transaction: best that of the effect.
    claim : Claim
        Of the request.
    answer : StoredAnswer
        What it is answered.
    """
    connection.execute(update(idempotency).where(
        idempotency.c.owner == claim.owner, idempotency.c.key == claim.key, idempotency.c.state == "running").values(
        state="done", status=answer.status, headers=answer.headers, body=answer.body, lease_until=None))


def give_up(connection: Connection, claim: Claim) -> None:
    """Free the key of a request that had no effect."""
    connection.execute(delete(idempotency).where(
        idempotency.c.owner == claim.owner, idempotency.c.key == claim.key, idempotency.c.state == "running"))


def settle(request: Request, connection: Connection, answer: Response) -> Response:
    """Keep the answer in the transaction of its effect, so that no kill can come between the two.

    Parameters
    ----------
    request : Request
        That is answered.
    connection : Connection
        The transaction of the effect.
    answer : Response
        Whole, no stream.

    Returns
    -------
    Response
        The same.
    """
    claim: Claim | None = getattr(request.state, "idempotency", None)
    if claim is not None:
        finish(connection, claim, stored(answer.status_code, dict(answer.headers), bytes(answer.body)))
        request.state.settled = True
    return answer


def stored(status: int, headers: Mapping[str, str], body: bytes) -> StoredAnswer:
    """An answer as it is kept: only headers that belong to it."""
    kept: dict[str, Any] = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
    return StoredAnswer(status=status, headers=kept, body=body)


def forget(connection: Connection, now: datetime) -> int:
    """Delete answers that are kept long enough.

    Returns
    -------
    int
        How many.
    """
    return int(connection.execute(delete(idempotency).where(idempotency.c.created_at <= now - KEPT)).rowcount)
