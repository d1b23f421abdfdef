"""The audit: who changed what and when, under which request.

A change is written before it is made, and its outcome after; where a kill comes between the two, the entry stands with
no outcome.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, update

from buem.service.answers import stamp
from buem.service.request_rules import Named
from buem.service.tables import audit


def write_change(connection: Connection, change: Named, now: datetime, *, actor: str, request_id: str,
                 address: str | None = None, status: int | None = None, details: dict[str, Any] | None = None) -> int:
    """Write that a change is made.

    Parameters
    ----------
    connection : Connection
        A transaction.
    change : Named
        What is done to what.
    now : datetime
        The time.
    actor : str
        Id of the key, `local`, or the part of the service that does it by itself.
    request_id : str
        Of the request; empty when there is none.
    address : str, optional
        Where it comes from.
    status : int, optional
        Of the answer, when it is known.
    details : dict, optional
        More.

    Returns
    -------
    int
        Number of the entry.
    """
    made = connection.execute(insert(audit).values(
        at=now, actor=actor, action=change.action, resource=change.resource, resource_id=change.resource_id,
        request_id=request_id, address=address, status=status, details=details))
    key = made.inserted_primary_key
    return int(key[0]) if key is not None else 0


def write_outcome(connection: Connection, entry: int, status: int, resource_id: str | None) -> None:
    """Write how a change ended.

    Parameters
    ----------
    connection : Connection
        A transaction.
    entry : int
        Of `write_change`.
    status : int
        Of the answer.
    resource_id : str or None
        Of what was made; None to leave it as it was.
    """
    values: dict[str, Any] = {"status": status}
    if resource_id is not None:
        values["resource_id"] = resource_id
    connection.execute(update(audit).where(audit.c.id == entry).values(**values))


def audit_json(row: Row[Any]) -> dict[str, Any]:
    """An entry as answers show it."""
    return {"id": row.id, "at": stamp(row.at), "actor": row.actor, "action": row.action, "resource": row.resource,
            "resource_id": row.resource_id, "request_id": row.request_id, "address": row.address,
            "status": row.status, "details": row.details}
