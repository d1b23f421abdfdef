"""Weather as a resource: create, import, update, delete, validate, export.

As with buildings, what such a unit changes is changed in the transaction that writes its outcome.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select

from buem.io.durable import durable
from buem.service.collection import ItemError
from buem.service.errors import ApiError
from buem.service.filters import matching, read_filter
from buem.service.kept_weather import (
    WeatherRecord,
    change_weather,
    put_weather,
    remove_weather,
    weather_contents,
    weather_of,
    weather_patched,
    weather_record,
)
from buem.service.ledger import Claim, Item, Outcome
from buem.service.operations.context import Brought, Context, brought, chosen, failed, invalid, missing
from buem.service.operations.export import exported
from buem.service.operations.importing import given_file
from buem.service.options import ServiceOptions
from buem.service.store import reading
from buem.service.tables import weather

_ENDINGS = (".gz", ".epw", ".csv", ".json", ".tm2", ".dat", ".txt")


def source_weather(store: Engine, service: ServiceOptions, operation: dict[str, Any]) -> Iterator[bytes]:
    """The weather file that an operation names, as the item that `create` takes; its name is that of the file.

    Parameters
    ----------
    store : Engine
        The store.
    service : ServiceOptions
        How the service runs.
    operation : dict
        With `upload_id` or `input_file_url`.

    Yields
    ------
    bytes
        One item as JSON.

    Raises
    ------
    ApiError
        When there is no such upload, or it is not complete.
    """
    with given_file(store, service, operation) as (path, name):
        yield _item_of(path, name.rpartition("/")[2])


def _item_of(path: Path, name: str) -> bytes:
    from buem.io.weather_text import read_text

    while name.lower().endswith(_ENDINGS):
        name = name.rpartition(".")[0]
    return msgspec.json.encode({"id": name, "content": read_text(path)})


def run_create(context: Context, claim: Claim) -> Outcome:
    """Keep the weather that a unit brings along."""
    records: list[tuple[Brought, WeatherRecord]] = []
    wrong: list[Item] = []
    for one in brought(context, claim):
        try:
            records.append((one, weather_record(msgspec.json.decode(one.raw or b""), f"items[{one.index}]")))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            wrong.append(invalid(one, f"items[{one.index}]: {error}; expected {{id, content}}"))
        except ItemError as error:
            wrong.append(invalid(one, error.message))
    rule = claim.operation.get("on_conflict") or "error"

    def effect(connection: Connection, now: datetime) -> Sequence[Item]:
        kept = [_kept(one, record, put_weather(connection, record, now, rule)) for one, record in records]
        return sorted([*wrong, *kept], key=lambda item: item.index)

    return Outcome(effect=effect)


def _kept(one: Brought, record: WeatherRecord, status: str) -> Item:
    if status == "conflict":
        return failed(one, "conflict", f"A weather with the id {record.id} is there already")
    return Item(index=one.index, resource_id=record.id, outcome={"status": status, "notes": list(record.notes)})


def run_update(context: Context, claim: Claim) -> Outcome:
    """Change the weather of a unit by a merge patch."""
    names = chosen(claim)

    def effect(connection: Connection, now: datetime) -> Sequence[Item]:
        kept = weather_contents(connection, [one.id for one in names], lock=True)
        return [_patch(connection, one, kept.get(one.id), claim.operation["update"], now) for one in names]

    return Outcome(effect=effect)


def _patch(connection: Connection, one: Brought, stored: bytes | None, patch: dict[str, Any], now: datetime) -> Item:
    if stored is None:
        return missing(one)
    try:
        record = weather_patched(stored, patch, one.id)
    except ItemError as error:
        return invalid(one, error.message)
    change_weather(connection, record, now)
    return Item(index=one.index, resource_id=one.id, outcome={"status": "updated", "notes": list(record.notes)})


def run_delete(context: Context, claim: Claim) -> Outcome:
    """Forget the weather of a unit."""
    names = chosen(claim)

    def effect(connection: Connection, now: datetime) -> Sequence[Item]:
        gone = remove_weather(connection, [one.id for one in names])
        return [Item(index=one.index, resource_id=one.id, outcome={"status": "deleted"}) if one.id in gone
                else missing(one) for one in names]

    return Outcome(effect=effect)


def run_validate(context: Context, claim: Claim) -> Outcome:
    """Read the weather of a unit once more: what is wrong with it, or what is to be said of it."""
    names = chosen(claim)
    with reading(context.store) as connection:
        kept = weather_contents(connection, [one.id for one in names])
    return Outcome(items=[_checked(one, kept.get(one.id), strict=claim.mode == "strict") for one in names])


def _checked(one: Brought, stored: bytes | None, *, strict: bool) -> Item:
    if stored is None:
        return missing(one)
    try:
        _, notes = weather_of(stored, one.id)
    except ItemError as error:
        return invalid(one, error.message)
    if strict and notes:
        return invalid(one, f"strict validation: {'; '.join(notes)}")
    return Item(index=one.index, resource_id=one.id, outcome={"status": "valid", "notes": list(notes)})


def run_export(context: Context, claim: Claim) -> Outcome:
    """Write weather into a file: one as our own CSV, which any reader of weather here takes, or all as Parquet."""
    wanted = read_filter(claim.operation.get("filter"), "filter", [])

    def write(form: str, path: Path) -> int:
        with reading(context.store) as connection:
            names = list(matching(connection, wanted, table=weather))
            return _write_one(connection, names, path) if form == "csv" else _write_all(connection, names, path)

    return exported(context, claim, write)


def _write_one(connection: Connection, names: Sequence[str], path: Path) -> int:
    if len(names) != 1:
        raise ApiError("invalid_batch", f"filter: {len(names)} weather years fit; a csv holds exactly one: "
                                        "expected a filter such as {\"id\": NAME}, or the format parquet")
    with durable(path) as temporary:
        temporary.write_bytes(gzip.decompress(weather_contents(connection, names)[names[0]]))
    return 1


def _write_all(connection: Connection, names: Sequence[str], path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from buem.constants import HOURS
    from buem.io.weather_csv import COLUMNS

    series = [(column, pa.list_(pa.float64(), HOURS)) for column in COLUMNS]
    schema = pa.schema([("id", pa.string()), ("fields", pa.string()), *series])
    with durable(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for name in names:
            row = connection.execute(select(weather.c.content, weather.c.fields).where(weather.c.id == name)).one()
            found, _ = weather_of(row.content, name)
            hours = {column: [getattr(found, field)] for column, field in COLUMNS.items()}
            writer.write_table(pa.Table.from_pydict(
                {"id": [name], "fields": [msgspec.json.encode(row.fields).decode()], **hours}, schema))
    return len(names)
