"""Bodies of requests: taken raw, never longer than allowed, as they come and unpacked."""

from __future__ import annotations

import zlib
from typing import Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from buem.service.errors import ApiError, Detail

#: More than this many times its size is no text that anybody wrote; looked at from the first megabytes on.
_RATIO: Final = 200
_RATIO_FROM: Final = 4_000_000
_GZIP: Final = b"\x1f\x8b"
#: Unpacked at a time. [B]
_BLOCK: Final = 1 << 20
#: Deepest nesting of a JSON body.
_DEPTH: Final = 64


async def read_body(request: Request, limit: int) -> bytes:
    """The body of a request, unpacked when it is gzipped.

    Parameters
    ----------
    request : Request
        Whose body has not been read.
    limit : int
        Longest body, as it comes and unpacked. [B]

    Returns
    -------
    bytes

    Raises
    ------
    ApiError
        When it is too long, cut off, or packed in another way.
    """
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(f"{announced} B", limit)
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise _too_large(f"more than {limit} B", limit)
            parts.append(part)
    except ClientDisconnect:
        raise ApiError("validation", "The request was cut off.") from None
    body = b"".join(parts)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise ApiError("media_type", f"Content-Encoding {encoding[:40]} is not known; expected gzip or none.")
    if encoding in ("gzip", "x-gzip") or body.startswith(_GZIP):
        return await run_in_threadpool(unpack, body, limit)
    return body


def unpack(body: bytes, limit: int) -> bytes:
    """The text in a gzipped body; a bomb is left after its first megabytes.

    Parameters
    ----------
    body : bytes
        One or more gzip members.
    limit : int
        Longest text. [B]

    Returns
    -------
    bytes

    Raises
    ------
    ApiError
        When it is no gzip, is cut off, or grows too long.
    """
    text = bytearray()
    rest = body
    try:
        while rest:
            member = zlib.decompressobj(wbits=31)
            while not member.eof:
                text += member.decompress(rest, _BLOCK)
                rest = member.unconsumed_tail
                if len(text) > limit or (len(text) > _RATIO_FROM and len(text) > _RATIO * len(body)):
                    raise _too_large("unpacked, it grows beyond that", limit)
                if not rest and not member.eof:
                    raise ApiError("validation", "The gzipped body is cut off.")
            rest = member.unused_data
    except zlib.error as error:
        raise ApiError("validation", f"The body is no gzip: {error}.") from None
    return bytes(text)


def _too_large(found: str, limit: int) -> ApiError:
    return ApiError("body_too_large", f"The body is too large: {found}; expected at most {limit} B.")


async def read_json(request: Request, limit: int) -> dict[str, Any]:
    """The body of a request as a JSON object.

    Parameters
    ----------
    request : Request
        Whose body has not been read.
    limit : int
        Longest body. [B]

    Returns
    -------
    dict

    Raises
    ------
    ApiError
        When it is no JSON object.
    """
    return decode_object(await read_body(request, limit))


def decode_object(body: bytes) -> dict[str, Any]:
    """A JSON object from its text; see `read_json`."""
    from buem.io.fields import depth_exceeds

    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError("validation", f"The body is not JSON: {_reason(error)}.",
                       [Detail("$", "NOT_JSON", "expected a JSON object")]) from None
    if not isinstance(found, dict):
        raise ApiError("validation", "The body is no JSON object.", [Detail("$", "WRONG_TYPE", "expected an object")])
    # A count of brackets spares most bodies the walk.
    if body.count(b"[") + body.count(b"{") > _DEPTH and depth_exceeds(found, _DEPTH):
        raise ApiError("validation", f"The body is nested deeper than {_DEPTH}.",
                       [Detail("$", "TOO_DEEP", f"expected at most {_DEPTH} levels")])
    if b"\\u0000" in body and _has_zero(found):
        raise ApiError("validation", "The body has a text with a zero byte, which no database keeps.",
                       [Detail("$", "INVALID_VALUE", "expected texts without \\u0000")])
    return found


def _has_zero(value: Any) -> bool:
    """Whether a text or a name in a value has a zero byte; the value is not nested deep."""
    if isinstance(value, dict):
        return any("\0" in name or _has_zero(inner) for name, inner in value.items())
    if isinstance(value, list):
        return any(map(_has_zero, value))
    return isinstance(value, str) and "\0" in value


def _reason(error: Exception) -> str:
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)[:200]
