"""A request that is sent again has no second effect: the rules, on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from buem.service.errors import ApiError
from buem.service.idempotency import (
    KEPT,
    Claim,
    StoredAnswer,
    begin,
    fingerprint,
    finish,
    forget,
    give_up,
    read_key,
    stored,
)
from buem.service.store import transaction

NOW = datetime(2025, 1, 19, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLAIM = Claim(owner="key:a", key="batch_abc123")
ANSWER = StoredAnswer(status=202, headers={"location": "/x"}, body=b'{"a":1}')


def start(store, claim: Claim = CLAIM, mark: str = "m", now: datetime = NOW) -> StoredAnswer | None:
    with transaction(store) as connection:
        return begin(connection, claim, mark, now, MINUTE)


def end(store, answer: StoredAnswer = ANSWER) -> None:
    with transaction(store) as connection:
        finish(connection, CLAIM, answer)


def refusal(store, **changes) -> tuple[int, str]:
    with pytest.raises(ApiError) as refused:
        start(store, **changes)
    return refused.value.kind.status, refused.value.kind.code


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, None), ("batch_abc123", "batch_abc123"), ('"batch_abc123"', "batch_abc123"), (" a ", "a"),
     ("a:b/c=", "a:b/c="), ("x" * 255, "x" * 255), ("8e03978e-40d5-43dd-bc93-6894a57f9324",) * 2],
)
def test_read_key(header, expected):
    assert read_key(header) == expected


@pytest.mark.parametrize("header", ["", '""', '"', "a b", "x" * 256, "a\tb", "ä", 'a"b', '"a', "a\x00"])
def test_read_key_refuses(header):
    with pytest.raises(ApiError, match="The Idempotency-Key cannot be used; expected 1 to 255") as refused:
        read_key(header)
    assert refused.value.kind.status == 400


def test_same_key_same_body_same_answer(store):
    assert start(store) is None
    end(store)
    assert start(store) == ANSWER
    assert start(store, now=NOW + KEPT - MINUTE) == ANSWER


def test_other_body(store):
    start(store)
    assert refusal(store, mark="other") == (422, "IDEMPOTENCY_MISMATCH")
    end(store)
    assert refusal(store, mark="other") == (422, "IDEMPOTENCY_MISMATCH")


def test_still_running(store):
    start(store)
    assert refusal(store, now=NOW + MINUTE / 2) == (409, "IDEMPOTENCY_CONFLICT")


def test_taken_over_from_one_that_died(store):
    start(store)
    assert start(store, now=NOW + 2 * MINUTE) is None
    assert refusal(store, now=NOW + 2.5 * MINUTE) == (409, "IDEMPOTENCY_CONFLICT")


def test_kept_for_a_day(store):
    start(store)
    end(store)
    assert start(store, mark="other", now=NOW + KEPT) is None


def test_given_up(store):
    start(store)
    with transaction(store) as connection:
        give_up(connection, CLAIM)
    assert start(store, mark="other") is None


def test_what_is_done_is_not_given_up(store):
    start(store)
    end(store)
    with transaction(store) as connection:
        give_up(connection, CLAIM)
        finish(connection, CLAIM, StoredAnswer(status=500, headers={}, body=b""))
    assert start(store) == ANSWER


def test_clients_have_their_own_keys(store):
    start(store)
    assert start(store, Claim(owner="key:b", key=CLAIM.key), "other") is None


def test_fifty_at_once(store):
    """One runs; each of the others is told so."""
    outcomes: Counter[str] = Counter()
    together = threading.Barrier(50)

    def client() -> None:
        together.wait(30)
        try:
            outcomes["runs" if start(store) is None else "replayed"] += 1
        except ApiError as error:
            outcomes[error.kind.code] += 1

    threads = [threading.Thread(target=client) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes == {"runs": 1, "IDEMPOTENCY_CONFLICT": 49}


def test_forget(store):
    start(store)
    with transaction(store) as connection:
        assert forget(connection, NOW + KEPT - MINUTE) == 0
        assert forget(connection, NOW + KEPT) == 1


def test_fingerprints_differ():
    given = [("POST", "/a", "", b"x"), ("PATCH", "/a", "", b"x"), ("POST", "/b", "", b"x"), ("POST", "/a", "q", b"x"),
             ("POST", "/a", "", b"y"), ("POST", "/a", "", b"")]
    assert len({fingerprint(*one) for one in given}) == len(given)
    assert fingerprint(*given[0]) == fingerprint(*given[0])


def test_only_headers_of_the_answer_are_kept():
    made = stored(201, {"location": "/x", "content-type": "application/json", "x-request-id": "r", "date": "d",
                        "x-ratelimit-limit": "1"}, b"")
    assert made.headers == {"location": "/x", "content-type": "application/json"}
