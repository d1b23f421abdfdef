"""Limits: how many requests of a kind one client may make in an hour.

The windows are those of the package `limits`, kept in our store: an hour from a client's first request. Rare and dear
requests are counted in the store at once, on all servers together. Frequent ones are counted in memory and written
together twice a second, so several servers may let through what each has not written yet.
"""

from __future__ import annotations

import ipaddress
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from limits import RateLimitItem, RateLimitItemPerHour
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Connection, Engine, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from buem.service.errors import ApiError
from buem.service.options import Limits
from buem.service.store import is_sqlite, reading, transaction
from buem.service.tables import rate_counters

logger = logging.getLogger(__name__)

#: Buckets that are counted in the store at once.
EXACT: Final = ("job_creation", "templates")
#: Clients that are remembered between two writes; more of them are looked up again.
_MOST: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where a client stands in a window."""

    limit: int
    remaining: int
    #: When the window ends. [s since 1970]
    reset: int
    allowed: bool

    def headers(self) -> list[tuple[bytes, bytes]]:
        """As answers say it, in the form in which they go out."""
        return [(b"x-ratelimit-limit", b"%d" % self.limit), (b"x-ratelimit-remaining", b"%d" % self.remaining),
                (b"x-ratelimit-reset", b"%d" % self.reset)]


@dataclass(slots=True)
class _Window:
    """A window in memory: what the store had, and what has come since."""

    stored: int
    unwritten: int
    ends: float


class SqlStorage(Storage):
    """Counters of `limits` in our store.

    Parameters
    ----------
    store : Engine
        The store.
    clock : callable
        Gives the time.
    exact : callable
        Whether a key is counted in the store at once.
    """

    STORAGE_SCHEME = None

    def __init__(self, store: Engine, clock: Callable[[], datetime], exact: Callable[[str], bool]) -> None:
        super().__init__()
        self._store, self._clock, self._exact = store, clock, exact
        self._windows: dict[str, _Window] = {}
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What this storage raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and say what the count is now."""
        now = self._now()
        if self._exact(key):
            with transaction(self._store) as connection:
                window = _add(connection, key, amount, now, now + expiry)
            with self._lock:
                self._windows[key] = window
            return window.stored
        self.load(key)
        with self._lock:
            window = self._windows.setdefault(key, _Window(0, 0, now + expiry))
            if window.ends <= now:
                window = self._windows[key] = _Window(0, 0, now + expiry)
            window.unwritten += amount
            return window.stored + window.unwritten

    def get(self, key: str) -> int:
        """The count now."""
        window = self._window(key)
        return 0 if window is None else window.stored + window.unwritten

    def get_expiry(self, key: str) -> float:
        """When the window ends; now, when there is none. [s since 1970]"""
        window = self._window(key)
        return self._now() if window is None else window.ends

    def check(self) -> bool:
        """Whether the store answers."""
        try:
            with reading(self._store) as connection:
                return connection.execute(select(1)).scalar() == 1
        except SQLAlchemyError:
            return False

    def reset(self) -> int | None:
        """Forget all counts."""
        with self._lock:
            self._windows.clear()
        with transaction(self._store) as connection:
            return int(connection.execute(delete(rate_counters)).rowcount)

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._lock:
            self._windows.pop(key, None)
        with transaction(self._store) as connection:
            connection.execute(delete(rate_counters).where(rate_counters.c.key == key))

    def is_loaded(self, key: str) -> bool:
        """Whether a count is known without a look into the store."""
        return not self._exact(key) and key in self._windows

    def load(self, key: str) -> None:
        """Read a count from the store, unless it is known and counted in memory."""
        if key in self._windows and not self._exact(key):
            return
        with reading(self._store) as connection:
            row = connection.execute(select(
                rate_counters.c.count.label("amount"), rate_counters.c.expires_at).where(
                rate_counters.c.key == key)).first()
        with self._lock:
            if row is None:
                if self._exact(key):
                    self._windows.pop(key, None)
            elif self._exact(key) or key not in self._windows:
                self._windows[key] = _Window(row.amount, 0, row.expires_at.timestamp())

    def flush(self) -> int:
        """Write what has been counted since the last time, all in one transaction.

        Returns
        -------
        int
            Counters that were written.
        """
        now = self._now()
        with self._lock:
            changed = {key: (window, window.unwritten) for key, window in self._windows.items() if window.unwritten}
        if changed:
            with transaction(self._store) as connection:
                written = {key: _add(connection, key, count, now, window.ends) for key, (window, count) in
                           sorted(changed.items()) if window.ends > now}
            with self._lock:
                for key, (window, count) in changed.items():
                    window.unwritten -= count
                    if key in written:
                        window.stored, window.ends = written[key].stored, written[key].ends
        with self._lock:
            over = [key for key, window in self._windows.items() if window.ends <= now]
            idle = [key for key, window in self._windows.items() if not window.unwritten]
            for key in over if len(self._windows) < _MOST else {*over, *idle}:
                if not self._windows[key].unwritten:
                    del self._windows[key]
        return len(changed)

    def _window(self, key: str) -> _Window | None:
        self.load(key)
        with self._lock:
            window = self._windows.get(key)
        return None if window is None or window.ends <= self._now() else window

    def _now(self) -> float:
        return self._clock().timestamp()


