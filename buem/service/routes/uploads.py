"""Files that are sent in pieces, and proved whole before anything reads them."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy import Row, delete, insert, select, update
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from buem.io.durable import sync
from buem.service.answers import json_answer, stamp, utc_now
from buem.service.bodies import read_json
from buem.service.errors import ApiError, Detail
from buem.service.requests import only, options_of, origin_of, store_of
from buem.service.store import reading, transaction
from buem.service.tables import uploads
from buem.service.whole import whole

PREFIX: Final = "/api/v1/uploads"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_DIGEST: Final = "64 hexadecimal digits in small letters"
_LONGEST_NAME: Final = 255


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(prefix=PREFIX, tags=["uploads"])
    made.add_api_route("", create, methods=["POST"], status_code=201, summary="Announce a file")
    made.add_api_route("/{upload_id}", status, methods=["GET"], summary="How much of a file is there")
    made.add_api_route("/{upload_id}", append, methods=["PATCH"], summary="Send the next piece of a file")
    made.add_api_route("/{upload_id}/complete", complete, methods=["POST"], summary="Prove that a file is whole")
    made.add_api_route("/{upload_id}", remove, methods=["DELETE"], summary="Delete a file")
    return made


async def create(request: Request) -> Response:
    """Announce a file: `name`, and `size` and `sha256` where they are known."""
    body = await read_json(request, options_of(request).body_limit)
    return await run_in_threadpool(_create, request, body)


def _create(request: Request, body: dict[str, Any]) -> Response:
    only(body, ("name", "size", "sha256"), "body")
    limit = options_of(request).upload_limit
    name, size, digest = body.get("name", "upload"), whole(body.get("size")), body.get("sha256")
    wrong = []
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or "\0" in name:
        wrong.append(("name", f"a text of at most {_LONGEST_NAME} letters"))
    if body.get("size") is not None and (size is None or not 0 <= size <= limit):
        wrong.append(("size", f"a number of bytes, at most {limit}"))
    if digest is not None and not _is_digest(digest):
        wrong.append(("sha256", _DIGEST))
    if wrong:
        raise _wrong(wrong)
    now, upload_id = utc_now(), f"upl_{secrets.token_hex(8)}"
    path = Path("uploads") / upload_id
    folder = options_of(request).folder
    (folder / "uploads").mkdir(parents=True, exist_ok=True)
    (folder / path).touch()
    with transaction(store_of(request)) as connection:
        connection.execute(insert(uploads).values(
            id=upload_id, name=name, size=size, received=0, sha256=digest, state="open", path=path.as_posix(),
            owner=origin_of(request).owner, created_at=now, updated_at=now))
    return json_answer({"data": _view(request, upload_id)}, 201, {"Location": f"{PREFIX}/{upload_id}"})


def _is_digest(given: object) -> bool:
    return isinstance(given, str) and _SHA256.fullmatch(given) is not None


def _wrong(fields: list[tuple[str, str]]) -> ApiError:
    details = [Detail(field, "INVALID_VALUE", f"{field}: expected {wanted}") for field, wanted in fields]
    return ApiError("validation", details[0].message, details)


def _find(request: Request, upload_id: str) -> Row[Any]:
    with reading(store_of(request)) as connection:
        row = None if "\0" in upload_id else connection.execute(
            select(uploads).where(uploads.c.id == upload_id)).first()
    if row is None:
        raise ApiError("not_found", f"Resource not found: {upload_id[:80]}")
    return row


def _view(request: Request, upload_id: str) -> dict[str, Any]:
    row = _find(request, upload_id)
    return {"upload_id": row.id, "name": row.name, "status": row.state, "size": row.size, "received": row.received,
            "sha256": row.sha256, "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def status(request: Request, upload_id: str) -> Response:
    """Bytes received so far: where the next piece begins, also in `Upload-Offset`."""
    view = _view(request, upload_id)
    return json_answer({"data": view}, 200, {"Upload-Offset": str(view["received"])})


async def append(request: Request, upload_id: str) -> Response:
    """Take a piece that begins at `Upload-Offset`; what arrives before a cut stays."""
    row = await run_in_threadpool(_find, request, upload_id)
    offset = _offset(request, row)
    limit = row.size if row.size is not None else options_of(request).upload_limit
    path = options_of(request).folder / row.path
    end, cut = offset, False
    descriptor = os.open(path, os.O_WRONLY)
    try:
        async for piece in request.stream():
            if end + len(piece) > limit:
                raise ApiError("body_too_large", f"The file is longer than {limit} B.")
            await run_in_threadpool(_write, descriptor, piece, end)
            end += len(piece)
    except ClientDisconnect:
        cut = True
    finally:
        await run_in_threadpool(os.fsync, descriptor)
        os.close(descriptor)
    taken = await run_in_threadpool(_received, request, upload_id, offset, end)
    if not taken:
        raise ApiError("conflict", "Another piece was written at the same time; ask for the offset again.")
    if cut:
        raise ApiError("validation", "The piece was cut off.")
    return json_answer({"data": await run_in_threadpool(_view, request, upload_id)}, 200,
                       {"Upload-Offset": str(end)})


def _offset(request: Request, row: Row[Any]) -> int:
    if row.state != "open":
        raise ApiError("invalid_state", "The upload is complete")
    text = request.headers.get("upload-offset", str(row.received))
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) != row.received:
        raise ApiError("conflict", f"Upload-Offset: {text[:40]!r}; expected {row.received}",
                       [Detail("Upload-Offset", "WRONG_OFFSET", f"expected {row.received}")],
                       {"Upload-Offset": str(row.received)})
    return int(row.received)


def _write(descriptor: int, piece: bytes, offset: int) -> None:
    view = memoryview(piece)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _received(request: Request, upload_id: str, offset: int, end: int) -> bool:
    with transaction(store_of(request)) as connection:
        done = connection.execute(update(uploads).where(
            uploads.c.id == upload_id, uploads.c.received == offset, uploads.c.state == "open").values(
            received=end, updated_at=utc_now()))
    return done.rowcount == 1


async def complete(request: Request, upload_id: str) -> Response:
    """Close a file: its length and its SHA-256 must be those announced, or those of this body."""
    body = await read_json(request, 10_000) if await _has_body(request) else {}
    return await run_in_threadpool(_complete, request, upload_id, body)


async def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _complete(request: Request, upload_id: str, body: dict[str, Any]) -> Response:
    only(body, ("sha256",), "body")
    if body.get("sha256") is not None and not _is_digest(body["sha256"]):
        raise _wrong([("sha256", _DIGEST)])
    row = _find(request, upload_id)
    path = options_of(request).folder / row.path
    if row.state == "complete":
        return json_answer({"data": _view(request, upload_id)})
    if row.size is not None and row.received != row.size:
        raise ApiError("conflict", f"{row.received} B are there; expected {row.size} B",
                       [Detail("size", "INCOMPLETE", f"expected {row.size} B")])
    with path.open("rb+") as file:
        # Bytes of a piece that was not acknowledged go.
        file.truncate(row.received)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    sync(path)
    sync(path.parent)
    wanted = body.get("sha256") or row.sha256
    if wanted is not None and wanted != digest:
        raise ApiError("conflict", f"sha256: {digest}; expected {str(wanted)[:80]}",
                       [Detail("sha256", "CHECKSUM_MISMATCH", f"the file has {digest}")])
    with transaction(store_of(request)) as connection:
        connection.execute(update(uploads).where(uploads.c.id == upload_id).values(
            state="complete", sha256=digest, size=row.received, updated_at=utc_now()))
    return json_answer({"data": _view(request, upload_id)})


def remove(request: Request, upload_id: str) -> Response:
    """Delete a file; jobs that were cut keep their own copy."""
    row = _find(request, upload_id)
    with transaction(store_of(request)) as connection:
        connection.execute(delete(uploads).where(uploads.c.id == upload_id))
    (options_of(request).folder / row.path).unlink(missing_ok=True)
    return json_answer({"data": {"upload_id": upload_id, "deleted": True}})
