"""Webhooks: what a registration says, what is sent, and how it is signed (Standard Webhooks)."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from buem.errors import Problem, problem
from buem.service.egress import Egress
from buem.service.errors import ApiError, details_of
from buem.service.notification import check_url
from buem.service.unknown import unknown_problems

#: Events that can be asked for.
EVENTS: Final = ("job_started", "job_progress", "job_completed", "job_failed", "schedule_fired")
_PREFIX: Final = "whsec_"
_NAMES: Final = ("url", "events", "secret", "description")
_TEXT: Final = 2000


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A webhook as it was asked for."""

    url: str
    #: Of `EVENTS`.
    events: tuple[str, ...]
    #: ``whsec_`` and base64.
    secret: str
    description: str = ""


def read_registration(given: object, egress: Egress, path: str = "webhook") -> Registration:
    """The webhook that a body describes; its secret is made up when it has none.

    Parameters
    ----------
    given : object
        `{url, events[], secret?, description}`.
    egress : Egress
        What may be called.
    path : str
        Where it stands.

    Returns
    -------
    Registration

    Raises
    ------
    ApiError
        400 with everything that is wrong.
    """
    problems: list[Problem] = []
    if not isinstance(given, dict):
        given, problems = {}, [problem(path, given, "an object with url and events", "WRONG_TYPE")]
    problems += unknown_problems(given, path, _NAMES)
    problems += check_url(given.get("url"), f"{path}.url", egress)
    events = given.get("events", list(EVENTS))
    if not isinstance(events, list) or not events or any(event not in EVENTS for event in events):
        problems.append(problem(f"{path}.events", events, f"a list of {', '.join(EVENTS)}"))
        events = []
    secret = given.get("secret", _PREFIX)
    if secret != _PREFIX and not _is_secret(secret):
        problems.append(problem(f"{path}.secret", None, "whsec_ and the base64 of 24 to 64 bytes"))
    description = given.get("description", "")
    if not isinstance(description, str) or len(description) > _TEXT:
        problems.append(problem(f"{path}.description", description, f"a text of at most {_TEXT} letters", "WRONG_TYPE"))
    if problems:
        raise ApiError("validation", "The webhook cannot be registered.", details_of(problems))
    return Registration(url=given["url"], events=tuple(dict.fromkeys(events)),
                        secret=new_secret() if secret == _PREFIX else secret, description=description)


def new_secret() -> str:
    """A secret of 256 random bits."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def event_payload(event: str, job_id: str | None, details: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What a receiver gets.

    Parameters
    ----------
    event : str
        Of `EVENTS`.
    job_id : str or None
        The job.
    details : mapping
        Of the event.
    at : datetime
        When it happened.

    Returns
    -------
    dict
        `{type, timestamp, event {type, job_id, details}}`, the timestamp with milliseconds.
    """
    utc = at.astimezone(UTC)
    return {"type": "batch_event", "timestamp": f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z",
            "event": {"type": event, "job_id": job_id, "details": dict(details)}}


def signed(payload: Mapping[str, Any], delivery_id: str, secret: str, now: datetime) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery.

    Parameters
    ----------
    payload : mapping
        Of `event_payload`.
    delivery_id : str
        The same at every try, so that a receiver can tell a delivery that comes twice.
    secret : str
        Of the webhook.
    now : datetime
        The time, which the signature covers.

    Returns
    -------
    tuple of (bytes, dict)

    References
    ----------
    .. [1] Standard Webhooks, specification 1.0.0: webhook-id, webhook-timestamp, webhook-signature.
    """
    from standardwebhooks import Webhook

    body = msgspec.json.encode(payload)
    at = now.astimezone(UTC)
    return body, {
        "Content-Type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(delivery_id, at, body.decode()),
    }


def _is_secret(given: object) -> bool:
    if not isinstance(given, str) or not given.startswith(_PREFIX):
        return False
    try:
        return 24 <= len(base64.b64decode(given[len(_PREFIX) :], validate=True)) <= 64
    except (binascii.Error, ValueError):
        return False
