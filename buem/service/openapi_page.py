"""The description of what the page asks beside the batch API."""

from __future__ import annotations

from typing import Any, Final

from buem.service.map_data import COLUMNS, STATUSES
from buem.service.map_outlines import STEP
from buem.service.openapi_schema import MAYBE_TEXT, TEXT, WHOLE, Schema, listed


def _object(**fields: Schema) -> Schema:
    return {"type": "object", "required": list(fields), "properties": fields}


_RING: Final = listed(WHOLE)
SCHEMAS: Final[dict[str, Schema]] = {
    "Map": _object(
        total={**WHOLE, "description": "Buildings of the job"},
        origin={**listed({"type": "number"}), "description": "Longitude and latitude that steps count from"},
        step={"type": "number", "description": "Degrees of a step"},
        statuses=listed({"enum": list(STATUSES)}), index=listed(WHOLE), id=listed(TEXT), status=listed(WHOLE),
        outlines={"type": "array", "description": "A point, polygons of rings of steps, or null", "items": {
            "anyOf": [_RING, listed(listed(_RING)), {"type": "null"}]}},
        columns=_object(**{name: listed({"type": ["number", "null"]}) for name in COLUMNS}),
        words=_object(use=_object(words=listed(TEXT), values=listed(WHOLE)))),
    "BuildingOfJob": _object(
        index=WHOLE, id=TEXT, status={"enum": list(STATUSES)}, summary={"type": "object"}, notes=listed(TEXT),
        error=MAYBE_TEXT, hours={"anyOf": [{"type": "null"}, _object(
            start_time=TEXT, step_s=WHOLE, hours=WHOLE, series={
                "type": "object", "additionalProperties": listed({"type": ["integer", "null"]})})]}),
}

#: Method and path -> schema and example of the answer.
ANSWERS: Final[dict[str, tuple[Schema, Any]]] = {
    "GET /api/v1/batch/jobs/{job_id}/map": (_object(data={"$ref": "#/components/schemas/Map"}), {"data": {
        "total": 1, "origin": [3.0, 46.0], "step": STEP, "statuses": list(STATUSES), "index": [0], "id": ["hall"],
        "status": [0], "outlines": [[[[0, 0, 10000, 0, 0, 7000, -10000, 0]]]],
        "columns": {**{name: [None] for name in COLUMNS}, "heating_kwh_m2": [111.4], "height_m": [9]},
        "words": {"use": {"words": ["office"], "values": [0]}}}}),
    "GET /api/v1/batch/jobs/{job_id}/buildings/{index}": (
        _object(data={"$ref": "#/components/schemas/BuildingOfJob"}), {"data": {
            "index": 4, "id": "B5", "status": "error", "summary": {}, "notes": [], "hours": None,
            "error": "$.features[4].properties.height_m: -3.0; expected 0 to 1000 m"}}),
}
