"""The published schema of requests says what the reader does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from request_samples import (
    SHARED_PLACE,
    child_feature,
    collection,
    envelope_buem,
    feature,
    full_envelope,
    own_samples,
    quantity,
    wall,
    window,
)

from buem.errors import BuildingError
from buem.io.dialects import read_feature
from buem.io.elements import ENVELOPE_FIELDS
from buem.io.thermal import THERMAL_FIELDS

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / SHARED_PLACE / "data" / "buem_requests"
SCHEMA = json.loads((ROOT / "docs" / "schema" / "buem-request.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA)


def test_our_samples_are_valid(validator: jsonschema.Draft202012Validator) -> None:
    for sample in own_samples():
        refused = sample["features"][0]["id"] == "first" and "U" not in json.dumps(sample)
        assert validator.is_valid(sample) is not refused
    assert validator.is_valid(full_envelope())


@pytest.mark.skipif(not SHARED.exists(), reason=f"needs {SHARED_PLACE}/data/buem_requests")
def test_the_samples_of_buem_are_valid_but_v1_which_has_no_u(validator: jsonschema.Draft202012Validator) -> None:
    names = sorted(p for p in SHARED.glob("v*.json") if "schema" not in p.name and "response" not in p.name)
    assert len(names) == 9
    for path in names:
        assert validator.is_valid(json.loads(path.read_bytes())) is not path.name.startswith("v1"), path.name


#: Accepted by the reader, so by the schema.
ACCEPTED: list[dict[str, Any]] = [
    feature(envelope_buem(wall(), window())),
    feature(envelope_buem(wall(boundary="adiabatic"), absorptance=None)) | {"id": 5},
    feature(envelope_buem(wall(U=quantity(0.2, "BTU/(h.ft2.F)"), azimuth=-90), T_set_heating=[20] * 24)),
    feature(envelope_buem(wall(), phi_int={"weekday": 3, "weekend": [4] * 24})),
    feature(envelope_buem(wall(), thermal_bridge=quantity(0.1, "W/(m2K)"))),
    feature(envelope_buem(wall(), window(azimuth=None, tilt=None), heat_recovery=quantity(80, "%"))),
    child_feature(1.0),
]

#: Refused by the reader and by the schema.
REFUSED: list[dict[str, Any]] = [
    feature(envelope_buem(wall(U=-1))),
    feature(envelope_buem(wall(U="1"))),
    feature(envelope_buem(wall(U=None))),
    feature(envelope_buem(wall(area=0))),
    feature(envelope_buem(wall(tilt=None))),
    feature(envelope_buem(wall(type="chimney"))),
    feature(envelope_buem(wall(layers=[]))),
    feature(envelope_buem(wall(boundary=5))),
    feature(envelope_buem(wall(), window(azimuth=None, parent_id=None))),
    feature(envelope_buem(wall(), thermal_class="feathery")),
    feature(envelope_buem(wall(), T_set_heating=[20] * 23)),
    feature(envelope_buem(wall(), night_ventilation={"air_changes": 1})),
    feature({"building": {"A_ref": 1}}),
    feature({}),
    {**feature(envelope_buem(wall())), "geometry": {"type": "Point", "coordinates": [200, 0]}},
    {**feature(envelope_buem(wall())), "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}},
    feature(envelope_buem(wall()), start_time="2018-01-01"),
    feature(envelope_buem(wall()), ""),
    child_feature(None),
]


@pytest.mark.parametrize("number", range(len(ACCEPTED)))
def test_accepted(number: int, validator: jsonschema.Draft202012Validator) -> None:
    read_feature(ACCEPTED[number], 0)
    validator.validate(ACCEPTED[number])
    validator.validate(collection(ACCEPTED[number]))


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_refused(number: int, validator: jsonschema.Draft202012Validator) -> None:
    with pytest.raises(BuildingError):
        read_feature(REFUSED[number], 0)
    assert not validator.is_valid(REFUSED[number])


def test_the_schema_names_every_field_that_is_read() -> None:
    definitions = SCHEMA["$defs"]
    assert set(definitions["thermal"]["properties"]) == set(THERMAL_FIELDS)
    assert set(definitions["element"]["properties"]) == set(ENVELOPE_FIELDS)
