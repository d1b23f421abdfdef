"""Two folders of results become one."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
from small_city import house, houses

from buem.batch.finished import read_finished
from buem.batch.merge import Retried, merge_results
from buem.batch.part import Chosen
from buem.batch.run import run_batch, run_features
from buem.batch.staging import FolderStaging
from buem.batch.verify import verify
from buem.errors import OutputError

PLACE = "52.400000_13.050000_2018"


def retried(source, out, **changes):
    """The failed buildings of a run, simulated beside it, and merged."""
    staging = FolderStaging(out)
    run = read_finished(staging.place)
    options = run.options.with_changes(**changes)
    chosen = Chosen(positions=run.failed, others=run.options.reading, of="these")
    run_features(source, out / ".retry" / "run", options, chosen)
    return merge_results(staging, options, Retried(source=source, options=changes, began=0.0))


def large(name):
    """A house of 200 kB of text."""
    return {**house(name), "remark": "x" * 200_000}


@pytest.fixture
def city(write_city):
    return write_city([large("A"), house("B"), house("bad", u_value=-1.0), large("C")])


OPTIONS = {"memory_per_building": "1.5MB", "formats": ("parquet", "csv", "geojson", "profiles")}


def test_rows_come_in_the_order_of_the_input(city, tmp_path):
    out = tmp_path / "out"
    assert run_batch(city, out, **OPTIONS).failed == 3
    assert (out / "summary.csv").read_text().count("MEMORY") == 0
    tally = retried(city, out, memory_per_building="5MB")
    assert (tally.buildings, tally.statuses["ok"]) == (3, 2)
    rows = pq.read_table(out / "summary.parquet").to_pylist()
    assert [(row["index"], row["id"], row["status"]) for row in rows] == [
        (0, "A", "ok"), (1, "B", "ok"), (2, "bad", "error"), (3, "C", "ok")]
    assert pq.read_table(out / "hourly" / "part-00000.parquet")["id"].to_pylist() == ["A", "B", "C"]
    answers = json.loads((out / "city.geojson").read_text())
    assert [("error" in f["properties"]["buem"], f["id"]) for f in answers["features"]] == [
        (False, "A"), (False, "B"), (True, "bad"), (False, "C")]
    assert answers["metadata"]["failed_features"] == 1
    assert [json.loads(line)["id"] for line in (out / "errors.jsonl").read_text().splitlines()] == ["bad"]
    assert [line.split(",")[0] for line in (out / "summary.csv").read_text().splitlines()] == [
        '"id"', '"A"', '"B"', '"bad"', '"C"']
    assert list(verify(out)) == []


def test_load_profiles_of_a_taken_place_get_the_next_number(city, tmp_path):
    """B had the place to itself; A and C come after it, whatever stands before what in the input."""
    out = tmp_path / "out"
    run_batch(city, out, **OPTIONS)
    before = (out / "profiles" / f"heating_{PLACE}.csv").read_bytes()
    retried(city, out, memory_per_building="5MB")
    assert sorted(p.name for p in (out / "profiles").glob("heating*")) == [
        f"heating_{PLACE}.csv", f"heating_{PLACE}_2.csv", f"heating_{PLACE}_3.csv"]
    assert (out / "profiles" / f"heating_{PLACE}.csv").read_bytes() == before


def test_the_record_of_the_run_names_each_retry(city, tmp_path):
    out = tmp_path / "out"
    run_batch(city, out, hourly="none", memory_per_building="1.5MB")
    retried(city, out, memory_per_building="1.6MB")
    retried(city, out, memory_per_building="5MB")
    record = json.loads((out / "run.json").read_text())
    assert [entry["options"]["memory_per_building"] for entry in record["retries"]] == ["1.6MB", "5MB"]
    assert [entry["counts"]["buildings"] for entry in record["retries"]] == [3, 3]
    assert record["counts"] == {"buildings": 4, "ok": 3, "not_heated": 0, "error": 1, "parts": 1}
    assert record["input"]["path"] == str(city)


def test_a_damaged_file_is_not_read(city, tmp_path):
    out = tmp_path / "out"
    run_batch(city, out, **OPTIONS)
    (out / "city.geojson").write_text("{}")
    with pytest.raises(OutputError, match=r"city.geojson: missing, or changed since it was written"):
        retried(city, out, memory_per_building="5MB")
    assert (out / "city.geojson").read_text() == "{}"
    assert pq.read_table(out / "summary.parquet")["status"].to_pylist().count("error") == 3


def test_a_file_of_ours_that_cannot_be_read_is_no_fault_of_the_input(city, tmp_path):
    out = tmp_path / "out"
    run_batch(city, out, **OPTIONS)
    staging, inner = FolderStaging(out), out / ".retry" / "run"
    run = read_finished(staging.place)
    run_features(city, inner, run.options, Chosen(positions=run.failed, others=run.options.reading, of="these"))
    whole = (inner / "city.geojson").read_bytes()
    (inner / "city.geojson").write_bytes(b'{"type":' + whole[whole.index(b'"features"') - 1:])
    with pytest.raises(OutputError, match=r"city\.geojson"):
        merge_results(staging, run.options, Retried(source=city, options={}, began=0.0))


def test_parts_without_a_retried_building_are_left_alone(write_city, tmp_path):
    city = write_city([*houses(513), large("A")])
    out = tmp_path / "out"
    run_batch(city, out, memory_per_building="1.5MB", workers=1)
    before = (out / "hourly" / "part-00000.parquet").stat()
    retried(city, out, memory_per_building="5MB")
    after = (out / "hourly" / "part-00000.parquet").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert pq.read_metadata(out / "hourly" / "part-00001.parquet").num_rows == 2
