"""Counts, sums, and run.json."""

from __future__ import annotations

import json
from dataclasses import replace

import pyarrow as pa
import pytest
from small_city import house, houses, task_of

from buem.batch.part import Cost
from buem.batch.report import Tally, Times, write_report
from buem.batch.worker import run_part


@pytest.fixture
def tally(make_setup):
    """Two parts of the same five buildings, one of them bad."""
    result = run_part(task_of([*houses(4), house("bad", u_value=-1.0)]), make_setup(hourly="none"))
    table = pa.ipc.open_stream(result.summary).read_all()
    cost = Cost(planned=10, growth=20, peak=300, private=200, began=1005.0, seconds=2.0, cpu_seconds=1.5, chunks=2,
                process=77)
    found = Tally()
    found.add(table, cost)
    found.add(table, replace(cost, began=1004.0, planned=30, process=78))
    return found, table


def test_counts_and_sums(tally, make_setup):
    found, table = tally
    report = found.report(make_setup(), "done", Times(1000.0, 14.0))
    assert (report.buildings, report.ok, report.not_heated, report.failed) == (10, 8, 0, 2)
    heating = [value for value in table["heating_kwh"].to_pylist() if value is not None]
    assert report.heating == pytest.approx(2 * sum(heating))
    assert report.heating_peak == max(v for v in table["heating_peak_kw"].to_pylist() if v is not None)
    assert report.floor_area == 2 * 4 * 120.0
    assert (report.seconds, report.start_seconds, report.workers) == (14.0, 4.0, 2)
    assert report.rate == pytest.approx(1.0)


def test_an_empty_tally_is_a_report_too(make_setup):
    report = Tally().report(make_setup(), "running", Times(1000.0, 0.0))
    assert (report.buildings, report.heating, report.heating_peak, report.workers) == (0, 0.0, 0.0, 0)


def test_run_json(tally, make_setup, tmp_path):
    found, _ = tally
    setup, times = make_setup(), Times(1000.0, 14.0)
    source = tmp_path / "city.geojson"
    source.write_text("{}")
    write_report(found.report(setup, "done", times), found, setup, source, times)
    record = json.loads((setup.out / "run.json").read_text())
    assert record["status"] == "done"
    assert record["input"]["bytes"] == 2
    assert record["input"]["sha256"].startswith("44136fa355b3678a")
    assert record["weather"]["buildings"] == {"de_potsdam_try2015": 4, "nl_amsterdam_nsrdb2019": 4}
    assert record["times"]["began"] == "1970-01-01T00:16:40+00:00"
    assert record["times"]["part_cpu_seconds"] == 3.0
    assert record["memory"] == {
        "budget_per_building": 5_000_000, "limit": None, "share_per_worker": 200_000_000, "planned_chunk_max": 30,
        "measured_growth_max": 20, "worker_peak_max": 300, "worker_private_max": 200, "chunks": 4}
    assert set(record["versions"]) >= {"buem", "python", "numpy", "pyarrow", "joblib"}


def test_a_running_report_does_not_read_the_whole_input(make_setup, tmp_path):
    source = tmp_path / "city.geojson"
    source.write_text("{}")
    setup, times, found = make_setup(), Times(1000.0, 0.0), Tally()
    write_report(found.report(setup, "running", times), found, setup, source, times)
    record = json.loads((setup.out / "run.json").read_text())
    assert (record["status"], record["input"]["sha256"]) == ("running", None)
