"""Limits: counted in the store, over restarts and servers; on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from buem.service.limits import Limiter, client_of, write_counts
from buem.service.options import Limits
from buem.service.store import open_store, reading, transaction
from buem.service.tables import rate_counters


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2025, 1, 19, 0, 52, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("bucket", ["job_creation", "status", "templates", "items", "other"])
def test_a_window(store, clock, bucket):
    limiter = Limiter(store, Limits(**{bucket: 3}), clock)
    end = int((clock.now + timedelta(hours=1)).timestamp()) + 1
    found = []
    for _ in range(5):
        verdict = limiter.take(bucket, "a")
        found.append((verdict.limit, verdict.remaining, verdict.reset, verdict.allowed))
        clock.move(minutes=10)
    assert found == [(3, 2, end, True), (3, 1, end, True), (3, 0, end, True), (3, 0, end, False), (3, 0, end, False)]
    clock.move(minutes=10)
    assert limiter.take(bucket, "a").remaining == 2


def test_the_seed_s_limits(sqlite_store, clock):
    limiter = Limiter(sqlite_store, Limits(), clock)
    assert {name: limiter.take(name, "a", 0).limit for name in ("job_creation", "status", "templates", "items")} == {
        "job_creation": 10, "status": 600, "templates": 100, "items": 6000}


def test_clients_and_buckets_are_apart(sqlite_store, clock):
    limiter = Limiter(sqlite_store, Limits(job_creation=1, status=1), clock)
    assert all(limiter.take(bucket, client).allowed for bucket in ("job_creation", "status") for client in "ab")
    assert not limiter.take("status", "a").allowed


def test_looking_costs_nothing(sqlite_store, clock):
    limiter = Limiter(sqlite_store, Limits(items=10), clock)
    assert [limiter.take("items", "a", 0).remaining for _ in range(3)] == [10, 10, 10]


def test_items_fit_whole_or_not_at_all(sqlite_store, clock):
    limiter = Limiter(sqlite_store, Limits(items=1000), clock)
    assert limiter.take("items", "a", 990).allowed
    refused = limiter.take("items", "a", 11)
    assert (refused.allowed, refused.remaining) == (False, 10)
    assert limiter.take("items", "a", 10).remaining == 0
    error = limiter.refuse(refused, "items", 11)
    assert (error.kind.status, error.kind.code) == (429, "RATE_LIMITED")
    assert error.message == ("Rate limit exceeded: 1000 an hour of items, 10 left, 11 asked for; a job counts one "
                             "whatever its size.")
    assert int(error.headers["Retry-After"]) == 3601


@pytest.mark.parametrize("bucket", ["job_creation", "items"])
def test_counts_survive_a_restart(store, clock, bucket):
    first = Limiter(store, Limits(**{bucket: 10}), clock)
    for _ in range(4):
        first.take(bucket, "a")
    write_counts(first)
    clock.move(minutes=30)
    again = Limiter(store, Limits(**{bucket: 10}), clock).take(bucket, "a")
    assert again.remaining == 5
    assert again.reset == int((clock.now + timedelta(minutes=30)).timestamp()) + 1


def test_job_creation_survives_a_kill(store, clock):
    """It is in the store before the answer; nothing has to be written afterwards."""
    Limiter(store, Limits(), clock).take("job_creation", "a")
    assert Limiter(store, Limits(), clock).take("job_creation", "a").remaining == 8


def test_two_servers_share_exact_counts(database_url, store, clock):
    allowed, stores = [], [open_store(database_url) for _ in range(2)]
    limiters = [Limiter(one, Limits(job_creation=20), clock) for one in stores]

    def client(limiter: Limiter) -> None:
        allowed.extend(limiter.take("job_creation", "a").allowed for _ in range(15))

    threads = [threading.Thread(target=client, args=(limiter,)) for limiter in limiters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for one in stores:
        one.dispose()
    assert (sum(allowed), len(allowed)) == (20, 30)


def test_two_servers_meet_at_the_next_write(store, clock):
    one, other = (Limiter(store, Limits(status=100), clock) for _ in range(2))
    for _ in range(30):
        one.take("status", "a")
        other.take("status", "a")
    write_counts(one)
    write_counts(other)
    assert other.take("status", "a").remaining == 39


def test_batched_counts_are_few_writes(sqlite_store, clock):
    """500 status reads a second: no statement in the store for each, one transaction for all."""
    limiter = Limiter(sqlite_store, Limits(status=10**6), clock)
    limiter.take("status", "a")
    assert limiter.is_quick("status", "a")
    began = time.process_time()
    for _ in range(5000):
        limiter.take("status", "a")
    spent = time.process_time() - began
    # 5,000 are ten seconds of the load that is asked for; they may cost a tenth of them.
    assert spent < 1.0
    assert limiter.storage.flush() == 1
    assert limiter.storage.flush() == 0
    with reading(sqlite_store) as connection:
        row = connection.execute(select(rate_counters)).one()._mapping
    assert row["count"] == 5001


def test_threads_lose_no_count(sqlite_store, clock):
    limiter = Limiter(sqlite_store, Limits(status=10**6), clock)

    def client() -> None:
        for at in range(500):
            limiter.take("status", "a")
            if at % 100 == 0:
                write_counts(limiter)

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    write_counts(limiter)
    assert Limiter(sqlite_store, Limits(status=10**6), clock).take("status", "a", 0).remaining == 10**6 - 2000


def test_windows_that_ended_are_forgotten(sqlite_store, clock):
    limiter = Limiter(sqlite_store, Limits(), clock)
    for number in range(50):
        limiter.take("other", f"client {number}")
    write_counts(limiter)
    clock.move(hours=2)
    write_counts(limiter)
    assert not limiter.is_quick("other", "client 7")


def test_storage_is_one_of_limits(sqlite_store, clock):
    storage = Limiter(sqlite_store, Limits(), clock).storage
    assert storage.check()
    assert storage.incr("other/x", 3600, 5) == 5
    assert storage.incr("job_creation/x", 3600, 5) == 5
    storage.clear("other/x")
    assert storage.get("other/x") == 0
    assert storage.reset() == 1
    assert storage.get("job_creation/x") == 0


@pytest.mark.parametrize(
    ("key", "address", "expected"),
    [("k1", "10.0.0.1", "key:k1"), (None, "10.0.0.1", "address:10.0.0.1"),
     (None, "2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2::"), (None, "::ffff:10.0.0.1", "address:10.0.0.1"),
     (None, "", "address:"), (None, "testclient", "address:testclient")],
)
def test_client_of(key, address, expected):
    assert client_of(key, address) == expected


def test_counting_in_memory_does_not_wait_for_a_count_in_the_store(sqlite_store, clock):
    limiter = Limiter(sqlite_store, Limits(), clock)
    limiter.take("status", "a")
    begun, ended = threading.Event(), threading.Event()

    def slow():
        begun.set()
        limiter.take("job_creation", "a")
        ended.set()

    with transaction(sqlite_store):
        # Whoever counts a job waits for this transaction.
        thread = threading.Thread(target=slow)
        thread.start()
        assert begun.wait(30)
        for _ in range(100):
            assert limiter.take("status", "a").allowed
        assert not ended.is_set()
    thread.join(30)
    assert ended.is_set()
