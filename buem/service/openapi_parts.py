"""Bodies, answers and queries of the routes, with examples."""

from __future__ import annotations

from typing import Any, Final

from buem.service.openapi_bodies import DIGEST, batch_create, run_options
from buem.service.openapi_schema import (
    ANY,
    CURSOR,
    LIMIT,
    TEXT,
    WHOLE,
    Schema,
    either,
    listed,
    opened,
    query,
    ref,
    strict,
)
from buem.service.run_options import NAMES


def _or_null(kind: str) -> Schema:
    return {"type": [kind, "null"]}


_STATE: Final[Schema] = {"enum": ["queued", "running", "paused", "completed", "failed", "cancelled"]}

_WALL: Final = {"id": "Wall_1", "type": "wall", "area": 80.0, "azimuth": 180.0, "tilt": 90.0, "U": 1.5}
FEATURE: Final[dict[str, Any]] = {
    "type": "Feature", "id": "Building_01", "geometry": {"type": "Point", "coordinates": [5.0, 52.0]},
    "properties": {"status": "active", "buem": {"building": {"A_ref": 100.0, "envelope": {"elements": [_WALL]}}}}}
_COLLECTION: Final = {"type": "FeatureCollection", "features": [FEATURE]}
_JOB: Final = "job_0123456789abcdef"
_BATCH: Final = {"batch": {
    "type": "field_update", "description": "Heating of all active buildings",
    "operations": [{"type": "calculate", "resource": "buildings", "filter": {"status": "active"}}],
    "options": {"parallel": True, "max_concurrent": 5, "retry": {"attempts": 3, "backoff": "exponential"},
                "validation": {"mode": "lenient", "on_error": "skip"}}}}

SCHEMAS: Final[dict[str, Schema]] = {
    "Error": opened(("error",), error=opened(
        ("code", "message", "details"), code=TEXT, message=TEXT, details=listed(opened()), request_id=TEXT)),
    "Feature": opened(("type",), type={"const": "Feature"}, id={"type": ["string", "number", "null"]}, geometry=ANY,
                       properties=_or_null("object")),
    "Items": opened(("data", "errors"), data=listed({"anyOf": [ref("Feature"), {"type": "null"}]}),
                     errors=listed(ref("ItemError"))),
    "Deleted": opened(("deleted", "errors"), deleted=WHOLE, errors=listed(ref("ItemError"))),
    "ItemError": opened(("index", "error", "message", "item"), index=WHOLE, error=TEXT, message=TEXT, item=ANY),
    "Progress": opened(("total_operations", "completed", "failed", "percentage"), total_operations=WHOLE,
                        completed=WHOLE, failed=WHOLE, percentage=WHOLE, current_operation=_or_null("object")),
    "Created": opened(("data",), data=opened(
        ("job_id", "status", "created_at", "progress"), job_id=TEXT, status=_STATE, created_at=TEXT,
        estimated_completion=_or_null("string"), progress=ref("Progress"), warnings=listed(TEXT))),
    "Job": opened(("data",), data=opened(
        ("job_id", "status", "created_at", "progress", "statistics", "errors"), job_id=TEXT, type=TEXT,
        description=TEXT, status=_STATE, created_at=TEXT, started_at=_or_null("string"),
        completed_at=_or_null("string"), estimated_completion=_or_null("string"), progress=ref("Progress"),
        statistics=opened(), errors=listed(opened()))),
    "Upload": opened(("data",), data=opened(
        ("upload_id", "name", "status", "received"), upload_id=TEXT, name=TEXT, status={"enum": ["open", "complete"]},
        size=_or_null("integer"), received=WHOLE, sha256=_or_null("string"), created_at=TEXT, updated_at=TEXT)),
    "CollectionJob": opened(("job_id", "status", "progress"), job_id=TEXT, progress=WHOLE,
                             status={"enum": ["processing", "completed", "failed"]}, results=opened()),
}

