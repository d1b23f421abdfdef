"""Seed (c): the collection of buildings, one by one and many at once."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from buem.errors import Problem
from buem.io.fields import id_text
from buem.service.answers import json_answer, utc_now
from buem.service.bodies import decode_object, read_body, read_json
from buem.service.collection import (
    ItemError,
    Record,
    add,
    change,
    get_features,
    patched,
    put,
    record_of,
    remove,
)
from buem.service.errors import ApiError, Detail, details_of
from buem.service.filters import known_fields, matching, read_bbox, read_filter
from buem.service.idempotency import settle
from buem.service.limits import charge
from buem.service.requests import LONGEST_PAGE, PAGE, only, options_of, refused, store_of, whole_number
from buem.service.store import reading, transaction

PREFIX: Final = "/api/v1/buildings"
#: Most items of one request; jobs have no such limit.
LIMITS: Final = {"create": 100, "update": 100, "delete": 1000}
_CURSOR: Final = re.compile(r"[A-Za-z0-9_-]+")


class Failed(NamedTuple):
    """An item that was not kept, changed or deleted."""

    index: int  # type: ignore[assignment]
    error: str
    message: str
    item: Any


class _Undo(Exception):
    """Ends a transaction whose items are all or none."""


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(prefix=PREFIX, tags=["buildings"])
    made.add_api_route("", list_buildings, methods=["GET"], summary="Buildings, by their ids")
    made.add_api_route("/batch", create_batch, methods=["POST"], summary="Create buildings")
    made.add_api_route("/batch", update_batch, methods=["PATCH"], summary="Change buildings")
    made.add_api_route("/batch", delete_batch, methods=["DELETE"], summary="Delete buildings")
    made.add_api_route("/batch/delete", delete_batch, methods=["POST"], name="delete_batch_by_post",
                       summary="Delete buildings, for proxies that drop the bodies of DELETE")
    for path, methods in (("/batch", ["GET", "PUT"]), ("/batch/delete", ["GET", "PUT", "PATCH", "DELETE"])):
        made.add_api_route(path, _no_building, methods=methods, include_in_schema=False)
    made.add_api_route("/{building_id:path}", get_building, methods=["GET"], summary="A building")
    made.add_api_route("/{building_id:path}", put_building, methods=["PUT"], summary="Keep a building under its id")
    made.add_api_route("/{building_id:path}", patch_building, methods=["PATCH"], summary="Change a building")
    made.add_api_route("/{building_id:path}", delete_building, methods=["DELETE"], summary="Delete a building")
    return made


def _no_building() -> Response:
    """These two paths are no ids: what they do not take does not fall to a building of their name."""
    raise HTTPException(405)


async def create_batch(request: Request) -> Response:
    """Keep up to 100 buildings; those that cannot be kept are named by their index."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_create, request, body)


async def update_batch(request: Request) -> Response:
    """Change up to 100 buildings by merge patches."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_update, request, body)


async def delete_batch(request: Request) -> Response:
    """Delete up to 1,000 buildings, named by `ids` or by `items`."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_delete, request, body)


def _items(request: Request, body: dict[str, Any], kind: str, name: str = "items") -> tuple[list[Any], bool]:
    only(body, ("items", "ids", "atomic") if kind == "delete" else ("items", "atomic"), "body")
    items, atomic = body.get(name), body.get("atomic", False)
    if not isinstance(items, list) or not isinstance(atomic, bool):
        wrong = name if not isinstance(items, list) else "atomic"
        wanted = "a list" if wrong == name else "true or false"
        raise ApiError("validation", f"{wrong}: expected {wanted}", [Detail(wrong, "WRONG_TYPE", f"expected {wanted}")])
    most = LIMITS[kind]
    if len(items) > most:
        text = f"{name}: {len(items)} items; expected at most {most}"
        raise ApiError("too_large", text, [Detail(name, "BATCH_TOO_LARGE", text)])
    charge(request, len(items))
    return items, atomic


def _answer(data: Sequence[Any], failed: Sequence[Failed], *, atomic: bool) -> Response:
    undone = atomic and bool(failed)
    found = [None] * len(data) if undone else list(data)
    errors = [one._asdict() for one in sorted(failed, key=lambda one: one.index)]
    return json_answer({"data": found, "errors": errors}, 422 if undone else 200)


