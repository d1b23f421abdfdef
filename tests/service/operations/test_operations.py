"""The operations that are done once, as jobs of a real service: files in, files out, analyses, upkeep."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import time
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from conftest import Server, envelope, finished, wait_for

from buem.service.operations.kinds import KINDS

JOBS = "/api/v1/batch/jobs"


@pytest.fixture
def client(running: Server) -> httpx.Client:
    """Of the server of this module."""
    return running.client


def run(client: httpx.Client, *operations: dict[str, Any]) -> list[dict[str, Any]]:
    """Results of a job of these operations."""
    answer = client.post(JOBS, json={"batch": {"type": "test", "operations": list(operations)}})
    assert answer.status_code == 202, answer.text
    job_id = answer.json()["data"]["job_id"]
    status = finished(client, job_id)
    assert status["status"] == "completed", status
    found: list[dict[str, Any]] = client.get(f"{JOBS}/{job_id}/results", params={"limit": 1000}).json()["data"][
        "results"]
    return [{**one, "job_id": job_id} for one in found]


def failure(client: httpx.Client, operation: dict[str, Any]) -> dict[str, str]:
    answer = client.post(JOBS, json={"batch": {"operations": [operation]}})
    job_id = answer.json()["data"]["job_id"]
    assert finished(client, job_id)["status"] == "failed"
    return client.get(f"{JOBS}/{job_id}/errors").json()["data"]["errors"][0]["error"]


def houses(group: str, count: int) -> list[dict[str, Any]]:
    found = []
    for number in range(count):
        made = envelope(number)
        made["id"] = f"{group}{number:03d}"
        made["properties"]["group"] = group
        found.append(made)
    return found


def calculated(client: httpx.Client, group: str, count: int) -> str:
    """A job that has calculated houses of a group."""
    rows = run(client, {"type": "create", "items": houses(group, count)},
               {"type": "calculate", "filter": {"group": group}, "options": {"weather": "nl_amsterdam_nsrdb2019"}})
    assert len(rows) == 2 * count
    return rows[0]["job_id"]


def upload(client: httpx.Client, name: str, data: bytes) -> str:
    upload_id: str = client.post("/api/v1/uploads", json={
        "name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}).json()["data"]["upload_id"]
    half = len(data) // 2
    for start, piece in ((0, data[:half]), (half, data[half:])):
        answer = client.patch(f"/api/v1/uploads/{upload_id}", content=piece, headers={"Upload-Offset": str(start)})
        assert answer.headers["upload-offset"] == str(start + len(piece))
    assert client.post(f"/api/v1/uploads/{upload_id}/complete").status_code == 200
    return upload_id


@pytest.mark.parametrize("form", ["geojson", "ndjson", "gzip", "csv", "csv of columns"])
def test_import(client, form):
    group = "im" + re.sub(r"\W", "", form)
    features = houses(group, 3)
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows([["id", "feature"], *([one["id"], json.dumps(one)] for one in features)])
        data, name = text.getvalue().encode(), "x.csv"
    elif form == "csv of columns":
        element = json.dumps(features[0]["properties"]["buem"]["building"]["envelope"]["elements"]).replace('"', '""')
        head = "id,latitude,longitude,group,buem.building.A_ref,buem.building.envelope.elements\n"
        data = (head + "".join(f'{one["id"]},52.0,5.0,{group},100.0,"{element}"\n' for one in features)).encode()
        name = "x.csv"
    elif form == "geojson":
        data, name = json.dumps({"type": "FeatureCollection", "features": features}).encode(), "x.geojson"
    else:
        data, name = "\n".join(map(json.dumps, features)).encode(), "x.ndjson"
        data = gzip.compress(data) if form == "gzip" else data
    source = {"type": "import", "resource": "buildings", "upload_id": upload(client, name, data)}
    rows = run(client, source)
    assert [(one["resource_id"], one["result"]["status"]) for one in rows] == [
        (one["id"], "created") for one in features]
    kept = client.get(f"/api/v1/buildings/{group}001").json()["data"]
    assert kept["properties"]["buem"]["building"]["A_ref"] == 100.0
    assert [one["result"]["status"] for one in run(client, {**source, "on_conflict": "skip"})] == ["skipped"] * 3
    assert [one["result"]["status"] for one in run(client, {**source, "on_conflict": "replace"})] == ["replaced"] * 3
    assert failure(client, source)["code"] == "RESOURCE_ERROR"


@pytest.mark.parametrize("data", [b"", b"{", b"id,x\n", b"\x1f\x8bx"])
def test_import_of_what_is_no_city(client, data):
    answer = client.post(JOBS, json={"batch": {"operations": [
        {"type": "import", "upload_id": upload(client, "x.geojson", data)}]}})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "INVALID_BATCH"


def test_export_of_buildings_can_be_imported(client):
    run(client, {"type": "create", "items": houses("ex", 5)})
    for form in ("geojson", "csv", "parquet"):
        (row,) = run(client, {"type": "export", "resource": "buildings", "filter": {"group": "ex"}, "format": form})
        assert (row["result"]["rows"], row["result"]["status"]) == (5, "exported")
        data = client.get(row["result"]["file"]).content
        assert len(data) == row["result"]["bytes"]
        if form == "parquet":
            assert pq.read_table(io.BytesIO(data))["id"].to_pylist() == [f"ex{at:03d}" for at in range(5)]
        else:
            again = run(client, {"type": "import", "upload_id": upload(client, f"x.{form}", data),
                                 "on_conflict": "replace"})
            assert [one["result"]["status"] for one in again] == ["replaced"] * 5


def test_export_of_results(client):
    job_id = calculated(client, "er", 4)
    for form in ("geojson", "csv", "parquet"):
        (row,) = run(client, {"type": "export", "resource": "results", "job_id": job_id, "format": form})
        assert row["result"]["rows"] == 4
        assert b"er003" in client.get(row["result"]["file"]).content
    assert failure(client, {"type": "export", "resource": "results", "job_id": "job_x"})["code"] == "RESOURCE_ERROR"


def test_analyze(client):
    job_id = calculated(client, "an", 10)
    rows = [one["result"] for one in client.get(f"{JOBS}/{job_id}/results").json()["data"]["results"]
            if one["type"] == "calculate"]
    (row,) = run(client, {"type": "analyze", "resource": "results", "job_id": job_id, "group_by": "status"})
    total = row["result"]["total"]
    assert total["buildings"] == 10
    assert total["heating_kwh"] == pytest.approx(sum(one["heating_kwh"] for one in rows), abs=0.01)
    assert total["heating_kwh_m2"] == pytest.approx(total["heating_kwh"] / 1000.0, abs=0.01)
    assert set(row["result"]["groups"]) == {"ok"}
    (row,) = run(client, {"type": "analyze", "resource": "results", "job_id": job_id, "group_by": "year"})
    assert sorted(row["result"]["groups"]) == [str(1900 + at) for at in range(10)]
    (row,) = run(client, {"type": "analyze", "job_id": job_id, "analysis": "compare", "compare_with": job_id})
    assert (row["result"]["buildings"], row["result"]["heating_change_kwh"]) == (10, 0.0)
    assert failure(client, {"type": "analyze", "job_id": job_id, "group_by": "colour"})["code"] == "INVALID_BATCH"


def test_compare_sees_a_retrofit(client):
    before = calculated(client, "co", 3)
    wall = envelope(0)["properties"]["buem"]["building"]["envelope"]["elements"][0]
    patch = {"properties": {"buem": {"building": {"envelope": {"elements": [{**wall, "U": 0.1}]}}}}}
    rows = run(client, {"type": "update", "filter": {"group": "co"}, "update": patch},
               {"type": "calculate", "filter": {"group": "co"}, "options": {"weather": "nl_amsterdam_nsrdb2019"}})
    (row,) = run(client, {"type": "analyze", "job_id": before, "analysis": "compare",
                          "compare_with": rows[0]["job_id"]})
    assert row["result"]["heating_change_kwh"] < 0
    assert row["result"]["largest"][0]["heating_change_kwh"] < 0


def test_generate(client):
    pytest.importorskip("matplotlib")
    job_id = calculated(client, "ge", 3)
    (row,) = run(client, {"type": "generate", "resource": "results", "job_id": job_id, "title": "Our <city>"})
    answer = client.get(row["result"]["file"])
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>Our &lt;city&gt;</h1>" in answer.text
    assert answer.text.count("data:image/png;base64,") == 2
    assert "://" not in answer.text


def test_backup_and_restore(client, serve):
    job_id = calculated(client, "ba", 3)
    (row,) = run(client, {"type": "backup"})
    data = client.get(row["result"]["file"]).content
    assert hashlib.sha256(data).hexdigest() == row["result"]["sha256"]
    other = serve("--workers", "1").client
    restore = {"type": "restore", "upload_id": upload(other, "backup.tar.gz", data)}
    (row,) = run(other, restore)
    assert row["result"]["jobs"] >= 1
    assert row["result"]["left"] == 0
    assert other.get("/api/v1/buildings/ba001").json() == client.get("/api/v1/buildings/ba001").json()
    here, there = (one.get(f"{JOBS}/{job_id}/results").json() for one in (client, other))
    assert here == there
    files = [one.get(f"{JOBS}/{job_id}/results", params={"format": "geojson"}).content for one in (client, other)]
    assert files[0] == files[1]
    (row,) = run(other, restore)
    assert (row["result"]["buildings"], row["result"]["jobs"]) == (0, 0)
    (row,) = run(other, {**restore, "on_conflict": "replace"})
    assert row["result"]["replaced"] >= 3


def test_backups_that_are_none(client):
    def restored(data: bytes) -> dict[str, str]:
        return failure(client, {"type": "restore", "upload_id": upload(client, "x", data)})

    assert "cannot be read" in restored(b"nonsense")["message"]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        info = tarfile.TarInfo("../../evil")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"evil"))
    assert "no buildings and jobs" in restored(packed.getvalue())["message"]


def test_cleanup_tells_first(client, running):
    job_id = calculated(client, "cl", 2)
    orphan = running.folder / "jobs" / "job_nobody" / "000000-1-summary.parquet"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x" * 100)
    os.utime(orphan, (time.time() - 7200, time.time() - 7200))
    (row,) = run(client, {"type": "cleanup", "resource": "results", "older_than_days": 0})
    told = row["result"]
    assert (told["status"], told["dry_run"], told["orphans"]) == ("told", True, 1)
    assert told["jobs"] >= 1
    assert orphan.exists()
    assert client.get(f"{JOBS}/{job_id}").status_code == 200
    (row,) = run(client, {"type": "cleanup", "older_than_days": 0, "dry_run": False})
    assert row["result"]["jobs"] == told["jobs"] + 1
    assert not orphan.exists()
    assert client.get(f"{JOBS}/{job_id}").status_code == 404
    # Its files go once the ledger has forgotten it.
    wait_for(lambda: not (running.folder / "jobs" / job_id).exists(), "the files to go")


def test_optimize_joins_answers(client, running):
    job_id = calculated(client, "op", 45)
    before = client.get(f"{JOBS}/{job_id}/results", params={"format": "ndjson"}).content
    (row,) = run(client, {"type": "optimize"})
    assert row["result"]["files_before"] > row["result"]["files_after"] >= 1
    assert client.get(f"{JOBS}/{job_id}/results", params={"format": "ndjson"}).content == before
    wait_for(lambda: len(list((running.folder / "jobs" / job_id).glob("*answers*"))) == 1, "the parts to go")


def test_every_kind_has_its_runner():
    from buem.service.operations.registry import RUNNERS

    assert set(RUNNERS) == {*KINDS, "plan"}