#: What is wrong with an item or a feature, its own error says; the others are taken all the same.
_ITEM: Final = either(ref("Feature"), ANY)
_ATOMIC: Final[Schema] = {"type": "boolean"}
_COLLECTED: Final = either(
    opened(("type", "features"), type={"const": "FeatureCollection"}, features={**listed(_ITEM), "minItems": 1}),
    opened(("type",), type={"const": "Feature"}))
_GONE: Final = either(strict(("ids",), ids={**listed(ANY), "maxItems": 1000}, atomic=_ATOMIC),
                      strict(("items",), items={**listed(ANY), "maxItems": 1000}, atomic=_ATOMIC))
_HUNDRED: Final[Schema] = {**listed(_ITEM), "maxItems": 100}

#: Method and path -> media type, schema and example of the body.
BODIES: Final[dict[str, tuple[str, Schema, Any]]] = {
    **{f"POST /api/{name}": ("application/json", _COLLECTED, _COLLECTION)
       for name in ("geojson", "process", "run", "validate")},
    "POST /api/v1/batch/jobs": ("application/json", ref("Batch"), _BATCH),
    "POST /api/v1/buildings/batch": ("application/json", strict(("items",), items=_HUNDRED, atomic=_ATOMIC),
                                     {"items": [FEATURE]}),
    "PATCH /api/v1/buildings/batch": (
        "application/json", strict(("items",), items={**listed(either(opened(("id",), id=TEXT), ANY)),
                                                      "maxItems": 100}, atomic=_ATOMIC),
        {"items": [{"id": "Building_01", "status": "inactive"}]}),
    "DELETE /api/v1/buildings/batch": ("application/json", _GONE, {"ids": ["Building_01"]}),
    "POST /api/v1/buildings/batch/delete": ("application/json", _GONE, {"items": [{"id": "Building_01"}]}),
    "PUT /api/v1/buildings/{building_id}": ("application/json", ref("Feature"), FEATURE),
    "PATCH /api/v1/buildings/{building_id}": ("application/json", opened(), {"status": "inactive"}),
    "POST /api/v1/uploads": (
        "application/json", strict(name={"type": "string", "minLength": 1, "maxLength": 255},
                                   size={"type": ["integer", "null"], "minimum": 0, "maximum": 20_000_000_000},
                                   sha256=either(DIGEST, {"type": "null"})), {"name": "city.geojson"}),
    "PATCH /api/v1/uploads/{upload_id}": ("application/octet-stream", {"type": "string", "format": "binary"}, ""),
    "POST /api/v1/uploads/{upload_id}/complete": ("application/json", strict(sha256=either(DIGEST, {"type": "null"})),
                                                  {}),
    "POST /api/v1/jobs/buildings/batch_create": ("application/json", batch_create(),
                                                 {"input_file_url": "/api/v1/uploads/upl_0123456789abcdef"}),
}

#: Requests that may come without a body.
BODILESS: Final = ("PATCH /api/v1/uploads/{upload_id}", "POST /api/v1/uploads/{upload_id}/complete")

_COUNTS: Final = {"total_operations": 40, "completed": 0, "failed": 0, "percentage": 0}
_CREATED: Final = {"data": {"job_id": _JOB, "status": "queued", "created_at": "2025-01-19T00:52:03Z",
                            "estimated_completion": "2025-01-19T00:52:05Z", "progress": _COUNTS}}

