"""Which buildings an operation is for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from buem.service.collection import Record, add
from buem.service.filters import Filter, fields_of, known_fields, matching, read_bbox, read_filter
from buem.service.store import reading, transaction

FIELDS = {"id": "b1", "status": "active", "year": 1970, "heated": True, "buem.building.A_ref": 120.0}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, True, id="nothing asked"),
        pytest.param({"status": "active"}, True, id="equal"),
        pytest.param({"status": "Active"}, False, id="by letter"),
        pytest.param({"status": "active", "year": 1971}, False, id="all must hold"),
        pytest.param({"year": 1970.0}, True, id="a number is a number"),
        pytest.param({"year": "1970"}, False, id="a text is none"),
        pytest.param({"heated": 1}, False, id="true is no 1"),
        pytest.param({"heated": True}, True, id="true"),
        pytest.param({"year": {"gte": 1970, "lte": 1970}}, True, id="bounds count"),
        pytest.param({"year": {"gte": 1971}}, False, id="below"),
        pytest.param({"year": {"gte": "1000"}}, False, id="no mixing"),
        pytest.param({"status": {"gte": "a", "lte": "b"}}, True, id="texts by their order"),
        pytest.param({"status": {"in": ["x", "active"]}}, True, id="a choice"),
        pytest.param({"status": {"in": []}}, False, id="no choice"),
        pytest.param({"buem.building.A_ref": {"lte": 200}}, True, id="a member in members"),
        pytest.param({"owner": "x"}, False, id="a property that it lacks"),
    ],
)
def test_matches(given, expected):
    problems = []
    assert read_filter(given, "f", problems).matches(FIELDS) is expected
    assert problems == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        pytest.param([], "f", id="a list"),
        pytest.param({"year": None}, "f.year", id="null"),
        pytest.param({"year": {}}, "f.year", id="no operator"),
        pytest.param({"year": {"gt": 3}}, "f.year", id="unknown operator"),
        pytest.param({"year": {"in": 3}}, "f.year", id="in without a list"),
        pytest.param({"year": {"gte": True}}, "f.year", id="a bound that has no order"),
        pytest.param({"bbox": [1, 2, 3]}, "f.bbox", id="three numbers"),
        pytest.param({"bbox": [1, 5, 2, 4]}, "f.bbox", id="south above north"),
        pytest.param({"colour": "red"}, "f.colour", id="a name that nobody has"),
    ],
)
def test_filters_that_are_refused(given, path):
    problems = []
    read_filter(given, "f", problems, FIELDS)
    assert [one.path for one in problems] == [path]


def test_fields_of_a_feature():
    feature = {"id": "b1", "properties": {
        "status": "active", "year": 1970, "list": [1], "nothing": None,
        "buem": {"weather": {"name": "x"}, "building": {"A_ref": {"value": 120.0, "unit": "m2"}, "h_room": 2.5}}}}
    assert fields_of("b1", feature) == {
        "id": "b1", "status": "active", "year": 1970, "buem.building.A_ref": 120.0,
        "buem.building.A_ref.value": 120.0, "buem.building.A_ref.unit": "m2", "buem.building.h_room": 2.5}
    assert fields_of("b2", {"properties": None}) == {"id": "b2"}


def test_over_the_date_line():
    assert read_bbox([170, -10, -170, 10], "b", []) == (170.0, -10.0, -170.0, 10.0)


def test_matching_in_blocks(store):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    records = [Record(id=f"b{at:03d}", feature=b"{}", fields={"id": f"b{at:03d}", "odd": at % 2 == 1},
                      longitude=-179.0 + at, latitude=at / 10, outline=False) for at in range(100)]
    with transaction(store) as connection:
        add(connection, records, now)
    with reading(store) as connection:
        assert known_fields(connection) == {"id", "odd"}
        odd = read_filter({"odd": True}, "f", [])
        assert list(matching(connection, odd, block=7)) == [f"b{at:03d}" for at in range(1, 100, 2)]
        assert list(matching(connection, Filter(), after="b097", block=1)) == ["b098", "b099"]
        box = read_filter({"bbox": [-170, 0, -168, 90]}, "f", [])
        assert list(matching(connection, box)) == ["b009", "b010", "b011"]
        wide = read_filter({"bbox": [179, -90, -178, 90]}, "f", [])
        assert list(matching(connection, wide)) == ["b000", "b001"]
