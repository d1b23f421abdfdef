"""Whose archetypes a country takes."""

from __future__ import annotations

import pytest

from buem.archetypes import archetypes
from buem.countries import ALIASES, GENERIC, STAND_INS, canonical_country, stand_in

COUNTRIES = archetypes().countries


@pytest.mark.parametrize(
    ("code", "canonical"),
    [("de", "DE"), (" Fr ", "FR"), ("UK", "GB"), ("el", "GR"), ("", ""), ("ZZ", "ZZ")],
)
def test_canonical(code, canonical):
    assert canonical_country(code) == canonical


@pytest.mark.parametrize(
    ("code", "other", "word"),
    [
        pytest.param("FI", "SE", "neighbour", id="Finland"),
        pytest.param("CH", "AT", "neighbour", id="Switzerland"),
        pytest.param("ZA", "ES", "mild winters", id="South Africa"),
        pytest.param("ZZ", GENERIC, "for want of a nearer one", id="no country at all"),
    ],
)
def test_stand_in(code, other, word):
    country, reason = stand_in(code)
    assert country == other
    assert word in reason


def test_stand_ins_have_archetypes_and_no_other_does():
    assert {country for country, _ in STAND_INS.values()} <= set(COUNTRIES)
    assert not set(STAND_INS) & set(COUNTRIES)
    assert set(ALIASES.values()) <= set(COUNTRIES)
    assert GENERIC in COUNTRIES


def test_all_of_europe_has_one():
    """The members of the EU, EFTA and the Council of Europe without archetypes of their own are all named."""
    members = {"EE", "LV", "LT", "FI", "SK", "RO", "HR", "LU", "PT", "MT", "CH", "LI", "IS", "AL", "AD", "BA", "MD",
               "MC", "ME", "MK", "SM", "TR", "UA"}
    assert members <= set(STAND_INS)
