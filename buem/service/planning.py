"""Jobs as units: what an operation is for is found out, and cut."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, insert, select

from buem.errors import InputError
from buem.service.batch_request import BatchRequest
from buem.service.errors import ApiError, Detail, details_of
from buem.service.filters import matching, read_filter
from buem.service.inputs import Cut, input_path, new_job_id, read_cut, write_features
from buem.service.ledger import advance, insert_plan, insert_units
from buem.service.operations.kinds import KINDS
from buem.service.options import ServiceOptions
from buem.service.store import reading, transaction
from buem.service.tables import buildings, jobs, weather

#: Operations of a unit.
SMALLEST: Final = 20
LARGEST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who asked for a job."""

    #: Id of the key; None without keys.
    owner: str | None = None
    template_id: str | None = None
    schedule_id: str | None = None


def create_job(store: Engine, service: ServiceOptions, batch: BatchRequest, now: datetime, *,
               origin: Origin = Origin(), raws: Iterable[bytes] | None = None, deferred: bool = False,
               within: Callable[[Connection, str], None] | None = None) -> str:
    """Put a job into the ledger, its first operations cut into units.

    Parameters
    ----------
    store : Engine
        The store.
    service : ServiceOptions
        How the service runs.
    batch : BatchRequest
        What to do.
    now : datetime
        The time.
    origin : Origin
        Who asked.
    raws : iterable of bytes, optional
        Features of its only operation, instead of those of buildings that are kept.
    deferred : bool
        Leave the cutting to a worker.
    within : callable, optional
        Called with the connection and the job's id in the transaction that writes the job; what it raises undoes both.

    Returns
    -------
    str
        Id of the job.

    Raises
    ------
    ApiError
        When it has more operations than allowed, or its input cannot be read.
    """
    job_id = new_job_id()
    operations: list[dict[str, Any]] = []
    cuts: list[Cut] = []
    for stage, operation in enumerate(batch.operations):
        given = operation.pop("items", None) if "items" in operation else None
        brought = raws if stage == 0 and raws is not None else given
        if brought is not None:
            _cut_features(brought, job_id, stage, service)
            operation = {**operation, "brought": True}
        operations.append(operation)
    for stage, operation in enumerate([] if deferred else operations):
        # What an operation changes, the filters after it shall see.
        if any(KINDS[one["type"]].changes for one in operations[:stage]):
            break
        cuts.append(cut_stage(store, service, job_id, stage, operation))
    row = _row(job_id, batch, operations, now, origin)
    with transaction(store) as connection:
        _insert(connection, row, cuts, now)
        if within is not None:
            within(connection, job_id)
    return job_id


def _row(job_id: str, batch: BatchRequest, operations: list[dict[str, Any]], now: datetime, origin: Origin
         ) -> dict[str, Any]:
    return {
        "id": job_id, "type": batch.type, "description": batch.description, "state": "queued",
        "batch": {**batch.asked, "operations": operations}, "max_concurrent": batch.max_concurrent,
        "retry": batch.retry.to_json(), "mode": batch.mode, "on_error": batch.on_error,
        "operation_s": batch.operation_s, "job_s": batch.job_s, "not_before": batch.not_before,
        "window": batch.window, "notification": batch.notification, "template_id": origin.template_id,
        "schedule_id": origin.schedule_id, "owner": origin.owner, "created_at": now,
    }


def _insert(connection: Connection, row: dict[str, Any], cuts: Sequence[Cut], now: datetime) -> None:
    connection.execute(insert(jobs).values(**row))
    for stage, cut in enumerate(cuts):
        insert_units(connection, connection.execute(select(jobs).where(jobs.c.id == row["id"])).one(), stage, cut)
    job = connection.execute(select(jobs).where(jobs.c.id == row["id"])).one()
    if not cuts:
        insert_plan(connection, job, 0)
    else:
        advance(connection, row["id"], now)


def cut_stage(store: Engine, service: ServiceOptions, job_id: str, stage: int, operation: dict[str, Any]) -> Cut:
    """The units of an operation, as the store is now.

    Parameters
    ----------
    store : Engine
        The store.
    service : ServiceOptions
        How the service runs.
    job_id : str
        The job.
    stage : int
        Position of the operation in it.
    operation : dict
        As it is stored.

    Returns
    -------
    sequence of (int, dict)

    Raises
    ------
    ApiError
        When there are too many, or the input cannot be read.
    """
    if operation.get("brought"):
        return read_cut(input_path(service.folder, job_id, stage))
    if operation["type"] in ("create", "import"):
        return _cut_features(_source(store, service, operation), job_id, stage, service)
    if operation["type"] in ("update", "delete", "calculate", "validate"):
        with reading(store) as connection:
            chosen = read_filter(operation.get("filter"), "filter", [])
            table = weather if operation["resource"] == "weather" else buildings
            names = list(islice(matching(connection, chosen, table=table), service.max_job_items + 1))
        if len(names) > service.max_job_items:
            raise _too_many(service.max_job_items)
        size = unit_size(len(names), service.workers)
        parts = [names[start : start + size] for start in range(0, len(names), size)]
        return [(len(part), {"ids": part}) for part in parts]
    return [(1, {"ids": [resource_of(operation)]})]


def _source(store: Engine, service: ServiceOptions, operation: dict[str, Any]) -> Iterator[bytes]:
    """What the file of an operation holds: features, or the text of one weather."""
    if operation["resource"] == "weather":
        from buem.service.operations.weather import source_weather

        return source_weather(store, service, operation)
    from buem.service.operations.importing import source_features

    return source_features(store, service, operation)


def resource_of(operation: dict[str, Any]) -> str:
    """What an operation that is done once is for."""
    return str(operation.get("job_id") or operation.get("upload_id") or operation["resource"])


def unit_size(total: int, workers: int) -> int:
    """Operations of a unit: as many as let every worker have some, within 20 to 100."""
    return max(SMALLEST, min(LARGEST, total // (4 * max(1, workers))))


def _cut_features(features: Iterable[Any], job_id: str, stage: int, service: ServiceOptions) -> Cut:
    try:
        return write_features(input_path(service.folder, job_id, stage), _raws(features), LARGEST // 2,
                              service.max_job_items)
    except OverflowError:
        raise _too_many(service.max_job_items) from None
    except InputError as error:
        raise ApiError("invalid_batch", f"The input cannot be read: {error}", details_of(error.problems)) from None


def _raws(features: Iterable[Any]) -> Iterator[bytes]:
    for feature in features:
        if isinstance(feature, bytes):
            yield feature
            continue
        if isinstance(feature, dict) and feature.get("id") is None:
            feature = {**feature, "id": f"b_{secrets.token_hex(8)}"}
        yield msgspec.json.encode(feature)


def _too_many(most: int) -> ApiError:
    return ApiError("invalid_batch", f"The job has more than {most} operations",
                    [Detail("operations", "TOO_MANY", f"expected at most {most} operations (--max-job-items)")])
