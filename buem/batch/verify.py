"""Whether the files of a finished run still are what was written, and hold every building once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buem.batch.checksums import read_checksums
from buem.batch.commit import is_cut_off
from buem.batch.record import Counts
from buem.errors import OutputError
from buem.io.directory import PARTS
from buem.io.durable import disk_errors
from buem.io.parts import PART_KEYS
from buem.io.place import FolderPlace, Place, place_of
from buem.io.tables import PART_SIZE, part_path


def verify(out: str | Path) -> Iterator[str]:
    """What is wrong with the results of a run.

    Parameters
    ----------
    out : str or Path
        Folder of a run, or the URL of the store that it went to.

    Yields
    ------
    str
        A file that is missing or has changed, a count that does not fit, a building that is missing or there twice;
        nothing when all is sound.

    Raises
    ------
    OutputError
        When there is no finished run, or a file cannot be read.
    """
    place = place_of(out)
    if not isinstance(place, FolderPlace):
        yield from _findings(place)
        return
    with disk_errors(place.folder):
        yield from _findings(place)


def _findings(place: Place) -> Iterator[str]:
    listed = read_checksums(place)
    if is_cut_off(place):
        yield f"{place}: the files of a retry have not all taken their places; the same `buem retry` ends it"
    damaged = set()
    for name, digest in listed:
        try:
            found = place.digest(name)
        except (FileNotFoundError, IsADirectoryError):
            damaged.add(name)
            yield f"{place.label(name)}: missing"
            continue
        if found != digest:
            damaged.add(name)
            yield f"{place.label(name)}: changed since it was written"
    names = {name for name, _ in listed}
    for name in place.names(PARTS):
        if name not in names:
            yield f"{place.label(name)}: no file of this run"
    if "summary.parquet" not in damaged:
        yield from _check_buildings(place, damaged, _record(place))


class _Told(msgspec.Struct):
    """What is looked at of run.json."""

    counts: Counts
    options: dict[str, Any] = msgspec.field(default_factory=dict)


def _record(place: Place) -> _Told | None:
    """What run.json tells, None where it is missing or damaged."""
    try:
        return msgspec.json.decode(place.read("run.json") or b"", type=_Told)
    except (OSError, ValueError, RecursionError):
        return None


class _Rows(NamedTuple):
    """Rows of a summary in the order of the file."""

    position: list[int]
    id: list[str]
    status: list[str]


def _check_buildings(place: Place, damaged: set[str], record: _Told | None) -> Iterator[str]:
    path = place.label("summary.parquet")
    statuses: Counter[str] = Counter()
    marks: list[NDArray[np.int64]] = []
    expected = 0
    hourly = record is None or record.options.get("hourly") != "none"
    try:
        for rows in _summary(place):
            statuses.update(rows.status)
            wrong = next((index for index, due in zip(rows.position, range(expected, expected + len(rows.position)))
                          if index != due), None)
            if wrong is not None:
                yield f"{path}: index {wrong} among its rows; expected every index from 0 once, rising"
                return
            expected += len(rows.position)
            marks.append(np.array([hash(name) for name, status in zip(rows.id, rows.status) if status != "error"],
                                  dtype=np.int64))
            if hourly:
                yield from _check_hours(place, rows, damaged)
    except OutputError as error:
        yield str(error)
        return
    yield from _check_ids(path, np.concatenate(marks) if marks else np.zeros(0, np.int64))
    yield from _check_counts(place, statuses, record)


def _summary(place: Place) -> Iterator[_Rows]:
    # So many rows that no part is cut.
    with place.table("summary.parquet", ("index", "id", "status")) as source:
        waiting: list[pa.RecordBatch] = []
        for batch in source.iter_batches(PART_SIZE, columns=["index", "id", "status"]):
            waiting.append(batch)
            if sum(one.num_rows for one in waiting) >= PART_SIZE:
                table = pa.Table.from_batches(waiting)
                yield _rows(table.slice(0, PART_SIZE))
                waiting = table.slice(PART_SIZE).to_batches()
        if waiting:
            yield _rows(pa.Table.from_batches(waiting))


def _rows(table: pa.Table) -> _Rows:
    return _Rows(table["index"].to_pylist(), table["id"].to_pylist(), table["status"].to_pylist())


def _check_hours(place: Place, rows: _Rows, damaged: set[str]) -> Iterator[str]:
    """Whether the part of these rows holds the simulated ones of them, each once."""
    name = part_path(Path(), rows.position[0] // PART_SIZE).as_posix()
    if name in damaged:
        return
    path = place.label(name)
    wanted = [(index, name) for index, name, status in zip(*rows) if status == "ok"]
    try:
        with place.table(name, PART_KEYS) as source:
            table = source.read(columns=["index", "id"])
    except OutputError as error:
        yield str(error)
        return
    held = list(zip(table["index"].to_pylist(), table["id"].to_pylist()))
    if held == wanted:
        return
    lacking, strange = sorted({*wanted} - {*held}), sorted({*held} - {*wanted})
    if lacking:
        yield f"{path}: {len(lacking)} simulated buildings have no hours, such as {lacking[0][1]!r}"
    if strange:
        yield f"{path}: hours of {len(strange)} buildings that the summary does not have, such as {strange[0][1]!r}"
    twice = [name for (_, name), times in Counter(held).items() if times > 1]
    if twice:
        yield f"{path}: hours of {len(twice)} buildings are there more than once, such as {twice[0]!r}"
    if not (lacking or strange or twice):
        yield f"{path}: buildings out of order"


def _check_ids(path: str, marks: NDArray[np.int64]) -> Iterator[str]:
    doubled = marks.size - np.unique(marks).size
    if doubled:
        yield f"{path}: {doubled} simulated buildings have the id of another one; expected every id once"


def _check_counts(place: Place, statuses: Counter[str], record: _Told | None) -> Iterator[str]:
    if record is None:
        yield f"{place.label('run.json')}: missing or damaged; expected the record of the run with its counts"
        return
    for status in ("ok", "not_heated", "error"):
        count = getattr(record.counts, status)
        if count != statuses[status]:
            yield (f"{place.label('summary.parquet')}: {statuses[status]} buildings are {status}; expected {count} as "
                   "in run.json")
