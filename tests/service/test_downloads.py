"""Results as one file: each building once, in the order of its operations, whatever happened on the way."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench import NOW
from conftest import envelope

from buem.io.tables import SUMMARY_SCHEMA
from buem.service.downloads import FORMATS, calculated, download, file_response, files_of, stream_of
from buem.service.errors import ApiError
from buem.service.store import reading, transaction
from buem.service.tables import jobs, results, unit_items
from buem.service.transitions import change

JOB = "job_0123456789abcdef"


class Made:
    """A job in the store, with files as units bring them."""

    def __init__(self, bench) -> None:
        self.bench = bench
        with transaction(bench.store) as connection:
            connection.execute(jobs.insert().values(
                id=JOB, type="t", description="", state="completed", batch={"operations": []}, max_concurrent=1,
                retry={}, mode="", on_error="skip", created_at=NOW))

    def file(self, unit: int, attempt: int, kind: str, first: int, data: bytes) -> None:
        path = self.bench.folder / f"{unit}-{attempt}-{kind}"
        path.write_bytes(data)
        with transaction(self.bench.store) as connection:
            connection.execute(results.insert().values(
                job_id=JOB, unit=unit, attempt=attempt, kind=kind, first=first, path=path.name, size=len(data),
                sha256="", rows=1, created_at=NOW))

    def succeeded(self, unit: int, attempt: int, first: int, *indices: int) -> None:
        rows = [{"id": f"b{index}", "index": index, "status": "ok", "heating_kwh": float(index),
                 "notes": ["one", "two"]} for index in indices]
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, SUMMARY_SCHEMA), sink)
        self.file(unit, attempt, "summary", first, sink.getvalue())
        lines = (json.dumps({"type": "Feature", "id": f"b{index}"}) + "\n" for index in indices)
        self.file(unit, attempt, "answers", first, "".join(lines).encode())
        self._items(unit, "succeeded", indices)

    def failed(self, unit: int, attempt: int, first: int, *indices: int, final: bool = True) -> None:
        lines = (json.dumps({"index": index, "id": f"b{index}", "error": f"wrong in try {attempt}", "feature": {
            "type": "Feature", "id": f"b{index}", "error": attempt}}) + "\n" for index in indices)
        self.file(unit, attempt, "failed", first, "".join(lines).encode())
        if final:
            self._items(unit, "failed", indices)

    def _items(self, unit: int, state: str, indices: tuple[int, ...]) -> None:
        with transaction(self.bench.store) as connection:
            connection.execute(unit_items.insert(), [
                {"job_id": JOB, "operation": index, "unit": unit, "type": "calculate", "resource_id": f"b{index}",
                 "state": state, "attempts": 1, "ended_at": NOW} for index in indices])

    def read(self, form: str) -> bytes:
        with reading(self.bench.store) as connection:
            return b"".join(stream_of(form, calculated(connection, self.bench.folder, JOB)))


@pytest.fixture
def made(bench) -> Made:
    """Two units and what came of them: one failed at first and then did, one failed twice, one has only failures."""
    job = Made(bench)
    job.succeeded(1, 1, 0, 0, 3)
    job.failed(1, 1, 0, 1, 2, final=False)
    job.succeeded(1, 2, 0, 1)
    job.failed(1, 2, 0, 2)
    job.failed(2, 1, 4, 4, 5)
    job.succeeded(3, 1, 6, 6)
    return job


def test_geojson(made):
    found = json.loads(made.read("geojson"))
    assert found["type"] == "FeatureCollection"
    assert [one["id"] for one in found["features"]] == [f"b{index}" for index in range(7)]
    # What the last try said.
    assert [one.get("error") for one in found["features"]] == [None, None, 2, None, 1, 1, None]


def test_ndjson(made):
    assert [json.loads(line)["id"] for line in made.read("ndjson").splitlines()] == [f"b{index}" for index in range(7)]


def test_csv(made):
    rows = list(csv.DictReader(io.StringIO(made.read("csv").decode())))
    assert [row["index"] for row in rows] == [str(index) for index in range(7)]
    assert [row["status"] for row in rows] == ["ok", "ok", "error", "ok", "error", "error", "ok"]
    assert rows[0]["notes"] == "one; two"
    assert (rows[2]["error"], rows[2]["heating_kwh"], rows[2]["notes"]) == ("wrong in try 2", "", "")


def test_parquet(made):
    table = pq.read_table(io.BytesIO(made.read("parquet")))
    assert table.schema.names == SUMMARY_SCHEMA.names
    assert table.column("index").to_pylist() == list(range(7))
    assert table.column("heating_kwh").to_pylist() == [0.0, 1.0, None, 3.0, None, None, 6.0]


def test_answers_joined_into_one_file_stay_with_their_rows(made):
    with transaction(made.bench.store) as connection:
        paths = files_of(connection, made.bench.folder, JOB, "answers")
        joined = b"".join(path.read_bytes() for path in paths)
        connection.execute(results.delete().where(results.c.kind == "answers"))
    before = made.read("csv")
    made.file(1, 1, "answers", 0, joined)
    assert [json.loads(line)["id"] for line in made.read("ndjson").splitlines()] == [f"b{index}" for index in range(7)]
    assert made.read("csv") == before


def test_many_units_in_groups_of_rows(bench):
    job = Made(bench)
    for unit in range(60):
        job.succeeded(unit, 1, 100 * unit, *range(100 * unit, 100 * unit + 100))
    table = pq.ParquetFile(io.BytesIO(job.read("parquet")))
    assert table.metadata.num_rows == 6000
    assert table.metadata.num_row_groups == 2


@pytest.mark.parametrize("form", FORMATS)
def test_a_job_that_calculated_nothing(bench, form):
    Made(bench)
    with reading(bench.store) as connection, pytest.raises(ApiError, match="has no calculated results") as refused:
        download(connection, bench.folder, JOB, form)
    assert refused.value.kind.status == 404


@pytest.mark.parametrize(("form", "media"), [("geojson", "application/geo+json"), ("csv", "text/csv"),
                                             ("parquet", "application/vnd.apache.parquet"),
                                             ("ndjson", "application/x-ndjson")])
def test_the_answer_names_the_file(made, form, media):
    with reading(made.bench.store) as connection:
        answer = download(connection, made.bench.folder, JOB, form)
    assert answer.media_type == media
    assert answer.headers["content-disposition"] == f'attachment; filename="{JOB}.{form}"'


@pytest.mark.parametrize(("name", "media"), [("7-report.html", "text/html; charset=utf-8"),
                                             ("7-backup.tar.gz", "application/gzip"),
                                             ("7-other", "application/octet-stream")])
def test_a_file_of_an_operation(bench, name, media):
    job = Made(bench)
    job.file(7, 1, name.partition("-")[2], 0, b"first")
    job.file(7, 2, name.partition("-")[2], 0, b"second")
    with reading(bench.store) as connection:
        answer = file_response(connection, bench.folder, JOB, name)
    assert (answer.media_type, answer.path.read_bytes()) == (media, b"second")


@pytest.mark.parametrize("name", ["", "7", "7-", "-report.html", "8-report.html", "7-report.htm", "٧-report.html",
                                  "7-report.html\0", "99999999999999999999-report.html", "../../etc/passwd",
                                  "7-../7-report.html", "0x7-report.html", "+7-report.html"])
def test_a_file_that_the_ledger_does_not_know(bench, name):
    job = Made(bench)
    job.file(7, 1, "report.html", 0, b"data")
    with reading(bench.store) as connection, pytest.raises(ApiError, match="not found"):
        file_response(connection, bench.folder, JOB, name)


@pytest.mark.slow
def test_a_failed_building_that_is_tried_again(bench):
    """A client's retry sets going what failed; the file tells of each building once, before and after."""
    features = [envelope(0), envelope(1, u_value=99.0), envelope(2)]
    job_id = bench.done({"type": "calculate"}, raws=[json.dumps(one).encode() for one in features])
    for _ in range(2):
        with reading(bench.store) as connection:
            found = json.loads(b"".join(stream_of("geojson", calculated(connection, bench.folder, job_id))))
        assert [one["id"] for one in found["features"]] == ["B00000", "B00001", "B00002"]
        assert ["error" in one["properties"]["buem"] for one in found["features"]] == [False, True, False]
        change(bench.store, job_id, "retry", NOW)
        bench.work()
