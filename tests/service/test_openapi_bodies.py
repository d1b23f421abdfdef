"""Schemas of bodies: each allows what the service takes."""

from __future__ import annotations

import jsonschema
import pytest

from buem.errors import OptionError
from buem.service.openapi_bodies import batch_create, run_options, schemas
from buem.service.operations.kinds import KINDS
from buem.service.options import ServiceOptions
from buem.service.run_options import NAMES, request_options

SCHEMAS = schemas()


def fits(schema: dict, value: object) -> bool:
    whole = {**schema, "components": {"schemas": SCHEMAS}}
    return jsonschema.Draft202012Validator(whole).is_valid(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


def test_every_type_of_operation_has_a_form():
    forms = SCHEMAS["BatchStrict"]["properties"]["operations"]["items"]["anyOf"]
    assert {form["properties"]["type"]["const"] for form in forms} == set(KINDS)
    for form in forms:
        kind = KINDS[form["properties"]["type"]["const"]]
        assert set(form["properties"]) == {"type", "resource", *kind.fields}


def test_every_option_has_a_schema():
    assert list(run_options(as_text=True)) == list(run_options(as_text=False)) == list(NAMES)


VALUES = ["iso52016", "iso13790", "fixed", 1, 60, 0, 61, 2.0, 1.5, "perez", True, "on", "maybe", "gross", "auto",
          "nl_x", "none", "NL", "", "austria", "AUSTRIA", "X1", "typical", "usual", -5, 10**30, 0.5, 1000, 1001, None,
          [], {}]


@pytest.mark.parametrize("name", [one for one in NAMES if one not in ("steps_per_hour", "weather")])
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_options_that_fit_are_taken(name, value):
    """A number may come as a text, too, and a name of a country in other letters."""
    taken = True
    try:
        request_options({name: value}, ServiceOptions())
    except OptionError:
        taken = False
    if fits(SCHEMAS["RunOptions"], {name: value}):
        assert taken
    elif taken:
        assert isinstance(value, str)


@pytest.mark.parametrize(("value", "expected"), [
    ({}, True), ({"a": 1, "b": "x", "c": True}, True), ({"a": {"in": [1, "x"]}}, True),
    ({"a": {"gte": 1, "lte": 2}}, True),
    ({"a": {}}, False), ({"a": {"gt": 1}}, False), ({"a": None}, False), ({"a": {"gte": True}}, False),
    ({"bbox": [5, 52, 6, 53]}, True), ({"bbox": [5, 52, 6]}, False), ({"bbox": [5, 52, 6, 53, 7]}, False),
    ({"bbox": [181, 52, 6, 53]}, False), (None, False)])
def test_filters(value, expected):
    assert fits(SCHEMAS["Filter"], value) is expected


@pytest.mark.parametrize(("value", "expected"), [
    ({"upload_id": "u"}, True), ({"input_file_url": "x", "format": "csv"}, True), ({}, False),
    ({"upload_id": "u", "input_file_url": "x"}, False), ({"upload_id": "u", "input_file_url": None}, True),
    ({"upload_id": 5}, False), ({"upload_id": "u", "atomic": True}, False)])
def test_a_file_of_buildings(value, expected):
    assert fits(batch_create(), value) is expected
