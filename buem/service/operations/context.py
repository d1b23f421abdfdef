"""What every operation is given, and what several need."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from buem.building import Building
from buem.footprint import Footprint
from buem.io.durable import durable
from buem.service.collection import get_features
from buem.service.errors import KINDS
from buem.service.inputs import input_path, job_folder, read_features
from buem.service.ledger import Claim, Item, ResultFile
from buem.service.options import ServiceOptions
from buem.service.store import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where an operation runs."""

    store: Engine
    service: ServiceOptions


class Brought(NamedTuple):
    """One building that an operation is for."""

    #: Of the operation in the job.
    index: int  # type: ignore[assignment]
    id: str
    #: Its feature; None when there is no such building.
    raw: bytes | None


def brought(context: Context, claim: Claim) -> list[Brought]:
    """The buildings of a unit that are still to do.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    list of Brought
        In the order of their indices.
    """
    names = claim.items["ids"]
    chosen = set(claim.pending)
    if "lengths" in claim.items:
        path = input_path(context.service.folder, claim.job_id, claim.stage)
        raws = list(read_features(path, claim.items))
        found = [Brought(claim.first + at, names[at], raw) for at, raw in enumerate(raws)]
    else:
        with reading(context.store) as connection:
            kept = get_features(connection, names)
        found = [Brought(claim.first + at, name, kept.get(name)) for at, name in enumerate(names)]
    return [one for one in found if one.index in chosen]


def chosen(claim: Claim) -> list[Brought]:
    """The names of a unit that are still to do, without what is kept under them."""
    names = claim.items["ids"]
    return [Brought(index, names[index - claim.first], None) for index in claim.pending]


def missing(one: Brought) -> Item:
    """The error of a building, or of weather, that is not there."""
    return failed(one, "not_found", f"Resource not found: {one.id}")


def invalid(one: Brought, message: str) -> Item:
    """The error of one that is wrong in itself."""
    return failed(one, "validation", message)


def failed(one: Brought, kind: str, message: str) -> Item:
    """An error.

    Parameters
    ----------
    one : Brought
        What it befalls.
    kind : str
        Of `errors.KINDS`.
    message : str
        What is wrong.

    Returns
    -------
    Item
    """
    return Item(index=one.index, resource_id=plain(one.id), error=kind, code=KINDS[kind].code, message=plain(message))


def plain(text: str) -> str:
    """A text that any database takes."""
    return text.replace("\0", "\ufffd")


def guesses(source: Building | Footprint) -> list[str]:
    """What had to be guessed or was passed over, for the strict mode.

    Parameters
    ----------
    source : Building or Footprint
        As it was read.

    Returns
    -------
    list of str
        Notes on defaults and on fields without effect; an outline is guessed as a whole.
    """
    if isinstance(source, Footprint):
        return ["an outline, whose walls and windows are guessed"]
    return [note for note in source.notes
            if note.startswith(("default: ", "no effect: ")) or "not given" in note or ": no effect" in note]


def runs_of(found: Iterable[Brought]) -> Iterator[list[Brought]]:
    """Buildings in stretches whose indices follow one another."""
    stretch: list[Brought] = []
    for one in found:
        if stretch and one.index != stretch[-1].index + 1:
            yield stretch
            stretch = []
        stretch.append(one)
    if stretch:
        yield stretch


def result_path(context: Context, claim: Claim, name: str) -> Path:
    """Where a claim writes a file; another claim of the same unit writes another one."""
    return job_folder(context.service.folder, claim.job_id) / f"{claim.number:06d}-{claim.attempt}-{name}"


def result_file(context: Context, claim: Claim, kind: str, path: Path, rows: int, first: int | None = None
                ) -> ResultFile:
    """The record of a file that is durable."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ResultFile(kind=kind, path=path.relative_to(context.service.folder).as_posix(), size=path.stat().st_size,
                      sha256=digest, first=claim.first if first is None else first, rows=rows)


def write_lines(path: Path, lines: Sequence[bytes]) -> None:
    """Write lines durably."""
    with durable(path) as temporary, temporary.open("wb") as file:
        file.writelines(line + b"\n" for line in lines)
