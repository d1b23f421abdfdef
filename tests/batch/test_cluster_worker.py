"""What a Dask worker looks at before it works; whole clusters are in test_cluster.py."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from small_city import houses, raw, task_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from small_footprints import row

pytest.importorskip("distributed", reason="the dask extra is not installed")

from buem.batch import cluster_worker
from buem.batch.cluster_worker import (
    MARK,
    Errand,
    check_mark,
    check_versions,
    idle,
    run_part_on_cluster,
    versions,
)
from buem.batch.outlines import lay_out, send_outlines
from buem.batch.worker import run_part
from buem.city import CityOptions
from buem.errors import ClusterError
from buem.io.dialects import ReadOptions
from buem.io.scan import RawFeature
from buem.io.store import Store


@pytest.fixture
def told(make_setup):
    """A worker that knows a run, in this process."""
    setup = make_setup(hourly="none")
    (setup.scratch / MARK).write_text("token")
    errand = Errand(str(setup.out), "token", pickle.dumps(setup), versions())
    errand.setup(None)
    yield setup
    errand.teardown(None)
    assert str(setup.out) not in cluster_worker._PROCESS.runs


def test_a_part_is_what_it_is_elsewhere(told):
    found = run_part_on_cluster(str(told.out), "token", pickle.dumps(task_of(houses(3))))
    assert found.summary == run_part(task_of(houses(3)), told).summary
    assert cluster_worker._PROCESS.busy == ""


def test_a_part_of_an_earlier_run_is_refused(told):
    with pytest.raises(ClusterError, match=r"has not been told of the run in .*, or it is over"):
        run_part_on_cluster(str(told.out), "earlier", pickle.dumps(task_of(houses(3))))


def test_an_earlier_run_cannot_end_a_later_one(told):
    Errand(str(told.out), "earlier", b"", {}).teardown(None)
    assert cluster_worker._PROCESS.runs[str(told.out)].token == "token"


def test_versions_that_differ_are_all_named():
    with pytest.raises(ClusterError, match=r"worker w: has numpy 1 \(client 2\), numba missing \(client 3\); expected"):
        check_versions({"buem": "0", "numpy": "2", "numba": "3"}, {"buem": "0", "numpy": "1"}, "w")
    check_versions(versions(), versions(), "w")


@pytest.mark.parametrize("left", [None, b"another", b"\xff"])
def test_another_folder_of_the_same_name_is_refused(left):
    with pytest.raises(ClusterError, match="worker w: does not see /out as the client does; expected a folder on"):
        check_mark(left, "token", "/out", "w")
    check_mark(b"token", "token", "/out", "w")


@pytest.mark.parametrize(("busy", "free"), [("", True), ("other", True), ("mine", False)])
def test_idle(monkeypatch, busy, free):
    monkeypatch.setattr(cluster_worker._PROCESS, "busy", busy)
    assert asyncio.run(idle("mine", 0.05)) is free


def test_the_event_loop_imports_nothing_heavy():
    code = ("import sys, distributed; before = set(sys.modules); import buem.batch.cluster_worker; "
            "print(sorted({m.split('.')[0] for m in set(sys.modules) - before}))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['buem']"


def test_outlines_of_a_store_are_fetched_once_and_go_with_the_run(make_setup, tmp_path, monkeypatch):
    pytest.importorskip("fsspec", reason="the store extra is not installed")
    (tmp_path / "machine").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "machine"))
    row_of_houses = [RawFeature(k, raw(feature)) for k, feature in enumerate(row(3))]
    options = ReadOptions(city=CityOptions(country="FR"))
    assert lay_out(row_of_houses, lambda _: options, tmp_path / "laid", tmp_path / "outlines.parquet")
    store = Store(f"memory:/{tmp_path}")
    send_outlines(tmp_path / "laid", store)
    store.write(f".parts/{MARK}", b"token")
    setup = replace(make_setup(hourly="none", city=options.city), store=store.url, outlines=tmp_path / "elsewhere")
    errand = Errand(store.url, "token", pickle.dumps(setup), versions())
    errand.setup(None)
    task = pickle.dumps(task_of(row(3)))
    found = run_part_on_cluster(store.url, "token", task)
    assert (found.count, found.failures) == (3, ())
    # What stands there now is not asked again.
    store.remove(store.sizes(".parts/outlines"))
    assert run_part_on_cluster(store.url, "token", task).summary == found.summary
    assert len(list((tmp_path / "machine").iterdir())) == 1
    errand.teardown(None)
    assert list((tmp_path / "machine").iterdir()) == []
