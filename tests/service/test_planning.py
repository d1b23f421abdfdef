"""Jobs as units: what is cut at once, what is cut when its turn comes, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from bench import NOW, Bench
from conftest import envelope
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from buem.service.batch_request import read_batch
from buem.service.errors import ApiError
from buem.service.inputs import job_folder
from buem.service.planning import LARGEST, SMALLEST, Origin, create_job, cut_stage, resource_of, unit_size
from buem.service.store import reading
from buem.service.tables import jobs


def create(count: int):
    return {"type": "create", "items": [envelope(number) for number in range(count)]}


@given(st.integers(0, 10**7), st.integers(0, 64))
def test_the_size_of_a_unit(total, workers):
    size = unit_size(total, workers)
    assert SMALLEST <= size <= LARGEST
    # Between its bounds, it lets each worker have four.
    if SMALLEST < size < LARGEST:
        assert size * 4 * max(1, workers) <= total < (size + 1) * 4 * max(1, workers)


def test_items_are_cut_in_their_order(bench):
    job_id = bench.ask(create(120))
    units = bench.units(job_id)
    assert [(unit.first, unit.size, unit.state) for unit in units] == [
        (0, 50, "waiting"), (50, 50, "waiting"), (100, 20, "waiting")]
    assert [name for unit in units for name in unit.items["ids"]] == [f"B{number:05d}" for number in range(120)]
    assert (bench.job(job_id).total, bench.job(job_id).units) == (120, 3)
    # The buildings lie in a file, not in the store.
    assert "B00007" not in json.dumps(bench.job(job_id).batch)


def test_a_filter_is_matched_when_the_job_is_asked_for(bench):
    bench.done(create(50))
    job_id = bench.ask({"type": "validate", "filter": {"status": "active"}})
    assert [unit.size for unit in bench.units(job_id)] == [20, 5]
    assert bench.units(job_id)[0].items["ids"][:2] == ["B00000", "B00002"]


def test_what_follows_a_change_is_cut_when_that_has_ended(bench):
    job_id = bench.ask(create(3), {"type": "validate", "filter": {}}, {"type": "delete", "filter": {}},
                       {"type": "validate", "filter": {}})
    assert [(unit.stage, unit.type) for unit in bench.units(job_id)] == [(0, "create")]
    bench.work()
    assert [(unit.stage, unit.type, unit.size) for unit in bench.units(job_id)] == [
        (0, "create", 3), (1, "plan", 0), (1, "validate", 3), (2, "plan", 0), (2, "delete", 3), (3, "plan", 0)]
    job = bench.job(job_id)
    assert (job.state, job.total, job.succeeded) == ("completed", 9, 9)


def test_a_job_for_nothing_is_complete_at_once(bench):
    job = bench.job(bench.ask({"type": "calculate", "filter": {}}))
    assert (job.state, job.total) == ("completed", 0)


def test_too_many_operations(bench):
    small = Bench(bench.store, replace(bench.options, max_job_items=5))
    with pytest.raises(ApiError) as refused:
        small.ask(create(6))
    assert refused.value.details[0].message == "operations[0].items: '6 items'; expected at most 5"
    bench.done(create(6))
    with pytest.raises(ApiError, match="more than 5 operations"):
        small.ask({"type": "validate", "filter": {}})
    with pytest.raises(ApiError, match="more than 5 operations"):
        small.ask({"type": "calculate"}, raws=[b"{}"] * 6)
    assert small.job(small.ask({"type": "calculate"}, raws=[b"{}"] * 5)).total == 5


def test_a_job_that_is_deferred_is_cut_by_a_worker(bench):
    batch = read_batch({"batch": {"operations": [{"type": "validate", "filter": {}}]}}, bench.options, ())
    job_id = create_job(bench.store, bench.options, batch, NOW, deferred=True)
    assert [unit.type for unit in bench.units(job_id)] == ["plan"]
    bench.work()
    assert bench.job(job_id).state == "completed"


def test_a_cutting_that_fails_fails_the_job(bench):
    batch = read_batch({"batch": {"operations": [{"type": "import", "upload_id": "upl_9"}]}}, bench.options, ())
    job_id = create_job(bench.store, bench.options, batch, NOW, deferred=True)
    bench.work()
    job = bench.job(job_id)
    assert (job.state, job.error) == ("failed", {"code": "RESOURCE_ERROR", "message": "Resource not found: upl_9"})


def test_what_is_done_within_is_undone_with_the_job(bench):
    batch = read_batch({"batch": {"operations": [create(1)]}}, bench.options, ())

    def refuse(connection, job_id):
        assert connection.execute(select(jobs.c.state).where(jobs.c.id == job_id)).scalar_one() == "queued"
        raise ApiError("conflict", "no")

    with pytest.raises(ApiError, match="no"):
        create_job(bench.store, bench.options, batch, NOW, within=refuse)
    with reading(bench.store) as connection:
        assert connection.execute(select(func.count()).select_from(jobs)).scalar_one() == 0


def test_who_asked_stands_with_the_job(bench):
    batch = read_batch({"batch": {"type": "nightly", "operations": [{"type": "optimize"}]}}, bench.options, ())
    origin = Origin(owner="key_1", template_id="template_1", schedule_id="schedule_1")
    job = bench.job(create_job(bench.store, bench.options, batch, NOW, origin=origin))
    assert (job.owner, job.template_id, job.schedule_id, job.type, job.created_at) == (
        "key_1", "template_1", "schedule_1", "nightly", NOW)


def test_features_brought_along_are_read_again_for_the_same_cut(bench):
    job_id = bench.ask({"type": "calculate"}, raws=[json.dumps(envelope(number)).encode() for number in range(60)])
    operation = bench.job(job_id).batch["operations"][0]
    assert operation["brought"] is True
    cut = cut_stage(bench.store, bench.options, job_id, 0, operation)
    assert [(count, items["ids"][0]) for count, items in cut] == [(50, "B00000"), (10, "B00050")]
    assert sorted(path.name for path in job_folder(bench.folder, job_id).iterdir()) == ["input-0", "input-0.cut"]


@pytest.mark.parametrize(("operation", "expected"), [
    ({"resource": "results", "job_id": "job_1"}, "job_1"), ({"resource": "buildings", "upload_id": "upl_1"}, "upl_1"),
    ({"resource": "buildings"}, "buildings"), ({"resource": "results", "job_id": None}, "results")])
def test_what_an_operation_that_is_done_once_is_for(operation, expected):
    assert resource_of(operation) == expected
