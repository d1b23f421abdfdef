"""Fields that a request should not have."""

from __future__ import annotations

import time

from buem.service.unknown import MOST_NAMED, unknown_fields, unknown_problems


def test_names():
    assert unknown_fields({"a": 1, "x": 2, "b": 3, "y": 4}, ("a", "b")) == ["x", "y"]
    assert unknown_fields({}, ("a",)) == []


def test_problems():
    found = unknown_problems({"a": 1, "colour": 2}, "webhook", ("a", "b"))
    assert [str(one) for one in found] == ["webhook.colour: 'colour'; expected one of a, b"]
    assert found[0].code == "UNKNOWN_FIELD"
    assert unknown_problems({"x": 1}, "q", ())[0].expected == "no field"


def test_a_hundred_thousand_are_not_all_named():
    given = {f"name {number}": 1 for number in range(100_000)}
    began = time.process_time()
    assert len(unknown_problems(given, "batch", ("a",))) == MOST_NAMED
    assert time.process_time() - began < 0.05


def test_a_long_name_is_cut():
    assert len(unknown_problems({"x" * 10_000: 1}, "batch", ())[0].path) == 86
