"""The files that a worker writes for its part."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_city import house, houses, task_of

from buem.batch import files as files_module
from buem.batch.worker import run_part


def rows(result):
    return pa.ipc.open_stream(result.summary).read_all().to_pylist()


def test_answers_and_profiles_wait_in_the_scratch_folder(make_setup):
    setup = make_setup(hourly="none", formats=("geojson", "profiles"))
    result = run_part(task_of([house("first"), house("bad", u_value=-1.0), house("last")]), setup)
    with result.answers.open("rb") as file:
        answers = [pickle.load(file) for _ in range(3)]
    features = [json.loads(answer.data) for answer in answers]
    assert [f["id"] for f in features] == ["first", "bad", "last"]
    assert [answer.failed for answer in answers] == [False, True, False]
    assert "thermal_load_profile" in features[2]["properties"]["buem"]
    with result.profiles.open("rb") as file:
        placed = [pickle.load(file) for _ in range(2)]
    assert [p.place for p in placed] == ["52.400000_13.050000_2018"] * 2
    assert [p.carrier for p in placed[0].profiles] == ["heating", "cooling", "electricity"]
    assert placed[0].profiles[0].data.startswith(b"demand\n")
    assert [stored.path for stored in result.files] == [
        ".parts/answers-00000", ".parts/profiles-00000", ".parts/result-00000"]


def test_a_trial_writes_nothing(make_setup, tmp_path):
    setup = make_setup(hourly="load", formats=("parquet", "geojson", "profiles"))
    result = run_part(task_of(houses(2), keep=False), setup)
    assert result.answers is None
    assert [p for p in (tmp_path / "out").rglob("*") if p.is_file()] == []


def test_hourly_rows_add_up_to_the_summary(make_setup, tmp_path):
    result = run_part(task_of(houses(4), number=3, first=1536), make_setup(hourly="load"))
    hours = pq.read_table(tmp_path / "out" / "hourly" / "part-00003.parquet").to_pylist()
    for row, summary in zip(hours, rows(result)):
        assert row["id"] == summary["id"]
        assert np.sum(row["heating_W"], dtype=float) / 1000.0 == pytest.approx(summary["heating_kwh"], rel=1e-5)


def test_a_part_that_breaks_leaves_no_part_file(make_setup, tmp_path, monkeypatch):
    def breaks(results):
        raise ArithmeticError("in the middle")

    monkeypatch.setattr(files_module, "hourly_tables", breaks)
    with pytest.raises(ArithmeticError):
        run_part(task_of(houses(2)), make_setup(hourly="load"))
    assert list((tmp_path / "out" / "hourly").iterdir()) == []


@pytest.mark.parametrize(("hourly", "columns"), [
    ("load", ["heating_W", "cooling_W"]), ("all", [
        "heating_W", "cooling_W", "temp_zone", "temp_operative", "hot_water_W", "electricity_W"])])
def test_series_of_a_part_file(make_setup, tmp_path, hourly, columns):
    run_part(task_of(houses(2)), make_setup(hourly=hourly))
    schema = pq.read_schema(tmp_path / "out" / "hourly" / "part-00000.parquet")
    assert schema.names[-len(columns):] == columns
    assert schema.names[:2] == ["id", "index"]


def test_no_part_file_without_hours(make_setup, tmp_path):
    run_part(task_of(houses(1)), make_setup(hourly="none"))
    assert not (tmp_path / "out" / "hourly").exists()
