"""The data of the map: what a job's buildings become, on each kind of database."""

from __future__ import annotations

import json

import numpy as np
import pytest
from conftest import envelope
from sqlalchemy import delete, update

from benchmarks._town import made_up_job, town
from buem.service.answers import utc_now
from buem.service.batch_request import read_batch
from buem.service.collection import add, record_of
from buem.service.errors import ApiError
from buem.service.inputs import input_path
from buem.service.ledger import Item, Outcome, claim, finish
from buem.service.map_data import COLUMNS, read_building, read_map, rounded, watts
from buem.service.planning import create_job
from buem.service.store import transaction
from buem.service.tables import buildings, unit_items


def data_of(store, options, job_id, **words):
    return json.loads(read_map(store, options, job_id, **words))["data"]


def test_a_job_that_brought_its_features(store, options):
    features = town(1000)
    data = data_of(store, options, made_up_job(store, options, features))
    assert data["total"] == len(data["id"]) == 1000
    assert data["index"] == list(range(1000))
    assert data["id"] == [one["id"] for one in features]
    assert [data["statuses"][code] for code in data["status"]].count("error") == 2
    assert data["status"][499] == data["statuses"].index("error")
    assert all(len(data["columns"][name]) == 1000 for name in COLUMNS)
    assert data["columns"]["height_m"][3] == 3 * features[3]["properties"]["levels"]
    assert data["columns"]["heating_kwh_m2"][499] is None
    uses = data["words"]["use"]
    assert [uses["words"][place] for place in uses["values"][:3]] == [one["properties"]["use"] for one in features[:3]]
    ring = np.array(data["outlines"][7][0][0]).reshape(-1, 2).cumsum(axis=0) * data["step"] + data["origin"]
    np.testing.assert_allclose(ring, features[7]["geometry"]["coordinates"][0][:-1], atol=2e-7)


def kept_job(store, options, count=3):
    """A job over buildings of the collection, ended as a worker would end it."""
    now = utc_now()
    with transaction(store) as connection:
        add(connection, [record_of(envelope(k), "items", new_id=False) for k in range(count)], now)
    batch = read_batch({"batch": {"type": "t", "operations": [
        {"type": "calculate", "resource": "buildings", "filter": {}}]}}, options, ())
    job_id = create_job(store, options, batch, now)
    held = claim(store, "w", now, 60.0)
    names = held.items["ids"]
    finish(store, held, Outcome(items=[Item(index=k, resource_id=names[k], outcome={
        "status": "ok", "heating_kwh_m2": 10.04 + k}) for k in held.pending]), now)
    return job_id


def test_buildings_of_the_collection(store, options):
    data = data_of(store, options, kept_job(store, options))
    assert data["id"] == ["B00000", "B00001", "B00002"]
    assert data["outlines"] == [[0, 0]] * 3
    assert data["origin"] == [5.0, 52.0]
    assert data["columns"]["heating_kwh_m2"] == [10.04, 11.04, 12.04]


def test_a_building_that_is_gone_is_in_the_list_and_not_on_the_map(store, options):
    job_id = kept_job(store, options)
    with transaction(store) as connection:
        connection.execute(delete(buildings).where(buildings.c.id == "B00001"))
    data = data_of(store, options, job_id)
    assert data["id"] == ["B00000", "B00001", "B00002"]
    assert [outline is None for outline in data["outlines"]] == [False, True, False]


def test_more_than_may_be_shown(sqlite_store, options):
    data = data_of(sqlite_store, options, made_up_job(sqlite_store, options, town(120)), most=70)
    assert (data["total"], len(data["id"]), len(data["outlines"])) == (120, 70, 70)


def test_a_running_job_shows_what_has_ended(sqlite_store, options):
    job_id = made_up_job(sqlite_store, options, town(120))
    with transaction(sqlite_store) as connection:
        connection.execute(delete(unit_items).where(unit_items.c.operation >= 50))
    data = data_of(sqlite_store, options, job_id)
    assert (data["total"], data["index"]) == (120, list(range(50)))


def test_the_input_is_not_kept_any_more(sqlite_store, options):
    job_id = made_up_job(sqlite_store, options, town(60))
    input_path(options.folder, job_id, 0).unlink()
    assert data_of(sqlite_store, options, job_id)["outlines"] == [None] * 60


def test_a_job_that_simulates_nothing(sqlite_store, options):
    batch = read_batch({"batch": {"type": "t", "operations": [
        {"type": "validate", "resource": "buildings", "filter": {}}]}}, options, ())
    data = data_of(sqlite_store, options, create_job(sqlite_store, options, batch, utc_now()))
    assert (data["total"], data["id"], data["outlines"]) == (0, [], [])


@pytest.mark.parametrize("read", [read_map, lambda store, options, name: read_building(store, options, name, 0)])
def test_no_such_job(sqlite_store, options, read):
    with pytest.raises(ApiError, match="Resource not found: 'job_1'") as missing:
        read(sqlite_store, options, "job_1")
    assert missing.value.kind.status == 404


def test_a_building_that_failed(sqlite_store, options):
    job_id = made_up_job(sqlite_store, options, town(600))
    found = read_building(sqlite_store, options, job_id, 499)
    assert (found["id"], found["status"], found["hours"], found["summary"]) == ("v00499", "error", None, {})
    assert found["error"] == "$.features[499].properties.levels: -1; expected 0 to 200"


def test_no_such_building(sqlite_store, options):
    job_id = made_up_job(sqlite_store, options, town(60))
    with pytest.raises(ApiError, match=f"Operation 60 of job {job_id} has not ended, or is none of a building"):
        read_building(sqlite_store, options, job_id, 60)


@pytest.mark.parametrize(("value", "kept"), [
    (123.456, 123.5), (100.0, 100), (0.012345, 0.01235), (float("nan"), None), (None, None), (1975, 1975),
    (1234567.0, 1235000), (0.0, 0), (-12.3456, -12.35), (9999.6, 10000), (0.00012344, 0.0001234),
])
def test_figures_have_four_digits(value, kept):
    (found,) = rounded([value])
    assert found == kept
    assert type(found) is type(kept)


def test_a_column_of_figures_is_as_short_as_it_is_written():
    values = (np.random.default_rng(3).lognormal(2.0, 4.0, 5000)).tolist()
    assert rounded(values) == [float(f"{value:.4g}") for value in values]
    assert rounded([]) == []


def test_loads_are_whole_watts():
    assert watts(np.array([0.4, 1499.6, np.nan], dtype=np.float32)) == [0, 1500, None]


def test_an_unknown_state_of_a_building_is_an_error(sqlite_store, options):
    job_id = made_up_job(sqlite_store, options, town(60))
    with transaction(sqlite_store) as connection:
        connection.execute(update(unit_items).where(unit_items.c.operation == 3).values(outcome={"status": "odd"}))
    data = data_of(sqlite_store, options, job_id)
    assert data["statuses"][data["status"][3]] == "error"
