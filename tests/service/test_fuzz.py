"""schemathesis over every operation of the description, links between them included: no findings.

All its checks are on. That valid data is taken is its own check for every operation but those of `beyond.BEYOND`,
where ours stands in its place: valid data is taken, or refused for nothing but what is listed there. That run makes up
no zero bytes, which no schema of a free text excludes; the other one does. Two runs of 12 seconds in the suite, by one
seed; `BUEM_SCHEMATHESIS=1` is the long form.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from beyond import BEYOND, RESULTS, refusals, settings
from conftest import collection, envelope

from buem.service.app import create_app
from buem.service.openapi import describe

WHOLE = os.environ.get("BUEM_SCHEMATHESIS") == "1"
SECONDS, EXAMPLES, SEEDS = (300, 200, ("1", "2", "3")) if WHOLE else (12, 6, ("1",))
#: By what a run is for.
RUNS = {
    "everything": ["--phases", "examples,coverage,fuzzing,stateful", "--exclude-checks",
                   "positive_data_acceptance,valid_data_is_taken"],
    "valid data": ["--phases", "examples,coverage,fuzzing"],
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("run", RUNS)
def test_schemathesis_finds_nothing(serve, tmp_path, run, seed):
    command = shutil.which("st", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if command is None:
        pytest.skip("schemathesis is not installed")
    server = serve("--workers", "1")
    assert server.client.post("/api/geojson", content=collection([envelope(1)])).status_code == 200
    config = tmp_path / "schemathesis.toml"
    config.write_text(settings(zero_bytes=run == "everything"))
    words = [command, "--config-file", str(config), "run", f"{server.url}/api/openapi.json", *RUNS[run],
             "--max-examples", str(EXAMPLES), "--max-time", str(SECONDS), "--seed", seed, "--continue-on-failure",
             "--no-color", "--generation-database", "none"]
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=SECONDS * 3 + 120,
                          env={**os.environ, "PYTHONPATH": paths, "SCHEMATHESIS_HOOKS": "beyond"})
    assert done.returncode == 0, done.stdout.partition("= FAILURES")[2][:8000] + done.stderr[-2000:]
    assert ("Stateful (in" in done.stdout) == (run == "everything")
    assert "Traceback" not in (server.folder / "server.log").read_text()


@pytest.fixture
def document(options, sqlite_store) -> dict[str, Any]:
    return describe(create_app(options, sqlite_store))


def test_what_is_listed_are_operations(document):
    """No entry for an operation that is gone, and none without a reason."""
    there = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    assert {*BEYOND, RESULTS} <= there
    assert all(one.reason and one.codes for entries in BEYOND.values() for one in entries)
    # Most operations need no entry.
    assert len(BEYOND) <= len(there) / 2.5


HOUSE = envelope(1)
#: Valid by its schema, refused with this code at this place: what a schema cannot say is really so.
PROOFS = [
    ("POST /api/geojson", {"type": "FeatureCollection", "features": [{"id": "x"}]}, "features", "features"),
    ("PUT /api/v1/buildings/{building_id}", HOUSE, "INVALID_VALUE", "id"),
    ("PUT /api/v1/buildings/{building_id}", {"type": "Feature"}, "VALIDATION_ERROR", "$"),
    ("PATCH /api/v1/buildings/{building_id}", {"geometry": None}, "VALIDATION_ERROR", "$"),
    ("POST /api/v1/buildings/batch", {"items": [5], "atomic": True}, "validation_error", "item"),
    ("POST /api/v1/buildings/batch/delete", {"ids": ["gone"], "atomic": True}, "not_found", "item"),
    ("POST /api/v1/batch/jobs", {"batch": {"operations": [{"type": "delete", "filter": {"no such": 1}}]}},
     "UNKNOWN_FIELD", "operations[0].filter.no such"),
    ("POST /api/v1/batch/jobs", {"batch": {"operations": [{"type": "validate", "filter": {"bbox": [5, 53, 6, 52]}}]}},
     "INVALID_FILTER", "operations[0].filter.bbox"),
    ("POST /api/v1/batch/jobs", {"batch": {"operations": [{"type": "optimize"}], "options": {
        "window": {"start": "22:00", "end": "22:00"}}}}, "INVALID_WINDOW", "options.window.end"),
    ("POST /api/v1/jobs/buildings/batch_create", {"input_file_url": "https://10.0.0.1/city.csv"}, "URL_REFUSED",
     "operations[0].input_file_url"),
    ("POST /api/v1/batch/templates", {"template": {"name": "t", "operations": [
        {"type": "update", "template": {"a": "${b}"}}]}}, "UNKNOWN_PARAMETER", "template.operations[0].template.a"),
    ("POST /api/v1/batch/schedules", {"schedule": {"name": "s", "batch": {"template_id": "validate_city"}, "timing": {
        "frequency": "cron", "cron": "0 0 31 2 *"}}}, "INVALID_TIMING", "schedule.timing.cron"),
    ("POST /api/v1/batch/schedules", {"schedule": {"name": "s", "batch": {"template_id": "validate_city"}, "timing": {
        "frequency": "once", "at": "2020-01-01T00:00:00Z"}}}, "INVALID_TIMING", "schedule.timing"),
    ("POST /api/v1/batch/webhooks", {"webhook": {"url": "http://10.0.0.1/"}}, "EGRESS_REFUSED", "webhook.url"),
]


@pytest.mark.parametrize(("name", "body", "code", "where"), PROOFS, ids=[f"{one[0]} {one[2]}" for one in PROOFS])
def test_what_no_schema_says(running, document, name, body, code, where):
    method, path = name.split(" ")
    content = document["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]
    schema = {**content["schema"], "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(body)
    running.client.put("/api/v1/buildings/known", json={**HOUSE, "id": "known"})
    answer = running.client.request(method, path.replace("{building_id}", "known"), json=body)
    assert answer.status_code in (400, 422), answer.text
    assert (code, where) in refusals(answer.json())
