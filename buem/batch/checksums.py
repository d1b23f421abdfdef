"""Checksums of the files of a finished run, in the form of sha256sum, and whether they still hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from buem.batch.journal import describe
from buem.batch.part import StoredFile
from buem.errors import OutputError
from buem.io.durable import RESULT_FILES, durable
from buem.io.parts import PART_KEYS, open_parquet

NAME: Final = "checksums.sha256"
#: Files that tell of times or are made later from the others.
_APART: Final = frozenset(("run.json", NAME, "plots/*.png", "long.parquet", "results.nc"))


def write_checksums(out: Path, finished: Mapping[int, tuple[StoredFile, ...]]) -> None:
    """Write the checksums of all results but run.json.

    Parameters
    ----------
    out : Path
        Folder of the results.
    finished : mapping
        Files of each part, whose checksums are known.
    """
    known = {stored.path: stored for files in finished.values() for stored in files}
    paths = sorted(path for pattern in RESULT_FILES if pattern not in _APART for path in out.glob(pattern))
    with durable(out / NAME) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as sink:
        for path in paths:
            name = path.relative_to(out).as_posix()
            stored = known.get(name) or describe(out, path)
            sink.write(f"{stored.sha256}  {name}\n")


def verify(out: Path) -> Iterator[str]:
    """What is wrong with a folder of results.

    Parameters
    ----------
    out : Path
        Folder of a run.

    Yields
    ------
    str
        A file that is missing or has changed, a count that does not fit; nothing when all is sound.

    Raises
    ------
    OutputError
        When the folder holds no finished run.
    """
    listed = _read(out)
    damaged = set()
    for name, digest in listed:
        path = out / name
        if not path.is_file():
            damaged.add(name)
            yield f"{path}: missing"
        elif describe(out, path).sha256 != digest:
            damaged.add(name)
            yield f"{path}: changed since it was written"
    names = {name for name, _ in listed}
    for path in sorted(out.glob("hourly/part-*.parquet")):
        if path.relative_to(out).as_posix() not in names:
            yield f"{path}: no file of this run"
    if "summary.parquet" not in damaged:
        yield from _check_counts(out, damaged)


def _read(out: Path) -> list[tuple[str, str]]:
    try:
        lines = (out / NAME).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise OutputError(f"{out}: no {NAME}; expected the folder of a run that is finished") from None
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"{out / NAME}: cannot be read: {error}") from error
    pairs = [line.split("  ", 1) for line in lines]
    if any(len(pair) != 2 or len(pair[0]) != 64 for pair in pairs):
        raise OutputError(f"{out / NAME}: damaged; expected lines of a checksum and a name")
    return [(name, digest) for digest, name in pairs]


def _check_counts(out: Path, damaged: set[str]) -> Iterator[str]:
    statuses: dict[str, int] = {}
    ids: set[str] = set()
    with open_parquet(out / "summary.parquet", ("id", "status")) as source:
        for batch in source.iter_batches(columns=["id", "status"]):
            for name, status in zip(batch["id"].to_pylist(), batch["status"].to_pylist()):
                statuses[status] = statuses.get(status, 0) + 1
                if status == "ok":
                    ids.add(name)
    counts = _counts(out)
    for status in ("ok", "not_heated", "error"):
        if counts is not None and counts.get(status, 0) != statuses.get(status, 0):
            yield (f"{out / 'summary.parquet'}: {statuses.get(status, 0)} buildings are {status}; expected "
                   f"{counts.get(status, 0)} as in run.json")
    paths = sorted(out.glob("hourly/part-*.parquet"))
    if paths and not any(name.startswith("hourly/") for name in damaged):
        yield from _check_hours(out, paths, ids)


def _counts(out: Path) -> dict[str, int] | None:
    try:
        counts: dict[str, int] = json.loads((out / "run.json").read_text(encoding="utf-8"))["counts"]
    except (OSError, ValueError, KeyError):
        return None
    return counts


def _check_hours(out: Path, paths: list[Path], ids: set[str]) -> Iterator[str]:
    lacking = set(ids)
    for path in paths:
        with open_parquet(path, PART_KEYS):
            lacking.difference_update(pq.read_table(path, columns=["id"])["id"].to_pylist())
    if lacking:
        yield f"{out / 'hourly'}: {len(lacking)} simulated buildings have no hours, such as {min(lacking)!r}"
