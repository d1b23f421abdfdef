"""Features of a file that was uploaded or fetched: GeoJSON in any container, or CSV with documented columns."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, select

from buem.city import CityOptions
from buem.errors import ContainerError, problem
from buem.io.features import open_features
from buem.io.fields import depth_exceeds
from buem.service.errors import ApiError
from buem.service.options import ServiceOptions
from buem.service.store import reading
from buem.service.tables import uploads

#: Columns of a CSV file with a meaning; every other column is a property of the building.
COLUMNS: Final = ("id", "latitude", "longitude", "geometry", "feature")
#: Longest field of a CSV file. [B]
_LONGEST_FIELD: Final = 64_000_000
#: Most members in members that the name of a column stands for.
_DEEPEST: Final = 60
#: Deepest nesting of a value, far beyond what a feature may have and within what can be written.
_DEEPEST_VALUE: Final = 300


def source_features(store: Engine, service: ServiceOptions, operation: dict[str, Any]) -> Iterator[bytes]:
    """The features of the file that an operation names.

    Parameters
    ----------
    store : Engine
        The store.
    service : ServiceOptions
        How the service runs.
    operation : dict
        With `upload_id` or `input_file_url`, and `format`.

    Yields
    ------
    bytes
        Each feature as JSON.

    Raises
    ------
    ApiError
        When there is no such upload, or it is not complete.
    """
    with given_file(store, service, operation) as (path, name):
        yield from _features(path, operation.get("format") or "auto", name)


@contextmanager
def given_file(store: Engine, service: ServiceOptions, operation: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """The file that an operation names, uploaded or fetched.

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
    tuple of Path and str
        Where it lies, and its name, or its address without the query.

    Raises
    ------
    ApiError
        When there is no such upload, or it is not complete, or the file cannot be fetched.
    """
    url = operation.get("input_file_url")
    if url is None:
        yield upload_path(store, service, operation["upload_id"])
        return
    from buem.service.fetching import fetched

    with fetched(url, service.folder / "uploads", service.upload_limit, service.egress) as path:
        yield path, url.partition("?")[0]


def upload_path(store: Engine, service: ServiceOptions, upload_id: str) -> tuple[Path, str]:
    """Where a complete upload lies, and what its sender called it."""
    with reading(store) as connection:
        row = connection.execute(select(uploads).where(uploads.c.id == upload_id)).first()
    if row is None:
        raise ApiError("not_found", f"Resource not found: {upload_id[:80]}")
    if row.state != "complete":
        raise ApiError("invalid_state", f"The upload {upload_id} is not complete")
    return service.folder / row.path, row.name


def _features(path: Path, form: str, name: str) -> Iterator[bytes]:
    is_csv = form == "csv" or (form == "auto" and name.lower().removesuffix(".gz").endswith(".csv"))
    if is_csv:
        return _rows(path)
    # The name on the disk has no ending: the content alone tells what it is.
    return (feature.raw for feature in open_features(path, CityOptions()))


def _rows(path: Path) -> Iterator[bytes]:
    # The module's own limit, of all readers of the process, is shorter than a feature with a year of weather.
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with (gzip.open(path) if packed else path.open("rb")) as raw:
            reader = csv.DictReader(io.TextIOWrapper(raw, "utf-8-sig", newline=""), strict=True)
            if reader.fieldnames is None or "id" not in reader.fieldnames:
                raise ContainerError([problem("$", reader.fieldnames, "a CSV with a column id, and latitude and "
                                              "longitude, geometry or feature", "WRONG_COLUMNS")])
            _check_columns(reader.fieldnames)
            for row in reader:
                _check_row(row, reader.line_num)
                yield msgspec.json.encode(_feature(row))
    except (csv.Error, UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
        raise ContainerError([problem("$", str(error), "a CSV file in UTF-8", "NOT_CSV")]) from None


def _check_columns(names: Sequence[str]) -> None:
    """Refuse columns of which one would take the place of another."""
    found = [problem("$", name, "each column once", "DOUBLED_COLUMN")
             for name, count in Counter(names).items() if name and count > 1]
    properties = {name for name in names if name not in COLUMNS}
    for name in dict.fromkeys(names):
        *outer, _ = accumulate(name.split("."), "{}.{}".format)
        found += [problem("$", f"{whole}, {name}", "a column for a property or columns for its members, not both",
                          "DOUBLED_COLUMN") for whole in outer if whole in properties]
        if len(outer) > _DEEPEST:
            found.append(problem("$", name, f"names of at most {_DEEPEST} dots", "NESTING_TOO_DEEP"))
    if found:
        raise ContainerError(found)


def _check_row(row: dict[str | None, Any], line: int) -> None:
    """Refuse values that no column has, and properties beside a whole feature, which would get lost."""
    path = f"$ (line {line})"
    beyond = [*(row.get(None) or ()), row.get("") or ""]
    if any(beyond):
        raise ContainerError([problem(path, next(filter(None, beyond)), "no more values than columns with a name",
                                      "WRONG_COLUMNS")])
    beside = next((name for name, text in row.items() if text and name not in COLUMNS), None)
    if row.get("feature") and beside is not None:
        raise ContainerError([problem(path, f"feature, {beside}", "a whole feature or columns of properties, not both",
                                      "WRONG_COLUMNS")])


def _feature(row: dict[str, Any]) -> Any:
    if row.get("feature"):
        found = _json(row["feature"])
        return {**found, "id": row["id"]} if isinstance(found, dict) else found
    properties = {name: _plain(text) for name, text in row.items()
                  if name and name not in COLUMNS and isinstance(text, str) and text != ""}
    properties = _nested(properties)
    place = {"type": "Point", "coordinates": [_plain(row.get("longitude") or ""), _plain(row.get("latitude") or "")]}
    geometry = _json(row["geometry"]) if row.get("geometry") else place
    return {"type": "Feature", "id": row["id"], "geometry": geometry, "properties": properties}


def _nested(properties: dict[str, Any]) -> dict[str, Any]:
    """`buem.building.A_ref` as members in members."""
    nested: dict[str, Any] = {}
    for name, value in properties.items():
        *outer, last = name.split(".")
        at = nested
        for part in outer:
            inner = at.setdefault(part, {})
            at = inner if isinstance(inner, dict) else {}
        at[last] = value
    return nested


def _json(text: str) -> Any:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return text
    # What can just be read could not be written again inside of a feature; as a text its reader refuses it.
    return text if depth_exceeds(found, _DEEPEST_VALUE) else found


def _plain(text: str) -> Any:
    """A number, true or false, JSON of an object or a list, or the text."""
    found = _json(text)
    return found if isinstance(found, (int, float, bool, dict, list)) else text
