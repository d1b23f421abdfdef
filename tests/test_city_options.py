"""The countries that options and features may name."""

from __future__ import annotations

import pytest

from buem.city import COUNTRY_WORDS, ISO_3166, CityOptions, country_code, is_text
from buem.countries import STAND_INS
from buem.errors import OptionError


@pytest.mark.parametrize(("word", "code"), [
    ("fr", "FR"), ("uk", "GB"), ("el", "GR"), ("DEU", "DE"), ("Finland", "FI"), (" jp ", "JP"), ("XK", "XK"),
    ("F", None), ("Atlantis", None), ("1A", None), ("", None),
    # Free for anybody's own use, given back, and of no country.
    ("XX", None), ("ZZ", None), ("AA", None), ("SU", None), ("EU", None), ("ÅL", None)])
def test_country_code(word, code):
    assert country_code(word) == code


def test_the_codes_are_those_of_the_standard():
    """249 countries have a code; the letters left for users of the standard (5.2, series of user-assigned) are none."""
    assert len(ISO_3166 - {"XK"}) == 249
    free = {"AA", "ZZ", *(f"Q{letter}" for letter in "MNOPQRSTUVWXYZ"), *(f"X{chr(k)}" for k in range(65, 91))}
    assert ISO_3166 & free == {"XK"}


def test_every_country_that_archetypes_know_has_a_code():
    assert set(COUNTRY_WORDS.values()) <= ISO_3166
    assert set(STAND_INS) <= ISO_3166


@pytest.mark.parametrize("country", ["XX", "zz", "Atlantis", "1A", "F"])
def test_an_option_that_is_no_country(country):
    with pytest.raises(OptionError) as refused:
        CityOptions(country=country)
    assert str(refused.value) == f"country: {country!r}; expected two letters of ISO 3166, such as FR"


def test_an_option_as_it_is_kept():
    assert CityOptions(country="uk").country == "GB"
    assert CityOptions(country="").country == ""
    # A country without archetypes of its own: those of another stand in, with a note.
    assert CityOptions(country="jp").country == "JP"


@pytest.mark.parametrize(("value", "expected"), [
    ("", True), ("Vichy", True), ("ünï 中", True), ("a\0", True), ("in\udcff", False), (5, False), (None, False),
    (b"x", False)])
def test_texts_that_a_file_can_hold(value, expected):
    assert is_text(value) is expected


@pytest.mark.parametrize(("name", "value"), [
    ("country", 5), ("country", None), ("region", "in\udcff"), ("region", 7), ("layer", "\udcff"), ("layer", None),
    ("archetypes", "own\udcff.csv")])
def test_an_option_that_is_no_text(name, value):
    with pytest.raises(OptionError) as refused:
        CityOptions(**{name: value})
    assert str(refused.value).startswith(f"{name}: ")
    assert str(refused.value).endswith("; expected a text in UTF-8")
