"""create, import, update, delete: what each item becomes, and what the store holds after it."""

from __future__ import annotations

import json

import pytest
from conftest import envelope
from sqlalchemy import select

from buem.service.store import reading
from buem.service.tables import buildings


def kept(bench) -> dict[str, dict]:
    with reading(bench.store) as connection:
        return {row.id: {**json.loads(row.feature), "version": row.version}
                for row in connection.execute(select(buildings).order_by(buildings.c.id))}


def outcomes(bench, job_id) -> list[str]:
    return [(item.outcome or {}).get("status", item.code) for item in bench.items(job_id)]


def create(*items, **fields):
    return {"type": "create", "items": list(items), **fields}


def test_create_keeps_what_is_sound(bench):
    wrong = envelope(1, u_value=99.0)
    job_id = bench.done(create(envelope(0), wrong, "no feature", None, envelope(0), envelope(2)))
    assert outcomes(bench, job_id) == ["created", "VALIDATION_ERROR", "VALIDATION_ERROR", "VALIDATION_ERROR",
                                       "RESOURCE_ERROR", "created"]
    assert list(kept(bench)) == ["B00000", "B00002"]
    items = bench.items(job_id)
    assert items[1].message.startswith("features[1].properties.buem.building.envelope.elements[0].U: 99.0; expected")
    assert items[4].message == "A building with the id B00000 is there already"


def test_a_building_without_an_id_is_given_one(bench):
    feature = envelope(0)
    del feature["id"]
    bench.done(create(feature, feature))
    names = list(kept(bench))
    assert len(names) == 2
    assert all(name.startswith("b_") for name in names)


@pytest.mark.parametrize(("rule", "expected", "version", "year"), [
    (None, "RESOURCE_ERROR", 1, 1900), ("error", "RESOURCE_ERROR", 1, 1900), ("skip", "skipped", 1, 1900),
    ("replace", "replaced", 2, 1999)])
def test_on_conflict(bench, rule, expected, version, year):
    bench.done(create(envelope(0)))
    newer = envelope(0)
    newer["properties"]["year"] = 1999
    job_id = bench.done(create(newer, on_conflict=rule))
    assert outcomes(bench, job_id) == [expected]
    found = kept(bench)["B00000"]
    assert (found["version"], found["properties"]["year"]) == (version, year)


def test_the_last_of_a_job_wins_where_it_replaces(bench):
    features = [envelope(0) for _ in range(3)]
    for at, feature in enumerate(features):
        feature["properties"]["year"] = 2000 + at
    job_id = bench.done(create(*features, on_conflict="replace"))
    assert outcomes(bench, job_id) == ["created", "replaced", "replaced"]
    assert kept(bench)["B00000"]["properties"]["year"] == 2002


def test_strict_takes_nothing_with_defaults(bench):
    job_id = bench.done(create(envelope(0)), validation={"mode": "strict"})
    item, = bench.items(job_id)
    assert item.code == "VALIDATION_ERROR"
    assert "strict validation: default:" in item.message
    assert kept(bench) == {}


def test_update_is_a_merge_patch_of_each(bench):
    bench.done(create(envelope(0), envelope(1), envelope(2)))
    job_id = bench.done({"type": "update", "filter": {"status": "active"}, "update": {
        "year": None, "colour": {"r": 1}, "properties": {"status": "sold"}}})
    assert outcomes(bench, job_id) == ["updated", "updated"]
    found = kept(bench)
    assert [one["version"] for one in found.values()] == [2, 1, 2]
    assert "year" not in found["B00000"]["properties"]
    assert found["B00000"]["properties"]["colour"] == {"r": 1}
    assert found["B00002"]["properties"]["status"] == "sold"
    assert found["B00001"]["properties"] == envelope(1)["properties"]


@pytest.mark.parametrize("patch", [
    {"id": "other"}, {"geometry": None}, {"type": "Point"}, {"properties": None},
    {"properties": {"buem": {"building": {"A_ref": -5}}}}])
def test_an_update_that_makes_no_building_changes_nothing(bench, patch):
    bench.done(create(envelope(0)))
    before = kept(bench)
    job_id = bench.done({"type": "update", "filter": {}, "update": patch})
    assert outcomes(bench, job_id) == ["VALIDATION_ERROR"]
    assert bench.job(job_id).state == "failed"
    assert kept(bench) == before


def test_delete_by_filter(bench):
    bench.done(create(*(envelope(number) for number in range(6))))
    job_id = bench.done({"type": "delete", "filter": {"year": {"gte": 1902, "lte": 1904}}})
    assert outcomes(bench, job_id) == ["deleted"] * 3
    assert list(kept(bench)) == ["B00000", "B00001", "B00005"]


def test_what_an_operation_made_the_next_finds(bench):
    job_id = bench.done(create(envelope(0), envelope(1)),
                        {"type": "update", "filter": {"made": "here"}, "update": {"x": 1}},
                        {"type": "update", "filter": {}, "update": {"made": "here"}},
                        {"type": "delete", "filter": {"made": "here"}})
    # The first update matches nothing yet.
    assert outcomes(bench, job_id) == ["created"] * 2 + ["updated"] * 2 + ["deleted"] * 2
    assert kept(bench) == {}


def test_the_first_failure_stops_the_job(bench):
    job_id = bench.done(create(*(envelope(number, u_value=99.0 if number == 3 else None) for number in range(120))),
                        validation={"on_error": "stop"}, max_concurrent=1)
    job = bench.job(job_id)
    assert (job.state, job.error["operation_index"], job.error["code"]) == ("failed", 3, "VALIDATION_ERROR")
    # The unit of the failure, 50 features, is done; the others are not begun.
    assert (job.succeeded, job.failed, job.total) == (49, 1, 120)
