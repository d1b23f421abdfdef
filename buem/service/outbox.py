"""The outbox: deliveries are written with the change they tell of, and sent afterwards, again and again until taken.

A delivery is sent at least once: who sends it and dies before noting so leaves it to the next. Its id is the same at
every try, so a receiver can tell.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, and_, insert, or_, select, update

from buem.errors import BuemError
from buem.service import tables
from buem.service.egress import Answer, Egress, post
from buem.service.mail import letter, send_letter
from buem.service.notification import Notice
from buem.service.options import ServiceOptions
from buem.service.store import transaction
from buem.service.webhooks import event_payload, new_secret, signed

#: Waits after the tries of a delivery that was not taken; after the last it is a dead letter. [s]
WAITS: Final = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
#: How long one sender holds a delivery; longer than any exchange. [s]
_LEASE: Final = 180
#: Deliveries of one turn, and how many of them go out at once.
_MOST: Final = 24
_AT_ONCE: Final = 8
_LONGEST_WAIT: Final = timedelta(days=1)
_GONE: Final = 410


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a try ended."""

    #: sent, pending, dead, not_sent.
    state: str
    status: int | None = None
    error: str | None = None
    wait: timedelta = timedelta()
    #: Whether the webhook is not to be called any more.
    gone: bool = False


def tell_webhooks(connection: Connection, event: str, job_id: str | None, details: Mapping[str, Any], now: datetime
                  ) -> None:
    """Write a delivery for each webhook that asked for an event.

    Parameters
    ----------
    connection : Connection
        The transaction of the change that the event tells of.
    event : str
        Of `webhooks.EVENTS`.
    job_id : str or None
        The job.
    details : mapping
        Of the event.
    now : datetime
        The time.
    """
    payload = event_payload(event, job_id, details, now)
    asking = connection.execute(select(tables.webhooks).where(tables.webhooks.c.state == "active")).all()
    for webhook in asking:
        if event in webhook.events:
            _write(connection, payload, now, kind="webhook", webhook_id=webhook.id, target=webhook.url)


def tell_notice(connection: Connection, notice: Notice, event: str, job_id: str | None, details: Mapping[str, Any],
                now: datetime) -> None:
    """Write the deliveries of a job's or a schedule's own notification.

    Parameters
    ----------
    connection : Connection
        The transaction of the change that the event tells of.
    notice : Notice
        Who is told.
    event : str
        Of `webhooks.EVENTS`.
    job_id : str or None
        The job.
    details : mapping
        Of the event.
    now : datetime
        The time.
    """
    payload = event_payload(event, job_id, {**details, "severity": notice.severity}, now)
    for address in notice.email:
        _write(connection, payload, now, kind="email", target=address, severity=notice.severity)
    if notice.webhook is not None:
        _write(connection, payload, now, kind="webhook", target=notice.webhook, severity=notice.severity)


def _write(connection: Connection, payload: Mapping[str, Any], now: datetime, *, kind: str, target: str,
           webhook_id: str | None = None, severity: str | None = None) -> str:
    name = f"msg_{secrets.token_hex(12)}"
    connection.execute(insert(tables.deliveries).values(
        id=name, kind=kind, webhook_id=webhook_id, target=target, event=payload["event"]["type"],
        job_id=payload["event"]["job_id"], severity=severity, payload=dict(payload), state="pending", attempts=0,
        next_try=now, created_at=now))
    return name


def write_test(connection: Connection, webhook: Row[Any], now: datetime) -> str:
    """Write a delivery that tries a webhook.

    Parameters
    ----------
    connection : Connection
        A transaction.
    webhook : Row
        The webhook.
    now : datetime
        The time.

    Returns
    -------
    str
        Id of the delivery.
    """
    payload = event_payload("webhook_test", None, {"webhook_id": webhook.id}, now)
    return _write(connection, payload, now, kind="webhook", webhook_id=webhook.id, target=webhook.url)


def step(store: Engine, options: ServiceOptions, now: datetime) -> int:
    """Send what is due.

    Parameters
    ----------
    store : Engine
        The store.
    options : ServiceOptions
        With the mail server and what may be called.
    now : datetime
        The time.

    Returns
    -------
    int
        Deliveries that were tried.
    """
    egress = options.egress
    with transaction(store) as connection:
        due = _claim(connection, now)
    if not due:
        return 0
    with ThreadPoolExecutor(_AT_ONCE, "buem-outbox") as pool:
        for delivery, ended in zip(due, pool.map(lambda one: _try(one, options, egress, now), due)):
            with transaction(store) as connection:
                _end(connection, delivery, ended, now)
    return len(due)


