"""create, import, update, delete: what becomes of the buildings that are kept.

What such a unit does is done in the transaction that writes its outcome: it is there once, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from buem.errors import InputError
from buem.io.dialects import read_source
from buem.service.collection import ItemError, Record, add, change, get_features, patched, record_of, remove
from buem.service.ledger import Claim, Item, Outcome
from buem.service.operations.context import Brought, Context, brought, chosen, failed, guesses, invalid, missing


def run_create(context: Context, claim: Claim) -> Outcome:
    """Keep the buildings that a unit brings along.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
        With its effect.
    """
    given = brought(context, claim)
    records: dict[int, Record] = {}
    wrong: list[Item] = []
    for one in given:
        found = _record(one, strict=claim.mode == "strict")
        if isinstance(found, Item):
            wrong.append(found)
        else:
            records[one.index] = found
    rule = claim.operation.get("on_conflict") or "error"

    def effect(connection: Connection, now: datetime) -> Sequence[Item]:
        return sorted([*wrong, *_keep(connection, records, rule, now)], key=lambda item: item.index)

    return Outcome(effect=effect)


def _record(one: Brought, *, strict: bool) -> Record | Item:
    try:
        feature = msgspec.json.decode(one.raw or b"")
        record = record_of(feature, f"features[{one.index}]", new_id=True)
        notes = guesses(read_source(record.feature, one.index)) if strict else []
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return invalid(one, f"features[{one.index}]: {str(error)[:200]}; expected a GeoJSON Feature")
    except InputError as error:
        return invalid(one, str(error))
    except ItemError as error:
        return invalid(one, error.message)
    return invalid(one, f"strict validation: {'; '.join(notes)}") if notes else record


def _keep(connection: Connection, records: dict[int, Record], rule: str, now: datetime) -> list[Item]:
    first: dict[str, int] = {}
    for index, record in records.items():
        first.setdefault(record.id, index)
    fresh = [record for index, record in records.items() if first[record.id] == index]
    added = add(connection, fresh, now)
    items = []
    for index, record in records.items():
        if record.id in added and first[record.id] == index:
            items.append(Item(index=index, resource_id=record.id, outcome={"status": "created"}))
        elif rule == "replace":
            change(connection, record, now)
            items.append(Item(index=index, resource_id=record.id, outcome={"status": "replaced"}))
        elif rule == "skip":
            items.append(Item(index=index, resource_id=record.id, outcome={"status": "skipped"}))
        else:
            items.append(failed(Brought(index, record.id, None), "conflict",
                                f"A building with the id {record.id} is there already"))
    return items


def run_update(context: Context, claim: Claim) -> Outcome:
    """Change the buildings of a unit by a merge patch.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
        With its effect.
    """
    names = chosen(claim)

    def effect(connection: Connection, now: datetime) -> Sequence[Item]:
        kept = get_features(connection, [one.id for one in names], lock=True)
        return [_patch(connection, one, kept.get(one.id), claim, now) for one in names]

    return Outcome(effect=effect)


def _patch(connection: Connection, one: Brought, stored: bytes | None, claim: Claim, now: datetime) -> Item:
    if stored is None:
        return missing(one)
    try:
        record = patched(stored, claim.operation["update"], one.id)
    except ItemError as error:
        return invalid(one, error.message)
    change(connection, record, now)
    return Item(index=one.index, resource_id=one.id, outcome={"status": "updated"})


def run_delete(context: Context, claim: Claim) -> Outcome:
    """Forget the buildings of a unit.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
        With its effect.
    """
    names = chosen(claim)

    def effect(connection: Connection, now: datetime) -> Sequence[Item]:
        gone = remove(connection, [one.id for one in names])
        return [Item(index=one.index, resource_id=one.id, outcome={"status": "deleted"}) if one.id in gone
                else missing(one) for one in names]

    return Outcome(effect=effect)


