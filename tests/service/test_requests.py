"""What routes read from a request: numbers, switches, names, preferences."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from buem.service.errors import ApiError
from buem.service.requests import only, origin_of, preferences, refused, switch, whole_number


def asking(*headers: tuple[str, str]) -> Request:
    return Request({"type": "http", "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers]})


@pytest.mark.parametrize(("text", "expected"), [(None, 100), ("1", 1), ("1000", 1000), ("007", 7)])
def test_whole_number(text, expected):
    assert whole_number({} if text is None else {"limit": text}, "limit", 100, 1, 1000) == expected


@pytest.mark.parametrize("text", ["0", "1001", "", "-1", "1.0", "1e2", " 1", "+1", "١", "0x1", "--1", "9" * 5000, "½"])
def test_whole_number_refuses(text):
    with pytest.raises(ApiError, match=r"^limit: .*; expected a whole number from 1 to 1000$") as found:
        whole_number({"limit": text}, "limit", 100, 1, 1000)
    assert (found.value.kind.status, found.value.details[0].field) == (400, "limit")
    assert len(found.value.message) < 200


@given(st.text())
def test_whole_number_of_any_text(text):
    """A number within the bounds, or an error of ours: never another one."""
    with contextlib.suppress(ApiError):
        assert -1 <= whole_number({"n": text}, "n", 0, -1, 2**31 - 1) < 2**31


@pytest.mark.parametrize(("text", "expected"), [
    (None, False), ("true", True), ("TRUE", True), ("1", True), ("yes", True), ("false", False), ("0", False),
    ("No", False)])
def test_switch(text, expected):
    assert switch({} if text is None else {"s": text}, "s") is expected


@pytest.mark.parametrize("text", ["", "on", "2", "tru", "null"])
def test_switch_refuses(text):
    with pytest.raises(ApiError, match="expected true or false"):
        switch({"s": text}, "s")


def test_only():
    only({"a": 1}, ("a", "b"))
    with pytest.raises(ApiError) as found:
        only({"a": 1, "c": 2, "d": 3}, ("a", "b"), "body")
    assert [one.field for one in found.value.details] == ["c", "d"]
    assert found.value.message == "'c' is not known in the body; expected one of a, b"
    with pytest.raises(ApiError, match="expected nothing"):
        only({"c": 2}, ())


def test_of_a_hundred_thousand_unknown_names_a_few_are_told():
    with pytest.raises(ApiError) as found:
        only({f"{number}" * 100: 1 for number in range(100_000)}, ())
    assert len(found.value.details) == 20
    assert max(len(one.field) for one in found.value.details) == 80


@pytest.mark.parametrize(("header", "expected"), [
    ("respond-async", {"respond-async": ""}),
    ("respond-async, wait=10", {"respond-async": "", "wait": "10"}),
    ('Respond-Async; Wait="5"', {"respond-async": "", "wait": "5"}),
    ("wait=1, wait=2", {"wait": "1"}),
    (" , ;;, ", {}),
    ("return=minimal", {"return": "minimal"}),
    ("=x", {}),
    ("", {}),
])
def test_preferences(header, expected):
    assert preferences(asking(("prefer", header))) == expected


def test_no_preferences():
    assert preferences(asking()) == {}


def test_who_asks():
    request = asking()
    assert origin_of(request).owner is None
    request.state.key_id = "key_1"
    assert origin_of(request).owner == "key_1"


def test_a_refused_value_is_not_repeated_whole():
    found = refused("filter", "x" * 10_000, "a box")
    assert len(found.message) < 150
    assert found.message.endswith("; expected a box")
