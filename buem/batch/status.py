"""How far the run in a folder is, from its journal and its report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from buem.batch.journal import JournalLine, read_journal
from buem.batch.lock import Owner, is_held, read_owner
from buem.batch.part import RETRY, RETRY_MARK, SCRATCH
from buem.batch.record import STATUSES
from buem.batch.remote import owner_of, read_objects
from buem.errors import OutputError, shorten
from buem.io.store import open_store


@dataclass(frozen=True, kw_only=True)
class RunStatus:
    """A run as its folder or its store tells of it."""

    folder: Path | str
    #: Of run.json: running, done, interrupted, stopped or failed; "" before it is there.
    status: str
    #: Parts and buildings that are durable, and those of them that failed.
    parts: int
    buildings: int
    failed: int
    #: Who is writing there now.
    owner: Owner | None
    #: Whether a retry has begun and is not in the files yet.
    retrying: bool = False
    #: Whether its journal is there, without which nobody can go on.
    journal: bool = True

    @property
    def finished(self) -> bool:
        """Whether the run is over and all its files are there."""
        return self.status == "done"

    def lines(self) -> Iterator[str]:
        """It in words."""
        counts = f"{self.buildings:,} buildings in {self.parts:,} parts, {self.failed:,} of them failed"
        if self.finished:
            yield f"{self.folder}: done, {counts}"
            if self.owner is not None:
                yield f"retrying the failed ones: {self.owner}"
            elif self.retrying:
                yield "a retry of the failed ones was cut off; the same `buem retry` goes on where it was"
            return
        yield f"{self.folder}: unfinished, {counts} so far"
        if self.owner is not None:
            yield f"running: {self.owner}"
        elif not self.journal:
            yield "not running, and its journal is gone; `buem run --overwrite` begins anew"
        else:
            yield "not running; the same `buem run` goes on where it was"


def read_status(folder: Path) -> RunStatus:
    """How far the run in a folder is.

    Parameters
    ----------
    folder : Path
        Of a run.

    Returns
    -------
    RunStatus

    Raises
    ------
    OutputError
        When there is no run.
    """
    if folder.is_file():
        raise OutputError(f"{folder}: is a file; expected a folder that `buem run` writes")
    scratch = folder / SCRATCH
    record = read_journal(scratch / "journal.jsonl")
    report, lock = _report(folder / "run.json"), scratch / "lock"
    owner = read_owner(lock) if is_held(lock) else None
    if record.identity is None and report is None:
        raise OutputError(f"{folder}: no run; expected a folder that `buem run` writes")
    found = _status(folder, report, record.lines, owner, retrying=(folder / RETRY / RETRY_MARK).is_file())
    return replace(found, journal=record.identity is not None)


def read_store_status(url: str) -> RunStatus:
    """How far the run in a store is.

    Parameters
    ----------
    url : str
        Of the store.

    Returns
    -------
    RunStatus

    Raises
    ------
    OutputError
        When there is no run, or the store cannot be read.
    """
    store = open_store(url)
    identity, lines = read_objects(store, store.sizes(SCRATCH))
    report, owner = _decoded(store.read("run.json")), owner_of(store)
    if identity is None and report is None:
        raise OutputError(f"{url}: no run; expected a store that `buem run` writes")
    # What a killed process of this machine left is nobody's.
    owner = None if owner is None or owner.is_gone else owner
    found = _status(url, report, lines, owner, retrying=store.has(f"{RETRY}/{RETRY_MARK}"))
    return replace(found, journal=identity is not None)


def _status(place: Path | str, report: dict[str, Any] | None, lines: Iterable[JournalLine], owner: Owner | None, *,
            retrying: bool = False) -> RunStatus:
    status = "" if report is None else str(report.get("status"))
    if report is not None and status not in STATUSES:
        raise OutputError(f"{place}/run.json: damaged (its status is {shorten(report.get('status'))}); expected one of "
                          f"{', '.join(STATUSES)}")
    if status == "done" and report is not None:
        try:
            counts = msgspec.convert(report.get("counts"), _Counts)
        except msgspec.ValidationError as error:
            raise OutputError(f"{place}/run.json: damaged ({error}); expected the counts of a run") from error
        return RunStatus(folder=place, status=status, parts=counts.parts, buildings=counts.buildings,
                         failed=counts.error, owner=owner, retrying=retrying)
    last = {line.part: line for line in lines}.values()
    return RunStatus(folder=place, status=status, parts=len(last), buildings=sum(line.count for line in last),
                     failed=sum(line.failed for line in last), owner=owner)


class _Counts(msgspec.Struct):
    parts: int
    buildings: int
    error: int


def _report(path: Path) -> dict[str, Any] | None:
    try:
        return _decoded(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError):
        return None
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _decoded(raw: bytes | None) -> dict[str, Any] | None:
    try:
        found = json.loads(raw or b"")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