def _claim(connection: Connection, now: datetime) -> list[Row[Any]]:
    deliveries, webhooks = tables.deliveries, tables.webhooks
    free = or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until < now)
    due = select(deliveries, webhooks.c.secret).outerjoin(
        webhooks, webhooks.c.id == deliveries.c.webhook_id).where(
        deliveries.c.state == "pending", deliveries.c.next_try <= now, free).order_by(
        deliveries.c.next_try, deliveries.c.id).limit(_MOST).with_for_update(of=deliveries, skip_locked=True)
    found = list(connection.execute(due).all())
    if found:
        connection.execute(update(deliveries).where(deliveries.c.id.in_([one.id for one in found])).values(
            lease_until=now + timedelta(seconds=_LEASE), attempts=deliveries.c.attempts + 1))
    return found


def _try(delivery: Row[Any], options: ServiceOptions, egress: Egress, now: datetime) -> Ended:
    try:
        if delivery.kind == "email":
            if not options.smtp.host:
                return Ended(state="not_sent", error="no mail server is configured")
            send_letter(letter(delivery.payload, delivery.target, delivery.severity or "normal", delivery.id,
                               options.smtp.sender, now), options.smtp)
            return Ended(state="sent")
        body, headers = signed(delivery.payload, delivery.id, delivery.secret or _no_secret(), now)
        return _judge(post(delivery.target, body, headers, egress), delivery.attempts, now)
    except BuemError as error:
        return _again(delivery.attempts, Ended(state="pending", error=str(error)))


def _no_secret() -> str:
    """A webhook of a notification has no secret that its receiver could know; the signature is for the form only."""
    return new_secret()


def _judge(answer: Answer, attempts: int, now: datetime) -> Ended:
    if 200 <= answer.status < 300:
        return Ended(state="sent", status=answer.status)
    error = f"answered {answer.status}; expected 200 to 299"
    if answer.status == _GONE:
        return Ended(state="dead", status=_GONE, error=error, gone=True)
    ended = Ended(state="pending", status=answer.status, error=error, wait=_asked_wait(answer.retry_after, now))
    return _again(attempts, ended)


def _again(attempts: int, ended: Ended) -> Ended:
    """A further try after the wait that its number has, or after the longer one that the receiver asked for."""
    if attempts >= len(WAITS):
        return replace(ended, state="dead")
    return replace(ended, wait=max(timedelta(seconds=WAITS[attempts]), ended.wait))


def _asked_wait(retry_after: str, now: datetime) -> timedelta:
    if retry_after.isdigit():
        return min(_LONGEST_WAIT, timedelta(seconds=int(retry_after[:9])))
    try:
        at = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError):
        return timedelta()
    return min(_LONGEST_WAIT, max(timedelta(), at.replace(tzinfo=at.tzinfo or UTC) - now))


def _end(connection: Connection, delivery: Row[Any], ended: Ended, now: datetime) -> None:
    deliveries, webhooks = tables.deliveries, tables.webhooks
    over = ended.state != "pending"
    # Who holds it now may be another: then what this try brought is not the last word.
    held = and_(deliveries.c.id == delivery.id, deliveries.c.attempts == delivery.attempts + 1)
    connection.execute(update(deliveries).where(held).values(
        state=ended.state, last_status=ended.status, last_error=ended.error, lease_until=None,
        next_try=None if over else now + ended.wait, ended_at=now if over else None))
    if ended.gone and delivery.webhook_id is not None:
        connection.execute(update(webhooks).where(webhooks.c.id == delivery.webhook_id).values(
            state="disabled", disabled_at=now))
        connection.execute(update(deliveries).where(
            deliveries.c.webhook_id == delivery.webhook_id, deliveries.c.state == "pending").values(
            state="dead", last_error="the webhook answered 410 and is disabled", next_try=None, ended_at=now))


def send_again(connection: Connection, delivery_id: str, now: datetime) -> bool:
    """Put a delivery that was not taken back to those that are due.

    Parameters
    ----------
    connection : Connection
        A transaction.
    delivery_id : str
        Of a dead letter, or of mail that was not sent.
    now : datetime
        The time.

    Returns
    -------
    bool
        False when it is neither.
    """
    deliveries = tables.deliveries
    done = connection.execute(update(deliveries).where(
        deliveries.c.id == delivery_id, deliveries.c.state.in_(("dead", "not_sent"))).values(
        state="pending", attempts=0, next_try=now, lease_until=None, ended_at=None))
    return done.rowcount == 1
