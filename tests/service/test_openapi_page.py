"""The description of the page's own requests: it is in the document, and its examples and real answers fit it."""

from __future__ import annotations

import json

import jsonschema
import pytest

from benchmarks._town import made_up_job, town
from buem.service.app import create_app
from buem.service.map_data import read_building, read_map
from buem.service.openapi import describe
from buem.service.openapi_page import ANSWERS, SCHEMAS


def fits(value, schema):
    jsonschema.validate(value, {**schema, "components": {"schemas": SCHEMAS}})


@pytest.mark.parametrize("name", ANSWERS)
def test_examples_fit(name):
    schema, example = ANSWERS[name]
    fits(example, schema)


@pytest.mark.parametrize("name", ANSWERS)
def test_they_are_in_the_document(options, sqlite_store, name):
    method, path = name.split(" ")
    found = describe(create_app(options, sqlite_store))["paths"][path][method.lower()]
    assert found["responses"]["200"]["content"]["application/json"]["schema"] == ANSWERS[name][0]
    assert found["x-rate-limit"] == "other"


def test_real_answers_fit(options, sqlite_store):
    job_id = made_up_job(sqlite_store, options, town(500))
    fits(json.loads(read_map(sqlite_store, options, job_id)), ANSWERS["GET /api/v1/batch/jobs/{job_id}/map"][0])
    for index in (0, 499):
        fits({"data": read_building(sqlite_store, options, job_id, index)},
             ANSWERS["GET /api/v1/batch/jobs/{job_id}/buildings/{index}"][0])


def test_a_map_without_its_outlines_does_not_fit():
    schema, example = ANSWERS["GET /api/v1/batch/jobs/{job_id}/map"]
    wrong = {"data": {name: value for name, value in example["data"].items() if name != "outlines"}}
    with pytest.raises(jsonschema.ValidationError, match="'outlines' is a required property"):
        fits(wrong, schema)
