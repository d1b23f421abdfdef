"""The operation calculate: figures, files, failures; all of it in the order of the operations."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
from conftest import envelope
from sqlalchemy import select

from buem.service.collection import remove
from buem.service.downloads import calculated, stream_of
from buem.service.errors import ApiError
from buem.service.store import reading, transaction
from buem.service.tables import results

WEATHER = {"weather": "nl_amsterdam_nsrdb2019"}


def raws(*features) -> list[bytes]:
    return [json.dumps(one).encode() for one in features]


def operation(**options):
    return {"type": "calculate", "options": {**WEATHER, **options}}


def files(bench, job_id):
    with reading(bench.store) as connection:
        return {row.kind: row for row in connection.execute(select(results).where(results.c.job_id == job_id))}


@pytest.mark.slow
def test_figures_files_and_failures(bench):
    job_id = bench.done(operation(), raws=raws(envelope(0), envelope(1, u_value=99.0), envelope(2)))
    items = bench.items(job_id)
    assert [(item.operation, item.resource_id, item.state, item.code) for item in items] == [
        (0, "B00000", "succeeded", None), (1, "B00001", "failed", "VALIDATION_ERROR"), (2, "B00002", "succeeded", None)]
    assert "expected 0 to 10 W/(m²K)" in items[1].message
    heat = [items[at].outcome["heating_kwh"] for at in (0, 2)]
    # The wall of the third is larger by two square metres, its U-value by 0.002 W/(m²K).
    assert 0 < heat[0] < heat[1]
    kinds = files(bench, job_id)
    assert {kind: row.rows for kind, row in kinds.items()} == {"summary": 2, "hourly": 2, "answers": 2, "failed": 1}
    table = pq.read_table(bench.folder / kinds["summary"].path)
    assert table.column("heating_kwh").to_pylist() == heat
    job = bench.job(job_id)
    assert (job.state, job.succeeded, job.failed) == ("completed", 2, 1)
    assert job.peak_memory > 0


@pytest.mark.slow
@pytest.mark.parametrize(("hourly", "kinds"), [
    ("none", {"summary", "answers"}), ("load", {"summary", "answers", "hourly"}),
    ("all", {"summary", "answers", "hourly"})])
def test_hours_are_kept_as_asked_and_answers_always(bench, hourly, kinds):
    job_id = bench.done(operation(hourly=hourly), raws=raws(envelope(0)))
    found = files(bench, job_id)
    assert set(found) == kinds
    answer = json.loads((bench.folder / found["answers"].path).read_bytes())
    assert answer["properties"]["buem"]["thermal_load_profile"]["summary"]["heating"]["total"]["value"] > 0


@pytest.mark.slow
def test_a_building_that_went_meanwhile(bench):
    bench.done({"type": "create", "items": [envelope(0), envelope(1)]})
    job_id = bench.ask({**operation(), "filter": {}})
    with transaction(bench.store) as connection:
        remove(connection, ["B00001"])
    bench.work()
    assert [(item.state, item.code) for item in bench.items(job_id)] == [
        ("succeeded", None), ("failed", "RESOURCE_ERROR")]
    with reading(bench.store) as connection:
        lines = b"".join(stream_of("ndjson", calculated(connection, bench.folder, job_id))).splitlines()
    error = json.loads(lines[1])["properties"]["buem"]["error"]
    assert (error["type"], error["message"], error["feature_id"]) == (
        "not_found", "Resource not found: B00001", "B00001")


@pytest.mark.slow
def test_strict_refuses_what_is_guessed(bench):
    job_id = bench.done(operation(), raws=raws(envelope(0)), validation={"mode": "strict"})
    item, = bench.items(job_id)
    assert item.state == "failed"
    assert item.message.startswith("strict validation: default: ")


def test_options_that_are_wrong_are_refused_when_the_job_is_asked_for(bench):
    with pytest.raises(ApiError) as refused:
        bench.ask(operation(model="dynamic", seed=1.5))
    # The first problem of options is the one that is told.
    assert [one.field for one in refused.value.details] == ["operations[0].options.seed"]
