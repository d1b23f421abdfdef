"""The buildings that are kept: read like any feature, changed one by one, found by their properties."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from buem.building import Building
from buem.building_check import check_building
from buem.errors import BuemError, BuildingError, Problem
from buem.io.dialects import ReadOptions, read_source
from buem.io.fields import id_text
from buem.service.errors import KINDS, Kind
from buem.service.filters import fields_of
from buem.service.merge import merge_patch
from buem.service.store import is_sqlite
from buem.service.tables import building_fields, buildings

_READING: Final = ReadOptions(open_profiles=False, cooling_default=False)
#: Members of a Feature; all other names are properties.
_MEMBERS: Final = ("type", "id", "geometry", "properties", "bbox")
#: Most rows a statement is given at once.
_BLOCK: Final = 500


class ItemError(BuemError):
    """One building that cannot be kept, changed or found.

    Parameters
    ----------
    kind : str
        Of `errors.KINDS`.
    message : str
        One sentence.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind: Kind = KINDS[kind]
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A building as a row of the store."""

    id: str
    feature: bytes
    fields: dict[str, Any]
    longitude: float
    latitude: float
    outline: bool

    def row(self, now: datetime) -> dict[str, Any]:
        """Values of a new row."""
        return {**self.changes(now), "id": self.id, "version": 1, "created_at": now}

    def changes(self, now: datetime) -> dict[str, Any]:
        """Values of a row that is there."""
        return {"feature": self.feature, "fields": self.fields, "longitude": self.longitude,
                "latitude": self.latitude, "outline": self.outline, "updated_at": now}


def record_of(feature: object, where: str, *, new_id: bool) -> Record:
    """The row of a feature that the engine can read.

    Parameters
    ----------
    feature : object
        Parsed JSON.
    where : str
        What stands before the paths of problems, such as ``items[3]``.
    new_id : bool
        Whether one without an id is given one.

    Returns
    -------
    Record

    Raises
    ------
    ItemError
        With all that is wrong with it.
    """
    if not isinstance(feature, dict):
        raise ItemError("validation", f"{where}: {type(feature).__name__}; expected a GeoJSON Feature")
    if feature.get("id") is None and new_id:
        feature = {**feature, "id": f"b_{secrets.token_hex(8)}"}
    try:
        source = read_source(feature, 0, _READING)
        problems = check_building(source) if isinstance(source, Building) and not source.not_heated else []
    except BuildingError as error:
        raise ItemError("validation", _sentence(error.problems, where)) from None
    if problems:
        raise ItemError("validation", _sentence(problems, where))
    name = source.id
    if "\0" in name:
        raise ItemError("validation", f"{where}.id: {name[:40]!r}; expected a text without a NUL")
    return Record(id=name, feature=msgspec.json.encode(feature), fields=fields_of(name, feature),
                  longitude=source.longitude, latitude=source.latitude, outline=not isinstance(source, Building))


def _sentence(problems: Sequence[Problem], where: str) -> str:
    return "; ".join(str(found).replace("$.features[0]", where, 1) for found in problems)


def patched(stored: bytes, patch: dict[str, Any], where: str) -> Record:
    """The row of a building after a merge patch.

    Parameters
    ----------
    stored : bytes
        Its feature so far.
    patch : dict
        The patch; an `id` in it must be the building's own.
    where : str
        As for `record_of`.

    Returns
    -------
    Record

    Raises
    ------
    ItemError
        When the result is no building.
    """
    feature = msgspec.json.decode(stored)
    merged = merge_patch(feature, into_feature(patch))
    if isinstance(merged, dict) and id_text(merged.get("id")) != id_text(feature.get("id")):
        raise ItemError("validation", f"{where}.id: {merged.get('id')!r}; expected {feature.get('id')!r}, which stays")
    return record_of(merged, where, new_id=False)


def into_feature(patch: dict[str, Any]) -> dict[str, Any]:
    """A patch whose members that no Feature has go into its properties: `{"status": "active"}` is one of them."""
    inner = {key: value for key, value in patch.items() if key not in _MEMBERS}
    outer = {key: value for key, value in patch.items() if key in _MEMBERS}
    if inner:
        given = outer.get("properties")
        outer["properties"] = {**(given if isinstance(given, dict) else {}), **inner}
    return outer


def get_features(connection: Connection, names: Iterable[str], *, lock: bool = False) -> dict[str, bytes]:
    """The features of buildings by their ids; those that are not there are left out.

    Parameters
    ----------
    connection : Connection
        To the store.
    names : iterable of str
        Ids.
    lock : bool
        Whether the rows are held until the transaction ends.

    Returns
    -------
    dict
        Id -> JSON.
    """
    found: dict[str, bytes] = {}
    wanted = sorted(set(names))
    for start in range(0, len(wanted), _BLOCK):
        query = select(buildings.c.id, buildings.c.feature).where(buildings.c.id.in_(wanted[start : start + _BLOCK]))
        query = query.order_by(buildings.c.id)
        rows = connection.execute(query.with_for_update() if lock else query)
        found.update({row.id: row.feature for row in rows})
    return found


def add(connection: Connection, records: Sequence[Record], now: datetime) -> set[str]:
    """Keep new buildings.

    Parameters
    ----------
    connection : Connection
        A transaction that writes.
    records : sequence of Record
        With different ids.
    now : datetime
        When.

    Returns
    -------
    set of str
        Ids that were new; the others were there before and are left as they were.
    """
    added: set[str] = set()
    make = insert_sqlite if is_sqlite(connection) else insert_postgresql
    # In one order for all, so that two transactions never wait for each other.
    rows = [record.row(now) for record in sorted(records, key=lambda record: record.id)]
    for start in range(0, len(rows), 100):
        statement = make(buildings).values(rows[start : start + 100]).on_conflict_do_nothing()
        added |= set(connection.execute(statement.returning(buildings.c.id)).scalars())
    note_fields(connection, [record for record in records if record.id in added])
    return added


def change(connection: Connection, record: Record, now: datetime) -> None:
    """Put another feature in the place of the one that a building has."""
    connection.execute(update(buildings).where(buildings.c.id == record.id).values(
        **record.changes(now), version=buildings.c.version + 1))
    note_fields(connection, [record])


def remove(connection: Connection, names: Sequence[str]) -> set[str]:
    """Forget buildings.

    Parameters
    ----------
    connection : Connection
        A transaction that writes.
    names : sequence of str
        Ids.

    Returns
    -------
    set of str
        Ids that were there.
    """
    gone: set[str] = set()
    ordered = sorted(set(names))
    for start in range(0, len(ordered), _BLOCK):
        chosen = buildings.c.id.in_(ordered[start : start + _BLOCK])
        gone |= set(connection.execute(delete(buildings).where(chosen).returning(buildings.c.id)).scalars())
    return gone


def note_fields(connection: Connection, records: Iterable[Record]) -> None:
    """Remember the names that buildings can be found by."""
    names = {name for record in records for name in record.fields}
    if not names:
        return
    known = set(connection.execute(select(building_fields.c.name).where(
        building_fields.c.name.in_(sorted(names)))).scalars())
    new = sorted(names - known)
    if new:
        make = insert_sqlite if is_sqlite(connection) else insert_postgresql
        connection.execute(make(building_fields).on_conflict_do_nothing(), [{"name": name} for name in new])


def put(connection: Connection, record: Record, now: datetime) -> bool:
    """Keep a building under its id, whether or not there was one.

    Returns
    -------
    bool
        Whether it is new.
    """
    there = connection.execute(select(buildings.c.id).where(buildings.c.id == record.id).with_for_update()).first()
    if there is None:
        connection.execute(insert(buildings).values(record.row(now)))
        note_fields(connection, [record])
    else:
        change(connection, record, now)
    return there is None
