"""The results of other jobs, for the operations that look at them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select

from buem.io.tables import SUMMARY_SCHEMA
from buem.service.downloads import files_of
from buem.service.errors import ApiError
from buem.service.ledger import Claim, Item
from buem.service.operations.context import Context
from buem.service.store import reading
from buem.service.tables import jobs


def only_item(claim: Claim, outcome: dict[str, Any]) -> Item:
    """The success of an operation that is done once."""
    return Item(index=claim.pending[0], resource_id=claim.items["ids"][0], outcome=outcome)


def lost_item(claim: Claim, error: ApiError) -> Item:
    """The failure of an operation that is done once."""
    kind = "not_found" if error.kind.status == 404 else "validation"
    return Item(index=claim.pending[0], resource_id=claim.items["ids"][0], error=kind, code=error.kind.code,
                message=error.message)


def paths_of(context: Context, job_id: str, kind: str) -> list[Path]:
    """The files of one kind of a job.

    Raises
    ------
    ApiError
        When there is no such job, or it has none.
    """
    with reading(context.store) as connection:
        known = connection.execute(select(jobs.c.id).where(jobs.c.id == job_id)).first()
        found = files_of(connection, context.service.folder, job_id, kind) if known is not None else []
    if not found:
        raise ApiError("not_found", f"Resource not found: {kind} of the job {job_id[:80]}")
    return found


def summary_of(context: Context, job_id: str) -> pa.Table:
    """The rows of all buildings that a job calculated.

    Raises
    ------
    ApiError
        As for `paths_of`.
    """
    return pa.concat_tables(pq.read_table(path, schema=SUMMARY_SCHEMA)
                            for path in paths_of(context, job_id, "summary"))


def hours_of(context: Context, job_id: str) -> Iterator[pa.Table]:
    """The hourly rows of a job, file by file.

    Raises
    ------
    ApiError
        As for `paths_of`.
    """
    for path in paths_of(context, job_id, "hourly"):
        yield pq.read_table(path)
