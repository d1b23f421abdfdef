"""Names of properties: what they mean, in which order, and that none is lost to another."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buem.city import FieldNames
from buem.io.footprint_names import ID_NAMES, NAMES, SOURCES, Meaning, folded, meaning


@pytest.mark.parametrize(("name", "quantity", "source"), [
    # OpenStreetMap, EUBUCCO, ALKIS, BAG, BD TOPO, CityGML.
    ("building:levels", "levels", ""), ("roof:shape", "roof_type", ""), ("start_date", "year", ""),
    ("building", "use", "osm"), ("amenity", "use", "osm"), ("function_alkis", "use", "alkis"), ("baujahr", "year", ""),
    ("gebaeudefunktion", "use", "alkis"), ("bouwjaar", "year", ""), ("oorspronkelijkbouwjaar", "year", ""),
    ("gebruiksdoel", "use", ""), ("hauteur", "height", ""), ("usage_1", "use", ""), ("nombre_d_etages", "levels", ""),
    ("measuredHeight", "height", ""), ("storeysAboveGround", "levels", ""), ("yearOfConstruction", "year", ""),
    ("height", "height", ""), ("use_source", "use", "eubucco"), ("addr:country", "country", "")])
def test_names_of_known_sources(name, quantity, source):
    found = meaning(name)
    assert (found.quantity, found.source) == (quantity, source)
    assert found.rank == [folded(n) for n in NAMES[quantity]].index(folded(name))


@pytest.mark.parametrize("spelt", ["building:levels", "Building_Levels", "BUILDING-LEVELS", "building levels",
                                   "buildingLevels", "building.levels"])
def test_spelling_does_not_count(spelt):
    assert meaning(spelt).quantity == "levels"
    assert folded(spelt) == "buildinglevels"


@pytest.mark.parametrize("name", ["", " ", "colour", "heights", "height2", "name", "é", "🏠", "x" * 10_000])
def test_names_without_meaning(name):
    assert meaning(name) is None


@given(st.text(max_size=20))
def test_folding_twice_is_folding_once(name):
    assert folded(folded(name)) == folded(name)
    assert meaning(name) == meaning(folded(name))


def test_no_name_means_two_things():
    where = {}
    for quantity, names in NAMES.items():
        for name in names:
            assert where.setdefault(folded(name), quantity) == quantity, name


def test_building_type_is_a_size_class_however_it_is_spelt():
    """As docs/city.md has it; a use under this name is read as one where the size class is read."""
    for name in ("building_type", "building:type", "buildingType"):
        assert meaning(name).quantity == "type"


def test_the_surest_spelling_counts_where_two_are_one():
    # measuredHeight and measured_height differ by what does not count.
    for quantity, names in NAMES.items():
        first = {}
        for rank, name in enumerate(names):
            first.setdefault(folded(name), rank)
        assert {key: meaning(key).rank for key in first} == first, quantity


def test_sources_are_names_of_uses():
    assert set(SOURCES) <= set(NAMES["use"])
    assert set(SOURCES.values()) == {"alkis", "eubucco", "osm"}


def test_what_the_user_may_name_has_names_of_its_own():
    for field in fields(FieldNames):
        assert field.name == "id" or field.name in NAMES


def test_numbers_of_rows_are_the_last_resort_for_an_id():
    assert ID_NAMES[0] == "id"
    assert set(ID_NAMES[-3:]) == {"objectid", "fid", "ogc_fid"}


def test_a_meaning_is_a_record():
    assert Meaning("height", 0).source == ""
