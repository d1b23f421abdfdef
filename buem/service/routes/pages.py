"""The page at `/` and the files it is made of, all of them from the package."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

#: What the build of `page/` has made, see docs/page.md.
STATIC: Final = Path(__file__).parents[1] / "static"

#: The files that are served, by name, and what they are; nothing else is.
MEDIA: Final[Mapping[str, str]] = {
    "index.html": "text/html; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "map.js": "text/javascript; charset=utf-8",
    "worker.js": "text/javascript; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "LICENSES.txt": "text/plain; charset=utf-8",
}

#: What the page may do: run and show what this server sends, and ask this server alone.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file as it is sent."""

    media: str
    content: bytes
    #: The same, smaller.
    packed: bytes
    #: Changes with the content.
    tag: str


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(include_in_schema=False)
    made.add_api_route("/", partial(_send, name="index.html"), methods=["GET"], name="page")
    made.add_api_route("/favicon.ico", partial(_send, name="icon.svg"), methods=["GET"], name="icon")
    for name in MEDIA:
        if name != "index.html":
            made.add_api_route(f"/static/{name}", partial(_send, name=name), methods=["GET"], name=name)
    return made


def _send(request: Request, name: str) -> Response:
    return answer(asset(name), request.headers.get("if-none-match", ""), request.headers.get("accept-encoding", ""))


@lru_cache(maxsize=len(MEDIA))
def asset(name: str) -> Asset:
    """One of the files.

    Parameters
    ----------
    name : str
        Of `MEDIA`.

    Returns
    -------
    Asset
    """
    content = (STATIC / name).read_bytes()
    return Asset(media=MEDIA[name], content=content, packed=gzip.compress(content, 9, mtime=0),
                 tag=f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def answer(found: Asset, known: str, accepted: str) -> Response:
    """A file, or that the browser has it.

    Parameters
    ----------
    found : Asset
        What is asked for.
    known : str
        `If-None-Match` of the request.
    accepted : str
        `Accept-Encoding` of the request.

    Returns
    -------
    Response
        200 with the file, or 304.
    """
    headers = {"ETag": found.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding",
               "Content-Security-Policy": POLICY}
    if found.tag in known:
        return Response(status_code=304, headers=headers)
    if "gzip" in accepted:
        return Response(found.packed, 200, {**headers, "Content-Encoding": "gzip"}, found.media)
    return Response(found.content, 200, headers, found.media)