#: Method and path -> schema and example of the answer.
ANSWERS: Final[dict[str, tuple[Schema, Any]]] = {
    "GET /api/health": (opened(("status",), status=TEXT, version=TEXT, checks=opened()), {
        "status": "healthy", "version": "0.1.0", "checks": {"database": "ok"}}),
    **{f"POST /api/{name}": (opened(("type", "features"), type={"const": "FeatureCollection"},
                                     features=listed(ref("Feature")), metadata=opened()), None)
       for name in ("geojson", "process", "run")},
    "POST /api/validate": (opened(
        ("features", "valid", "invalid", "results"), features=WHOLE, valid=WHOLE, invalid=WHOLE,
        results=listed(opened(("index", "id", "status"), index=WHOLE, id=_or_null("string"),
                              status={"enum": ["valid", "invalid"]}, dialect=TEXT, notes=listed(TEXT),
                              problems=listed(opened())))), None),
    "POST /api/v1/batch/jobs": (ref("Created"), _CREATED),
    "GET /api/v1/batch/jobs": (opened(("data",), data=opened(("jobs",), jobs=listed(opened()))), None),
    "GET /api/v1/batch/jobs/{job_id}": (ref("Job"), None),
    **{f"POST /api/v1/batch/jobs/{{job_id}}/{action}": (ref("Job"), None)
       for action in ("pause", "resume", "cancel", "retry")},
    "POST /api/v1/buildings/batch": (ref("Items"), {"data": [FEATURE], "errors": []}),
    "PATCH /api/v1/buildings/batch": (ref("Items"), {"data": [FEATURE], "errors": []}),
    "DELETE /api/v1/buildings/batch": (ref("Deleted"), {"deleted": 1, "errors": []}),
    "POST /api/v1/buildings/batch/delete": (ref("Deleted"), {"deleted": 1, "errors": []}),
    "GET /api/v1/buildings": (opened(("data", "next_cursor"), data=listed(ref("Feature")),
                                      next_cursor=_or_null("string")), {"data": [FEATURE], "next_cursor": None}),
    **{f"{method} /api/v1/buildings/{{building_id}}": (opened(("data",), data=ref("Feature")), {"data": FEATURE})
       for method in ("GET", "PUT", "PATCH")},
    "DELETE /api/v1/buildings/{building_id}": (ref("Deleted"), {"deleted": 1, "errors": []}),
    **{name: (ref("Upload"), None) for name in (
        "POST /api/v1/uploads", "GET /api/v1/uploads/{upload_id}", "PATCH /api/v1/uploads/{upload_id}",
        "POST /api/v1/uploads/{upload_id}/complete")},
    "POST /api/v1/jobs/buildings/batch_create": (ref("CollectionJob"), {
        "job_id": _JOB, "status": "processing", "progress": 0}),
    "GET /api/v1/jobs/{job_id}": (ref("CollectionJob"), None),
}


_AFTER: Final = query("cursor", {"type": "integer", "minimum": -1, "maximum": 2**31 - 1},
                       "next_cursor of the page before")
_DEGREES: Final = r"-?[0-9]{1,3}(\.[0-9]{1,9})?"

#: Method and path -> what may stand in the query.
QUERIES: Final[dict[str, list[dict[str, Any]]]] = {
    "GET /api/v1/batch/jobs": [query("status", _STATE, "State of the jobs"), query("type", TEXT, "Label"), LIMIT,
                               CURSOR],
    "GET /api/v1/batch/jobs/{job_id}/results": [
        query("format", {"enum": ["json", "geojson", "csv", "parquet", "ndjson"]}, "One file of all results"),
        LIMIT, _AFTER],
    "GET /api/v1/batch/jobs/{job_id}/errors": [LIMIT, _AFTER],
    "GET /api/v1/buildings": [
        query("bbox", {"type": "string", "pattern": f"^{_DEGREES},{_DEGREES},{_DEGREES},{_DEGREES}$"},
               "west,south,east,north"),
        {"name": "filter", "in": "query", "required": False, "description": "As in an operation",
         "content": {"application/json": {"schema": ref("Filter")}}},
        LIMIT, query("cursor", {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}, "next_cursor of the page before")],
}


def run_queries() -> dict[str, list[dict[str, Any]]]:
    """What may stand in the query of a request for a simulation: the options of a run, by method and path."""
    kinds = run_options(as_text=True)
    options = [query(name, kinds[name], "As the option of `buem run`") for name in NAMES]
    beside = [query("include_timeseries", {"type": "boolean"}, "Whether the hours come back, too"),
              query("description", TEXT, "Of the job, where it becomes one")]
    return {"POST /api/validate": options,
            **{f"POST /api/{name}": [*beside, *options] for name in ("geojson", "process", "run")}}
