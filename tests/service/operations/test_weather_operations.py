"""Weather as a resource of jobs, on each kind of database: kept, changed, used by its name, forgotten."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from conftest import Server, envelope, finished
from sqlalchemy import Engine, select

from buem.io.stations import read_station
from buem.io.weather import read_weather
from buem.io.weather_csv import write_weather
from buem.service.answers import utc_now
from buem.service.batch_request import read_batch
from buem.service.errors import ApiError
from buem.service.filters import known_fields
from buem.service.kept_weather import weather_names
from buem.service.ledger import claim, finish
from buem.service.operations.context import Context
from buem.service.options import ServiceOptions
from buem.service.planning import create_job
from buem.service.store import reading
from buem.service.tables import results, unit_items
from buem.service.worker import run_unit

STATION = "nl_amsterdam_nsrdb2019"


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A year as our own CSV."""
    path = tmp_path_factory.mktemp("weather") / "year.csv"
    write_weather(read_station(STATION), path)
    return path.read_text()


def run(store: Engine, options: ServiceOptions, *operations: dict[str, Any], mode: str = "") -> list[Any]:
    """What became of the operations of a job, as a worker does them: name, outcome or message."""
    batch = {"type": "t", "operations": list(operations), "options": {"validation": {"mode": mode} if mode else {}}}
    with reading(store) as connection:
        wanted = read_batch({"batch": batch}, options, known_fields(connection), weather_names(connection))
    job_id = create_job(store, options, wanted, utc_now())
    context = Context(store=store, service=options)
    while (held := claim(store, "w", utc_now(), 60.0)) is not None:
        finish(store, held, run_unit(context, held), utc_now())
    with reading(store) as connection:
        rows = connection.execute(select(unit_items).where(unit_items.c.job_id == job_id).order_by(
            unit_items.c.operation)).all()
    return [(row.resource_id, row.outcome or row.message) for row in rows]


def file_of(store: Engine, options: ServiceOptions, kind: str) -> Path:
    with reading(store) as connection:
        path = connection.execute(select(results.c.path).where(results.c.kind == kind)).scalars().all()[-1]
    return options.folder / path


def statuses(found: list[Any]) -> list[Any]:
    return [(name, outcome["status"] if isinstance(outcome, dict) else outcome) for name, outcome in found]


def made(text: str, *names: str) -> dict[str, Any]:
    return {"type": "create", "resource": "weather", "items": [{"id": name, "content": text} for name in names]}


def test_from_first_to_last(store, options, text):
    assert statuses(run(store, options, made(text, "roof", "field"))) == [("roof", "created"), ("field", "created")]
    update = {"type": "update", "resource": "weather", "filter": {"id": "roof"}, "update": {"elevation": 31.5}}
    assert statuses(run(store, options, update)) == [("roof", "updated")]
    of_all = {"type": "validate", "resource": "weather", "filter": {}}
    assert statuses(run(store, options, of_all)) == [("field", "valid"), ("roof", "valid")]
    assert run(store, options, {"type": "validate", "resource": "weather", "filter": {"elevation": {"gte": 31}}})[0][
        0] == "roof"
    delete = {"type": "delete", "resource": "weather", "filter": {"id": "field"}}
    assert statuses(run(store, options, delete)) == [("field", "deleted")]
    assert statuses(run(store, options, of_all)) == [("roof", "valid")]


def test_what_cannot_be_kept_does_not_stop_the_others(store, options, text):
    found = run(store, options, made(text, "roof", "roof"), {
        "type": "create", "resource": "weather", "items": [{"id": "bad", "content": "x"}, {"id": "good",
                                                                                           "content": text}]})
    assert statuses(found) == [
        ("roof", "created"), ("roof", "A weather with the id roof is there already"),
        ("bad", found[2][1]), ("good", "created")]
    assert "items[2].content: 'x'; expected a weather file in one of the formats" in found[2][1]
    again = {**made(text, "roof"), "on_conflict": "replace"}
    assert statuses(run(store, options, again)) == [("roof", "replaced")]
    assert statuses(run(store, options, {**again, "on_conflict": "skip"})) == [("roof", "skipped")]


def test_a_patch_that_does_not_fit_leaves_it(store, options, text):
    run(store, options, made(text, "roof"))
    update = {"type": "update", "resource": "weather", "filter": {}, "update": {"latitude": 95}}
    assert "95" in run(store, options, update)[0][1]
    assert run(store, options, {"type": "validate", "resource": "weather", "filter": {"latitude": {"gte": 90}}}) == []


def test_a_calculation_by_its_name_is_that_of_the_same_station(store, options, text):
    house = envelope(1)
    name = house["id"]
    used = {"type": "calculate", "resource": "buildings", "filter": {}}
    found = run(store, options, {"type": "create", "items": [house]}, made(text, "roof"),
                {**used, "options": {"weather": STATION}}, {**used, "options": {"weather": "roof"}})
    assert [one[0] for one in found] == [name, "roof", name, name]
    assert found[3][1]["heating_kwh"] > 100
    assert found[2][1] == found[3][1]