def _add(connection: Connection, key: str, amount: int, now: float, ends: float) -> _Window:
    """Count in the store; a window that has ended begins again."""
    made = sqlite.insert(rate_counters) if is_sqlite(connection) else postgresql.insert(rate_counters)
    at, until = _instant(now), _instant(ends)
    values = made.values(key=key, count=amount, expires_at=until)
    over = rate_counters.c.expires_at <= at
    counted: Any = values.on_conflict_do_update(index_elements=[rate_counters.c.key], set_={
        "count": case((over, values.excluded.count), else_=rate_counters.c.count + values.excluded.count),
        "expires_at": case((over, values.excluded.expires_at), else_=rate_counters.c.expires_at),
    }).returning(rate_counters.c.count.label("amount"), rate_counters.c.expires_at)
    row = connection.execute(counted).one()
    return _Window(row.amount, 0, row.expires_at.timestamp())


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Limiter:
    """The limits of the service.

    Parameters
    ----------
    store : Engine
        Where counts are kept.
    limits : Limits
        Requests an hour.
    clock : callable
        Gives the time.
    """

    def __init__(self, store: Engine, limits: Limits, clock: Callable[[], datetime]) -> None:
        self._items: dict[str, RateLimitItem] = {
            one.name: RateLimitItemPerHour(getattr(limits, one.name), namespace=one.name) for one in fields(limits)}
        self._clock = clock
        self.storage = SqlStorage(store, clock, lambda key: key.startswith(tuple(f"{name}/" for name in EXACT)))
        self._windows = FixedWindowRateLimiter(self.storage)
        self._lock, self._exact = threading.Lock(), threading.Lock()

    def is_quick(self, bucket: str, client: str) -> bool:
        """Whether `take` needs no look into the store."""
        return self.storage.is_loaded(self._items[bucket].key_for(client))

    def take(self, bucket: str, client: str, cost: int = 1) -> Verdict:
        """Count a request, when it is still allowed.

        Parameters
        ----------
        bucket : str
            Field of `Limits`.
        client : str
            Of `client_of`.
        cost : int
            What it counts; 0 only looks.

        Returns
        -------
        Verdict
            What is not allowed is not counted.
        """
        item = self._items[bucket]
        exact = bucket in EXACT
        if not exact:
            self.storage.load(item.key_for(client))
        # Whoever counts in memory must not wait for somebody who counts in the store.
        with self._exact if exact else self._lock:
            allowed = self._windows.test(item, client, cost=max(1, cost))
            if allowed and cost:
                allowed = self._windows.hit(item, client, cost=cost)
            stats = self._windows.get_window_stats(item, client)
        now = self._clock().timestamp()
        reset = stats.reset_time if stats.reset_time > now else now + timedelta(hours=1).total_seconds()
        return Verdict(limit=item.amount, remaining=stats.remaining, reset=int(reset) + 1, allowed=allowed)

    def refuse(self, verdict: Verdict, bucket: str, cost: int = 1) -> ApiError:
        """The answer to a request that is not allowed.

        Parameters
        ----------
        verdict : Verdict
            Of `take`.
        bucket : str
            That was asked.
        cost : int
            What it would have counted.

        Returns
        -------
        ApiError
            429 with Retry-After.
        """
        wait = max(1, verdict.reset - int(self._clock().timestamp()))
        text = f"Rate limit exceeded: {verdict.limit} an hour of {bucket}, {verdict.remaining} left"
        text += f", {cost} asked for; a job counts one whatever its size." if cost > 1 else "."
        return ApiError("rate_limited", text, headers={"Retry-After": str(wait)})


def write_counts(limiter: Limiter) -> None:
    """Write what has been counted in memory; what a store that is away does not take is written the next time.

    Parameters
    ----------
    limiter : Limiter
        Of the application.
    """
    try:
        limiter.storage.flush()
    except SQLAlchemyError as error:
        logger.warning("counts of the limits are not written: %s", error)


def client_of(key_id: str | None, address: str) -> str:
    """Who is counted: the key, or the address; of IPv6 the network of a customer, /64.

    Parameters
    ----------
    key_id : str or None
        Of the key that was shown.
    address : str
        Where the request comes from.

    Returns
    -------
    str
    """
    if key_id is not None:
        return f"key:{key_id}"
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return f"address:{address[:64]}"
    if isinstance(found, ipaddress.IPv6Address):
        return f"address:{found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False).network_address}"
    return f"address:{found}"


def charges_at_once(request: Request) -> bool:
    """Whether `charge` needs no look into the store."""
    limiter: Limiter | None = getattr(request.app.state, "limiter", None)
    client = getattr(request.state, "client", None)
    return limiter is None or client is None or limiter.is_quick(request.state.bucket, client)


def charge(request: Request, count: int, bucket: str = "") -> None:
    """Count the items of a request against the bucket of its rule, or against another one.

    Parameters
    ----------
    request : Request
        With the limiter, as `around` left it.
    count : int
        Items.
    bucket : str
        A field of `options.Limits`; that of the rule when empty.

    Raises
    ------
    ApiError
        429 when they are more than are left.
    """
    limiter: Limiter | None = getattr(request.app.state, "limiter", None)
    client = getattr(request.state, "client", None)
    if limiter is None or client is None or count < 1:
        return
    bucket = bucket or request.state.bucket
    verdict = limiter.take(bucket, client, count)
    request.state.verdict = verdict
    if not verdict.allowed:
        raise limiter.refuse(verdict, bucket, count)
