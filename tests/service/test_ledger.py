"""The ledger on both databases, by a clock of the test's own: claims, fences, waits, states."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from buem.service import ledger
from buem.service.batch_request import BatchRequest
from buem.service.ledger import Claim, Item, Outcome, Refused
from buem.service.options import ServiceOptions
from buem.service.planning import create_job
from buem.service.retry import RetryRule
from buem.service.store import reading
from buem.service.tables import jobs, unit_items, units
from buem.service.transitions import change

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LEASE = 30.0


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def make(store: Engine, options: ServiceOptions):
    """Makes a job of so many operations, 20 or more a unit."""

    def made(count: int, *, stages: int = 1, **changes: Any) -> str:
        operation = {"type": "validate", "resource": "buildings"}
        batch = BatchRequest(
            type="t", description="", operations=(operation,) * stages, max_concurrent=64, retry=RetryRule(), mode="",
            on_error="skip", operation_s=None, job_s=None, not_before=None, window=None, notification=None)
        raws = [b'{"id": "b%d"}' % number for number in range(count)]
        return create_job(store, options, replace(batch, **changes), NOON, raws=raws)

    return made


def take(store: Engine, now: datetime = NOON, owner: str = "w") -> Claim:
    found = ledger.claim(store, owner, now, LEASE)
    assert found is not None
    return found


def bring(store: Engine, claim: Claim, now: datetime, bad: dict[int, str] | None = None) -> None:
    """Success of all but the bad ones, which have an error of a kind."""
    bad = bad or {}
    items = [Item(index=index, resource_id=f"b{index}", error=bad.get(index), code=bad.get(index, "").upper(),
                  message="no" if index in bad else "") for index in claim.pending]
    ledger.finish(store, claim, Outcome(items=items), now)


def job_of(store: Engine, job_id: str) -> Any:
    with reading(store) as connection:
        return connection.execute(select(jobs).where(jobs.c.id == job_id)).one()


def test_a_job_from_end_to_end(store, make):
    job_id = make(120)
    assert (job_of(store, job_id).state, job_of(store, job_id).total) == ("queued", 120)
    first = take(store)
    assert (first.pending[0], first.attempt, first.tries) == (0, 1, 1)
    assert job_of(store, job_id).state == "running"
    bring(store, first, at(1), {3: "validation"})
    while (claim := ledger.claim(store, "w", at(2), LEASE)) is not None:
        bring(store, claim, at(3))
    job = job_of(store, job_id)
    assert (job.state, job.succeeded, job.failed, job.completed_at) == ("completed", 119, 1, at(3))
    with reading(store) as connection:
        found = connection.execute(select(unit_items.c.operation, unit_items.c.state).order_by(
            unit_items.c.operation)).all()
    assert [row[0] for row in found] == list(range(120))
    assert [row[0] for row in found if row[1] == "failed"] == [3]


def test_nobody_claims_what_another_holds(store, make):
    make(400)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda at: ledger.claim(store, f"w{at}", NOON, LEASE), range(8)))
    numbers = [one.number for one in found if one is not None]
    assert len(set(numbers)) == len(numbers) > 0


def test_a_lease_that_ended_is_taken_over_and_fences_the_first(store, make):
    job_id = make(10)
    first = take(store, owner="slow")
    assert ledger.claim(store, "other", at(LEASE - 1), LEASE) is None
    second = take(store, at(LEASE + 1), owner="other")
    assert (second.number, second.attempt) == (first.number, 2)
    with pytest.raises(Refused, match="not held by attempt 1"):
        bring(store, first, at(LEASE + 2))
    assert ledger.extend(store, first, at(LEASE + 2), LEASE) is False
    assert ledger.extend(store, second, at(LEASE + 2), LEASE) is True
    bring(store, second, at(LEASE + 3))
    with pytest.raises(Refused):
        bring(store, second, at(LEASE + 4))
    assert job_of(store, job_id).succeeded == 10


def test_waits_between_tries(store, make):
    job_id = make(10, retry=RetryRule(attempts=3, backoff="custom", delays=(5.0, 50.0)))
    bring(store, take(store), at(1), {2: "system", 4: "validation"})
    assert (job_of(store, job_id).succeeded, job_of(store, job_id).failed) == (8, 1)
    assert ledger.claim(store, "w", at(5.9), LEASE) is None
    second = take(store, at(6))
    assert (second.pending, second.tries) == ((2,), 2)
    bring(store, second, at(7), {2: "timeout"})
    assert ledger.claim(store, "w", at(56), LEASE) is None
    bring(store, take(store, at(57)), at(58), {2: "system"})
    job = job_of(store, job_id)
    assert (job.state, job.succeeded, job.failed) == ("completed", 8, 2)
    with reading(store) as connection:
        tries = {row.operation: row.attempts for row in connection.execute(select(unit_items))}
    assert (tries[2], tries[4], tries[0]) == (3, 1, 1)


def test_nothing_that_succeeds_is_a_failure(store, make):
    job_id = make(3)
    bring(store, take(store), at(1), {0: "system", 1: "system", 2: "validation"})
    job = job_of(store, job_id)
    assert (job.state, job.error["operation_index"], job.error["code"]) == ("failed", 0, "SYSTEM")


def test_stop_lets_what_runs_end(store, make):
    job_id = make(150, on_error="stop", retry=RetryRule(attempts=5, backoff="immediate"))
    first, second = take(store), take(store)
    bring(store, first, at(1), {first.pending[1]: "validation"})
    assert ledger.claim(store, "w", at(2), LEASE) is None
    assert job_of(store, job_id).state == "running"
    bring(store, second, at(3), {second.pending[0]: "system"})
    job = job_of(store, job_id)
    assert (job.state, job.error["operation_index"]) == ("failed", 1)
    assert job.succeeded + job.failed == 100


def test_max_concurrent(store, make):
    make(300, max_concurrent=2)
    first = take(store)
    take(store)
    assert ledger.claim(store, "w", at(1), LEASE) is None
    bring(store, first, at(1))
    take(store, at(2))


def test_jobs_take_turns(store, make):
    a, b = make(200), make(200)
    assert {take(store, at(0)).job_id, take(store, at(1)).job_id} == {a, b}
    assert {take(store, at(2)).job_id, take(store, at(3)).job_id} == {a, b}


def test_not_before_and_windows(store, make):
    make(1, not_before=at(100))
    assert ledger.claim(store, "w", at(99), LEASE) is None
    bring(store, take(store, at(100)), at(101))
    make(1, window={"start": "13:00", "end": "14:00", "timezone": "UTC"})
    assert ledger.claim(store, "w", at(3599), LEASE) is None
    bring(store, take(store, at(3600)), at(3601))


def test_paused_jobs_are_not_claimed(store, make):
    job_id = make(150)
    first = take(store)
    change(store, job_id, "pause", at(1))
    assert ledger.claim(store, "w", at(2), LEASE) is None
    bring(store, first, at(3))
    assert job_of(store, job_id).succeeded == len(first.pending)
    change(store, job_id, "resume", at(4))
    take(store, at(5))


def test_what_a_cancelled_job_brings_is_refused(store, make):
    job_id = make(30)
    first = take(store)
    change(store, job_id, "cancel", at(1))
    with pytest.raises(Refused):
        bring(store, first, at(2))
    job = job_of(store, job_id)
    assert (job.state, job.succeeded, job.completed_at) == ("cancelled", 0, at(1))
    change(store, job_id, "retry", at(3))
    bring(store, take(store, at(4)), at(5))
    assert (job_of(store, job_id).state, job_of(store, job_id).succeeded) == ("completed", 30)


def test_the_time_of_a_job(store, make):
    job_id = make(10, job_s=60.0)
    first = take(store)
    assert ledger.expire(store, at(59)) == 0
    assert ledger.expire(store, at(60)) == 1
    job = job_of(store, job_id)
    assert (job.state, job.error["code"]) == ("failed", "TIMEOUT_ERROR")
    with pytest.raises(Refused):
        bring(store, first, at(61))


def test_units_of_dead_workers(store, make):
    """Who died with the server costs nothing; a unit that kills its workers is cut until one operation is left."""
    job_id = make(8)
    take(store, owner="gone")
    assert ledger.release(store, lambda owner: False, at(1)) == 0
    assert ledger.release(store, lambda owner: None, at(1)) == 1
    deadly = 5
    for step in range(100):
        claim = ledger.claim(store, f"w{step}", at(2 + step), LEASE)
        if claim is None:
            break
        if deadly in claim.pending:
            ledger.release(store, lambda owner: True, at(2 + step))
        else:
            bring(store, claim, at(2 + step))
    job = job_of(store, job_id)
    assert (job.state, job.succeeded, job.failed) == ("completed", 7, 1)
    with reading(store) as connection:
        failed = connection.execute(select(unit_items).where(unit_items.c.state == "failed")).one()
    assert (failed.operation, failed.resource_id, failed.message) == (5, "b5", "its worker died 3 times")


def test_the_second_operation_is_cut_when_the_first_has_ended(store, make):
    job_id = make(5, stages=2)
    bring(store, take(store), at(1))
    # No building is kept, so that the filter of the second matches none.
    assert (job_of(store, job_id).state, job_of(store, job_id).total) == ("completed", 5)


def test_a_broken_outcome_fails_the_job(store, make):
    job_id = make(200)
    ledger.finish(store, take(store), Outcome(broken={"code": "X", "message": "y"}), at(1))
    job = job_of(store, job_id)
    assert (job.state, job.error) == ("failed", {"code": "X", "message": "y"})
    with reading(store) as connection:
        assert set(connection.execute(select(units.c.state)).scalars()) == {"done", "cancelled"}


@pytest.mark.parametrize(("seconds", "text"), [(0.04, "0.0s"), (1.23, "1.2s"), (42, "42s"), (90, "2m"), (1200, "20m"),
                                               (3600, "1h"), (11100, "3h 5m")])
def test_durations(seconds, text):
    assert ledger.duration(seconds) == text