def _create(request: Request, body: dict[str, Any]) -> Response:
    items, atomic = _items(request, body, "create")
    records, failed = _records(items)
    kept: list[Any] = [None] * len(items)
    try:
        with transaction(store_of(request)) as connection:
            added = add(connection, list(records.values()), utc_now())
            for index, record in records.items():
                if record.id in added:
                    kept[index] = msgspec.Raw(record.feature)
                else:
                    text = f"A building with the id {record.id!r} is there already"
                    failed.append(Failed(index, "conflict", text, items[index]))
            if atomic and failed:
                raise _Undo
            return settle(request, connection, _answer(kept, failed, atomic=atomic))
    except _Undo:
        return _answer(kept, failed, atomic=atomic)


def _records(items: list[Any]) -> tuple[dict[int, Record], list[Failed]]:
    """The rows of items by index, and those that cannot be kept."""
    records: dict[int, Record] = {}
    failed: list[Failed] = []
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        try:
            record = record_of(item, f"items[{index}]", new_id=True)
        except ItemError as error:
            failed.append(Failed(index, error.kind.item_code, error.message, item))
            continue
        before = first.setdefault(record.id, index)
        if before == index:
            records[index] = record
        else:
            text = f"items[{before}] has the id {record.id!r}, too"
            failed.append(Failed(index, "conflict", text, item))
    return records, failed


def _update(request: Request, body: dict[str, Any]) -> Response:
    items, atomic = _items(request, body, "update")
    found: list[Any] = [None] * len(items)
    failed: list[Failed] = []
    try:
        with transaction(store_of(request)) as connection:
            names = [name for item in items if (name := _id_of(item)) is not None]
            kept = get_features(connection, names, lock=True)
            seen: set[str] = set()
            for index, item in enumerate(items):
                try:
                    found[index] = _patch(connection, item, index, kept, seen)
                except ItemError as error:
                    failed.append(Failed(index, error.kind.item_code, error.message, item))
            if atomic and failed:
                raise _Undo
            return settle(request, connection, _answer(found, failed, atomic=atomic))
    except _Undo:
        return _answer(found, failed, atomic=atomic)


def _id_of(item: Any) -> str | None:
    name = id_text(item.get("id")) if isinstance(item, dict) else None
    return None if name is None or "\0" in name else name


def _patch(connection: Connection, item: Any, index: int, kept: dict[str, bytes], seen: set[str]) -> msgspec.Raw:
    name = _id_of(item)
    if name is None:
        raise ItemError("validation", f"items[{index}].id: missing; expected the id of a building")
    if name in seen:
        raise ItemError("conflict", f"items[{index}].id: an earlier item has the id {name!r}, too")
    seen.add(name)
    if name not in kept:
        raise ItemError("not_found", f"Resource not found: {name}")
    patch = {key: value for key, value in item.items() if key != "id"}
    record = patched(kept[name], patch, f"items[{index}]")
    change(connection, record, utc_now())
    return msgspec.Raw(record.feature)


def _delete(request: Request, body: dict[str, Any]) -> Response:
    if ("ids" in body) == ("items" in body):
        raise ApiError("validation", "ids or items: expected one of them",
                       [Detail("ids", "MISSING_FIELD", "expected a list of ids, or items with ids")])
    listed = "ids" in body
    items, atomic = _items(request, body, "delete", "ids" if listed else "items")
    names: dict[str, int] = {}
    failed: list[Failed] = []
    for index, item in enumerate(items):
        name = id_text(item) if listed else _id_of(item)
        if name is None or "\0" in name:
            failed.append(Failed(index, "validation_error", f"items[{index}]: expected the id of a building", item))
        elif name in names:
            failed.append(Failed(index, "not_found", f"items[{names[name]}] has the id {name!r}, too", item))
        else:
            names[name] = index
    try:
        with transaction(store_of(request)) as connection:
            gone = remove(connection, list(names))
            failed += [Failed(index, "not_found", f"Resource not found: {name}", items[index])
                       for name, index in names.items() if name not in gone]
            if atomic and failed:
                raise _Undo
            return settle(request, connection, _deleted(len(gone), failed, 200))
    except _Undo:
        return _deleted(0, failed, 422)


