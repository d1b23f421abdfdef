"""What the schemas of the API cannot say, operation by operation; schemathesis runs this as its hooks.

Schemathesis' own check that valid data is taken is on for every operation that does not stand here. For one that does,
the check below holds: valid data is taken, or refused for nothing but the reasons listed.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import schemathesis
from schemathesis import Case, CheckContext, Response

#: Answers that say nothing of the data: who asks, what is there.
_ACCEPTED = (401, 403, 404, 409)


class Beyond(NamedTuple):
    """A reason to refuse data that fits its schema."""

    #: Codes of details, or of items.
    codes: tuple[str, ...]
    #: Where it may stand: a regular expression.
    where: str
    reason: str


_EGRESS = Beyond(("INVALID_URL", "EGRESS_REFUSED"), r".*(webhook|url)", "which hosts may be called is a setting of the "
                 "server, and which URLs two readers could read differently is no pattern")
_FILTER = Beyond(("UNKNOWN_FIELD", "INVALID_FILTER"), r".*filter(\..*)?|bbox",
                 "a filter names properties that some building has; the south of a box is not above its north")
_WINDOW = Beyond(("INVALID_WINDOW",), r".*window\.end", "a window ends at another time than it starts")
_SOURCE = Beyond(("URL_REFUSED",), r".*input_file_url",
                 "files come from uploads and from hosts that the server is allowed to call")
_HOLES = Beyond(("UNKNOWN_PARAMETER", "HOLE_IN_NAME", "DUPLICATE"), r"template\..*",
                "a hole has the name of a parameter, of which each has a name of its own")
_TIMING = Beyond(("INVALID_TIMING",), r"schedule\.timing.*",
                 "a time is still to come, and some day fits a cron expression")
_PARAMETERS = Beyond(("UNKNOWN_PARAMETER", "MISSING_PARAMETER", "WRONG_TYPE", "NOT_IN_ENUM"), r".*parameters(\..*)?",
                     "parameters are those of the template that is named")
_ITEMS = Beyond(("conflict", "not_found", "validation_error"), "items?",
                "atomic: all items can be kept, changed or deleted, or none is")
_FEATURES = Beyond(("*",), "features", "422: none of the features is a building that can be simulated")
_PATCHED = Beyond(("*",), r"schedule\..*|operations.*", "what a merge patch makes depends on what is there")
_MADE = Beyond(("*",), r"operations.*|options.*", "a template may make a batch that cannot be run")
_WEATHER = Beyond(("INVALID_VALUE",), r"(.*options\.)?weather",
                  "weather is that of a bundled station, or one that is kept")
_BATCH = (_FILTER, _WINDOW, _EGRESS, _SOURCE, _WEATHER)

#: By operation.
BEYOND: dict[str, tuple[Beyond, ...]] = {
    **{f"POST /api/{name}": (_FEATURES, _WEATHER) for name in ("geojson", "process", "run")},
    "POST /api/validate": (_WEATHER,),
    **{f"{method} /api/v1/buildings/batch": (_ITEMS,) for method in ("POST", "PATCH", "DELETE")},
    "POST /api/v1/buildings/batch/delete": (_ITEMS,),
    "PUT /api/v1/buildings/{building_id}": (
        Beyond(("INVALID_VALUE",), "id", "the id is that of the path, or none"),
        Beyond(("VALIDATION_ERROR",), r"\$", "422: the feature is a building in one of the four dialects")),
    "PATCH /api/v1/buildings/{building_id}": (
        Beyond(("VALIDATION_ERROR",), r"\$", "422: after the patch it is a building still"),),
    "GET /api/v1/buildings": (
        _FILTER, Beyond(("INVALID_VALUE",), "cursor", "a cursor is one that a page gave")),
    "POST /api/v1/batch/jobs": _BATCH,
    "POST /api/v1/jobs/buildings/batch_create": (_SOURCE,),
    "PATCH /api/v1/uploads/{upload_id}": (
        Beyond(("BODY_TOO_LARGE",), "", "the file is not longer than was announced"),),
    "POST /api/v1/batch/templates": (_HOLES,),
    "PUT /api/v1/batch/templates/{template_id}": (_HOLES,),
    "PATCH /api/v1/batch/templates/{template_id}": (_HOLES,),
    "POST /api/v1/batch/templates/{template_id}/run": (_MADE, _PARAMETERS, *_BATCH),
    "POST /api/v1/batch/schedules": (_TIMING, _PARAMETERS, _MADE, *_BATCH),
    "PUT /api/v1/batch/schedules/{schedule_id}": (_TIMING, _PARAMETERS, _MADE, *_BATCH),
    "PATCH /api/v1/batch/schedules/{schedule_id}": (_PATCHED, _TIMING, _PARAMETERS, *_BATCH),
    "POST /api/v1/batch/webhooks": (_EGRESS,),
}
#: Answers 500 with EXECUTION_ERROR for a job that failed, as the document it follows does.
RESULTS = "GET /api/v1/batch/jobs/{job_id}/results"

#: A 404 of these may be about what their bodies name: a template, or a job of an operation.
NAMING_OTHERS = ("PUT /api/v1/batch/schedules/{schedule_id}", "PATCH /api/v1/batch/schedules/{schedule_id}",
                 "DELETE /api/v1/batch/jobs/{job_id}")


def settings(*, zero_bytes: bool) -> str:
    """The settings of schemathesis that belong to this module."""
    parts = ["request-timeout = 90", "[generation]", f"allow-x00 = {str(zero_bytes).lower()}"]
    off = {name: ["positive_data_acceptance"] for name in BEYOND}
    off[RESULTS] = ["not_a_server_error"]
    for name in NAMING_OTHERS:
        off.setdefault(name, []).append("ensure_resource_availability")
    for name, checks in off.items():
        parts += ["[[operations]]", f'include-name = "{name}"']
        parts += [f"checks.{check}.enabled = false" for check in checks]
    return "\n".join(parts)


def refusals(body: Any) -> list[tuple[str, str]]:
    """The codes of an answer, each with the place it is about."""
    if "error" in body:
        details = body["error"]["details"] or [{"code": body["error"]["code"], "field": ""}]
        return [(one.get("code", ""), one.get("field", "")) for one in details]
    if "errors" in body:
        return [(one["error"], "item") for one in body["errors"]]
    return [("features", "features") for one in body.get("features", []) if "error" in one["properties"]["buem"]]


@schemathesis.check
def valid_data_is_taken(ctx: CheckContext, response: Response, case: Case) -> bool | None:
    """Whether what the schemas allow is taken, or refused for what they cannot say."""
    beyond = BEYOND.get(case.operation.label)
    if beyond is None or case.meta is None or not case.meta.generation.mode.is_positive:
        return None
    if response.status_code < 300 or response.status_code in _ACCEPTED or case.meta.phase.name.value == "stateful":
        return None
    found = refusals(json.loads(response.content))
    wrong = [f"{code} at {field!r}" for code, field in found if not any(
        ("*" in one.codes or code in one.codes) and re.fullmatch(one.where, field, re.DOTALL) for one in beyond)]
    assert found, "refused without a reason"
    assert not wrong, f"refused for what its schema allows: {'; '.join(wrong[:5])}"
    return None


@schemathesis.check
def a_failed_job_alone_answers_500(ctx: CheckContext, response: Response, case: Case) -> bool | None:
    """Whether a server error of the results of a job is one of the job."""
    if case.operation.label == RESULTS and response.status_code >= 500:
        assert json.loads(response.content)["error"]["code"] == "EXECUTION_ERROR"
    return None
