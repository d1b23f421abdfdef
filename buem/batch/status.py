"""How far the run in a folder is, from its journal and its report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from buem.batch.journal import read_journal
from buem.batch.lock import Owner, is_held, read_owner
from buem.batch.part import RETRY, SCRATCH
from buem.errors import OutputError


@dataclass(frozen=True, kw_only=True)
class RunStatus:
    """A run as its folder tells of it."""

    folder: Path
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
    status = "" if report is None else str(report.get("status"))
    if status == "done" and report is not None:
        try:
            counts = msgspec.convert(report.get("counts"), _Counts)
        except msgspec.ValidationError as error:
            raise OutputError(f"{folder / 'run.json'}: damaged ({error}); expected the counts of a run") from error
        return RunStatus(folder=folder, status=status, parts=counts.parts, buildings=counts.buildings,
                         failed=counts.error, owner=owner, retrying=(folder / RETRY / "retry.json").is_file())
    lines = {line.part: line for line in record.lines}.values()
    return RunStatus(folder=folder, status=status, parts=len(lines), buildings=sum(line.count for line in lines),
                     failed=sum(line.failed for line in lines), owner=owner)


class _Counts(msgspec.Struct):
    parts: int
    buildings: int
    error: int


def _report(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
