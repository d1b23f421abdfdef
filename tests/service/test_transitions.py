"""pause, resume, cancel, retry, delete: from which states, and what becomes of the units."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bench import NOW, OWNER
from conftest import envelope
from sqlalchemy import select

from buem.service import ledger
from buem.service.errors import ApiError
from buem.service.store import reading, transaction
from buem.service.tables import jobs
from buem.service.transitions import ALLOWED, change, find, remove

LATER = NOW + timedelta(minutes=1)


def create(*numbers: int, wrong: tuple[int, ...] = ()):
    return {"type": "create", "items": [envelope(one, u_value=99.0 if one in wrong else None) for one in numbers]}


def states(bench, job_id) -> list[str]:
    return [unit.state for unit in bench.units(job_id)]


def put(bench, job_id, state) -> None:
    with transaction(bench.store) as connection:
        connection.execute(jobs.update().where(jobs.c.id == job_id).values(state=state))


@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("state", ["queued", "running", "paused", "completed", "failed", "cancelled"])
def test_every_state_and_every_change(bench, action, state):
    job_id = bench.done(create(1, 2, wrong=(2,)))
    put(bench, job_id, state)
    if state in ALLOWED[action]:
        _ = remove(bench.store, job_id) if action == "delete" else change(bench.store, job_id, action, LATER)
        return
    with pytest.raises(ApiError, match=f"^The job is {state}; {action} needs ") as refused:
        _ = remove(bench.store, job_id) if action == "delete" else change(bench.store, job_id, action, LATER)
    assert (refused.value.kind.status, refused.value.kind.code) == (409, "INVALID_STATE")
    assert bench.job(job_id).state == state


@pytest.mark.parametrize("job_id", ["job_0123456789abcdef", "", "\0", "x" * 5000])
def test_a_job_that_is_not_there(bench, job_id):
    for action in ("pause", "resume", "cancel", "retry"):
        with pytest.raises(ApiError, match="not found") as refused:
            change(bench.store, job_id, action, NOW)
        assert refused.value.kind.status == 404
        assert len(refused.value.message) < 200
    with pytest.raises(ApiError, match="not found"):
        remove(bench.store, job_id)
    with reading(bench.store) as connection, pytest.raises(ApiError, match="not found"):
        find(connection, job_id)


def test_a_paused_job_gives_no_units(bench):
    job_id = bench.ask(create(*range(120)))
    change(bench.store, job_id, "pause", NOW)
    assert bench.work() == 0
    change(bench.store, job_id, "resume", LATER)
    assert bench.job(job_id).state == "queued"
    assert bench.work() == 3
    assert bench.job(job_id).state == "completed"


def test_a_job_that_is_paused_while_its_last_unit_runs_ends_with_it(bench):
    job_id = bench.ask(create(1))
    held = ledger.claim(bench.store, OWNER, NOW, 30)
    change(bench.store, job_id, "pause", NOW)
    item = ledger.Item(index=0, resource_id="B00001", outcome={})
    ledger.finish(bench.store, held, ledger.Outcome(items=[item]), LATER)
    assert bench.job(job_id).state == "completed"


def test_what_runs_while_a_job_is_cancelled_is_refused(bench):
    job_id = bench.ask(create(*range(60)))
    held = ledger.claim(bench.store, OWNER, NOW, 30)
    change(bench.store, job_id, "cancel", NOW)
    assert states(bench, job_id) == ["cancelled", "cancelled"]
    assert not ledger.extend(bench.store, held, NOW, 30)
    with pytest.raises(ledger.Refused):
        ledger.finish(bench.store, held, ledger.Outcome(), NOW)
    job = bench.job(job_id)
    assert (job.state, job.completed_at, job.error["code"]) == ("cancelled", NOW, "CANCELLED")


def test_retry_does_what_failed_and_nothing_else(bench):
    job_id = bench.done(create(*range(60), wrong=(7, 55)))
    assert (bench.job(job_id).succeeded, bench.job(job_id).failed) == (58, 2)
    change(bench.store, job_id, "retry", LATER)
    job = bench.job(job_id)
    assert (job.state, job.succeeded, job.failed, job.completed_at) == ("queued", 58, 0, None)
    assert [unit.pending for unit in bench.units(job_id)] == [[7], [55]]
    bench.work()
    job = bench.job(job_id)
    assert (job.state, job.succeeded, job.failed) == ("completed", 58, 2)
    assert [item.operation for item in bench.items(job_id)] == list(range(60))


def test_retry_goes_on_with_what_was_cancelled(bench):
    job_id = bench.ask(create(*range(120)), max_concurrent=1)
    bench.work(most=1)
    change(bench.store, job_id, "cancel", NOW)
    assert states(bench, job_id) == ["done", "cancelled", "cancelled"]
    change(bench.store, job_id, "retry", LATER)
    bench.work()
    job = bench.job(job_id)
    assert (job.state, job.succeeded, job.failed) == ("completed", 120, 0)


def test_retry_of_a_job_that_stopped(bench):
    job_id = bench.done(create(*range(120), wrong=(3,)), validation={"on_error": "stop"}, max_concurrent=1)
    assert bench.job(job_id).state == "failed"
    change(bench.store, job_id, "retry", LATER)
    bench.work()
    # The same item stops it again, before the others are begun.
    job = bench.job(job_id)
    assert (job.state, job.succeeded, job.failed) == ("failed", 49, 1)


def test_retry_of_what_has_nothing_to_do(bench):
    job_id = bench.done(create(1))
    with pytest.raises(ApiError, match="nothing that failed"):
        change(bench.store, job_id, "retry", LATER)
    assert bench.job(job_id).state == "completed"


def test_retry_of_a_later_stage_begins_there(bench):
    job_id = bench.done(create(1, 2), {"type": "update", "filter": {}, "update": {"geometry": None}})
    assert (bench.job(job_id).state, bench.job(job_id).failed) == ("completed", 2)
    change(bench.store, job_id, "retry", LATER)
    assert bench.job(job_id).stage == 1
    bench.work()
    assert (bench.job(job_id).state, bench.job(job_id).succeeded, bench.job(job_id).failed) == ("completed", 2, 2)


def test_a_deleted_job_is_gone(bench):
    job_id = bench.done(create(1))
    assert remove(bench.store, job_id) == []
    with reading(bench.store) as connection:
        assert connection.execute(select(jobs)).all() == []
    assert bench.units(job_id) == bench.items(job_id) == []