def test_a_name_that_nobody_has(store, options, text):
    used = {"type": "calculate", "resource": "buildings", "filter": {}, "options": {"weather": "roof"}}
    with pytest.raises(ApiError) as refused:
        run(store, options, used)
    (detail,) = refused.value.details
    assert detail.field == "operations[0].options.weather"
    assert "'roof'; expected auto, or one of" in detail.message
    found = run(store, options, {"type": "create", "items": [envelope(1)]}, made(text, "roof"),
                {"type": "delete", "resource": "weather", "filter": {"id": "roof"}}, used)
    assert found[-1][1] == "weather: 'roof'; expected auto, a bundled station, or a weather that is kept"


def test_exports_come_back(store, options, text):
    run(store, options, made(text, "field", "roof"))
    one = {"type": "export", "resource": "weather", "format": "csv", "filter": {"id": "roof"}}
    assert run(store, options, one)[0][1]["rows"] == 1
    path = file_of(store, options, "export.csv")
    assert (read_weather(path).temp_air == read_station(STATION).temp_air).all()
    (several,) = run(store, options, {"type": "export", "resource": "weather", "format": "csv"})
    assert several[1].startswith("filter: 2 weather years fit; a csv holds exactly one")
    run(store, options, {"type": "export", "resource": "weather"})
    table = pq.read_table(file_of(store, options, "export.parquet"))
    assert table["id"].to_pylist() == ["field", "roof"]
    assert json.loads(table["fields"][0].as_py())["id"] == "field"
    assert table["temp_air_C"][1].as_py() == read_station(STATION).temp_air.tolist()


@pytest.mark.parametrize(("operation", "field", "message"), [
    ({"type": "calculate", "resource": "weather"}, "operations[0].resource", "calculate of buildings"),
    ({"type": "analyze", "resource": "weather", "job_id": "j"}, "operations[0].resource", "analyze of results"),
    ({"type": "generate", "resource": "weather", "job_id": "j"}, "operations[0].resource", "generate of results"),
    ({"type": "cleanup", "resource": "weather"}, "operations[0].resource", "cleanup of results"),
    ({"type": "export", "resource": "weather", "format": "geojson"}, "operations[0].format", "parquet, csv"),
    ({"type": "delete", "resource": "weather", "filter": {"levels": 3}}, "operations[0].filter.levels",
     "a property that"),
])
def test_what_weather_cannot(sqlite_store, options, operation, field, message):
    with pytest.raises(ApiError) as refused:
        run(sqlite_store, options, operation)
    (detail,) = refused.value.details
    assert detail.field == field
    assert message in detail.message


def test_strict_validation_names_what_was_repaired(sqlite_store, options, text):
    lines = text.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("month"))
    cells = lines[start + 40].split(",")
    cells[3] = ""
    gap = "\n".join([*lines[:start + 40], ",".join(cells), *lines[start + 41:]])
    found = run(sqlite_store, options, made(gap, "gap"))
    assert found[0][1]["notes"] != []


def test_a_backup_holds_it(sqlite_store, options, text):
    run(sqlite_store, options, made(text, "roof"))
    (saved,) = run(sqlite_store, options, {"type": "backup"})
    assert saved[1]["weather"] == 1
    with reading(sqlite_store) as connection:
        job_id = connection.execute(select(results.c.job_id).where(results.c.kind == "backup.tar.gz")).scalar()
    run(sqlite_store, options, {"type": "delete", "resource": "weather", "filter": {}})
    run(sqlite_store, options, {"type": "restore", "job_id": job_id})
    with reading(sqlite_store) as connection:
        assert weather_names(connection) == {"roof"}


def test_a_file_that_was_uploaded(running: Server, text):
    client, data = running.client, text.encode()
    upload_id = client.post("/api/v1/uploads", json={"name": "met.station.csv", "size": len(data), "sha256":
                                                     hashlib.sha256(data).hexdigest()}).json()["data"]["upload_id"]
    client.patch(f"/api/v1/uploads/{upload_id}", content=data, headers={"Upload-Offset": "0"})
    assert client.post(f"/api/v1/uploads/{upload_id}/complete").status_code == 200
    answer = client.post("/api/v1/batch/jobs", json={"batch": {"type": "t", "operations": [
        {"type": "import", "resource": "weather", "upload_id": upload_id},
        {"type": "create", "items": [{**envelope(1), "id": "beside the mast"}]},
        {"type": "calculate", "filter": {"id": "beside the mast"}, "options": {"weather": "met.station"}}]}})
    assert answer.status_code == 202, answer.text
    status = finished(client, answer.json()["data"]["job_id"])
    assert (status["status"], status["progress"]["completed"]) == ("completed", 3)
    found = client.get(f"/api/v1/batch/jobs/{status['job_id']}/results").json()["data"]["results"]
    assert [one["resource_id"] for one in found] == ["met.station", "beside the mast", "beside the mast"]
