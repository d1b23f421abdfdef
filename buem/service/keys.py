"""Keys: who may ask, and for what.

A key is ``buem_``, its id, and 256 random bits. The store holds a hash of it; being random and long, it needs no slow
one. What is looked up is the id, which is no secret; what is compared takes the same time wherever it differs.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update
from starlette.requests import Request

from buem.errors import OptionError, problem
from buem.service.errors import ApiError
from buem.service.operations.kinds import KINDS
from buem.service.store import reading
from buem.service.tables import keys

#: From the lowest; each holds those before it.
SCOPES: Final = ("read", "run", "admin")
_FORM: Final = re.compile(r"buem_([0-9a-f]{16})_[A-Za-z0-9_-]{43}")
#: How long a key that was found is not looked up again, and how many are remembered. [s]
_REMEMBERED: Final = 1.0
_MOST: Final = 10_000
_NOTHING: Final = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks."""

    #: Of the key; None where none is asked for.
    key_id: str | None
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """How the audit calls it."""
        return self.key_id or "local"


#: Everybody, where no keys are asked for: only this machine can reach the service then.
LOCAL: Final = Caller(key_id=None, scopes=frozenset(SCOPES))
#: Somebody without a key, who may see what is open to all.
NOBODY: Final = Caller(key_id=None, scopes=frozenset())


def create_key(connection: Connection, scope: str, description: str, now: datetime, days: float | None = None
               ) -> tuple[str, str]:
    """Make a key.

    Parameters
    ----------
    connection : Connection
        A transaction.
    scope : str
        The highest of its scopes.
    description : str
        Whose it is.
    now : datetime
        The time.
    days : float, optional
        After which it is no key any more; for ever when absent. [d]

    Returns
    -------
    tuple of (str, str)
        Its id, and the key, which cannot be read again.

    Raises
    ------
    OptionError
        For a scope that is none.
    """
    if scope not in SCOPES:
        raise OptionError([problem("scope", scope, f"one of {', '.join(SCOPES)}")])
    name = secrets.token_hex(8)
    key = f"buem_{name}_{secrets.token_urlsafe(32)}"
    connection.execute(insert(keys).values(
        id=name, hash=_hash(key), scopes=list(SCOPES[: SCOPES.index(scope) + 1]), description=description[:200],
        created_at=now, expires_at=None if days is None else now + timedelta(days=days)))
    return name, key


def revoke_key(connection: Connection, key_id: str, now: datetime) -> bool:
    """Let a key be none any more.

    Returns
    -------
    bool
        False when there is none of that id that still is one.
    """
    done = connection.execute(update(keys).where(keys.c.id == key_id, keys.c.revoked_at.is_(None)).values(
        revoked_at=now))
    return done.rowcount == 1


def list_keys(connection: Connection) -> list[Row[Any]]:
    """All keys as they were made, those that are none any more among them."""
    return list(connection.execute(select(keys).order_by(keys.c.created_at, keys.c.id)))


class KeyRing:
    """Finds the caller of a key; what was found is believed for a second.

    Parameters
    ----------
    store : Engine
        With the keys.
    """

    def __init__(self, store: Engine) -> None:
        self._store = store
        self._known: dict[str, tuple[datetime, Caller]] = {}
        self._lock = threading.Lock()

    def remembered(self, key: str, now: datetime) -> Caller | None:
        """The caller of a key that was found a moment ago, without a look into the store."""
        with self._lock:
            found = self._known.get(_hash(key))
        return found[1] if found is not None and found[0] > now else None

    def find(self, key: str, now: datetime) -> Caller | None:
        """The caller of a key.

        Parameters
        ----------
        key : str
            As it was shown.
        now : datetime
            The time.

        Returns
        -------
        Caller or None
            None when it is no key, or none any more.
        """
        match = _FORM.fullmatch(key)
        row = None
        if match is not None:
            with reading(self._store) as connection:
                row = connection.execute(select(keys).where(keys.c.id == match[1])).first()
        same = hmac.compare_digest(_hash(key), row.hash if row is not None else _NOTHING)
        if row is None or not same or row.revoked_at is not None:
            return None
        if row.expires_at is not None and row.expires_at <= now:
            return None
        caller = Caller(key_id=row.id, scopes=frozenset(row.scopes))
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            until = now + timedelta(seconds=_REMEMBERED)
            self._known[row.hash] = (until if row.expires_at is None else min(until, row.expires_at), caller)
        return caller


def check_scope(caller: Caller, scope: str) -> None:
    """Refuse a caller that may not do something.

    Raises
    ------
    ApiError
        401 without a key, 403 with one that has not the scope.
    """
    if scope == "" or scope in caller.scopes:
        return
    if not caller.scopes:
        raise ApiError("unauthorized", "This needs a key in the header X-Api-Key.",
                       headers={"WWW-Authenticate": 'ApiKey header="X-Api-Key"'})
    raise ApiError("forbidden", f"This needs a key of scope {scope}; this one has {', '.join(sorted(caller.scopes))}.")


def check_operations(request: Request, operations: Iterable[dict[str, Any]]) -> None:
    """Refuse a batch with an operation that the caller's key may not ask for.

    Parameters
    ----------
    request : Request
        Of the caller.
    operations : iterable of dict
        Of the batch, checked.

    Raises
    ------
    ApiError
        403 with the first such operation.
    """
    caller: Caller = getattr(request.state, "caller", LOCAL)
    for operation in operations:
        check_scope(caller, KINDS[operation["type"]].scope)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
