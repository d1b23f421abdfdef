"""Buildings as rows: read, patched, added, found, removed; on each kind of database."""

from __future__ import annotations

import json

import pytest
from bench import NOW
from conftest import envelope
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from buem.service.collection import (
    ItemError,
    add,
    change,
    get_features,
    into_feature,
    patched,
    put,
    record_of,
    remove,
)
from buem.service.filters import known_fields
from buem.service.store import reading, transaction
from buem.service.tables import buildings

FOOTPRINT = {"type": "Feature", "id": "f", "geometry": {"type": "Polygon", "coordinates": [
    [[5.0, 52.0], [5.0002, 52.0], [5.0002, 52.0001], [5.0, 52.0001], [5.0, 52.0]]]},
    "properties": {"height_m": 6, "use": "residential", "year": 1970, "country": "NL"}}


def records(*numbers: int):
    return [record_of(envelope(number), "items", new_id=False) for number in numbers]


def test_a_record_of_an_envelope():
    record = record_of(envelope(3), "items[3]", new_id=False)
    assert (record.id, record.longitude, record.latitude, record.outline) == ("B00003", 5.0, 52.0, False)
    assert json.loads(record.feature) == envelope(3)
    assert record.fields["status"] == "inactive"
    assert record.row(NOW)["version"] == 1
    assert "version" not in record.changes(NOW)


def test_a_record_of_an_outline():
    record = record_of(FOOTPRINT, "items[0]", new_id=False)
    assert record.outline
    assert 5.0 < record.longitude < 5.0002


def test_numbers_are_ids_too():
    assert record_of({**envelope(1), "id": 17}, "$", new_id=False).id == "17"


@pytest.mark.parametrize(("feature", "expected"), [
    (None, "items[2]: NoneType; expected a GeoJSON Feature"),
    ("x", "items[2]: str; expected a GeoJSON Feature"),
    ({}, "items[2].type: missing; expected \"Feature\""),
    ({**envelope(1), "id": ""}, "items[2].id: ''; expected an id, a text that is not empty"),
    ({**envelope(1), "id": "a\0b"}, "items[2].id: 'a\\x00b'; expected a text without a NUL"),
    ({**envelope(1), "id": None}, "items[2].id: missing; expected an id, a text that is not empty"),
    (envelope(1, u_value=-1.0), "items[2].properties.buem.building.envelope.elements[0].U: -1.0; expected 0 to 10"),
])
def test_what_cannot_be_kept_says_where_it_stands(feature, expected):
    with pytest.raises(ItemError) as refused:
        record_of(feature, "items[2]", new_id=False)
    assert refused.value.kind.item_code == "validation_error"
    assert expected in refused.value.message


@pytest.mark.parametrize(("patch", "expected"), [
    ({"status": "sold"}, {"properties": {"status": "sold"}}),
    ({"geometry": None, "a": 1, "properties": {"b": 2}}, {"geometry": None, "properties": {"a": 1, "b": 2}}),
    ({"properties": None, "a": 1}, {"properties": {"a": 1}}),
    ({"properties": {"a": 0}, "a": 1}, {"properties": {"a": 1}}),
    ({"properties": None}, {"properties": None}),
    ({}, {}),
])
def test_members_that_no_feature_has_are_properties(patch, expected):
    before = json.dumps(patch)
    assert into_feature(patch) == expected
    assert json.dumps(patch) == before


@given(st.dictionaries(st.sampled_from(["type", "id", "geometry", "properties", "bbox", "x", "y"]), st.integers()))
def test_a_patch_of_a_feature_has_no_other_members(patch):
    assert set(into_feature(patch)) <= {"type", "id", "geometry", "properties", "bbox"}


def test_patched():
    record = patched(records(1)[0].feature, {"id": "B00001", "year": 1999, "status": None}, "items[0]")
    found = json.loads(record.feature)["properties"]
    assert found["year"] == 1999
    assert "status" not in found
    assert record.fields["year"] == 1999


@pytest.mark.parametrize(("patch", "expected"), [
    ({"id": "other"}, "items[0].id: 'other'; expected 'B00001', which stays"),
    ({"id": None}, "items[0].id: None; expected 'B00001', which stays"),
    ({"type": "Point"}, "items[0].type: 'Point'"),
    ({"properties": None}, "items[0].properties"),
])
def test_patches_that_make_no_building(patch, expected):
    with pytest.raises(ItemError, match=expected.replace("[", r"\[").replace("]", r"\]")):
        patched(records(1)[0].feature, patch, "items[0]")


def test_add_leaves_what_is_there(store):
    with transaction(store) as connection:
        assert add(connection, records(2, 1), NOW) == {"B00001", "B00002"}
    newer = record_of({**envelope(1), "id": "B00002"}, "$", new_id=False)
    with transaction(store) as connection:
        assert add(connection, [newer, *records(3)], NOW) == {"B00003"}
    with reading(store) as connection:
        assert json.loads(get_features(connection, ["B00002"])["B00002"]) == envelope(2)
        assert {"id", "status", "year"} <= known_fields(connection)


def test_many_at_once(store):
    """More than a statement takes."""
    names = [f"B{number:05d}" for number in range(1203)]
    with transaction(store) as connection:
        assert add(connection, records(*range(1203)), NOW) == set(names)
    with reading(store) as connection:
        assert sorted(get_features(connection, [*names, *names, "gone"])) == names
    with transaction(store) as connection:
        assert remove(connection, [*names[1:], "gone", names[5]]) == set(names[1:])
    with reading(store) as connection:
        assert list(get_features(connection, names)) == names[:1]


def test_put_and_change_count_versions(store):
    with transaction(store) as connection:
        assert put(connection, records(1)[0], NOW)
        assert not put(connection, records(1)[0], NOW)
        change(connection, records(1)[0], NOW)
    with reading(store) as connection:
        assert connection.execute(select(buildings.c.version)).scalars().all() == [3]


@pytest.mark.parametrize("name", ["ü", "a/b", "B' OR '1'='1", "\u202e", "🏠" * 50, "%", "_", "."])
def test_ids_of_any_letters(store, name):
    with transaction(store) as connection:
        add(connection, [record_of({**envelope(1), "id": name}, "$", new_id=False), *records(2)], NOW)
    with transaction(store) as connection:
        assert list(get_features(connection, [name], lock=True)) == [name]
        assert remove(connection, [name]) == {name}
        assert list(get_features(connection, ["B00002", name])) == ["B00002"]
