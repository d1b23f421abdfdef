"""Properties by what they mean: the surest one counts, the others are reported, numbers are found in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buem.city import CityOptions, FieldNames
from buem.io.fields import Findings
from buem.io.properties import Given, Properties, to_number


def made(*records, names=None):
    found = Findings()
    options = CityOptions(names=names or FieldNames())
    paths = ["$.properties", "$.properties.tags", "$.properties.more"]
    return Properties(list(zip(records, paths)), options, found), found


def test_the_surest_name_counts_whatever_the_order():
    for record in ({"height": 9.0, "height_m": 8.0}, {"height_m": 8.0, "height": 9.0}):
        properties, found = made(record)
        given_height = properties.pick("height")
        assert (given_height.name, given_height.value) == ("height_m", 8.0)
        assert given_height.path == "$.properties.height_m"
        assert list(found.ignored) == ["height"]


def test_the_same_value_twice_is_no_news():
    properties, found = made({"height": 9.0, "height_m": 9.0})
    assert properties.pick("height").value == 9.0
    assert not found.ignored


@pytest.mark.parametrize("nothing", [None, "", " ", "null", "None", "unknown", "n/a"])
def test_what_says_nothing_is_passed_over(nothing):
    properties, found = made({"height_m": nothing, "height": 9.0, "colour": nothing})
    assert properties.pick("height").name == "height"
    assert not found.ignored


def test_the_first_record_wins():
    properties, _ = made({"height": 5.0}, {"height_m": 8.0})
    assert properties.pick("height").value == 5.0


def test_a_quantity_is_picked_once():
    properties, found = made({"year": 1950})
    assert properties.pick("year").value == 1950
    assert properties.pick("year") is None
    properties.finish()
    assert not found.ignored


def test_what_nobody_asks_for_is_reported():
    properties, found = made({"year": 1950, "colour": "red", "x" * 99: 1, "buem": {"a": 1}})
    properties.finish()
    assert list(found.ignored) == ["colour", "x" * 40, "year"]


def test_all_of_a_quantity_in_their_order():
    properties, _ = made({"amenity": "school", "building": "yes", "use": "office"})
    assert [g.name for g in properties.all("use")] == ["use", "building", "amenity"]
    assert [g.source for g in made({"amenity": "school"})[0].all("use")] == ["osm"]
    assert made({})[0].all("use") == []


def test_the_name_that_the_user_gives_goes_before_all():
    properties, found = made({"height_m": 8.0, "Z": 12.0}, names=FieldNames(height="Z"))
    assert properties.pick("height").value == 12.0
    assert list(found.ignored) == ["height_m"]
    # A name of the user's that means something else by itself means what the user says.
    properties, _ = made({"year": 12.0}, names=FieldNames(height="year"))
    assert properties.pick("height").value == 12.0
    assert properties.pick("year") is None


def test_values_nested_without_end_are_refused():
    deep = value = {}
    for _ in range(100):
        value["a"] = value = {}
    _, found = made({"colour": deep})
    (problem,) = found.problems
    assert (problem.path, problem.code) == ("$.properties.colour", "NESTING_TOO_DEEP")


@pytest.mark.parametrize(("value", "expected"), [
    (12, 12.0), (12.5, 12.5), ("12.5", 12.5), ("12,5", 12.5), ("12.5 m", 12.5), ("12.5m", 12.5), (" 12 ", 12.0),
    ({"value": 12.5, "unit": "m"}, 12.5), ({"value": 12.5}, 12.5), ("10-14", 12.0), ("40 ft", 12.192), (0, 0.0),
    (100, 100.0)], ids=str)
def test_numbers(value, expected):
    found = Findings()
    assert to_number(Given("height", value, "$.height"), 0.0, 100.0, "m", found) == pytest.approx(expected)
    assert found.problems == []


def test_a_mean_of_two_is_noted():
    found = Findings()
    to_number(Given("levels", "3;5", "$.levels"), 0.0, 100.0, "", found)
    assert found.all_notes() == ("levels '3;5': 4, the mean",)


@pytest.mark.parametrize(("value", "code"), [
    ("tall", "NOT_A_NUMBER"), (True, "NOT_A_NUMBER"), ([12], "NOT_A_NUMBER"), ({"a": 1}, "NOT_A_NUMBER"),
    (None, "NOT_A_NUMBER"), (float("nan"), "NOT_A_NUMBER"), (-0.1, "OUT_OF_RANGE"), (100.1, "OUT_OF_RANGE"),
    (float("inf"), "NOT_A_NUMBER"), (10**400, "NOT_A_NUMBER"), ("1e999", None)], ids=lambda v: str(v)[:12])
def test_what_is_no_number_here(value, code):
    found = Findings()
    assert to_number(Given("height", value, "$.height"), 0.0, 100.0, "m", found) is None
    (problem,) = found.problems
    assert problem.path == "$.height"
    assert "0 to 100 m" in problem.expected
    if code is not None:
        assert problem.code in (code, "OUT_OF_RANGE")


@given(st.floats(-1e6, 1e6), st.floats(-1e3, 1e3), st.floats(0.0, 1e3))
def test_a_number_in_its_range_comes_back_and_no_other(value, low, width):
    found = Findings()
    got = to_number(Given("x", value, "$.x"), low, low + width, "", found)
    inside = low <= value <= low + width
    assert got == (value if inside else None)
    assert len(found.problems) == (0 if inside else 1)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "unit", "a"]),
                                                                                inner, max_size=2), max_leaves=4))
def test_anything_is_a_number_a_problem_or_nothing(value):
    properties, found = made({"height": value})
    number = properties.number("height", 0.0, 100.0, "m")
    assert number is None or 0.0 <= number <= 100.0
    assert all(str(problem) for problem in found.problems)
