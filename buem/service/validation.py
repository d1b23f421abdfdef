"""Every problem of each feature of a request; nothing is simulated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from buem.building import Building
from buem.building_check import check_building
from buem.errors import BuildingError, Problem
from buem.footprint import Footprint
from buem.io.geojson import derived, read_new_source
from buem.io.scan import feature_id
from buem.network import check_network
from buem.service.errors import kind_of_problem
from buem.service.run_options import RequestOptions


def validate_features(raws: Sequence[bytes], options: RequestOptions) -> dict[str, Any]:
    """What is wrong with each feature, as an answer says it.

    Parameters
    ----------
    raws : sequence of bytes
        The features, each as JSON.
    options : RequestOptions
        How they would be simulated.

    Returns
    -------
    dict
        `features`, `valid` and `invalid`, counted, and `results` in the order of the features: `index`, `id` and
        `status` of each, its `dialect` and `notes` when it is valid, its `problems` when it is not.
    """
    seen: dict[str, int] = {}
    sources = [_read(raw, index, options, seen) for index, raw in enumerate(raws)]
    made = derived(sources, options.reading, neighbours=False)
    results = [_result(index, raw, building, options) for index, (raw, building) in enumerate(zip(raws, made))]
    invalid = sum(one["status"] == "invalid" for one in results)
    return {"features": len(results), "valid": len(results) - invalid, "invalid": invalid, "results": results}


def _read(raw: bytes, index: int, options: RequestOptions, seen: dict[str, int]
          ) -> Building | Footprint | BuildingError:
    try:
        return read_new_source(raw, index, options.reading, seen)
    except BuildingError as error:
        return error


def _result(index: int, raw: bytes, building: Building | BuildingError, options: RequestOptions) -> dict[str, Any]:
    problems = _problems(index, building, options)
    if problems or isinstance(building, BuildingError):
        return {"index": index, "id": feature_id(raw), "status": "invalid",
                "problems": [_shown(one) for one in problems]}
    return {"index": index, "id": building.id, "status": "valid", "dialect": building.dialect,
            "notes": list(building.notes)}


def _problems(index: int, building: Building | BuildingError, options: RequestOptions) -> Sequence[Problem]:
    if isinstance(building, BuildingError):
        return building.problems
    if building.not_heated:
        return ()
    found = check_building(building) or (check_network(building) if options.model == "iso13790" else [])
    return [Problem(path=f"$.features[{index}].{one.path}", value=one.value, expected=one.expected, code=one.code)
            for one in found]


def _shown(found: Problem) -> dict[str, str]:
    return {"type": kind_of_problem(found.code).type, "code": found.code, "path": found.path, "value": found.value,
            "expected": found.expected, "message": str(found)}
