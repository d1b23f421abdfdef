"""Jobs that a request makes: the job and the answer that tells of it are written together."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request
from sqlalchemy import Connection
from starlette.responses import Response

from buem.service.answers import json_answer
from buem.service.batch_request import BatchRequest
from buem.service.idempotency import settle
from buem.service.keys import check_operations
from buem.service.planning import Origin, create_job
from buem.service.requests import options_of, store_of
from buem.service.transitions import find
from buem.service.views import created_view

JOBS = "/api/v1/batch/jobs"


def create_answered(request: Request, batch: BatchRequest, now: datetime, origin: Origin) -> Response:
    """Make a job and answer 202 with where it stands.

    Parameters
    ----------
    request : Request
        Whose key must be allowed to ask for each operation.
    batch : BatchRequest
        What to do.
    now : datetime
        The time.
    origin : Origin
        Who asks.

    Returns
    -------
    Response
        Kept for the request's Idempotency-Key in the transaction that writes the job.

    Raises
    ------
    ApiError
        403 for an operation of a higher scope; as `create_job`.
    """
    check_operations(request, batch.operations)
    options = options_of(request)
    answers: list[Response] = []

    def answer(connection: Connection, job_id: str) -> None:
        view = created_view(connection, find(connection, job_id), now, options.workers)
        if batch.warnings:
            view["warnings"] = list(batch.warnings)
        made = json_answer({"data": view}, 202, {"Location": f"{JOBS}/{job_id}"})
        answers.append(settle(request, connection, made))

    create_job(store_of(request), options, batch, now, origin=origin, within=answer)
    return answers[0]
