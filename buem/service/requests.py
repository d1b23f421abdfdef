"""What routes read from a request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine
from starlette.requests import Request

from buem.service.errors import ApiError, Detail
from buem.service.options import ServiceOptions
from buem.service.planning import Origin
from buem.service.unknown import unknown_fields

#: Rows of a page, where a request names no number, and at most.
PAGE: Final = 100
LONGEST_PAGE: Final = 1000


def store_of(request: Request) -> Engine:
    """The store of the application."""
    store: Engine = request.app.state.store
    return store


def options_of(request: Request) -> ServiceOptions:
    """The settings of the service."""
    options: ServiceOptions = request.app.state.options
    return options


def folder_of(request: Request) -> Path:
    """Where the files of the service lie."""
    return options_of(request).folder


def origin_of(request: Request) -> Origin:
    """Who asks: the key that was shown, if any."""
    return Origin(owner=getattr(request.state, "key_id", None))


def whole_number(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query.

    Raises
    ------
    ApiError
        When it is none, or out of bounds.
    """
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 12 and low <= int(text) <= high):
        raise refused(name, text, f"a whole number from {low} to {high}")
    return int(text)


def switch(given: Mapping[str, str], name: str) -> bool:
    """A switch of the query: true, 1 or yes; false, 0 or no.

    Raises
    ------
    ApiError
        When it is none.
    """
    text = given.get(name, "false").lower()
    if text not in ("true", "1", "yes", "false", "0", "no"):
        raise refused(name, text, "true or false")
    return text in ("true", "1", "yes")


def refused(name: str, value: object, wanted: str) -> ApiError:
    """The error of a value of the query."""
    text = f"{name}: {str(value)[:80]!r}; expected {wanted}"
    return ApiError("validation", text, [Detail(name, "INVALID_VALUE", text)])


def only(given: Mapping[str, Any], names: tuple[str, ...], where: str = "query") -> None:
    """Refuse names that are not known.

    Raises
    ------
    ApiError
        With each of them.
    """
    unknown = unknown_fields(given, names)
    if unknown:
        wanted = f"one of {', '.join(names)}" if names else "nothing"
        details = [Detail(name[:80], "UNKNOWN_FIELD", f"{name[:80]!r} is not known in the {where}; expected {wanted}")
                   for name in unknown]
        raise ApiError("validation", details[0].message, details)


def preferences(request: Request) -> dict[str, str]:
    """The `Prefer` header: names in lower case, with their values."""
    found: dict[str, str] = {}
    for part in request.headers.get("prefer", "").replace(";", ",").split(","):
        name, _, value = part.strip().partition("=")
        if name:
            found.setdefault(name.strip().lower(), value.strip().strip('"'))
    return found
