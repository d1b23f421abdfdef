"""What the page asks beside the batch API: the map of a job, one of its buildings, its progress as it comes."""

from __future__ import annotations

import gzip
from typing import Any, Final

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from buem.service.answers import json_answer, utc_now
from buem.service.live import Live
from buem.service.map_data import read_building, read_map
from buem.service.store import reading
from buem.service.transitions import find
from buem.service.views import job_view

#: An answer longer than this is sent packed to whoever takes it so. [B]
_WORTH_PACKING: Final = 50_000
_LARGEST_INDEX: Final = 2**31 - 1


def router() -> APIRouter:
    """The routes of this module."""
    made = APIRouter(prefix="/api/v1/batch/jobs", tags=["page"])
    live = Live()

    async def events(request: Request, job_id: str) -> Response:
        """`progress` whenever a figure of the job has changed, `end` when it has ended."""
        return await _events(live, request, job_id)

    made.add_api_route("/{job_id}/map", buildings, methods=["GET"], summary="Buildings of a job, for a map")
    made.add_api_route("/{job_id}/buildings/{index}", building, methods=["GET"],
                       summary="Figures, notes and hours of one building of a job")
    made.add_api_route("/{job_id}/events", events, methods=["GET"], summary="Progress of a job, as it comes",
                       responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
                       response_class=StreamingResponse)
    return made


def buildings(request: Request, job_id: str) -> Response:
    """Outlines in steps of 1e-7 degrees, and the figures of each building, side by side."""
    state = request.app.state
    body = read_map(state.store, state.options, job_id)
    headers = {"Vary": "Accept-Encoding"}
    if len(body) > _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, 1, mtime=0), "gzip"
    return Response(body, 200, headers, "application/json")


def building(request: Request, job_id: str, index: int = Path(ge=0, le=_LARGEST_INDEX)) -> Response:
    """The row of the summary, the notes, the reason of a failure, and the loads of each hour to the watt."""
    state = request.app.state
    return json_answer({"data": read_building(state.store, state.options, job_id, index)})


async def _events(live: Live, request: Request, job_id: str) -> Response:
    state = request.app.state

    def read(name: str) -> dict[str, Any]:
        with reading(state.store) as connection:
            job = find(connection, name)
            view = job_view(connection, job, utc_now(), state.options.workers)
        # Every time another clock: what is sent shall change only when the job does.
        return {name: value for name, value in view.items() if name not in ("errors", "estimated_completion")}

    live.check_room()
    await run_in_threadpool(read, job_id)
    stream = live.events(job_id, read, lambda: bool(getattr(state, "stopping", False)))
    return StreamingResponse(stream, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
                             media_type="text/event-stream")
