"""Answers: JSON that every reader takes, times in UTC."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buem.service.answers import json_answer, stamp, utc_now


def strict(body: bytes) -> object:
    """JSON without the constants that only Python reads."""
    def refuse(name: str) -> None:
        raise AssertionError(name)

    return json.loads(body, parse_constant=refuse)


@pytest.mark.parametrize(("value", "expected"), [
    (float("nan"), None), (float("inf"), None), (-float("inf"), None), ([float("nan"), 1.5], [None, 1.5]),
    ("ü\u2028", "ü\u2028"),
    ({"a": None}, {"a": None}), ((1, 2), [1, 2]), (2**63, 2**63)])
def test_json(value, expected):
    assert strict(json_answer(value).body) == expected


def test_what_stands_around_it():
    answer = json_answer({"x": 1}, 201, {"Location": "/there"})
    assert (answer.status_code, answer.media_type, answer.headers["location"]) == (201, "application/json", "/there")
    assert answer.headers["content-length"] == "7"


@pytest.mark.parametrize(("time", "expected"), [
    (None, None),
    (datetime(2025, 1, 19, 0, 52, 3, 999_999, tzinfo=UTC), "2025-01-19T00:52:03Z"),
    (datetime(2025, 1, 19, 9, 52, 3, tzinfo=timezone(timedelta(hours=9))), "2025-01-19T00:52:03Z"),
    (datetime(2024, 2, 29, 23, 30, tzinfo=timezone(-timedelta(hours=1))), "2024-03-01T00:30:00Z"),
])
def test_stamp(time, expected):
    assert stamp(time) == expected


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2199, 12, 30), timezones=st.timezones()))
def test_a_stamp_is_the_instant_to_the_second(time):
    assert datetime.fromisoformat(stamp(time)) == time.astimezone(UTC).replace(microsecond=0)


def test_now_has_a_zone():
    assert utc_now().tzinfo is UTC
