"""Numbers and years as sources write them."""

import pytest

from buem.io.footprint_text import is_nothing, parse_numbers, parse_year


@pytest.mark.parametrize(("text", "numbers"), [
    pytest.param("12.5", (12.5,), id="plain"),
    pytest.param("12.5 m", (12.5,), id="with its unit"),
    pytest.param("12,5", (12.5,), id="comma"),
    pytest.param("40 ft", (12.192,), id="feet"),
    pytest.param("40'", (12.192,), id="a mark for feet"),
    pytest.param("39'6\"", (12.0396,), id="feet and inches"),
    pytest.param("350cm", (3.5,), id="centimetres"),
    pytest.param("3;4", (3.0, 4.0), id="a list"),
    pytest.param("5-6", (5.0, 6.0), id="a range"),
    pytest.param("5 to 6", (5.0, 6.0), id="a range in words"),
    pytest.param("-3", (-3.0,), id="a minus is no range"),
    pytest.param("high", (), id="no number"),
    pytest.param("3;high", (), id="a part that is none"),
    pytest.param("3 kg", (), id="no length"),
])
def test_numbers(text, numbers):
    assert parse_numbers(text) == pytest.approx(numbers)


@pytest.mark.parametrize(("text", "year"), [
    ("1905", 1905), ("1914-05-01", 1914), ("~1855", 1855), ("before 1910", 1910), ("1970-1980", 1975), ("1890s", 1895),
    ("C19", 1850), ("19th century", 1850), ("late 18th century", 1750), ("old", None), ("12", None), ("", None),
])
def test_years(text, year):
    assert parse_year(text) == year


@pytest.mark.parametrize(("value", "nothing"), [
    (None, True), ("", True), (" Unknown ", True), ("Indifférencié", True), ("n/a", True), (0, False), ("0", False),
    ("house", False), (False, False),
])
def test_nothing(value, nothing):
    assert is_nothing(value) is nothing
