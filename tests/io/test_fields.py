"""Single fields of a request."""

from __future__ import annotations

import math
from typing import Any

import pytest

from buem.io import units
from buem.io.fields import (
    MAX_PROBLEMS,
    Findings,
    at,
    close_match,
    depth_exceeds,
    flag,
    foreign,
    is_number,
    member,
    number,
    schedule,
    show,
    text,
)


def texts(found: Findings) -> list[str]:
    return [str(p) for p in found.problems]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (40, 40.0),
        (40.5, 40.5),
        ({"value": 40}, 40.0),
        ({"value": 40, "unit": "m2"}, 40.0),
        ({"value": 40, "unit": "m²"}, 40.0),
        ({"value": 1000, "unit": "ft2"}, 92.90304),
        ({"value": 40, "unit": None}, 40.0),
    ],
)
def test_a_number_is_plain_or_a_quantity(raw: Any, expected: float) -> None:
    found = Findings()
    value = number({"area": raw}, "area", units.AREA, "$", found)
    assert value == pytest.approx(expected, rel=1e-12)
    assert isinstance(value, float)
    assert not found.problems


@pytest.mark.parametrize("record", [{}, {"area": None}])
def test_a_missing_number_is_none_without_a_problem(record: dict[str, Any]) -> None:
    found = Findings()
    assert number(record, "area", units.AREA, "$", found) is None
    assert not found.problems


def test_a_converted_number_may_miss_its_bound_by_rounding() -> None:
    found = Findings()
    raw = {"tilt": {"value": 3.1416, "unit": "rad"}}
    assert number(raw, "tilt", units.ANGLE_TILT, "$", found) == 180.0
    raw = {"tilt": {"value": 3.2, "unit": "rad"}}
    assert number(raw, "tilt", units.ANGLE_TILT, "$", found) is None
    assert texts(found) == ["$.tilt.value: 3.2; expected 0 to 180 ° (given in rad)"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, -(10**5000), 1e308], ids=lambda _: "big")
def test_a_number_without_measure_is_refused(value: float) -> None:
    found = Findings()
    assert number({"area": value}, "area", units.AREA, "$", found) is None
    assert found.problems[0].code == "OUT_OF_RANGE"


def test_a_foreign_member_of_a_quantity_is_reported() -> None:
    found = Findings()
    raw = {"value": 1.2, "unit": "W/(m2K)", "source": "TABULA"}
    path = "$.features[0].properties.buem.building"
    assert number({"U": raw}, "U", units.U_VALUE, path, found) == 1.2
    assert list(found.ignored) == ["buem.building.U.source"]


def test_schedules() -> None:
    found = Findings()

    def read(raw: Any) -> Any:
        return schedule({"t": raw}, "t", units.TEMPERATURE, "$", found)

    assert read(20) == 20.0
    assert read({"value": 68, "unit": "degF"}) == pytest.approx(20.0)
    assert read([20] * 24) == (20.0,) * 24
    assert read([20] * 8760) == (20.0,) * 8760
    assert read({"weekday": [20] * 24, "weekend": 22}) == (20.0,) * 24 + (22.0,) * 24
    assert read({"value": [68] * 24, "unit": "degF"}) == pytest.approx((20.0,) * 24)
    assert read({"value": {"weekday": 68, "weekend": 50}, "unit": "degF"}) == pytest.approx((20.0,) * 24 + (10.0,) * 24)
    assert read(None) is None
    assert not found.problems


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ([20] * 23, "$.t: 23 values; expected 24 values or 8760 values"),
        ({"weekday": [20] * 24, "weekend": [20] * 23}, "$.t.weekend: 23 values; expected 24 values"),
        ({"weekday": 20, "weekend": 20, "holiday": 3}, "$.t.holiday: 3; expected weekday and weekend only"),
        ([True] * 24, "$.t[0]: True; expected a number, -50 to 100 °C"),
        ({"value": [20] * 24, "unit": "kg"}, "$.t.unit: 'kg'; expected degC or degF or K"),
        ({"value": [900] * 24, "unit": "degF"}, "$.t.value[0]: 900; expected -50 to 100 °C (given in degF)"),
        ("warm", "$.t: 'warm'; expected a number, -50 to 100 °C"),
    ],
)
def test_a_schedule_is_refused_at_its_place(raw: Any, problem: str) -> None:
    found = Findings()
    schedule({"t": raw}, "t", units.TEMPERATURE, "$", found)
    assert texts(found) == [problem]


