"""Features that a job brings along: one file a stage, cut by lengths, durable before the ledger knows of it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from buem.io.durable import durable
from buem.io.scan import feature_id

#: Names of folders and files that come from the ledger; anything else is no path of ours.
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


#: Units of a stage: how many operations each has, and what they are for.
Cut = Sequence[tuple[int, dict[str, Any]]]


def new_job_id() -> str:
    """An id for a job, which nobody can guess."""
    return f"job_{secrets.token_hex(8)}"


def job_folder(folder: Path, job_id: str) -> Path:
    """Where the files of a job lie.

    Raises
    ------
    ValueError
        When the id is none of ours.
    """
    if not _NAME.fullmatch(job_id):
        raise ValueError(job_id)
    return folder / "jobs" / job_id


def input_path(folder: Path, job_id: str, stage: int) -> Path:
    """The file of the features that an operation of a job brings along."""
    return job_folder(folder, job_id) / f"input-{stage}"


def write_features(path: Path, raws: Iterable[bytes], size: int, most: int) -> Cut:
    """Write features and cut them into units.

    Parameters
    ----------
    path : Path
        The file.
    raws : iterable of bytes
        Each feature as JSON.
    size : int
        Features of a unit.
    most : int
        More features than this are refused.

    Returns
    -------
    Cut
        Number of features of each unit, and `{start, lengths, ids}`; it lies beside the file, too.

    Raises
    ------
    OverflowError
        When there are too many.
    """
    cut: list[tuple[int, dict[str, Any]]] = []
    with durable(path) as temporary, temporary.open("wb") as file:
        start = 0
        lengths: list[int] = []
        ids: list[str] = []
        for number, raw in enumerate(raws):
            if number >= most:
                raise OverflowError(number)
            lengths.append(file.write(raw))
            ids.append(feature_id(raw) or f"#{number}")
            if len(lengths) == size:
                cut.append((size, {"start": start, "lengths": lengths, "ids": ids}))
                start, lengths, ids = file.tell(), [], []
        if lengths:
            cut.append((len(lengths), {"start": start, "lengths": lengths, "ids": ids}))
    with durable(_cut_path(path)) as temporary:
        temporary.write_bytes(msgspec.json.encode(cut))
    return cut


def _cut_path(path: Path) -> Path:
    return path.with_suffix(".cut")


def read_cut(path: Path) -> Cut:
    """What `write_features` gave."""
    return msgspec.json.decode(_cut_path(path).read_bytes(), type=list[tuple[int, dict[str, Any]]])


def read_features(path: Path, items: dict[str, Any]) -> Iterator[bytes]:
    """The features of a unit.

    Parameters
    ----------
    path : Path
        As for `write_features`.
    items : dict
        `start` and `lengths` of the unit.

    Yields
    ------
    bytes
    """
    with path.open("rb") as file:
        file.seek(items["start"])
        for length in items["lengths"]:
            yield file.read(length)
