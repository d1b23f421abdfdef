"""The description of what the page asks beside the batch API."""

from __future__ import annotations

from typing import Any, Final

from buem.service.map_data import COLUMNS, STATUSES
from buem.service.map_outlines import STEP

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_WHOLE: Final[Schema] = {"type": "integer"}
_MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _object(**fields: Schema) -> Schema:
    return {"type": "object", "required": list(fields), "properties": fields}


_RING: Final = _list(_WHOLE)
SCHEMAS: Final[dict[str, Schema]] = {
    "Map": _object(
        total={**_WHOLE, "description": "Buildings of the job"},
        origin={**_list({"type": "number"}), "description": "Longitude and latitude that steps count from"},
        step={"type": "number", "description": "Degrees of a step"},
        statuses=_list({"enum": list(STATUSES)}), index=_list(_WHOLE), id=_list(_TEXT), status=_list(_WHOLE),
        outlines={"type": "array", "description": "A point, polygons of rings of steps, or null", "items": {
            "anyOf": [_RING, _list(_list(_RING)), {"type": "null"}]}},
        columns=_object(**{name: _list({"type": ["number", "null"]}) for name in COLUMNS}),
        words=_object(use=_object(words=_list(_TEXT), values=_list(_WHOLE)))),
    "BuildingOfJob": _object(
        index=_WHOLE, id=_TEXT, status={"enum": list(STATUSES)}, summary={"type": "object"}, notes=_list(_TEXT),
        error=_MAYBE_TEXT, hours={"anyOf": [{"type": "null"}, _object(
            start_time=_TEXT, step_s=_WHOLE, hours=_WHOLE, series={
                "type": "object", "additionalProperties": _list({"type": ["integer", "null"]})})]}),
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