def test_texts_flags_and_members() -> None:
    found = Findings()
    record = {"name": 5, "on": 1, "box": []}
    assert text(record, "name", "$", found) is None
    assert flag(record, "on", "$", found) is None
    assert member(record, "box", "$", found) is None
    assert texts(found) == [
        "$.name: 5; expected a text",
        "$.on: 1; expected true or false",
        "$.box: a list of 0; expected an object",
    ]
    assert text({"name": "x"}, "name", "$", found) == "x"
    assert flag({"on": False}, "on", "$", found) is False
    assert member({"box": {}}, "box", "$", found) == {}


@pytest.mark.parametrize(
    ("key", "path"), [("U", "$.U"), ("odd key", '$["odd key"]'), ("a.b", '$["a.b"]'), ('q"', '$["q\\""]')]
)
def test_a_path_stays_readable(key: str, path: str) -> None:
    assert at("$", key) == path


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("absorptence", "absorptance"),
        ("heatRecovery", "heat_recovery"),
        ("heat-recovery", "heat_recovery"),
        ("Tilt", "tilt"),
        ("colour", None),
        ("", None),
    ],
)
def test_misspellings(key: str, meant: str | None) -> None:
    assert close_match(key, frozenset(("absorptance", "heat_recovery", "tilt"))) == meant


def test_unknown_members_are_refused_or_reported() -> None:
    found = Findings()
    record = {"tilt": 1, "tlit": 2, "colour": "red", "mass": 3, "load": {"value": 2}, "deep": [[[[[1]]]]]}
    foreign(record, frozenset(("tilt",)), "$.properties.x", found, strict=True)
    assert texts(found) == [
        "$.properties.x.load: an object; expected one of tilt",
        "$.properties.x.mass: 3; expected one of tilt",
        "$.properties.x.tlit: 2; expected no such field (is 'tilt' meant?)",
    ]
    assert list(found.ignored) == ["x.colour", "x.deep"]
    lenient = Findings()
    foreign({"mass": 3}, frozenset(("tilt",)), "$.properties.x", lenient, strict=False)
    assert list(lenient.ignored) == ["x.mass"]


def test_depth() -> None:
    def nested(depth: int) -> Any:
        value: Any = 1
        for _ in range(depth):
            value = [value]
        return value

    assert not depth_exceeds(nested(3), 3)
    assert depth_exceeds(nested(4), 3)
    assert depth_exceeds(nested(50_000), 64)
    assert not depth_exceeds("text", 0)
    assert depth_exceeds([], 0)


def test_findings_keep_notes_once_and_count_what_they_do_not_list() -> None:
    found = Findings()
    found.note("a")
    found.note("a")
    found.ignored["x"] = None
    found.ignored["x"] = None
    assert found.all_notes() == ("a", "no effect: x")
    for _ in range(MAX_PROBLEMS + 7):
        found.add("$.x", 1, "2")
    assert len(found.problems) == MAX_PROBLEMS
    assert str(found.all_problems("$")[-1]) == "$: 7 more problems; expected none"


def test_values_are_shown_whatever_they_are() -> None:
    assert show("x") == "'x'"
    assert show({"a": 1}) == "an object"
    assert show([1, 2]) == "a list of 2"
    assert show(10**5000) == "an integer too large for a float"


def test_true_is_no_number() -> None:
    assert is_number(1)
    assert is_number(1.5)
    assert not is_number(True)
    assert not is_number("1")
