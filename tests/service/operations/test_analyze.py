"""Sums and comparisons of results: by hand, and as operations of a job."""

from __future__ import annotations

import json

import pytest
from conftest import envelope
from hypothesis import given
from hypothesis import strategies as st

from buem.service.operations.analyze import MOST_GROUPS, SUMS, aggregate, compare


def row(name: str, heating: float | None, area: float | None = 100.0, peak: float | None = 2.0) -> dict:
    return {**dict.fromkeys(SUMS, 0.0), "id": name, "heating_kwh": heating, "floor_area_m2": area,
            "heating_peak_kw": peak}


def test_aggregate():
    rows = [row("a", 1000.0), row("b", 3000.0, 300.0, 5.0), row("c", 500.0)]
    found = aggregate(rows, ["x", "y", "x"])
    assert found["analysis"] == "aggregate"
    total = found["total"]
    # 4,500 kWh over 500 m² are 9 kWh/m².
    assert (total["buildings"], total["heating_kwh"], total["heating_kwh_m2"], total["heating_peak_kw"]) == (
        3, 4500.0, 9.0, 5.0)
    assert {name: (one["buildings"], one["heating_kwh_m2"]) for name, one in found["groups"].items()} == {
        "x": (2, 7.5), "y": (1, 10.0)}


def test_nothing_and_no_area():
    assert aggregate([], [])["total"]["heating_kwh_m2"] is None
    found = aggregate([row("a", None, None, None)], ["x"])["total"]
    assert (found["heating_kwh"], found["heating_kwh_m2"], found["heating_peak_kw"]) == (0.0, None, 0.0)


def test_more_groups_than_are_named():
    count = MOST_GROUPS + 5
    found = aggregate([row(f"{at}", 1.0) for at in range(count)], [f"g{at:04d}" for at in range(count)])
    assert len(found["groups"]) == MOST_GROUPS
    assert (found["others"]["groups"], found["others"]["buildings"], found["others"]["heating_kwh"]) == (5, 5, 5.0)


def test_as_many_groups_as_are_named():
    found = aggregate([row(f"{at}", 1.0) for at in range(MOST_GROUPS)], [f"g{at:04d}" for at in range(MOST_GROUPS)])
    assert len(found["groups"]) == MOST_GROUPS
    assert "others" not in found


def test_a_group_of_the_name_of_the_rest():
    """`others` stands for the rest and is the name of a group, too: each has its own sum."""
    groups = ["others", "others", *(f"z{at:04d}" for at in range(MOST_GROUPS + 2))]
    found = aggregate([row(f"{at}", 1.0) for at in range(len(groups))], groups)
    assert found["groups"]["others"]["heating_kwh"] == 2.0
    assert (found["others"]["groups"], found["others"]["heating_kwh"]) == (3, 3.0)
    assert sum(one["heating_kwh"] for one in found["groups"].values()) + 3.0 == found["total"]["heating_kwh"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 10**6)), max_size=30))
def test_groups_add_up_to_the_total(drawn):
    rows = [row(f"{at}", float(heat)) for at, (_, heat) in enumerate(drawn)]
    found = aggregate(rows, [group for group, _ in drawn])
    groups = found["groups"].values()
    assert sum(one["buildings"] for one in groups) == found["total"]["buildings"] == len(rows)
    assert sum(one["heating_kwh"] for one in groups) == found["total"]["heating_kwh"]


def test_compare():
    before = [row("a", 1000.0), row("b", 2000.0), row("gone", 1.0)]
    after = [row("a", 700.0), row("b", 2100.0), row("new", 1.0), row("newer", 1.0)]
    found = compare(before, after)
    assert (found["buildings"], found["only_in_first"], found["only_in_second"]) == (2, 1, 2)
    assert (found["heating_change_kwh"], found["heating_change_percent"]) == (-200.0, -6.67)
    assert found["largest"] == [{"id": "a", "heating_change_kwh": -300.0}, {"id": "b", "heating_change_kwh": 100.0}]


def test_compare_of_what_shares_nothing_or_needs_no_heat():
    assert compare([row("a", 1.0)], [row("b", 1.0)])["heating_change_percent"] is None
    assert compare([row("a", 0.0)], [row("a", 5.0)])["heating_change_percent"] is None


@pytest.mark.slow
def test_as_operations(bench):
    items = [envelope(0), envelope(1), envelope(2, u_value=9.9)]
    for at, item in enumerate(items):
        item["properties"]["quarter"] = ("north", "south", "north")[at]
    bench.done({"type": "create", "items": items})
    first = bench.done({"type": "calculate", "filter": {}})
    bench.done({"type": "update", "filter": {"status": "active"}, "update": {"properties": {"buem": {"building": {
        "A_ref": 120.0}}}}})
    second = bench.done({"type": "calculate", "filter": {}})
    jobs = [{"type": "analyze", "job_id": first, "group_by": "quarter"},
            {"type": "analyze", "job_id": first, "group_by": "dialect"},
            {"type": "analyze", "job_id": first, "analysis": "compare", "compare_with": second},
            {"type": "analyze", "job_id": first, "group_by": "no such"},
            {"type": "analyze", "job_id": "job_9"}]
    items = bench.items(bench.done(*jobs))
    by_quarter, by_dialect, change, unknown, missing = items
    assert {name: one["buildings"] for name, one in by_quarter.outcome["groups"].items()} == {"north": 2, "south": 1}
    assert list(by_dialect.outcome["groups"]) == ["envelope"]
    assert change.outcome["first"]["floor_area_m2"] == 300.0
    assert change.outcome["second"]["floor_area_m2"] == 340.0
    assert (unknown.state, unknown.code) == ("failed", "INVALID_BATCH")
    assert (missing.state, missing.code, missing.message) == (
        "failed", "RESOURCE_ERROR", "Resource not found: summary of the job job_9")
    json.dumps([one.outcome for one in items], allow_nan=False)
