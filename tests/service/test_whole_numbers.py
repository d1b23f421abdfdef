"""Whole numbers: 5 and 5.0 are the same, true is none."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buem.service.whole import whole


@pytest.mark.parametrize(("text", "expected"), [
    ("5", 5), ("5.0", 5), ("-0.0", 0), ("1e3", 1000), ("9007199254740993", 9007199254740993), ("5.5", None),
    ("true", None), ("false", None), ("null", None), ('"5"', None), ("[5]", None), ("{}", None),
])
def test_of_json(text, expected):
    found = whole(msgspec.json.decode(text))
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_number_at_all(value):
    assert whole(value) is None


@given(st.integers())
def test_every_integer_is_itself(number):
    assert whole(number) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_whole_or_none(number):
    assert whole(number) == (json.loads(f"{int(number)}") if number == int(number) else None)