def _deleted(count: int, failed: Sequence[Failed], status: int) -> Response:
    errors = [one._asdict() for one in sorted(failed, key=lambda one: one.index)]
    return json_answer({"deleted": count, "errors": errors}, status)


def list_buildings(request: Request) -> Response:
    """A page of buildings: `bbox` west,south,east,north; `filter` as JSON; `limit`, `cursor`."""
    given = request.query_params
    only(given, ("bbox", "filter", "limit", "cursor"))
    limit = whole_number(given, "limit", PAGE, 1, LONGEST_PAGE)
    problems: list[Problem] = []
    with reading(store_of(request)) as connection:
        wanted = decode_object(given["filter"].encode()) if "filter" in given else {}
        chosen = read_filter(wanted, "filter", problems, known_fields(connection))
        if "bbox" in given:
            box = read_bbox([_number(text) for text in given["bbox"].split(",")], "bbox", problems)
            chosen = replace(chosen, bbox=box)
        if problems:
            raise ApiError("validation", str(problems[0]), details_of(problems))
        after = _decode_cursor(given["cursor"]) if "cursor" in given else ""
        names = list(islice(matching(connection, chosen, after), limit + 1))
        kept = get_features(connection, names[:limit])
    data = [msgspec.Raw(kept[name]) for name in names[:limit] if name in kept]
    cursor = _encode_cursor(names[limit - 1]) if len(names) > limit else None
    return json_answer({"data": data, "next_cursor": cursor})


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _encode_cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _decode_cursor(text: str) -> str:
    try:
        name = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        name = "\0"
    # The decoder passes over letters that it does not know.
    if "\0" in name or not name or not _CURSOR.fullmatch(text):
        raise refused("cursor", text, "the next_cursor of a page")
    return name


def get_building(request: Request, building_id: str) -> Response:
    """The feature of a building."""
    with reading(store_of(request)) as connection:
        found = get_features(connection, [building_id]) if "\0" not in building_id else {}
    if building_id not in found:
        raise _not_found(building_id)
    return json_answer({"data": msgspec.Raw(found[building_id])})


def _not_found(name: str) -> ApiError:
    return ApiError("not_found", f"Resource not found: {name[:80]}")


async def put_building(request: Request, building_id: str) -> Response:
    """Keep a building under the id of the path; 201 when it is new."""
    body = await read_body(request, options_of(request).body_limit)
    return await run_in_threadpool(_put, request, building_id, body)


def _put(request: Request, name: str, body: bytes) -> Response:
    feature = decode_object(body)
    if feature.get("id") is not None and id_text(feature["id"]) != name:
        text = f"id: {str(feature['id'])[:80]!r}; expected {name[:80]!r}, as in the path, or none"
        raise ApiError("validation", text, [Detail("id", "INVALID_VALUE", text)])
    try:
        record = record_of({**feature, "id": name}, "$", new_id=False)
    except ItemError as error:
        raise ApiError("unprocessable", error.message, [Detail("$", error.kind.code, error.message)]) from None
    with transaction(store_of(request)) as connection:
        new = put(connection, record, utc_now())
    headers = {"Location": f"{PREFIX}/{name}"} if new and name.isascii() and name.isprintable() else {}
    return json_answer({"data": msgspec.Raw(record.feature)}, 201 if new else 200, headers)


async def patch_building(request: Request, building_id: str) -> Response:
    """Change a building by a merge patch."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_patch_one, request, building_id, body)


def _patch_one(request: Request, name: str, patch: dict[str, Any]) -> Response:
    if "\0" in name:
        raise _not_found(name)
    with transaction(store_of(request)) as connection:
        kept = get_features(connection, [name], lock=True)
        if name not in kept:
            raise _not_found(name)
        try:
            record = patched(kept[name], patch, "$")
        except ItemError as error:
            raise ApiError("unprocessable", error.message, [Detail("$", error.kind.code, error.message)]) from None
        change(connection, record, utc_now())
    return json_answer({"data": msgspec.Raw(record.feature)})


def delete_building(request: Request, building_id: str) -> Response:
    """Delete a building."""
    with transaction(store_of(request)) as connection:
        gone = remove(connection, [building_id]) if "\0" not in building_id else set()
    if not gone:
        raise _not_found(building_id)
    return json_answer({"deleted": 1, "errors": []})
