"""Whether the files of a finished run still are what was written, and hold every building once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buem.batch.checksums import read_checksums
from buem.batch.commit import is_cut_off
from buem.batch.identity import file_digest
from buem.errors import OutputError
from buem.io.durable import disk_errors
from buem.io.parts import PART_KEYS, open_parquet
from buem.io.tables import PART_SIZE, part_path


def verify(out: Path) -> Iterator[str]:
    """What is wrong with a folder of results.

    Parameters
    ----------
    out : Path
        Folder of a run.

    Yields
    ------
    str
        A file that is missing or has changed, a count that does not fit, a building that is missing or there twice;
        nothing when all is sound.

    Raises
    ------
    OutputError
        When the folder holds no finished run, or a file cannot be read.
    """
    with disk_errors(out):
        yield from _findings(out)


def _findings(out: Path) -> Iterator[str]:
    listed = read_checksums(out)
    if is_cut_off(out):
        yield f"{out}: the files of a retry have not all taken their places; the same `buem retry` ends it"
    damaged = set()
    for name, digest in listed:
        path = out / name
        if not path.is_file():
            damaged.add(name)
            yield f"{path}: missing"
        elif file_digest(path) != digest:
            damaged.add(name)
            yield f"{path}: changed since it was written"
    names = {name for name, _ in listed}
    for path in sorted(out.glob("hourly/part-*.parquet")):
        if path.relative_to(out).as_posix() not in names:
            yield f"{path}: no file of this run"
    if "summary.parquet" not in damaged:
        yield from _check_buildings(out, damaged, _record(out))


def _record(out: Path) -> dict[str, Any]:
    try:
        found = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class _Rows(NamedTuple):
    """Rows of a summary in the order of the file."""

    position: list[int]
    id: list[str]
    status: list[str]


def _check_buildings(out: Path, damaged: set[str], record: dict[str, Any]) -> Iterator[str]:
    path = out / "summary.parquet"
    statuses: Counter[str] = Counter()
    marks: list[NDArray[np.int64]] = []
    expected = 0
    hourly = record.get("options", {}).get("hourly") != "none"
    try:
        for rows in _summary(path):
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
                yield from _check_hours(out, rows, damaged)
    except OutputError as error:
        yield str(error)
        return
    yield from _check_ids(path, np.concatenate(marks) if marks else np.zeros(0, np.int64))
    yield from _check_counts(out, statuses, record)


def _summary(path: Path) -> Iterator[_Rows]:
    # So many rows that no part is cut.
    with open_parquet(path, ("index", "id", "status")) as source:
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


def _check_hours(out: Path, rows: _Rows, damaged: set[str]) -> Iterator[str]:
    """Whether the part of these rows holds the simulated ones of them, each once."""
    path = part_path(out, rows.position[0] // PART_SIZE)
    if path.relative_to(out).as_posix() in damaged:
        return
    wanted = [(index, name) for index, name, status in zip(*rows) if status == "ok"]
    try:
        with open_parquet(path, PART_KEYS) as source:
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


def _check_ids(path: Path, marks: NDArray[np.int64]) -> Iterator[str]:
    doubled = marks.size - np.unique(marks).size
    if doubled:
        yield f"{path}: {doubled} simulated buildings have the id of another one; expected every id once"


def _check_counts(out: Path, statuses: Counter[str], record: dict[str, Any]) -> Iterator[str]:
    try:
        expected = {status: int(record["counts"][status]) for status in ("ok", "not_heated", "error")}
    except (ValueError, KeyError, TypeError):
        yield f"{out / 'run.json'}: missing or damaged; expected the record of the run with its counts"
        return
    for status, count in expected.items():
        if count != statuses[status]:
            yield (f"{out / 'summary.parquet'}: {statuses[status]} buildings are {status}; expected {count} as in "
                   "run.json")
