"""Deliveries: written with the change, sent until taken, to real receivers; on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rig import receiving
from sqlalchemy import Engine, insert, select
from standardwebhooks import Webhook

from buem.service import outbox
from buem.service.events import emit
from buem.service.notification import Notice
from buem.service.options import ServiceOptions, Smtp
from buem.service.outbox import WAITS, send_again, step, tell_notice, tell_webhooks, write_test
from buem.service.store import open_store, reading, transaction
from buem.service.tables import deliveries, jobs, webhooks
from buem.service.webhooks import new_secret

NOW = datetime(2025, 1, 19, 0, 52, 3, 123_000, tzinfo=UTC)
DETAILS = {"total_operations": 10, "succeeded": 9, "failed": 1, "duration": "2.0s"}


def with_receiver(options: ServiceOptions, *allowed: str, **changes: Any) -> ServiceOptions:
    return ServiceOptions(folder=options.folder, port=0, egress_allow=allowed, **changes)


def add_webhook(store: Engine, url: str, events: tuple[str, ...] = ("job_completed",), name: str = "w1") -> str:
    secret = new_secret()
    with transaction(store) as connection:
        connection.execute(insert(webhooks).values(id=name, url=url, events=list(events), secret=secret, state="active",
                                                   created_at=NOW))
    return secret


def tell(store: Engine, event: str = "job_completed", job_id: str = "job_1", now: datetime = NOW) -> None:
    with transaction(store) as connection:
        tell_webhooks(connection, event, job_id, DETAILS, now)


def all_deliveries(store: Engine) -> list[Any]:
    with reading(store) as connection:
        return list(connection.execute(select(deliveries).order_by(deliveries.c.created_at, deliveries.c.id)))


def test_a_delivery(store, options):
    with receiving() as receiver:
        secret = add_webhook(store, receiver.url)
        tell(store)
        now = datetime.now(UTC)
        assert step(store, with_receiver(options, receiver.allowed), now) == 1
        assert step(store, with_receiver(options, receiver.allowed), now) == 0
    headers, body = receiver.received[0]
    assert Webhook(secret).verify(body, headers) == json.loads(body)
    assert json.loads(body) == {"type": "batch_event", "timestamp": "2025-01-19T00:52:03.123Z", "event": {
        "type": "job_completed", "job_id": "job_1", "details": DETAILS}}
    kept = all_deliveries(store)[0]
    assert (kept.state, kept.attempts, kept.last_status, kept.ended_at) == ("sent", 1, 204, now)
    assert headers["webhook-id"] == kept.id


def test_only_those_that_asked_are_told(sqlite_store):
    add_webhook(sqlite_store, "https://a.example/", ("job_completed", "job_failed"), "a")
    add_webhook(sqlite_store, "https://b.example/", ("job_failed",), "b")
    tell(sqlite_store)
    assert [one.target for one in all_deliveries(sqlite_store)] == ["https://a.example/"]


def test_an_undone_change_tells_nobody(store):
    add_webhook(store, "https://a.example/")


    def change() -> None:
        with transaction(store) as connection:
            tell_webhooks(connection, "job_completed", "job_1", DETAILS, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    assert all_deliveries(store) == []


def test_retries_with_growing_waits_until_dead(sqlite_store, options):
    with receiving() as receiver:
        receiver.answers = [(500, {})]
        add_webhook(sqlite_store, receiver.url)
        tell(sqlite_store)
        allowed, now, waits = with_receiver(options, receiver.allowed), NOW, []
        for tries in range(1, len(WAITS) + 2):
            assert step(sqlite_store, allowed, now) == 1
            kept = all_deliveries(sqlite_store)[0]
            assert kept.attempts == tries
            if kept.state == "pending":
                assert step(sqlite_store, allowed, kept.next_try - timedelta(microseconds=1)) == 0
                waits.append((kept.next_try - now).total_seconds())
                now = kept.next_try
        assert (kept.state, kept.last_status) == ("dead", 500)
        assert kept.last_error == "answered 500; expected 200 to 299"
        assert tuple(waits) == WAITS
        assert step(sqlite_store, allowed, now + timedelta(days=10)) == 0
        assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 1
        assert len(receiver.received) == len(WAITS) + 1


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("17", 17), ("1", 5), ("999999999", 86_400), ("Sun, 19 Jan 2025 00:53:03 GMT", 59.877), ("nonsense", 5), ("-3", 5),
     ("Sun, 19 Jan 2020 00:00:00 GMT", 5)],
)
def test_the_wait_that_a_receiver_asks_for(sqlite_store, options, asked, seconds):
    with receiving() as receiver:
        receiver.answers = [(503, {"Retry-After": asked})]
        add_webhook(sqlite_store, receiver.url)
        tell(sqlite_store)
        step(sqlite_store, with_receiver(options, receiver.allowed), NOW)
    assert (all_deliveries(sqlite_store)[0].next_try - NOW).total_seconds() == seconds


def test_taken_at_the_second_try(sqlite_store, options):
    with receiving() as receiver:
        receiver.answers = [(502, {}), (200, {})]
        add_webhook(sqlite_store, receiver.url)
        tell(sqlite_store)
        allowed = with_receiver(options, receiver.allowed)
        step(sqlite_store, allowed, NOW)
        step(sqlite_store, allowed, NOW + timedelta(seconds=5))
    kept = all_deliveries(sqlite_store)[0]
    assert (kept.state, kept.attempts, kept.last_error) == ("sent", 2, None)
    # The signature covers the time of each try.
    assert [int(headers["webhook-timestamp"]) for headers, _ in receiver.received] == [
        int(NOW.timestamp()), int(NOW.timestamp()) + 5]


def test_410_disables(store, options):
    with receiving() as receiver:
        receiver.answers = [(410, {})]
        add_webhook(store, receiver.url)
        tell(store)
        tell(store, job_id="job_2", now=NOW + timedelta(hours=1))
        step(store, with_receiver(options, receiver.allowed), NOW)
        tell(store, job_id="job_3")
        assert step(store, with_receiver(options, receiver.allowed), NOW + timedelta(days=2)) == 0
    assert [(one.job_id, one.state) for one in all_deliveries(store)] == [("job_1", "dead"), ("job_2", "dead")]
    with reading(store) as connection:
        hook = connection.execute(select(webhooks)).one()
    assert (hook.state, hook.disabled_at) == ("disabled", NOW)


@pytest.mark.parametrize("status", [301, 302, 307, 404, 429])
def test_what_else_is_no_delivery(sqlite_store, options, status):
    with receiving() as receiver:
        receiver.answers = [(status, {"Location": receiver.url})]
        add_webhook(sqlite_store, receiver.url)
        tell(sqlite_store)
        step(sqlite_store, with_receiver(options, receiver.allowed), NOW)
    assert len(receiver.received) == 1
    assert all_deliveries(sqlite_store)[0].state == "pending"


def test_a_receiver_that_may_not_be_called(sqlite_store, options):
    with receiving() as receiver:
        add_webhook(sqlite_store, receiver.url)
        tell(sqlite_store)
        step(sqlite_store, options, NOW)
    assert receiver.received == []
    kept = all_deliveries(sqlite_store)[0]
    assert kept.state == "pending"
    assert kept.last_error.startswith("127.0.0.1: port")


def test_nobody_there(sqlite_store, options):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    add_webhook(sqlite_store, f"http://127.0.0.1:{port}/")
    tell(sqlite_store)
    step(sqlite_store, with_receiver(options, f"127.0.0.1:{port}"), NOW)
    assert "refused" in all_deliveries(sqlite_store)[0].last_error


def test_two_senders_send_once(database_url, store, options):
    with receiving() as receiver:
        add_webhook(store, receiver.url)
        for number in range(30):
            tell(store, job_id=f"job_{number}")
        allowed, together = with_receiver(options, receiver.allowed), threading.Barrier(3)
        failures: list[BaseException] = []

        def sender() -> None:
            own = open_store(database_url)
            try:
                together.wait(30)
                while step(own, allowed, NOW):
                    pass
            except BaseException as error:
                failures.append(error)
            finally:
                own.dispose()

        threads = [threading.Thread(target=sender) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert failures == []
    assert sorted(json.loads(body)["event"]["job_id"] for _, body in receiver.received) == sorted(
        f"job_{number}" for number in range(30))
    assert {one.state for one in all_deliveries(store)} == {"sent"}


def test_a_sender_that_died_leaves_it_to_the_next(store, options):
    with receiving() as receiver:
        add_webhook(store, receiver.url)
        tell(store)
        with transaction(store) as connection:
            assert len(outbox._claim(connection, NOW)) == 1
        allowed = with_receiver(options, receiver.allowed)
        assert step(store, allowed, NOW + timedelta(seconds=179)) == 0
        assert step(store, allowed, NOW + timedelta(seconds=181)) == 1
    kept = all_deliveries(store)[0]
    assert (kept.state, kept.attempts) == ("sent", 2)


def test_a_dead_letter_is_sent_again(sqlite_store, options):
    with receiving() as receiver:
        receiver.answers = [(410, {}), (200, {})]
        add_webhook(sqlite_store, receiver.url)
        tell(sqlite_store)
        allowed = with_receiver(options, receiver.allowed)
        step(sqlite_store, allowed, NOW)
        name = all_deliveries(sqlite_store)[0].id
        with transaction(sqlite_store) as connection:
            assert send_again(connection, name, NOW)
            assert not send_again(connection, name, NOW)
        step(sqlite_store, allowed, NOW)
    assert all_deliveries(sqlite_store)[0].state == "sent"
    assert receiver.received[0][1] == receiver.received[1][1]


def test_try_out(sqlite_store, options):
    with receiving() as receiver:
        add_webhook(sqlite_store, receiver.url, ("job_failed",))
        with transaction(sqlite_store) as connection:
            write_test(connection, connection.execute(select(webhooks)).one(), NOW)
        step(sqlite_store, with_receiver(options, receiver.allowed), NOW)
    assert json.loads(receiver.received[0][1])["event"] == {"type": "webhook_test", "job_id": None,
                                                           "details": {"webhook_id": "w1"}}


def test_mail_without_a_server_is_recorded(sqlite_store, options):
    notice = Notice(email=("a@example.com", "b@example.com"), severity="critical")
    with transaction(sqlite_store) as connection:
        tell_notice(connection, notice, "job_failed", "job_1", DETAILS, NOW)
    step(sqlite_store, options, NOW)
    kept = all_deliveries(sqlite_store)
    assert {(one.kind, one.state, one.severity) for one in kept} == {("email", "not_sent", "critical")}
    assert {one.last_error for one in kept} == {"no mail server is configured"}
    assert kept[0].payload["event"]["details"]["severity"] == "critical"
    with transaction(sqlite_store) as connection:
        assert send_again(connection, kept[0].id, NOW)


def test_mail_is_tried_again(sqlite_store, options):
    with socket.create_server(("127.0.0.1", 0)) as free:
        smtp = Smtp(host="127.0.0.1", port=free.getsockname()[1], timeout=1.0)
    with transaction(sqlite_store) as connection:
        tell_notice(connection, Notice(email=("a@example.com",)), "job_failed", "job_1", DETAILS, NOW)
    step(sqlite_store, ServiceOptions(folder=options.folder, smtp=smtp), NOW)
    kept = all_deliveries(sqlite_store)[0]
    assert (kept.state, kept.next_try) == ("pending", NOW + timedelta(seconds=WAITS[0]))


def add_job(store: Engine, notification: dict[str, Any] | None) -> None:
    with transaction(store) as connection:
        connection.execute(insert(jobs).values(
            id="job_1", type="t", state="running", batch={}, max_concurrent=1, retry={}, mode="", on_error="skip",
            notification=notification, created_at=NOW))


@pytest.mark.parametrize(
    ("event", "expected"),
    [("job_completed", {("email", "m@example.com", "normal"), ("webhook", "https://example.com/w", "normal")}),
     ("job_failed", {("email", "a@example.com", "high")}), ("job_started", set()), ("job_progress", set())],
)
def test_notification_of_a_job(sqlite_store, event, expected):
    add_job(sqlite_store, {"on_completion": {"email": ["m@example.com"], "webhook": "https://example.com/w"},
                           "on_failure": {"email": ["a@example.com"], "severity": "high"}})
    with transaction(sqlite_store) as connection:
        emit(connection, event, "job_1", DETAILS, NOW)
    assert {(one.kind, one.target, one.severity) for one in all_deliveries(sqlite_store)} == expected
