"""What a Dask worker looks at before it works; whole clusters are in test_cluster.py."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys

import pytest
from small_city import houses, task_of

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
from buem.batch.worker import run_part
from buem.errors import ClusterError


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
